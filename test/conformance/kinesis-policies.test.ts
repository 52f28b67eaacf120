/** What one account shares of a stream with another by a policy, enforced; and the settings of accounts and on-demand streams. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateStreamCommand,
  DeleteResourcePolicyCommand,
  DeleteStreamCommand,
  DescribeAccountSettingsCommand,
  DescribeStreamCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetResourcePolicyCommand,
  GetShardIteratorCommand,
  KinesisClient,
  type KinesisServiceException,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  PutResourcePolicyCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
  UpdateAccountSettingsCommand,
  UpdateStreamModeCommand,
  UpdateStreamRecordDistributionStrategyCommand,
  UpdateStreamWarmThroughputCommand,
} from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'

const guest = '111122223333'
const StreamName = 'shared'
const StreamARN = `arn:aws:kinesis:${region}:${account}:stream/${StreamName}`
const ShardId = 'shardId-000000000000'
const hours = 3_600_000

let lake: Awaited<ReturnType<typeof startLake>>
let owner: KinesisClient
/** A user of the other account, whom his own account allows everything of Kinesis. */
let visitor: KinesisClient

before(async () => {
  lake = await startLake({ auth: 'enforced', clock: 'simulated' })
  const parts = await lake.lake.parts()
  owner = new KinesisClient(client(lake.url, await lake.lake.rootKey()))
  const iam = new IAMClient(client(lake.url, await parts.iam.root(guest)))
  await iam.send(new CreateUserCommand({ UserName: 'visitor' }))
  const PolicyDocument = document({ Action: 'kinesis:*', Resource: '*' })
  await iam.send(new PutUserPolicyCommand({ UserName: 'visitor', PolicyName: 'all', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'visitor' }))
  visitor = new KinesisClient(
    client(lake.url, { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }),
  )
  iam.destroy()
  await owner.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
})
after(async () => {
  owner.destroy()
  visitor.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const document = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })
const toGuest = (Resource: string, ...actions: readonly string[]) =>
  document({
    Principal: { AWS: `arn:aws:iam::${guest}:root` },
    Action: actions.map(action => `kinesis:${action}`),
    Resource,
  })
const share = (ResourceARN: string, ...actions: readonly string[]) =>
  owner.send(new PutResourcePolicyCommand({ ResourceARN, Policy: toGuest(ResourceARN, ...actions) }))
const fault = (name: string, message: RegExp) => (error: KinesisServiceException) => {
  assert.equal(error.name, name)
  assert.match(error.message, message)
  return true
}
const denied = fault('AccessDeniedException', /not authorized to perform: kinesis:/)
const Data = Buffer.from('x')

test("without a policy another account's stream is closed, whatever one's own account allows", async () => {
  await assert.rejects(visitor.send(new PutRecordCommand({ StreamARN, Data, PartitionKey: 'k' })), denied)
  const { Policy } = await owner.send(new GetResourcePolicyCommand({ ResourceARN: StreamARN }))
  assert.equal(Policy, '{}')
})

