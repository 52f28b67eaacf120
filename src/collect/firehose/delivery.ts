// One delivery stream at work: counts what arrives, and when the buffer is full or old enough puts an object into S3.
//
//   due       the backlog's bytes have reached the buffer's size, or its oldest record the buffer's interval
//   deliver   gather -> compress -> blob, fsynced -> one commit: the object is there and the positions have moved
//   fails     everything stays where it is, and it is tried again after a pause that doubles
//
// Exactly once: a crash before the commit leaves an unpublished blob and the old positions, from which the same records
// are read again; after it they are never read again. Nothing is held in memory but a piece of what is being delivered.
import assert from 'node:assert/strict'
import type { Transaction } from '../../durable/ledger.ts'
import type { Appointment } from '../../world/clock.ts'
import { Backlog } from './backlog.ts'
import { bucketOf, type Destination, delimiterOf } from './destination.ts'
import type { Gathering } from './gathering.ts'
import { gzipped } from './gzipped.ts'
import { objectKey } from './object-name.ts'
import type { Source } from './source.ts'
import {
  type DeliveryIdentity,
  type DeliveryState,
  type Encryption,
  writeConfiguration,
  writeDelivered,
  writePosition,
} from './tables.ts'
import type { World } from './world.ts'

/** What people like to watch. */
export interface Progress {
  readonly bufferedBytes: number
  readonly bufferedRecords: number
  /** Arrival of the oldest buffered record. */
  readonly bufferSince: number | undefined
  /** How long that one has been waiting; 0 when there is none. */
  readonly bufferedMilliseconds: number
  readonly nextFlushAt: number | undefined
  readonly deliveredObjects: number
  readonly deliveredRecords: number
  readonly deliveredBytes: number
  readonly lastDeliveryAt: number | undefined
}

export interface Failure {
  readonly message: string
  readonly attempts: number
  readonly retryAt: number
}

const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 300_000

export class Delivery {
  readonly identity: DeliveryIdentity
  readonly arn: string
  readonly #world: World
  #state: DeliveryState
  #backlog: Backlog | undefined
  #unwatch: (() => void) | undefined
  #appointment: Appointment | undefined
  #appointedAt: number | undefined
  #failure: Failure | undefined
  #stopped = false
  /** Deliveries and changes, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #underWay = false
  /** Counts of lanes under way: nothing is delivered by halves of them. */
  #counting = 0
  /** A count failed: the backlog's sums are too low until it has been made up for. */
  #uncounted = false

  constructor(identity: DeliveryIdentity, state: DeliveryState, world: World) {
    this.identity = identity
    this.arn = `arn:aws:firehose:${identity.region}:${identity.account}:deliverystream/${identity.name}`
    this.#state = state
    this.#world = world
  }

  get state(): DeliveryState {
    return this.#state
  }

  get failure(): Failure | undefined {
    return this.#failure
  }

