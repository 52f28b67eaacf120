// Listing shards, and cutting the hash space anew. A reshard is done when the answer goes out: no UPDATING in between.
import { operation } from '../../../gateway/operation.ts'
import { enumeration, integer, optional, structure, timestamp } from '../../../gateway/shape.ts'
import type { Kinesis } from '../kinesis.ts'
import { mergeShards, scaleShards, splitShard } from '../resharding.ts'
import { listShards, streamListed } from '../shard-listing.ts'
import {
  describeShard,
  hashKey,
  nextToken,
  resourceOf,
  shardCount,
  shardId,
  shardList,
  streamArn,
  streamName,
  streamOf,
  streamReference,
} from './shapes.ts'

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
export const ListShards = operation({
  input: {
    ...streamReference,
    NextToken: optional(nextToken),
    ExclusiveStartShardId: optional(shardId),
    MaxResults: optional(integer({ min: 1, max: 10000 })),
    StreamCreationTimestamp: optional(timestamp()),
    ShardFilter: optional(
      structure({
        Type: enumeration(
          'AFTER_SHARD_ID',
          'AT_TRIM_HORIZON',
          'FROM_TRIM_HORIZON',
          'AT_LATEST',
          'AT_TIMESTAMP',
          'FROM_TIMESTAMP',
        ),
        ShardId: optional(shardId),
        Timestamp: optional(timestamp()),
      }),
    ),
  },
  output: { Shards: optional(shardList), NextToken: optional(nextToken) },
  resource: (input, call, kinesis: Kinesis) =>
    resourceOf(input.NextToken === undefined ? input : { StreamARN: streamListed(kinesis, input.NextToken) }, call),
  handle(kinesis: Kinesis, input, call) {
    const { stream, shards, next } = listShards(kinesis, call, {
      name: input.StreamName,
      arn: input.StreamARN,
      streamId: input.StreamId,
      token: input.NextToken,
      after: input.ExclusiveStartShardId,
      limit: input.MaxResults,
      createdAt: input.StreamCreationTimestamp,
      filter: input.ShardFilter && {
        type: input.ShardFilter.Type,
        shardId: input.ShardFilter.ShardId,
        at: input.ShardFilter.Timestamp,
      },
      now: call.at,
    })
    return { Shards: shards.map(shard => describeShard(stream, shard)), NextToken: next }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html */
export const SplitShard = operation({
  input: { ...streamReference, ShardToSplit: shardId, NewStartingHashKey: hashKey },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    await splitShard(kinesis, stream, { shardId: input.ShardToSplit, at: input.NewStartingHashKey, now: call.at })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html */
export const MergeShards = operation({
  input: { ...streamReference, ShardToMerge: shardId, AdjacentShardToMerge: shardId },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    await mergeShards(stream, { shardId: input.ShardToMerge, adjacent: input.AdjacentShardToMerge, now: call.at })
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
export const UpdateShardCount = operation({
  input: { ...streamReference, TargetShardCount: shardCount, ScalingType: enumeration('UNIFORM_SCALING') },
  output: {
    StreamName: optional(streamName),
    CurrentShardCount: optional(shardCount),
    TargetShardCount: optional(shardCount),
    StreamARN: optional(streamArn),
  },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const before = await scaleShards(kinesis, stream, { target: input.TargetShardCount, now: call.at })
    return {
      StreamName: stream.name,
      CurrentShardCount: before,
      TargetShardCount: input.TargetShardCount,
      StreamARN: stream.arn,
    }
  },
})