test('a policy opens what it names by the ARN, and nothing else', async () => {
  await share(
    StreamARN,
    'PutRecord',
    'PutRecords',
    'GetShardIterator',
    'GetRecords',
    'ListShards',
    'DescribeStreamSummary',
  )
  await visitor.send(new PutRecordCommand({ StreamARN, Data, PartitionKey: 'k' }))
  await visitor.send(new PutRecordsCommand({ StreamARN, Records: [{ Data, PartitionKey: 'k' }] }))
  const { Shards } = await visitor.send(new ListShardsCommand({ StreamARN }))
  assert.equal(Shards?.length, 1)
  const summary = await visitor.send(new DescribeStreamSummaryCommand({ StreamARN }))
  assert.equal(summary.StreamDescriptionSummary?.StreamARN, StreamARN)
  const { ShardIterator } = await visitor.send(
    new GetShardIteratorCommand({ StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records } = await visitor.send(new GetRecordsCommand({ StreamARN, ShardIterator }))
  assert.equal(Records?.length, 2)
  await assert.rejects(
    visitor.send(new GetRecordsCommand({ ShardIterator })),
    fault('ResourceNotFoundException', new RegExp(`Stream ${StreamName} under account ${guest} not found`)),
    'without the ARN the name is one of the own account',
  )
  await assert.rejects(visitor.send(new DeleteStreamCommand({ StreamARN })), denied)
  await assert.rejects(visitor.send(new DescribeStreamCommand({ StreamARN })), denied)
})

test('an ARN that only resembles the stream leads nowhere, so that no Deny is passed by', async () => {
  const caller = { account, region }
  for (const StreamARN of [
    `arn:aws-cn:kinesis:${region}:${account}:stream/${StreamName}`,
    `arn:aws:kinesis:${region}:${account}:stream/stream/${StreamName}`,
    `arn:aws:kinesis:us-east-1:${account}:stream/${StreamName}`,
  ])
    await assert.rejects(
      lake.lake.invoke(caller, 'kinesis', 'DescribeStreamSummary', { StreamARN }),
      fault('ResourceNotFoundException', /not found/),
      StreamARN,
    )
})

test("a consumer's own policy opens its subscription", async () => {
  const { Consumer } = await owner.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'visited' }))
  const ConsumerARN = Consumer?.ConsumerARN ?? ''
  const subscribe = () =>
    visitor.send(new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' } }))
  await assert.rejects(subscribe(), denied)
  await share(ConsumerARN, 'SubscribeToShard', 'DescribeStreamConsumer')
  await visitor.send(new DescribeStreamConsumerCommand({ ConsumerARN }))
  const { EventStream } = await subscribe()
  for await (const event of EventStream ?? []) {
    assert.equal(event.SubscribeToShardEvent?.Records?.length, 2)
    break
  }
})

test('a policy is given back as it was put, and closes the stream when it is taken away', async () => {
  const { Policy } = await owner.send(new GetResourcePolicyCommand({ ResourceARN: StreamARN }))
  assert.match(Policy ?? '', /kinesis:PutRecords/)
  await owner.send(new DeleteResourcePolicyCommand({ ResourceARN: StreamARN }))
  await assert.rejects(visitor.send(new ListShardsCommand({ StreamARN })), denied)
  await assert.rejects(
    owner.send(new DeleteResourcePolicyCommand({ ResourceARN: StreamARN })),
    fault('ResourceNotFoundException', /No resource policy found for resource ARN/),
  )
})

test('a policy that AWS would not take is refused with what is wrong with it', async () => {
  const put = (Policy: string) => owner.send(new PutResourcePolicyCommand({ ResourceARN: StreamARN, Policy }))
  const everybody = { Principal: '*', Action: 'kinesis:PutRecord', Resource: StreamARN }
  for (const [policy, why] of [
    ['not json', /no JSON object/],
    ['{"Version":"2012-10-17"}', /no Statement/],
    [document({ ...everybody, Principal: undefined }), /no Principal/],
    [document({ ...everybody, Action: 'kinesis:DeleteStream' }), /kinesis:DeleteStream cannot be allowed/],
    [document({ ...everybody, Resource: `${StreamARN}-other` }), /is not what it is put on/],
    [document({ ...everybody, Sid: 'x'.repeat(20_481) }), /more than 20480 bytes/],
  ] as const)
    await assert.rejects(put(policy), fault('InvalidArgumentException', why))
  await assert.rejects(
    owner.send(new GetResourcePolicyCommand({ ResourceARN: `${StreamARN}-other` })),
    fault('ResourceNotFoundException', /not found/),
  )
})

test('an account commits to throughput for a day at least, and can then keep its on-demand streams warm', async () => {
  const name = 'warm'
  const arn = `arn:aws:kinesis:${region}:${account}:stream/${name}`
  const summary = async () =>
    (await owner.send(new DescribeStreamSummaryCommand({ StreamName: name }))).StreamDescriptionSummary
  const commit = async (Status: 'ENABLED' | 'DISABLED') =>
    (await owner.send(new UpdateAccountSettingsCommand({ MinimumThroughputBillingCommitment: { Status } })))
      .MinimumThroughputBillingCommitment
  const warm = (WarmThroughputMiBps: number) =>
    owner.send(new UpdateStreamWarmThroughputCommand({ StreamARN: arn, WarmThroughputMiBps }))
  await owner.send(new CreateStreamCommand({ StreamName: name, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }))
  assert.equal((await summary())?.WarmThroughput, undefined)
  await assert.rejects(warm(6), fault('InvalidArgumentException', /MinimumThroughputBillingCommitment/))
  const begun = await commit('ENABLED')
  assert.equal(begun?.Status, 'ENABLED')
  assert.deepEqual((await warm(6)).WarmThroughput, { TargetMiBps: 6, CurrentMiBps: 6 })
  assert.deepEqual(
    [(await summary())?.OpenShardCount, (await summary())?.WarmThroughput],
    [6, { TargetMiBps: 6, CurrentMiBps: 6 }],
  )
  assert.equal((await commit('DISABLED'))?.Status, 'ENABLED_UNTIL_EARLIEST_ALLOWED_END')
  await lake.lake.clock.advance({ milliseconds: 24 * hours })
  const { MinimumThroughputBillingCommitment: after } = await owner.send(new DescribeAccountSettingsCommand({}))
  assert.equal(after?.Status, 'DISABLED')
  assert.equal((after?.EndedAt?.getTime() ?? 0) - (after?.StartedAt?.getTime() ?? 0), 24 * hours)
})

