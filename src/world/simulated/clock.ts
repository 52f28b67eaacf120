// Time that stands still until it is moved. Moving it runs everything that falls due on the way, in order, each to its
// end, and returns when the background has settled, so nobody ever has to sleep to see what time brings.

import type { Background } from '../background.ts'
import type { Appointment, Clock } from '../clock.ts'

interface Entry {
  readonly dueAt: number
  readonly order: number
  readonly name: string
  readonly task: () => void | Promise<void>
}

export class SimulatedClock implements Clock {
  readonly #startAt: number
  readonly #background: Background
  readonly #entries = new Set<Entry>()
  #now: number
  #appointments = 0
  #advancing = false
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ startAt, background }: { readonly startAt: number; readonly background: Background }) {
    this.#startAt = startAt
    this.#now = startAt
    this.#background = background
  }

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#now - this.#startAt
  }

  at(dueAt: number, name: string, task: () => void | Promise<void>): Appointment {
    const entry = { dueAt, order: this.#appointments++, name, task }
    this.#entries.add(entry)
    // While time stands still nobody would come for what is already due; while it moves, the loop below does.
    if (dueAt <= this.#now && !this.#advancing) {
      this.#background.run(name, async () => {
        await Promise.resolve()
        if (this.#entries.delete(entry)) await task()
      })
    }
    return { cancel: () => void this.#entries.delete(entry) }
  }

  advance(milliseconds: number): Promise<string[]> {
    return this.#inTurn(() => this.#moveTo(this.#now + milliseconds))
  }

  /** The names of what ran, by due time, then by order of appointment. An instant that has passed moves nothing. */
  advanceTo(at: number): Promise<string[]> {
    return this.#inTurn(() => this.#moveTo(at))
  }

  /** Two callers who move the clock do so one after the other. (A task that waits for its own move would wait for ever.) */
  #inTurn(move: () => Promise<string[]>): Promise<string[]> {
    const turn = this.#turn.then(move)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #moveTo(at: number): Promise<string[]> {
    const ran: string[] = []
    await this.#background.settled()
    this.#advancing = true
    try {
      for (let entry = this.#next(at); entry !== undefined; entry = this.#next(at)) {
        this.#entries.delete(entry)
        this.#now = Math.max(this.#now, entry.dueAt)
        ran.push(entry.name)
        const { name, task } = entry
        this.#background.run(name, async () => task())
        await this.#background.settled()
      }
      this.#now = Math.max(this.#now, at)
    } finally {
      this.#advancing = false
    }
    return ran
  }

  #next(until: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of this.#entries) {
      if (entry.dueAt > until && entry.dueAt > this.#now) continue
      const earlier = first === undefined || entry.dueAt < first.dueAt
      if (earlier || (entry.dueAt === first?.dueAt && entry.order < first.order)) first = entry
    }
    return first
  }
}
