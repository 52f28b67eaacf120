// Policies of streams and consumers, by which other accounts get at them.
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { optional, string } from '../../../gateway/shape.ts'
import type { Kinesis } from '../kinesis.ts'
import { resourceArn, resourceNamed, streamId } from './shapes.ts'

const reference = { ResourceARN: resourceArn, StreamId: optional(streamId) }
const resource = ({ ResourceARN }: { readonly ResourceARN: string }): string => ResourceARN

/** The ARN of a stream or consumer of the caller's own account that is there. */
const arnOf = (
  kinesis: Kinesis,
  input: { readonly ResourceARN: string; readonly StreamId?: string | undefined },
  call: Call,
) => resourceNamed(kinesis, input, call).arn

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html */
export const PutResourcePolicy = operation({
  input: { ...reference, Policy: string() },
  output: {},
  resource,
  async handle(kinesis: Kinesis, input, call) {
    await kinesis.policies.put(arnOf(kinesis, input, call), input.Policy)
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetResourcePolicy.html */
export const GetResourcePolicy = operation({
  input: reference,
  output: { Policy: string() },
  resource,
  // As in AWS what has no policy answers with an empty one.
  handle: (kinesis: Kinesis, input, call) => ({ Policy: kinesis.policies.of(arnOf(kinesis, input, call)) ?? '{}' }),
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteResourcePolicy.html */
export const DeleteResourcePolicy = operation({
  input: reference,
  output: {},
  resource,
  async handle(kinesis: Kinesis, input, call) {
    await kinesis.policies.remove(arnOf(kinesis, input, call))
    return {}
  },
})
