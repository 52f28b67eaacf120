/**
 * With enforcement on a query has its caller's rights and no others: to the work group, the catalog's table, its objects
 * and the place of the result. A schedule has those of its role.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AthenaClient,
  GetDatabaseCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetTableMetadataCommand,
  ListDatabasesCommand,
  ListQueryExecutionsCommand,
  ListTableMetadataCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateStreamCommand, GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { account, client, region, startLake } from '../testing/lake.ts'
import type { Key } from '../testing/signed.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let root: Key
let analyst: Key

const glue = `arn:aws:glue:${region}:${account}`
const allow = (actions: readonly string[], ...resources: readonly string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
})
/** What an analyst of the table weather.open needs. */
const needs = [
  allow(
    ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
    `arn:aws:athena:${region}:${account}:workgroup/primary`,
  ),
  allow(
    ['glue:GetTable', 'glue:GetPartitions'],
    `${glue}:catalog`,
    `${glue}:database/weather`,
    `${glue}:table/weather/open`,
  ),
  allow(['s3:ListBucket'], 'arn:aws:s3:::lake'),
  allow(['s3:GetObject'], 'arn:aws:s3:::lake/open/*', 'arn:aws:s3:::lake/results/*'),
  allow(['s3:PutObject'], 'arn:aws:s3:::lake/results/*'),
]

const givePolicy = (without?: string) =>
  new IAMClient(client(lake.url, root)).send(
    new PutUserPolicyCommand({
      UserName: 'analyst',
      PolicyName: 'least',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: needs
          .map(statement => ({ ...statement, Action: statement.Action.filter(action => action !== without) }))
          .filter(statement => statement.Action.length > 0),
      }),
    }),
  )

async function run(key: Key, sql: string): Promise<{ id: string; state: string | undefined; reason: string }> {
  const athena = new AthenaClient(client(lake.url, key))
  const { QueryExecutionId: id = '' } = await athena.send(
    new StartQueryExecutionCommand({ QueryString: sql, ResultConfiguration: { OutputLocation: 's3://lake/results/' } }),
  )
  for (;;) {
    const { QueryExecution: query } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))
    const { State: state, StateChangeReason: reason = '' } = query?.Status ?? {}
    if (state !== 'QUEUED' && state !== 'RUNNING') return { id, state, reason }
  }
}

before(async () => {
  lake = await startLake({ auth: 'enforced', clock: 'simulated', start: Date.parse('2025-10-15T12:00:00Z') })
  root = await (await lake.lake.parts()).iam.root(account)
  const iam = new IAMClient(client(lake.url, root))
  await iam.send(new CreateUserCommand({ UserName: 'analyst' }))
  const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: 'analyst' }))
  analyst = { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' }
  const s3 = new S3Client({ ...client(lake.url, root), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake' }))
  await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: 'open/a.csv', Body: '1\n2\n' }))
  await run(root, 'CREATE DATABASE weather')
  for (const name of ['open', 'secret'])
    await run(
      root,
      `CREATE EXTERNAL TABLE weather.${name} (n int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://lake/${name}/'`,
    )
})
after(() => lake.close())

test('the least that an analyst needs suffices', async () => {
  await givePolicy()
  const { id, state, reason } = await run(analyst, 'SELECT sum(n) AS n FROM weather.open')
  assert.equal(state, 'SUCCEEDED', reason)
  const athena = new AthenaClient(client(lake.url, analyst))
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }))
  assert.deepEqual(
    ResultSet?.Rows?.map(row => row.Data?.[0]?.VarCharValue),
    ['n', '3'],
  )
})

test('a table that is not his fails the query by name', async () => {
  const { state, reason } = await run(analyst, 'SELECT * FROM weather.secret')
  assert.equal(state, 'FAILED')
  assert.match(
    reason,
    /user\/analyst is not authorized to perform: glue:GetTable on resource: .*table\/weather\/secret/,
  )
})

for (const action of ['glue:GetTable', 's3:ListBucket', 's3:GetObject', 's3:PutObject'])
  test(`without ${action} the query fails and says so`, async () => {
    await givePolicy(action)
    const { state, reason } = await run(analyst, 'SELECT * FROM weather.open')
    assert.equal(state, 'FAILED')
    assert.match(reason, new RegExp(`not authorized to perform: ${action} on resource`))
  })

