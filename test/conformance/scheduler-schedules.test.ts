/** EventBridge Scheduler with the AWS SDK and the CLI: schedules, groups, tags, and what a schedule does on simulated time. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { account, client, region, startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let scheduler: SchedulerClient
let kinesis: KinesisClient

const start = Date.parse('2025-10-15T12:00:00Z')
const minute = 60_000
const role = `arn:aws:iam::${account}:role/scheduler`
const stream = `arn:aws:kinesis:${region}:${account}:stream/ticks`
const off = { Mode: 'OFF' } as const
const toStream = { Arn: stream, RoleArn: role, KinesisParameters: { PartitionKey: 'tick' } }

before(async () => {
  lake = await startLake({ clock: 'simulated', start: start })
  scheduler = new SchedulerClient(client(lake.url))
  kinesis = new KinesisClient(client(lake.url))
  await kinesis.send(new CreateStreamCommand({ StreamName: 'ticks', ShardCount: 1 }))
  await lake.lake.clock.advance({ milliseconds: minute })
})
after(() => lake.close())

/** The data of every record that is in the stream. */
async function records(): Promise<string[]> {
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName: 'ticks',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  )
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  return Records.map(record => Buffer.from(record.Data ?? []).toString())
}

test('a schedule is made, shown, changed and deleted', async () => {
  const Name = 'daily'
  const made = await scheduler.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: 'cron(0 9 * * ? *)',
      ScheduleExpressionTimezone: 'Asia/Tokyo',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      Description: 'every morning',
      Target: { ...toStream, Input: '{"a":1}', RetryPolicy: { MaximumRetryAttempts: 3 } },
    }),
  )
  assert.equal(made.ScheduleArn, `arn:aws:scheduler:${region}:${account}:schedule/default/daily`)
  const {
    $metadata: _,
    CreationDate,
    LastModificationDate,
    ...shown
  } = await scheduler.send(new GetScheduleCommand({ Name }))
  assert.ok(CreationDate && LastModificationDate)
  assert.deepEqual(shown, {
    Arn: made.ScheduleArn,
    GroupName: 'default',
    Name,
    ScheduleExpression: 'cron(0 9 * * ? *)',
    ScheduleExpressionTimezone: 'Asia/Tokyo',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    Description: 'every morning',
    State: 'ENABLED',
    ActionAfterCompletion: 'NONE',
    Target: {
      ...toStream,
      Input: '{"a":1}',
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 86_400 },
    },
  })
  await scheduler.send(
    new UpdateScheduleCommand({
      Name,
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: off,
      Target: toStream,
      State: 'DISABLED',
    }),
  )
  const changed = await scheduler.send(new GetScheduleCommand({ Name }))
  assert.deepEqual(
    [changed.ScheduleExpression, changed.State, changed.Description],
    ['rate(1 day)', 'DISABLED', undefined],
  )
  await scheduler.send(new DeleteScheduleCommand({ Name }))
  await assert.rejects(scheduler.send(new GetScheduleCommand({ Name })), {
    name: 'ResourceNotFoundException',
    message: 'Schedule daily does not exist.',
  })
})

test('a rate of five minutes from a start date puts three records into a stream in fifteen minutes', async () => {
  const before = (await records()).length
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'tick',
      ScheduleExpression: 'rate(5 minutes)',
      StartDate: new Date(start + 6 * minute),
      FlexibleTimeWindow: off,
      Target: { ...toStream, Input: '<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>' },
    }),
  )
  await lake.lake.clock.advance({ milliseconds: 15 * minute })
  assert.deepEqual((await records()).slice(before), [
    '2025-10-15T12:06:00Z 1',
    '2025-10-15T12:11:00Z 1',
    '2025-10-15T12:16:00Z 1',
  ])
  await scheduler.send(new DeleteScheduleCommand({ Name: 'tick' }))
})

test('a universal target calls any operation that Biwa has', async () => {
  const before = (await records()).length
  const data = Buffer.from('from a universal target').toString('base64')
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'once',
      ScheduleExpression: 'at(2025-10-15T12:30:00)',
      ActionAfterCompletion: 'DELETE',
      FlexibleTimeWindow: off,
      Target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:kinesis:putRecord',
        RoleArn: role,
        Input: JSON.stringify({ StreamName: 'ticks', PartitionKey: 'a', Data: data }),
      },
    }),
  )
  await lake.lake.clock.advance({ milliseconds: 60 * minute })
  assert.deepEqual((await records()).slice(before), ['from a universal target'])
  await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: 'once' })), { name: 'ResourceNotFoundException' })
})

