/**
 * Those who read the stream, each as a careful application does: parents before children, from the last record that it
 * has kept, through whatever ends the lake. A reader polls by iterators, a subscriber is pushed to.
 */
import { type Seen, seenOf } from './history.ts'
import type { Members } from './world.ts'

/** Calls an operation; undefined when it failed and was allowed to. */
export type Try = (operation: string, input: Members, allowed?: readonly string[]) => Promise<Members | undefined>

interface Position {
  /** Of the last record seen. */
  lastSeen: string | undefined
  iterator: string | undefined
  ended: boolean
  atTip: boolean
}

interface Child {
  readonly ShardId: string
  readonly ParentShards: readonly string[]
}

export interface Shard {
  readonly ShardId: string
  readonly ParentShardId?: string
  readonly AdjacentParentShardId?: string
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string }
  readonly SequenceNumberRange: { readonly StartingSequenceNumber: string; readonly EndingSequenceNumber?: string }
}

export const StreamName = 'stream'
const tooFast = 'ProvisionedThroughputExceededException'

export async function shardsOf(attempt: Try): Promise<readonly Shard[] | undefined> {
  const answer = await attempt('ListShards', { StreamName })
  return answer?.Shards as readonly Shard[] | undefined
}

/** Which shards of a stream one is reading, and which come after them. */
class Places {
  readonly positions = new Map<string, Position>()

  begin(shardId: string): void {
    if (this.positions.has(shardId)) return
    this.positions.set(shardId, { lastSeen: undefined, iterator: undefined, ended: false, atTip: false })
  }

  /** The shard was read to its end. */
  end(shardId: string, children: unknown): void {
    const position = this.positions.get(shardId)
    if (position) position.ended = true
    // A parent that has not been heard of is behind one that is still being read.
    const isDone = (parent: string) => this.positions.get(parent)?.ended === true
    for (const { ShardId, ParentShards } of (children ?? []) as readonly Child[])
      if (ParentShards.every(isDone)) this.begin(ShardId)
  }

  get active(): readonly (readonly [string, Position])[] {
    return [...this.positions].filter(([, { ended }]) => !ended)
  }
}

export class Reader {
  readonly name: string
  readonly seen: Seen[] = []
  readonly #places = new Places()

  constructor(name: string, firstShards: readonly string[]) {
    this.name = name
    for (const shardId of firstShards) this.#places.begin(shardId)
  }

  get atTip(): boolean {
    return this.#places.active.every(([, { atTip }]) => atTip)
  }

  /** Its process died: it knows the sequence numbers that it has kept, and no iterator. */
  forget(): void {
    for (const position of this.#places.positions.values()) {
      position.iterator = undefined
      position.atTip = false
    }
  }

  /** One read of one of its shards. */
  async read(attempt: Try, chosen: number, Limit: number): Promise<void> {
    const { active } = this.#places
    const [shardId, position] = active[chosen % active.length] ?? []
    if (shardId === undefined || position === undefined) return
    position.atTip = false
    position.iterator ??= await this.#iterator(attempt, shardId, position)
    if (position.iterator === undefined) return
    const input = { ShardIterator: position.iterator, Limit }
    const answer = await attempt('GetRecords', input, ['ExpiredIteratorException', tooFast])
    position.iterator = answer?.NextShardIterator as string | undefined
    if (answer === undefined) return
    const records = seenOf(shardId, answer.Records)
    this.seen.push(...records)
    position.lastSeen = records.at(-1)?.sequenceNumber ?? position.lastSeen
    position.atTip = answer.MillisBehindLatest === 0
    if (position.iterator === undefined) this.#places.end(shardId, answer.ChildShards)
  }

  async #iterator(attempt: Try, ShardId: string, { lastSeen }: Position): Promise<string | undefined> {
    const from =
      lastSeen === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: lastSeen }
    const answer = await attempt('GetShardIterator', { StreamName, ShardId, ...from }, [tooFast])
    return answer?.ShardIterator as string | undefined
  }
}

interface Event {
  readonly SubscribeToShardEvent?: {
    readonly Records: unknown
    readonly ContinuationSequenceNumber?: string
    readonly ChildShards?: unknown
    readonly MillisBehindLatest: number
  }
}

/** Of the lake that a subscription is to. */
export interface Life {
  isOver(): boolean
  broken(cause: unknown): void
}

export class Subscriber {
  readonly name = 'subscriber'
  readonly seen: Seen[] = []
  readonly #consumerArn: string
  readonly #places = new Places()
  readonly #live = new Set<string>()

  constructor(consumerArn: string, firstShards: readonly string[]) {
    this.#consumerArn = consumerArn
    for (const shardId of firstShards) this.#places.begin(shardId)
  }

  get atTip(): boolean {
    return this.#places.active.every(([, { atTip }]) => atTip)
  }

  /** Subscribes to what it is not subscribed to. */
  async subscribe(attempt: Try, life: Life): Promise<void> {
    for (const [ShardId, position] of this.#places.active) {
      if (this.#live.has(ShardId)) continue
      const StartingPosition =
        position.lastSeen === undefined
          ? { Type: 'TRIM_HORIZON' }
          : { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.lastSeen }
      const input = { ConsumerARN: this.#consumerArn, ShardId, StartingPosition }
      const answer = await attempt('SubscribeToShard', input, ['ResourceInUseException'])
      if (answer === undefined) continue
      this.#live.add(ShardId)
      void this.#follow(ShardId, answer.EventStream as AsyncIterable<Event>, life)
    }
  }

  /** The lake that it was subscribed to is gone. */
  disconnected(): void {
    this.#live.clear()
    for (const [, position] of this.#places.active) position.atTip = false
  }

  async #follow(shardId: string, events: AsyncIterable<Event>, life: Life): Promise<void> {
    const position = this.#places.positions.get(shardId)
    try {
      for await (const { SubscribeToShardEvent: event } of events) {
        if (life.isOver()) return
        if (event === undefined || position === undefined) continue
        this.seen.push(...seenOf(shardId, event.Records))
        position.lastSeen = event.ContinuationSequenceNumber
        position.atTip = event.MillisBehindLatest === 0
        if (event.ContinuationSequenceNumber === undefined) this.#places.end(shardId, event.ChildShards)
      }
    } catch (cause) {
      life.broken(cause)
    }
    if (!life.isOver()) this.#live.delete(shardId)
  }
}
