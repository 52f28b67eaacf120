// Enhanced fan-out on the wire: a shard's records as a stream of events.
import { operation } from '../../../gateway/operation.ts'
import { boolean, eventStream, list, long, optional, structure, timestamp } from '../../../gateway/shape.ts'
import { dryRun } from '../faults.ts'
import type { Kinesis } from '../kinesis.ts'
import type { Stream } from '../stream.ts'
import type { Subscription } from '../subscription.ts'
import {
  childShards,
  consumerArn,
  describeChildren,
  describeRecords,
  record,
  sequenceNumber,
  shardId,
  startingPositions,
  streamId,
} from './shapes.ts'

const subscribeToShardEvent = structure({
  Records: list(record),
  // AWS's model requires it, and AWS leaves it out at the end of a closed shard: clients tell the end by that.
  ContinuationSequenceNumber: optional(sequenceNumber),
  MillisBehindLatest: long({ min: 0 }),
  ChildShards: optional(childShards),
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
export const SubscribeToShard = operation({
  input: {
    ConsumerARN: consumerArn,
    StreamId: optional(streamId),
    ShardId: shardId,
    StartingPosition: structure({
      Type: startingPositions,
      SequenceNumber: optional(sequenceNumber),
      Timestamp: optional(timestamp()),
    }),
    DryRun: optional(boolean()),
  },
  output: { EventStream: eventStream({ SubscribeToShardEvent: subscribeToShardEvent }) },
  resource: ({ ConsumerARN }) => ConsumerARN,
  async handle(kinesis: Kinesis, input, call) {
    const consumer = kinesis.consumers.named(call.account, { arn: input.ConsumerARN, streamId: input.StreamId })
    const { Type: type, SequenceNumber, Timestamp } = input.StartingPosition
    const from = { type, sequenceNumber: SequenceNumber, timestamp: Timestamp }
    if (input.DryRun) {
      await kinesis.fanOut.check(consumer, input.ShardId, from)
      throw dryRun()
    }
    const subscription = await kinesis.fanOut.subscribe(consumer, input.ShardId, from)
    call.signal.addEventListener('abort', () => subscription.end(), { once: true })
    return { EventStream: events(consumer.stream, subscription) }
  },
})

async function* events(stream: Stream, subscription: Subscription) {
  for await (const { records, continuation, children, millisecondsBehind } of subscription) {
    yield {
      SubscribeToShardEvent: {
        Records: describeRecords(stream, records),
        ContinuationSequenceNumber: continuation,
        MillisBehindLatest: millisecondsBehind,
        ChildShards: describeChildren(stream, children),
      },
    }
  }
}
