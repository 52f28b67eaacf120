/**
 * A real server is killed with SIGKILL at random instants while records come in, are delivered and are curated by a job.
 * After all of it, no acknowledged record is missing from the table, and none is there twice.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateDeliveryStreamCommand, DescribeDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose'
import {
  CreateCrawlerCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  GetCrawlerCommand,
  GetJobRunCommand,
  GlueClient,
  StartCrawlerCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { account, client, region } from '../testing/lake.ts'
import { type Server, startServer } from '../testing/server.ts'

const kills = 8
const role = `arn:aws:iam::${account}:role/any`
const sql = `UNLOAD (SELECT id, value, CAST(id / 1000 AS bigint) AS part FROM source)
  TO '\${TARGET_S3}' WITH (format='PARQUET', compression='SNAPPY', partitioned_by=ARRAY['part'])`

/** Clients of one life of the server; retries off, so that what was not acknowledged is known. */
function clients(url: string) {
  const options = { ...client(url), maxAttempts: 1 }
  return {
    athena: new AthenaClient(options),
    firehose: new FirehoseClient(options),
    glue: new GlueClient(options),
    kinesis: new KinesisClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
  }
}
const after = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

async function layOut({ firehose, glue, kinesis, s3 }: ReturnType<typeof clients>) {
  for (const Bucket of ['raw', 'lake'].map(name => `kill-${name}`)) await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket: 'kill-lake', Key: 'job.sql', Body: sql }))
  await kinesis.send(new CreateStreamCommand({ StreamName: 'kill', ShardCount: 2 }))
  await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: 'kill',
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: {
        RoleARN: role,
        KinesisStreamARN: `arn:aws:kinesis:${region}:${account}:stream/kill`,
      },
      ExtendedS3DestinationConfiguration: {
        RoleARN: role,
        BucketARN: 'arn:aws:s3:::kill-raw',
        Prefix: 'raw/',
        BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 },
        CompressionFormat: 'GZIP',
      },
    }),
  )
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'kill' } }))
  await glue.send(
    new CreateJobCommand({
      Name: 'kill',
      Role: role,
      Command: { Name: 'glueetl', ScriptLocation: 's3://kill-lake/job.sql' },
      DefaultArguments: {
        '--job-bookmark-option': 'job-bookmark-enable',
        '--SOURCE_S3': 's3://kill-raw/raw/',
        '--TARGET_S3': 's3://kill-lake/table/',
        '--DLQ_S3': 's3://kill-lake/dlq/',
        '--SOURCE_SCHEMA': 'id bigint, value string',
        '--REQUIRED': 'id',
      },
    }),
  )
}

async function runJob(glue: GlueClient): Promise<string> {
  const { JobRunId } = await glue.send(new StartJobRunCommand({ JobName: 'kill' }))
  assert.ok(JobRunId)
  for (;;) {
    const { JobRun } = await glue.send(new GetJobRunCommand({ JobName: 'kill', RunId: JobRunId }))
    const state = JobRun?.JobRunState ?? ''
    if (!/STARTING|RUNNING|WAITING|STOPPING/.test(state)) {
      assert.equal(state, 'SUCCEEDED', JSON.stringify(JobRun))
      return JobRun?.StateDetail ?? ''
    }
    await after(50)
  }
}

test('killed at any instant of ingest, delivery and job: nothing acknowledged is lost, nothing is twice in the table', {
  timeout: 300_000,
}, async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-kill-'))
  let server: Server = await startServer(directory)
  context.after(async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  })
  await layOut(clients(server.url))

  const acknowledged = new Set<string>()
  let next = 0
  // A slow machine needs more lives than these to mean anything.
  for (let life = 0; life < kills || acknowledged.size <= 500; life++) {
    const { kinesis, glue } = clients(server.url)
    let alive = true
    const produce = async () => {
      while (alive) {
        const ids = Array.from({ length: 50 }, () => next++)
        const Records = ids.map(id => ({
          PartitionKey: `k${id}`,
          Data: Buffer.from(JSON.stringify({ id, value: `v${id}` })),
        }))
        const answer = await kinesis.send(new PutRecordsCommand({ StreamName: 'kill', Records })).catch(() => undefined)
        answer?.Records?.forEach((record, index) => {
          if (record.SequenceNumber) acknowledged.add(String(ids[index]))
        })
      }
    }
    const curate = async () => {
      while (alive) await runJob(glue).catch(() => after(20))
    }
    const work = [produce(), produce(), curate()]
    await after(150 + Math.random() * 1200)
    await server.kill()
    alive = false
    await Promise.all(work)
    server = await startServer(directory)
  }

  const { athena, firehose, glue, s3 } = clients(server.url)
  await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'kill' }))
  for (let before = -1; ; await after(700)) {
    const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: 'kill-raw' }))
    if (KeyCount === before) break
    before = KeyCount
  }
  await runJob(glue)
  await glue.send(
    new CreateCrawlerCommand({
      Name: 'kill',
      Role: role,
      DatabaseName: 'kill',
      Targets: { S3Targets: [{ Path: 's3://kill-lake/table/' }] },
    }),
  )
  await glue.send(new StartCrawlerCommand({ Name: 'kill' }))
  while ((await glue.send(new GetCrawlerCommand({ Name: 'kill' }))).Crawler?.State !== 'READY') await after(50)

  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: 'SELECT id, count(*) AS n FROM "table" GROUP BY id',
      QueryExecutionContext: { Database: 'kill' },
      ResultConfiguration: { OutputLocation: 's3://kill-lake/results/' },
    }),
  )
  assert.ok(QueryExecutionId)
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    const state = QueryExecution?.Status?.State
    if (state === 'SUCCEEDED') break
    assert.notEqual(state, 'FAILED', JSON.stringify(QueryExecution))
    await after(50)
  }
  const counts = new Map<string, string>()
  let token: string | undefined
  do {
    const page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken: token }))
    for (const row of page.ResultSet?.Rows ?? [])
      counts.set(row.Data?.[0]?.VarCharValue ?? '', row.Data?.[1]?.VarCharValue ?? '')
    token = page.NextToken
  } while (token)
  counts.delete('id')
  assert.deepEqual(
    [...counts].filter(([, n]) => n !== '1'),
    [],
    'twice in the table',
  )
  assert.deepEqual(
    [...acknowledged].filter(id => !counts.has(id)),
    [],
    'acknowledged and not in the table',
  )
})
