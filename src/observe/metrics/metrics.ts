/**
 * Keeps what every part counts, under CloudWatch's names: each series since the server's start and, for a bounded past, by
 * the minute. Shows it as Prometheus text. Figures live in memory and begin at nothing with each start, as Prometheus
 * expects of counters.
 */
import assert from 'node:assert/strict'
import type { Clock } from '../../world/clock.ts'
import type { Meter, MetricName, Series } from '../../world/meter.ts'
import { type Minute, MinuteBudget, MinuteHistory, minuteMilliseconds } from './minutes.ts'
import { prometheusText } from './prometheus.ts'

export class Metrics implements Meter {
  readonly #clock: Pick<Clock, 'now'>
  readonly #budget: MinuteBudget
  readonly #figures = new Map<string, Figures>()

  constructor({ clock, blocksMax }: { readonly clock: Pick<Clock, 'now'>; readonly blocksMax?: number }) {
    this.#clock = clock
    this.#budget = new MinuteBudget(blocksMax)
  }

  series(metric: MetricName): Series {
    const key = keyOf(metric)
    const known = this.#figures.get(key)
    assert(!known || known.metric.unit === metric.unit, `${metric.namespace} ${metric.name} has one unit`)
    if (known) return known
    const figures = new Figures(metric, this.#clock, new MinuteHistory(this.#budget), () => {
      // The name may have been taken anew since: then it is another's.
      if (this.#figures.get(key) === figures) this.#figures.delete(key)
    })
    this.#figures.set(key, figures)
    return figures
  }

  /** The text format that Prometheus scrapes: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  prometheus(): string {
    const minute = Math.floor(this.#clock.now() / minuteMilliseconds) * minuteMilliseconds
    return prometheusText(
      this.#figures.values().filter(({ count }) => count > 0),
      figures => figures.between(minute - minuteMilliseconds, minute + minuteMilliseconds),
    )
  }
}

class Figures implements Series {
  readonly metric: MetricName
  readonly #clock: Pick<Clock, 'now'>
  readonly #minutes: MinuteHistory
  readonly #forget: () => void
  #ended = false
  count = 0
  sum = 0
  last = 0

  constructor(metric: MetricName, clock: Pick<Clock, 'now'>, minutes: MinuteHistory, forget: () => void) {
    this.metric = metric
    this.#clock = clock
    this.#minutes = minutes
    this.#forget = forget
  }

  add(value: number): void {
    assert(Number.isFinite(value), 'a sample is a finite number')
    // Work that was under way when its stream went may still count; it is nobody's any more.
    if (this.#ended) return
    this.count++
    this.sum += value
    this.last = value
    this.#minutes.add(this.#clock.now(), value)
  }

  between(from: number, to: number): readonly Minute[] {
    return this.#minutes.between(from, to)
  }

  end(): void {
    this.#ended = true
    this.#minutes.end()
    this.#forget()
  }
}

function keyOf({ account, region, namespace, name, dimensions }: MetricName): string {
  const sorted = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([account, region, namespace, name, sorted])
}
