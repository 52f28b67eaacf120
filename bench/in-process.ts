/**
 * How long a test with a whole lake takes, and time that is skipped:
 *
 *     a whole way     open, lay out, put 1,000 records, deliver, run the job, crawl, query, close; after the first time
 *     beside another  the same while another lake is open, whose presence lets one engine's process go from lake to lake
 *     an idle day     a job every five minutes and no input: 288 runs
 *     a year          a job a day, with input each day: 365 runs
 *
 * Milliseconds of this machine, so they are told, not tested; the wanted figures are those of a laptop.
 *
 *     node bench/in-process.ts [--rounds 10] [--days 365]
 */
import { parseArgs } from 'node:util'
import {
  bucket,
  column,
  crawler,
  day,
  delivery,
  type Every,
  job,
  lake,
  month,
  stream,
  table,
} from '../src/define/define.ts'
import { running } from '../src/running/running.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '10' }, days: { type: 'string', default: '365' } },
})

const start = '2025-01-01T00:00:00Z'
const analytics = bucket('analytics-of-the-bench')
const readings = stream('readings', {
  record: { device_id: column.string(), temperature: column.double(), at: column.epochSeconds() },
  partitionKey: 'device_id',
})
const raw = delivery('readings-to-s3', {
  from: readings,
  to: bucket('raw-of-the-bench').prefix('raw/'),
  buffer: { seconds: 60 },
  compression: 'gzip',
})
const columns = { device_id: column.string(), temperature: column.double(), event_time: column.timestamp() }
const byDay = table('by_day', { at: analytics.prefix('by_day/'), columns, partitionBy: day('event_time') })
const byMonth = table('by_month', { at: analytics.prefix('by_month/'), columns, partitionBy: month('event_time') })
const curate = (name: string, into: typeof byDay | typeof byMonth, every?: Every) =>
  job(name, {
    ...{ from: raw, into, sql: 'SELECT device_id, temperature, from_unixtime(at) AS event_time FROM source' },
    ...(every !== undefined && { every }),
  })
const once = curate('curate', byDay)
const looking = crawler('look', { at: byDay.at, database: 'crawled' })
const whole = lake('bench-whole', { region: 'eu-west-1', parts: [once, looking] })
const idle = lake('bench-idle', { region: 'eu-west-1', parts: [curate('every-five', byDay, '5 minutes')] })
const daily = curate('daily', byMonth, '1 day')
const year = lake('bench-year', { region: 'eu-west-1', parts: [daily] })

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    device_id: `device-${index % 50}`,
    temperature: index % 40,
    at: from + index / 1000,
  }))
const second = Date.parse(start) / 1000

async function aWholeWay(): Promise<number> {
  const began = performance.now()
  await using app = await running(whole, { start })
  await app.stream(readings).put(records(second, 1000))
  await app.clock.advance({ minutes: 1 })
  const { rowsWritten } = await app.job(once).run()
  await app.crawler(looking).run()
  const { rows } = await app.table(byDay).query<{ n: number }>('SELECT count(*) AS n FROM by_day WHERE day = 1')
  await app.close()
  if (rowsWritten !== 1000 || rows[0]?.n !== 1000) throw new Error('records are missing')
  return performance.now() - began
}

async function anIdleDay(): Promise<number> {
  await using app = await running(idle, { start })
  const began = performance.now()
  const ran = await app.clock.advance({ days: 1 })
  const took = performance.now() - began
  const runs = await app.aws.glue.GetJobRuns({ JobName: 'every-five', MaxResults: 200 })
  if (ran.length < 288 || runs.JobRuns?.some(({ JobRunState }) => JobRunState !== 'SUCCEEDED'))
    throw new Error('runs are missing')
  return took
}

async function aYear(days: number): Promise<number> {
  await using app = await running(year, { start })
  const began = performance.now()
  for (let one = 0; one < days; one++) {
    await app.stream(readings).put(records(second + one * 86_400, 100))
    await app.clock.advance({ days: 1 })
  }
  const took = performance.now() - began
  await app.job(daily).run()
  if ((await app.table(byMonth).count()) !== days * 100) throw new Error('records are missing')
  return took
}

const told = (what: string, milliseconds: number, wanted: number, note = '') =>
  console.log(
    `${what.padEnd(14)} ${milliseconds.toFixed(0).padStart(7)} ms (wanted ${wanted}: ${milliseconds <= wanted ? 'holds' : 'MISSED'})${note}`,
  )

async function wholeWays(): Promise<number> {
  const ways: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) ways.push(await aWholeWay())
  ways.sort((one, other) => one - other)
  return ways[Math.floor(ways.length / 2)] ?? 0
}

const first = await aWholeWay()
told('a whole way', await wholeWays(), 200, `; the first time ${first.toFixed(0)} ms`)
{
  await using _other = await running(idle, { start })
  told('beside another', await wholeWays(), 200)
}
told('an idle day', await anIdleDay(), 1000, '; 288 runs')
const days = Number(values.days)
told('a year', await aYear(days), (60_000 * days) / 365, `; ${days} runs with input`)
