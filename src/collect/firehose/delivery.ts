// One delivery stream at work: its configuration, and its two legs, the way to the destination (with all that is done to
// records on it) and the way of the records as they came to the backup, if there is one.
//
// Each leg delivers exactly once by its own commit (deliver.ts). A direct source is let go of as far as the slower has got.
import type { Transaction } from '../../durable/ledger.ts'
import type { Backlog } from './backlog.ts'
import { deliver } from './deliver.ts'
import { type Destination, workOf } from './destination.ts'
import { type Failure, Leg } from './leg.ts'
import { DeliveryMeters, type LegName } from './meters.ts'
import { bufferBytes, bufferMilliseconds } from './order.ts'
import type { Source } from './source.ts'
import {
  type DeliveryIdentity,
  type DeliveryState,
  deletePosition,
  type Encryption,
  writeConfiguration,
  writeDelivered,
  writePosition,
} from './tables.ts'
import type { World } from './world.ts'

export type { Failure } from './leg.ts'

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

export type Positions = Readonly<Record<LegName, ReadonlyMap<string, number>>>

export class Delivery {
  readonly identity: DeliveryIdentity
  readonly arn: string
  readonly meters: DeliveryMeters
  readonly #world: World
  readonly #legs: Readonly<Record<LegName, Leg>>
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal
  /** Up to when each leg has delivered. */
  readonly #deliveredUntil = new Map<LegName, number>()
  #state: DeliveryState
  /** Where each leg goes; the backup only if there is one. Asked for with every put. */
  #destinations: Readonly<Record<LegName, Destination | undefined>>
  /** Changes of the configuration, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(identity: DeliveryIdentity, state: DeliveryState, world: World) {
    this.identity = identity
    this.arn = `arn:aws:firehose:${identity.region}:${identity.account}:deliverystream/${identity.name}`
    this.meters = new DeliveryMeters(world.meter, identity)
    this.#state = state
    this.#destinations = destinationsOf(state)
    this.#world = world
    this.#signal = AbortSignal.any([this.#ending.signal, world.background.closing])
    this.#legs = { delivery: this.#leg('delivery'), backup: this.#leg('backup') }
  }

  get state(): DeliveryState {
    return this.#state
  }

  /** What holds records back, of the one leg or of the other. */
  get failure(): Failure | undefined {
    return this.#legs.delivery.failure ?? this.#legs.backup.failure
  }

