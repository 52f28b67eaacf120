// CRC-32C (Castagnoli), eight bytes at a time from tables. node:zlib has CRC-32 only.

const polynomial = 0x82f63b78
/** Eight tables of 256: table k holds what a byte does that has k bytes after it. */
const tables = new Int32Array(8 * 256)
const look = (table: number, byte: number): number => tables[table * 256 + (byte & 255)] as number

for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  tables[byte] = crc
}
for (let table = 1; table < 8; table++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = look(table - 1, byte)
    tables[table * 256 + byte] = (before >>> 8) ^ look(0, before)
  }
}

/** `before` is the checksum of everything up to here. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let crc = ~before
  let at = 0
  for (const end = bytes.byteLength - 7; at < end; at += 8) {
    const a = crc ^ view.getInt32(at, true)
    const b = view.getInt32(at + 4, true)
    crc =
      look(7, a) ^
      look(6, a >>> 8) ^
      look(5, a >>> 16) ^
      look(4, a >>> 24) ^
      look(3, b) ^
      look(2, b >>> 8) ^
      look(1, b >>> 16) ^
      look(0, b >>> 24)
  }
  for (; at < bytes.byteLength; at++) crc = (crc >>> 8) ^ look(0, crc ^ view.getUint8(at))
  return ~crc >>> 0
}
