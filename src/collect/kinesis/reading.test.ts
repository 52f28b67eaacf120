// Whatever happens to a stream while it is read (splits, merges, scalings, changes of retention, time, trimmed segments),
// a reader of any kind gets every record that was within retention when it came to it, in order, once; and ListShards
// shows what a plain model of the shards' lives says. The same for subscribers, whose subscriptions end and are renewed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { tries } from '../../../test/testing/tries.ts'
import type { StartingPoint } from './iterators.ts'
import { Kinesis } from './kinesis.ts'
import { RecordBatch } from './record-batch.ts'
import { mergeShards, scaleShards, splitShard } from './resharding.ts'
import { shardIdOf } from './sequence.ts'
import { listShards, type ShardFilter } from './shard-listing.ts'
import type { Stream } from './stream.ts'
import type { SubscriptionEvent } from './subscription.ts'
import type { StreamSettings } from './tables.ts'

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const settings: StreamSettings = {
  mode: 'PROVISIONED',
  retentionHours: 24,
  recordKibMax: 1024,
  shardMetrics: [],
  distribution: 'USER_PARTITION_KEY',
}
const minute = 60_000
const hour = 60 * minute
const space = 1n << 128n

interface KnownRecord {
  readonly text: string
  readonly at: number
  readonly sequenceNumber: string
}

/** What a shard has taken, by the answers to the puts, and how long it was open. */
class KnownShard {
  readonly number: number
  readonly createdAt: number
  closedAt: number | undefined
  readonly records: KnownRecord[] = []

  constructor(number: number, createdAt: number) {
    this.number = number
    this.createdAt = createdAt
  }

  /** The place of the first record that has not expired. */
  firstKept(horizon: number): number {
    const first = this.records.findIndex(record => record.at >= horizon)
    return first === -1 ? this.records.length : first
  }
}

interface Reader {
  readonly shard: KnownShard
  iterator: string | undefined
  madeAt: number
  /** The place of the record that comes next, unless it has expired by then. */
  next: number
}

interface Follower {
  readonly shard: KnownShard
  events: AsyncIterator<SubscriptionEvent, void>
  startedAt: number
  /** Where the next subscription begins. */
  from: StartingPoint
  next: number
  isAtEnd: boolean
}

