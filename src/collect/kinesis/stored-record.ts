// A record of a shard as readers get it. What of it is asked for is taken out of the bytes it was read with: a delivery passes on
// hundreds of thousands a second and wants neither their keys nor their numbers.
import type { LogRecord } from '../../durable/segment-log.ts'
import { dataStartOf, partitionKeyOf } from './payload.ts'
import type { SequenceNumber } from './sequence.ts'

/** What a record needs of its shard. */
interface Numbering {
  sequenceNumber(index: number): SequenceNumber
}

export class StoredRecord {
  readonly #record: LogRecord
  readonly #numbering: Numbering
  readonly #dataStart: number

  constructor(record: LogRecord, numbering: Numbering) {
    this.#record = record
    this.#numbering = numbering
    this.#dataStart = dataStartOf(record.bytes, record.start, record.end)
  }

  get index(): number {
    return this.#record.index
  }

  get arrivedAt(): number {
    return this.#record.at
  }

  get sequenceNumber(): SequenceNumber {
    return this.#numbering.sequenceNumber(this.index)
  }

  get partitionKey(): string {
    return partitionKeyOf(this.#record.bytes, this.#record.start, this.#dataStart)
  }

  /** A view of what it was read with. */
  get data(): Buffer {
    return this.#record.bytes.subarray(this.#dataStart, this.#record.end)
  }

  get dataBytes(): number {
    return this.#record.end - this.#dataStart
  }

  /** Of the data; undefined where there are none. */
  get firstByte(): number | undefined {
    return this.dataBytes > 0 ? this.#record.bytes[this.#dataStart] : undefined
  }

  copyData(into: Buffer, offset: number): void {
    this.#record.bytes.copy(into, offset, this.#dataStart, this.#record.end)
  }
}
