/**
 * What functions count, under CloudWatch's names, by function (its versions and aliases together).
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import type { Meter, Series, Unit } from '../../world/meter.ts'
import type { FunctionName } from './name.ts'
import type { Invocation } from './runtime/invocation.ts'

export class FunctionMeters {
  readonly #meter: Meter
  readonly #series = new Map<string, Map<string, Series>>()

  constructor(meter: Meter) {
    this.#meter = meter
  }

  /** An execution began: so many of the function's are under way now. */
  began(id: FunctionName, concurrent: number): void {
    this.#add(id, 'ConcurrentExecutions', 'Count', concurrent)
  }

  invoked(id: FunctionName, { error, durationMilliseconds }: Invocation): void {
    this.#add(id, 'Invocations', 'Count', 1)
    this.#add(id, 'Errors', 'Count', error === undefined ? 0 : 1)
    this.#add(id, 'Duration', 'Milliseconds', durationMilliseconds)
  }

  throttled(id: FunctionName): void {
    this.#add(id, 'Throttles', 'Count', 1)
  }

  accepted(id: FunctionName): void {
    this.#add(id, 'AsyncEventsReceived', 'Count', 1)
  }

  /** `milliseconds`: from when the event was accepted to when it was run. */
  aged(id: FunctionName, milliseconds: number): void {
    this.#add(id, 'AsyncEventAge', 'Milliseconds', milliseconds)
  }

  givenUp(id: FunctionName): void {
    this.#add(id, 'AsyncEventsDropped', 'Count', 1)
  }

  /** When the function is gone. */
  end(id: FunctionName): void {
    for (const series of this.#series.get(keyOf(id))?.values() ?? []) series.end()
    this.#series.delete(keyOf(id))
  }

  #add(id: FunctionName, name: string, unit: Unit, value: number): void {
    const known = this.#series.get(keyOf(id)) ?? new Map<string, Series>()
    this.#series.set(keyOf(id), known)
    let series = known.get(name)
    if (series === undefined) {
      const { account, region } = id
      const dimensions = { FunctionName: id.name }
      series = this.#meter.series({ account, region, namespace: 'AWS/Lambda', name, dimensions, unit })
      known.set(name, series)
    }
    series.add(value)
  }
}

const keyOf = ({ account, region, name }: FunctionName) => `${account}/${region}/${name}`
