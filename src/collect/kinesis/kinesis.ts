// Kinesis Data Streams: which streams there are, who shares them, and what is set for all. What one stream does is in
// stream.ts, a shard's records in shard.ts. Everything known is loaded at start; records are never held.
import type { SegmentLog } from '../../durable/segment-log.ts'
import type { Store } from '../../durable/store.ts'
import type { BoundOperations } from '../../gateway/operation.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import { type Meter, NoMeter } from '../../world/meter.ts'
import type { Random } from '../../world/random.ts'
import { type Consumer, Consumers } from './consumers.ts'
import { ControlRates, paced } from './control-rates.ts'
import { FanOut } from './fan-out.ts'
import { hasConsumers, LimitExceededException, noSuchStream, streamExists } from './faults.ts'
import { evenRanges } from './hash.ts'
import type { StartingPoint } from './iterators.ts'
import { onDemandStreamsMax, shardsPerAccountMax } from './limits.ts'
import { OnDemand } from './on-demand.ts'
import type { Place, Placements } from './placements.ts'
import { Policies } from './policies.ts'
import { putRecord, putRecords } from './putting.ts'
import { Reading, type ReadQuestion, type ReadRecords } from './reading.ts'
import type { RecordBatch } from './record-batch.ts'
import { Retention } from './retention.ts'
import { Seal } from './seal.ts'
import { type Pace, Stream } from './stream.ts'
import {
  identityOf,
  insertShard,
  insertStream,
  type ShardIdentity,
  type ShardRow,
  type StreamRow,
  type StreamSettings,
  settingsOf,
  shardOf,
  versions,
} from './tables.ts'
import { addTags, dropTags, isLimited, removeTags, type Tagged, tagsOf } from './tags.ts'

/** Streams are kept apart by both. */
export interface Scope {
  readonly account: string
  readonly region: string
}

export interface NewStream {
  readonly name: string
  readonly shardCount: number
  readonly settings: StreamSettings
  readonly tags: Readonly<Record<string, string>>
}

export class Kinesis {
  readonly store: Pick<Store, 'ledger' | 'log' | 'removeLog'>
  readonly consumers: Consumers
  readonly policies: Policies
  readonly fanOut: FanOut
  readonly onDemand: OnDemand
  readonly reading: Reading
  readonly #clock: Clock
  readonly #random: Random
  readonly #background: Background
  readonly #meter: Meter
  readonly #limited: boolean
  readonly #pace: Pace | undefined
  /** Only while AWS's limits hold for the whole lake. */
  readonly #controlRates: ControlRates | undefined
  readonly #retention: Retention
  readonly #streams = new Map<string, Stream>()
  readonly #listeners = new Set<(stream: Stream) => void>()
  #seal: Seal | undefined

