// Takes apart the records that the Kinesis Producer Library packs into one: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
//
//   F3 89 9A C2 | AggregatedRecord (Protocol Buffers) | MD5 of the message
//   AggregatedRecord: 1 partition_key_table (string)*  2 explicit_hash_key_table (string)*  3 records (Record)*
//   Record: 1 partition_key_index  2 explicit_hash_key_index?  3 data  4 tags*
//
// What is not whole in every part is no aggregated record but somebody's own bytes, as the Kinesis Client Library sees it.

import { hash } from 'node:crypto'
import { NotProtobuf, protobufFields } from './protobuf.ts'

export interface UserRecord {
  readonly partitionKey: string
  /** A decimal, as in PutRecord. */
  readonly explicitHashKey?: string
  readonly data: Uint8Array
}

const magic = [0xf3, 0x89, 0x9a, 0xc2]
const digestBytes = 16
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** In their order; undefined when `data` is no aggregated record. `data` of the records is part of the bytes given. */
export function userRecords(data: Uint8Array): readonly UserRecord[] | undefined {
  if (data.length < magic.length + digestBytes || magic.some((byte, index) => data[index] !== byte)) return undefined
  const message = data.subarray(magic.length, -digestBytes)
  const digest = hash('md5', message, 'buffer')
  if (!digest.equals(data.subarray(-digestBytes))) return undefined
  try {
    return recordsOf(message)
  } catch (cause) {
    if (cause instanceof NotProtobuf) return undefined
    throw cause
  }
}

function recordsOf(message: Uint8Array): readonly UserRecord[] {
  const partitionKeys: string[] = []
  const hashKeys: string[] = []
  const packed: Packed[] = []
  for (const { number, value } of protobufFields(message)) {
    if (number === 1) partitionKeys.push(utf8.decode(bytesOf(value)))
    else if (number === 2) hashKeys.push(utf8.decode(bytesOf(value)))
    else if (number === 3) packed.push(packedOf(bytesOf(value)))
  }
  // The tables may stand behind the records that point into them.
  return packed.map(({ partitionKey, hashKey, data }) => ({
    partitionKey: entry(partitionKeys, partitionKey),
    ...(hashKey === undefined ? {} : { explicitHashKey: entry(hashKeys, hashKey) }),
    data,
  }))
}

/** With the places of its keys in the tables. */
interface Packed {
  readonly partitionKey: number
  readonly hashKey: number | undefined
  readonly data: Uint8Array
}

function packedOf(bytes: Uint8Array): Packed {
  let partitionKey: number | undefined
  let hashKey: number | undefined
  let data: Uint8Array | undefined
  for (const { number, value } of protobufFields(bytes)) {
    if (number === 1) partitionKey = numberOf(value)
    else if (number === 2) hashKey = numberOf(value)
    else if (number === 3) data = bytesOf(value)
  }
  if (partitionKey === undefined || data === undefined) throw new NotProtobuf('a record lacks its key or its data')
  return { partitionKey, hashKey, data }
}

function entry(table: readonly string[], index: number): string {
  const found = table[index]
  if (found === undefined) throw new NotProtobuf('a record names a key that is not in the table')
  return found
}

function bytesOf(value: number | Uint8Array | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new NotProtobuf('a field that holds bytes is of another kind')
}

function numberOf(value: number | Uint8Array | undefined): number {
  if (typeof value === 'number') return value
  throw new NotProtobuf('a field that holds a number is of another kind')
}
