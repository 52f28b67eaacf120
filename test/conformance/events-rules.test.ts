/** EventBridge's scheduled rules with the AWS SDK, the CLI and boto3, and Glue's triggers, on simulated time. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eventbridge'
import {
  BatchGetTriggersCommand,
  CreateTriggerCommand,
  DeleteTriggerCommand,
  GetTagsCommand,
  GetTriggerCommand,
  GetTriggersCommand,
  GlueClient,
  ListTriggersCommand,
  StartTriggerCommand,
  StopTriggerCommand,
  UpdateTriggerCommand,
} from '@aws-sdk/client-glue'
import { CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let events: EventBridgeClient
let glue: GlueClient

const minute = 60_000
const stream = `arn:aws:kinesis:${region}:${account}:stream/events`
const RoleArn = `arn:aws:iam::${account}:role/events`

before(async () => {
  lake = await startLake({ clock: 'simulated', start: Date.parse('2025-10-15T12:00:00Z') })
  events = new EventBridgeClient(client(lake.url))
  glue = new GlueClient(client(lake.url))
  await new KinesisClient(client(lake.url)).send(new CreateStreamCommand({ StreamName: 'events', ShardCount: 1 }))
  await lake.lake.clock.advance({ milliseconds: minute })
})
after(() => lake.close())

async function records(): Promise<unknown[]> {
  const kinesis = new KinesisClient(client(lake.url))
  const shard = { StreamName: 'events', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(shard))
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  return Records.map(record => JSON.parse(Buffer.from(record.Data ?? []).toString()))
}

test('a rule is made, told, disabled, tagged and deleted after its targets', async () => {
  const Name = 'hourly'
  const { RuleArn } = await events.send(
    new PutRuleCommand({
      Name,
      ScheduleExpression: 'rate(1 hour)',
      Description: 'x',
      Tags: [{ Key: 'a', Value: 'b' }],
    }),
  )
  assert.equal(RuleArn, `arn:aws:events:${region}:${account}:rule/hourly`)
  await events.send(
    new PutTargetsCommand({ Rule: Name, Targets: [{ Id: '1', Arn: stream, RoleArn, InputPath: '$.detail' }] }),
  )
  const { $metadata: _, ...told } = await events.send(new DescribeRuleCommand({ Name, EventBusName: 'default' }))
  assert.deepEqual(told, {
    Name,
    Arn: RuleArn,
    ScheduleExpression: 'rate(1 hour)',
    State: 'ENABLED',
    Description: 'x',
    EventBusName: 'default',
    CreatedBy: account,
  })
  await events.send(new DisableRuleCommand({ Name }))
  assert.equal((await events.send(new DescribeRuleCommand({ Name }))).State, 'DISABLED')
  await events.send(new EnableRuleCommand({ Name }))
  const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }))
  assert.deepEqual(Targets, [{ Id: '1', Arn: stream, RoleArn, InputPath: '$.detail' }])
  const { RuleNames } = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: stream }))
  assert.deepEqual(RuleNames, [Name])
  assert.deepEqual(
    (await events.send(new ListRulesCommand({ NamePrefix: 'hour' }))).Rules?.map(rule => rule.Name),
    [Name],
  )
  await events.send(new TagResourceCommand({ ResourceARN: RuleArn, Tags: [{ Key: 'c', Value: 'd' }] }))
  await events.send(new UntagResourceCommand({ ResourceARN: RuleArn, TagKeys: ['a'] }))
  const { Tags } = await events.send(new ListTagsForResourceCommand({ ResourceARN: RuleArn }))
  assert.deepEqual(Tags, [{ Key: 'c', Value: 'd' }])
  await assert.rejects(events.send(new DeleteRuleCommand({ Name })), {
    name: 'ValidationException',
    message: "Rule can't be deleted since it has targets.",
  })
  const { FailedEntryCount } = await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['1'] }))
  assert.equal(FailedEntryCount, 0)
  await events.send(new DeleteRuleCommand({ Name }))
  await assert.rejects(events.send(new DescribeRuleCommand({ Name })), {
    name: 'ResourceNotFoundException',
    message: 'Rule hourly does not exist on EventBus default.',
  })
})

test('a scheduled rule puts AWS’s event into a stream, three times in fifteen minutes', async () => {
  await events.send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(5 minutes)' }))
  await events.send(new PutTargetsCommand({ Rule: 'tick', Targets: [{ Id: '1', Arn: stream, RoleArn }] }))
  await lake.lake.clock.advance({ milliseconds: 15 * minute })
  const found = (await records()) as Record<string, unknown>[]
  assert.deepEqual(
    found.map(event => event.time),
    ['2025-10-15T12:06:00Z', '2025-10-15T12:11:00Z', '2025-10-15T12:16:00Z'],
  )
  assert.equal(new Set(found.map(event => event.id)).size, 3)
  assert.deepEqual(
    { ...found[0], id: '', time: '' },
    {
      version: '0',
      id: '',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account,
      time: '',
      region,
      resources: [`arn:aws:events:${region}:${account}:rule/tick`],
      detail: {},
    },
  )
  await events.send(new DisableRuleCommand({ Name: 'tick' }))
})

test('a rule cannot start a Glue job; the error names the three ways that can', async () => {
  const job = `arn:aws:glue:${region}:${account}:job/telemetry`
  await assert.rejects(
    events.send(new PutTargetsCommand({ Rule: 'tick', Targets: [{ Id: 'job', Arn: job, RoleArn }] })),
    (error: Error) => {
      assert.equal(error.name, 'ValidationException')
      for (const word of ['is not in correct format', 'aws-sdk:glue:startJobRun', 'type SCHEDULED', 'Glue workflow'])
        assert.ok(error.message.includes(word), `${word} in: ${error.message}`)
      return true
    },
  )
})

test('what rules cannot do here is refused by name', async () => {
  const put = (change: object) =>
    events.send(new PutRuleCommand({ Name: 'x', ScheduleExpression: 'rate(1 hour)', ...change }))
  await assert.rejects(put({ ScheduleExpression: 'rate(1 hours)' }), {
    message: 'Parameter ScheduleExpression is not valid.',
  })
  await assert.rejects(put({ EventPattern: '{"source":["a"]}' }), /EventPattern/)
  await assert.rejects(put({ EventBusName: 'other' }), { message: 'Event bus other does not exist.' })
  await assert.rejects(events.send(new PutEventsCommand({ Entries: [] })), /PutEvents/)
  const queue = { Id: '1', Arn: `arn:aws:sqs:${region}:${account}:queue` }
  await assert.rejects(
    events.send(new PutTargetsCommand({ Rule: 'tick', Targets: [queue] })),
    /Kinesis streams and Firehose/,
  )
})

test('the CLI and boto3 write rules', { skip: withoutAwsCli || withoutBoto3 }, async () => {
  const words = ['events', 'put-rule', '--name', 'cli', '--schedule-expression', 'rate(5 minutes)']
  const made = await awsJson<{ RuleArn: string }>(lake.url, words)
  assert.match(made.RuleArn, /rule\/cli$/)
  const out = await python(
    lake.url,
    `import boto3, json
events = boto3.client('events')
events.put_targets(Rule='cli', Targets=[{'Id': '1', 'Arn': '${stream}', 'RoleArn': '${RoleArn}'}])
targets = [target['Id'] for target in events.list_targets_by_rule(Rule='cli')['Targets']]
events.remove_targets(Rule='cli', Ids=['1'], Force=True)
events.delete_rule(Name='cli', Force=True)
print(json.dumps([targets, [rule['Name'] for rule in events.list_rules()['Rules']]]))`,
  )
  assert.deepEqual(JSON.parse(out), [['1'], ['tick']])
})

test('a Glue trigger is made, started, stopped, changed, listed and deleted', async () => {
  const Actions = [{ JobName: 'telemetry', Arguments: { '--TARGET_S3': 's3://b/c/' } }]
  await glue.send(
    new CreateTriggerCommand({ Name: 'quarter', Type: 'SCHEDULED', Schedule: 'cron(0/15 * * * ? *)', Actions }),
  )
  await glue.send(
    new CreateTriggerCommand({ Name: 'now', Type: 'ON_DEMAND', Actions: [{ CrawlerName: 'c' }], Tags: { team: 'a' } }),
  )
  const state = async () => (await glue.send(new GetTriggerCommand({ Name: 'quarter' }))).Trigger?.State
  assert.equal(await state(), 'CREATED')
  await glue.send(new StartTriggerCommand({ Name: 'quarter' }))
  assert.equal(await state(), 'ACTIVATED')
  await glue.send(new StopTriggerCommand({ Name: 'quarter' }))
  assert.equal(await state(), 'DEACTIVATED')
  const { Trigger } = await glue.send(
    new UpdateTriggerCommand({ Name: 'quarter', TriggerUpdate: { Schedule: 'cron(0 * * * ? *)' } }),
  )
  assert.deepEqual(Trigger, {
    Name: 'quarter',
    Type: 'SCHEDULED',
    State: 'DEACTIVATED',
    Schedule: 'cron(0 * * * ? *)',
    Actions,
  })
  assert.deepEqual((await glue.send(new ListTriggersCommand({}))).TriggerNames, ['now', 'quarter'])
  assert.deepEqual((await glue.send(new ListTriggersCommand({ Tags: { team: 'a' } }))).TriggerNames, ['now'])
  const ResourceArn = `arn:aws:glue:${region}:${account}:trigger/now`
  assert.deepEqual((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags, { team: 'a' })
  const { Triggers } = await glue.send(new GetTriggersCommand({ DependentJobName: 'telemetry' }))
  assert.deepEqual(
    Triggers?.map(trigger => trigger.Name),
    ['quarter'],
  )
  const batch = await glue.send(new BatchGetTriggersCommand({ TriggerNames: ['now', 'nobody'] }))
  assert.deepEqual([batch.Triggers?.map(trigger => trigger.Name), batch.TriggersNotFound], [['now'], ['nobody']])
  await assert.rejects(
    glue.send(new CreateTriggerCommand({ Name: 'x', Type: 'CONDITIONAL', Actions })),
    /type CONDITIONAL are not supported/,
  )
  await assert.rejects(glue.send(new CreateTriggerCommand({ Name: 'now', Type: 'ON_DEMAND', Actions })), {
    name: 'AlreadyExistsException',
  })
  await glue.send(new DeleteTriggerCommand({ Name: 'quarter' }))
  await glue.send(new DeleteTriggerCommand({ Name: 'quarter' }))
  await assert.rejects(glue.send(new GetTriggerCommand({ Name: 'quarter' })), { name: 'EntityNotFoundException' })
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
