// The appends that will go to the disk together: encoded as they come, so that later changes to a caller's bytes do no
// harm, and each acknowledged with the rest.

import { encodeRecord, recordHeaderBytes } from './segment-format.ts'
import { type Mark, markSpacingBytes } from './sparse-index.ts'

const pieceBytesMax = 1024 * 1024

export class Batch {
  readonly firstIndex: number
  readonly pieces: Buffer[] = []
  /** Positions count from the batch's first byte. */
  readonly marks: Mark[] = []
  endIndex: number
  lastAt = 0
  bytes = 0
  #piece: Buffer = Buffer.alloc(0)
  #pieceUsed = 0
  readonly #waiters: {
    resolve(firstIndex: number): void
    reject(cause: unknown): void
    readonly firstIndex: number
  }[] = []

  constructor(firstIndex: number) {
    this.firstIndex = firstIndex
    this.endIndex = firstIndex
  }

  /** Resolves with the index of the first payload when the batch is acknowledged. */
  add(payloads: readonly Uint8Array[], at: number): Promise<number> {
    const firstIndex = this.endIndex
    this.#makeRoom(payloads)
    for (const payload of payloads) {
      const start = this.#pieceUsed
      const lastMark = this.marks.at(-1)
      if (lastMark === undefined || this.bytes - lastMark.position >= markSpacingBytes) {
        this.marks.push({ index: this.endIndex, at, position: this.bytes })
      }
      const startsBatch = this.endIndex === this.firstIndex
      this.#pieceUsed = encodeRecord(this.#piece, start, { index: this.endIndex, at, payload }, startsBatch)
      this.bytes += this.#pieceUsed - start
      this.endIndex++
    }
    this.lastAt = at
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.#waiters.push({ resolve, reject, firstIndex })
    return promise
  }

  /** What is to be written, in order. The batch takes nothing more. */
  close(): readonly Buffer[] {
    this.#closePiece()
    return this.pieces
  }

  acknowledge(): void {
    for (const { resolve, firstIndex } of this.#waiters) resolve(firstIndex)
  }

  reject(cause: unknown): void {
    for (const { reject } of this.#waiters) reject(cause)
  }

  #makeRoom(payloads: readonly Uint8Array[]): void {
    const needed = payloads.reduce((sum, payload) => sum + recordHeaderBytes + payload.byteLength, 0)
    if (this.#piece.byteLength - this.#pieceUsed >= needed) return
    this.#closePiece()
    // A lone append gets just its bytes; a batch that goes on gathering gets ever larger pieces.
    this.#piece = Buffer.allocUnsafe(Math.max(needed, Math.min(pieceBytesMax, this.bytes)))
    this.#pieceUsed = 0
  }

  #closePiece(): void {
    if (this.#pieceUsed > 0) this.pieces.push(this.#piece.subarray(0, this.#pieceUsed))
    this.#piece = Buffer.alloc(0)
    this.#pieceUsed = 0
  }
}
