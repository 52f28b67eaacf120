// Putting and reading as AWS's operations do it, counted under their names. What a put does is in stream.ts.
import type { Clock } from '../../world/clock.ts'
import type { Place, Placements } from './placements.ts'
import type { RecordBatch } from './record-batch.ts'
import type { Shard } from './shard.ts'
import type { StoredRecord } from './stored-record.ts'
import type { Stream } from './stream.ts'

interface Moment {
  readonly at: number
  readonly clock: Clock
}

export const bytesOf = (records: readonly { readonly dataBytes: number }[]): number => {
  let bytes = 0
  for (const { dataBytes } of records) bytes += dataBytes
  return bytes
}

/** The batch holds one record. Throws what kept it out. */
export async function putRecord(stream: Stream, record: RecordBatch, { at, clock }: Moment): Promise<Place> {
  const began = clock.elapsed()
  const placed = (await stream.put(record, at)).at(0)
  const figures = stream.metrics.stream
  const failed = 'failure' in placed
  figures['PutRecord.Success'].add(failed ? 0 : 1)
  if (failed) throw placed.failure
  figures['PutRecord.Bytes'].add(record.dataBytes)
  figures['PutRecord.Latency'].add(clock.elapsed() - began)
  return placed
}

export async function putRecords(stream: Stream, records: RecordBatch, { at, clock }: Moment): Promise<Placements> {
  const began = clock.elapsed()
  const placed = await stream.put(records, at)
  let throttled = 0
  let bytes = records.dataBytes
  for (const [nth, failure] of placed.failures) {
    bytes -= records.dataBytesOf(nth)
    if (failure.throttled) throttled++
  }
  const taken = placed.count - placed.failures.size
  const figures = stream.metrics.stream
  figures['PutRecords.Success'].add(taken > 0 ? 1 : 0)
  figures['PutRecords.TotalRecords'].add(records.count)
  figures['PutRecords.SuccessfulRecords'].add(taken)
  figures['PutRecords.FailedRecords'].add(placed.failures.size - throttled)
  figures['PutRecords.ThrottledRecords'].add(throttled)
  figures['PutRecords.Bytes'].add(bytes)
  figures['PutRecords.Latency'].add(clock.elapsed() - began)
  return placed
}

/** A read that came faster than the shard allows. */
export function meterRefusedRead(stream: Stream, shard: Shard): void {
  stream.metrics.stream['GetRecords.Success'].add(0)
  stream.metrics.stream.ReadProvisionedThroughputExceeded.add(1)
  stream.meterShard(shard.id, 'ReadProvisionedThroughputExceeded', 1)
}

/** `behind` is the age of the last record read, 0 at the tip. */
export function meterRead(
  stream: Stream,
  shard: Shard,
  {
    records,
    behind,
    milliseconds,
  }: { readonly records: readonly StoredRecord[]; readonly behind: number; readonly milliseconds: number },
): void {
  const figures = stream.metrics.stream
  const bytes = bytesOf(records)
  figures['GetRecords.Success'].add(1)
  figures['GetRecords.Bytes'].add(bytes)
  figures['GetRecords.Records'].add(records.length)
  figures['GetRecords.IteratorAgeMilliseconds'].add(behind)
  figures['GetRecords.Latency'].add(milliseconds)
  if (stream.settings.shardMetrics.length === 0) return
  stream.meterShard(shard.id, 'OutgoingBytes', bytes)
  stream.meterShard(shard.id, 'OutgoingRecords', records.length)
  stream.meterShard(shard.id, 'IteratorAgeMilliseconds', behind)
}
