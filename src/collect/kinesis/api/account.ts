// What an account has set for all of its streams, and the write throughput that this lets it keep warm.
import { operation } from '../../../gateway/operation.ts'
import { enumeration, optional, structure, timestamp } from '../../../gateway/shape.ts'
import { type Commitment, commit, commitmentOf } from '../commitment.ts'
import type { Kinesis } from '../kinesis.ts'
import { warm, warmthOf } from '../warmth.ts'
import { resourceOf, streamArn, streamName, streamOf, streamReference, warmMibps, warmThroughput } from './shapes.ts'

const commitmentShape = structure({
  Status: enumeration('ENABLED', 'DISABLED', 'ENABLED_UNTIL_EARLIEST_ALLOWED_END'),
  StartedAt: optional(timestamp()),
  EndedAt: optional(timestamp()),
  EarliestAllowedEndAt: optional(timestamp()),
})

const describe = ({ status, startedAt, endedAt, earliestAllowedEndAt }: Commitment) => ({
  Status: status,
  StartedAt: startedAt,
  EndedAt: endedAt,
  EarliestAllowedEndAt: earliestAllowedEndAt,
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeAccountSettings.html */
export const DescribeAccountSettings = operation({
  input: {},
  output: { MinimumThroughputBillingCommitment: optional(commitmentShape) },
  handle: (kinesis: Kinesis, _input, call) => ({
    MinimumThroughputBillingCommitment: describe(commitmentOf(kinesis.store.ledger, call, call.at)),
  }),
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateAccountSettings.html */
export const UpdateAccountSettings = operation({
  input: { MinimumThroughputBillingCommitment: structure({ Status: enumeration('ENABLED', 'DISABLED') }) },
  output: { MinimumThroughputBillingCommitment: optional(commitmentShape) },
  async handle(kinesis: Kinesis, input, call) {
    const enabled = input.MinimumThroughputBillingCommitment.Status === 'ENABLED'
    const commitment = await commit(kinesis.store.ledger, call, { enabled, now: call.at })
    return { MinimumThroughputBillingCommitment: describe(commitment) }
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html */
export const UpdateStreamWarmThroughput = operation({
  input: { ...streamReference, WarmThroughputMiBps: warmMibps },
  output: {
    StreamARN: optional(streamArn),
    StreamName: optional(streamName),
    WarmThroughput: optional(warmThroughput),
  },
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    await warm(kinesis, stream, call, input.WarmThroughputMiBps)
    return { StreamARN: stream.arn, StreamName: stream.name, WarmThroughput: warmthOf(stream) }
  },
})
