/** Streams, shards, settings and tags through the AWS SDK, the AWS CLI and boto3. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  type KinesisServiceException,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  RemoveTagsFromStreamCommand,
  SplitShardCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateMaxRecordSizeCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
  waitUntilStreamExists,
  waitUntilStreamNotExists,
} from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let kinesis: KinesisClient
const arn = (name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`

before(async () => {
  lake = await startLake()
  kinesis = new KinesisClient(client(lake.url))
})
after(async () => {
  kinesis.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const create = (StreamName: string, ShardCount = 1) => kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }))
const summary = async (StreamName: string) =>
  (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary
const shardsOf = async (StreamName: string) => (await kinesis.send(new ListShardsCommand({ StreamName }))).Shards ?? []
const fault = (name: string, message: RegExp) => (error: KinesisServiceException) => {
  assert.equal(error.name, name)
  assert.match(error.message, message)
  return true
}

test('a new stream is described as AWS describes one', async () => {
  await create('described', 2)
  await waitUntilStreamExists({ client: kinesis, maxWaitTime: 20 }, { StreamName: 'described' })
  const { StreamDescription } = await kinesis.send(new DescribeStreamCommand({ StreamARN: arn('described') }))
  assert.deepEqual(
    [StreamDescription?.StreamName, StreamDescription?.StreamARN, StreamDescription?.StreamStatus],
    ['described', arn('described'), 'ACTIVE'],
  )
  assert.deepEqual(
    [StreamDescription?.RetentionPeriodHours, StreamDescription?.EncryptionType, StreamDescription?.StreamModeDetails],
    [24, 'NONE', { StreamMode: 'PROVISIONED' }],
  )
  assert.deepEqual(
    StreamDescription?.Shards?.map(shard => [shard.ShardId, shard.HashKeyRange]),
    [
      ['shardId-000000000000', { StartingHashKey: '0', EndingHashKey: '170141183460469231731687303715884105727' }],
      [
        'shardId-000000000001',
        {
          StartingHashKey: '170141183460469231731687303715884105728',
          EndingHashKey: '340282366920938463463374607431768211455',
        },
      ],
    ],
  )
  assert.equal(StreamDescription?.HasMoreShards, false)
  assert.ok(Math.abs((StreamDescription?.StreamCreationTimestamp?.getTime() ?? 0) - Date.now()) < 60_000)
  await assert.rejects(create('described'), fault('ResourceInUseException', /already exists/))
})

test('streams are listed by name, page by page', async () => {
  const names = ['list-a', 'list-b', 'list-c']
  for (const name of names) await create(name)
  const first = await kinesis.send(new ListStreamsCommand({ Limit: 2, ExclusiveStartStreamName: 'list' }))
  assert.deepEqual([first.StreamNames, first.HasMoreStreams], [['list-a', 'list-b'], true])
  assert.equal(first.StreamSummaries?.[0]?.StreamARN, arn('list-a'))
  const second = await kinesis.send(new ListStreamsCommand({ NextToken: first.NextToken }))
  assert.deepEqual([second.StreamNames, second.HasMoreStreams], [['list-c'], false])
})

test('a split and a merge leave parents, children and ranges as AWS shows them', async () => {
  await create('cut')
  await kinesis.send(
    new SplitShardCommand({ StreamName: 'cut', ShardToSplit: 'shardId-000000000000', NewStartingHashKey: '1000' }),
  )
  const [lower, upper] = ['shardId-000000000001', 'shardId-000000000002']
  const merge = (ShardToMerge: string, AdjacentShardToMerge: string) =>
    kinesis.send(new MergeShardsCommand({ StreamName: 'cut', ShardToMerge, AdjacentShardToMerge }))
  await assert.rejects(
    merge(upper, lower),
    fault(
      'InvalidArgumentException',
      /^Shards shardId-000000000002 and shardId-000000000001 in stream cut .*not an adjacent pair/,
    ),
  )
  await merge(lower, upper)
  const shards = await shardsOf('cut')
  assert.deepEqual(
    shards.map(shard => [shard.ShardId?.at(-1), shard.ParentShardId?.at(-1), shard.AdjacentParentShardId?.at(-1)]),
    [
      ['0', undefined, undefined],
      ['1', '0', undefined],
      ['2', '0', undefined],
      ['3', '1', '2'],
    ],
  )
  assert.deepEqual(
    shards.map(shard => shard.HashKeyRange?.StartingHashKey),
    ['0', '0', '1000', '0'],
  )
  const ended = shards.map(shard => shard.SequenceNumberRange?.EndingSequenceNumber !== undefined)
  assert.deepEqual(ended, [true, true, true, false])
  const far = { StreamName: 'cut', ShardToSplit: 'shardId-000000000003', NewStartingHashKey: '1' }
  await assert.rejects(
    kinesis.send(new SplitShardCommand(far)),
    fault('InvalidArgumentException', /greater than one plus/),
  )
})

test('the shard count goes up to double and down to half at once', async () => {
  await create('scaled', 2)
  const scale = (TargetShardCount: number) =>
    kinesis.send(
      new UpdateShardCountCommand({ StreamName: 'scaled', TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
    )
  const up = await scale(4)
  assert.deepEqual([up.CurrentShardCount, up.TargetShardCount], [2, 4])
  assert.equal((await summary('scaled'))?.OpenShardCount, 4)
  await scale(3)
  const open = await kinesis.send(new ListShardsCommand({ StreamName: 'scaled', ShardFilter: { Type: 'AT_LATEST' } }))
  assert.equal(open.Shards?.length, 3)
  await assert.rejects(scale(7), fault('InvalidArgumentException', /cannot scale up over double/))
  await assert.rejects(scale(1), fault('InvalidArgumentException', /cannot scale down below half/))
})

test('shards are listed page by page', async () => {
  await create('paged', 5)
  const first = await kinesis.send(new ListShardsCommand({ StreamName: 'paged', MaxResults: 3 }))
  const second = await kinesis.send(new ListShardsCommand({ NextToken: first.NextToken }))
  assert.deepEqual([first.Shards?.length, second.Shards?.length, second.NextToken], [3, 2, undefined])
})

test('a page of shards is asked for by its token alone', async () => {
  await create('paged-alone', 2)
  const StreamARN = arn('paged-alone')
  const { NextToken } = await kinesis.send(new ListShardsCommand({ StreamARN, MaxResults: 1 }))
  const besides = [
    { StreamName: 'paged-alone' },
    { StreamARN },
    { ExclusiveStartShardId: 'shardId-000000000000' },
    { StreamCreationTimestamp: new Date(0) },
    { ShardFilter: { Type: 'AT_LATEST' } },
  ] as const
  for (const beside of besides) {
    const [member] = Object.keys(beside)
    await assert.rejects(
      kinesis.send(new ListShardsCommand({ NextToken, ...beside })),
      fault('InvalidArgumentException', new RegExp(`^NextToken and ${member} cannot be provided together\\.$`)),
    )
  }
})

test('retention, mode, record size, encryption and monitoring are kept and told', async () => {
  const StreamName = 'settings'
  await create(StreamName)
  const StreamARN = arn(StreamName)
  await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 8760 }))
  await kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }))
  await kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }))
  const wrong = kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 }))
  await assert.rejects(wrong, fault('InvalidArgumentException', /can not be shorter than existing/))
  const short = kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 23 }))
  await assert.rejects(short, fault('InvalidArgumentException', /^Minimum allowed retention period is 24 hours/))
  await kinesis.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }))
  await kinesis.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 2048 }))
  await kinesis.send(
    new StartStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }),
  )
  await kinesis.send(new EnableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['IncomingBytes'] }))
  const on = await summary(StreamName)
  assert.deepEqual(
    [
      on?.RetentionPeriodHours,
      on?.StreamModeDetails?.StreamMode,
      on?.EncryptionType,
      on?.KeyId,
      on?.MaxRecordSizeInKiB,
    ],
    [48, 'ON_DEMAND', 'KMS', 'alias/aws/kinesis', 2048],
  )
  assert.deepEqual(on?.EnhancedMonitoring, [{ ShardLevelMetrics: ['IncomingBytes'] }])
  await kinesis.send(new StopStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }))
  const off = await kinesis.send(new DisableEnhancedMonitoringCommand({ StreamName, ShardLevelMetrics: ['ALL'] }))
  assert.deepEqual([off.CurrentShardLevelMetrics, off.DesiredShardLevelMetrics], [['IncomingBytes'], []])
  assert.equal((await summary(StreamName))?.KeyId, undefined)
})

test('an on-demand stream begins with four shards, and limits tell what is used', async () => {
  const before = await kinesis.send(new DescribeLimitsCommand())
  const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const }
  await kinesis.send(new CreateStreamCommand({ StreamName: 'on-demand', StreamModeDetails }))
  const after = await kinesis.send(new DescribeLimitsCommand())
  assert.equal((after.OpenShardCount ?? 0) - (before.OpenShardCount ?? 0), 4)
  assert.equal((after.OnDemandStreamCount ?? 0) - (before.OnDemandStreamCount ?? 0), 1)
})

test('a stream without a mode is on demand where no shards are asked for, and provisioned where they are', async () => {
  const mode = async (StreamName: string) => (await summary(StreamName))?.StreamModeDetails?.StreamMode
  await kinesis.send(new CreateStreamCommand({ StreamName: 'neither' }))
  await kinesis.send(new CreateStreamCommand({ StreamName: 'counted', ShardCount: 1 }))
  assert.deepEqual([await mode('neither'), await mode('counted')], ['ON_DEMAND', 'PROVISIONED'])
  const StreamModeDetails = { StreamMode: 'PROVISIONED' as const }
  await assert.rejects(
    kinesis.send(new CreateStreamCommand({ StreamName: 'uncounted', StreamModeDetails })),
    /ShardCount is required/,
  )
})

test('tags are added, read, paged and removed by both families of operations', async () => {
  const StreamName = 'tagged'
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1, Tags: { cost: 'lake' } }))
  await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { a: '1', b: '2' } }))
  await kinesis.send(new TagResourceCommand({ ResourceARN: arn(StreamName), Tags: { b: '3' } }))
  const page = await kinesis.send(new ListTagsForStreamCommand({ StreamName, Limit: 2 }))
  assert.deepEqual(
    [page.Tags, page.HasMoreTags],
    [
      [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '3' },
      ],
      true,
    ],
  )
  await assert.rejects(
    kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { 'aws:owner': 'me' } })),
    fault('InvalidArgumentException', /^Tag keys that begin with aws: are reserved/),
  )
  await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['a'] }))
  await kinesis.send(new UntagResourceCommand({ ResourceARN: arn(StreamName), TagKeys: ['b'] }))
  const { Tags } = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN: arn(StreamName) }))
  assert.deepEqual(Tags, [{ Key: 'cost', Value: 'lake' }])
})

test('a deleted stream is gone for every client that waits for it', async () => {
  await create('gone')
  await kinesis.send(new DeleteStreamCommand({ StreamName: 'gone', EnforceConsumerDeletion: true }))
  await waitUntilStreamNotExists({ client: kinesis, maxWaitTime: 20 }, { StreamName: 'gone' })
  await assert.rejects(
    summary('gone'),
    fault('ResourceNotFoundException', /^Stream gone under account 000000000000 not found\.$/),
  )
})

test('the AWS CLI makes a stream, puts a record and reads it', { skip: withoutAwsCli }, async () => {
  const aws = <T>(...words: string[]) => awsJson<T>(lake.url, ['kinesis', ...words])
  await aws('create-stream', '--stream-name', 'cli', '--shard-count', '1')
  await aws('wait', 'stream-exists', '--stream-name', 'cli')
  const put = ['put-record', '--stream-name', 'cli', '--partition-key', 'k', '--data', 'aGVsbG8=']
  const { SequenceNumber } = await aws<{ SequenceNumber: string }>(...put)
  const iterate = ['get-shard-iterator', '--stream-name', 'cli', '--shard-id', 'shardId-000000000000']
  const { ShardIterator } = await aws<{ ShardIterator: string }>(...iterate, '--shard-iterator-type', 'TRIM_HORIZON')
  const { Records } = await aws<{ Records: { Data: string; SequenceNumber: string }[] }>(
    'get-records',
    '--shard-iterator',
    ShardIterator,
  )
  // Version 2 of the CLI takes the words for base64, version 1 for the data itself.
  const taken = Records.map(record => Buffer.from(record.Data, 'base64').toString())
  assert.ok(taken[0] === 'hello' || taken[0] === 'aGVsbG8=', `the CLI read ${taken}`)
  assert.deepEqual(
    Records.map(record => record.SequenceNumber),
    [SequenceNumber],
  )
})

test("the runbook's producer, unchanged, puts with boto3", { skip: withoutBoto3 }, async () => {
  await create('temperature-stream')
  const out = await python(
    lake.url,
    `
import boto3, json
kinesis = boto3.client("kinesis")
put = kinesis.put_record(StreamName="temperature-stream", Data=json.dumps({"device_id": "sensor-3",
    "temperature": 21.37, "timestamp": 1760498130.12}), PartitionKey="sensor-3")
shard = kinesis.list_shards(StreamName="temperature-stream")["Shards"][0]["ShardId"]
it = kinesis.get_shard_iterator(StreamName="temperature-stream", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
record = kinesis.get_records(ShardIterator=it["ShardIterator"])["Records"][0]
print(record["SequenceNumber"] == put["SequenceNumber"], record["Data"].decode())
try:
    kinesis.describe_stream(StreamName="nowhere")
except kinesis.exceptions.ResourceNotFoundException as error:
    print(error.response["Error"]["Message"])
`,
  )
  assert.deepEqual(out.trim().split('\n'), [
    'True {"device_id": "sensor-3", "temperature": 21.37, "timestamp": 1760498130.12}',
    'Stream nowhere under account 000000000000 not found.',
  ])
})
