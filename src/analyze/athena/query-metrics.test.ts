// Every query that ends is counted under its work group, how it ended and what it was; what was not measured is not.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Meter, MetricName } from '../../world/meter.ts'
import type { Query, QueryEnd } from './query.ts'
import { QueryMetrics } from './query-metrics.ts'

class Samples implements Meter {
  readonly added: string[] = []
  readonly ended: string[] = []

  series({ namespace, name, unit, dimensions }: MetricName) {
    const called = [namespace, name, unit, ...Object.values(dimensions)].join(' ')
    return { add: (value: number) => this.added.push(`${called} ${value}`), end: () => this.ended.push(called) }
  }
}

let meter: Samples
let metrics: QueryMetrics
beforeEach(() => {
  meter = new Samples()
  metrics = new QueryMetrics(meter)
})

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const query: Query = {
  ...scope,
  ...{ id: 'q', workGroup: 'team', submittedAt: 0, state: 'SUCCEEDED', text: 'SELECT 1' },
  ...{ statementType: 'DML', substatementType: 'SELECT', output: { bucket: 'b', key: 'k' } },
}
const failed: QueryEnd = {
  state: 'CANCELLED',
  completedAt: 1,
  statistics: { queueMilliseconds: 1, engineMilliseconds: 5, totalMilliseconds: 6 },
}

test('a query that succeeded has all figures', () => {
  const statistics = {
    ...{ queueMilliseconds: 1, preProcessingMilliseconds: 2, planningMilliseconds: 3, engineMilliseconds: 4 },
    ...{ processingMilliseconds: 5, totalMilliseconds: 12, scannedBytes: 100 },
  }
  metrics.count(query, { state: 'SUCCEEDED', completedAt: 1, statistics })
  assert.deepEqual(meter.added, [
    'AWS/Athena ProcessedBytes Bytes SUCCEEDED DML team 100',
    'AWS/Athena TotalExecutionTime Milliseconds SUCCEEDED DML team 12',
    'AWS/Athena QueryQueueTime Milliseconds SUCCEEDED DML team 1',
    'AWS/Athena ServicePreProcessingTime Milliseconds SUCCEEDED DML team 2',
    'AWS/Athena QueryPlanningTime Milliseconds SUCCEEDED DML team 3',
    'AWS/Athena EngineExecutionTime Milliseconds SUCCEEDED DML team 4',
    'AWS/Athena ServiceProcessingTime Milliseconds SUCCEEDED DML team 5',
  ])
})

test('a query that was cancelled has those that were measured, in CloudWatch’s spelling', () => {
  metrics.count(query, failed)
  assert.deepEqual(meter.added, [
    'AWS/Athena TotalExecutionTime Milliseconds CANCELED DML team 6',
    'AWS/Athena QueryQueueTime Milliseconds CANCELED DML team 1',
    'AWS/Athena EngineExecutionTime Milliseconds CANCELED DML team 5',
  ])
})

test('the series of a work group end with it, and no others', () => {
  metrics.count(query, failed)
  metrics.count({ ...query, workGroup: 'others' }, failed)
  metrics.forget(undefined, scope, 'team')
  assert.equal(meter.ended.length, 3)
  assert.ok(meter.ended.every(name => name.endsWith('team')))
})
