// The two ways to pack a block that copy from what came before, Snappy's and LZ4's: what they share is the plain text that
// grows, and what they may not do to it.

import { PackedMalformed } from './packed.ts'

class Plain {
  readonly bytes: Uint8Array
  filled = 0

  constructor(bytes: number) {
    this.bytes = new Uint8Array(bytes)
  }

  literal(piece: Uint8Array, from: number, count: number): void {
    if (from + count > piece.length || this.filled + count > this.bytes.length) throw beyond()
    this.bytes.set(piece.subarray(from, from + count), this.filled)
    this.filled += count
  }

  /** What it copies may reach into what it writes: then it repeats. */
  copy(offset: number, count: number): void {
    const { bytes, filled } = this
    if (offset === 0 || offset > filled || filled + count > bytes.length) throw beyond()
    if (offset >= count) bytes.copyWithin(filled, filled - offset, filled - offset + count)
    else for (let at = filled; at < filled + count; at += 1) bytes[at] = bytes[at - offset] as number
    this.filled += count
  }
}

const beyond = () => new PackedMalformed('a block refers to bytes that it does not have')

/** Of so many bytes, the lowest first. */
function little(piece: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > piece.length) throw beyond()
  let value = 0
  for (let index = bytes - 1; index >= 0; index -= 1) value = value * 256 + (piece[at + index] as number)
  return value
}

/** https://github.com/google/snappy/blob/main/format_description.txt */
export function snappyBlock(piece: Uint8Array, plainBytesMax: number): Uint8Array {
  let at = 0
  let length = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = little(piece, at, 1)
    at += 1
    length += (byte & 127) * factor
    if (byte < 128) break
    if (at === 5) throw beyond()
  }
  if (length > plainBytesMax) throw beyond()
  const plain = new Plain(length)
  while (at < piece.length) {
    const tag = piece[at] as number
    const high = tag >> 2
    at += 1
    switch (tag & 3) {
      case 0: {
        const more = Math.max(0, high - 59)
        const count = 1 + (more === 0 ? high : little(piece, at, more))
        plain.literal(piece, at + more, count)
        at += more + count
        break
      }
      case 1:
        plain.copy((tag >> 5) * 256 + little(piece, at, 1), 4 + (high & 7))
        at += 1
        break
      default: {
        const bytes = (tag & 3) === 2 ? 2 : 4
        plain.copy(little(piece, at, bytes), 1 + high)
        at += bytes
      }
    }
  }
  if (plain.filled < length) throw beyond()
  return plain.bytes
}

/** A byte of a block stands for no more of the plain text. */
const lz4FactorMax = 255

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
export function lz4Block(piece: Uint8Array, plainBytesMax: number): Uint8Array {
  const plain = new Plain(Math.min(plainBytesMax, piece.length * lz4FactorMax))
  let at = 0
  /** A length that does not fit into its four bits goes on in bytes. */
  const long = (bits: number) => {
    let value = bits
    if (bits < 15) return value
    for (;;) {
      const byte = little(piece, at, 1)
      at += 1
      value += byte
      if (byte < 255) return value
    }
  }
  while (at < piece.length) {
    const token = piece[at] as number
    at += 1
    const count = long(token >> 4)
    plain.literal(piece, at, count)
    at += count
    // The last sequence has no copy.
    if (at === piece.length) break
    const offset = little(piece, at, 2)
    at += 2
    plain.copy(offset, 4 + long(token & 15))
  }
  return plain.bytes.subarray(0, plain.filled)
}
