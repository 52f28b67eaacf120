// Reads partition keys out of records that are JSON, with the delivery stream's jq query.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
import type { Clock } from '../../../world/clock.ts'
import type { Batches, Fail, FlowRecord, RecordFailure } from '../flow.ts'
import type { DeliveryMeters } from '../meters.ts'
import type { Jq } from '../world.ts'

export interface MetadataAround {
  readonly jq: Pick<Jq, 'extract'>
  readonly clock: Pick<Clock, 'elapsed'>
  readonly meters: Pick<DeliveryMeters, 'queried'>
}

export const metadata = (query: string, { jq, clock, meters }: MetadataAround) =>
  async function* (batches: Batches, fail: Fail): Batches {
    for await (const batch of batches) {
      if (batch.length === 0) continue
      const startedAt = clock.elapsed()
      const results = await jq.extract(
        query,
        batch.map(({ data }) => data),
      )
      meters.queried(clock.elapsed() - startedAt)
      const left: FlowRecord[] = []
      for (const [place, record] of batch.entries()) {
        const result = results[place]
        if (result !== undefined && 'keys' in result) {
          left.push({ ...record, keys: { ...record.keys, query: result.keys } })
        } else fail(record, extractionFailed(result?.error ?? 'The query gave nothing for the record.'))
      }
      yield left
    }
  }

export const extractionFailed = (message: string): RecordFailure => ({
  type: 'metadata-extraction-failed',
  code: 'DynamicPartitioning.MetadataExtractionFailed',
  message,
  attempts: 1,
})
