// The records of a put, in columns: their payloads stand behind each other as a frame of the log has them, so that records that
// go to one shard together are copied there in one piece, and nobody makes an object of each.
import type { Payloads } from '../../durable/payloads.ts'
import { form, headBytes } from './payload.ts'

export interface NewRecord {
  readonly partitionKey: string
  readonly data: Uint8Array
  readonly explicitHashKey?: string | undefined
}

const lengthBytes = 4

/** How many bytes a record takes at most that has a key of so many characters and so many bytes of data. */
export const roomOf = (keyCharacters: number, dataBytes: number): number =>
  lengthBytes + headBytes + 3 * keyCharacters + dataBytes

export class RecordBatch implements Payloads {
  readonly #bytes: Buffer
  /** Where each record's length stands, and where the next would: beyond 4 GiB in what is refused for its size. */
  readonly #starts: Float64Array
  readonly #keys: string[] = []
  #explicitHashKeys: Map<number, string> | undefined
  /** Of all data. */
  dataBytes = 0
  /** Of the largest record's data. */
  dataBytesMax = 0
  /** Of all partition keys. */
  keyCharacters = 0

  /** For at most so many records with so much room. */
  constructor(count: number, room: number) {
    this.#bytes = Buffer.allocUnsafe(room)
    this.#starts = new Float64Array(count + 1)
  }

  static of(records: readonly NewRecord[]): RecordBatch {
    let room = 0
    for (const { partitionKey, data } of records) room += roomOf(partitionKey.length, data.length)
    const batch = new RecordBatch(records.length, room)
    for (const { partitionKey, data, explicitHashKey } of records) {
      const start = batch.#begin(partitionKey)
      batch.#bytes.set(data, start)
      batch.#end(partitionKey, start, data.length, explicitHashKey)
    }
    return batch
  }

  get count(): number {
    return this.#keys.length
  }

  keyOf(nth: number): string {
    return this.#keys[nth] as string
  }

  /** A decimal; undefined where the key's own hash counts. */
  explicitHashKeyOf(nth: number): string | undefined {
    return this.#explicitHashKeys?.get(nth)
  }

  get explicitHashKeys(): Iterable<string> {
    return this.#explicitHashKeys?.values() ?? []
  }

  dataBytesOf(nth: number): number {
    const start = (this.#starts[nth] as number) + lengthBytes
    return (this.#starts[nth + 1] as number) - start - headBytes - this.#bytes.readUInt16LE(start + 1)
  }

  /** Of the data and of the partition key, as rates count them. */
  contentBytesOf(nth: number): number {
    return this.bytesOf(nth) - headBytes
  }

  /** Decodes the data where it is kept. False, and the batch is of no more use, where the text is not base64 of so many bytes. */
  addBase64(partitionKey: string, text: string, dataBytes: number): boolean {
    const start = this.#begin(partitionKey)
    if (this.#bytes.write(text, start, dataBytes, 'base64') !== dataBytes) return false
    this.#end(partitionKey, start, dataBytes)
    return true
  }

  bytesOf(nth: number): number {
    return (this.#starts[nth + 1] as number) - (this.#starts[nth] as number) - lengthBytes
  }

  write(nth: number, into: Buffer, offset: number): void {
    const start = (this.#starts[nth] as number) + lengthBytes
    this.#bytes.copy(into, offset, start, this.#starts[nth + 1])
  }

  writeSeveral(first: number, end: number, into: Buffer, offset: number): void {
    this.#bytes.copy(into, offset, this.#starts[first], this.#starts[end])
  }

  /** Those at `places`, for the log that gets only them. */
  only(places: readonly number[]): Payloads {
    const place = (nth: number) => places[nth] as number
    return {
      count: places.length,
      bytesOf: nth => this.bytesOf(place(nth)),
      write: (nth, into, offset) => this.write(place(nth), into, offset),
      writeSeveral: (first, end, into, offset) => {
        let at = offset
        for (let nth = first; nth < end; nth++) {
          this.writeSeveral(place(nth), place(nth) + 1, into, at)
          at += lengthBytes + this.bytesOf(place(nth))
        }
      },
    }
  }

  /** Writes what stands before the data; answers where that begins. */
  #begin(partitionKey: string): number {
    const bytes = this.#bytes
    const formStart = (this.#starts[this.count] as number) + lengthBytes
    const keyStart = formStart + headBytes
    const keyBytes = writeText(bytes, partitionKey, keyStart)
    bytes[formStart] = form
    bytes[formStart + 1] = keyBytes & 0xff
    bytes[formStart + 2] = keyBytes >> 8
    return keyStart + keyBytes
  }

  #end(partitionKey: string, dataStart: number, dataBytes: number, explicitHashKey?: string): void {
    const nth = this.count
    const start = this.#starts[nth] as number
    const end = dataStart + dataBytes
    this.#bytes.writeUInt32LE(end - start - lengthBytes, start)
    this.#starts[nth + 1] = end
    this.#keys.push(partitionKey)
    if (explicitHashKey !== undefined) {
      this.#explicitHashKeys ??= new Map()
      this.#explicitHashKeys.set(nth, explicitHashKey)
    }
    this.dataBytes += dataBytes
    this.keyCharacters += partitionKey.length
    if (dataBytes > this.dataBytesMax) this.dataBytesMax = dataBytes
  }
}

/** Answers how many bytes it took. Nearly all keys are ASCII, which is quicker written here than handed over to be written. */
function writeText(into: Buffer, text: string, start: number): number {
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character > 0x7f) return into.write(text, start)
    into[start + i] = character
  }
  return text.length
}
