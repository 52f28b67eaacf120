/**
 * With enforcement on, each role of the runbook suffices for its work, and nothing beyond it works: a principal in the
 * role is refused everything else, and a service in a role that lacks something stops there, says so, and goes on where it
 * stopped once it may.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AthenaClient, StartQueryExecutionCommand } from '@aws-sdk/client-athena'
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose'
import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  GetCrawlerCommand,
  GetDatabaseCommand,
  GetJobRunCommand,
  GetTableCommand,
  GlueClient,
  StartCrawlerCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { account, client, region, startLake } from '../testing/lake.ts'
import type { Key } from '../testing/signed.ts'

const stream = `arn:aws:kinesis:${region}:${account}:stream/temperature-stream`
const glue = `arn:aws:glue:${region}:${account}`
const raw = 'temperature-data-bucket'
const analytics = 'temperature-analytics-bucket'

const allow = (actions: readonly string[], ...resources: readonly string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
})
const bucket = (name: string) => `arn:aws:s3:::${name}`

/** The runbook's roles: who may be in them, and the least that suffices. */
const roles = {
  producer: { service: 'ec2', may: [allow(['kinesis:PutRecord', 'kinesis:PutRecords'], stream)] },
  firehose: {
    service: 'firehose',
    may: [
      allow(['kinesis:DescribeStream', 'kinesis:GetShardIterator', 'kinesis:GetRecords', 'kinesis:ListShards'], stream),
      allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], bucket(raw)),
      allow(['s3:PutObject', 's3:AbortMultipartUpload'], `${bucket(raw)}/*`),
    ],
  },
  'glue-job': {
    service: 'glue',
    may: [
      allow(['s3:ListBucket', 's3:GetBucketLocation'], bucket(raw), bucket(analytics)),
      allow(['s3:GetObject'], `${bucket(raw)}/raw_data/*`, `${bucket(analytics)}/scripts/*`),
      allow(
        ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        `${bucket(analytics)}/curated/*`,
        `${bucket(analytics)}/dlq/*`,
      ),
      allow(
        ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'],
        `${glue}:catalog`,
        `${glue}:database/temperature`,
        `${glue}:table/temperature/*`,
      ),
      allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], 'arn:aws:logs:*:*:*:/aws-glue/*'),
    ],
  },
  crawler: {
    service: 'glue',
    may: [
      allow(['s3:ListBucket', 's3:GetBucketLocation'], bucket(analytics)),
      allow(['s3:GetObject'], `${bucket(analytics)}/curated/*`),
      allow(
        [
          'glue:GetDatabase',
          'glue:GetTable',
          'glue:CreateTable',
          'glue:UpdateTable',
          'glue:BatchGetPartition',
          'glue:GetPartitions',
          'glue:BatchCreatePartition',
          'glue:BatchUpdatePartition',
        ],
        `${glue}:catalog`,
        `${glue}:database/temperature`,
        `${glue}:table/temperature/*`,
      ),
    ],
  },
} as const
type RoleName = keyof typeof roles
const arnOf = (name: string) => `arn:aws:iam::${account}:role/${name}`
const policyOf = (name: RoleName, without?: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: roles[name].may
      .map(statement => ({ ...statement, Action: statement.Action.filter(action => action !== without) }))
      .filter(statement => statement.Action.length > 0),
  })

let lake: Awaited<ReturnType<typeof startLake>>
let root: Key
let user: Key
const s3 = (key: Key) => new S3Client({ ...client(lake.url, key), forcePathStyle: true })
const kinesis = (key: Key) => new KinesisClient(client(lake.url, key))
const pass = (seconds: number) => lake.lake.clock.advance({ milliseconds: seconds * 1000 })
const putPolicy = (name: RoleName, without?: string) =>
  new IAMClient(client(lake.url, root)).send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'least', PolicyDocument: policyOf(name, without) }),
  )

