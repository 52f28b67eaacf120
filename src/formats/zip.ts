// Writes a zip file with one entry as a stream: sizes and checksum are not known before its end, so they stand behind the
// data, as the format allows. It reads nothing and needs no ZIP64: four gigabytes are more than any buffer of records.
//
//   local header | deflated data | data descriptor | central directory (one header) | end of central directory
//   https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

import assert from 'node:assert/strict'
import { pipeline } from 'node:stream/promises'
import { crc32, createDeflateRaw } from 'node:zlib'

const localHeader = 0x04034b50
const dataDescriptor = 0x08074b50
const centralHeader = 0x02014b50
const endOfDirectory = 0x06054b50
const version = 20
/** Sizes follow the data (bit 3), the name is UTF-8 (bit 11). */
const flags = 0x0808
const deflated = 8
/** The first of January 1980, the earliest that there is: the same records make the same file. */
const date = 0x0021
const bytesMax = 0xffff_ffff

export async function* zipped(chunks: AsyncIterable<Uint8Array>, entryName: string): AsyncGenerator<Uint8Array> {
  const name = Buffer.from(entryName)
  const head = record(localHeader, [2, version], [2, flags], [2, deflated], [2, 0], [2, date])
  const local = Buffer.concat([head, numbers([4, 0], [4, 0], [4, 0], [2, name.length], [2, 0]), name])
  yield local

  let sum = 0
  let plainBytes = 0
  let packedBytes = 0
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      sum = crc32(chunk, sum)
      plainBytes += chunk.length
      yield chunk
    }
  }
  const deflate = createDeflateRaw()
  // Its failure destroys `deflate`, which the reading below throws.
  const feeding = pipeline(measured, deflate)
  feeding.catch(() => undefined)
  for await (const chunk of deflate as AsyncIterable<Uint8Array>) {
    packedBytes += chunk.length
    yield chunk
  }
  await feeding
  assert(plainBytes <= bytesMax && packedBytes <= bytesMax, 'an entry of a zip without ZIP64 has less than 4 GiB')

  const measures = numbers([4, sum], [4, packedBytes], [4, plainBytes])
  const descriptor = Buffer.concat([record(dataDescriptor), measures])
  const directory = Buffer.concat([
    record(centralHeader, [2, version], [2, version], [2, flags], [2, deflated], [2, 0], [2, date]),
    measures,
    // No extra field, no comment, the first disk, no attributes, the local header at 0.
    numbers([2, name.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, 0]),
    name,
  ])
  const directoryAt = local.length + packedBytes + descriptor.length
  assert(directoryAt <= bytesMax, 'a zip without ZIP64 has less than 4 GiB')
  const end = record(endOfDirectory, [2, 0], [2, 0], [2, 1], [2, 1], [4, directory.length], [4, directoryAt], [2, 0])
  yield Buffer.concat([descriptor, directory, end])
}

type Sized = readonly [bytes: 2 | 4, value: number]

function record(signature: number, ...fields: readonly Sized[]): Buffer {
  return numbers([4, signature], ...fields)
}

/** The lowest byte first. */
function numbers(...fields: readonly Sized[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [length]) => sum + length, 0))
  fields.reduce((at, [length, value]) => bytes.writeUIntLE(value, at, length), 0)
  return bytes
}
