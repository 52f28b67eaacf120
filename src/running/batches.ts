/** Records in calls of as many as AWS takes at once. */

export interface BatchLimits {
  readonly records: number
  readonly bytes: number
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const putRecordsMax: BatchLimits = { records: 500, bytes: 10 * 1024 * 1024 }
/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
export const putRecordBatchMax: BatchLimits = { records: 500, bytes: 4 * 1024 * 1024 }

export function* batchesOf<T>(
  items: Iterable<T>,
  bytesOf: (item: T) => number,
  { records, bytes: bytesMax }: BatchLimits,
): Generator<readonly T[]> {
  let batch: T[] = []
  let bytes = 0
  for (const item of items) {
    const size = bytesOf(item)
    if (batch.length > 0 && (batch.length === records || bytes + size > bytesMax)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(item)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
