/**
 * What CloudWatch shows of the queries of a work group that publishes metrics, by how they ended and what they were.
 * https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
 */
import { type Meter, NoMeter, type Series, type Unit } from '../../world/meter.ts'
import type { Scope } from './needs.ts'
import type { Query, QueryEnd, QueryStatistics } from './query.ts'
import type { WorkGroupUser } from './work-groups.ts'

interface Figure {
  readonly unit: Unit
  readonly of: (statistics: QueryStatistics) => number | undefined
}

const figures: Readonly<Record<string, Figure>> = {
  ProcessedBytes: { unit: 'Bytes', of: statistics => statistics.scannedBytes },
  TotalExecutionTime: { unit: 'Milliseconds', of: statistics => statistics.totalMilliseconds },
  QueryQueueTime: { unit: 'Milliseconds', of: statistics => statistics.queueMilliseconds },
  ServicePreProcessingTime: { unit: 'Milliseconds', of: statistics => statistics.preProcessingMilliseconds },
  QueryPlanningTime: { unit: 'Milliseconds', of: statistics => statistics.planningMilliseconds },
  EngineExecutionTime: { unit: 'Milliseconds', of: statistics => statistics.engineMilliseconds },
  ServiceProcessingTime: { unit: 'Milliseconds', of: statistics => statistics.processingMilliseconds },
}

/** CloudWatch's spelling, which is not that of Athena's API. */
const states = { SUCCEEDED: 'SUCCEEDED', FAILED: 'FAILED', CANCELLED: 'CANCELED' } as const

export class QueryMetrics implements WorkGroupUser {
  readonly #meter: Meter
  readonly #series = new Map<string, Map<string, Series>>()

  constructor(meter: Meter = new NoMeter()) {
    this.#meter = meter
  }

  /** What was not measured (of a query that failed midway) is no sample. */
  count(query: Query, { state, statistics }: QueryEnd): void {
    if (statistics === undefined) return
    const dimensions = { QueryState: states[state], QueryType: query.statementType, WorkGroup: query.workGroup }
    for (const [name, { unit, of }] of Object.entries(figures)) {
      const value = of(statistics)
      if (value !== undefined) this.#seriesOf(query, name, unit, dimensions).add(value)
    }
  }

  isUsed(): boolean {
    return false
  }

  forget(_: unknown, scope: Scope, workGroup: string): void {
    const group = JSON.stringify([scope.account, scope.region, workGroup])
    for (const series of this.#series.get(group)?.values() ?? []) series.end()
    this.#series.delete(group)
  }

  #seriesOf(query: Query, name: string, unit: Unit, dimensions: Readonly<Record<string, string>>): Series {
    const { account, region, workGroup } = query
    const group = JSON.stringify([account, region, workGroup])
    const all = this.#series.get(group) ?? new Map<string, Series>()
    this.#series.set(group, all)
    const key = JSON.stringify([name, dimensions])
    const series =
      all.get(key) ?? this.#meter.series({ account, region, namespace: 'AWS/Athena', name, dimensions, unit })
    all.set(key, series)
    return series
  }
}
