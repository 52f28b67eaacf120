// How often AWS lets its control operations be called, held against each call when the lake is opened with AWS's limits.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html#limits-table
import type { BoundOperations, Call } from '../../gateway/operation.ts'
import { LimitExceededException } from './faults.ts'
import { Bucket } from './rates.ts'

interface Rate {
  readonly of: 'account' | 'stream'
  readonly perSecond: number
  /** In any 24 hours. */
  readonly perDay?: number
}

const account = (perSecond: number): Rate => ({ of: 'account', perSecond })
const stream = (perSecond: number, perDay?: number): Rate => ({
  of: 'stream',
  perSecond,
  ...(perDay !== undefined && { perDay }),
})

const rates: Readonly<Record<string, Rate>> = {
  AddTagsToStream: account(5),
  CreateStream: account(5),
  DecreaseStreamRetentionPeriod: stream(5),
  DeleteResourcePolicy: account(5),
  DeleteStream: account(5),
  DeregisterStreamConsumer: stream(5),
  DescribeAccountSettings: account(5),
  DescribeLimits: account(1),
  DescribeStream: account(10),
  DescribeStreamConsumer: stream(20),
  DescribeStreamSummary: account(20),
  DisableEnhancedMonitoring: stream(5),
  EnableEnhancedMonitoring: stream(5),
  GetResourcePolicy: account(5),
  IncreaseStreamRetentionPeriod: stream(5),
  ListShards: stream(1000),
  ListStreamConsumers: stream(5),
  ListStreams: account(5),
  ListTagsForStream: stream(5),
  MergeShards: stream(5),
  PutResourcePolicy: account(5),
  RegisterStreamConsumer: stream(5),
  RemoveTagsFromStream: stream(5),
  SplitShard: stream(5),
  StartStreamEncryption: stream(5, 25),
  StopStreamEncryption: stream(5, 25),
  UpdateAccountSettings: account(5),
  UpdateMaxRecordSize: account(5),
  UpdateShardCount: stream(5, 10),
  UpdateStreamMode: stream(5, 2),
  UpdateStreamWarmThroughput: account(5),
}

const dayMilliseconds = 24 * 3_600_000
/** A bucket that has not been asked for this long is full again, and need not be kept. */
const idleMilliseconds = 1000
const keptMax = 10_000

interface Kept {
  readonly bucket: Bucket
  /** When it was taken from within the last day, for rates by the day. */
  readonly times: number[]
  usedAt: number
}

export class ControlRates {
  readonly #kept = new Map<string, Kept>()

  /** Throws LimitExceededException when it is one call too many. */
  take(operation: string, input: unknown, call: Call): void {
    const rate = rates[operation]
    if (rate === undefined) return
    const subject =
      rate.of === 'account' ? `account ${call.account}` : `stream ${streamOf(input)} under account ${call.account}`
    const kept = this.#of(`${operation} ${call.region} ${subject}`, rate, call.at)
    const today = kept.times.filter(time => time > call.at - dayMilliseconds)
    const tooMany = rate.perDay !== undefined && today.length >= rate.perDay
    if (tooMany || !kept.bucket.has(1, rate.perSecond, call.at)) {
      const bound = tooMany ? `${rate.perDay} in 24 hours` : `${rate.perSecond} a second`
      throw new LimitExceededException(`Rate exceeded for ${subject}. ${operation} may be called ${bound}.`)
    }
    kept.bucket.take(1)
    kept.usedAt = call.at
    if (rate.perDay !== undefined) kept.times.splice(0, kept.times.length, ...today, call.at)
  }

  #of(key: string, rate: Rate, now: number): Kept {
    let kept = this.#kept.get(key)
    if (kept === undefined) {
      if (this.#kept.size >= keptMax) this.#drop(now)
      kept = { bucket: new Bucket(rate.perSecond, now), times: [], usedAt: now }
      this.#kept.set(key, kept)
    }
    return kept
  }

  #drop(now: number): void {
    for (const [key, { usedAt, times }] of this.#kept) {
      const full = now - usedAt > (times.length > 0 ? dayMilliseconds : idleMilliseconds)
      if (full) this.#kept.delete(key)
    }
  }
}

/** A stream is one, whether it is called by its name or by its ARN. */
function streamOf(input: unknown): string {
  const { StreamName, StreamARN, ConsumerARN } = input as Readonly<Record<string, unknown>>
  const arn = String(StreamARN ?? ConsumerARN ?? '')
  return typeof StreamName === 'string' ? StreamName : (/stream\/([^/]+)/.exec(arn)?.[1] ?? arn)
}

/** The operations, each held to its rate before it runs; `rates` undefined leaves them as they are. */
export function paced(rates: ControlRates | undefined, operations: BoundOperations): BoundOperations {
  if (rates === undefined) return operations
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => {
      const run = async (input: unknown, call: Call) => {
        rates.take(name, input, call)
        return operation.run(input, call)
      }
      return [name, { ...operation, run }]
    }),
  )
}
