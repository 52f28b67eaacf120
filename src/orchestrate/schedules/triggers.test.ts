/** Glue's triggers: they start their jobs and crawlers while they are activated, or when they are started. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minute, open, scope, startAt } from './testing/opened.ts'

test('a scheduled trigger starts its job while it is activated', async () => {
  const { clock, schedules, calls, minutes } = await open()
  const actions = [{ jobName: 'telemetry', arguments: { '--TARGET_S3': 's3://b/c/' } }, { crawlerName: 'crawler' }]
  const scheduled = { type: 'SCHEDULED', expression: 'cron(0/15 * * * ? *)', actions } as const
  await schedules.triggers.create(scope, { name: 'quarter', active: false }, scheduled)
  await clock.advance(30 * minute)
  assert.equal(calls.length, 0)
  await schedules.triggers.startTrigger(scope, 'quarter')
  await clock.advance(30 * minute)
  assert.deepEqual(minutes(), [45, 45, 60, 60])
  assert.deepEqual(calls[0]?.input, { JobName: 'telemetry', Arguments: { '--TARGET_S3': 's3://b/c/' } })
  assert.deepEqual(calls[1], {
    at: startAt + 45 * minute,
    what: 'glue:StartCrawler',
    input: { Name: 'crawler' },
    role: undefined,
  })
  await schedules.triggers.stopTrigger(scope, 'quarter')
  assert.equal(schedules.triggers.trigger(scope, 'quarter').state, 'DEACTIVATED')
  await clock.advance(30 * minute)
  assert.equal(calls.length, 4)
})

test('a trigger on demand fires when it is started', async () => {
  const { background, schedules, calls } = await open()
  await schedules.triggers.create(
    scope,
    { name: 'now', active: false },
    { type: 'ON_DEMAND', actions: [{ jobName: 'telemetry' }] },
  )
  await schedules.triggers.startTrigger(scope, 'now')
  await background.settled()
  assert.equal(calls.length, 1)
})

test('a trigger that would run every minute, or by rate, is refused', async () => {
  const { schedules } = await open()
  const create = (expression: string) =>
    schedules.triggers.create(
      scope,
      { name: 'x', active: false },
      { type: 'SCHEDULED', expression, actions: [{ jobName: 'a' }] },
    )
  assert.throws(() => create('cron(* * * * ? *)'), /every five minutes/)
  assert.throws(() => create('rate(5 minutes)'), /Invalid schedule expression/)
})
