// A file in a scratch directory: appended to, read in any order, never synced. It promises nothing beyond the process that
// made it; its directory goes when that is done with it, or at the next start.

import assert from 'node:assert/strict'
import type { DiskFile } from '../world/disk.ts'

const pieceBytesMax = 256 * 1024

export class ScratchFile {
  /** For an engine child, which reads it by itself. */
  readonly path: string
  readonly #file: DiskFile
  #bytes = 0

  constructor(path: string, file: DiskFile) {
    this.path = path
    this.#file = file
  }

  get bytes(): number {
    return this.#bytes
  }

  /** One append after the other. Answers where it begins. */
  async append(parts: readonly Uint8Array[]): Promise<number> {
    const position = this.#bytes
    await this.#file.write(parts, position)
    this.#bytes += parts.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return position
  }

  /** Of what was appended: [from, toExclusive), in pieces. */
  async *read(from: number, toExclusive: number): AsyncGenerator<Uint8Array> {
    assert(from >= 0 && from <= toExclusive && toExclusive <= this.#bytes, `${from} to ${toExclusive} was written`)
    for (let position = from; position < toExclusive; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytesMax, toExclusive - position))
      const bytes = await this.#file.read(piece, position)
      assert(bytes === piece.byteLength, `${this.path} is as long as it was written`)
      yield piece
      position += bytes
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
