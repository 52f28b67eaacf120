// Records on their way from the source to objects, and the form of the steps between. A step takes batches and gives
// batches, so that one is in memory at a time; what it cannot process it hands to `fail`, what it drops it passes over.
import type { Gathering } from './gathering.ts'
import type { PartitionKeys } from './prefix.ts'
import type { Origin, SourceRecord } from './source.ts'

export interface FlowRecord {
  readonly origin: Origin
  /** Its place among those that were one record when they were put. */
  readonly part: number
  readonly partitionKey: string | undefined
  /** As it came: what an error object shows, and what metrics count. */
  readonly raw: Uint8Array
  /** As the steps so far have left it. */
  readonly data: Uint8Array
  readonly keys: PartitionKeys
}

/** What the error prefix is told: `!{firehose:error-output-type}`. */
export type FailureType =
  | 'processing-failed'
  | 'decompression-failed'
  | 'metadata-extraction-failed'
  | 'active-partitions-limit-exceeded'
  | 'format-conversion-failed'

export interface RecordFailure {
  readonly type: FailureType
  readonly code: string
  readonly message: string
  readonly attempts: number
  /** Of a transformation. */
  readonly functionArn?: string
}

export type Batches = AsyncIterable<readonly FlowRecord[]>
export type Fail = (record: FlowRecord, failure: RecordFailure) => void
export type Step = (batches: Batches, fail: Fail) => Batches

export const noKeys: PartitionKeys = { query: {}, lambda: {} }

/** The records of a gathering; those that a producer packed into one come out each by itself. */
export async function* flowing(gathering: Gathering): AsyncGenerator<readonly FlowRecord[]> {
  for await (const batch of gathering.batches()) yield batch.flatMap(flowRecords)
}

function flowRecords(origin: SourceRecord): readonly FlowRecord[] {
  const { packed, data, partitionKey } = origin
  if (packed === undefined) return [{ origin, part: 0, partitionKey, raw: data, data, keys: noKeys }]
  return packed.map((one, part) => ({
    origin,
    part,
    partitionKey: one.partitionKey,
    raw: one.data,
    data: one.data,
    keys: noKeys,
  }))
}