test('the catalog’s statements ask for the catalog’s rights', async () => {
  await givePolicy()
  const { state, reason } = await run(analyst, 'DROP TABLE weather.open')
  assert.equal(state, 'FAILED')
  assert.match(reason, /not authorized to perform: glue:DeleteTable/)
})

test('what the policy does not name is refused', async () => {
  const athena = new AthenaClient(client(lake.url, analyst))
  await assert.rejects(athena.send(new ListQueryExecutionsCommand({})), {
    name: 'AccessDeniedException',
    message: /athena:ListQueryExecutions on resource: arn:aws:athena:.*:workgroup\/primary/,
  })
})

test('a schedule does what its role may, and hands over no role its maker may not pass', async () => {
  const iam = new IAMClient(client(lake.url, root))
  const kinesis = new KinesisClient(client(lake.url, root))
  await kinesis.send(new CreateStreamCommand({ StreamName: 'ticks', ShardCount: 1 }))
  await lake.lake.clock.advance({ milliseconds: 60_000 })
  const trust = { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' }
  for (const RoleName of ['may', 'may-not'])
    await iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
      }),
    )
  const statement = allow(['kinesis:PutRecord'], `arn:aws:kinesis:${region}:${account}:stream/ticks`)
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'may',
      PolicyName: 'put',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    }),
  )
  const schedule = (Name: string) =>
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: 'rate(5 minutes)',
      StartDate: new Date(Date.parse('2025-10-15T12:05:00Z')),
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: `arn:aws:kinesis:${region}:${account}:stream/ticks`,
        RoleArn: `arn:aws:iam::${account}:role/${Name}`,
        KinesisParameters: { PartitionKey: 'k' },
        Input: Name,
      },
    })
  const scheduler = new SchedulerClient(client(lake.url, root))
  await scheduler.send(schedule('may'))
  await scheduler.send(schedule('may-not'))
  await assert.rejects(new SchedulerClient(client(lake.url, analyst)).send(schedule('may')), {
    name: 'AccessDeniedException',
  })
  await lake.lake.clock.advance({ milliseconds: 10 * 60_000 })
  const shard = { StreamName: 'ticks', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(shard))
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  assert.deepEqual(
    Records.map(record => Buffer.from(record.Data ?? []).toString()),
    ['may', 'may'],
  )
  // The other one's failures are told in the lake's log, twice.
  assert.equal(
    lake.failures.filter(text => /schedule "default\/may-not".*could not call kinesis:PutRecord/.test(text)).length,
    2,
  )
})

for (const [sql, words] of [
  [
    'CREATE TABLE weather.copy AS SELECT 1 AS a',
    /not authorized to perform: glue:(?:GetDatabase|CreateTable) on resource/,
  ],
  [
    'INSERT INTO weather.open SELECT * FROM weather.open',
    /not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::lake\/open\//,
  ],
  [
    "UNLOAD (SELECT 1 AS a) TO 's3://lake/else/' WITH (format = 'JSON')",
    /not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::lake\/else\//,
  ],
  ['CREATE VIEW weather.v AS SELECT 1 AS a', /not authorized to perform: glue:CreateTable on resource/],
  ['PREPARE p FROM SELECT 1', /not authorized to perform: athena:CreatePreparedStatement on resource/],
] as const)
  test(`an analyst who may only read cannot: ${sql.slice(0, 40)}`, async () => {
    await givePolicy()
    const { state, reason } = await run(analyst, sql)
    assert.equal(state, 'FAILED')
    assert.match(reason, words)
  })

/** Everything, with what is said beside. */
const everythingWith = (...statements: readonly object[]) =>
  new IAMClient(client(lake.url, root)).send(
    new PutUserPolicyCommand({
      UserName: 'analyst',
      PolicyName: 'least',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  )
const all = { Effect: 'Allow', Action: '*', Resource: '*' }
const deny = (action: string, resource: string) => ({ Effect: 'Deny', Action: action, Resource: resource })

test('an object that a policy keeps from somebody is not read with the folder that it lies in', async () => {
  const s3 = new S3Client({ ...client(lake.url, root), forcePathStyle: true })
  await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: 'open/kept/b.csv', Body: '3\n' }))
  await everythingWith(all, deny('s3:GetObject', 'arn:aws:s3:::lake/open/kept/*'))
  const { state, reason } = await run(analyst, 'SELECT sum(n) AS n FROM weather.open')
  assert.equal(state, 'FAILED')
  assert.match(reason, /s3:GetObject on resource: "arn:aws:s3:::lake\/open\/kept\/b.csv" with an explicit deny/)
})

