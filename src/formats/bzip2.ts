// Reads bzip2, several streams one behind the other too; one block of at most 900,000 bytes is in memory at a time. Every
// block's checksum is compared, and every stream's.
//
//   stream:  "BZh" level | block* | 17 72 45 38 50 90 | checksum of the blocks' (32 bits) | up to the next whole byte
//   block:   31 41 59 26 53 59 | checksum (32) | 0 (1) | place of the last row (24) | used bytes | tables | symbols
//   Nothing but a stream begins at a whole byte. The highest bit comes first.

import { ByteQueue, PackedMalformed } from './packed.ts'

/** A block is no longer than that when it is packed: 900,000 symbols of 20 bits, and its tables. */
const packedBytesMax = 2_400_000
const groupSymbols = 50
const codeBitsMax = 20

export async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks)
  while ((await queue.fill(1)) > 0) {
    const [b, z, h, level = 0] = await queue.take(4)
    if (b !== 0x42 || z !== 0x5a || h !== 0x68 || level < 0x31 || level > 0x39)
      throw new PackedMalformed('this is not how a stream of bzip2 begins')
    const blockBytes = (level - 0x30) * 100_000
    let sum = 0
    let skipped = 0
    for (;;) {
      await queue.fill(packedBytesMax)
      const bits = new Bits(queue.peek(), skipped)
      const magic = bits.read(24) * 2 ** 24 + bits.read(24)
      const said = bits.read(16) * 2 ** 16 + bits.read(16)
      if (magic === 0x177245385090) {
        if (said !== sum >>> 0) throw new PackedMalformed('the checksum of a stream is another')
        queue.drop(Math.ceil(bits.at / 8))
        break
      }
      if (magic !== 0x314159265359) throw new PackedMalformed('neither a block nor the end of a stream')
      const { plain, crc } = runsOf(rowsOf(bits, blockBytes))
      if (crc !== said) throw new PackedMalformed('the checksum of a block is another')
      sum = ((sum << 1) | (sum >>> 31)) ^ crc
      queue.drop(Math.floor(bits.at / 8))
      skipped = bits.at % 8
      yield* plain
    }
  }
}

class Bits {
  at: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** 1 to 24 at once. */
  read(count: number): number {
    const value = this.peek(count)
    this.take(count)
    return value
  }

  /** With zeros behind the end. */
  peek(count: number): number {
    const bytes = this.#bytes
    const from = this.at >>> 3
    const first = ((bytes[from] ?? 0) << 24) | ((bytes[from + 1] ?? 0) << 16)
    const four = first | ((bytes[from + 2] ?? 0) << 8) | (bytes[from + 3] ?? 0)
    return (four << (this.at & 7)) >>> (32 - count)
  }

  take(count: number): void {
    this.at += count
    if (this.at > this.#bytes.length * 8) throw new PackedMalformed('it ends too early', true)
  }
}

/** Codes of one table, by their lengths. */
class Codes {
  /** The greatest code of each length; -1 where there is none. */
  readonly #limits = new Int32Array(codeBitsMax + 2).fill(-1)
  readonly #bases = new Int32Array(codeBitsMax + 2)
  readonly #symbols: readonly number[]
  readonly #shortest: number

  constructor(lengths: readonly number[]) {
    this.#shortest = Math.min(...lengths)
    this.#symbols = lengths.map((_, symbol) => symbol).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b)
    let code = 0
    let before = 0
    for (let length = 1; length <= codeBitsMax; length += 1) {
      const count = lengths.filter(one => one === length).length
      this.#bases[length] = before - code
      if (count > 0) this.#limits[length] = code + count - 1
      before += count
      code = (code + count) * 2
    }
  }

