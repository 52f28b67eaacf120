/**
 * A delivery fills a table whose days are cut out of a moment in the record, as Firehose's jq can cut them: each row is in the
 * folder of its own day in the table's zone, is seen at once without anybody registering it, and what fits nowhere is an error.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bucket,
  by,
  column,
  DefinitionMistake,
  day,
  delivery,
  hour,
  job,
  lake,
  month,
  stream,
  table,
} from '../../src/define/define.ts'
import { checkDefinition } from '../../src/running/check.ts'
import { running } from '../../src/running/running.ts'

const store = bucket('meter-store')
const columns = { meterId: column.string(), kwh: column.double(), readAt: column.epochSeconds() }
const readings = stream('readings', {
  record: { ...columns, sentAt: column.epochMilliseconds() },
  partitionKey: 'meterId',
})
const usage = table('usage', {
  at: store.prefix('usage/'),
  columns,
  partitionBy: day('readAt', { zone: 'Asia/Kolkata' }),
})
const sent = table('sent', {
  at: store.prefix('sent/'),
  columns: { meterId: column.string(), sentAt: column.epochMilliseconds() },
  partitionBy: day('sentAt'),
})
const toUsage = delivery('to-usage', { from: readings, into: usage, buffer: { seconds: 60 } })
const toSent = delivery('to-sent', { from: readings, into: sent, buffer: { seconds: 60 } })
const daily = table('daily', { at: store.prefix('daily/'), columns: { day: column.integer(), kwh: column.double() } })
const sum = job('sum', {
  ...{ from: usage, into: daily, takes: 'all', write: 'replace' },
  sql: 'SELECT day, sum(kwh) AS kwh FROM source GROUP BY day',
})
const meters = lake('meters', { region: 'ap-south-1', parts: [toUsage, toSent, sum] })
const start = '2025-10-15T00:00:00Z'

test('rows are in the folders of their own days, in the zone of the table, and are seen at once', async () => {
  await using app = await running(meters, { start, auth: 'enforced' })
  const at = (iso: string) => ({ readAt: Date.parse(iso) / 1000, sentAt: Date.parse(iso) })
  await app.stream(readings).put([
    { meterId: 'a', kwh: 1, ...at('2025-10-14T18:29:59.750Z') },
    { meterId: 'a', kwh: 2, ...at('2025-10-14T18:30:00Z') },
    { meterId: 'b', kwh: 4, ...at('2025-03-01T05:00:00Z') },
  ])
  await app.clock.advance({ minutes: 2 })
  const rows = (await app.table(usage).rows()).map(row => [row.kwh, row.year, row.month, row.day])
  assert.deepEqual(
    rows.toSorted(([one = 0], [other = 0]) => one - other),
    [
      [1, 2025, 10, 14],
      [2, 2025, 10, 15],
      [4, 2025, 3, 1],
    ],
  )
  const one = await app.table(usage).query('SELECT kwh FROM usage WHERE year = 2025 AND month = 10 AND day = 15')
  const all = await app.table(usage).query('SELECT kwh FROM usage')
  assert.ok(one.rows.length === 1 && one.scannedBytes < all.scannedBytes)
  assert.equal(await app.table(sent).count('day = 14'), 2)
  const folders = new Set((await app.bucket(store).list('usage/')).map(({ key }) => key.replace(/[^/]+$/, '')))
  assert.ok(folders.has('usage/year=2025/month=3/day=1/'))
  await app.job(sum).run()
  assert.equal(await app.table(daily).count(), 3)
  assert.deepEqual(app.lake.failures, [])
})

test('a record whose moment no year of the table has is an error, and is not lost', async () => {
  await using app = await running(meters, { start })
  await app.stream(readings).put({ meterId: 'a', kwh: 1, readAt: 1_760_000_000_000, sentAt: 1_760_000_000_000 })
  await app.clock.advance({ minutes: 2 })
  assert.deepEqual(await app.table(usage).rows(), [])
  assert.equal(await app.table(sent).count(), 1)
  const [error] = await app.bucket(store).lines('errors/')
  assert.match(JSON.stringify(error), /readAt is no moment of the years 2020 to 2039/)
})

test('what is no number, or lies outside of the years, is an error; leap days and a year’s first and last days are days', async () => {
  await using app = await running(meters, { start })
  const put = (sentAt: unknown) =>
    app.aws.kinesis.PutRecord({
      ...{ StreamName: 'readings', PartitionKey: 'x' },
      Data: JSON.stringify({ meterId: 'a', kwh: 1, readAt: 1_760_000_000, ...(sentAt !== undefined && { sentAt }) }),
    })
  const good = ['2024-02-29T23:59:59.999Z', '2025-01-01T00:00:00Z', '2025-12-31T23:59:59Z', '2039-12-30T23:59:59Z']
  for (const iso of good) await put(Date.parse(iso))
  const broken = [undefined, null, true, '1760000000000', [], {}, -1, 0, 1e300, Date.parse('2039-12-31T00:00:00Z')]
  for (const value of broken) await put(value)
  await app.clock.advance({ minutes: 2 })
  const { rows } = await app.table(sent).query('SELECT year, month, day FROM sent ORDER BY year, month')
  assert.deepEqual(
    rows.map(row => Object.values(row)),
    [
      [2024, 2, 29],
      [2025, 1, 1],
      [2025, 12, 31],
      [2039, 12, 30],
    ],
  )
  assert.equal((await app.bucket(store).lines('errors/')).length, broken.length)
  assert.equal(await app.table(usage).count(), good.length + broken.length)
})

test('the table says what its column counts, also where the record has it as a mere number', async () => {
  const record = { meterId: column.string(), sentAt: column.bigint() }
  const direct = delivery('direct', { record, into: sent, buffer: { seconds: 60 } })
  await using app = await running(lake('meters', { region: 'ap-south-1', parts: [direct] }), { start })
  await app.delivery(direct).put({ meterId: 'a', sentAt: Date.parse('2025-10-14T12:00:00Z') })
  await app.clock.advance({ minutes: 2 })
  assert.equal(await app.table(sent).count('day = 14'), 1)
})

test('without its delivery a table is projected no more, and the plan says what that means for the rows', async () => {
  await using app = await running(meters, { start })
  const readAt = Date.parse('2025-10-14T12:00:00Z') / 1000
  await app.stream(readings).put({ meterId: 'a', kwh: 1, readAt, sentAt: readAt * 1000 })
  await app.clock.advance({ minutes: 2 })
  const without = lake('meters', { region: 'ap-south-1', parts: [readings, toUsage, sent, sum] })
  const { steps } = await app.lake.plan(without)
  const step = steps.find(({ kind, name }) => kind === 'table' && name === 'meters.sent')
  assert.match(step?.warning ?? '', /rows that were delivered .* MSCK REPAIR TABLE/)
  await app.lake.apply(without)
  assert.equal(await app.table(sent).count(), 0)
  await app.table(sent).query('MSCK REPAIR TABLE sent')
  assert.equal(await app.table(sent).count('day = 14'), 1)
})

test('what is as defined is found so; a coarser folder makes the table anew and changes the delivery', async () => {
  const { findings } = await checkDefinition(meters)
  assert.deepEqual(
    findings.filter(({ level }) => level !== 'note'),
    [],
  )
  await using app = await running(meters, { start })
  const acts = async (...parts: Parameters<typeof lake>[1]['parts']) =>
    (await app.lake.plan(lake('meters', { region: 'ap-south-1', parts }))).steps
      .filter(({ act }) => act !== 'keep')
      .map(({ act, kind, name }) => `${act} ${kind} ${name}`)
  assert.deepEqual(await acts(toUsage, toSent, sum), [])
  const coarser = table('sent', { at: sent.at, columns: sent.columns, partitionBy: month('sentAt') })
  const toCoarser = delivery('to-sent', { from: readings, into: coarser, buffer: { seconds: 60 } })
  assert.deepEqual(await acts(toUsage, toCoarser, sum), ['replace table meters.sent', 'change delivery to-sent'])
})

test('folders that Firehose could not cut, or nobody would look into, are refused with what there is instead', async () => {
  const refused = (partitionBy: Parameters<typeof table>[1]['partitionBy'], words: RegExp, more = {}) =>
    assert.throws(
      () => {
        const at = store.prefix('t/')
        const all = {
          meterId: column.string(),
          when: column.timestamp(),
          readAt: column.epochSeconds(),
          maybe: column.epochSeconds({ optional: true }),
        }
        const into = table('t', { at, columns: all, ...(partitionBy && { partitionBy }) } as Parameters<
          typeof table
        >[1])
        delivery('d', { record: all, into, ...more })
      },
      error => error instanceof DefinitionMistake && words.test(error.message),
    )
  refused(by('meterId'), /cannot know beforehand which values there will be\. Deliver with to, and let a job write/)
  refused(hour('readAt'), /whose folders are hours: Firehose registers none/)
  refused(day('when'), /jq counts with epochSeconds and epochMilliseconds, and when is a timestamp/)
  refused(day('readAt', { zone: 'Europe/Berlin' }), /its clocks change, and Firehose's jq knows no zones/)
  refused(day('maybe'), /a record without maybe would have no folder of the table t, so maybe cannot be optional/)
  refused(day('readAt'), /the table t says which folders there are: leave folders out/, { folders: 'x/' })
  const also = job('also', {
    ...{ from: daily, into: sent, takes: 'all' },
    sql: "SELECT 'a' AS meterId, CAST(1 AS bigint) AS sentAt FROM source",
  })
  const { findings } = await checkDefinition(lake('meters', { region: 'ap-south-1', parts: [toSent, also] }))
  assert.match(
    findings.find(({ level }) => level === 'mistake')?.text ?? '',
    /The delivery to-sent fills the table sent/,
  )
})