test('a policy that lets somebody to some names in a folder lets him to no others', async () => {
  const rest = { Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }
  for (const [name, expected] of [
    ['lake/open/*.csv', 'SUCCEEDED'],
    // One character, whichever: also the star of a question about a whole folder.
    ['lake/open/?', 'FAILED'],
  ] as const) {
    await everythingWith(rest, allow(['s3:GetObject'], `arn:aws:s3:::${name}`))
    const { state, reason } = await run(analyst, 'SELECT sum(n) AS n FROM weather.open')
    assert.equal(state, expected, reason)
  }
})

test('who may list one folder alone reads the tables that lie in it and no others', async () => {
  const listing = { ...allow(['s3:ListBucket'], '*'), Condition: { StringLike: { 's3:prefix': 'open/*' } } }
  await everythingWith({ Effect: 'Allow', NotAction: 's3:ListBucket', Resource: '*' }, listing)
  assert.equal((await run(analyst, 'SELECT sum(n) AS n FROM weather.open')).state, 'SUCCEEDED')
  const { state, reason } = await run(analyst, 'SELECT * FROM weather.secret')
  assert.equal(state, 'FAILED')
  assert.match(reason, /s3:ListBucket on resource: "arn:aws:s3:::lake"/)
})

for (const [what, sql, resource] of [
  ['where it may not', "UNLOAD (SELECT 1 AS a) TO 's3://lake/un/' WITH (format = 'JSON')", 'lake/un/2*'],
  ['its manifest', "UNLOAD (SELECT 1 AS a) TO 's3://lake/un/' WITH (format = 'JSON')", 'lake/results/*-manifest.csv'],
  ['what its result is', 'SELECT 1 AS a', 'lake/results/*.csv.metadata'],
] as const)
  test(`a statement may not write ${what}, and then writes nothing`, async () => {
    await everythingWith(all, deny('s3:PutObject', `arn:aws:s3:::${resource}`))
    const { state, reason } = await run(analyst, sql)
    assert.equal(state, 'FAILED')
    assert.match(reason, /s3:PutObject on resource: .* with an explicit deny in an identity-based policy/)
    const s3 = new S3Client({ ...client(lake.url, root), forcePathStyle: true })
    assert.equal((await s3.send(new ListObjectsV2Command({ Bucket: 'lake', Prefix: 'un/' }))).KeyCount, 0)
  })

test('a policy is asked with the time and the region, and may say through which service', async () => {
  const until = (instant: string) => ({ Condition: { DateGreaterThan: { 'aws:CurrentTime': instant } } })
  const through = { Condition: { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'athena.amazonaws.com' } } }
  const elsewhere = { Condition: { StringNotEquals: { 'aws:RequestedRegion': region } } }
  for (const [condition, expected] of [
    [until('2025-10-01T00:00:00Z'), 'FAILED'],
    [until('2030-01-01T00:00:00Z'), 'SUCCEEDED'],
    [through, 'FAILED'],
    [elsewhere, 'SUCCEEDED'],
  ] as const) {
    await everythingWith(all, { ...deny('glue:GetTable', '*'), ...condition })
    assert.equal((await run(analyst, 'SELECT * FROM weather.open')).state, expected, JSON.stringify(condition))
  }
})

test('what Athena tells of a table is for who may read that table in the catalog', async () => {
  await everythingWith(all, deny('glue:Get*', `${glue}:table/weather/secret`), deny('glue:GetDatabases', '*'))
  const athena = new AthenaClient(client(lake.url, analyst))
  const of = { CatalogName: 'AwsDataCatalog', DatabaseName: 'weather' }
  const { TableMetadata } = await athena.send(new GetTableMetadataCommand({ ...of, TableName: 'open' }))
  assert.equal(TableMetadata?.Name, 'open')
  const refused = { name: 'MetadataException', message: /is not authorized to perform: glue:Get/ }
  await assert.rejects(athena.send(new GetTableMetadataCommand({ ...of, TableName: 'secret' })), refused)
  await assert.rejects(athena.send(new ListDatabasesCommand({ CatalogName: 'AwsDataCatalog' })), refused)
  await everythingWith(allow(['athena:*'], '*'))
  await assert.rejects(athena.send(new GetDatabaseCommand(of)), refused)
  await assert.rejects(athena.send(new ListTableMetadataCommand(of)), refused)
})
