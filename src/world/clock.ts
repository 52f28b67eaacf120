// The one source of time: what the hour is, how long something took, and what is to run later.
// It does not cut calendars (Temporal does) and it does not wait for what it started to end (Background does).

import type { Log } from './log.ts'

export interface Appointment {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number
  /** Milliseconds from an arbitrary origin that never go back; for measuring how long something took. */
  elapsed(): number
  /**
   * Runs `task` once when `dueAt` has come (as soon as the caller has returned if it has passed). A rejected task is
   * a bug of the caller: it is reported to the log. Appointments do not keep the process alive.
   */
  at(dueAt: number, name: string, task: () => void | Promise<void>): Appointment
}

// The wall clock may be set, and a laptop may sleep: a timer is never trusted for longer than this.
const longestTimerMilliseconds = 60_000

export class SystemClock implements Clock {
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  now(): number {
    return Date.now()
  }

  elapsed(): number {
    return performance.now()
  }

  at(dueAt: number, name: string, task: () => void | Promise<void>): Appointment {
    let timer: NodeJS.Timeout | undefined
    const arm = () => {
      // A timer may fire a millisecond early, so it asks again instead of believing that it is due.
      const remaining = Math.max(0, Math.min(dueAt - this.now(), longestTimerMilliseconds))
      timer = setTimeout(() => (this.now() < dueAt ? arm() : void this.#keep(name, task)), remaining)
      timer.unref()
    }
    arm()
    return { cancel: () => clearTimeout(timer) }
  }

  async #keep(name: string, task: () => void | Promise<void>): Promise<void> {
    try {
      await task()
    } catch (cause) {
      this.#log.error(`the appointment "${name}" failed`, cause)
    }
  }
}
