// Work that goes on after the answer was given: a delivery, a job's run, a query. It starts nothing by itself and keeps
// no schedule. Work must not wait for an appointment of the clock: a simulated clock waits for the work to settle.

import type { Log } from './log.ts'

/** Hears of each work when it begins; what it returns hears when it has ended, with the error if it threw one. */
export type Witness = (name: string) => ((error?: unknown) => void) | undefined

export class Background {
  readonly #log: Log
  readonly #witness: Witness | undefined
  readonly #closing = new AbortController()
  readonly #underWay = new Set<Promise<void>>()

  constructor(log: Log, witness?: Witness) {
    this.#log = log
    this.#witness = witness
  }

  /** Aborted when the lake closes: long work looks at it between its steps. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Follows `work` until it ends; a rejection goes to the log with `name`. Never throws. */
  run(name: string, work: () => Promise<void>): void {
    this.#hold(this.#follow(name, work, this.#witness?.(name)))
  }

  /** As `run`, for what an appointment does: the work that it begins is told, and it is not. */
  keep(name: string, appointment: () => Promise<void>): void {
    this.#hold(this.#follow(name, appointment, undefined))
  }

  #hold(work: Promise<void>): void {
    const followed = work.finally(() => this.#underWay.delete(followed))
    this.#underWay.add(followed)
  }

  /** Resolves when nothing is under way, also nothing that was started meanwhile. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the lake is closing'))
    await this.settled()
  }

  async #follow(
    name: string,
    work: () => Promise<void>,
    ended: ((error?: unknown) => void) | undefined,
  ): Promise<void> {
    try {
      await work()
      ended?.()
    } catch (cause) {
      ended?.(cause)
      if (this.#closing.signal.aborted && cause === this.#closing.signal.reason) return
      this.#log.error(`"${name}" failed in the background`, cause)
    }
  }
}
