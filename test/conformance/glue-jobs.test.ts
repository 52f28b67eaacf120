// The runbook's job and crawler with the real engine: raw JSON lines to Parquet partitions with dead letters, run twice,
// rewound, crawled, and asked by Athena.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {
  CreateCrawlerCommand,
  CreateJobCommand,
  GetCrawlerCommand,
  GetCrawlerMetricsCommand,
  GetJobBookmarkCommand,
  GetJobCommand,
  GetJobRunCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  type JobRun,
  ListCrawlsCommand,
  ResetJobBookmarkCommand,
  StartCrawlerCommand,
  StartJobRunCommand,
} from '@aws-sdk/client-glue'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { client, startLake, type TestLake } from '../testing/lake.ts'
import { aws, awsJson, withoutAwsCli } from '../testing/programs.ts'

const raw = 'temperature-data-bucket'
const curated = 'temperature-analytics-bucket'
// What the script says; the run puts the argument in.
const targetPlaceholder = '$' + '{TARGET_S3}'
const script = `UNLOAD (
  SELECT device_id, temperature, from_unixtime(timestamp) AS measured_at,
    year(from_unixtime(timestamp)) AS year, month(from_unixtime(timestamp)) AS month, day(from_unixtime(timestamp)) AS day
  FROM source
) TO '${targetPlaceholder}' WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['year', 'month', 'day'])`

let lake: TestLake & { close(): Promise<void> }
let glue: GlueClient
let s3: S3Client
let athena: AthenaClient
before(async () => {
  lake = await startLake()
  glue = new GlueClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  athena = new AthenaClient(client(lake.url))
  for (const Bucket of [raw, curated])
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' } }),
    )
  await put(raw, 'scripts/curate.sql', script)
  await glue.send(
    new CreateJobCommand({
      Name: 'curate',
      Role: 'GlueJobRole',
      Command: { Name: 'glueetl', ScriptLocation: `s3://${raw}/scripts/curate.sql`, PythonVersion: '3' },
      GlueVersion: '4.0',
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      DefaultArguments: {
        '--SOURCE_S3': `s3://${raw}/raw_data/`,
        '--TARGET_S3': `s3://${curated}/curated/device_telemetry/`,
        '--DLQ_S3': `s3://${curated}/dead-letters/`,
        '--SOURCE_SCHEMA': 'device_id string, temperature double, timestamp double',
        '--REQUIRED': 'device_id,temperature,timestamp',
        '--job-bookmark-option': 'job-bookmark-enable',
        '--enable-metrics': 'true',
      },
    }),
  )
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

const put = (Bucket: string, Key: string, Body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }))
const keys = async (Prefix: string) =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: curated, Prefix }))).Contents ?? []).map(({ Key }) => Key ?? '')
const record = (device: number, at: string) =>
  JSON.stringify({ device_id: `sensor-${device}`, temperature: 20 + device / 4, timestamp: Date.parse(at) / 1000 })

