/** Runs and crawls that schedules began and that failed are in `lake.failures`, once each; those that somebody called for are not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, column, crawler, delivery, job, lake, role, stream, table } from '../../src/define/define.ts'
import { running } from '../../src/running/running.ts'

const store = bucket('lamp-store')
const events = stream('lamp-events', {
  record: { lamp: column.string(), watts: column.double() },
  partitionKey: 'lamp',
})
const raw = delivery('raw', { from: events, to: store.prefix('raw/'), buffer: { seconds: 60 } })
const lamps = table('lamps', { at: store.prefix('lamps/'), columns: { lamp: column.string(), watts: column.double() } })
/** It has no place for dead letters, so one broken record fails a run. */
const read = job('read', { from: raw, into: lamps, sql: 'SELECT lamp, watts FROM source', every: '5 minutes' })
const powerless = role('powerless', { for: 'glue', may: [{ actions: ['logs:PutLogEvents'], on: ['*'] }] })
const look = crawler('look', { at: store.prefix('raw/'), every: '1 hour', role: powerless })
const home = lake('home', { region: 'ap-northeast-1', parts: [read, look] })
const start = '2025-10-15T00:00:00Z'

async function withBrokenRecord() {
  const app = await running(home, { start })
  await app.aws.kinesis.PutRecord({ StreamName: 'lamp-events', PartitionKey: 'x', Data: 'no record' })
  return app
}

test('a scheduled run that fails is told, with its job, its id and what its record says', async () => {
  await using app = await withBrokenRecord()
  await app.clock.advance({ minutes: 6 })
  const [run] = await app.job(read).runs()
  const failures = app.lake.failures
  assert.equal(failures.length, 1)
  const [failure] = failures
  assert.equal(failure?.at, '2025-10-15T00:05:00.000Z')
  const { JobRun } = await app.aws.glue.GetJobRun({ JobName: 'read', RunId: run?.runId ?? '' })
  const message = JobRun?.ErrorMessage ?? ''
  assert.match(message, /1 record cannot be read .*malformed JSON: line 1 of s3:\/\/lamp-store\/raw\//)
  assert.deepEqual(failure.run, { kind: 'job', name: 'read', runId: run?.runId, state: 'FAILED', message })
  assert.equal(failure?.text, `the job read FAILED: ${message}`)
})

test('a run that somebody called for is told to them alone', async () => {
  await using app = await withBrokenRecord()
  await app.clock.advance({ minutes: 2 })
  await assert.rejects(app.job(read).run(), /FAILED: .*1 record cannot be read/)
  await app.aws.glue.StartJobRun({ JobName: 'read' })
  await app.clock.settle()
  assert.equal((await app.job(read).runs()).filter(({ state }) => state === 'FAILED').length, 2)
  assert.deepEqual(app.lake.failures, [])
})

test('a run whose engine died is one failure, with the run and its cause', async () => {
  await using app = await running(home, { start })
  await app.stream(events).put({ lamp: 'a', watts: 5 })
  using broken = app.lake.faults.inject({ kind: 'engine', task: 'transform' })
  await app.clock.advance({ minutes: 6 })
  assert.ok(broken.hits > 0)
  assert.deepEqual(
    app.lake.failures.map(({ run }) => [run?.kind, run?.name, run?.state]),
    [['job', 'read', 'FAILED']],
  )
})

test('a run that succeeds at its second attempt is no failure', async () => {
  await using app = await running(home, { start })
  const { Job } = await app.aws.glue.GetJob({ JobName: 'read' })
  const { Role = '', Command = {}, DefaultArguments = {} } = Job ?? {}
  await app.aws.glue.UpdateJob({ JobName: 'read', JobUpdate: { Role, Command, DefaultArguments, MaxRetries: 1 } })
  await app.stream(events).put({ lamp: 'a', watts: 5 })
  app.lake.faults.inject({ kind: 'engine', task: 'transform' }, { times: 1 })
  await app.clock.advance({ minutes: 6 })
  const states = (await app.job(read).runs()).map(({ state }) => state)
  assert.deepEqual(states, ['SUCCEEDED', 'FAILED', 'SUCCEEDED'])
  assert.deepEqual(
    app.lake.failures.filter(({ run }) => run),
    [],
  )
})

test('a scheduled crawl that fails is told, one that is called for is not', async () => {
  await using app = await running(home, { start, auth: 'enforced' })
  // A rate's first time is when its schedule is made.
  const failed = [['crawler', 'look', 'FAILED']]
  const told = () => app.lake.failures.map(({ run }) => [run?.kind, run?.name, run?.state])
  assert.deepEqual(told(), failed)
  await assert.rejects(app.crawler(look).run(), /The crawl of look ended as FAILED: AccessDeniedException/)
  assert.deepEqual(told(), failed)
  await app.clock.advance({ minutes: 61 })
  assert.deepEqual(told(), [...failed, ...failed])
})
