// Consumers of enhanced fan-out: registering, describing, listing them. What they read is in subscriptions.ts.
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { enumeration, integer, list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Consumer } from '../consumers.ts'
import { InvalidArgumentException, noSuchStream } from '../faults.ts'
import type { Kinesis } from '../kinesis.ts'
import { consumerArn, nextToken, resourceOf, streamArn, streamId, streamOf, tagMap } from './shapes.ts'

const consumerName = string({ min: 1, max: 128, pattern: '[a-zA-Z0-9_.-]+' })
const consumerMembers = {
  ConsumerName: consumerName,
  ConsumerARN: consumerArn,
  ConsumerStatus: enumeration('CREATING', 'DELETING', 'ACTIVE'),
  ConsumerCreationTimestamp: timestamp(),
}

const describe = (consumer: Consumer) => ({
  ConsumerName: consumer.name,
  ConsumerARN: consumer.arn,
  ConsumerStatus: 'ACTIVE' as const,
  ConsumerCreationTimestamp: consumer.createdAt,
})

const reference = {
  StreamARN: optional(streamArn),
  ConsumerName: optional(consumerName),
  ConsumerARN: optional(consumerArn),
  StreamId: optional(streamId),
}
interface Reference {
  readonly StreamARN?: string | undefined
  readonly ConsumerName?: string | undefined
  readonly ConsumerARN?: string | undefined
  readonly StreamId?: string | undefined
}

const consumerOf = (
  kinesis: Kinesis,
  { StreamARN, ConsumerName, ConsumerARN, StreamId }: Reference,
  call: Call,
): Consumer =>
  kinesis.consumers.named(call.account, {
    arn: ConsumerARN,
    streamArn: StreamARN,
    name: ConsumerName,
    streamId: StreamId,
  })

/** For IAM's question: the consumer's ARN, or what stands for it before it is looked up. */
const resource = ({ StreamARN, ConsumerName, ConsumerARN }: Reference, _call: Call, kinesis: Kinesis): string =>
  ConsumerARN ??
  kinesis.consumers.find(StreamARN, ConsumerName)?.arn ??
  `${StreamARN ?? '*'}/consumer/${ConsumerName ?? '*'}:*`

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
export const RegisterStreamConsumer = operation({
  input: { StreamARN: streamArn, ConsumerName: consumerName, StreamId: optional(streamId), Tags: optional(tagMap) },
  output: { Consumer: structure(consumerMembers) },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const consumer = await kinesis.consumers.register(stream, {
      name: input.ConsumerName,
      tags: input.Tags ?? {},
      now: call.at,
    })
    return { Consumer: describe(consumer) }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html */
export const DeregisterStreamConsumer = operation({
  input: reference,
  output: {},
  resource,
  async handle(kinesis: Kinesis, input, call) {
    const consumer = consumerOf(kinesis, input, call)
    if (consumer.account !== call.account) throw noSuchStream({ name: consumer.stream.name, account: call.account })
    await kinesis.deregister(consumer)
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html */
export const DescribeStreamConsumer = operation({
  input: reference,
  output: { ConsumerDescription: structure({ ...consumerMembers, StreamARN: streamArn }) },
  resource,
  handle(kinesis: Kinesis, input, call) {
    const consumer = consumerOf(kinesis, input, call)
    return { ConsumerDescription: { ...describe(consumer), StreamARN: consumer.stream.arn } }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html */
export const ListStreamConsumers = operation({
  input: {
    StreamARN: streamArn,
    NextToken: optional(nextToken),
    MaxResults: optional(integer({ min: 1, max: 10000 })),
    StreamCreationTimestamp: optional(timestamp()),
    StreamId: optional(streamId),
  },
  output: { Consumers: optional(list(structure(consumerMembers))), NextToken: optional(nextToken) },
  resource: resourceOf,
  handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    const { NextToken, StreamCreationTimestamp, MaxResults } = input
    if (NextToken !== undefined && StreamCreationTimestamp !== undefined) {
      throw new InvalidArgumentException('NextToken and StreamCreationTimestamp cannot be provided together.')
    }
    if (StreamCreationTimestamp !== undefined && Math.abs(StreamCreationTimestamp - stream.createdAt) >= 1000) {
      throw noSuchStream(stream)
    }
    const page = kinesis.consumers.list(stream, kinesis.seal, { token: NextToken, limit: MaxResults, now: call.at })
    return { Consumers: page.consumers.map(describe), NextToken: page.next }
  },
})
