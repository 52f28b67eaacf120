// Putting records in and getting them out.
import { operation } from '../../../gateway/operation.ts'
import {
  blob,
  enumeration,
  integer,
  list,
  long,
  optional,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import { memberMissing } from '../faults.ts'
import type { Kinesis } from '../kinesis.ts'
import { recordsPerGetMax, recordsPerPutMax } from '../limits.ts'
import { checkSequenceForOrdering, checkSizes } from '../put-checks.ts'
import type { Stream } from '../stream.ts'
import {
  encryptionType,
  hashKey,
  hashKeyRange,
  hashKeyRangeOf,
  resourceOf,
  sequenceNumber,
  shardId,
  streamArn,
  streamOf,
  streamReference,
} from './shapes.ts'

const data = blob({ min: 0, max: 10485760 })
const partitionKey = string({ min: 1, max: 256 })
const shardIterator = string({ min: 1, max: 512 })

/** AWS names the encryption of a record only when there is one. */
const encryption = (stream: Stream) => (stream.settings.keyId === undefined ? undefined : ('KMS' as const))

interface WireRecord {
  readonly Data: Uint8Array
  readonly PartitionKey?: string | undefined
  readonly ExplicitHashKey?: string | undefined
}

/** How AWS's messages name a member, alone or in the list. */
const memberOf = (name: string, place?: number) => (place === undefined ? name : `records.${place + 1}.member.${name}`)

/** AWS lets the key be left out of streams that distribute records by themselves, which there are none of here. */
function newRecord({ Data, PartitionKey, ExplicitHashKey }: WireRecord, place?: number) {
  if (PartitionKey === undefined) throw memberMissing(memberOf('partitionKey', place))
  return { data: Data, partitionKey: PartitionKey, explicitHashKey: ExplicitHashKey }
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
export const PutRecord = operation({
  input: {
    ...streamReference,
    Data: data,
    PartitionKey: optional(partitionKey),
    ExplicitHashKey: optional(hashKey),
    SequenceNumberForOrdering: optional(sequenceNumber),
  },
  output: { ShardId: shardId, SequenceNumber: sequenceNumber, EncryptionType: optional(encryptionType) },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const record = newRecord(input)
    checkSizes(stream, [record], () => memberOf('data'))
    checkSequenceForOrdering(stream, input.SequenceNumberForOrdering)
    const [placed] = await stream.put([record], call.at)
    if (placed === undefined || 'failure' in placed) throw placed?.failure
    return { ShardId: placed.shardId, SequenceNumber: placed.sequenceNumber, EncryptionType: encryption(stream) }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const PutRecords = operation({
  input: {
    ...streamReference,
    Records: list(structure({ Data: data, PartitionKey: optional(partitionKey), ExplicitHashKey: optional(hashKey) }), {
      min: 1,
      max: recordsPerPutMax,
    }),
  },
  output: {
    FailedRecordCount: optional(integer({ min: 1 })),
    Records: list(
      structure({
        SequenceNumber: optional(sequenceNumber),
        ShardId: optional(shardId),
        ErrorCode: optional(string()),
        ErrorMessage: optional(string()),
      }),
      { min: 1, max: recordsPerPutMax },
    ),
    EncryptionType: optional(encryptionType),
  },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const records = input.Records.map(newRecord)
    checkSizes(stream, records, place => memberOf('data', place))
    const placed = await stream.put(records, call.at)
    const failed = placed.filter(place => 'failure' in place)
    // As in AWS one shard's failure is that shard's records' alone; when nothing was taken the request failed.
    if (failed[0] !== undefined && failed.length === placed.length) throw failed[0].failure
    return {
      FailedRecordCount: failed.length,
      Records: placed.map(place =>
        'failure' in place
          ? { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal Service Failure' }
          : { SequenceNumber: place.sequenceNumber, ShardId: place.shardId },
      ),
      EncryptionType: encryption(stream),
    }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
export const GetShardIterator = operation({
  input: {
    ...streamReference,
    ShardId: shardId,
    ShardIteratorType: enumeration(
      'AT_SEQUENCE_NUMBER',
      'AFTER_SEQUENCE_NUMBER',
      'TRIM_HORIZON',
      'LATEST',
      'AT_TIMESTAMP',
    ),
    StartingSequenceNumber: optional(sequenceNumber),
    Timestamp: optional(timestamp()),
  },
  output: { ShardIterator: optional(shardIterator) },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const iterator = await kinesis.iterator(streamOf(kinesis, input, call), input.ShardId, {
      type: input.ShardIteratorType,
      sequenceNumber: input.StartingSequenceNumber,
      timestamp: input.Timestamp,
    })
    return { ShardIterator: iterator }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const GetRecords = operation({
  input: {
    ShardIterator: shardIterator,
    Limit: optional(integer({ min: 1, max: recordsPerGetMax })),
    StreamARN: optional(streamArn),
  },
  output: {
    Records: list(
      structure({
        SequenceNumber: sequenceNumber,
        ApproximateArrivalTimestamp: optional(timestamp()),
        Data: data,
        PartitionKey: partitionKey,
        EncryptionType: optional(encryptionType),
      }),
    ),
    NextShardIterator: optional(shardIterator),
    MillisBehindLatest: optional(long({ min: 0 })),
    ChildShards: optional(
      list(structure({ ShardId: shardId, ParentShards: list(shardId), HashKeyRange: hashKeyRange })),
    ),
  },
  resource: ({ StreamARN, ShardIterator }, call, kinesis: Kinesis) =>
    resourceOf({ StreamARN, StreamName: StreamARN ? undefined : kinesis.streamRead(ShardIterator) }, call),
  async handle(kinesis: Kinesis, input, call) {
    const read = await kinesis.read(call, input.ShardIterator, { recordsMax: input.Limit, arn: input.StreamARN })
    const { stream } = read
    const encrypted = encryption(stream)
    return {
      Records: read.records.map(record => ({
        SequenceNumber: record.sequenceNumber,
        ApproximateArrivalTimestamp: record.arrivedAt,
        Data: record.data,
        PartitionKey: record.partitionKey,
        EncryptionType: encrypted,
      })),
      NextShardIterator: read.next,
      MillisBehindLatest: read.millisecondsBehind,
      ChildShards:
        read.children.length === 0
          ? undefined
          : read.children.map(child => ({
              ShardId: child.id,
              ParentShards: child.parents.flatMap(number => stream.shard(number)?.id ?? []),
              HashKeyRange: hashKeyRangeOf(child),
            })),
    }
  },
})