test('what cannot be scheduled is refused when it is asked for', async () => {
  const create = (change: object) =>
    scheduler.send(
      new CreateScheduleCommand({
        Name: 'x',
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: off,
        Target: toStream,
        ...change,
      }),
    )
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ ScheduleExpression: 'cron(0 9 * * * *)' }, /^Invalid Schedule Expression cron\(0 9 \* \* \* \*\)\.$/],
    [{ ScheduleExpression: 'rate(0 hours)' }, /^Invalid Schedule Expression rate\(0 hours\)\.$/],
    [{ ScheduleExpressionTimezone: 'Asia/Osaka' }, /^Invalid ScheduleExpressionTimezone Asia\/Osaka\.$/],
    [{ Target: { ...toStream, Arn: 'arn' } }, /^Provided Arn is not in correct format\.$/],
    [{ Target: { ...toStream, KinesisParameters: undefined } }, /KinesisParameters/],
    [
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:startInstances', RoleArn: role } },
      /no operation StartInstances in ec2/,
    ],
    [
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:kinesis:putRecord', RoleArn: role, Input: '[]' } },
      /the JSON object of the operation's parameters/,
    ],
    [{ Target: { ...toStream, DeadLetterConfig: { Arn: `arn:aws:sqs:${region}:${account}:q` } } }, /DeadLetterConfig/],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
    [{ StartDate: new Date(start - 3_600_000) }, /cannot be earlier than 5 minutes ago/],
    [{ EndDate: new Date(start - 3_600_000) }, /must come after/],
  ]
  for (const [change, message] of refused)
    await assert.rejects(create(change), { name: 'ValidationException', message })
  await assert.rejects(create({ GroupName: 'nobody' }), { message: 'Schedule group nobody does not exist.' })
})

test('groups hold schedules, are listed in pages, tagged, and take their schedules with them', async () => {
  const { ScheduleGroupArn: ResourceArn } = await scheduler.send(
    new CreateScheduleGroupCommand({ Name: 'telemetry', Tags: [{ Key: 'team', Value: 'a' }] }),
  )
  for (const Name of ['a', 'b', 'c'])
    await scheduler.send(
      new CreateScheduleCommand({
        Name,
        GroupName: 'telemetry',
        ScheduleExpression: 'rate(1 day)',
        State: 'DISABLED',
        FlexibleTimeWindow: off,
        Target: toStream,
      }),
    )
  await assert.rejects(scheduler.send(new CreateScheduleGroupCommand({ Name: 'telemetry' })), {
    name: 'ConflictException',
  })
  const first = await scheduler.send(new ListSchedulesCommand({ GroupName: 'telemetry', MaxResults: 2 }))
  const second = await scheduler.send(new ListSchedulesCommand({ GroupName: 'telemetry', NextToken: first.NextToken }))
  assert.deepEqual(
    [...(first.Schedules ?? []), ...(second.Schedules ?? [])].map(schedule => schedule.Name),
    ['a', 'b', 'c'],
  )
  const { ScheduleGroups } = await scheduler.send(new ListScheduleGroupsCommand({}))
  assert.deepEqual(
    ScheduleGroups?.map(group => group.Name),
    ['default', 'telemetry'],
  )
  await scheduler.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'cost', Value: '1' }] }))
  await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }))
  assert.deepEqual((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags, [
    { Key: 'cost', Value: '1' },
  ])
  await scheduler.send(new DeleteScheduleGroupCommand({ Name: 'telemetry' }))
  await assert.rejects(scheduler.send(new GetScheduleGroupCommand({ Name: 'telemetry' })), {
    name: 'ResourceNotFoundException',
  })
  assert.deepEqual((await scheduler.send(new ListSchedulesCommand({}))).Schedules, [])
})

test('the CLI makes a schedule as the runbook has it', { skip: withoutAwsCli }, async () => {
  const target = {
    Arn: 'arn:aws:scheduler:::aws-sdk:kinesis:putRecord',
    RoleArn: role,
    Input: '{"StreamName":"ticks"}',
  }
  const words = ['--name', 'cli', '--schedule-expression', 'cron(*/15 * * * ? *)', '--flexible-time-window', 'Mode=OFF']
  const made = await awsJson<{ ScheduleArn: string }>(lake.url, [
    ...['scheduler', 'create-schedule', ...words, '--target', JSON.stringify(target)],
  ])
  assert.match(made.ScheduleArn, /schedule\/default\/cli$/)
})

test('boto3 makes, lists and deletes a schedule', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `import boto3, json
scheduler = boto3.client('scheduler')
scheduler.create_schedule(Name='boto', ScheduleExpression='rate(5 minutes)', State='DISABLED', FlexibleTimeWindow={'Mode': 'OFF'},
  Target={'Arn': '${stream}', 'RoleArn': '${role}', 'KinesisParameters': {'PartitionKey': 'a'}})
names = [schedule['Name'] for schedule in scheduler.list_schedules(NamePrefix='bo')['Schedules']]
scheduler.delete_schedule(Name='boto')
try: scheduler.get_schedule(Name='boto')
except scheduler.exceptions.ResourceNotFoundException as error: gone = error.response['Error']['Message']
print(json.dumps([names, gone]))`,
  )
  assert.deepEqual(JSON.parse(out), [['boto'], 'Schedule boto does not exist.'])
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
