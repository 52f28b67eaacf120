/** One clock for all: SQL, jobs and functions see the lake's time, and what falls due comes in a defined order. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Lake } from '../../src/in-process/lake.ts'
import { openLake } from '../../src/index.ts'
import { zipOf } from '../../src/transform/functions/testing/functions.ts'
import { layOut, put, region } from './temperature.ts'

let lake: Lake
before(async () => {
  lake = await openLake({ directory: 'temporary', clock: 'simulated', start: '2025-10-15T23:59:59.500+09:00', region })
})
after(() => lake.close())

test('SQL’s current_timestamp, now() and current_date are the lake’s', async () => {
  const sql = 'SELECT CAST(current_timestamp AS varchar) AS at, CAST(now() AS varchar) AS now, current_date AS day'
  const { rows } = await lake.query(sql)
  assert.deepEqual(rows, [{ at: '2025-10-15 14:59:59.500 UTC', now: '2025-10-15 14:59:59.500 UTC', day: '2025-10-15' }])
  await lake.clock.advance({ days: 1 })
  assert.equal((await lake.query(sql)).rows[0]?.day, '2025-10-16')
})

test('a function’s Date and Temporal.Now stand at the lake’s hour while it runs, and its timers go on', async () => {
  const code = `exports.handler = async () => {
    const began = new Date().toISOString()
    await new Promise(resolve => setTimeout(resolve, 20))
    return [began, new Date().toISOString(), new Date(Date.now()).toISOString(), String(Temporal.Now.zonedDateTimeISO('UTC').toInstant())]
  }`
  await lake.aws.lambda.CreateFunction({
    FunctionName: 'clocked',
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/function',
    Code: { ZipFile: zipOf({ 'index.js': code }) },
  })
  await lake.clock.settle()
  const told = async () => {
    const { Payload } = await lake.aws.lambda.Invoke({ FunctionName: 'clocked' })
    return JSON.parse(Buffer.from(Payload ?? []).toString()) as readonly string[]
  }
  const hour = '2025-10-16T14:59:59.500Z'
  assert.deepEqual(await told(), [hour, hour, hour, '2025-10-16T14:59:59.5Z'])
})

test('a delivery, a job’s run and (to S3’s second) its objects are dated by the lake', async () => {
  await layOut(lake)
  await put(lake, 10)
  assert.deepEqual(
    lake.clock
      .due()
      .map(({ name }) => name)
      .filter(name => name.startsWith('deliver')),
    ['deliver temperature-to-s3'],
  )
  const ran = await lake.clock.advance({ minutes: 1 })
  assert.ok(ran.some(({ name, at }) => name === 'deliver temperature-to-s3' && at === '2025-10-16T15:00:59.500Z'))
  await lake.aws.glue.StartJobRun({ JobName: 'curate' })
  await lake.clock.settle()
  const { JobRuns } = await lake.aws.glue.GetJobRuns({ JobName: 'curate' })
  assert.equal(JobRuns?.[0]?.JobRunState, 'SUCCEEDED')
  assert.deepEqual(JobRuns[0].StartedOn, lake.clock.date())
  const { Contents = [] } = await lake.aws.s3.ListObjectsV2({ Bucket: 'curated', Prefix: 'telemetry/' })
  assert.deepEqual(
    Contents.map(({ LastModified }) => LastModified),
    [new Date('2025-10-16T15:00:59Z')],
  )
})

test('the clock is moved by durations of every form, and refuses others with a useful sentence', async () => {
  const from = lake.clock.now()
  await lake.clock.advance({ minutes: 1 })
  await lake.clock.advance('PT1M')
  await lake.clock.advance(Temporal.Duration.from({ minutes: 1 }))
  assert.equal(lake.clock.now().since(from).total('minutes'), 3)
  for (const [given, why] of [
    [{ minute: 5 }, /A duration takes no 'minute'\. It takes years, .*minutes/],
    [{ minutes: 0.5 }, /A duration is \{ minutes: 5 \}, 'PT5M' or a Temporal\.Duration, in whole numbers/],
    ['5 minutes', /'PT5M'.*not '5 minutes'/],
    [{ minutes: -5 }, /Time only goes on: '-PT5M' is negative/],
    [{ years: 101 }, /Time goes on by at most 100 years at once, and 'P101Y' from .* is more/],
    ['P1000000Y', /at most 100 years at once, and 'P1000000Y' from/],
    [{}, /A duration is/],
  ] as const)
    await assert.rejects(lake.clock.advance(given as never), why)
  await assert.rejects(lake.clock.advanceTo('2025-10-15T00:00:00Z'), /Time only goes on: it is .* has passed/)
  await assert.rejects(lake.clock.advanceTo('2999-01-01T00:00:00Z'), /at most 100 years at once/)
  await assert.rejects(lake.clock.advanceTo('tomorrow'), /advanceTo must be an instant/)
})

test('who moves the clock from several places moves it one after the other', async () => {
  const from = lake.clock.now()
  await Promise.all([
    lake.clock.advance({ hours: 1 }),
    lake.clock.advance({ hours: 1 }),
    lake.clock.advance({ hours: 1 }),
  ])
  assert.equal(lake.clock.now().since(from).total('hours'), 3)
})

test('the system’s clock is not moved by anybody', async () => {
  await using live = await openLake({ directory: 'temporary' })
  await assert.rejects(live.clock.advance('PT1M'), /runs on the system's clock, which nobody moves/)
  assert.throws(() => live.clock.next(), /runs on the system's clock/)
  await live.clock.settle()
})

test('over HTTP the clock is read and moved, and answers with what ran', async () => {
  await using timed = await openLake({
    directory: 'temporary',
    clock: 'simulated',
    start: '2025-10-15T00:00:00Z',
    region,
  })
  const { url } = await timed.listen({ port: 0 })
  await layOut(timed)
  await put(timed, 1)
  const read = async (method: 'GET' | 'POST', body?: string) =>
    (await fetch(`${url}/_biwa/clock`, { method, ...(body !== undefined && { body }) })).json()
  const delivery = { name: 'deliver temperature-to-s3', at: '2025-10-15T00:01:00.000Z' }
  const before = { now: '2025-10-15T00:00:00.000Z', clock: 'simulated' }
  const { next } = (await read('GET')) as { next: { at: string } }
  assert.ok(next.at <= delivery.at)
  assert.deepEqual({ ...((await read('GET')) as object), next: undefined }, { ...before, next: undefined })
  const { ran, now } = (await read('POST', '{"advance":"PT5M"}')) as { ran: (typeof delivery)[]; now: string }
  assert.equal(now, '2025-10-15T00:05:00.000Z')
  assert.deepEqual(
    ran.filter(({ name }) => name.startsWith('deliver')),
    [delivery],
  )
  assert.equal((await timed.aws.s3.ListObjectsV2({ Bucket: 'raw' })).KeyCount, 1)
})
