// One way out of a delivery stream, to its destination or to its backup: counts what arrives, and when the buffer is full
// or old enough has it delivered.
//
//   due       the backlog's bytes have reached the buffer's size, or its oldest record the buffer's interval
//   deliver   deliver.ts, one delivery after the other
//   fails     everything stays where it is, and it is tried again after a pause that doubles
//
// The two legs of a delivery stream have a backlog and positions each, so that neither holds the other up.
import type { Background } from '../../world/background.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import { Backlog } from './backlog.ts'
import type { Source } from './source.ts'

export interface Failure {
  readonly message: string
  readonly attempts: number
  readonly retryAt: number
}

export interface Buffer {
  readonly bytes: number
  readonly milliseconds: number
}

/** What the leg is a leg of. */
export interface LegBody {
  readonly name: string
  readonly clock: Clock
  readonly background: Background
  /** Undefined: there is nowhere to deliver to, and nothing is. */
  buffer(): Buffer | undefined
  deliver(backlog: Backlog): Promise<void>
  /** Keeps the positions of lanes that have come to be, and drops those of lanes that are gone. */
  keep(backlog: Backlog, lanes: { readonly born: readonly string[]; readonly gone: readonly string[] }): Promise<void>
  failed(failure: Failure, isNew: boolean): void
  /** The source is deleted, and these records with it: they could not be delivered before. */
  lost(records: number, message: string): void
  /** Once a minute while something waits. */
  waiting(since: number): void
}

const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 300_000
const minuteMilliseconds = 60_000

export class Leg {
  readonly #body: LegBody
  #backlog: Backlog | undefined
  #unwatch: (() => void) | undefined
  #appointment: Appointment | undefined
  #appointedAt: number | undefined
  #minute: Appointment | undefined
  #failure: Failure | undefined
  #early: { readonly since: number; readonly seenAt: number } | undefined
  #stopped = false
  /** Deliveries, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #underWay = false
  /** Counts of lanes under way: nothing is delivered by halves of them. */
  #counting = 0
  /** A count failed: the backlog's sums are too low until it has been made up for. */
  #uncounted = false

  constructor(body: LegBody) {
    this.#body = body
  }

  get backlog(): Backlog | undefined {
    return this.#backlog
  }

  get failure(): Failure | undefined {
    return this.#failure
  }

  /** Reads on from the positions, or lets go of a source that is gone. */
  async attach(source: Source, positions: ReadonlyMap<string, number>): Promise<void> {
    this.#unwatch?.()
    const backlog = new Backlog(source, positions)
    this.#backlog = backlog
    this.#unwatch = source.watch({
      arrived: (lane, arrival) => {
        backlog.arrived(lane, arrival)
        this.look()
      },
      resharded: () => this.#body.background.run(`lanes of ${this.#body.name}`, () => this.#refresh(backlog)),
      leaving: () => this.#drain(),
      oldestWanted: lane => (this.#body.buffer() === undefined ? undefined : backlog.lane(lane)?.since),
    })
    await this.#refresh(backlog)
  }

  /** Delivers what is due, or makes an appointment for when it will be. */
  look(): void {
    if (this.#underWay || this.#counting > 0 || this.#stopped) return
    this.#tellByTheMinute()
    const dueAt = this.dueAt()
    if (dueAt === this.#appointedAt) return
    this.#appointment?.cancel()
    this.#appointment = undefined
    this.#appointedAt = dueAt
    if (dueAt === undefined) return
    const { background, clock, name } = this.#body
    const deliver = () => background.run(`deliver ${name}`, () => this.#deliverDue())
    if (dueAt <= clock.now()) deliver()
    else this.#appointment = clock.at(dueAt, `deliver ${name}`, deliver)
  }

  dueAt(): number | undefined {
    const buffer = this.#body.buffer()
    const since = this.#waitingSince()
    if (buffer === undefined) return undefined
    if (this.#failure !== undefined && (this.#uncounted || since !== undefined)) return this.#failure.retryAt
    if (since === undefined) return undefined
    return (this.#backlog?.bytes ?? 0) >= buffer.bytes ? since : since + buffer.milliseconds
  }

  /** After what is under way. */
  async ended(work: () => Promise<void>): Promise<void> {
    try {
      await this.#inTurn(work)
    } finally {
      this.pause()
      this.#unwatch?.()
    }
  }

  /** No further attempts. */
  pause(): void {
    this.#stopped = true
    this.#appointment?.cancel()
    this.#minute?.cancel()
  }

  /** Arrival of the oldest record; where the clock has been set back and it lies in the future, when it was seen there. */
  #waitingSince(): number | undefined {
    const since = this.#backlog?.since
    const now = this.#body.clock.now()
    if (since === undefined || since <= now) return since
    if (this.#early?.since !== since) this.#early = { since, seenAt: now }
    return this.#early.seenAt
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
    this.look()
  }

  async #count(backlog: Backlog): Promise<void> {
    const { born, gone } = await backlog.refresh()
    // Kept at once, so that a lane is known even when its parents are forgotten before its first delivery.
    if (born.length + gone.length > 0 && !this.#stopped) await this.#body.keep(backlog, { born, gone })
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
      this.look()
    }
  }

  #isDue(): boolean {
    const dueAt = this.dueAt()
    if (this.#stopped || this.#body.background.closing.aborted) return false
    return dueAt !== undefined && dueAt <= this.#body.clock.now()
  }

  /** One attempt at everything that is left, due or not, before the source is gone. */
  async #drain(): Promise<void> {
    await this.#inTurn(async () => {
      while ((this.#backlog?.records ?? 0) > 0 && (await this.#attempt()));
      const left = this.#backlog?.records ?? 0
      if (left > 0 && this.#failure !== undefined) this.#body.lost(left, this.#failure.message)
      this.#failure = undefined
      this.#unwatch?.()
      this.#backlog = undefined
    })
    this.look()
  }

  async #attempt(): Promise<boolean> {
    const backlog = this.#backlog
    if (backlog === undefined || this.#body.buffer() === undefined) return false
    try {
      if (this.#uncounted) await this.#count(backlog)
      else await this.#body.deliver(backlog)
      this.#uncounted = false
      this.#failure = undefined
      return true
    } catch (cause) {
      this.#fail(cause)
      return false
    }
  }

  #fail(cause: unknown): void {
    if (this.#stopped || this.#body.background.closing.aborted) return
    const attempts = (this.#failure?.attempts ?? 0) + 1
    const pause = Math.min(longestPauseMilliseconds, firstPauseMilliseconds * 2 ** (attempts - 1))
    const message = cause instanceof Error ? cause.message : String(cause)
    const isNew = message !== this.#failure?.message
    this.#failure = { message, attempts, retryAt: this.#body.clock.now() + pause }
    this.#body.failed(this.#failure, isNew)
  }

  /** Metrics tell how long records have been waiting, also when nothing else happens. */
  #tellByTheMinute(): void {
    const { clock, name } = this.#body
    if (this.#minute !== undefined || this.#backlog?.since === undefined) return
    this.#minute = clock.at(clock.now() + minuteMilliseconds, `measure the backlog of ${name}`, () => {
      this.#minute = undefined
      const since = this.#backlog?.since
      if (since !== undefined) this.#body.waiting(since)
      this.look()
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}
