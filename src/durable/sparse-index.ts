// Where in a segment file its records lie, one mark for every 64 KiB, and the sidecar file that keeps the marks: of all of a
// sealed segment, of the beginning of the one written to. The sidecar is only a shortcut, written after what it tells of is
// durable: where it is missing or does not verify, the segment is walked and tells all again.
//
//   sidecar  = "biwaidx" version:u8 crc:u32 count:u32 firstIndex:u64 endIndex:u64 lastAt:u64 segmentBytes:u64 mark*
//   mark     = index:u64 at:u64 position:u64                       little-endian; crc is of everything behind itself

import { crc32 } from 'node:zlib'

export interface Mark {
  readonly index: number
  readonly at: number
  readonly position: number
}

export const markSpacingBytes = 64 * 1024
const version = 1
const magic = Buffer.from('biwaidx', 'latin1')
const fixedBytes = 48
const markBytes = 24

export class SparseIndex {
  readonly firstIndex: number
  #endIndex: number
  #lastAt = 0
  #segmentBytes: number
  readonly #marks: Mark[]

  constructor(firstIndex: number, segmentBytes: number) {
    this.firstIndex = firstIndex
    this.#endIndex = firstIndex
    this.#segmentBytes = segmentBytes
    this.#marks = []
  }

  /** One more than the last record's. */
  get endIndex(): number {
    return this.#endIndex
  }

  get lastAt(): number {
    return this.#lastAt
  }

  get firstAt(): number | undefined {
    return this.#marks[0]?.at
  }

  get segmentBytes(): number {
    return this.#segmentBytes
  }

  /** Marks only where the last mark is far enough behind. The first record always gets one. */
  mark(mark: Mark): void {
    const last = this.#marks.at(-1)
    if (last === undefined || mark.position - last.position >= markSpacingBytes) this.#marks.push(mark)
  }

  extend(endIndex: number, lastAt: number, segmentBytes: number): void {
    this.#endIndex = endIndex
    this.#lastAt = lastAt
    this.#segmentBytes = segmentBytes
  }

  /** The last mark at or before that record. */
  lastUpTo(index: number): Mark | undefined {
    return this.#lastWhere(mark => mark.index <= index)
  }

  /** The last mark of a record appended before that instant. */
  lastBefore(at: number): Mark | undefined {
    return this.#lastWhere(mark => mark.at < at)
  }

  encode(): Buffer {
    const bytes = Buffer.alloc(fixedBytes + this.#marks.length * markBytes)
    magic.copy(bytes)
    bytes[7] = version
    bytes.writeUInt32LE(this.#marks.length, 12)
    for (const [i, number] of [this.firstIndex, this.#endIndex, this.#lastAt, this.#segmentBytes].entries()) {
      bytes.writeBigUInt64LE(BigInt(number), 16 + i * 8)
    }
    for (const [i, { index, at, position }] of this.#marks.entries()) {
      const offset = fixedBytes + i * markBytes
      bytes.writeBigUInt64LE(BigInt(index), offset)
      bytes.writeBigUInt64LE(BigInt(at), offset + 8)
      bytes.writeBigUInt64LE(BigInt(position), offset + 16)
    }
    bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8)
    return bytes
  }

  /** Undefined when the bytes are not a whole sidecar of that segment, or tell of more than the segment has. */
  static decode(
    bytes: Buffer,
    segment: { readonly firstIndex: number; readonly bytes: number },
  ): SparseIndex | undefined {
    if (bytes.byteLength < fixedBytes || bytes.compare(magic, 0, 7, 0, 7) !== 0 || bytes[7] !== version)
      return undefined
    if (crc32(bytes.subarray(12)) !== bytes.readUInt32LE(8)) return undefined
    const number = (offset: number) => Number(bytes.readBigUInt64LE(offset))
    if (number(16) !== segment.firstIndex || number(40) > segment.bytes) return undefined
    const index = new SparseIndex(segment.firstIndex, number(40))
    for (let offset = fixedBytes; offset < bytes.byteLength; offset += markBytes) {
      index.#marks.push({ index: number(offset), at: number(offset + 8), position: number(offset + 16) })
    }
    index.extend(number(24), number(32), number(40))
    return index
  }

  /** Marks are in order of index, position and instant at once. */
  #lastWhere(holds: (mark: Mark) => boolean): Mark | undefined {
    let low = 0
    let high = this.#marks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(this.#marks[middle] as Mark)) low = middle + 1
      else high = middle
    }
    return this.#marks[low - 1]
  }
}
