// Firehose: which delivery streams there are, and taking records put straight to them. What one does is in delivery.ts.
import { type Ledger, LedgerReadOnly } from '../../durable/ledger.ts'
import type { SegmentLog } from '../../durable/segment-log.ts'
import type { BoundOperations } from '../../gateway/operation.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Meter } from '../../world/meter.ts'
import type { Random } from '../../world/random.ts'
import { ControlRates } from './control-rates.ts'
import { Delivery, type Positions, type Progress } from './delivery.ts'
import { type Destination, workOf } from './destination.ts'
import { changedDestination, type DestinationChange } from './destination-change.ts'
import {
  ConcurrentModificationException,
  deliveryExists,
  InvalidArgumentException,
  LimitExceededException,
  noSuchDelivery,
  notDirectPut,
  slowDown,
} from './faults.ts'
import { bytesPerBatchMax, deliveryStreamsMax } from './limits.ts'
import type { LegName } from './meters.ts'
import { checkOutside } from './outside-checks.ts'
import { DirectSource, directLane, kinesisSource, type SourceStream } from './source.ts'
import {
  type DeliveryIdentity,
  type DeliveryRow,
  type DeliveryState,
  deleteDelivery,
  type Encryption,
  identityOf,
  insertDelivery,
  positionsOf,
  stateOf,
  versions,
  writePosition,
} from './tables.ts'
import { addTags, isLimited, removeTags, type Tag, tagsOf } from './tags.ts'
import { Throughput } from './throughput.ts'
import { Turnstile } from './turnstile.ts'
import type { Target, World } from './world.ts'

export interface Scope {
  readonly account: string
  readonly region: string
}

/** Kinesis, as Firehose sees it. */
export interface Streams {
  streamByArn(arn: string): SourceStream | undefined
  /** Tells of every stream that is made from now on. */
  appeared(listener: (stream: SourceStream) => void): void
}

export interface NewDelivery {
  readonly name: string
  readonly source: DeliveryIdentity['source']
  readonly throughputHintMib?: number | undefined
  readonly destination: Destination
  readonly encryption: Encryption
  readonly tags: readonly Tag[]
}

export interface Put {
  readonly at: number
  readonly operation: 'PutRecord' | 'PutRecordBatch'
}

interface FirehoseWorld
  extends Pick<World, 'functions' | 'jq' | 'converter' | 'tables' | 'pause' | 'assumes' | 'permits'> {
  readonly store: {
    readonly ledger: Ledger
    readonly blobs: World['room']
    log(name: string): Promise<SegmentLog>
    removeLog(name: string): Promise<void>
  }
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  readonly log: Log
  readonly streams: Streams
  readonly target: Target
  readonly meter: Meter
  /** AWS's rates hold for every delivery stream; otherwise for those that a tag limits. */
  readonly limits?: 'aws' | undefined
}

/** A delivery holds some megabytes: its pieces and the compressor's window. */
const deliveriesAtOnce = 4
/** Those that call functions wait more than they work. */
const transformationsAtOnce = 8
const attachedAtOnce = 8

export class Firehose {
  readonly store: FirehoseWorld['store']
  readonly #clock: Clock
  readonly #random: Random
  readonly #streams: Streams
  readonly #world: World
  readonly #deliveries = new Map<string, Delivery>()
  readonly #direct = new Map<string, Promise<DirectSource>>()
  readonly #limited: boolean
  /** Of delivery streams that are limited, by their ids. */
  readonly #throughputs = new Map<string, Throughput>()

  constructor({ store, streams, limits, ...around }: FirehoseWorld) {
    this.store = store
    this.#limited = limits === 'aws'
    this.#clock = around.clock
    this.#random = around.random
    this.#streams = streams
    const { ledger, blobs: room } = store
    const turnstile = new Turnstile(deliveriesAtOnce)
    const slowTurnstile = new Turnstile(transformationsAtOnce)
    this.#world = { ...around, ledger, room, turnstile, slowTurnstile }
    ledger.define('firehose', versions)
  }

