// The members of PutRecords that tell of a record each, as they come and go in JSON: five hundred of them are read and
// written without an object for each, which is most of what such a request costs.
import { bytesOfBase64 } from '../../../gateway/base64.ts'
import { Fault } from '../../../gateway/fault.ts'
import type { PackedList } from '../../../gateway/packed.ts'
import { recordKibMax } from '../limits.ts'
import type { Failure, Placements } from '../placements.ts'
import { RecordBatch, roomOf } from '../record-batch.ts'
import { raiseIndex, sequenceDigits, shardIdOf } from '../sequence.ts'
import type { Shard } from '../shard.ts'

/** What an answer has of a record. */
export interface WirePlace {
  readonly SequenceNumber?: string | undefined
  readonly ShardId?: string | undefined
  readonly ErrorCode?: string | undefined
  readonly ErrorMessage?: string | undefined
}

/** The records of a request; undefined where one is not just data and a partition key, or breaks a bound. */
export function packRecords(items: readonly unknown[]): RecordBatch | undefined {
  let room = 0
  for (const item of items) {
    if (!isPlainRecord(item)) return undefined
    room += roomOf(item.PartitionKey.length, item.Data.length)
  }
  const batch = new RecordBatch(items.length, room)
  for (const { Data, PartitionKey } of items as readonly PlainRecord[]) {
    const bytes = bytesOfBase64(Data)
    if (bytes === undefined || !batch.addBase64(PartitionKey, Data, bytes)) return undefined
  }
  return batch
}

interface PlainRecord {
  readonly Data: string
  readonly PartitionKey: string
}

const dataCharactersMax = (recordKibMax * 1024 * 4) / 3
const keyCharactersMax = 256

function isPlainRecord(item: unknown): item is PlainRecord {
  if (typeof item !== 'object' || item === null) return false
  const { Data, PartitionKey } = item as Partial<PlainRecord>
  if (typeof Data !== 'string' || typeof PartitionKey !== 'string') return false
  let members = 0
  for (const _ in item) members++
  const { length } = PartitionKey
  return members === 2 && Data.length <= dataCharactersMax && length >= 1 && length <= keyCharactersMax
}

/** Where the records of a request went. */
export class PlacedRecords implements PackedList<WirePlace> {
  readonly #placed: Placements

  constructor(placed: Placements) {
    this.#placed = placed
  }

  items(): readonly WirePlace[] {
    return Array.from(this.#placed, place =>
      'failure' in place ? failureOf(place) : { SequenceNumber: place.sequenceNumber, ShardId: place.shardId },
    )
  }

  /** A shard's items differ in the digits of the index: its text is made once, and copied with others for each. */
  json(): string {
    const { count, failures } = this.#placed
    if (failures.size > 0) return JSON.stringify(this.items())
    const texts = new Map<Shard, Buffer>()
    const all = Buffer.allocUnsafe(count * itemBytes)
    for (let nth = 0; nth < count; nth++) {
      const shard = this.#placed.shardOf(nth)
      let text = texts.get(shard)
      if (text === undefined) {
        text = itemOf(shard)
        texts.set(shard, text)
      }
      raiseIndex(text, sequenceNumberEnd, this.#placed.indexOf(nth))
      all.set(text, nth * itemBytes)
    }
    return `[${all.toString('latin1', 1)}]`
  }
}

const failureOf = ({ failure }: Failure): WirePlace =>
  failure instanceof Fault
    ? { ErrorCode: failure.code, ErrorMessage: failure.message }
    : { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal Service Failure' }

const beforeSequenceNumber = ',{"SequenceNumber":"'
const sequenceNumberEnd = beforeSequenceNumber.length + sequenceDigits

/** All are of one length, as are the names of shards. */
const itemOf = (shard: Shard) =>
  Buffer.from(`${beforeSequenceNumber}${shard.sequenceNumber(-1)}","ShardId":"${shard.id}"}`, 'latin1')
const itemBytes = sequenceNumberEnd + `","ShardId":"${shardIdOf(0)}"}`.length
