// One stream: its shards, which of them takes a record, and how that changes. Knows nothing of requests or iterators.
//
// A reshard waits until no append to the closing shards is under way, holding new ones back at a gate; then one commit
// closes them at exactly their ends and makes the children. So no record is ever behind a shard's end.
import { type Ledger, LedgerReadOnly } from '../../durable/ledger.ts'
import type { SegmentLog } from '../../durable/segment-log.ts'
import type { Meter } from '../../world/meter.ts'
import { hashKeyOutOfRange, noSuchStream, rateExceeded } from './faults.ts'
import { hashOfExplicit } from './hash.ts'
import { Placements } from './placements.ts'
import { type Rates, StreamRates } from './rates.ts'
import type { RecordBatch } from './record-batch.ts'
import type { Layout } from './reshard.ts'
import { Route } from './route.ts'
import type { ShardId } from './sequence.ts'
import { Shard } from './shard.ts'
import { type ShardFigure, StreamMetrics } from './stream-metrics.ts'
import {
  closeShard,
  insertShard,
  type ShardEnd,
  type ShardIdentity,
  type StreamIdentity,
  type StreamSettings,
  writeSettings,
} from './tables.ts'

/** Told of what happens to a stream, in the turn in which it happens. */
export interface Watcher {
  /** Records `[index, index + count)` of a shard are durable. */
  arrived(shardId: ShardId, arrival: Arrival): void
  resharded(): void
  /** The stream is about to be deleted: the last moment to read what is in it. */
  leaving(): Promise<void>
  /** Arrival of the oldest record of a shard that it has yet to read: what came since then stays on disk for it. */
  oldestWanted?(shardId: ShardId): number | undefined
}

export interface Arrival {
  readonly index: number
  readonly count: number
  /** Of the data alone. */
  readonly bytes: number
  readonly at: number
}

export interface StreamWorld {
  readonly ledger: Pick<Ledger, 'commit'>
  readonly openLog: (name: string) => Promise<SegmentLog>
  readonly meter: Meter
  readonly pace?: Pace | undefined
}

/** What stands before a stream's own rates; undefined where nothing is in the way. */
export type Pace = (
  stream: Pick<StreamIdentity, 'name' | 'account' | 'region'>,
  rates: Rates | undefined,
) => Rates | undefined

export class Stream implements StreamIdentity {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: number
  readonly arn: string
  readonly #ledger: Pick<Ledger, 'commit'>
  readonly #openLog: (name: string) => Promise<SegmentLog>
  readonly #meter: Meter
  readonly #shards = new Map<number, Shard>()
  readonly #watchers = new Set<Watcher>()
  readonly #pace: Pace | undefined
  #rates: StreamRates | undefined
  #metrics: StreamMetrics | undefined
  #settings: StreamSettings
  #route = new Route([])
  #gate: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #leaving = false
  /** Which shard got the last record that the stream placed by itself. */
  #spread = 0

  constructor(
    identity: StreamIdentity,
    settings: StreamSettings,
    shards: readonly (ShardIdentity & { readonly end?: ShardEnd })[],
    { ledger, openLog, meter, pace }: StreamWorld,
  ) {
    this.id = identity.id
    this.account = identity.account
    this.region = identity.region
    this.name = identity.name
    this.createdAt = identity.createdAt
    this.arn = `arn:aws:kinesis:${this.region}:${this.account}:stream/${this.name}`
    this.#ledger = ledger
    this.#openLog = openLog
    this.#meter = meter
    this.#pace = pace
    this.#settings = settings
    this.#add(shards)
  }

  /** While AWS's rates, or others, hold for its shards. */
  get rates(): Rates | undefined {
    return this.#pace ? this.#pace(this, this.#rates) : this.#rates
  }

  get metrics(): StreamMetrics {
    this.#metrics ??= new StreamMetrics(this.#meter, this)
    return this.#metrics
  }

