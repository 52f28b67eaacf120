/**
 * Readers of Firehose's two Snappy containers, with a decoder of Snappy's blocks written from its description alone
 * (https://github.com/google/snappy/blob/main/format_description.txt): nothing of the library that wrote them. Strict: a
 * byte too many, a length that does not agree or a copy from before the start is an error.
 */
import assert from 'node:assert/strict'

export function readSnappyJava(bytes: Uint8Array): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  assert.equal(Buffer.from(bytes.subarray(0, 8)).toString('latin1'), '\x82SNAPPY\0')
  assert.equal(view.getInt32(8), 1)
  assert.equal(view.getInt32(12), 1)
  const plain: Uint8Array[] = []
  for (let at = 16; at < bytes.length; ) {
    const length = view.getInt32(at)
    plain.push(readBlock(taken(bytes, at + 4, length)))
    at += 4 + length
  }
  return Buffer.concat(plain)
}

export function readHadoopSnappy(bytes: Uint8Array): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const plain: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const expected = view.getInt32(at)
    const length = view.getInt32(at + 4)
    const block = readBlock(taken(bytes, at + 8, length))
    assert.equal(block.length, expected)
    plain.push(block)
    at += 8 + length
  }
  return Buffer.concat(plain)
}

function taken(bytes: Uint8Array, from: number, length: number): Uint8Array {
  assert.ok(length > 0 && from + length <= bytes.length, 'a block goes beyond the end')
  return bytes.subarray(from, from + length)
}

function readBlock(block: Uint8Array): Uint8Array {
  let at = 0
  const next = () => {
    const byte = block[at]
    assert.ok(byte !== undefined, 'a block ends inside an element')
    at += 1
    return byte
  }
  const little = (bytes: number) =>
    Array.from({ length: bytes }, next).reduce((sum, byte, index) => sum + byte * 256 ** index, 0)
  let length = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = next()
    length += (byte & 127) * factor
    if (byte < 128) break
  }
  const plain = new Uint8Array(length)
  let filled = 0
  while (at < block.length) {
    const tag = next()
    const high = tag >> 2
    if ((tag & 3) === 0) {
      const count = 1 + (high < 60 ? high : little(high - 59))
      plain.set(taken(block, at, count), filled)
      at += count
      filled += count
      continue
    }
    const short = (tag & 3) === 1
    const count = short ? 4 + (high & 7) : 1 + high
    const offset = short ? (tag >> 5) * 256 + next() : little((tag & 3) === 2 ? 2 : 4)
    assert.ok(offset > 0 && offset <= filled && filled + count <= length, 'a copy from nowhere or to nowhere')
    for (let index = 0; index < count; index += 1, filled += 1) plain[filled] = plain[filled - offset] ?? 0
  }
  assert.equal(filled, length)
  return plain
}