const kinds = ['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP', 'AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] as const
const filters = [
  'AFTER_SHARD_ID',
  'AT_TRIM_HORIZON',
  'FROM_TRIM_HORIZON',
  'AT_LATEST',
  'AT_TIMESTAMP',
  'FROM_TIMESTAMP',
] as const

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put' as const), keys: fc.array(fc.nat(1e6), { maxLength: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(20 * hour) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(4 * minute) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('split' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale' as const), to: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('retain' as const), hours: fc.integer({ min: 24, max: 72 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      which: fc.nat(50),
      how: fc.constantFrom(...kinds),
      place: fc.nat(100),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      which: fc.nat(50),
      limit: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('follow' as const), which: fc.nat(50) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('push' as const), which: fc.nat(50), at: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      type: fc.constantFrom(...filters),
      back: fc.nat(48 * hour),
      page: fc.integer({ min: 1, max: 4 }),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

class Story {
  readonly #world: Awaited<ReturnType<typeof simulatedWorld>>
  readonly #kinesis: Kinesis
  readonly #stream: Stream
  readonly #shards = new Map<number, KnownShard>()
  readonly #readers: Reader[] = []
  readonly #followers: Follower[] = []
  #horizonFloor = 0
  #count = 0

  private constructor(world: Awaited<ReturnType<typeof simulatedWorld>>, kinesis: Kinesis, stream: Stream) {
    this.#world = world
    this.#kinesis = kinesis
    this.#stream = stream
    this.#learn()
  }

  static async begin(): Promise<Story> {
    const world = await simulatedWorld({ segmentBytes: 200 })
    const kinesis = new Kinesis(world)
    await kinesis.start()
    const stream = await kinesis.create(scope, { name: 's', shardCount: 2, settings, tags: {} })
    return new Story(world, kinesis, stream)
  }

  get #now(): number {
    return this.#world.clock.now()
  }

  /** The model's own: what has once expired stays so. */
  get #horizon(): number {
    this.#horizonFloor = Math.max(this.#horizonFloor, this.#now - this.#stream.settings.retentionHours * hour)
    return this.#horizonFloor
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'put':
        return this.#put(step.keys)
      case 'wait':
        await this.#world.clock.advance(step.milliseconds)
        return
      case 'split':
      case 'merge':
      case 'scale':
        return this.#reshard(step)
      case 'retain': {
        const keptSince = this.#horizon
        await this.#stream.configure(() => ({ retentionHours: step.hours, keptSince }))
        return
      }
      case 'begin':
        return this.#begin(step.which, step.how, step.place)
      case 'read': {
        const reader = this.#readers[step.which % Math.max(1, this.#readers.length)]
        return reader && this.#read(reader, step.limit)
      }
      case 'follow':
        return this.#follow(step.which)
      case 'push': {
        const follower = this.#followers[step.which % Math.max(1, this.#followers.length)]
        return follower && this.#push(follower, step.at ? 'AT_SEQUENCE_NUMBER' : 'AFTER_SEQUENCE_NUMBER')
      }
      case 'list':
        return this.#list({ type: step.type, at: this.#now - step.back, shardId: shardIdOf(step.back % 5) }, step.page)
    }
  }

  /** Every reader reads to its end. */
  async finish(): Promise<void> {
    for (const follower of this.#followers) await this.#push(follower, 'AFTER_SEQUENCE_NUMBER')
    for (const reader of this.#readers)
      for (let left = reader.shard.records.length - reader.next; left >= 0; left -= 7) await this.#read(reader, 7)
  }

  async #put(keys: readonly number[]): Promise<void> {
    if (keys.length === 0) return
    const records = keys.map(key => ({
      data: Buffer.from(`record ${this.#count++}`),
      partitionKey: 'k',
      explicitHashKey: String((BigInt(key) * space) / 1_000_001n),
    }))
    const placed = await this.#stream.put(RecordBatch.of(records), this.#now)
    for (const [nth, place] of [...placed].entries()) {
      assert.ok('shardId' in place)
      const shard = this.#shards.get(Number(place.shardId.slice(-12))) ?? assert.fail('an unknown shard')
      const { sequenceNumber } = place
      shard.records.push({ text: records[nth]?.data.toString() ?? '', at: this.#now, sequenceNumber })
    }
  }

  async #reshard(step: Extract<Step, { kind: 'split' | 'merge' | 'scale' }>): Promise<void> {
    const now = this.#now
    const open = this.#stream.openShards
    if (step.kind === 'scale') {
      const target = Math.min(open.length * 2, Math.max(Math.ceil(open.length / 2), step.to))
      await scaleShards(this.#kinesis, this.#stream, { target, now })
    } else {
      const at = step.which % open.length
      const [shard, next] = [open[at] ?? assert.fail(), open[at + 1]]
      if (step.kind === 'split' && open.length < 12) {
        const middle = String((shard.range.first + shard.range.last) / 2n)
        await splitShard(this.#kinesis, this.#stream, { shardId: shard.id, at: middle, now })
      } else if (next !== undefined) {
        await mergeShards(this.#stream, { shardId: shard.id, adjacent: next.id, now })
      }
    }
    this.#learn()
  }

  #learn(): void {
    for (const shard of this.#stream.shards) {
      const known = this.#shards.get(shard.number) ?? new KnownShard(shard.number, this.#now)
      this.#shards.set(shard.number, known)
      if (shard.ended !== undefined) known.closedAt ??= this.#now
    }
  }

  async #begin(which: number, how: (typeof kinds)[number], place: number): Promise<void> {
    const shards = this.#stream.shards
    const known = this.#shards.get(shards[which % shards.length]?.number ?? 0) ?? assert.fail()
    const record = known.records[place % Math.max(1, known.records.length)]
    const wantsRecord = how.endsWith('SEQUENCE_NUMBER')
    if (wantsRecord && record === undefined) return
    const timestamp = this.#now - place * 30 * minute
    const firstAtTimestamp = known.records.findIndex(({ at }) => at >= timestamp)
    const index = record === undefined ? 0 : known.records.indexOf(record)
    const next = {
      TRIM_HORIZON: 0,
      LATEST: known.records.length,
      AT_TIMESTAMP: firstAtTimestamp === -1 ? known.records.length : firstAtTimestamp,
      AT_SEQUENCE_NUMBER: index,
      AFTER_SEQUENCE_NUMBER: index + 1,
    }[how]
    const iterator = await this.#kinesis.iterator(this.#stream, shardIdOf(known.number), {
      type: how,
      ...(wantsRecord && { sequenceNumber: record?.sequenceNumber }),
      ...(how === 'AT_TIMESTAMP' && { timestamp }),
    })
    this.#readers.push({ shard: known, iterator, madeAt: this.#now, next })
  }

  async #read(reader: Reader, limit: number): Promise<void> {
    if (reader.iterator === undefined) return
    const { shard } = reader
    const horizon = this.#horizon
    if (this.#stream.shard(shard.number) === undefined) {
      // The shard is gone: then nothing was left to be read.
      assert.ok(shard.closedAt !== undefined && shard.firstKept(horizon) === shard.records.length)
      reader.iterator = undefined
      return
    }
    if (this.#now - reader.madeAt > 5 * minute) {
      await assert.rejects(this.#kinesis.read(scope, reader.iterator), { code: 'ExpiredIteratorException' })
      reader.iterator = await this.#renewed(reader)
      reader.madeAt = this.#now
    }
    const from = Math.max(reader.next, shard.firstKept(horizon))
    const expected = shard.records.slice(from, from + limit)
    const read = await this.#kinesis.read(scope, reader.iterator, { recordsMax: limit })
    assert.deepEqual(
      read.records.map(record => [Buffer.from(record.data).toString(), record.sequenceNumber, record.arrivedAt]),
      expected.map(record => [record.text, record.sequenceNumber, record.at]),
    )
    reader.next = from + expected.length
    const atEnd = reader.next >= shard.records.length
    assert.equal(read.millisecondsBehind, atEnd ? 0 : this.#now - (expected.at(-1)?.at ?? 0))
    assert.equal(read.next === undefined, atEnd && shard.closedAt !== undefined)
    reader.iterator = read.next
    reader.madeAt = this.#now
  }

  async #follow(which: number): Promise<void> {
    const shards = this.#stream.shards
    const shard = this.#shards.get(shards[which % shards.length]?.number ?? 0) ?? assert.fail()
    if (this.#followers.length === 20) return
    const from = { type: 'TRIM_HORIZON' } as const
    const { events, startedAt } = await this.#subscribe(this.#followers.length, shard, from)
    this.#followers.push({ shard, events, startedAt, from, next: 0, isAtEnd: false })
  }

  async #subscribe(nth: number, shard: KnownShard, from: StartingPoint) {
    const { consumers, fanOut } = this.#kinesis
    const name = `follower-${nth}`
    const consumer =
      consumers.find(this.#stream.arn, name) ??
      (await consumers.register(this.#stream, { name, tags: {}, now: this.#now }))
    const subscription = await fanOut.subscribe(consumer, shardIdOf(shard.number), from)
    return { events: subscription[Symbol.asyncIterator](), startedAt: this.#now }
  }

  /** Takes what there is to take: all that has not expired, in one event. */
  async #push(follower: Follower, renewal: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER'): Promise<void> {
    const { shard } = follower
    const from = Math.max(follower.next, shard.firstKept(this.#horizon))
    const ends = shard.closedAt !== undefined
    if (follower.isAtEnd || this.#stream.shard(shard.number) === undefined) return
    if (from === shard.records.length && !ends) return
    if (this.#now - follower.startedAt >= 5 * minute) {
      assert.equal((await follower.events.next()).done, true)
      const nth = this.#followers.indexOf(follower)
      const begin = follower.from.sequenceNumber === undefined ? follower.from : { ...follower.from, type: renewal }
      Object.assign(follower, await this.#subscribe(nth, shard, begin))
    }
    const { value } = await follower.events.next()
    assert.ok(value)
    assert.deepEqual(
      value.records.map(record => record.sequenceNumber),
      shard.records.slice(from).map(record => record.sequenceNumber),
    )
    assert.equal(value.continuation === undefined, ends)
    assert.equal(value.children.length > 0, ends)
    assert.equal(value.millisecondsBehind, 0)
    follower.next = shard.records.length
    follower.isAtEnd = ends
    follower.from = { type: renewal, sequenceNumber: value.continuation }
  }

  /** As a consumer does that has kept the number of the last record it read. */
  #renewed({ shard, next }: Reader): Promise<string> {
    const last = shard.records[next - 1]
    const first = this.#stream.shard(shard.number)?.sequenceRange.first
    return this.#kinesis.iterator(
      this.#stream,
      shardIdOf(shard.number),
      last === undefined
        ? { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: first }
        : { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last.sequenceNumber },
    )
  }

  #list(filter: ShardFilter, limit: number): void {
    const now = this.#now
    const listed: number[] = []
    let page = listShards(this.#kinesis, scope, { name: 's', filter, limit, now })
    for (;;) {
      assert.ok(page.shards.length <= limit)
      listed.push(...page.shards.map(shard => shard.number))
      if (page.next === undefined) break
      page = listShards(this.#kinesis, scope, { token: page.next, limit, now })
    }
    const horizon = Math.max(this.#horizon, this.#stream.createdAt)
    const at = filter.at ?? 0
    const endsFrom = (instant: number) => (shard: KnownShard) => (shard.closedAt ?? now) >= instant
    const isOpen = (shard: KnownShard) => shard.closedAt === undefined
    const tests: Readonly<Record<ShardFilter['type'], (shard: KnownShard) => boolean>> = {
      AFTER_SHARD_ID: shard =>
        shard.number > Number(filter.shardId?.slice(-12)) && (isOpen(shard) || endsFrom(horizon)(shard)),
      AT_LATEST: isOpen,
      AT_TRIM_HORIZON: shard => shard.createdAt <= horizon && (isOpen(shard) || endsFrom(horizon)(shard)),
      FROM_TRIM_HORIZON: shard => isOpen(shard) || endsFrom(horizon)(shard),
      AT_TIMESTAMP: shard =>
        shard.createdAt <= Math.max(at, horizon) && (isOpen(shard) || endsFrom(Math.max(at, horizon))(shard)),
      FROM_TIMESTAMP: shard => isOpen(shard) || endsFrom(Math.max(at, horizon))(shard),
    }
    const all = [...this.#shards.values()]
    assert.deepEqual(
      listed,
      all.filter(tests[filter.type]).map(shard => shard.number),
    )
    const gone = all.filter(shard => this.#stream.shard(shard.number) === undefined)
    assert.ok(gone.every(shard => shard.closedAt !== undefined && shard.closedAt < horizon))
  }
}

test('readers of all kinds read what is within retention, in order, once, whatever is done to the stream', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async steps => {
      const story = await Story.begin()
      for (const one of steps) await story.take(one)
      await story.finish()
    }),
    { numRuns: tries(150) },
  )
})