  /** Counts for a shard, where that figure is switched on. */
  meterShard(id: string, figure: ShardFigure, value: number): void {
    if (this.#settings.shardMetrics.includes(figure)) this.metrics.shard(id)[figure].add(value)
  }

  get settings(): StreamSettings {
    return this.#settings
  }

  /** By number: parents before their children. */
  get shards(): readonly Shard[] {
    return [...this.#shards.values()]
  }

  /** But for the closed ones whose records have all expired, which go with the next sweep. */
  shardsKept(now: number): readonly Shard[] {
    const horizon = this.horizon(now)
    return this.shards.filter(shard => shard.ended === undefined || shard.ended.closedAt >= horizon)
  }

  /** By hash range. */
  get openShards(): readonly Shard[] {
    return this.#route.shards
  }

  shard(number: number): Shard | undefined {
    return this.#shards.get(number)
  }

  childrenOf(shard: Shard): readonly Shard[] {
    return this.shards.filter(child => child.parents.includes(shard.number))
  }

  get nextShardNumber(): number {
    return Math.max(...this.#shards.keys()) + 1
  }

  /** Records that arrived earlier than this are no longer shown. */
  horizon(now: number): number {
    return Math.max(this.#settings.keptSince ?? 0, now - this.#settings.retentionHours * 3_600_000)
  }

  /** What arrived in a shard earlier than this may go from the disk: nobody is shown it, and no watcher still wants it. */
  expiredBefore(shard: Shard, now: number): number {
    const wanted = [...this.#watchers].flatMap(watcher => watcher.oldestWanted?.(shard.id) ?? [])
    return Math.min(this.horizon(now), ...wanted)
  }

  /** Takes the records; resolves after the fsync of every shard's log that got one. In the order given. */
  async put(records: RecordBatch, at: number): Promise<Placements> {
    while (this.#gate !== undefined) await this.#gate
    if (this.#leaving) throw noSuchStream(this)
    const only = this.#route.shards.length === 1 ? this.#route.shards[0] : undefined
    const { rates } = this
    const targets = only && !rates ? undefined : this.#targets(records)
    if (!targets) for (const explicit of records.explicitHashKeys) checkHashKey(explicit)
    const placed = new Placements(records.count)
    if (rates && targets) this.#refuse(rates, { records, targets, placed, at })
    const groups = only && !targets ? [[only, undefined] as const] : [...grouped(targets ?? [], placed)]
    await Promise.all(groups.map(([shard, places]) => this.#append(shard, places, records, placed, at)))
    return placed
  }

  /** Carries out what `plan` draws up for the shards that are open when its turn has come. */
  reshard(now: number, plan: () => Layout): Promise<void> {
    return this.#inTurn(() => this.#gated(() => this.#change(plan(), now)))
  }

  /** Changes settings; `change` sees those that hold when its turn has come. */
  configure(change: (current: StreamSettings) => Partial<StreamSettings>): Promise<void> {
    return this.#inTurn(async () => {
      const next = { ...this.#settings, ...change(this.#settings) }
      await this.#ledger.commit(write => writeSettings(write, this.id, next))
      this.#settings = next
    })
  }

  /** Lets watchers read what is left, then carries out `remove`; puts are refused from the start. */
  leave(remove: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#leaving) throw noSuchStream(this)
      this.#leaving = true
      try {
        await Promise.all(this.openShards.map(shard => shard.idle()))
        await Promise.all([...this.#watchers].map(watcher => watcher.leaving()))
        await lastFor(this.openShards, remove)
        this.#metrics?.end()
      } catch (cause) {
        this.#leaving = false
        throw cause
      }
    })
  }

  /** Whether AWS's rates hold from now on. */
  limit(limited: boolean): void {
    this.#rates = limited ? (this.#rates ?? new StreamRates()) : undefined
  }

  /** Forgets a closed shard whose records have all expired. */
  forget(shard: Shard): void {
    this.#shards.delete(shard.number)
    this.#metrics?.endShard(shard.id)
    this.#rates?.forget(shard.number)
  }

  /** The returned function ends it. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #targets(records: RecordBatch): readonly Shard[] {
    return Array.from({ length: records.count }, (_, nth) => {
      if (this.#settings.distribution === 'AUTO') {
        this.#spread = (this.#spread + 1) % this.#route.shards.length
        return this.#route.shards[this.#spread] as Shard
      }
      const explicit = records.explicitHashKeyOf(nth)
      return explicit === undefined ? this.#route.ofKey(records.keyOf(nth)) : this.#route.ofHash(checkHashKey(explicit))
    })
  }

  /** Finds places for the records that come faster than their shards take them: none. */
  #refuse(
    rates: Rates,
    {
      records,
      targets,
      placed,
      at,
    }: {
      readonly records: RecordBatch
      readonly targets: readonly Shard[]
      readonly placed: Placements
      readonly at: number
    },
  ): void {
    const openShards = this.#settings.mode === 'ON_DEMAND' ? this.#route.shards.length : undefined
    for (let nth = 0; nth < records.count; nth++) {
      const shard = targets[nth] as Shard
      if (rates.write(shard.number, records.contentBytesOf(nth), { now: at, openShards })) continue
      placed.fail(nth, { failure: rateExceeded(shard.id, this), throttled: true })
      this.metrics.stream.WriteProvisionedThroughputExceeded.add(1)
      this.meterShard(shard.id, 'WriteProvisionedThroughputExceeded', 1)
    }
  }

  /** `places` undefined: all of them. */
  async #append(
    shard: Shard,
    places: readonly number[] | undefined,
    records: RecordBatch,
    placed: Placements,
    at: number,
  ): Promise<void> {
    const count = places?.length ?? records.count
    const place = (nth: number) => (places === undefined ? nth : (places[nth] as number))
    try {
      const index = await shard.append(places ? records.only(places) : records, at)
      for (let nth = 0; nth < count; nth++) placed.put(place(nth), shard, index + nth)
      const bytes = places ? places.reduce((sum, nth) => sum + records.dataBytesOf(nth), 0) : records.dataBytes
      const { IncomingBytes, IncomingRecords } = this.metrics.stream
      IncomingBytes.add(bytes)
      IncomingRecords.add(count)
      if (this.#settings.shardMetrics.length > 0) {
        this.meterShard(shard.id, 'IncomingBytes', bytes)
        this.meterShard(shard.id, 'IncomingRecords', count)
      }
      for (const watcher of this.#watchers) watcher.arrived(shard.id, { index, count, bytes, at })
    } catch (failure) {
      for (let nth = 0; nth < count; nth++) placed.fail(place(nth), { failure })
    }
  }

  async #change(layout: Layout, now: number): Promise<void> {
    const closing = this.openShards.filter(shard => layout.closed.has(shard.number))
    await Promise.all(closing.map(shard => shard.idle()))
    const ends = new Map<Shard, ShardEnd>()
    for (const shard of closing) ends.set(shard, { closedAt: now, endIndex: await shard.tip() })
    // A child's sequence numbers are above its parents' even when the clock was set back.
    const createdAt = Math.max(now, ...closing.map(shard => shard.createdAt))
    const born = layout.created.map(piece => ({
      ...piece,
      createdAt,
      ...(layout.closed.has(piece.number) && { end: { closedAt: createdAt, endIndex: 0 } }),
    }))
    // From here the new layout is durable; a crash before leaves the old one, whose logs are as they were.
    await lastFor(closing, () =>
      this.#ledger.commit(write => {
        for (const [shard, end] of ends) closeShard(write, this.id, shard.number, end)
        for (const shard of born) insertShard(write, this.id, shard)
      }),
    )
    for (const [shard, end] of ends) shard.end(end)
    this.#add(born)
    for (const watcher of this.#watchers) watcher.resharded()
  }

  #add(shards: readonly (ShardIdentity & { readonly end?: ShardEnd })[]): void {
    for (const identity of shards) {
      this.#shards.set(identity.number, new Shard(identity, { streamId: this.id, open: this.#openLog }))
    }
    this.#route = new Route(this.shards.filter(shard => shard.ended === undefined))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #gated(work: () => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    try {
      if (this.#leaving) throw noSuchStream(this)
      await work()
    } finally {
      this.#gate = undefined
      resolve()
    }
  }
}

/**
 * A commit after which the shards are to take nothing more. Whether one lasts whose fsync failed only the next start shows;
 * if it does, what they took after it would be lost. So they take nothing from then on.
 */
async function lastFor(shards: readonly Shard[], commit: () => Promise<unknown>): Promise<void> {
  try {
    await commit()
  } catch (cause) {
    if (cause instanceof LedgerReadOnly) for (const shard of shards) shard.refuse(cause)
    throw cause
  }
}

/** Which places of the request go to which shard, but for those that have been refused. */
function grouped(targets: readonly Shard[], placed: Placements): Map<Shard, number[]> {
  const groups = new Map<Shard, number[]>()
  targets.forEach((shard, place) => {
    if (placed.failures.has(place)) return
    const places = groups.get(shard)
    if (places) places.push(place)
    else groups.set(shard, [place])
  })
  return groups
}

/** The digits of an explicit hash key. */
function checkHashKey(explicit: string): string {
  const digits = hashOfExplicit(explicit)
  if (digits === undefined) throw hashKeyOutOfRange(explicit)
  return digits
}
