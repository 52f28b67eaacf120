/** EventBridge's rules on a schedule: what they put where, and what they refuse. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minute, open, role, scope } from './testing/opened.ts'

test('a rule puts the scheduled event into a stream, one period after it was written', async () => {
  const { clock, schedules, calls, minutes } = await open()
  const stream = 'arn:aws:kinesis:ap-northeast-1:000000000000:stream/events'
  await schedules.rules.putRule(scope, { name: 'tick', expression: 'rate(5 minutes)', enabled: true }, {})
  const policy = { retriesMax: 185, eventAgeSecondsMax: 86_400 }
  await schedules.rules.putTargets(scope, 'tick', [
    { id: '1', arn: stream, roleArn: role, partitionKeyPath: '$.region', ...policy },
    {
      id: '2',
      arn: 'arn:aws:firehose:ap-northeast-1:000000000000:deliverystream/raw',
      roleArn: role,
      input: '{"a":1}',
      ...policy,
    },
  ])
  await clock.advance(15 * minute)
  assert.deepEqual(minutes(), [5, 5, 10, 10, 15, 15])
  const first = calls.find(call => call.what === 'kinesis:PutRecord')
  assert.equal(first?.input.StreamARN, stream)
  assert.equal(first?.input.PartitionKey, 'ap-northeast-1')
  const event = JSON.parse(Buffer.from(String(first?.input.Data), 'base64').toString())
  assert.deepEqual(
    { ...event, id: 'an id' },
    {
      version: '0',
      id: 'an id',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: '2025-10-15T12:05:00Z',
      region: 'ap-northeast-1',
      resources: ['arn:aws:events:ap-northeast-1:000000000000:rule/tick'],
      detail: {},
    },
  )
  const second = calls.find(call => call.what === 'firehose:PutRecord')
  const record = Buffer.from(JSON.stringify({ a: 1 })).toString('base64')
  assert.deepEqual(second?.input, { DeliveryStreamName: 'raw', Record: { Data: record } })
})

test('a rule cannot start a job, and says what can', async () => {
  const { schedules } = await open()
  await schedules.rules.putRule(scope, { name: 'tick', expression: 'rate(5 minutes)', enabled: true }, {})
  const arn = 'arn:aws:glue:ap-northeast-1:000000000000:job/telemetry'
  await assert.rejects(
    schedules.rules.putTargets(scope, 'tick', [{ id: '1', arn, roleArn: role, retriesMax: 1, eventAgeSecondsMax: 60 }]),
    (error: Error) =>
      ['Provided Arn is not in correct format', 'glue:startJobRun', 'SCHEDULED', 'workflow'].every(word =>
        error.message.includes(word),
      ),
  )
})

test('a rule does not take at()', async () => {
  const { schedules } = await open()
  const rule = { name: 'x', expression: 'at(2025-10-15T12:01:00)', enabled: true }
  assert.throws(() => schedules.rules.putRule(scope, rule, {}), {
    message: 'Parameter ScheduleExpression is not valid.',
  })
})

test('a rule is deleted only after its targets', async () => {
  const { schedules } = await open()
  const arn = 'arn:aws:kinesis:ap-northeast-1:000000000000:stream/events'
  await schedules.rules.putRule(scope, { name: 'x', expression: 'rate(1 hour)', enabled: true }, {})
  await schedules.rules.putTargets(scope, 'x', [{ id: '1', arn, roleArn: role, retriesMax: 1, eventAgeSecondsMax: 60 }])
  await assert.rejects(schedules.rules.deleteRule(scope, 'x'), /since it has targets/)
  assert.deepEqual(await schedules.rules.removeTargets(scope, 'x', ['1', '2']), ['2'])
  await schedules.rules.deleteRule(scope, 'x')
  assert.throws(() => schedules.rules.rule(scope, 'x'), { code: 'ResourceNotFoundException' })
})
