/**
 * Directories in which the engine writes results. Making one durable and removing it take longer than a small query may,
 * so one is kept ready and used ones are removed afterwards.
 */
import type { Scratch } from '../../durable/blobs.ts'
import type { Background } from '../../world/background.ts'
import type { Blobs } from './needs.ts'

export interface ResultRoom extends Disposable {
  readonly path: string
}

export class ResultRooms {
  readonly #blobs: Blobs
  readonly #background: Background
  #ready: Promise<Scratch> | undefined

  constructor(parts: { readonly blobs: Blobs; readonly background: Background }) {
    this.#blobs = parts.blobs
    this.#background = parts.background
  }

  async take(): Promise<ResultRoom> {
    const ready = this.#ready
    this.#ready = undefined
    const scratch = await (ready ?? this.#blobs.scratch())
    return {
      path: scratch.path,
      [Symbol.dispose]: () => this.#background.run('clear a result room', () => this.#clear(scratch)),
    }
  }

  async #clear(scratch: Scratch): Promise<void> {
    await scratch[Symbol.asyncDispose]()
    // What is ready when the process ends is removed at the next start, as everything in scratch/.
    if (this.#background.closing.aborted) return
    this.#ready ??= this.#blobs.scratch()
    await this.#ready
  }
}
