// What only on-demand streams have: write throughput kept warm, which takes the account's commitment, and records that the
// stream spreads by itself.
import { commitmentOf } from './commitment.ts'
import { InvalidArgumentException, onDemandOnly } from './faults.ts'
import type { Kinesis, Scope } from './kinesis.ts'
import { onDemandShardsAtFirst, warmMibpsMax } from './limits.ts'
import { growTo } from './resharding.ts'
import type { Stream } from './stream.ts'
import type { Distribution, StreamMode } from './tables.ts'

export const isCommitted = (kinesis: Kinesis, { account, region }: Scope, now: number): boolean =>
  commitmentOf(kinesis.store.ledger, { account, region }, now).status !== 'DISABLED'

/** The warm throughput that a stream of this mode can be given. */
export function checkWarm(
  kinesis: Kinesis,
  call: Scope & { readonly at: number },
  { mode, mibps }: { readonly mode: StreamMode; readonly mibps: number | undefined },
): number | undefined {
  if (mibps === undefined) return undefined
  if (mode !== 'ON_DEMAND') {
    throw new InvalidArgumentException('WarmThroughputMiBps is for streams in the ON_DEMAND mode: leave it out.')
  }
  if (!isCommitted(kinesis, call, call.at)) {
    throw new InvalidArgumentException(
      'WarmThroughputMiBps needs an account with MinimumThroughputBillingCommitment: enable it with UpdateAccountSettings.',
    )
  }
  if (mibps > warmMibpsMax) {
    throw new InvalidArgumentException(
      `WarmThroughputMiBps ${mibps} is more than ${warmMibpsMax}, the most a stream has.`,
    )
  }
  return mibps
}

export function checkDistribution(mode: StreamMode, distribution: Distribution | undefined): void {
  if (distribution !== 'AUTO' || mode === 'ON_DEMAND') return
  throw new InvalidArgumentException('RecordDistributionStrategy AUTO is for streams in the ON_DEMAND mode.')
}

export const warmthOf = (stream: Stream) => ({
  TargetMiBps: stream.settings.warmMibps ?? onDemandShardsAtFirst,
  CurrentMiBps: stream.openShards.length,
})

/** Makes shards enough for the throughput; it does not take any away. */
export async function warm(kinesis: Kinesis, stream: Stream, call: Scope & { readonly at: number }, mibps: number) {
  if (stream.settings.mode !== 'ON_DEMAND') throw onDemandOnly(stream)
  const checked = checkWarm(kinesis, call, { mode: 'ON_DEMAND', mibps })
  await stream.configure(() => ({ warmMibps: checked }))
  await growTo(kinesis, stream, { target: mibps, now: call.at })
}