  /** After the streams have started: goes on from where the last life's deliveries ended. */
  async start(): Promise<void> {
    const attaching = new Turnstile(attachedAtOnce)
    for (const row of this.store.ledger.all<DeliveryRow>('SELECT * FROM firehose_delivery ORDER BY id')) {
      const delivery = new Delivery(identityOf(row), stateOf(row), this.#world)
      this.#deliveries.set(keyOf(delivery.identity, delivery.identity.name), delivery)
      this.#limit(delivery)
      // Beside everything else: a start does not wait until what is buffered has been counted.
      this.#world.background.run(`attach ${delivery.identity.name}`, () => attaching.pass(() => this.#attach(delivery)))
    }
    await this.#removeDoomed()
    this.#streams.appeared(stream => {
      for (const delivery of this.#deliveries.values()) {
        if (delivery.identity.source?.streamArn !== stream.arn) continue
        this.#world.background.run(`attach ${delivery.identity.name}`, () => this.#attachStream(delivery, stream))
      }
    })
  }

  close(): void {
    for (const delivery of this.#deliveries.values()) delivery.pause()
  }

  async create(
    { account, region }: Scope,
    { name, source, throughputHintMib, destination, encryption, tags }: NewDelivery,
  ): Promise<Delivery> {
    if (this.#deliveries.has(keyOf({ account, region }, name))) throw deliveryExists({ name, account })
    this.#checkLimit({ account, region })
    await checkOutside(destination, { account, region, source }, this.#world)
    const identity: DeliveryIdentity = {
      ...{ id: this.#random.hex(12), account, region, name, source, throughputHintMib },
      createdAt: this.#clock.now(),
    }
    const delivered = { objects: 0, records: 0, bytes: 0, at: undefined }
    const state: DeliveryState = { version: 1, updatedAt: undefined, destination, encryption, delivered }
    const legs = legsOf(destination)
    const positions = source ? await this.#tips(source.streamArn) : [{ source: directLane, lane: directLane, next: 0 }]
    await this.store.ledger.commit(write => {
      const taken = 'SELECT id FROM firehose_delivery WHERE account = ? AND region = ? AND name = ?'
      if (write.get(taken, account, region, name)) throw deliveryExists({ name, account })
      insertDelivery(write, identity, state)
      for (const leg of legs) for (const at of positions) writePosition(write, identity.id, { leg, ...at })
      addTags(write, identity, tags)
    })
    const delivery = new Delivery(identity, state, this.#world)
    await this.#goOn(delivery)
    return delivery
  }

  /** Throws ResourceNotFoundException. */
  delivery({ account, region }: Scope, name: string): Delivery {
    const delivery = this.#deliveries.get(keyOf({ account, region }, name))
    if (delivery === undefined) throw noSuchDelivery({ name, account })
    return delivery
  }

  /** For people who watch; throws ResourceNotFoundException. */
  progress(scope: Scope, name: string): Progress {
    return this.delivery(scope, name).progress
  }

  /** Of every account and region. */
  names(): ReadonlySet<string> {
    return new Set([...this.#deliveries.values()].map(({ identity }) => identity.name))
  }

  /** By name. */
  deliveries({ account, region }: Scope): readonly Delivery[] {
    return [...this.#deliveries.values()]
      .filter(({ identity }) => identity.account === account && identity.region === region)
      .sort((one, other) => (one.identity.name < other.identity.name ? -1 : 1))
  }

  /**
   * Takes records; resolves after the fsync with an id for each, or undefined where one came too fast. Throws
   * ServiceUnavailableException when that is so of the request.
   */
  async put(delivery: Delivery, data: readonly Uint8Array[], { at, operation }: Put) {
    if (delivery.identity.source !== undefined) throw notDirectPut()
    const sizes = data.map(({ length }) => length)
    if (data.length > 1 && sum(sizes) > bytesPerBatchMax) {
      throw new InvalidArgumentException(`Records size exceeds ${bytesPerBatchMax / 1024 / 1024} MB limit`)
    }
    const admitted = this.#admit(delivery, { at, sizes })
    const taken = admitted ? data.filter((_, place) => admitted[place]) : data
    const ids = (await this.#append(delivery, taken, { at, operation })).values()
    return data.map((_, place): string | undefined => (admitted?.[place] === false ? undefined : ids.next().value))
  }

  async #append(delivery: Delivery, data: readonly Uint8Array[], { at, operation }: Put): Promise<readonly string[]> {
    if (data.length === 0) return []
    const { id } = delivery.identity
    const startedAt = this.#clock.elapsed()
    const source = await this.#directSource(id)
    const index = await source.append(data, at)
    const milliseconds = this.#clock.elapsed() - startedAt
    const bytes = sum(data.map(({ length }) => length))
    delivery.meters.put(operation, { records: data.length, bytes, milliseconds })
    return data.map((_, place) => Buffer.from(`${id}:${index + place}`).toString('base64'))
  }

  /** Undefined when nothing limits the delivery stream. */
  #admit(delivery: Delivery, { at, sizes }: { readonly at: number; readonly sizes: readonly number[] }) {
    const throughput = this.#throughputs.get(delivery.identity.id)
    if (throughput === undefined) return undefined
    const admitted = throughput.admit(at, sizes)
    const throttled = admitted?.filter(each => !each).length ?? sizes.length
    if (throttled > 0) delivery.meters.throttled(throttled)
    if (admitted === undefined) throw slowDown()
    return admitted
  }

  /** Throws LimitExceededException. */
  async tag(delivery: Delivery, tags: readonly Tag[]): Promise<void> {
    await this.store.ledger.commit(write => addTags(write, delivery.identity, tags))
    this.#limit(delivery)
  }

  async untag(delivery: Delivery, keys: readonly string[]): Promise<void> {
    await this.store.ledger.commit(write => removeTags(write, delivery.identity, keys))
    this.#limit(delivery)
  }

  #limit({ identity }: Delivery): void {
    const limited = this.#limited || isLimited(tagsOf(this.store.ledger, identity))
    if (!limited) this.#throughputs.delete(identity.id)
    else if (!this.#throughputs.has(identity.id)) this.#throughputs.set(identity.id, new Throughput(identity.region))
  }

  /** The operations, each held to the calls that AWS allows, where its limits hold. */
  paced(operations: BoundOperations): BoundOperations {
    return this.#limited ? new ControlRates().paced(operations) : operations
  }

  async update(
    delivery: Delivery,
    { version, change }: { readonly version: string; readonly change: DestinationChange },
  ) {
    const next = changedDestination(delivery.state.destination, change)
    await checkOutside(next, delivery.identity, this.#world)
    await delivery.configure(now => {
      if (version !== String(now.version)) {
        throw new ConcurrentModificationException(
          `Cannot update firehose: ${delivery.identity.name} since the current version id: ${now.version} ` +
            `and specified version id: ${version} do not match`,
        )
      }
      return {
        ...now,
        version: now.version + 1,
        updatedAt: this.#clock.now(),
        destination: changedDestination(now.destination, change),
      }
    })
  }

  /** What it has not delivered is dropped, as AWS says it may be. */
  async remove(delivery: Delivery): Promise<void> {
    const { id, name, account } = delivery.identity
    if (!this.#deliveries.delete(keyOf(delivery.identity, name))) throw noSuchDelivery({ name, account })
    this.#direct.delete(id)
    this.#throughputs.delete(id)
    try {
      await delivery.stop(async () => {
        await this.store.ledger.commitRoom(write => {
          deleteDelivery(write, id)
          if (!delivery.identity.source) write.run('INSERT INTO firehose_doomed_log VALUES (?)', logName(id))
        })
      })
    } catch (cause) {
      // After a failed fsync nobody knows whether it is gone: then it takes nothing until the next start shows.
      if (!(cause instanceof LedgerReadOnly))
        await this.#goOn(new Delivery(delivery.identity, delivery.state, this.#world))
      throw cause
    }
    this.#world.background.run(`remove ${name}`, () => this.#removeDoomed())
  }

  /** One that has just been made, or that could not be removed. */
  async #goOn(delivery: Delivery): Promise<void> {
    this.#deliveries.set(keyOf(delivery.identity, delivery.identity.name), delivery)
    this.#limit(delivery)
    await this.#attach(delivery)
  }

  async #attach(delivery: Delivery): Promise<void> {
    const { id, source } = delivery.identity
    if (source === undefined) {
      await delivery.attach(await this.#directSource(id), this.#positions(id, directLane))
      return
    }
    const stream = this.#streams.streamByArn(source.streamArn)
    if (stream) await this.#attachStream(delivery, stream)
  }

  /** One for everybody, opened when it is first needed. */
  #directSource(id: string): Promise<DirectSource> {
    const known = this.#direct.get(id)
    if (known !== undefined) return known
    const opening = this.store.log(logName(id)).then(log => new DirectSource(log))
    this.#direct.set(id, opening)
    opening.catch(() => this.#direct.delete(id))
    return opening
  }

  /** A stream that took the place of the one it was made for is read from its beginning. */
  async #attachStream(delivery: Delivery, stream: SourceStream): Promise<void> {
    const { id } = delivery.identity
    if (this.#positions(id, stream.id).delivery.size === 0) {
      const legs = legsOf(delivery.state.destination)
      await this.store.ledger.commit(write => {
        write.run('DELETE FROM firehose_position WHERE delivery = ?', id)
        for (const { id: lane } of stream.shards.filter(({ parents }) => parents.length === 0)) {
          for (const leg of legs) writePosition(write, id, { leg, source: stream.id, lane, next: 0 })
        }
      })
    }
    await delivery.attach(kinesisSource(stream), this.#positions(id, stream.id))
  }

  /** A new delivery stream begins with what arrives after it was made. */
  async #tips(streamArn: string) {
    const stream = this.#streams.streamByArn(streamArn)
    if (stream === undefined) {
      throw new InvalidArgumentException(`The Kinesis stream ${streamArn} does not exist. Create it first.`)
    }
    const open = stream.shards.filter(shard => shard.ended === undefined)
    return Promise.all(open.map(async shard => ({ source: stream.id, lane: shard.id, next: await shard.tip() })))
  }

  #positions(delivery: string, source: string): Positions {
    const of = (leg: LegName) => positionsOf(this.store.ledger, delivery, { leg, source })
    return { delivery: of('delivery'), backup: of('backup') }
  }

  #checkLimit(scope: Scope): void {
    if (this.deliveries(scope).length < deliveryStreamsMax) return
    throw new LimitExceededException(
      `You have already consumed your firehose quota of ${deliveryStreamsMax} hoses. Delete one first.`,
    )
  }

  async #removeDoomed(): Promise<void> {
    const { ledger } = this.store
    for (const { name } of ledger.all<{ name: string }>('SELECT name FROM firehose_doomed_log')) {
      await this.store.removeLog(name)
      await ledger.commit(write => write.run('DELETE FROM firehose_doomed_log WHERE name = ?', name))
    }
  }
}

const legsOf = (destination: Destination): readonly LegName[] =>
  workOf(destination).backup ? ['delivery', 'backup'] : ['delivery']

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const keyOf = ({ account, region }: Scope, name: string): string => `${account}/${region}/${name}`
const logName = (id: string): string => `firehose-${id}`
