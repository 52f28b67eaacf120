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
  /** Where a job's run or a crawl failed: which. */
  readonly run?: FailedRun
}

/** A job's run, or a crawl, that a schedule or a trigger began and that failed for good; its record says the same. */
export interface FailedRun {
  readonly kind: 'job' | 'crawler'
  /** Of the job or the crawler. */
  readonly name: string
  readonly runId: string
  /** Glue's: FAILED or TIMEOUT. */
  readonly state: string
  readonly message: string
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

  /**
   * A run that nobody called for has failed. It is no error of the lake's; where the log was told nevertheless, because nobody
   * foresaw the cause, that entry learns which run it was. Several runs may fail by one cause: each is told.
   * `at` is the lake's time: those that a killed process left fail before the lake has opened.
   */
  ran(run: FailedRun, cause: unknown, at: number): void {
    const logged = this.#failures.findIndex(one => one.cause === cause && one.run === undefined)
    const failure = this.#failures[logged]
    if (failure) this.#failures[logged] = Object.freeze({ ...failure, run })
    else this.#keep(`the ${run.kind} ${run.name} ${run.state}: ${run.message}`, cause, isoOf(at), run)
  }

  info(text: string, detail?: Readonly<Record<string, unknown>>): void {
    this.#log.info(text, detail)
  }

  warn(text: string, detail?: Readonly<Record<string, unknown>>): void {
    this.#log.warn(text, detail)
  }

  error(text: string, cause?: unknown, detail?: Readonly<Record<string, unknown>>): void {
    this.#keep(text, cause, this.#clock ? isoOf(this.#clock.now()) : '')
    this.#log.error(text, cause, detail)
  }

  #keep(text: string, cause: unknown, at: string, run?: FailedRun): void {
    if (this.#failures.length >= failuresMax) return
    this.#failures.push(Object.freeze({ at, text, cause, ...(run && { run: Object.freeze(run) }) }))
  }
}