before(async () => {
  lake = await startLake({ auth: 'enforced', clock: 'simulated', start: Date.parse('2025-10-15T03:00:00Z') })
  root = await (await lake.lake.parts()).iam.root(account)
  const iam = new IAMClient(client(lake.url, root))
  const { User: tester } = await iam.send(new CreateUserCommand({ UserName: 'tester' }))
  const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: 'tester' }))
  user = { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' }
  for (const [name, { service }] of Object.entries(roles)) {
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: `${service}.amazonaws.com`, AWS: tester?.Arn },
          Action: 'sts:AssumeRole',
        },
      ],
    }
    await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }))
    await putPolicy(name as RoleName)
  }
  for (const name of [raw, analytics]) await s3(root).send(new CreateBucketCommand({ Bucket: name }))
  await kinesis(root).send(new CreateStreamCommand({ StreamName: 'temperature-stream', ShardCount: 1 }))
  await kinesis(root).send(new CreateStreamCommand({ StreamName: 'another-stream', ShardCount: 1 }))
  await new GlueClient(client(lake.url, root)).send(
    new CreateDatabaseCommand({ DatabaseInput: { Name: 'temperature' } }),
  )
  await s3(root).send(new PutObjectCommand({ Bucket: raw, Key: 'raw_data/x', Body: 'x' }))
  await s3(root).send(new PutObjectCommand({ Bucket: analytics, Key: 'curated/x', Body: 'x' }))
  await s3(root).send(new DeleteObjectCommand({ Bucket: raw, Key: 'raw_data/x' }))
  await s3(root).send(new DeleteObjectCommand({ Bucket: analytics, Key: 'curated/x' }))
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

async function within(name: RoleName): Promise<Key> {
  const { Credentials: lent } = await new STSClient(client(lake.url, user)).send(
    new AssumeRoleCommand({ RoleArn: arnOf(name), RoleSessionName: 'probe' }),
  )
  return {
    accessKeyId: lent?.AccessKeyId ?? '',
    secretAccessKey: lent?.SecretAccessKey ?? '',
    sessionToken: lent?.SessionToken ?? '',
  }
}

const data = Buffer.from('{"device_id":"sensor-3","temperature":21.37,"timestamp":1760498130.12}')
const record = (StreamName: string) => new PutRecordCommand({ StreamName, PartitionKey: 'sensor-3', Data: data })

/** What can be asked for; each role's list says which of these it may. */
const deeds: Readonly<Record<string, (key: Key) => Promise<unknown>>> = {
  'put a record': key => kinesis(key).send(record('temperature-stream')),
  'put records': key =>
    kinesis(key).send(
      new PutRecordsCommand({ StreamName: 'temperature-stream', Records: [{ PartitionKey: 'k', Data: data }] }),
    ),
  'put a record into another stream': key => kinesis(key).send(record('another-stream')),
  'read the stream': async key => {
    const { ShardIterator } = await kinesis(key).send(
      new GetShardIteratorCommand({
        StreamName: 'temperature-stream',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    await kinesis(key).send(new GetRecordsCommand({ ShardIterator }))
  },
  'describe the stream': key =>
    kinesis(key).send(new DescribeStreamSummaryCommand({ StreamName: 'temperature-stream' })),
  'list streams': key => kinesis(key).send(new ListStreamsCommand({})),
  'delete the stream': key => kinesis(key).send(new DeleteStreamCommand({ StreamName: 'another-stream' })),
  'list the raw bucket': key => s3(key).send(new ListObjectsV2Command({ Bucket: raw })),
  'write a raw object': key => s3(key).send(new PutObjectCommand({ Bucket: raw, Key: 'raw_data/probe', Body: 'x' })),
  'read a raw object': key => s3(key).send(new GetObjectCommand({ Bucket: raw, Key: 'raw_data/probe' })),
  'list the curated bucket': key => s3(key).send(new ListObjectsV2Command({ Bucket: analytics })),
  'write a curated object': key =>
    s3(key).send(new PutObjectCommand({ Bucket: analytics, Key: 'curated/probe', Body: 'x' })),
  'read a curated object': key => s3(key).send(new GetObjectCommand({ Bucket: analytics, Key: 'curated/probe' })),
  'write a query result': key =>
    s3(key).send(new PutObjectCommand({ Bucket: analytics, Key: 'athena-results/probe', Body: 'x' })),
  'change a bucket policy': key => s3(key).send(new PutBucketPolicyCommand({ Bucket: raw, Policy: '{}' })),
  'read the database': key =>
    new GlueClient(client(lake.url, key)).send(new GetDatabaseCommand({ Name: 'temperature' })),
  'make a database': key =>
    new GlueClient(client(lake.url, key)).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'other' } })),
  'start a job': key => new GlueClient(client(lake.url, key)).send(new StartJobRunCommand({ JobName: 'curate' })),
  'ask Athena': key =>
    new AthenaClient(client(lake.url, key)).send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1' })),
  'list users': key => new IAMClient(client(lake.url, key)).send(new ListUsersCommand({})),
  'widen its own role': key =>
    new IAMClient(client(lake.url, key)).send(
      new PutRolePolicyCommand({ RoleName: 'producer', PolicyName: 'more', PolicyDocument: policyOf('firehose') }),
    ),
}

