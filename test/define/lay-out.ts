/** A lake of one test's own on a simulated clock, and definitions made so in it through nothing but AWS's operations. */
import type { TestContext } from 'node:test'
import { type ApplyOptions, applyPlan } from '../../src/define/apply.ts'
import {
  bucket,
  column,
  day,
  delivery,
  job,
  type LakeDefinition,
  lake,
  stream,
  table,
} from '../../src/define/define.ts'
import type { Invoke } from '../../src/define/invoke.ts'
import { type Plan, planOf, type Step } from '../../src/define/plan.ts'
import type { Lake } from '../../src/in-process/lake.ts'
import { openLake } from '../../src/lake.ts'

export const region = 'ap-northeast-1'
export const account = { account: '000000000000' }

export const readings = stream('temperature-stream', {
  record: { device_id: column.string(), temperature: column.double(), timestamp: column.epochSeconds() },
  partitionKey: 'device_id',
  shards: 1,
})
export const raw = delivery('temperature-to-s3', {
  from: readings,
  to: bucket('temperature-data-bucket').prefix('raw_data/'),
  buffer: { seconds: 60, mebibytes: 5 },
  compression: 'gzip',
})
const analytics = bucket('temperature-analytics-bucket')
export const telemetry = table('device_telemetry', {
  at: analytics.prefix('curated/device_telemetry/'),
  columns: {
    device_id: column.string({ comment: 'who' }),
    temperature: column.double(),
    event_time: column.timestamp(),
  },
  partitionBy: day('event_time', { zone: 'Asia/Tokyo' }),
})
export const curate = job('curate', {
  from: raw,
  into: telemetry,
  deadLetters: analytics.prefix('dead_letters/'),
  required: ['device_id', 'temperature', 'timestamp'],
  sql: 'SELECT device_id, temperature, from_unixtime(timestamp) AS event_time FROM source',
  every: '5 minutes',
})

export const lakeOf = (name: string, ...parts: LakeDefinition['parts']) =>
  lake(name, { region, parts, tags: { CostCenter: 'iot' } })
export const temperature = lakeOf('temperature', curate)

export interface LaidOut {
  readonly lake: Lake
  readonly invoke: Invoke
}

export async function opened(context: TestContext, auth: 'open' | 'enforced' = 'open'): Promise<LaidOut> {
  const start = '2025-10-15T00:00:00+09:00'
  const made = await openLake({ directory: 'temporary', clock: 'simulated', start, region, auth })
  context.after(() => made.close())
  const invoke: Invoke = (service, operation, input) => made.invoke({ ...account, region }, service, operation, input)
  return { lake: made, invoke }
}

export async function carriedOut(plan: Plan, invoke: Invoke, options?: ApplyOptions): Promise<readonly Step[]> {
  const done: Step[] = []
  for await (const step of applyPlan(plan, invoke, options)) done.push(step)
  return done
}

export const applied = async (definition: LakeDefinition, invoke: Invoke, options?: ApplyOptions) =>
  carriedOut(await planOf(definition, invoke, account), invoke, options)

/** What a plan would do, as `create stream temperature-stream`; what stays as it is is left out. */
export const actsOf = ({ steps }: Plan): readonly string[] =>
  steps
    .filter(({ act, warning }) => act !== 'keep' || warning !== undefined)
    .map(({ act, kind, name }) => `${act} ${kind} ${name}`)

export const putReading = (invoke: Invoke, record: object) =>
  invoke('kinesis', 'PutRecord', {
    StreamName: readings.name,
    PartitionKey: 'sensor-3',
    Data: Buffer.from(JSON.stringify(record)).toString('base64'),
  })
