/**
 * What went wrong in the background, where nobody waits for an answer: told to the log, and remembered, so that a test can
 * hold it against nothing. The first are kept: what follows is often their consequence.
 */
import type { Clock } from '../world/clock.ts'
import type { Log } from '../world/log.ts'
import { isoOf } from './instants.ts'

export interface Failure {
  /** By the lake's clock. */
  readonly at: string
  /** What failed: `"deliver temperature-to-s3" failed in the background`. */
  readonly text: string
  readonly cause: unknown
}

const failuresMax = 100

export class Failures implements Log {
  readonly #log: Log
  readonly #failures: Failure[] = []
  #clock: Pick<Clock, 'now'> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  get list(): readonly Failure[] {
    return Object.freeze([...this.#failures])
  }

  /** Failures of before there is a clock are thrown by what opens the lake. */
  follow(clock: Pick<Clock, 'now'>): void {
    this.#clock = clock
  }

  info(text: string, detail?: Readonly<Record<string, unknown>>): void {
    this.#log.info(text, detail)
  }

  warn(text: string, detail?: Readonly<Record<string, unknown>>): void {
    this.#log.warn(text, detail)
  }

  error(text: string, cause?: unknown, detail?: Readonly<Record<string, unknown>>): void {
    if (this.#failures.length < failuresMax)
      this.#failures.push(Object.freeze({ at: this.#clock ? isoOf(this.#clock.now()) : '', text, cause }))
    this.#log.error(text, cause, detail)
  }
}