const suffices: Readonly<Record<RoleName, readonly string[]>> = {
  producer: ['put a record', 'put records'],
  firehose: ['read the stream', 'list the raw bucket', 'write a raw object'],
  'glue-job': [
    'list the raw bucket',
    'read a raw object',
    'list the curated bucket',
    'write a curated object',
    'read a curated object',
    'read the database',
  ],
  crawler: ['list the curated bucket', 'read a curated object', 'read the database'],
}

describe('somebody in a role', () => {
  before(async () => {
    await deeds['write a raw object']?.(root)
    await deeds['write a curated object']?.(root)
  })
  for (const [name, may] of Object.entries(suffices) as [RoleName, readonly string[]][])
    test(`${name}: ${may.join(', ')}, and nothing else`, async () => {
      const key = await within(name)
      for (const [deed, act] of Object.entries(deeds)) {
        if (may.includes(deed)) {
          await act(key)
          continue
        }
        await assert.rejects(act(key), (error: Error) => {
          assert.match(error.name, /^AccessDenied(Exception)?$/, `${deed}: ${error.name} ${error.message}`)
          assert.match(error.message, new RegExp(`assumed-role/${name}/probe is not authorized to perform: `), deed)
          return true
        })
      }
    })
})

const objects = async (prefix: string, name = raw) =>
  ((await s3(root).send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix }))).Contents ?? []).map(
    ({ Key }) => Key,
  )

