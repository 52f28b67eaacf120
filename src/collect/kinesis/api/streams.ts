// Making, describing, listing and deleting streams, and what an account may have.
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, list, optional, structure, timestamp } from '../../../gateway/shape.ts'
import { InvalidArgumentException, noSuchShard } from '../faults.ts'
import type { Kinesis } from '../kinesis.ts'
import {
  onDemandShardsAtFirst,
  onDemandStreamsMax,
  recordKibDefault,
  retentionHoursMin,
  shardsPerAccountMax,
  shardsPerDescribeMax,
  streamsPerListDefault,
} from '../limits.ts'
import { shardNumberOf } from '../sequence.ts'
import { checkDistribution, checkWarm, isCommitted, warmthOf } from '../warmth.ts'
import {
  describeShard,
  describeStream,
  distribution,
  nextToken,
  recordKib,
  resourceOf,
  shardCount,
  shardId,
  shardList,
  sharedStreamOf,
  streamArn,
  streamDescriptionMembers,
  streamModeDetails,
  streamName,
  streamOf,
  streamReference,
  streamStatus,
  tagMap,
  warmMibps,
  warmThroughput,
} from './shapes.ts'

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
export const CreateStream = operation({
  input: {
    StreamName: streamName,
    ShardCount: optional(shardCount),
    StreamModeDetails: optional(streamModeDetails),
    Tags: optional(tagMap),
    MaxRecordSizeInKiB: optional(recordKib),
    WarmThroughputMiBps: optional(warmMibps),
    RecordDistributionStrategy: optional(distribution),
  },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    // Neither a mode nor a number of shards: AWS makes a stream on demand.
    const mode = input.StreamModeDetails?.StreamMode ?? (input.ShardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED')
    if (mode === 'ON_DEMAND' && input.ShardCount !== undefined) {
      throw new InvalidArgumentException('ShardCount is not given for a stream in the ON_DEMAND mode: leave it out.')
    }
    if (mode === 'PROVISIONED' && input.ShardCount === undefined) {
      throw new InvalidArgumentException('ShardCount is required for a stream in the PROVISIONED mode.')
    }
    const warm = checkWarm(kinesis, call, { mode, mibps: input.WarmThroughputMiBps })
    checkDistribution(mode, input.RecordDistributionStrategy)
    await kinesis.create(call, {
      name: input.StreamName,
      shardCount: input.ShardCount ?? Math.max(onDemandShardsAtFirst, warm ?? 0),
      settings: {
        mode,
        retentionHours: retentionHoursMin,
        recordKibMax: input.MaxRecordSizeInKiB ?? recordKibDefault,
        shardMetrics: [],
        distribution: input.RecordDistributionStrategy ?? 'USER_PARTITION_KEY',
        warmMibps: warm,
      },
      tags: input.Tags ?? {},
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html */
export const DescribeStream = operation({
  input: {
    ...streamReference,
    Limit: optional(integer({ min: 1, max: 10000 })),
    ExclusiveStartShardId: optional(shardId),
  },
  output: {
    StreamDescription: structure({ ...streamDescriptionMembers, Shards: shardList, HasMoreShards: boolean() }),
  },
  resource: resourceOf,
  handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const limit = Math.min(input.Limit ?? shardsPerDescribeMax, shardsPerDescribeMax)
    const start = input.ExclusiveStartShardId
    const after = start === undefined ? -1 : shardNumberOf(start)
    if (after === undefined) throw noSuchShard(start ?? '', stream)
    const shards = stream.shardsKept(call.at).filter(shard => shard.number > after)
    return {
      StreamDescription: {
        ...describeStream(stream),
        Shards: shards.slice(0, limit).map(shard => describeShard(stream, shard)),
        HasMoreShards: shards.length > limit,
      },
    }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html */
export const DescribeStreamSummary = operation({
  input: streamReference,
  output: {
    StreamDescriptionSummary: structure({
      ...streamDescriptionMembers,
      OpenShardCount: integer({ min: 0, max: 1000000 }),
      ConsumerCount: optional(integer({ min: 0, max: 1000000 })),
      MaxRecordSizeInKiB: optional(recordKib),
      WarmThroughput: optional(warmThroughput),
      RecordDistributionStrategy: optional(distribution),
    }),
  },
  resource: resourceOf,
  handle(kinesis: Kinesis, input, call) {
    const stream = sharedStreamOf(kinesis, input, call)
    const onDemand = stream.settings.mode === 'ON_DEMAND'
    return {
      StreamDescriptionSummary: {
        ...describeStream(stream),
        OpenShardCount: stream.openShards.length,
        ConsumerCount: kinesis.consumers.count(stream),
        MaxRecordSizeInKiB: stream.settings.recordKibMax,
        WarmThroughput: onDemand && isCommitted(kinesis, stream, call.at) ? warmthOf(stream) : undefined,
        RecordDistributionStrategy: onDemand ? stream.settings.distribution : undefined,
      },
    }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html */
export const ListStreams = operation({
  input: {
    Limit: optional(integer({ min: 1, max: 10000 })),
    ExclusiveStartStreamName: optional(streamName),
    NextToken: optional(nextToken),
  },
  output: {
    StreamNames: list(streamName),
    HasMoreStreams: boolean(),
    NextToken: optional(nextToken),
    StreamSummaries: optional(
      list(
        structure({
          StreamName: streamName,
          StreamARN: streamArn,
          StreamStatus: streamStatus,
          StreamModeDetails: optional(streamModeDetails),
          StreamCreationTimestamp: optional(timestamp()),
        }),
      ),
    ),
  },
  handle(kinesis: Kinesis, input, call) {
    const limit = input.Limit ?? streamsPerListDefault
    const after =
      input.NextToken === undefined ? (input.ExclusiveStartStreamName ?? '') : listedUpTo(kinesis, input.NextToken)
    const streams = kinesis.streams(call).filter(stream => stream.name > after)
    const page = streams.slice(0, limit)
    const last = page.at(-1)
    const more = streams.length > limit
    return {
      StreamNames: page.map(stream => stream.name),
      HasMoreStreams: more,
      NextToken: more && last ? kinesis.seal.seal('list streams', [last.name]) : undefined,
      StreamSummaries: page.map(stream => {
        const { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp } =
          describeStream(stream)
        return { StreamName, StreamARN, StreamStatus, StreamModeDetails, StreamCreationTimestamp }
      }),
    }
  },
})

function listedUpTo(kinesis: Kinesis, token: string): string {
  const content = kinesis.seal.open('list streams', token)
  if (content === undefined) throw new InvalidArgumentException('NextToken is invalid.')
  return String(content[0])
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html */
export const DeleteStream = operation({
  input: { ...streamReference, EnforceConsumerDeletion: optional(boolean()) },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    await kinesis.remove(streamOf(kinesis, input, call), { consumersToo: input.EnforceConsumerDeletion === true })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html */
export const DescribeLimits = operation({
  input: {},
  output: {
    ShardLimit: integer({ min: 0, max: 1000000 }),
    OpenShardCount: integer({ min: 0, max: 1000000 }),
    OnDemandStreamCount: integer({ min: 0, max: 1000000 }),
    OnDemandStreamCountLimit: integer({ min: 0, max: 1000000 }),
  },
  handle: (kinesis: Kinesis, _input, call) => ({
    ShardLimit: shardsPerAccountMax,
    OpenShardCount: kinesis.openShards(call),
    OnDemandStreamCount: kinesis.onDemandStreams(call),
    OnDemandStreamCountLimit: onDemandStreamsMax,
  }),
})
