// Putting records in and getting them out.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  integer,
  list,
  long,
  optional,
  packable,
  packed,
  plain,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import { dryRun, memberMissing } from '../faults.ts'
import type { Kinesis } from '../kinesis.ts'
import { recordsPerGetMax, recordsPerPutMax } from '../limits.ts'
import { checkSequenceForOrdering, checkSizes } from '../put-checks.ts'
import { RecordBatch } from '../record-batch.ts'
import type { Stream } from '../stream.ts'
import { PlacedRecords, packRecords } from './put-records.ts'
import {
  childShards,
  describeChildren,
  describeRecords,
  encryptionOf,
  encryptionType,
  hashKey,
  partitionKey,
  record,
  recordData,
  resourceOf,
  sequenceNumber,
  shardId,
  sharedStreamOf,
  startingPositions,
  streamArn,
  streamId,
  streamReference,
} from './shapes.ts'

const shardIterator = string({ min: 1, max: 512 })

interface WireRecord {
  readonly Data: Uint8Array
  readonly PartitionKey?: string | undefined
  readonly ExplicitHashKey?: string | undefined
}

/** How AWS's messages name a member, alone or in the list. */
const memberOf = (name: string, place?: number) => (place === undefined ? name : `records.${place + 1}.member.${name}`)

/** The key may be left out where the stream distributes records by itself. */
function newRecord(stream: Stream, { Data, PartitionKey, ExplicitHashKey }: WireRecord, place?: number) {
  if (PartitionKey === undefined && stream.settings.distribution !== 'AUTO')
    throw memberMissing(memberOf('partitionKey', place))
  return { data: Data, partitionKey: PartitionKey ?? '', explicitHashKey: ExplicitHashKey }
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
export const PutRecord = operation({
  input: {
    ...streamReference,
    Data: recordData,
    PartitionKey: optional(partitionKey),
    ExplicitHashKey: optional(hashKey),
    SequenceNumberForOrdering: optional(sequenceNumber),
    DryRun: optional(boolean()),
  },
  output: { ShardId: plain(shardId), SequenceNumber: plain(sequenceNumber), EncryptionType: optional(encryptionType) },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = sharedStreamOf(kinesis, input, call)
    const record = RecordBatch.of([newRecord(stream, input)])
    checkSizes(stream, record, () => memberOf('data'))
    checkSequenceForOrdering(stream, input.SequenceNumberForOrdering)
    if (input.DryRun) throw dryRun()
    const placed = await kinesis.putRecord(stream, record, call.at)
    return { ShardId: placed.shardId, SequenceNumber: placed.sequenceNumber, EncryptionType: encryptionOf(stream) }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const PutRecords = operation({
  input: {
    ...streamReference,
    Records: packed(
      list(structure({ Data: recordData, PartitionKey: optional(partitionKey), ExplicitHashKey: optional(hashKey) }), {
        min: 1,
        max: recordsPerPutMax,
      }),
      packRecords,
    ),
    DryRun: optional(boolean()),
  },
  output: {
    FailedRecordCount: optional(integer({ min: 1 })),
    Records: packable(
      list(
        structure({
          SequenceNumber: optional(plain(sequenceNumber)),
          ShardId: optional(plain(shardId)),
          ErrorCode: optional(string()),
          ErrorMessage: optional(string()),
        }),
        { min: 1, max: recordsPerPutMax },
      ),
    ),
    EncryptionType: optional(encryptionType),
  },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = sharedStreamOf(kinesis, input, call)
    const { Records } = input
    const records =
      Records instanceof RecordBatch
        ? Records
        : RecordBatch.of(Records.map((record, place) => newRecord(stream, record, place)))
    checkSizes(stream, records, place => memberOf('data', place))
    if (input.DryRun) throw dryRun()
    const placed = await kinesis.putRecords(stream, records, call.at)
    // As in AWS one shard's failure is that shard's records' alone; when every shard failed the request did. That all
    // came too fast is told record by record.
    const broken = [...placed.failures.values()].filter(({ throttled }) => !throttled)
    if (broken[0] !== undefined && broken.length === placed.count) throw broken[0].failure
    return {
      FailedRecordCount: placed.failures.size,
      Records: new PlacedRecords(placed),
      EncryptionType: encryptionOf(stream),
    }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
export const GetShardIterator = operation({
  input: {
    ...streamReference,
    ShardId: shardId,
    ShardIteratorType: startingPositions,
    StartingSequenceNumber: optional(sequenceNumber),
    Timestamp: optional(timestamp()),
    DryRun: optional(boolean()),
  },
  output: { ShardIterator: optional(shardIterator) },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const iterator = await kinesis.iterator(sharedStreamOf(kinesis, input, call), input.ShardId, {
      type: input.ShardIteratorType,
      sequenceNumber: input.StartingSequenceNumber,
      timestamp: input.Timestamp,
    })
    if (input.DryRun) throw dryRun()
    return { ShardIterator: iterator }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const GetRecords = operation({
  input: {
    ShardIterator: shardIterator,
    Limit: optional(integer({ min: 1, max: recordsPerGetMax })),
    StreamARN: optional(streamArn),
    StreamId: optional(streamId),
    DryRun: optional(boolean()),
  },
  output: {
    Records: list(record),
    NextShardIterator: optional(shardIterator),
    MillisBehindLatest: optional(long({ min: 0 })),
    ChildShards: optional(childShards),
  },
  resource: ({ StreamARN, ShardIterator }, call, kinesis: Kinesis) =>
    resourceOf({ StreamARN, StreamName: StreamARN ? undefined : kinesis.reading.streamRead(ShardIterator) }, call),
  async handle(kinesis: Kinesis, input, call) {
    const { StreamARN: arn, StreamId: streamId } = input
    if (input.DryRun) {
      kinesis.reading.place(call, input.ShardIterator, { arn, streamId })
      throw dryRun()
    }
    const read = await kinesis.read(call, input.ShardIterator, { recordsMax: input.Limit, arn, streamId })
    return {
      Records: describeRecords(read.stream, read.records),
      NextShardIterator: read.next,
      MillisBehindLatest: read.millisecondsBehind,
      ChildShards: describeChildren(read.stream, read.children),
    }
  },
})
