// The slow way through one raw object, written down for DuckDB: documents as lines `line ␁ ordinal ␁ text`, rejects as
// JSON lines. Both files lie in the job's scratch directory.

import { EngineFault } from '../fault.ts'
import { Lines } from './files.ts'
import { type CutterOf, type RawObject, walk } from './raw-object.ts'
import type { Piece } from './splitter.ts'

export interface Normalised {
  readonly documentsFile: string
  readonly rejectsFile: string
  readonly documents: number
  readonly rejects: number
  readonly pieces: number
  readonly longestBytes: number
  readonly glued: boolean
}

const separator = '\u0001'

export class Normaliser {
  readonly #documents: Lines
  readonly #rejects: Lines
  #documentCount = 0
  #rejectCount = 0
  #longest = 0

  private constructor(stem: string) {
    this.#documents = new Lines(`${stem}.documents`)
    this.#rejects = new Lines(`${stem}.rejects`)
  }

  static async run(object: RawObject, stem: string, cutterOf?: CutterOf): Promise<Normalised> {
    const made = new Normaliser(stem)
    try {
      const { glued, pieces } = await walk(
        object,
        piece => made.#take(piece),
        () => made.#flush(),
        cutterOf,
      )
      await Promise.all([made.#documents.end(), made.#rejects.end()])
      return {
        documentsFile: `${stem}.documents`,
        rejectsFile: `${stem}.rejects`,
        ...{ documents: made.#documentCount, rejects: made.#rejectCount, pieces, longestBytes: made.#longest, glued },
      }
    } catch (cause) {
      if (cause instanceof RangeError) {
        throw new EngineFault(
          'data',
          `${object.path} cannot be read: ${cause.message}. Repair or remove the object and run again.`,
          undefined,
          cause,
        )
      }
      throw cause
    }
  }

  #take(piece: Piece): void {
    this.#longest = Math.max(this.#longest, piece.bytes.length)
    const text = Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, piece.bytes.length).toString('utf8')
    if (piece.reason === undefined) {
      this.#documentCount += 1
      // Outside of strings a line break is white space, and inside of them the splitter has seen none.
      this.#documents.add(`${piece.line}${separator}${piece.ordinal}${separator}${text.replaceAll(/[\r\n]/g, ' ')}`)
      return
    }
    this.#rejectCount += 1
    const { reason, line, ordinal } = piece
    this.#rejects.add(JSON.stringify({ reason, line, ordinal, raw: text }))
  }

  async #flush(): Promise<void> {
    await this.#documents.flush()
    await this.#rejects.flush()
  }
}
