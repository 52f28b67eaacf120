// Split, merge and uniform scaling: AWS's conditions for each, then the layout that the stream carries out.
import { InvalidArgumentException, LimitExceededException, noSuchShard, provisionedOnly } from './faults.ts'
import { shardsPerAccountMax } from './limits.ts'
import { areAdjacent, evenLayout, Layout, splitLayout } from './reshard.ts'
import { shardIdOf, shardNumberOf } from './sequence.ts'
import type { Shard } from './shard.ts'
import type { Stream } from './stream.ts'

interface Limits {
  checkShardLimit(stream: Stream, additional: number): void
}

export async function splitShard(
  limits: Limits,
  stream: Stream,
  { shardId, at, now }: { readonly shardId: string; readonly at: string; readonly now: number },
): Promise<void> {
  await stream.reshard(now, () => {
    checkProvisioned(stream)
    const shard = openShard(stream, shardId)
    const border = BigInt(at)
    const { first, last } = shard.range
    if (border <= first + 1n || border >= last) {
      throw new InvalidArgumentException(
        `NewStartingHashKey ${at} used in SplitShard() on shard ${shard.id} in stream ${stream.name} under account ` +
          `${stream.account} is not both greater than one plus the shard's StartingHashKey ${first} and less than ` +
          `the shard's EndingHashKey ${last}.`,
      )
    }
    limits.checkShardLimit(stream, 1)
    const layout = new Layout(stream.nextShardNumber)
    layout.split(shard, border)
    return layout
  })
}

export async function mergeShards(
  stream: Stream,
  { shardId, adjacent, now }: { readonly shardId: string; readonly adjacent: string; readonly now: number },
): Promise<void> {
  await stream.reshard(now, () => {
    checkProvisioned(stream)
    const one = openShard(stream, shardId)
    const other = openShard(stream, adjacent)
    // The lower one is to be named first: AWS refuses neighbours that are named the other way round.
    if (!areAdjacent(one, other)) {
      throw new InvalidArgumentException(
        `Shards ${one.id} and ${other.id} in stream ${stream.name} under account ${stream.account} ` +
          'are not an adjacent pair of shards eligible for merging',
      )
    }
    const layout = new Layout(stream.nextShardNumber)
    layout.merge(one, other)
    return layout
  })
}

/** Splits the heaviest shards in two until `target` are open, the widest unless told otherwise. It closes no others. */
export async function growTo(
  limits: Limits,
  stream: Stream,
  {
    target,
    now,
    weigh = ({ range }) => range.last - range.first,
  }: { readonly target: number; readonly now: number; readonly weigh?: (shard: Shard) => bigint },
): Promise<void> {
  if (target <= stream.openShards.length) return
  await stream.reshard(now, () => {
    limits.checkShardLimit(stream, Math.max(0, target - stream.openShards.length))
    const open = stream.openShards.map(shard => ({ piece: shard, weight: weigh(shard) }))
    return splitLayout(open, { target, nextNumber: stream.nextShardNumber })
  })
}

/** Answers how many shards were open before. */
export async function scaleShards(
  limits: Limits,
  stream: Stream,
  { target, now }: { readonly target: number; readonly now: number },
): Promise<number> {
  let current = 0
  await stream.reshard(now, () => {
    checkProvisioned(stream)
    current = stream.openShards.length
    const counts = `Current open shard count: ${current} Target shard count: ${target}`
    if (target > shardsPerAccountMax) {
      throw new LimitExceededException(
        `Target shard count or number of open shards cannot be greater than ${shardsPerAccountMax}. ${counts}`,
      )
    }
    if (target > current * 2) {
      throw new InvalidArgumentException(
        `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
      )
    }
    if (target < current / 2) {
      throw new InvalidArgumentException(
        `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
      )
    }
    limits.checkShardLimit(stream, Math.max(0, target - current))
    return evenLayout(stream.openShards, target, stream.nextShardNumber)
  })
  return current
}

function checkProvisioned(stream: Stream): void {
  if (stream.settings.mode === 'ON_DEMAND') throw provisionedOnly(stream)
}

function openShard(stream: Stream, text: string): Shard {
  const number = shardNumberOf(text)
  const shard = number === undefined ? undefined : stream.shard(number)
  if (shard === undefined) throw noSuchShard(number === undefined ? text : shardIdOf(number), stream)
  if (shard.ended !== undefined) {
    throw new InvalidArgumentException(
      `Shard ${shard.id} in stream ${stream.name} under account ${stream.account} has already been merged or split, ` +
        'and thus is not eligible for merging or splitting.',
    )
  }
  return shard
}
