// Time that stands still until it is moved. Moving it runs everything that falls due on the way, each to its end, and
// returns when the background has settled, so nobody ever has to sleep to see what time brings.
//
// Guarantees: what is due comes by due time; at one instant by the time at which it was appointed; and what was appointed at
// one time too, by name. Whatever an appointment starts has ended before the next one comes. What an appointment makes anew comes too, if it falls due on
// the way. Two who move the clock do so one after the other.

import type { Background } from '../background.ts'
import type { Appointment, Clock } from '../clock.ts'
import { Heap } from './heap.ts'

interface Entry {
  readonly dueAt: number
  /** Where the clock stood when the appointment was made. */
  readonly madeAt: number
  readonly name: string
  readonly order: number
  /** Undefined once it has been cancelled or has come. */
  task: (() => void | Promise<void>) | undefined
}

/** An appointment, and when it is due or came: milliseconds since 1970 UTC. */
export interface Dated {
  readonly name: string
  readonly at: number
}

/** What was appointed side by side, while the clock stood, is told apart by name: which disk was faster must not matter. */
function comesFirst(one: Entry, other: Entry): boolean {
  if (one.dueAt !== other.dueAt) return one.dueAt < other.dueAt
  if (one.madeAt !== other.madeAt) return one.madeAt < other.madeAt
  return one.name === other.name ? one.order < other.order : one.name < other.name
}

/** Cancelled entries stay in the heap until they are met; past so many they are cleared away, if they are most of it. */
const cancelledMax = 64

export class SimulatedClock implements Clock {
  readonly #startAt: number
  readonly #background: Background
  readonly #onCome: (dated: Dated) => void
  #entries = new Heap<Entry>(comesFirst)
  #cancelled = 0
  #now: number
  #appointments = 0
  #advancing = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor({
    startAt,
    background,
    onCome = () => {},
  }: {
    readonly startAt: number
    readonly background: Background
    /** Hears of each appointment just before it comes. */
    readonly onCome?: (dated: Dated) => void
  }) {
    this.#startAt = startAt
    this.#now = startAt
    this.#background = background
    this.#onCome = onCome
  }

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#now - this.#startAt
  }

  at(dueAt: number, name: string, task: () => void | Promise<void>): Appointment {
    const entry: Entry = { dueAt, madeAt: this.#now, name, order: this.#appointments++, task }
    // While time stands still nobody would come for what is already due; while it moves, the loop below does.
    if (dueAt <= this.#now && !this.#advancing) {
      this.#background.keep(name, async () => {
        await Promise.resolve()
        await this.#come(entry)
      })
    } else this.#entries.push(entry)
    return { cancel: () => this.#cancel(entry) }
  }

  /** The names of what ran, in order. */
  async advance(milliseconds: number): Promise<string[]> {
    return (await this.#inTurn(() => this.#moveTo(this.#now + milliseconds))).map(({ name }) => name)
  }

  /** What ran, in order. An instant that has passed moves nothing. */
  advanceTo(at: number): Promise<readonly Dated[]> {
    return this.#inTurn(() => this.#moveTo(at))
  }

  /** As `advanceTo`, to an instant that is worked out when everybody who moved the clock before is done. */
  advanceBy(target: (now: number) => number): Promise<readonly Dated[]> {
    return this.#inTurn(() => this.#moveTo(target(this.#now)))
  }

  /** The earliest that waits; undefined when nothing does. */
  next(): Dated | undefined {
    const entry = this.#first()
    return entry && { name: entry.name, at: entry.dueAt }
  }

  /** All that waits, in the order in which it will come. */
  due(): readonly Dated[] {
    const waiting = this.#entries.items.filter(entry => entry.task !== undefined)
    return waiting.sort((a, b) => (comesFirst(a, b) ? -1 : 1)).map(({ name, dueAt }) => ({ name, at: dueAt }))
  }

  /** (A task that waits for its own move would wait for ever.) */
  #inTurn<T>(move: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(move)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #moveTo(at: number): Promise<readonly Dated[]> {
    const ran: Dated[] = []
    await this.#background.settled()
    this.#advancing = true
    try {
      for (let entry = this.#take(at); entry !== undefined; entry = this.#take(at)) {
        this.#background.closing.throwIfAborted()
        this.#now = Math.max(this.#now, entry.dueAt)
        ran.push({ name: entry.name, at: this.#now })
        this.#background.keep(entry.name, () => this.#come(entry))
        await this.#background.settled()
      }
      this.#now = Math.max(this.#now, at)
    } finally {
      this.#advancing = false
    }
    return ran
  }

  async #come(entry: Entry): Promise<void> {
    const { task } = entry
    if (task === undefined) return
    entry.task = undefined
    this.#onCome({ name: entry.name, at: this.#now })
    await task()
  }

  /** Out of the heap, when it is due by then. */
  #take(until: number): Entry | undefined {
    const first = this.#first()
    return first !== undefined && (first.dueAt <= until || first.dueAt <= this.#now) ? this.#entries.pop() : undefined
  }

  #first(): Entry | undefined {
    for (let first = this.#entries.first; first !== undefined; first = this.#entries.first) {
      if (first.task !== undefined) return first
      this.#entries.pop()
      this.#cancelled--
    }
    return undefined
  }

  #cancel(entry: Entry): void {
    if (entry.task === undefined) return
    entry.task = undefined
    this.#cancelled++
    if (this.#cancelled <= cancelledMax || this.#cancelled * 2 < this.#entries.size) return
    const waiting = this.#entries.items.filter(({ task }) => task !== undefined)
    this.#entries = new Heap(comesFirst, waiting)
    this.#cancelled = 0
  }
}
