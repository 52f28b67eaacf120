// A record as its shard's log keeps it.
//
//   form, 1 byte (1) · length of the partition key, 2 bytes little endian · partition key, UTF-8 · data

import assert from 'node:assert/strict'

export interface RecordContent {
  readonly partitionKey: string
  readonly data: Uint8Array
}

export const form = 1
export const headBytes = 3

/** The data is a view of the payload. */
export function decodeRecord(payload: Uint8Array): RecordContent {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  assert(bytes[0] === form, `a record of form ${bytes[0]} is not one this version writes`)
  const dataStart = headBytes + bytes.readUInt16LE(1)
  assert(dataStart <= bytes.length, "a record's key lies inside its payload")
  return { partitionKey: bytes.toString('utf8', headBytes, dataStart), data: bytes.subarray(dataStart) }
}