  read(bits: Bits): number {
    const ahead = bits.peek(codeBitsMax)
    for (let length = this.#shortest; length <= codeBitsMax; length += 1) {
      const code = ahead >>> (codeBitsMax - length)
      if (code > (this.#limits[length] ?? -1)) continue
      const symbol = this.#symbols[(this.#bases[length] ?? 0) + code]
      if (symbol === undefined) break
      bits.take(length)
      return symbol
    }
    throw new PackedMalformed('a code that no table has')
  }
}

/** The rows of a block in their sorted order, and where the plain text begins in them. */
interface Rows {
  readonly bytes: Uint8Array
  readonly first: number
}

function rowsOf(bits: Bits, blockBytes: number): Rows {
  if (bits.read(1) === 1) throw new PackedMalformed('a block in the random order of versions before 0.9.5')
  const first = bits.read(24)
  const used = usedBytes(bits)
  const next = symbols(bits, used.length + 2)
  const end = used.length + 1
  const bytes = new Uint8Array(blockBytes)
  let filled = 0
  let run = 0
  let power = 1
  for (;;) {
    const symbol = next()
    if (symbol < 2) {
      // Digits of a number with the digits 1 and 2: how often the byte in front is there once more.
      run += power * (symbol + 1)
      power *= 2
      if (run > blockBytes) throw new PackedMalformed('a block is longer than its stream says')
      continue
    }
    if (filled + run + (symbol === end ? 0 : 1) > blockBytes)
      throw new PackedMalformed('a block is longer than its stream says')
    bytes.fill(used[0] ?? 0, filled, filled + run)
    filled += run
    run = 0
    power = 1
    if (symbol === end) break
    const byte = used[symbol - 1] ?? 0
    used.copyWithin(1, 0, symbol - 1)
    used[0] = byte
    bytes[filled] = byte
    filled += 1
  }
  if (first >= filled) throw new PackedMalformed('a block begins beyond its end')
  return { bytes: bytes.subarray(0, filled), first }
}

function usedBytes(bits: Bits): Uint8Array {
  const ranges = bits.read(16)
  const used: number[] = []
  for (let range = 0; range < 16; range += 1) {
    if (((ranges >> (15 - range)) & 1) === 0) continue
    const there = bits.read(16)
    for (let index = 0; index < 16; index += 1) if (((there >> (15 - index)) & 1) === 1) used.push(range * 16 + index)
  }
  if (used.length === 0) throw new PackedMalformed('a block that uses no byte')
  return Uint8Array.from(used)
}

/** Reads the tables; each fifty symbols have theirs. */
function symbols(bits: Bits, count: number): () => number {
  const tables = bits.read(3)
  const selectors = bits.read(15)
  if (tables < 2 || tables > 6 || selectors === 0) throw new PackedMalformed('a block without tables')
  const order = Array.from({ length: tables }, (_, index) => index)
  const selected = Array.from({ length: selectors }, () => {
    let place = 0
    while (bits.read(1) === 1) place += 1
    const [table] = order.splice(place, 1)
    if (table === undefined) throw new PackedMalformed('a table that is not there')
    order.unshift(table)
    return table
  })
  const codes = Array.from({ length: tables }, () => {
    let length = bits.read(5)
    return new Codes(
      Array.from({ length: count }, () => {
        while (bits.read(1) === 1) length += bits.read(1) === 1 ? -1 : 1
        if (length < 1 || length > codeBitsMax) throw new PackedMalformed('a code of an impossible length')
        return length
      }),
    )
  })
  let group = 0
  let left = 0
  let current: Codes | undefined
  return () => {
    if (left === 0) {
      current = codes[selected[group] ?? -1]
      group += 1
      left = groupSymbols
    }
    if (current === undefined) throw new PackedMalformed('more symbols than tables are said for')
    left -= 1
    return current.read(bits)
  }
}

/** The plain text in pieces: four bytes that are the same are followed by how many more of them there are. */
function runsOf({ bytes, first }: Rows): { readonly plain: readonly Uint8Array[]; readonly crc: number } {
  const starts = new Uint32Array(257)
  for (const byte of bytes) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1
  for (let byte = 0; byte < 256; byte += 1) starts[byte + 1] = (starts[byte + 1] ?? 0) + (starts[byte] ?? 0)
  // The byte of each row and the row behind it in one number: they lie all over, and each look costs.
  const rows = Uint32Array.from(bytes)
  for (let row = 0; row < bytes.length; row += 1) {
    const byte = bytes[row] as number
    const start = starts[byte] as number
    rows[start] = (rows[start] as number) | (row << 8)
    starts[byte] = start + 1
  }
  const plain: Uint8Array[] = []
  let piece = new Uint8Array(pieceBytes)
  let filled = 0
  let crc = -1
  const put = (byte: number) => {
    if (filled === pieceBytes) {
      plain.push(piece)
      piece = new Uint8Array(pieceBytes)
      filled = 0
    }
    piece[filled] = byte
    filled += 1
    crc = (crc << 8) ^ (crcTable[((crc >>> 24) ^ byte) & 255] as number)
  }
  let entry = rows[(rows[first] as number) >>> 8] as number
  let same = 0
  let last = -1
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = entry & 255
    entry = rows[entry >>> 8] as number
    if (same === 4) {
      for (let more = 0; more < byte; more += 1) put(last)
      same = 0
      last = -1
      continue
    }
    same = byte === last ? same + 1 : 1
    last = byte
    put(byte)
  }
  plain.push(piece.subarray(0, filled))
  return { plain, crc: ~crc >>> 0 }
}

const pieceBytes = 256 * 1024

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc
})