/** Ends within the test's patience: runs take a second or two. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const seen = await look()
    if (seen !== undefined) return seen
    await pause(50)
  }
  throw new Error('it did not end within half a minute')
}

async function run(given: Record<string, string> = {}): Promise<JobRun> {
  const { JobRunId } = await glue.send(new StartJobRunCommand({ JobName: 'curate', Arguments: given }))
  return until(async () => {
    const { JobRun } = await glue.send(new GetJobRunCommand({ JobName: 'curate', RunId: JobRunId }))
    return JobRun && !/STARTING|RUNNING|STOPPING/.test(JobRun.JobRunState ?? '') ? JobRun : undefined
  })
}

async function query(sql: string) {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: 'telemetry' },
      ResultConfiguration: { OutputLocation: `s3://${curated}/athena-results/` },
    }),
  )
  const execution = await until(async () => {
    const found = (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: QueryExecutionId ?? '' })))
      .QueryExecution
    return /QUEUED|RUNNING/.test(found?.Status?.State ?? '') ? undefined : found
  })
  assert.equal(execution.Status?.State, 'SUCCEEDED', execution.Status?.StateChangeReason ?? '')
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: QueryExecutionId ?? '' }))
  const rows = (ResultSet?.Rows ?? []).slice(1).map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue))
  return { rows, scanned: execution.Statistics?.DataScannedInBytes ?? 0 }
}

test('the job is kept as it was declared', async () => {
  const { Job } = await glue.send(new GetJobCommand({ JobName: 'curate' }))
  assert.deepEqual([Job?.GlueVersion, Job?.WorkerType, Job?.NumberOfWorkers, Job?.Timeout], ['4.0', 'G.1X', 2, 2880])
  assert.equal(Job?.ExecutionProperty?.MaxConcurrentRuns, 1)
})

test('a run writes Parquet partitions, dead letters with their reasons, and says all three figures', async () => {
  const good = [record(1, '2025-10-15T01:00:00Z'), record(2, '2025-10-15T02:00:00Z'), record(3, '2025-10-16T00:00:00Z')]
  // Firehose writes the records of this producer without a newline.
  await put(raw, 'raw_data/2025/10/15/01/a.gz', gzipSync(good.join('')))
  await put(
    raw,
    'raw_data/2025/10/15/02/b.gz',
    gzipSync(`${record(4, '2025-10-15T03:00:00Z')}\n{"device_id":"x"}\nnot json\n`),
  )
  const ended = await run()
  assert.equal(ended.ErrorMessage, undefined)
  assert.equal(ended.JobRunState, 'SUCCEEDED')
  assert.match(ended.StateDetail ?? '', /^6 records in = 4 out \+ 2 dead letters, from 2 objects/)
  assert.match(
    ended.StateDetail ?? '',
    /4 rows written to 2 files .* in 2 partitions of s3:\/\/temperature-analytics-bucket\/curated\/device_telemetry\//,
  )
  assert.match(
    ended.StateDetail ?? '',
    /records stand without a newline between them .*Spark would silently keep the first of each line: set AppendDelimiterToRecord/,
  )
  assert.match(ended.StateDetail ?? '', /without effect on the embedded engine: --enable-metrics/)
  const written = await keys('curated/')
  assert.equal(written.length, 2)
  assert.match(
    written[0] ?? '',
    /^curated\/device_telemetry\/year=2025\/month=10\/day=15\/part-00000-[0-9a-f-]{36}\.snappy\.parquet$/,
  )
  const [letters = ''] = await keys('dead-letters/')
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: curated, Key: letters }))
  const dead = ((await Body?.transformToString()) ?? '')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    dead.map(({ raw, line }) => [raw, line]),
    [
      ['{"device_id":"x"}', 2],
      ['not json', 3],
    ],
  )
  assert.ok(dead.every(({ reason, object }) => reason && object === `s3://${raw}/raw_data/2025/10/15/02/b.gz`))
})

test('run again: nothing new, nothing added; a new object: only that', async () => {
  const idle = await run()
  assert.match(idle.StateDetail ?? '', /^Nothing new: 0 records in/)
  assert.equal((await keys('curated/')).length, 2)
  await put(raw, 'raw_data/2025/10/16/01/c.gz', gzipSync(`${record(5, '2025-10-16T01:00:00Z')}\n`))
  assert.match((await run()).StateDetail ?? '', /^1 record in = 1 out/)
})

test('the crawler finds the table and every partition, and Athena scans the named ones only', async () => {
  await glue.send(
    new CreateCrawlerCommand({
      Name: 'finder',
      Role: 'GlueCrawlerRole',
      DatabaseName: 'telemetry',
      Targets: { S3Targets: [{ Path: `s3://${curated}/curated/device_telemetry/` }] },
    }),
  )
  await glue.send(new StartCrawlerCommand({ Name: 'finder' }))
  const crawler = await until(async () => {
    const { Crawler } = await glue.send(new GetCrawlerCommand({ Name: 'finder' }))
    return Crawler?.State === 'READY' ? Crawler : undefined
  })
  assert.deepEqual([crawler.LastCrawl?.Status, crawler.LastCrawl?.ErrorMessage], ['SUCCEEDED', undefined])
  assert.equal(crawler.LastCrawl?.LogGroup, '/aws-glue/crawlers')
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'telemetry', Name: 'device_telemetry' }))
  assert.deepEqual(
    Table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`),
    ['device_id string', 'temperature double', 'measured_at timestamp'],
  )
  assert.deepEqual(
    Table?.PartitionKeys?.map(({ Name, Type }) => `${Name} ${Type}`),
    ['year int', 'month int', 'day int'],
  )
  assert.deepEqual([Table?.Parameters?.recordCount, Table?.Parameters?.objectCount], ['5', '3'])
  const { Partitions } = await glue.send(
    new GetPartitionsCommand({ DatabaseName: 'telemetry', TableName: 'device_telemetry' }),
  )
  assert.deepEqual(
    Partitions?.map(({ Values }) => Values?.join('/')),
    ['2025/10/15', '2025/10/16'],
  )

  const { rows, scanned } = await query(`SELECT device_id, AVG(temperature) AS avg_temp FROM device_telemetry
    WHERE year=2025 AND month=10 AND day=15 GROUP BY device_id ORDER BY avg_temp DESC`)
  assert.deepEqual(rows, [
    ['sensor-4', '21.0'],
    ['sensor-2', '20.5'],
    ['sensor-1', '20.25'],
  ])
  const whole = await query('SELECT device_id, AVG(temperature) FROM device_telemetry GROUP BY device_id')
  assert.ok(scanned > 0 && scanned < whole.scanned, `${scanned} of ${whole.scanned}`)

  const metrics = await glue.send(new GetCrawlerMetricsCommand({ CrawlerNameList: ['finder'] }))
  assert.deepEqual(
    [metrics.CrawlerMetricsList?.[0]?.TablesCreated, metrics.CrawlerMetricsList?.[0]?.StillEstimating],
    [1, false],
  )
  const { Crawls } = await glue.send(new ListCrawlsCommand({ CrawlerName: 'finder' }))
  assert.deepEqual(JSON.parse(Crawls?.[0]?.Summary ?? '').PARTITION.ADD, 2)
})

test('after a reset everything is processed again and the table holds each record once', async () => {
  const { JobBookmarkEntry } = await glue.send(new GetJobBookmarkCommand({ JobName: 'curate' }))
  assert.equal(JSON.parse(JobBookmarkEntry?.JobBookmark ?? '').source.objects, 3)
  await glue.send(new ResetJobBookmarkCommand({ JobName: 'curate' }))
  const again = await run()
  assert.match(again.StateDetail ?? '', /^7 records in = 5 out \+ 2 dead letters/)
  assert.match(again.StateDetail ?? '', /4 files that earlier runs wrote from the same inputs were replaced/)
  assert.deepEqual((await query('SELECT count(*) FROM device_telemetry')).rows, [['5']])
  assert.equal((await keys('dead-letters/')).length, 1)
})

test('INSERT INTO a catalog table registers the partitions it makes', async () => {
  await put(
    raw,
    'scripts/hot.sql',
    'INSERT INTO hot SELECT device_id, temperature, day FROM device_telemetry WHERE temperature > 20.4',
  )
  await query(`CREATE EXTERNAL TABLE hot (device_id string, temperature double) PARTITIONED BY (day int)
    STORED AS PARQUET LOCATION 's3://${curated}/hot/'`).catch(() => undefined)
  await glue.send(
    new CreateJobCommand({
      Name: 'hot',
      Role: 'GlueJobRole',
      Command: { Name: 'glueetl', ScriptLocation: `s3://${raw}/scripts/hot.sql` },
      DefaultArguments: { '--DATABASE': 'telemetry', '--job-bookmark-option': 'job-bookmark-enable' },
    }),
  )
  const { JobRunId } = await glue.send(new StartJobRunCommand({ JobName: 'hot' }))
  const ended = await until(async () => {
    const { JobRun } = await glue.send(new GetJobRunCommand({ JobName: 'hot', RunId: JobRunId }))
    return /STARTING|RUNNING/.test(JobRun?.JobRunState ?? '') ? undefined : JobRun
  })
  assert.equal(ended.ErrorMessage, undefined)
  assert.match(
    ended.StateDetail ?? '',
    /4 rows written to 2 files .* of table telemetry\.hot, 2 partitions newly registered/,
  )
  assert.deepEqual((await query('SELECT count(*) FROM hot WHERE day = 15')).rows, [['2']])
})

test('INSERT OVERWRITE replaces what the table holds', async () => {
  await put(
    raw,
    'scripts/hot.sql',
    'INSERT OVERWRITE TABLE hot SELECT device_id, temperature, day FROM device_telemetry WHERE day = 16',
  )
  const { JobRunId } = await glue.send(
    new StartJobRunCommand({ JobName: 'hot', Arguments: { '--job-bookmark-option': 'job-bookmark-disable' } }),
  )
  const ended = await until(async () => {
    const { JobRun } = await glue.send(new GetJobRunCommand({ JobName: 'hot', RunId: JobRunId }))
    return /STARTING|RUNNING/.test(JobRun?.JobRunState ?? '') ? undefined : JobRun
  })
  assert.equal(ended.ErrorMessage, undefined)
  assert.match(ended.StateDetail ?? '', /2 files of the table were replaced, 1 partition without rows unregistered/)
  assert.deepEqual((await query('SELECT day, count(*) FROM hot GROUP BY day')).rows, [['16', '2']])
})

test('a Python script is refused at StartJobRun and says that SQL is what runs here', async () => {
  await put(raw, 'scripts/spark.py', 'import sys\nfrom awsglue.transforms import *\n')
  await glue.send(
    new CreateJobCommand({
      Name: 'spark',
      Role: 'r',
      Command: { Name: 'glueetl', ScriptLocation: `s3://${raw}/scripts/spark.py` },
    }),
  )
  await assert.rejects(glue.send(new StartJobRunCommand({ JobName: 'spark' })), {
    name: 'InvalidInputException',
    message: /is Python\. The embedded engine runs Athena SQL only/,
  })
})

test('a script with a mistake fails its run with the place of the mistake', async () => {
  await put(raw, 'scripts/curate.sql', script.replace('temperature,', 'temprature,'))
  await put(raw, 'raw_data/2025/10/17/01/d.gz', gzipSync(`${record(6, '2025-10-17T01:00:00Z')}\n`))
  const failed = await run()
  assert.equal(failed.JobRunState, 'FAILED')
  assert.match(failed.ErrorMessage ?? '', /temprature/)
  await put(raw, 'scripts/curate.sql', script)
  assert.match((await run()).StateDetail ?? '', /^1 record in = 1 out/)
})

test('the AWS CLI starts and shows a run, and resets the bookmark', { skip: withoutAwsCli }, async () => {
  const started = await awsJson<{ JobRunId: string }>(lake.url, ['glue', 'start-job-run', '--job-name', 'curate'])
  const state = await until(async () => {
    const words = ['glue', 'get-job-run', '--job-name', 'curate', '--run-id', started.JobRunId]
    const { JobRun } = await awsJson<{ JobRun: { JobRunState: string } }>(lake.url, words)
    return /STARTING|RUNNING/.test(JobRun.JobRunState) ? undefined : JobRun.JobRunState
  })
  assert.equal(state, 'SUCCEEDED')
  const reset = await aws(lake.url, ['glue', 'reset-job-bookmark', '--job-name', 'curate'])
  assert.equal(reset.code, 0, reset.err)
})