  get progress(): Progress {
    const { delivered } = this.#state
    const since = this.#backlog?.since
    return {
      bufferedBytes: this.#backlog?.bytes ?? 0,
      bufferedRecords: this.#backlog?.records ?? 0,
      bufferSince: since,
      bufferedMilliseconds: since === undefined ? 0 : Math.max(0, this.#world.clock.now() - since),
      nextFlushAt: this.#dueAt(),
      deliveredObjects: delivered.objects,
      deliveredRecords: delivered.records,
      deliveredBytes: delivered.bytes,
      lastDeliveryAt: delivered.at,
    }
  }

  /** Reads on from the positions, or lets go of a source that is gone. */
  async attach(source: Source, positions: ReadonlyMap<string, number>): Promise<void> {
    this.#unwatch?.()
    const backlog = new Backlog(source, positions)
    this.#backlog = backlog
    this.#unwatch = source.watch({
      arrived: (lane, arrival) => {
        backlog.arrived(lane, arrival)
        this.#look()
      },
      resharded: () => this.#world.background.run(`lanes of ${this.identity.name}`, () => this.#refresh(backlog)),
      leaving: () => this.#drain(),
    })
    await this.#refresh(backlog)
  }

  configure(change: (now: DeliveryState) => DeliveryState): Promise<void> {
    return this.#inTurn(async () => {
      const next = change(this.#state)
      await this.#world.ledger.commit(write => writeConfiguration(write, this.identity.id, next))
      this.#state = next
      this.#look()
    })
  }

  encrypt(encryption: Encryption): Promise<void> {
    return this.configure(now => ({ ...now, encryption }))
  }

  /** Ends it, after what is under way; what is not delivered stays undelivered. */
  async stop(remove: () => Promise<void>): Promise<void> {
    await this.#inTurn(remove)
    this.#stopped = true
    this.#unwatch?.()
    this.#appointment?.cancel()
  }

  /** No further attempts; for closing the lake. */
  pause(): void {
    this.#stopped = true
    this.#appointment?.cancel()
  }

  /** Counts what is there; what goes wrong with it is tried again like a delivery. */
  async #refresh(backlog: Backlog): Promise<void> {
    this.#counting++
    try {
      await this.#count(backlog)
    } catch (cause) {
      this.#uncounted = true
      this.#fail(cause)
    } finally {
      this.#counting--
    }
    this.#look()
  }

  async #count(backlog: Backlog): Promise<void> {
    const born = await backlog.refresh()
    // Kept at once, so that a lane is known even when its parents are forgotten before its first delivery.
    if (born.length === 0 || this.#stopped) return
    await this.#world.ledger.commit(write => {
      for (const lane of born) writePosition(write, this.identity.id, { source: backlog.source.id, lane, next: 0 })
    })
  }

  /** Delivers what is due, or makes an appointment for when it will be. */
  #look(): void {
    if (this.#underWay || this.#counting > 0 || this.#stopped) return
    const dueAt = this.#dueAt()
    if (dueAt === this.#appointedAt) return
    this.#appointment?.cancel()
    this.#appointment = undefined
    this.#appointedAt = dueAt
    if (dueAt === undefined) return
    const deliver = () => this.#world.background.run(`deliver ${this.identity.name}`, () => this.#deliverDue())
    if (dueAt <= this.#world.clock.now()) deliver()
    else this.#appointment = this.#world.clock.at(dueAt, `deliver ${this.identity.name}`, deliver)
  }

  #dueAt(): number | undefined {
    const since = this.#backlog?.since
    if (this.#failure !== undefined && (this.#uncounted || since !== undefined)) return this.#failure.retryAt
    if (since === undefined) return undefined
    const full = (this.#backlog?.bytes ?? 0) >= bufferBytes(this.#state.destination)
    return full ? since : since + bufferMilliseconds(this.#state.destination)
  }

  async #deliverDue(): Promise<void> {
    if (this.#underWay) return
    this.#underWay = true
    try {
      await this.#inTurn(async () => {
        while (this.#isDue()) await this.#attempt()
      })
    } finally {
      this.#underWay = false
      this.#appointedAt = undefined
      this.#look()
    }
  }

  #isDue(): boolean {
    const dueAt = this.#dueAt()
    if (this.#stopped || this.#world.background.closing.aborted) return false
    return dueAt !== undefined && dueAt <= this.#world.clock.now()
  }

  /** One attempt at everything that is left, due or not, before the source is gone. */
  async #drain(): Promise<void> {
    await this.#inTurn(async () => {
      while ((this.#backlog?.records ?? 0) > 0 && (await this.#attempt()));
      this.#unwatch?.()
      this.#backlog = undefined
    })
    this.#look()
  }

  async #attempt(): Promise<boolean> {
    const backlog = this.#backlog
    if (backlog === undefined) return false
    try {
      if (this.#uncounted) await this.#count(backlog)
      else await this.#world.turnstile.pass(() => this.#deliver(backlog))
      this.#uncounted = false
      this.#failure = undefined
      return true
    } catch (cause) {
      this.#fail(cause)
      return false
    }
  }

  async #deliver(backlog: Backlog): Promise<void> {
    const { destination, version, delivered } = this.#state
    const { clock, target, ledger } = this.#world
    const { id, name } = this.identity
    this.#checkWay(destination, backlog.since ?? clock.now())
    const gathering = backlog.gather({
      bytes: bufferBytes(destination),
      milliseconds: bufferMilliseconds(destination),
      delimiter: delimiterOf(destination),
    })
    const chunks = gathering.chunks()
    const content = destination.compression === 'GZIP' ? gzipped(chunks) : chunks
    const object = await target.take(content, { contentType: 'application/octet-stream' })
    const { taken, oldestAt } = gathering
    const lost = taken.values().reduce((sum, part) => sum + part.lost, 0)
    if (lost > 0) this.#world.log.warn(`${lost} records expired in their stream before ${name} could deliver them`)
    assert(taken.size > 0, 'a backlog that is due has something to take')
    const key = objectKey(destination, { stream: name, version, oldestAt: oldestAt ?? 0, random: this.#world.random })
    const now = {
      objects: delivered.objects + (gathering.records > 0 ? 1 : 0),
      records: delivered.records + gathering.records,
      bytes: delivered.bytes + gathering.bytes,
      at: clock.now(),
    }
    // From here the object is there and its records will not be read again; a crash before leaves an unpublished blob,
    // swept at start, and the positions as they were.
    await ledger.commit(write => {
      if (gathering.records > 0) target.publish(write, bucketOf(destination), key, object)
      this.#move(write, backlog, taken)
      writeDelivered(write, id, now)
    })
    this.#state = { ...this.#state, delivered: now }
    await backlog.settle(taken)
    if (gathering.newestAt !== undefined) await backlog.source.release(gathering.newestAt)
  }

  #move(write: Transaction, backlog: Backlog, taken: Gathering['taken']): void {
    for (const [lane, { next }] of taken) {
      writePosition(write, this.identity.id, { source: backlog.source.id, lane: lane.id, next })
    }
  }

  /** Refuses to start what could not end: nothing is read or written for a bucket that is not there. */
  #checkWay(destination: Destination, oldestAt: number): void {
    const { target, permits, random } = this.#world
    const bucket = bucketOf(destination)
    const service = 'firehose.amazonaws.com'
    const { source } = this.identity
    const denied = (role: string, action: string, resource: string) =>
      new Error(
        `The role ${role} is not authorized to perform ${action} on ${resource}. Allow it, or name another role.`,
      )
    if (source && !permits(source.roleArn, service, 'kinesis:GetRecords', source.streamArn)) {
      throw denied(source.roleArn, 'kinesis:GetRecords', source.streamArn)
    }
    if (!target.bucketExists(bucket)) {
      throw new Error(`The bucket ${bucket} does not exist. Create it, or name another with UpdateDestination.`)
    }
    // A role may be let into its prefix alone, so the question names a key such as this object will have.
    const { name: stream } = this.identity
    const key = objectKey(destination, { stream, version: this.#state.version, oldestAt, random })
    const object = `${destination.bucketArn}/${key}`
    if (!permits(destination.roleArn, service, 's3:PutObject', object)) {
      throw denied(destination.roleArn, 's3:PutObject', `${destination.bucketArn}/${destination.prefix ?? ''}*`)
    }
  }

  #fail(cause: unknown): void {
    const attempts = (this.#failure?.attempts ?? 0) + 1
    const pause = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** (attempts - 1))
    const message = cause instanceof Error ? cause.message : String(cause)
    // Told once, not at every attempt: DescribeDeliveryStream says it as long as it lasts.
    if (message !== this.#failure?.message) {
      this.#world.log.warn(`${this.identity.name} holds its records back: ${message}`)
    }
    this.#failure = { message, attempts, retryAt: this.#world.clock.now() + pause }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

const bufferBytes = (destination: Destination) => destination.bufferMib * 1024 * 1024
/** AWS takes 0 for "as soon as possible", which is some seconds there. */
const bufferMilliseconds = (destination: Destination) => Math.max(1, destination.bufferSeconds) * 1000