  constructor(world: {
    readonly store: Pick<Store, 'ledger' | 'log' | 'removeLog'>
    readonly clock: Clock
    readonly random: Random
    readonly background: Background
    readonly meter?: Meter
    /** AWS's rates hold for every stream; otherwise for those that a tag limits. */
    readonly limits?: 'aws' | undefined
    readonly pace?: Pace | undefined
  }) {
    this.#pace = world.pace
    this.store = world.store
    this.#clock = world.clock
    this.#random = world.random
    this.#background = world.background
    this.#meter = world.meter ?? new NoMeter()
    this.#limited = world.limits === 'aws'
    this.#controlRates = this.#limited ? new ControlRates() : undefined
    this.store.ledger.define('kinesis', versions)
    this.consumers = new Consumers(this.store.ledger)
    this.policies = new Policies(this.store.ledger)
    this.#retention = new Retention({ ...world, streams: () => this.#streams.values() })
    this.onDemand = new OnDemand({
      ledger: this.store.ledger,
      clock: this.#clock,
      shardsLeft: stream => Math.max(0, shardsPerAccountMax - this.openShards(stream)),
    })
    this.reading = new Reading(this, this.#clock)
    this.fanOut = new FanOut({ clock: this.#clock, consumers: this.consumers })
  }

  async start(): Promise<void> {
    const { ledger } = this.store
    this.#seal = new Seal(await this.#sealKey())
    const shards = Map.groupBy(
      ledger.all<ShardRow>('SELECT * FROM kinesis_shard ORDER BY stream, number'),
      row => row.stream,
    )
    for (const row of ledger.all<StreamRow>('SELECT * FROM kinesis_stream')) {
      this.#add(new Stream(identityOf(row), settingsOf(row), (shards.get(row.id) ?? []).map(shardOf), this.#world))
    }
    this.consumers.start(this.#streams.values())
    this.policies.start()
    await this.#retention.start()
  }

  close(): void {
    this.#retention.close()
    this.fanOut.close()
    this.onDemand.close()
  }

  async create({ account, region }: Scope, { name, shardCount, settings, tags }: NewStream): Promise<Stream> {
    const scope = { account, region }
    if (this.#streams.has(keyOf(scope, name))) throw streamExists({ name, account })
    this.#checkShards(scope, shardCount)
    if (settings.mode === 'ON_DEMAND') this.#checkOnDemand(scope)
    const identity = { id: this.#random.hex(12), account, region, name, createdAt: this.#clock.now() }
    const shards: ShardIdentity[] = evenRanges(shardCount).map((range, number) => ({
      number,
      parents: [],
      range,
      createdAt: identity.createdAt,
    }))
    // In AWS a stream is CREATING for some seconds. Here it is ACTIVE when the answer goes out, which every client that
    // waits for ACTIVE takes for a quick creation.
    await this.store.ledger.commit(write => {
      const taken = 'SELECT id FROM kinesis_stream WHERE account = ? AND region = ? AND name = ?'
      if (write.get(taken, account, region, name)) throw streamExists({ name, account })
      insertStream(write, identity, settings)
      for (const shard of shards) insertShard(write, identity.id, shard)
      addTags(write, identity, tags)
    })
    const stream = new Stream(identity, settings, shards, this.#world)
    this.#add(stream)
    for (const listener of this.#listeners) listener(stream)
    return stream
  }

  /** Tells of every stream that is made from now on. */
  appeared(listener: (stream: Stream) => void): void {
    this.#listeners.add(listener)
  }

  /** Throws ResourceNotFoundException. */
  stream({ account, region }: Scope, name: string): Stream {
    const stream = this.#streams.get(keyOf({ account, region }, name))
    if (stream === undefined) throw noSuchStream({ name, account })
    return stream
  }

  streamByArn(arn: string): Stream | undefined {
    const [, , , region = '', account = '', resource = ''] = arn.split(':')
    const stream = this.#streams.get(keyOf({ account, region }, resource.replace(/^stream\//, '')))
    return stream?.arn === arn ? stream : undefined
  }

  /** Of every account and region. */
  names(): ReadonlySet<string> {
    return new Set([...this.#streams.values()].map(({ name }) => name))
  }

  /** By name. */
  streams({ account, region }: Scope): readonly Stream[] {
    const streams = [...this.#streams.values()].filter(stream => stream.account === account && stream.region === region)
    return streams.sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** With consumers registered it is refused, unless they are to go with it. */
  async remove(stream: Stream, { consumersToo = true }: { readonly consumersToo?: boolean } = {}): Promise<void> {
    const logs = stream.shards.map(shard => shard.logName)
    const refuse = () => {
      if (!consumersToo && this.consumers.count(stream) > 0) throw hasConsumers(this.consumers.count(stream), stream)
    }
    refuse()
    await stream.leave(async () => {
      refuse()
      const consumers = this.consumers.of(stream)
      const arns = [stream.arn, ...consumers.map(consumer => consumer.arn)]
      // From here the stream is gone; its logs are removed below, or at the next start.
      await this.store.ledger.commitRoom(write => {
        for (const table of ['kinesis_consumer', 'kinesis_peak', 'kinesis_shard'])
          write.run(`DELETE FROM ${table} WHERE stream = ?`, stream.id)
        write.run('DELETE FROM kinesis_stream WHERE id = ?', stream.id)
        for (const tagged of [stream, ...consumers]) dropTags(write, tagged)
        for (const arn of arns) write.run('DELETE FROM kinesis_policy WHERE arn = ?', arn)
        for (const log of logs) write.run('INSERT INTO kinesis_doomed_log VALUES (?)', log)
      })
      this.#streams.delete(keyOf(stream, stream.name))
      this.fanOut.endStream(stream, consumers)
      this.consumers.forget(stream)
      this.onDemand.forget(stream)
      this.policies.forget(arns)
    })
    this.#background.run(`remove stream ${stream.name}`, () => this.#retention.removeDoomed())
  }

  async putRecord(stream: Stream, record: RecordBatch, at: number): Promise<Place> {
    return putRecord(stream, record, { at, clock: this.#clock })
  }

  putRecords(stream: Stream, records: RecordBatch, at: number): Promise<Placements> {
    return putRecords(stream, records, { at, clock: this.#clock })
  }

  async deregister(consumer: Consumer): Promise<void> {
    await this.consumers.deregister(consumer)
    this.fanOut.endConsumer(consumer)
    consumer.stream.metrics.endConsumer(consumer.name)
    this.policies.forget([consumer.arn])
  }

  async tag(resource: Tagged, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.store.ledger.commit(write => addTags(write, resource, tags))
    this.#tagged(resource)
  }

  async untag(resource: Tagged, keys: readonly string[]): Promise<void> {
    await this.store.ledger.commit(write => removeTags(write, resource, keys))
    this.#tagged(resource)
  }

  iterator(stream: Stream, shardId: string, from: StartingPoint): Promise<string> {
    return this.reading.iterator(stream, shardId, from)
  }

  read(scope: Scope, iterator: string, question: ReadQuestion = {}): Promise<ReadRecords> {
    return this.reading.read(scope, iterator, question)
  }

  /** The operations, each held to the calls a second that AWS allows, where its limits hold. */
  paced(operations: BoundOperations): BoundOperations {
    return paced(this.#controlRates, operations)
  }

  /** Refuses `additional` shards beyond what an account has. */
  checkShardLimit(stream: Stream, additional: number): void {
    this.#checkShards(stream, additional)
  }

  openShards(scope: Scope): number {
    return this.streams(scope).reduce((sum, stream) => sum + stream.openShards.length, 0)
  }

  onDemandStreams(scope: Scope): number {
    return this.streams(scope).filter(stream => stream.settings.mode === 'ON_DEMAND').length
  }

  get seal(): Seal {
    if (this.#seal === undefined) throw new Error('Kinesis has not been started.')
    return this.#seal
  }

  get #world() {
    return {
      ledger: this.store.ledger,
      openLog: (name: string): Promise<SegmentLog> => this.store.log(name),
      meter: this.#meter,
      pace: this.#pace,
    }
  }

  #add(stream: Stream): void {
    this.#tagged(stream)
    this.onDemand.follow(stream)
    this.#streams.set(keyOf(stream, stream.name), stream)
  }

  #tagged(resource: Tagged): void {
    if (resource instanceof Stream) resource.limit(this.#limited || isLimited(tagsOf(this.store.ledger, resource)))
  }

  #checkShards(scope: Scope, additional: number): void {
    const current = this.openShards(scope)
    if (current + additional <= shardsPerAccountMax) return
    throw new LimitExceededException(
      `This request would exceed the shard limit for the account ${scope.account} in ${scope.region}. ` +
        `Current shard count for the account: ${current}. Limit: ${shardsPerAccountMax}. ` +
        `Number of additional shards that would have resulted from this request: ${additional}.`,
    )
  }

  #checkOnDemand(scope: Scope): void {
    if (this.onDemandStreams(scope) < onDemandStreamsMax) return
    throw new LimitExceededException(
      `This request would exceed the limit of ${onDemandStreamsMax} on-demand streams for the account ` +
        `${scope.account} in ${scope.region}. Delete one, or make it provisioned.`,
    )
  }

  async #sealKey(): Promise<Uint8Array> {
    const { ledger } = this.store
    const known = ledger.get<{ key: Uint8Array }>('SELECT key FROM kinesis_seal')
    if (known) return known.key
    const key = this.#random.bytes(32)
    await ledger.commit(write => write.run('INSERT INTO kinesis_seal VALUES (?)', key))
    return key
  }
}

const keyOf = ({ account, region }: Scope, name: string): string => `${account}/${region}/${name}`