test('only an on-demand stream distributes records by itself; then a record needs no key', async () => {
  const StreamARN = `arn:aws:kinesis:${region}:${account}:stream/spread`
  const strategy = (RecordDistributionStrategy: 'AUTO' | 'USER_PARTITION_KEY') =>
    owner.send(new UpdateStreamRecordDistributionStrategyCommand({ StreamARN, RecordDistributionStrategy }))
  const mode = (StreamMode: 'ON_DEMAND' | 'PROVISIONED') =>
    owner.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode } }))
  await owner.send(new CreateStreamCommand({ StreamName: 'spread', ShardCount: 2 }))
  await assert.rejects(strategy('AUTO'), fault('InvalidArgumentException', /ON_DEMAND/))
  await assert.rejects(
    owner.send(new PutRecordCommand({ StreamARN, Data })),
    fault('ValidationException', /partitionKey/),
  )
  await mode('ON_DEMAND')
  await strategy('AUTO')
  const { ShardId } = await owner.send(new PutRecordCommand({ StreamARN, Data }))
  const { ShardIterator } = await owner.send(
    new GetShardIteratorCommand({ StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records } = await owner.send(new GetRecordsCommand({ StreamARN, ShardIterator }))
  assert.deepEqual(
    Records?.map(record => record.PartitionKey),
    [undefined],
  )
  await assert.rejects(
    owner.send(
      new MergeShardsCommand({
        StreamARN,
        ShardToMerge: 'shardId-000000000000',
        AdjacentShardToMerge: 'shardId-000000000001',
      }),
    ),
    fault('ValidationException', /is in On-Demand mode/),
  )
  await mode('PROVISIONED')
  await assert.rejects(
    owner.send(new PutRecordCommand({ StreamARN, Data })),
    fault('ValidationException', /partitionKey/),
  )
})

test('a dry run says that the request would have succeeded, and does nothing', async () => {
  const dry = fault('DryRunOperationException', /would have succeeded/)
  await assert.rejects(owner.send(new PutRecordCommand({ StreamName, Data, PartitionKey: 'k', DryRun: true })), dry)
  const Records = [{ Data, PartitionKey: 'k' }]
  await assert.rejects(owner.send(new PutRecordsCommand({ StreamName, Records, DryRun: true })), dry)
  const at = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
  await assert.rejects(owner.send(new GetShardIteratorCommand({ ...at, DryRun: true })), dry)
  const { ShardIterator } = await owner.send(new GetShardIteratorCommand(at))
  await assert.rejects(owner.send(new GetRecordsCommand({ ShardIterator, DryRun: true })), dry)
  const { Records: kept } = await owner.send(new GetRecordsCommand({ ShardIterator }))
  assert.equal(kept?.length, 2)
  await assert.rejects(
    owner.send(new PutRecordCommand({ StreamName: 'none', Data, PartitionKey: 'k', DryRun: true })),
    fault('ResourceNotFoundException', /not found/),
  )
})

test('a StreamId, of which clients make host names at AWS, is neither shown nor taken', async () => {
  const { StreamDescriptionSummary } = await owner.send(new DescribeStreamSummaryCommand({ StreamName }))
  assert.equal(StreamDescriptionSummary?.StreamId, undefined)
  const caller = { account, region }
  const StreamId = 'a'.repeat(20).concat('-aaa')
  await assert.rejects(
    lake.lake.invoke(caller, 'kinesis', 'DescribeStream', { StreamName, StreamId }),
    fault('InvalidArgumentException', /StreamId .* is not supported/),
  )
})
