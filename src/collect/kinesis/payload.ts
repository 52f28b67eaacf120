// A record as its shard's log keeps it.
//
//   form, 1 byte (1) · length of the partition key, 2 bytes little endian · partition key, UTF-8 · data

import assert from 'node:assert/strict'

export interface RecordContent {
  readonly partitionKey: string
  readonly data: Uint8Array
}

const form = 1
const headBytes = 3

/** All records of a request share one allocation. */
export function encodeRecords(records: readonly RecordContent[]): readonly Uint8Array[] {
  let bytes = 0
  for (const { partitionKey, data } of records) bytes += headBytes + Buffer.byteLength(partitionKey) + data.length
  const block = Buffer.allocUnsafeSlow(bytes)
  let end = 0
  return records.map(({ partitionKey, data }) => {
    const start = end
    const keyBytes = block.write(partitionKey, start + headBytes)
    block[start] = form
    block.writeUInt16LE(keyBytes, start + 1)
    block.set(data, start + headBytes + keyBytes)
    end = start + headBytes + keyBytes + data.length
    return block.subarray(start, end)
  })
}

/** The data is a view of the payload. */
export function decodeRecord(payload: Uint8Array): RecordContent {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  assert(bytes[0] === form, `a record of form ${bytes[0]} is not one this version writes`)
  const dataStart = headBytes + bytes.readUInt16LE(1)
  assert(dataStart <= bytes.length, "a record's key lies inside its payload")
  return { partitionKey: bytes.toString('utf8', headBytes, dataStart), data: bytes.subarray(dataStart) }
}
