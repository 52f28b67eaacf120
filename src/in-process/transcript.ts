/**
 * `lake.transcript()`: what happened in a lake since it was opened, as plain values that a test compares: every operation that
 * was called, everything that fell due, every delivery, run, crawl and query, each with how it ended. They stand in the order
 * in which they began, so that work going on side by side does not change it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Fault } from '../gateway/fault.ts'
import type { Called } from '../gateway/pipeline.ts'
import type { Clock } from '../world/clock.ts'
import type { Dated } from '../world/simulated/clock.ts'
import { isoOf } from './instants.ts'

export type TranscriptEntry =
  | {
      readonly kind: 'call'
      readonly at: string
      readonly service: string
      readonly operation: string
      /** ARN of who called. */
      readonly by: string
      /** ARNs it was about, as IAM is asked about them. */
      readonly resources: readonly string[]
      /** `ok`, AWS's code for what was refused, or `under way`. */
      readonly outcome: string
    }
  /** An appointment of the simulated clock came. */
  | { readonly kind: 'due'; readonly at: string; readonly name: string }
  /** A delivery, a job's run, a crawl, a query. */
  | {
      readonly kind: 'work'
      readonly at: string
      readonly name: string
      /** `ended`, `failed` where that was nobody's plan, or `under way`. A job that fails as jobs do has ended. */
      readonly outcome: string
    }
  /** More happened than is remembered: so many entries stood here. */
  | { readonly kind: 'forgotten'; readonly count: number }

/** What begins when the machine gets to it, such as clearing up, would stand elsewhere in every run. */
const told = /^(deliver|run|crawl of|query) /

interface Kept {
  readonly entry: Exclude<TranscriptEntry, { kind: 'forgotten' }>
  outcome: string | undefined
}

const untold = new AsyncLocalStorage<true>()

/** Makes a call that no transcript tells, for what follows of itself from one that is told. */
export const untoldCall = <T>(call: () => Promise<T>): Promise<T> => untold.run(true, call)

export class Transcript {
  readonly #entriesMax: number
  #kept: Kept[] = []
  #forgotten = 0

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  get entries(): readonly TranscriptEntry[] {
    const entries: TranscriptEntry[] = this.#forgotten > 0 ? [{ kind: 'forgotten', count: this.#forgotten }] : []
    for (const { entry, outcome } of this.#kept.slice(-this.#entriesMax))
      entries.push({ ...entry, ...(outcome !== undefined && { outcome }) } as TranscriptEntry)
    return Object.freeze(entries.map(entry => Object.freeze(entry)))
  }

  /** For the pipeline. */
  called({ service, operation, at, principal, resources }: Called): (error?: unknown) => void {
    if (untold.getStore()) return () => undefined
    const entry = { at: isoOf(at), service, operation, by: principal.arn, resources: known(resources) }
    return this.#begin({ kind: 'call', ...entry, outcome: 'under way' }, error =>
      error === undefined ? 'ok' : error instanceof Fault ? error.code : 'InternalFailure',
    )
  }

  /** For a simulated clock. */
  came({ name, at }: Dated): void {
    this.#keep({ entry: { kind: 'due', at: isoOf(at), name }, outcome: undefined })
  }

  /** For the background; undefined for what is not told. */
  worked(name: string, clock: Pick<Clock, 'now'>): ((error?: unknown) => void) | undefined {
    if (!told.test(name)) return undefined
    const entry = { kind: 'work', at: isoOf(clock.now()), name, outcome: 'under way' } as const
    return this.#begin(entry, error => (error === undefined ? 'ended' : 'failed'))
  }

  #begin(entry: Kept['entry'], outcomeOf: (error: unknown) => string): (error?: unknown) => void {
    const kept: Kept = { entry, outcome: 'under way' }
    this.#keep(kept)
    return error => {
      kept.outcome = outcomeOf(error)
    }
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept)
    if (this.#kept.length > this.#entriesMax) this.#forgotten++
    // Cut seldom, so that each entry costs little.
    if (this.#kept.length > 2 * this.#entriesMax) this.#kept = this.#kept.slice(-this.#entriesMax)
  }
}

/** Inputs that name no resource are refused by the operation itself. */
function known(resources: () => readonly string[]): readonly string[] {
  try {
    return Object.freeze([...new Set(resources())].filter(resource => resource !== '*'))
  } catch {
    return Object.freeze([])
  }
}

/**
 * A transcript for people, a line an entry.
 *
 *     console.log(transcriptText(lake.transcript()))
 *     // 2025-10-15T00:00:00.000Z  kinesis:CreateStream temperature-stream  ok
 *     // 2025-10-15T00:01:00.000Z  due: deliver temperature-to-s3
 */
export const transcriptText = (entries: readonly TranscriptEntry[]): string => entries.map(lineOf).join('\n')

function lineOf(entry: TranscriptEntry): string {
  switch (entry.kind) {
    case 'call': {
      const { at, service, operation, resources, outcome } = entry
      return `${at}  ${[`${service}:${operation}`, ...resources.map(lastPart)].join(' ')}  ${outcome}`
    }
    case 'due':
      return `${entry.at}  due: ${entry.name}`
    case 'work':
      return `${entry.at}  ${entry.name}  ${entry.outcome}`
    case 'forgotten':
      return `… ${entry.count} earlier entries are forgotten`
  }
}

/** `stream/temperature-stream` of its ARN, without partition, region and account. */
const lastPart = (arn: string) => arn.split(':').slice(5).join(':') || arn
