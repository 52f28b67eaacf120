// What callers of Kinesis do wrong, in AWS's words: one class and one sentence a line.
import { faultClass } from '../../gateway/fault.ts'

export const ResourceNotFoundException = faultClass('ResourceNotFoundException')
export const ResourceInUseException = faultClass('ResourceInUseException')
export const InvalidArgumentException = faultClass('InvalidArgumentException')
export const ValidationException = faultClass('ValidationException')
export const LimitExceededException = faultClass('LimitExceededException')
export const ExpiredIteratorException = faultClass('ExpiredIteratorException')
export const ProvisionedThroughputExceededException = faultClass('ProvisionedThroughputExceededException')
export const DryRunOperationException = faultClass('DryRunOperationException')
export const ExpiredNextTokenException = faultClass('ExpiredNextTokenException')

/** Where a stream is, for the sentences that say so. */
interface Place {
  readonly name: string
  readonly account: string
}

export const noSuchStream = ({ name, account }: Place) =>
  new ResourceNotFoundException(`Stream ${name} under account ${account} not found.`)

export const streamExists = ({ name, account }: Place) =>
  new ResourceInUseException(`Stream ${name} under account ${account} already exists.`)

export const noSuchShard = (shard: string, { name, account }: Place) =>
  new ResourceNotFoundException(`Could not find shard ${shard} in stream ${name} under account ${account}.`)

export const shardDoesNotExist = (shard: string, { name, account }: Place) =>
  new ResourceNotFoundException(`Shard ${shard} in stream ${name} under account ${account} does not exist`)

/** `consumer` is its ARN or its name, whichever it was asked for by. */
export const noSuchConsumer = (consumer: string, account: string) =>
  new ResourceNotFoundException(`Consumer ${consumer}, account ${account} not found.`)

export const consumerExists = (consumer: string, { name, account }: Place) =>
  new ResourceInUseException(`Consumer ${consumer} under stream ${name} already exists for account ${account}.`)

export const subscribedAlready = (
  { account, name, stream }: { readonly account: string; readonly name: string; readonly stream: Place },
  shard: string,
) =>
  new ResourceInUseException(
    `Another active subscription exists for this consumer: ${account}:${stream.name}:${shard}:${name}`,
  )

export const hasConsumers = (count: number, { name, account }: Place) =>
  new ResourceInUseException(
    `Stream ${name} under account ${account} has ${count} registered consumers. Deregister them, or delete it with ` +
      'EnforceConsumerDeletion.',
  )

export const onDemandOnly = ({ name, account }: Place) =>
  new InvalidArgumentException(
    `Stream ${name} under account ${account} is in the PROVISIONED mode; this is for streams in the ON_DEMAND mode.`,
  )

export const provisionedOnly = ({ name, account }: Place) =>
  new ValidationException(`Request is invalid. Stream ${name} under account ${account} is in On-Demand mode.`)

/** All that a request needs holds; it asked that nothing be done. */
export const dryRun = () =>
  new DryRunOperationException('The request would have succeeded, but the DryRun parameter was specified.')

export const rateExceeded = (shard: string, { name, account }: Place) =>
  new ProvisionedThroughputExceededException(
    `Rate exceeded for shard ${shard} in stream ${name} under account ${account}.`,
  )

export const hashKeyOutOfRange = (key: string) =>
  new InvalidArgumentException(
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${key}`,
  )

export const invalidIterator = () => new InvalidArgumentException('Invalid ShardIterator.')

export const expiredIterator = (createdAt: number, now: number, lifeMilliseconds: number) =>
  new ExpiredIteratorException(
    `Iterator expired. The iterator was created at time ${javaDate(createdAt)} while right now it is ${javaDate(now)} ` +
      `which is further in the future than the tolerated delay of ${lifeMilliseconds} milliseconds.`,
  )

export const memberMissing = (member: string) =>
  new ValidationException(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )

export const recordTooLarge = (bytesMax: number, member: string) =>
  new ValidationException(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ` +
      `Member must have length less than or equal to ${bytesMax}`,
  )

/** `Thu Jan 22 01:22:02 UTC 2015`, as Java prints a Date and AWS's message has it. */
function javaDate(at: number): string {
  const [weekday = '', day, month, year, time] = new Date(at).toUTCString().replace(',', '').split(' ')
  return `${weekday} ${month} ${day} ${time} UTC ${year}`
}
