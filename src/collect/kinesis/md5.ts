// The first 32 bits of a short key's MD5, which is nearly all that routing needs. Node's own hash takes twice the time for
// so few bytes, most of it on the way to it and back with 32 hex digits.
// https://www.rfc-editor.org/rfc/rfc1321

/** One block of 64 bytes holds the key, its end mark and its length. */
const keyBytesMax = 55

const sines = Int32Array.from({ length: 64 }, (_, step) => Math.floor(Math.abs(Math.sin(step + 1)) * 2 ** 32))
const shifts = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21)
const block = new Int32Array(16)

/** Undefined for a key that is longer than one block, or not ASCII. */
export function md5Top(key: string): number | undefined {
  if (!fillBlock(key)) return undefined
  let a = 0x67452301
  let b = 0xefcdab89 | 0
  let c = 0x98badcfe | 0
  let d = 0x10325476
  // One loop a round: each has its own way to mix, and to go through the block.
  for (let step = 0; step < 16; step++) {
    const sum = (a + (d ^ (b & (c ^ d))) + of(sines, step) + of(block, step)) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, of(shifts, step & 3))) | 0
  }
  for (let step = 16; step < 32; step++) {
    const sum = (a + (c ^ (d & (b ^ c))) + of(sines, step) + of(block, (5 * step + 1) & 15)) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, of(shifts, 4 + (step & 3)))) | 0
  }
  for (let step = 32; step < 48; step++) {
    const sum = (a + (b ^ c ^ d) + of(sines, step) + of(block, (3 * step + 5) & 15)) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, of(shifts, 8 + (step & 3)))) | 0
  }
  for (let step = 48; step < 64; step++) {
    const sum = (a + (c ^ (b | ~d)) + of(sines, step) + of(block, (7 * step) & 15)) | 0
    a = d
    d = c
    c = b
    b = (b + rotated(sum, of(shifts, 12 + (step & 3)))) | 0
  }
  return bytesSwapped((a + 0x67452301) | 0)
}

const of = (words: Int32Array, place: number) => words[place] as number
const rotated = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits))

function fillBlock(key: string): boolean {
  const { length } = key
  if (length > keyBytesMax) return false
  block.fill(0)
  for (let i = 0; i < length; i++) {
    const code = key.charCodeAt(i)
    if (code > 0x7f) return false
    block[i >> 2] = (block[i >> 2] as number) | (code << ((i & 3) << 3))
  }
  block[length >> 2] = (block[length >> 2] as number) | (0x80 << ((length & 3) << 3))
  block[14] = length << 3
  return true
}

/** MD5 counts in little-endian words; a hash key begins with its first byte. */
const bytesSwapped = (word: number) =>
  (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