  get progress(): Progress {
    const { delivered } = this.#state
    const { delivery } = this.#legs
    const since = delivery.backlog?.since
    return {
      bufferedBytes: delivery.backlog?.bytes ?? 0,
      bufferedRecords: delivery.backlog?.records ?? 0,
      bufferSince: since,
      bufferedMilliseconds: since === undefined ? 0 : Math.max(0, this.#world.clock.now() - since),
      nextFlushAt: delivery.dueAt(),
      deliveredObjects: delivered.objects,
      deliveredRecords: delivered.records,
      deliveredBytes: delivered.bytes,
      lastDeliveryAt: delivered.at,
    }
  }

  /** Reads on from the positions, or lets go of a source that is gone. A backup without any begins where the delivery is. */
  async attach(source: Source, positions: Positions): Promise<void> {
    const counted = this.#legs.delivery.attach(source, positions.delivery)
    if (positions.backup.size > 0 && this.#destinations.backup) await this.#legs.backup.attach(source, positions.backup)
    else await this.#attachBackup(undefined)
    await counted
  }

  /** From the next object on. */
  configure(change: (now: DeliveryState) => DeliveryState): Promise<void> {
    const configured = this.#turn.then(async () => {
      const next = change(this.#state)
      const isNewBackup = this.#destinations.backup === undefined && workOf(next.destination).backup !== undefined
      const begun = isNewBackup ? this.#legs.delivery.backlog : undefined
      const positions = begun?.positions
      await this.#world.ledger.commit(write => {
        writeConfiguration(write, this.identity.id, next)
        for (const position of positions ?? []) this.#writeBackupPosition(write, begun?.source.id, position)
      })
      this.#state = { ...next, delivered: this.#state.delivered }
      this.#destinations = destinationsOf(next)
      await this.#attachBackup(positions)
      for (const leg of Object.values(this.#legs)) leg.look()
    })
    this.#turn = configured.catch(() => undefined)
    return configured
  }

  encrypt(encryption: Encryption): Promise<void> {
    return this.configure(now => ({ ...now, encryption }))
  }

  /** Ends it, after what is under way; what is not delivered stays undelivered. */
  async stop(remove: () => Promise<void>): Promise<void> {
    this.#ending.abort(new Error(`${this.identity.name} is deleted`))
    this.pause()
    await this.#turn
    await this.#legs.backup.ended(async () => undefined)
    try {
      await this.#legs.delivery.ended(remove)
    } finally {
      this.meters.end()
    }
  }

  /** No further attempts; for closing the lake. */
  pause(): void {
    for (const leg of Object.values(this.#legs)) leg.pause()
  }

  #leg(name: LegName): Leg {
    const { clock, background, log, ledger } = this.#world
    const shown = name === 'backup' ? `the backup of ${this.identity.name}` : this.identity.name
    return new Leg({
      name: shown,
      clock,
      background,
      buffer: () => {
        const destination = this.#destinations[name]
        return destination && { bytes: bufferBytes(destination), milliseconds: bufferMilliseconds(destination) }
      },
      deliver: backlog => this.#deliver(name, backlog),
      keep: async ({ source }, { born, gone }) => {
        const { id } = this.identity
        await ledger.commit(write => {
          for (const lane of born) writePosition(write, id, { leg: name, source: source.id, lane, next: 0 })
          for (const lane of gone) deletePosition(write, id, { leg: name, source: source.id, lane })
        })
      },
      failed: ({ message }, isNew) => {
        this.meters.failed(name)
        // Told once, not at every attempt: DescribeDeliveryStream says it as long as it lasts.
        if (isNew) log.warn(`${shown} holds its records back: ${message}`)
      },
      lost: (records, message) =>
        log.warn(`${shown} has lost ${records} records with the stream they were in, which was deleted: ${message}`),
      waiting: since => this.#tellWaiting(name, since),
    })
  }

  /** Where there is to be a backup and is none at work; `kept` are the positions that it has in the ledger. */
  async #attachBackup(kept: Backlog['positions'] | undefined): Promise<void> {
    const { delivery, backup } = this.#legs
    const { backlog } = delivery
    if (backlog === undefined || this.#destinations.backup === undefined) return
    if (backup.backlog?.source === backlog.source) return
    const positions = kept ?? backlog.positions
    if (kept === undefined) {
      await this.#world.ledger.commit(write => {
        for (const position of positions) this.#writeBackupPosition(write, backlog.source.id, position)
      })
    }
    await backup.attach(backlog.source, new Map(positions.map(({ lane, next }) => [lane, next])))
  }

  #writeBackupPosition(write: Transaction, source = '', { lane, next }: Backlog['positions'][number]): void {
    writePosition(write, this.identity.id, { leg: 'backup', source, lane, next })
  }

  async #deliver(leg: LegName, backlog: Backlog): Promise<void> {
    const destination = this.#destinations[leg]
    if (destination === undefined) return
    const { identity, arn, meters } = this
    const order = {
      leg,
      identity,
      arn,
      version: this.#state.version,
      destination,
      backlog,
      meters,
      signal: this.#signal,
    }
    let delivered = this.#state.delivered
    const { newestAt } = await deliver(order, this.#world, (write, { objects, records, bytes }) => {
      if (leg !== 'delivery') return
      delivered = {
        objects: delivered.objects + objects.length,
        records: delivered.records + records,
        bytes: delivered.bytes + bytes,
        at: this.#world.clock.now(),
      }
      writeDelivered(write, identity.id, delivered)
    })
    if (leg === 'delivery') this.#state = { ...this.#state, delivered }
    if (newestAt !== undefined) await this.#release(leg, backlog.source, newestAt)
  }

  /** What both legs have delivered the source may forget. */
  async #release(leg: LegName, source: Source, newestAt: number): Promise<void> {
    this.#deliveredUntil.set(leg, newestAt)
    const legs: LegName[] = this.#destinations.backup ? ['delivery', 'backup'] : ['delivery']
    const until = Math.min(...legs.map(name => this.#deliveredUntil.get(name) ?? Number.NEGATIVE_INFINITY))
    if (until > Number.NEGATIVE_INFINITY) await source.release(until)
  }

  #tellWaiting(leg: LegName, since: number): void {
    const { clock } = this.#world
    this.meters.waiting(leg, Math.max(0, clock.now() - since))
    const { backlog } = this.#legs[leg]
    if (leg === 'backup' || backlog?.source.streamArn === undefined) return
    const readUntil = this.#deliveredUntil.get(leg) ?? since
    this.meters.behind(Math.max(0, (backlog.newestAt ?? 0) - readUntil))
  }
}

const destinationsOf = ({ destination }: DeliveryState) => ({
  delivery: destination,
  backup: workOf(destination).backup,
})