describe('a user', () => {
  const mayOnly = (...statements: readonly object[]) =>
    new IAMClient(client(lake.url, root)).send(
      new PutUserPolicyCommand({
        UserName: 'tester',
        PolicyName: 'only',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    )

  test('hands a role to a service only where he may pass it to that service', async () => {
    const make = () =>
      new GlueClient(client(lake.url, user)).send(
        new CreateJobCommand({
          Name: 'borrowed',
          Role: 'glue-job',
          Command: { Name: 'glueetl', ScriptLocation: `s3://${analytics}/scripts/curate.sql` },
        }),
      )
    const passing = (service: string) => ({
      ...allow(['iam:PassRole'], arnOf('glue-job')),
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    })
    const refused = {
      name: 'AccessDeniedException',
      message:
        /is not authorized to perform: iam:PassRole on resource: arn:aws:iam::000000000000:role\/glue-job because/,
    }
    await mayOnly(allow(['glue:*'], '*'))
    await assert.rejects(make(), refused)
    await mayOnly(allow(['glue:*'], '*'), passing('firehose.amazonaws.com'))
    await assert.rejects(make(), refused)
    await mayOnly(allow(['glue:*'], '*'), passing('glue.amazonaws.com'))
    assert.equal((await make()).Name, 'borrowed')
  })

  test('lists only what lies under the prefix he may ask for', async () => {
    const list = (Prefix?: string) =>
      s3(user).send(new ListObjectsV2Command({ Bucket: raw, ...(Prefix !== undefined && { Prefix }) }))
    const condition = { Condition: { StringLike: { 's3:prefix': 'home/$' + '{aws:username}/*' } } }
    await mayOnly({ ...allow(['s3:ListBucket'], bucket(raw)), ...condition })
    await list('home/tester/a')
    for (const prefix of ['home/other/', 'home/', undefined])
      await assert.rejects(list(prefix), { name: 'AccessDenied' }, prefix)
  })
})

describe('a service in a role', () => {
  const firehose = () => new FirehoseClient(client(lake.url, root))

  test('Firehose delivers what its role may read and write; without leave it waits, and loses nothing', async () => {
    await firehose().send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: 'temperature-to-s3',
        DeliveryStreamType: 'KinesisStreamAsSource',
        KinesisStreamSourceConfiguration: { RoleARN: arnOf('firehose'), KinesisStreamARN: stream },
        S3DestinationConfiguration: {
          RoleARN: arnOf('firehose'),
          BucketARN: bucket(raw),
          Prefix: 'delivered/',
          BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 5 },
        },
      }),
    )
    await kinesis(root).send(record('temperature-stream'))
    await pass(61)
    assert.equal((await objects('delivered/')).length, 1)
    await putPolicy('firehose', 's3:PutObject')
    await kinesis(root).send(record('temperature-stream'))
    await pass(300)
    assert.equal((await objects('delivered/')).length, 1)
    await putPolicy('firehose')
    await pass(3600)
    const keys = await objects('delivered/')
    assert.equal(keys.length, 2)
    const { Body } = await s3(root).send(new GetObjectCommand({ Bucket: raw, Key: keys[1] ?? '' }))
    assert.equal(await Body?.transformToString(), data.toString())
  })

  test('a delivery in a role that trusts somebody else is refused', async () => {
    const create = firehose().send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: 'direct',
        S3DestinationConfiguration: { RoleARN: arnOf('producer'), BucketARN: bucket(raw), Prefix: 'direct/' },
      }),
    )
    await assert.rejects(create, {
      name: 'InvalidArgumentException',
      message: `Firehose is unable to assume role ${arnOf('producer')}. Please check the role provided.`,
    })
  })

  test('the job runs in its role, and fails where the role may not write', async () => {
    const api = new GlueClient(client(lake.url, root))
    await s3(root).send(
      new PutObjectCommand({ Bucket: raw, Key: 'raw_data/a.json', Body: `${data}\n{"device_id":"sensor-1"}\n` }),
    )
    const script = `UNLOAD (SELECT device_id, temperature, 2025 AS year FROM source) TO '\${TARGET_S3}' WITH (format='PARQUET', compression='SNAPPY', partitioned_by=ARRAY['year'])`
    await s3(root).send(new PutObjectCommand({ Bucket: analytics, Key: 'scripts/curate.sql', Body: script }))
    await api.send(
      new CreateJobCommand({
        Name: 'curate',
        Role: arnOf('glue-job'),
        Command: { Name: 'glueetl', ScriptLocation: `s3://${analytics}/scripts/curate.sql` },
        DefaultArguments: {
          '--SOURCE_S3': `s3://${raw}/raw_data/`,
          '--TARGET_S3': `s3://${analytics}/curated/device_telemetry/`,
          '--DLQ_S3': `s3://${analytics}/dlq/`,
          '--SOURCE_SCHEMA': 'device_id string, temperature double, timestamp double',
          '--REQUIRED': 'device_id,temperature,timestamp',
        },
      }),
    )
    const run = async () => {
      const { JobRunId: RunId = '' } = await api.send(new StartJobRunCommand({ JobName: 'curate' }))
      await pass(1)
      const { JobRun: ended } = await api.send(new GetJobRunCommand({ JobName: 'curate', RunId }))
      return ended
    }
    await putPolicy('glue-job', 's3:PutObject')
    const refused = await run()
    assert.equal(refused?.JobRunState, 'FAILED')
    assert.match(refused?.ErrorMessage ?? '', /s3:PutObject/)
    assert.deepEqual(await objects('curated/device_telemetry/', analytics), [])
    await putPolicy('glue-job')
    const done = await run()
    assert.equal(done?.JobRunState, 'SUCCEEDED', JSON.stringify(done))
    assert.equal((await objects('curated/device_telemetry/year=2025/', analytics)).length, 1)
  })

  test('the crawler crawls in its role, and fails where the role may not make a table', async () => {
    const api = new GlueClient(client(lake.url, root))
    const Name = 'curated'
    await api.send(
      new CreateCrawlerCommand({
        Name,
        Role: arnOf('crawler'),
        DatabaseName: 'temperature',
        Targets: { S3Targets: [{ Path: `s3://${analytics}/curated/device_telemetry/` }] },
      }),
    )
    const crawl = async () => {
      await api.send(new StartCrawlerCommand({ Name }))
      await pass(1)
      return (await api.send(new GetCrawlerCommand({ Name }))).Crawler?.LastCrawl
    }
    const table = new GetTableCommand({ DatabaseName: 'temperature', Name: 'device_telemetry' })
    await putPolicy('crawler', 'glue:CreateTable')
    const refused = await crawl()
    assert.equal(refused?.Status, 'FAILED')
    assert.match(refused?.ErrorMessage ?? '', /glue:CreateTable/)
    await assert.rejects(api.send(table), { name: 'EntityNotFoundException' })
    await putPolicy('crawler')
    assert.equal((await crawl())?.Status, 'SUCCEEDED')
    assert.equal((await api.send(table)).Table?.Name, 'device_telemetry')
  })

  test('a role that is taken away works no more, also for who is in it', async () => {
    const key = await within('producer')
    await deeds['put a record']?.(key)
    await new IAMClient(client(lake.url, root)).send(
      new DeleteRolePolicyCommand({ RoleName: 'producer', PolicyName: 'least' }),
    )
    await assert.rejects(kinesis(key).send(record('temperature-stream')), { name: 'AccessDeniedException' })
    await pass(3601)
    await assert.rejects(kinesis(key).send(record('temperature-stream')), { name: 'ExpiredTokenException' })
  })
})
