// A record as its shard's log keeps it.
//
//   form, 1 byte (1) · length of the partition key, 2 bytes little endian · partition key, UTF-8 · data

import assert from 'node:assert/strict'

export const form = 1
export const headBytes = 3

/** Where the data begin of the payload that stands in `bytes` from `start` to `end`. */
export function dataStartOf(bytes: Uint8Array, start: number, end: number): number {
  assert(bytes[start] === form, `a record of form ${bytes[start]} is not one this version writes`)
  const keyBytes = (bytes[start + 1] as number) + 256 * (bytes[start + 2] as number)
  const dataStart = start + headBytes + keyBytes
  assert(dataStart <= end, "a record's key lies inside its payload")
  return dataStart
}

/** The partition key of a payload whose data begin at `dataStart`. */
export const partitionKeyOf = (bytes: Buffer, start: number, dataStart: number): string =>
  bytes.toString('utf8', start + headBytes, dataStart)
