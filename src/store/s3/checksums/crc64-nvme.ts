// CRC-64/NVME, eight bytes at a time from tables, its 64 bits in two halves: BigInt would be fifty times slower.

const polynomialHigh = 0x9a6c9329
const polynomialLow = 0xac4bc9b5
/** Eight tables of 256: table k holds what a byte does that has k bytes after it. */
const highs = new Int32Array(8 * 256)
const lows = new Int32Array(8 * 256)
const high = (at: number): number => highs[at] as number
const low = (at: number): number => lows[at] as number

for (let byte = 0; byte < 256; byte++) {
  let h = 0
  let l = byte
  for (let bit = 0; bit < 8; bit++) {
    const odd = (l & 1) === 1
    l = (l >>> 1) | (h << 31)
    h = h >>> 1
    if (odd) {
      h ^= polynomialHigh
      l ^= polynomialLow
    }
  }
  highs[byte] = h
  lows[byte] = l
}
for (let at = 256; at < highs.length; at++) {
  const h = high(at - 256)
  const l = low(at - 256)
  lows[at] = ((l >>> 8) | (h << 24)) ^ low(l & 255)
  highs[at] = (h >>> 8) ^ high(l & 255)
}

export class Crc64Nvme {
  #high = -1
  #low = -1

  update(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let h = this.#high
    let l = this.#low
    let at = 0
    for (const end = bytes.byteLength - 7; at < end; at += 8) {
      const a = l ^ view.getInt32(at, true)
      const b = h ^ view.getInt32(at + 4, true)
      const i = 1792 + (a & 255)
      const j = 1536 + ((a >>> 8) & 255)
      const k = 1280 + ((a >>> 16) & 255)
      const m = 1024 + (a >>> 24)
      const n = 768 + (b & 255)
      const o = 512 + ((b >>> 8) & 255)
      const p = 256 + ((b >>> 16) & 255)
      const q = b >>> 24
      h = high(i) ^ high(j) ^ high(k) ^ high(m) ^ high(n) ^ high(o) ^ high(p) ^ high(q)
      l = low(i) ^ low(j) ^ low(k) ^ low(m) ^ low(n) ^ low(o) ^ low(p) ^ low(q)
    }
    for (; at < bytes.byteLength; at++) {
      const byte = (l ^ view.getUint8(at)) & 255
      l = ((l >>> 8) | (h << 24)) ^ low(byte)
      h = (h >>> 8) ^ high(byte)
    }
    this.#high = h
    this.#low = l
  }

  /** Eight bytes, the highest first. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(~this.#high, 0)
    bytes.writeInt32BE(~this.#low, 4)
    return bytes
  }
}
