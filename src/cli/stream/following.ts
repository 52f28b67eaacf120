/**
 * Follows a stream's shards as a good consumer does: parents are read to their end before their children begin, an
 * iterator that expired is taken anew behind the last record seen, a throttled shard is asked again later.
 */
import { LakeMistake } from '../../world/mistake.ts'
import { type Call, Refusal } from '../calls.ts'

export type From = { readonly kind: 'latest' | 'horizon' } | { readonly kind: 'instant'; readonly at: number }

/** As AWS's JSON has it. */
export interface WireRecord {
  readonly SequenceNumber: string
  readonly PartitionKey: string
  readonly ApproximateArrivalTimestamp: number
  /** Base64. */
  readonly Data: string
}

export interface Read {
  readonly shardId: string
  readonly records: readonly WireRecord[]
}

export interface Following {
  readonly call: Call
  readonly stream: string
  readonly from: From
  /** Follows this one alone, and not its children. */
  readonly shardId?: string | undefined
  /** Ends when everything there is has been read. */
  readonly once: boolean
  readonly pause: (milliseconds: number) => Promise<void>
}

interface WireShard {
  readonly ShardId: string
  readonly ParentShardId?: string
  readonly AdjacentParentShardId?: string
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string }
}

interface WireRead {
  readonly Records: readonly WireRecord[]
  readonly NextShardIterator?: string
  readonly MillisBehindLatest: number
  readonly ChildShards?: readonly { readonly ShardId: string; readonly ParentShards: readonly string[] }[]
}

interface Position {
  readonly from: From
  iterator: string
  lastSeen: string | undefined
  atTip: boolean
}

/** A shard gives five reads a second to all who poll it: one of them is enough to watch. */
const pauseMilliseconds = 1000
const recordsPerRead = 1000

export async function* follow(following: Following): AsyncGenerator<Read> {
  const { call, stream, shardId, once, pause } = following
  const positions = new Map<string, Position>()
  const begun = new Set<string>()
  const ended = new Set<string>()
  const begin = async (id: string, from: From) => {
    begun.add(id)
    positions.set(id, { from, iterator: await iteratorOf(following, id, from), lastSeen: undefined, atTip: false })
  }
  const first = await shardsOf(call, stream)
  for (const id of firstOf(first, following)) await begin(id, following.from)
  // A parent that is still to be read may not have been heard of, being a child itself; one that has expired never will.
  const expired = (parent: string) =>
    parent <= (first.at(-1)?.ShardId ?? '') && !first.some(one => one.ShardId === parent)
  while (positions.size > 0) {
    let idle = true
    for (const [id, position] of positions) {
      const read = await readOf(following, id, position)
      if (read === undefined) continue
      if (read.Records.length > 0) yield { shardId: id, records: read.Records }
      position.lastSeen = read.Records.at(-1)?.SequenceNumber ?? position.lastSeen
      position.atTip = read.MillisBehindLatest === 0
      // Behind the tip, or at the end of a shard that has children: there is more to come at once.
      if (!position.atTip) idle = false
      if (read.NextShardIterator !== undefined) {
        position.iterator = read.NextShardIterator
        continue
      }
      positions.delete(id)
      ended.add(id)
      if (shardId !== undefined) continue
      for (const child of read.ChildShards ?? []) {
        if (begun.has(child.ShardId)) continue
        if (!child.ParentShards.every(parent => ended.has(parent) || expired(parent))) continue
        // All of a child is new to who follows its parents; but an instant may lie behind a child's beginning.
        await begin(child.ShardId, following.from.kind === 'latest' ? { kind: 'horizon' } : following.from)
        idle = false
      }
    }
    if (once && [...positions.values()].every(({ atTip }) => atTip)) return
    if (idle && positions.size > 0) await pause(pauseMilliseconds)
  }
}

async function shardsOf(call: Call, stream: string): Promise<readonly WireShard[]> {
  const shards: WireShard[] = []
  let next: Readonly<Record<string, unknown>> = { StreamName: stream }
  for (;;) {
    const page = await call<{ Shards: readonly WireShard[]; NextToken?: string }>('ListShards', next)
    shards.push(...page.Shards)
    if (page.NextToken === undefined) return shards
    next = { NextToken: page.NextToken }
  }
}

/** New records come to open shards alone; for older ones, the shards of which no parent is left to read. */
function firstOf(shards: readonly WireShard[], { from, shardId, stream }: Following): readonly string[] {
  const known = new Set(shards.map(shard => shard.ShardId))
  if (shardId !== undefined) {
    const id = [shardId, `shardId-${shardId.padStart(12, '0')}`].find(one => known.has(one))
    if (id !== undefined) return [id]
    throw new LakeMistake(`${stream} has no shard '${shardId}'. It has: ${[...known].slice(0, 20).join(', ')}.`)
  }
  const first = shards.filter(({ SequenceNumberRange, ParentShardId = '', AdjacentParentShardId = '' }) =>
    from.kind === 'latest'
      ? SequenceNumberRange.EndingSequenceNumber === undefined
      : !known.has(ParentShardId) && !known.has(AdjacentParentShardId),
  )
  return first.map(shard => shard.ShardId)
}

async function iteratorOf({ call, stream }: Following, id: string, from: From | string): Promise<string> {
  const start =
    typeof from === 'string'
      ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: from }
      : startOf(from)
  const input = { StreamName: stream, ShardId: id, ...start }
  return (await call<{ ShardIterator: string }>('GetShardIterator', input)).ShardIterator
}

function startOf(from: From): Readonly<Record<string, unknown>> {
  if (from.kind === 'instant') return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: from.at / 1000 }
  return { ShardIteratorType: from.kind === 'latest' ? 'LATEST' : 'TRIM_HORIZON' }
}

/** Undefined when there is nothing to be had now, but later. */
async function readOf(following: Following, id: string, position: Position): Promise<WireRead | undefined> {
  try {
    return await following.call<WireRead>('GetRecords', { ShardIterator: position.iterator, Limit: recordsPerRead })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'ExpiredIteratorException') {
      position.iterator = await iteratorOf(following, id, position.lastSeen ?? position.from)
      return undefined
    }
    if (error.code !== 'ProvisionedThroughputExceededException') throw error
    position.atTip = false
    await following.pause(pauseMilliseconds)
    return undefined
  }
}
