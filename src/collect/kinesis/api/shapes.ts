// Shapes that several of Kinesis' operations share, and the values of the part put into them.
import type { Call } from '../../../gateway/operation.ts'
import {
  blob,
  enumeration,
  integer,
  list,
  map,
  optional,
  plain,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import type { Kinesis } from '../kinesis.ts'
import type { Shard } from '../shard.ts'
import type { StoredRecord } from '../stored-record.ts'
import type { Stream } from '../stream.ts'
import { type Reach, streamNamed } from '../stream-reference.ts'
import type { Tagged } from '../tags.ts'

export const streamName = string({ min: 1, max: 128, pattern: '[a-zA-Z0-9_.-]+' })
export const streamArn = string({ min: 1, max: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+' })
export const resourceArn = string({ min: 1, max: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+' })
export const streamId = string({ min: 1, max: 24, pattern: '[a-z0-9]{20}-[a-z0-9]{3}' })
export const consumerArn = string({
  min: 1,
  max: 2048,
  pattern: '(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+',
})
export const shardId = string({ min: 1, max: 128, pattern: '[a-zA-Z0-9_.-]+' })
export const sequenceNumber = string({ pattern: '0|([1-9]\\d{0,128})' })
export const hashKey = string({ pattern: '0|([1-9]\\d{0,38})' })
export const nextToken = string({ min: 1, max: 1048576 })
export const encryptionType = enumeration('NONE', 'KMS')
export const keyId = string({ min: 1, max: 2048 })
export const tagKey = string({ min: 1, max: 128 })
export const tagValue = string({ min: 0, max: 256 })
export const tagMap = map(tagValue, { min: 1, max: 200, key: tagKey })
export const tagKeys = list(tagKey, { min: 1, max: 50 })
export const tagList = list(structure({ Key: tagKey, Value: optional(tagValue) }), { min: 0, max: 200 })
export const recordKib = integer({ min: 1024, max: 10240 })
export const shardCount = integer({ min: 1 })
export const streamStatus = enumeration('CREATING', 'DELETING', 'ACTIVE', 'UPDATING')
export const distribution = enumeration('AUTO', 'USER_PARTITION_KEY')
export const warmMibps = integer({ min: 0 })
export const warmThroughput = structure({
  TargetMiBps: optional(integer({ min: 0 })),
  CurrentMiBps: optional(integer({ min: 0 })),
})
export const streamModeDetails = structure({ StreamMode: enumeration('PROVISIONED', 'ON_DEMAND') })

export const metricNames = list(
  enumeration(
    'IncomingBytes',
    'IncomingRecords',
    'OutgoingBytes',
    'OutgoingRecords',
    'WriteProvisionedThroughputExceeded',
    'ReadProvisionedThroughputExceeded',
    'IteratorAgeMilliseconds',
    'ALL',
  ),
  { min: 1, max: 7 },
)
export type MetricName = Value<typeof metricNames>[number]

export const hashKeyRange = structure({ StartingHashKey: hashKey, EndingHashKey: hashKey })
export const shardShape = structure({
  ShardId: shardId,
  ParentShardId: optional(shardId),
  AdjacentParentShardId: optional(shardId),
  HashKeyRange: hashKeyRange,
  SequenceNumberRange: structure({
    StartingSequenceNumber: sequenceNumber,
    EndingSequenceNumber: optional(sequenceNumber),
  }),
})
export const shardList = list(shardShape)

export const recordData = blob({ min: 0, max: 10485760 })
export const partitionKey = string({ min: 1, max: 256 })
export const record = structure({
  SequenceNumber: plain(sequenceNumber),
  ApproximateArrivalTimestamp: optional(timestamp()),
  Data: recordData,
  PartitionKey: optional(partitionKey),
  EncryptionType: optional(encryptionType),
})
export const childShards = list(
  structure({ ShardId: shardId, ParentShards: list(shardId), HashKeyRange: hashKeyRange }),
)
export const startingPositions = enumeration(
  'AT_SEQUENCE_NUMBER',
  'AFTER_SEQUENCE_NUMBER',
  'TRIM_HORIZON',
  'LATEST',
  'AT_TIMESTAMP',
)

/** What all descriptions of a stream have. */
export const streamDescriptionMembers = {
  StreamName: streamName,
  StreamARN: streamArn,
  StreamStatus: streamStatus,
  StreamModeDetails: optional(streamModeDetails),
  RetentionPeriodHours: integer(),
  StreamCreationTimestamp: timestamp(),
  EnhancedMonitoring: list(structure({ ShardLevelMetrics: optional(metricNames) })),
  EncryptionType: optional(encryptionType),
  KeyId: optional(keyId),
}

/** Either of the two names the stream; both must agree. */
export const streamReference = {
  StreamName: optional(streamName),
  StreamARN: optional(streamArn),
  StreamId: optional(streamId),
}
interface StreamReference {
  readonly StreamName?: string | undefined
  readonly StreamARN?: string | undefined
  readonly StreamId?: string | undefined
}

const referenceOf = ({ StreamName, StreamARN, StreamId }: StreamReference) => ({
  name: StreamName,
  arn: StreamARN,
  streamId: StreamId,
})

const streamWithin =
  (reach: Reach) =>
  (kinesis: Kinesis, input: StreamReference, call: Call): Stream =>
    streamNamed(kinesis, call, referenceOf(input), reach)

export const streamOf = streamWithin('own')
/** For what a stream's policy can allow to other accounts. */
export const sharedStreamOf = streamWithin('shared')

/** The ARN for IAM's question. */
export const resourceOf = (input: StreamReference, call: Call): string =>
  input.StreamARN ?? `arn:aws:kinesis:${call.region}:${call.account}:stream/${input.StreamName ?? ''}`

/** What the operations on any resource name: a stream or a consumer, of the caller's own account. */
export function resourceNamed(
  kinesis: Kinesis,
  { ResourceARN, StreamId }: { readonly ResourceARN: string; readonly StreamId?: string | undefined },
  call: Call,
): Tagged & { readonly arn: string } {
  const [streamArn = ''] = ResourceARN.split('/consumer/')
  const stream = streamOf(kinesis, { StreamARN: streamArn, StreamId }, call)
  return ResourceARN === streamArn ? stream : kinesis.consumers.named(call.account, { arn: ResourceARN })
}

export const hashKeyRangeOf = (shard: Shard) => ({
  StartingHashKey: String(shard.range.first),
  EndingHashKey: String(shard.range.last),
})

export function describeShard(stream: Stream, shard: Shard): Value<typeof shardShape> {
  // An expired parent is not named any more.
  const [parent, adjacent] = shard.parents.map(number => stream.shard(number)?.id)
  const { first, last } = shard.sequenceRange
  return {
    ShardId: shard.id,
    ParentShardId: parent,
    AdjacentParentShardId: adjacent,
    HashKeyRange: hashKeyRangeOf(shard),
    SequenceNumberRange: { StartingSequenceNumber: first, EndingSequenceNumber: last },
  }
}

/** AWS names the encryption of a record only when there is one. */
export const encryptionOf = (stream: Stream) => (stream.settings.keyId === undefined ? undefined : ('KMS' as const))

export function describeRecords(stream: Stream, records: readonly StoredRecord[]): Value<typeof record>[] {
  const encrypted = encryptionOf(stream)
  return records.map(({ sequenceNumber, arrivedAt, data, partitionKey }) => ({
    SequenceNumber: sequenceNumber,
    ApproximateArrivalTimestamp: arrivedAt,
    Data: data,
    // A record that the stream placed by itself may have none.
    PartitionKey: partitionKey === '' ? undefined : partitionKey,
    EncryptionType: encrypted,
  }))
}

/** Undefined when there are none: only the end of a closed shard has them. */
export const describeChildren = (stream: Stream, children: readonly Shard[]): Value<typeof childShards> | undefined =>
  children.length === 0
    ? undefined
    : children.map(child => ({
        ShardId: child.id,
        ParentShards: child.parents.flatMap(number => stream.shard(number)?.id ?? []),
        HashKeyRange: hashKeyRangeOf(child),
      }))

export function describeStream(stream: Stream) {
  const { mode, retentionHours, keyId, shardMetrics } = stream.settings
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: 'ACTIVE' as const,
    StreamModeDetails: { StreamMode: mode },
    RetentionPeriodHours: retentionHours,
    StreamCreationTimestamp: stream.createdAt,
    EnhancedMonitoring: [{ ShardLevelMetrics: shardMetrics as readonly MetricName[] }],
    EncryptionType: keyId === undefined ? ('NONE' as const) : ('KMS' as const),
    KeyId: keyId,
  }
}
