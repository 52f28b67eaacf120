/** Property: every occurrence becomes its invocations exactly once, at its time, whatever fails or dies around it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../gateway/fault.ts'
import { SimulatedDisk } from '../../world/simulated/disk.ts'
import type { ScheduleDefinition } from './scheduler.ts'
import { minute, open, role, scope, startAt } from './testing/opened.ts'

const id = { group: 'default', name: 'every-five' }

const definition = (change: Partial<ScheduleDefinition> = {}): ScheduleDefinition => ({
  expression: 'rate(5 minutes)',
  timeZone: 'UTC',
  enabled: true,
  deletedAfterCompletion: false,
  target: {
    arn: 'arn:aws:scheduler:::aws-sdk:glue:startJobRun',
    roleArn: role,
    input: '{"JobName":"telemetry"}',
    retriesMax: 185,
    eventAgeSecondsMax: 86_400,
  },
  ...change,
})

test('a rate without a start date fires at once, and then three times in fifteen minutes', async () => {
  const { clock, background, schedules, calls, minutes } = await open()
  await schedules.scheduler.createSchedule(scope, id, definition())
  await background.settled()
  assert.deepEqual(minutes(), [0])
  await clock.advance(15 * minute)
  assert.deepEqual(minutes(), [0, 5, 10, 15])
  assert.deepEqual(calls[3]?.input, { JobName: 'telemetry' })
  assert.equal(calls[3]?.role, role)
})

test('a start date is the first occurrence and an end date the last that may be', async () => {
  const { clock, schedules, minutes } = await open()
  const dates = { startAt: startAt + 3 * minute, endAt: startAt + 13 * minute }
  await schedules.scheduler.createSchedule(scope, id, definition(dates))
  await clock.advance(60 * minute)
  assert.deepEqual(minutes(), [3, 8, 13])
})

test('cron runs in its time zone', async () => {
  const { clock, schedules, minutes } = await open()
  const daily = { expression: 'cron(0 22 * * ? *)', timeZone: 'Asia/Tokyo' }
  await schedules.scheduler.createSchedule(scope, id, definition(daily))
  await clock.advance(25 * 60 * minute)
  assert.deepEqual(minutes(), [60, 25 * 60])
})

test('a one-time schedule fires once and deletes itself when told to', async () => {
  const { clock, schedules, minutes } = await open()
  const once = { expression: 'at(2025-10-15T12:07:30)', deletedAfterCompletion: true }
  await schedules.scheduler.createSchedule(scope, id, definition(once))
  await clock.advance(60 * minute)
  assert.deepEqual(minutes(), [7.5])
  assert.throws(() => schedules.scheduler.schedule(scope, id.group, id.name), { code: 'ResourceNotFoundException' })
})

test('a disabled schedule is quiet, and counts anew from when it is enabled', async () => {
  const { clock, background, schedules, minutes } = await open()
  await schedules.scheduler.createSchedule(scope, id, definition({ enabled: false }))
  await clock.advance(12 * minute)
  assert.deepEqual(minutes(), [])
  await schedules.scheduler.updateSchedule(scope, id, definition())
  await background.settled()
  await clock.advance(5 * minute)
  assert.deepEqual(minutes(), [12, 17])
  await schedules.scheduler.deleteSchedule(scope, id.group, id.name)
  await clock.advance(60 * minute)
  assert.deepEqual(minutes(), [12, 17])
})

test('a flexible window delays within its bounds and moves no later occurrence', async () => {
  const { clock, schedules, calls } = await open()
  const flexible = { expression: 'cron(0 * * * ? *)', windowMinutes: 15 }
  await schedules.scheduler.createSchedule(scope, id, definition(flexible))
  await clock.advance(5 * 60 * minute + 15 * minute)
  const delays = calls.map(call => (call.at - startAt) % (60 * minute))
  assert.equal(delays.length, 5)
  assert.ok(delays.every(delay => delay >= 0 && delay < 15 * minute))
  assert.ok(new Set(delays).size > 1)
})

test('context attributes are filled in, also the number of the attempt', async () => {
  const input =
    '{"JobName":"<aws.scheduler.execution-id>","Arguments":{"--at":"<aws.scheduler.scheduled-time>","--n":"<aws.scheduler.attempt-number>","--arn":"<aws.scheduler.schedule-arn>"}}'
  const { clock, schedules, calls } = await open({
    answer: attempt => void (attempt === 1 && fail('ThrottlingException')),
  })
  const { target } = definition()
  await schedules.scheduler.createSchedule(
    scope,
    id,
    definition({ target: { ...target, input }, startAt: startAt + minute }),
  )
  await clock.advance(2 * minute)
  assert.equal(calls.length, 2)
  const [first, second] = calls.map(call => call.input as { JobName: string; Arguments: Record<string, string> })
  assert.match(first?.JobName ?? '', /^[0-9a-f-]{36}$/)
  assert.equal(second?.JobName, first?.JobName)
  assert.equal(first?.Arguments['--at'], '2025-10-15T12:01:00Z')
  assert.equal(first?.Arguments['--arn'], 'arn:aws:scheduler:ap-northeast-1:000000000000:schedule/default/every-five')
  assert.deepEqual([first?.Arguments['--n'], second?.Arguments['--n']], ['1', '2'])
})

test('a failure that can pass is retried with growing pauses, as often as the policy says', async () => {
  const { clock, schedules, calls } = await open({ answer: () => fail('ThrottlingException') })
  const target = { ...definition().target, retriesMax: 3 }
  await schedules.scheduler.createSchedule(scope, id, definition({ expression: 'at(2025-10-15T12:01:00)', target }))
  await clock.advance(24 * 60 * minute)
  assert.equal(calls.length, 4)
  const pauses = calls.slice(1).map((call, index) => call.at - (calls[index]?.at ?? 0))
  assert.ok(
    pauses.every((pause, index) => pause > 2 ** index * 700 && pause <= 2 ** index * 1000),
    `${pauses}`,
  )
})

test('a failure that stays is not retried', async () => {
  const { clock, schedules, calls } = await open({ answer: () => fail('EntityNotFoundException') })
  await schedules.scheduler.createSchedule(scope, id, definition({ expression: 'at(2025-10-15T12:01:00)' }))
  await clock.advance(60 * minute)
  assert.equal(calls.length, 1)
})

test('an event older than its age is given up', async () => {
  const { clock, schedules, calls } = await open({ answer: () => fail('ThrottlingException') })
  const target = { ...definition().target, eventAgeSecondsMax: 60 }
  await schedules.scheduler.createSchedule(scope, id, definition({ expression: 'at(2025-10-15T12:01:00)', target }))
  await clock.advance(24 * 60 * minute)
  assert.ok(calls.length > 3)
  assert.ok(calls.every(call => call.at <= startAt + 2 * minute))
})

test('an occurrence that was claimed before the process died is invoked after it', async () => {
  const disk = new SimulatedDisk()
  const dying = await open({
    disk,
    answer: () => {
      throw new Error('the process dies here')
    },
  })
  await dying.schedules.scheduler.createSchedule(scope, id, definition({ expression: 'at(2025-10-15T12:01:00)' }))
  await dying.clock.advance(minute)
  assert.equal(dying.calls.length, 1)
  disk.crash()
  const next = await open({ disk, at: startAt + 2 * minute })
  await next.clock.advance(minute)
  assert.equal(next.calls.length, 1)
  await next.clock.advance(24 * 60 * minute)
  assert.equal(next.calls.length, 1)
})

test('what was invoked and settled is not invoked again by the next process', async () => {
  const disk = new SimulatedDisk()
  const first = await open({ disk })
  await first.schedules.scheduler.createSchedule(scope, id, definition({ expression: 'at(2025-10-15T12:01:00)' }))
  await first.clock.advance(minute)
  assert.equal(first.calls.length, 1)
  disk.crash()
  const next = await open({ disk, at: startAt + 2 * minute })
  await next.clock.advance(24 * 60 * minute)
  assert.equal(next.calls.length, 0)
})

test('what passed while the lake was down fires once, late, and then goes on at its own times', async () => {
  const disk = new SimulatedDisk()
  const first = await open({ disk })
  await first.schedules.scheduler.createSchedule(scope, id, definition({ startAt: startAt + 5 * minute }))
  disk.crash()
  const next = await open({ disk, at: startAt + 62 * minute })
  await next.background.settled()
  assert.deepEqual(next.minutes(), [62])
  await next.clock.advance(5 * minute)
  assert.deepEqual(next.minutes(), [62, 65])
})

test('what passed more than a day ago does not fire late', async () => {
  const disk = new SimulatedDisk()
  const first = await open({ disk })
  await first.schedules.scheduler.createSchedule(scope, id, definition({ expression: 'at(2025-10-15T12:01:00)' }))
  disk.crash()
  const next = await open({ disk, at: startAt + 25 * 60 * minute })
  await next.clock.advance(24 * 60 * minute)
  assert.deepEqual(next.minutes(), [])
})

test('many schedules due at one instant all fire, once each', async () => {
  const { clock, schedules, calls } = await open()
  for (let number = 0; number < 150; number++)
    await schedules.scheduler.createSchedule(
      scope,
      { group: 'default', name: `n${number}` },
      definition({ startAt: startAt + minute }),
    )
  await clock.advance(minute)
  assert.equal(calls.length, 150)
})

test('a target that the lake does not have is refused by name when the schedule is made', async () => {
  const { schedules } = await open()
  const withArn = (arn: string) => definition({ target: { ...definition().target, arn } })
  const refused = (arn: string, message: RegExp) =>
    assert.throws(() => schedules.scheduler.createSchedule(scope, id, withArn(arn)), {
      code: 'ValidationException',
      message,
    })
  refused('arn:aws:scheduler:::aws-sdk:glue:deleteEverything', /no operation DeleteEverything in glue/)
  refused('arn:aws:scheduler:::aws-sdk:glue:getJob', /only reads/)
  refused('arn:aws:lambda:ap-northeast-1:000000000000:function:f', /is not a supported target/)
  refused('nonsense', /Provided Arn is not in correct format/)
})

test('a schedule that is there is not made twice, but the same request may come twice', async () => {
  const { schedules } = await open()
  const request = { ...id, token: 'abc' }
  const arn = await schedules.scheduler.createSchedule(scope, request, definition({ enabled: false }))
  assert.equal(await schedules.scheduler.createSchedule(scope, request, definition({ enabled: false })), arn)
  await assert.rejects(schedules.scheduler.createSchedule(scope, id, definition()), { code: 'ConflictException' })
})

test('deleting a group deletes its schedules', async () => {
  const { clock, schedules, calls } = await open()
  await schedules.scheduler.createGroup(scope, 'telemetry', {})
  await schedules.scheduler.createSchedule(
    scope,
    { group: 'telemetry', name: 'a' },
    definition({ startAt: startAt + minute }),
  )
  await schedules.scheduler.deleteGroup(scope, 'telemetry')
  await clock.advance(60 * minute)
  assert.equal(calls.length, 0)
})

function fail(code: string): never {
  throw new Fault(code, 400, 'as the test wants it')
}
