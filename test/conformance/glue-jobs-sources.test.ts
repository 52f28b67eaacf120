/** What a job reads besides JSON lines: CSV files with a header, and tables with partition projection, each with a bookmark. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateJobCommand, GetJobRunCommand, GlueClient, type JobRun, StartJobRunCommand } from '@aws-sdk/client-glue'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let glue: GlueClient
let s3: S3Client
before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  glue = new GlueClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await queries.succeed('CREATE DATABASE weather')
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'analytics', Key, Body }))

async function job(Name: string, script: string, given: Record<string, string>): Promise<void> {
  await put(`scripts/${Name}.sql`, script)
  const ScriptLocation = `s3://analytics/scripts/${Name}.sql`
  const DefaultArguments: Record<string, string> = {
    '--DATABASE': 'weather',
    '--job-bookmark-option': 'job-bookmark-enable',
    ...given,
  }
  await glue.send(
    new CreateJobCommand({ Name, Role: 'GlueJobRole', Command: { Name: 'glueetl', ScriptLocation }, DefaultArguments }),
  )
}

async function run(JobName: string): Promise<JobRun> {
  const { JobRunId } = await glue.send(new StartJobRunCommand({ JobName }))
  for (let tries = 0; tries < 600; tries++) {
    const { JobRun } = await glue.send(new GetJobRunCommand({ JobName, RunId: JobRunId }))
    if (JobRun && !/STARTING|RUNNING/.test(JobRun.JobRunState ?? '')) return JobRun
    await pause(50)
  }
  throw new Error('it did not end within half a minute')
}

async function succeed(name: string): Promise<JobRun> {
  const ended = await run(name)
  assert.equal(ended.JobRunState, 'SUCCEEDED', ended.ErrorMessage ?? '')
  return ended
}

test('CSV with a header becomes rows of a table, broken records dead letters, and new files alone are taken', async () => {
  await queries.succeed(
    "CREATE EXTERNAL TABLE readings (device string, degrees double) STORED AS PARQUET LOCATION 's3://analytics/readings/'",
  )
  await job('csv', 'INSERT INTO readings SELECT device, degrees FROM source', {
    '--SOURCE_S3': 's3://analytics/csv/',
    '--SOURCE_SCHEMA': 'device string, degrees double',
    '--SOURCE_DELIMITER': ';',
    '--REQUIRED': 'device',
    '--DLQ_S3': 's3://analytics/dead/',
  })
  await put('csv/one.csv', 'degrees;device\n20.5;"a;b"\nwarm;c\n')
  await succeed('csv')
  assert.deepEqual(await queries.rows('SELECT * FROM readings'), [['a;b', '20.5']])
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'analytics', Prefix: 'dead/' }))
  assert.equal(Contents.length, 1)
  const letters = await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key: Contents[0]?.Key }))
  assert.deepEqual(JSON.parse((await letters.Body?.transformToString()) ?? ''), {
    ...{ reason: 'the value of column degrees is no double', object: 's3://analytics/csv/one.csv' },
    ...{ line: 3, ordinal: 1, raw: 'warm;c' },
  })
  await put('csv/two.csv', 'device;degrees\nd;30\n')
  await succeed('csv')
  assert.deepEqual(await queries.rows('SELECT * FROM readings ORDER BY 1'), [
    ['a;b', '20.5'],
    ['d', '30.0'],
  ])
})

test('CSV without a header and a schema fails the run with what to say', async () => {
  await job('headless', "UNLOAD (SELECT * FROM source) TO 's3://analytics/headless/' WITH (format = 'PARQUET')", {
    '--SOURCE_S3': 's3://analytics/csv/',
    '--SOURCE_HEADER': 'false',
  })
  const failed = await run('headless')
  assert.equal(failed.JobRunState, 'FAILED')
  assert.match(failed.ErrorMessage ?? '', /CSV without a header names no columns: say them with --SOURCE_SCHEMA/)
})

const projection = `'projection.enabled' = 'true', 'projection.day.type' = 'date', 'projection.day.format' = 'yyyy/MM/dd',
  'projection.day.range' = '2025/10/01,2025/10/31', 'storage.location.template' = 's3://analytics/raw/\${day}/'`

test('a table with partition projection is read where its properties say, and its new objects alone with a bookmark', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE raw (v int) PARTITIONED BY (day string)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://analytics/raw/' TBLPROPERTIES (${projection})`)
  await queries.succeed(
    "CREATE EXTERNAL TABLE curated (v int, day string) STORED AS PARQUET LOCATION 's3://analytics/curated/'",
  )
  await put('raw/2025/10/14/a.json', '{"v":1}\n')
  await put('raw/2025/10/15/b.json', '{"v":2}\n')
  await put('raw/2025/11/01/outside.json', '{"v":3}\n')
  await job('projected', "INSERT INTO curated SELECT v, day FROM raw WHERE day >= '2025/10/14'", {})
  await succeed('projected')
  assert.deepEqual(await queries.rows('SELECT * FROM curated ORDER BY v'), [
    ['1', '2025/10/14'],
    ['2', '2025/10/15'],
  ])
  await succeed('projected')
  await put('raw/2025/10/15/c.json', '{"v":4}\n')
  await succeed('projected')
  assert.deepEqual(await queries.rows('SELECT v FROM curated ORDER BY v'), [['1'], ['2'], ['4']])
})

test('a table with partition projection is no target, and properties that cannot be are told', async () => {
  await job('back', 'INSERT INTO raw SELECT v, day FROM curated', {})
  assert.match((await run('back')).ErrorMessage ?? '', /Table weather\.raw has partition projection/)
  await queries.succeed(`CREATE EXTERNAL TABLE wrong (v int) PARTITIONED BY (day string) STORED AS PARQUET
    LOCATION 's3://analytics/wrong/' TBLPROPERTIES ('projection.enabled' = 'true')`)
  await job('wrong', 'INSERT INTO curated SELECT v, day FROM wrong', {})
  assert.match((await run('wrong')).ErrorMessage ?? '', /missing projection configuration: \[day\]/)
})
