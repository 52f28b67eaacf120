// A record as its shard's log keeps it.
//
//   form, 1 byte (1) · length of the partition key, 2 bytes little endian · partition key, UTF-8 · data

import assert from 'node:assert/strict'
import type { Payloads } from '../../durable/payloads.ts'

export interface RecordContent {
  readonly partitionKey: string
  readonly data: Uint8Array
}

const form = 1
const headBytes = 3

/** What goes into a shard's log of a request's records: all, or those at `places`. Written once, where the log wants it. */
export class RecordPayloads implements Payloads {
  readonly count: number
  readonly #records: readonly RecordContent[]
  readonly #places: readonly number[] | undefined
  readonly #keyBytes: Uint16Array
  readonly #bytes: Uint32Array

  constructor(records: readonly RecordContent[], places?: readonly number[]) {
    this.#records = records
    this.#places = places
    this.count = places?.length ?? records.length
    this.#keyBytes = new Uint16Array(this.count)
    this.#bytes = new Uint32Array(this.count)
    for (let nth = 0; nth < this.count; nth++) {
      const { partitionKey, data } = this.#record(nth)
      const keyBytes = utf8Bytes(partitionKey)
      this.#keyBytes[nth] = keyBytes
      this.#bytes[nth] = headBytes + keyBytes + data.length
    }
  }

  bytesOf(nth: number): number {
    return this.#bytes[nth] as number
  }

  write(nth: number, into: Buffer, offset: number): void {
    const { partitionKey, data } = this.#record(nth)
    const keyBytes = this.#keyBytes[nth] as number
    const keyStart = offset + headBytes
    into[offset] = form
    into[offset + 1] = keyBytes & 0xff
    into[offset + 2] = keyBytes >> 8
    // As many bytes as characters: ASCII, which is quicker written here than handed over to be written.
    if (keyBytes === partitionKey.length)
      for (let i = 0; i < keyBytes; i++) into[keyStart + i] = partitionKey.charCodeAt(i)
    else into.write(partitionKey, keyStart)
    into.set(data, keyStart + keyBytes)
  }

  #record(nth: number): RecordContent {
    return this.#records[this.#places === undefined ? nth : (this.#places[nth] as number)] as RecordContent
  }
}

function utf8Bytes(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text)
  return text.length
}

/** The data is a view of the payload. */
export function decodeRecord(payload: Uint8Array): RecordContent {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  assert(bytes[0] === form, `a record of form ${bytes[0]} is not one this version writes`)
  const dataStart = headBytes + bytes.readUInt16LE(1)
  assert(dataStart <= bytes.length, "a record's key lies inside its payload")
  return { partitionKey: bytes.toString('utf8', headBytes, dataStart), data: bytes.subarray(dataStart) }
}
