// The appends that will go to the disk together: encoded as they come, so that later changes to a caller's bytes do no
// harm, and each acknowledged with the rest.

import type { Payloads } from './payloads.ts'
import { frameBodyBytesMax, frameHeaderBytes, lengthBytes, sealFrame } from './segment-format.ts'
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
  add(payloads: Payloads, at: number): Promise<number> {
    const firstIndex = this.endIndex
    this.#makeRoom(payloads)
    for (let next = 0; next < payloads.count; ) next = this.#addFrame(payloads, next, at)
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

  /** As many records from `first` on as one frame takes; answers which is the next. */
  #addFrame(payloads: Payloads, first: number, at: number): number {
    const start = this.#pieceUsed
    const bodyStart = start + frameHeaderBytes
    const next = endOfFrame(payloads, first)
    const several = next > first + 1
    const end = several ? bodyStart + bytesOfSeveral(payloads, first, next) : bodyStart + payloads.bytesOf(first)
    if (several) payloads.writeSeveral(first, next, this.#piece, bodyStart)
    else payloads.write(first, this.#piece, bodyStart)
    const lastMark = this.marks.at(-1)
    if (lastMark === undefined || this.bytes - lastMark.position >= markSpacingBytes) {
      this.marks.push({ index: this.endIndex, at, position: this.bytes })
    }
    sealFrame(this.#piece, start, {
      index: this.endIndex,
      at,
      bodyBytes: end - bodyStart,
      several,
      startsBatch: this.endIndex === this.firstIndex,
    })
    this.#pieceUsed = end
    this.bytes += end - start
    this.endIndex += next - first
    return next
  }

  #makeRoom(payloads: Payloads): void {
    let bodies = 0
    for (let nth = 0; nth < payloads.count; nth++) bodies += lengthBytes + payloads.bytesOf(nth)
    // What does not fit into a frame any more begins the next: two that follow each other hold more than one may.
    const frames = 1 + Math.floor((2 * bodies) / frameBodyBytesMax)
    const needed = bodies + frames * frameHeaderBytes
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

/** The record behind the last that a frame takes which begins with `first`: all that fit together, or one of any size. */
function endOfFrame(payloads: Payloads, first: number): number {
  let next = first
  let bytes = 0
  do bytes += lengthBytes + payloads.bytesOf(next++)
  while (next < payloads.count && bytes + lengthBytes + payloads.bytesOf(next) <= frameBodyBytesMax)
  return next
}

function bytesOfSeveral(payloads: Payloads, first: number, end: number): number {
  let bytes = 0
  for (let nth = first; nth < end; nth++) bytes += lengthBytes + payloads.bytesOf(nth)
  return bytes
}
