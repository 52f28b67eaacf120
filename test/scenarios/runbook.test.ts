/**
 * The runbook, typed literally with the AWS CLI and boto3 against a lake whose clock the test moves: steps 1 to 8, then the
 * check list 1 to 7. Nothing here knows Biwa but `AWS_ENDPOINT_URL` and the path that moves the clock.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { account, region, startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

const raw = 'temperature-data-bucket'
const analytics = 'temperature-analytics-bucket'
const curated = `s3://${analytics}/curated/device_telemetry/`
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`

describe('the runbook with the AWS CLI and boto3', { skip: withoutAwsCli || withoutBoto3 }, () => {
  let lake: Awaited<ReturnType<typeof startLake>>
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'biwa-runbook-'))
    lake = await startLake({ clock: 'simulated', start: Date.parse('2025-10-15T03:00:00Z') })
  })
  after(async () => {
    await lake?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const say = async (line: string, ...more: string[]) => {
    const words = [...(line.match(/'[^']*'|\S+/g) ?? []).map(word => word.replace(/^'|'$/g, '')), ...more]
    const { code, out, err } = await aws(lake.url, words)
    assert.equal(code, 0, `aws ${line}: ${err}`)
    return out
  }
  const json = async <T>(line: string, ...more: string[]) => {
    const words = [...(line.match(/'[^']*'|\S+/g) ?? []).map(word => word.replace(/^'|'$/g, '')), ...more]
    return awsJson<T>(lake.url, words)
  }
  const pass = async (duration: string) => {
    const answer = await fetch(`${lake.url}/_biwa/clock`, {
      method: 'POST',
      body: JSON.stringify({ advance: duration }),
    })
    assert.equal(answer.status, 200, await answer.clone().text())
  }
  const file = async (name: string, content: unknown) => {
    const path = join(folder, name)
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    return `file://${path}`
  }
  const runJob = async () => {
    const { JobRunId } = await json<{ JobRunId: string }>('glue start-job-run --job-name curate')
    await pass('PT1S')
    const { JobRun } = await json<{ JobRun: Record<string, string> }>(
      `glue get-job-run --job-name curate --run-id ${JobRunId}`,
    )
    assert.equal(JobRun.JobRunState, 'SUCCEEDED', JSON.stringify(JobRun))
    return JobRun
  }
  const ask = async (sql: string) => {
    const { QueryExecutionId } = await json<{ QueryExecutionId: string }>(
      `athena start-query-execution --query-execution-context Database=temperature --result-configuration OutputLocation=s3://${analytics}/athena-results/ --query-string`,
      sql,
    )
    await pass('PT1S')
    const { QueryExecution } = await json<{
      QueryExecution: { Status: { State: string }; Statistics: { DataScannedInBytes: number } }
    }>(`athena get-query-execution --query-execution-id ${QueryExecutionId}`)
    assert.equal(QueryExecution.Status.State, 'SUCCEEDED', JSON.stringify(QueryExecution))
    const { ResultSet } = await json<{ ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] } }>(
      `athena get-query-results --query-execution-id ${QueryExecutionId}`,
    )
    return {
      rows: ResultSet.Rows.map(row => row.Data.map(cell => cell.VarCharValue)),
      scanned: QueryExecution.Statistics.DataScannedInBytes,
      id: QueryExecutionId,
    }
  }
  const question = `SELECT device_id, AVG(temperature) AS avg_temp FROM device_telemetry
    WHERE year=2025 AND month=10 AND day=15 GROUP BY device_id ORDER BY avg_temp DESC`

  test('1: buckets, versioned, closed to the public, encrypted', async () => {
    for (const bucket of [raw, analytics]) {
      await say(`s3api create-bucket --bucket ${bucket} --create-bucket-configuration LocationConstraint=${region}`)
      await say(`s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`)
      await say(
        `s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
      )
      await say(
        `s3api put-bucket-encryption --bucket ${bucket} --server-side-encryption-configuration`,
        '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}',
      )
      const { Status } = await json<{ Status: string }>(`s3api get-bucket-versioning --bucket ${bucket}`)
      assert.equal(Status, 'Enabled')
    }
    const { LocationConstraint } = await json<{ LocationConstraint: string }>(
      `s3api get-bucket-location --bucket ${raw}`,
    )
    assert.equal(LocationConstraint, region)
  })

  test('2: a role each for producer, Firehose, job and crawler', async () => {
    const services = { producer: 'ec2', firehose: 'firehose', 'glue-job': 'glue', crawler: 'glue' }
    for (const [name, service] of Object.entries(services)) {
      const trust = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' }],
      }
      await say(
        `iam create-role --role-name ${name} --assume-role-policy-document ${await file(`${name}-trust.json`, trust)}`,
      )
      const policy = {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['kinesis:PutRecord', 'kinesis:PutRecords'],
            Resource: `arn:aws:kinesis:${region}:${account}:stream/temperature-stream`,
          },
        ],
      }
      await say(
        `iam put-role-policy --role-name ${name} --policy-name least --policy-document ${await file(`${name}.json`, policy)}`,
      )
    }
    const { Account } = await json<{ Account: string }>('sts get-caller-identity')
    assert.equal(Account, account)
  })

  test('3 and 4: stream and delivery', async () => {
    await say('kinesis create-stream --stream-name temperature-stream --shard-count 1')
    await say('kinesis wait stream-exists --stream-name temperature-stream')
    await say(
      'firehose create-delivery-stream --delivery-stream-name temperature-to-s3 --delivery-stream-type KinesisStreamAsSource',
      '--kinesis-stream-source-configuration',
      `RoleARN=${role('firehose')},KinesisStreamARN=arn:aws:kinesis:${region}:${account}:stream/temperature-stream`,
      '--s3-destination-configuration',
      `RoleARN=${role('firehose')},BucketARN=arn:aws:s3:::${raw},Prefix=raw_data/,BufferingHints={IntervalInSeconds=60,SizeInMBs=5},CompressionFormat=GZIP`,
    )
    const { DeliveryStreamDescription } = await json<{ DeliveryStreamDescription: { DeliveryStreamStatus: string } }>(
      'firehose describe-delivery-stream --delivery-stream-name temperature-to-s3',
    )
    assert.equal(DeliveryStreamDescription.DeliveryStreamStatus, 'ACTIVE')
  })

  test('check 1: the producer puts records, as its author wrote it', async () => {
    const out = await python(
      lake.url,
      `
import boto3, json, random
kinesis = boto3.client("kinesis")
for i in range(20):
    reading = {"device_id": f"sensor-{i % 4}", "temperature": 20 + i / 2, "timestamp": 1760498130.12 + i}
    kinesis.put_record(StreamName="temperature-stream", Data=json.dumps(reading), PartitionKey=reading["device_id"])
for bad in ['{"device_id": "sensor-1", "temperature": "warm", "timestamp": 1760498200}', '{"temperature": 20.5, "timestamp": 1760498201}']:
    kinesis.put_record(StreamName="temperature-stream", Data=bad, PartitionKey="bad")
it = kinesis.get_shard_iterator(StreamName="temperature-stream", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
print(len(kinesis.get_records(ShardIterator=it)["Records"]))
`,
    )
    assert.equal(out.trim(), '22')
  })

  test('check 2: after 60 seconds, not before, one gzip object lies under the hour of its records', async () => {
    type Listing = { Contents?: { Key: string }[] }
    await pass('PT30S')
    assert.equal((await json<Listing>(`s3api list-objects-v2 --bucket ${raw}`)).Contents, undefined)
    await pass('PT30S')
    const { Contents = [] } = await json<Listing>(`s3api list-objects-v2 --bucket ${raw}`)
    assert.equal(Contents.length, 1)
    const key = Contents[0]?.Key ?? ''
    assert.match(key, /^raw_data\/2025\/10\/15\/03\/temperature-to-s3-1-2025-10-15-03-00-00-[0-9a-f-]{36}\.gz$/)
    const path = join(folder, 'object.gz')
    await say(`s3 cp s3://${raw}/${key} ${path}`)
    const { readFile } = await import('node:fs/promises')
    const text = gunzipSync(await readFile(path)).toString()
    assert.equal(text.split('}{').length, 22, 'records stand as they were sent, without a newline')
  })

  test('5, checks 3 and 7: the job writes partitioned Parquet; broken records become dead letters', async () => {
    const sql = `UNLOAD (
      SELECT device_id, temperature, from_unixtime("timestamp") AS event_time,
             year(from_unixtime("timestamp")) AS year, month(from_unixtime("timestamp")) AS month, day(from_unixtime("timestamp")) AS day
      FROM source
    ) TO '\${TARGET_S3}' WITH (format='PARQUET', compression='SNAPPY', partitioned_by=ARRAY['year','month','day'])`
    await file('curate.sql', sql)
    await say(`s3 cp ${join(folder, 'curate.sql')} s3://${analytics}/scripts/curate.sql`)
    const argumentsOfJob = {
      '--job-bookmark-option': 'job-bookmark-enable',
      '--SOURCE_S3': `s3://${raw}/raw_data/`,
      '--TARGET_S3': curated,
      '--DLQ_S3': `s3://${analytics}/dlq/`,
      '--SOURCE_SCHEMA': 'device_id string, temperature double, timestamp double',
      '--REQUIRED': 'device_id,temperature,timestamp',
    }
    await say(
      `glue create-job --name curate --role ${role('glue-job')} --command Name=glueetl,ScriptLocation=s3://${analytics}/scripts/curate.sql --default-arguments`,
      JSON.stringify(argumentsOfJob),
    )
    const run = await runJob()
    assert.match(run.StateDetail ?? '', /22 (records )?in\b/)
    assert.match(run.StateDetail ?? '', /\b20 (records )?out\b/)
    assert.match(run.StateDetail ?? '', /\b2 dead letters\b/)
    assert.match(run.StateDetail ?? '', /AppendDelimiterToRecord/, 'the record says that a delimiter is missing')
    const listing = await say(`s3 ls --recursive s3://${analytics}/curated/`)
    assert.match(listing, /curated\/device_telemetry\/year=2025\/month=10\/day=15\/\S+\.parquet/)
    assert.equal(listing.trim().split('\n').length, 1)
    const letters = await say(`s3 cp --recursive s3://${analytics}/dlq/ ${join(folder, 'dlq')}`)
    assert.match(letters, /download/)
    const { readdir, readFile } = await import('node:fs/promises')
    const files = (await readdir(join(folder, 'dlq'), { recursive: true, withFileTypes: true })).filter(entry =>
      entry.isFile(),
    )
    const lines = (await Promise.all(files.map(entry => readFile(join(entry.parentPath, entry.name), 'utf8'))))
      .join('')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    assert.equal(lines.length, 2)
    assert.ok(lines.some(({ raw: text }) => String(text).includes('"warm"')))
    assert.ok(
      lines.every(
        ({ reason, object, line }) =>
          String(reason).length > 0 && String(object).startsWith(`s3://${raw}/raw_data/`) && Number(line) >= 1,
      ),
    )
  })

  test('6 and check 4: the crawler makes the table with its partition', async () => {
    await say('glue create-database --database-input Name=temperature')
    await say(
      `glue create-crawler --name curated --role ${role('crawler')} --database-name temperature --targets`,
      JSON.stringify({ S3Targets: [{ Path: curated }] }),
    )
    await say('glue start-crawler --name curated')
    await pass('PT1S')
    const { Crawler } = await json<{ Crawler: { State: string; LastCrawl: { Status: string } } }>(
      'glue get-crawler --name curated',
    )
    assert.deepEqual([Crawler.State, Crawler.LastCrawl.Status], ['READY', 'SUCCEEDED'])
    const { Table } = await json<{
      Table: { PartitionKeys: { Name: string }[]; StorageDescriptor: { Columns: { Name: string; Type: string }[] } }
    }>('glue get-table --database-name temperature --name device_telemetry')
    assert.deepEqual(
      Table.PartitionKeys.map(key => key.Name),
      ['year', 'month', 'day'],
    )
    assert.deepEqual(
      Table.StorageDescriptor.Columns.map(({ Name, Type }) => `${Name} ${Type}`),
      ['device_id string', 'temperature double', 'event_time timestamp'],
    )
    const { Partitions } = await json<{ Partitions: { Values: string[] }[] }>(
      'glue get-partitions --database-name temperature --table-name device_telemetry',
    )
    assert.deepEqual(
      Partitions.map(partition => partition.Values),
      [['2025', '10', '15']],
    )
  })

  test('7 and check 5: the query answers, and scans little', async () => {
    const { rows, scanned, id } = await ask(question)
    assert.deepEqual(rows, [
      ['device_id', 'avg_temp'],
      ['sensor-3', '25.5'],
      ['sensor-2', '25.0'],
      ['sensor-1', '24.5'],
      ['sensor-0', '24.0'],
    ])
    assert.ok(scanned > 0 && scanned < 10_000, `${scanned} bytes scanned`)
    const csv = await say(`s3 cp s3://${analytics}/athena-results/${id}.csv -`)
    assert.equal(csv.split('\n')[0], '"device_id","avg_temp"')
    const elsewhere = await ask(question.replace('day=15', 'day=14'))
    assert.equal(elsewhere.scanned, 0, 'a partition that was not asked for is not read')
  })

  test('check 6: run again, nothing new is read and nothing is added', async () => {
    const before = await say(`s3 ls --recursive s3://${analytics}/curated/`)
    const run = await runJob()
    assert.match(run.StateDetail ?? '', /\b0 (records )?in\b/)
    assert.equal(await say(`s3 ls --recursive s3://${analytics}/curated/`), before)
    const { rows } = await ask('SELECT count(*) AS n FROM device_telemetry')
    assert.deepEqual(rows, [['n'], ['20']])
  })

  test('7: MSCK REPAIR TABLE registers a partition without a crawler', async () => {
    await say(
      `s3 cp --recursive s3://${analytics}/curated/device_telemetry/year=2025/month=10/day=15/ s3://${analytics}/curated/device_telemetry/year=2025/month=10/day=16/`,
    )
    assert.equal((await ask('SELECT count(*) AS n FROM device_telemetry')).rows[1]?.[0], '20')
    await ask('MSCK REPAIR TABLE device_telemetry')
    assert.equal((await ask('SELECT count(*) AS n FROM device_telemetry')).rows[1]?.[0], '40')
  })

  test('8: a schedule, a trigger; a rule cannot target a job, and the error names what can', async () => {
    await say(
      'scheduler create-schedule --name every-five-minutes --flexible-time-window Mode=OFF --schedule-expression',
      'rate(5 minutes)',
      '--target',
      JSON.stringify({
        Arn: 'arn:aws:scheduler:::aws-sdk:glue:startJobRun',
        RoleArn: role('glue-job'),
        Input: '{"JobName":"curate"}',
      }),
    )
    const runs = async () =>
      (await json<{ JobRuns: { JobRunState: string }[] }>('glue get-job-runs --job-name curate')).JobRuns.map(
        run => run.JobRunState,
      )
    const before = (await runs()).length
    await pass('PT15M')
    const after = await runs()
    assert.equal(after.length - before, 3)
    assert.ok(after.every(state => state === 'SUCCEEDED'))
    await say('scheduler delete-schedule --name every-five-minutes')
    await say(
      'glue create-trigger --name quarter --type SCHEDULED --start-on-creation --actions JobName=curate --schedule',
      'cron(*/15 * * * ? *)',
    )
    await pass('PT15M')
    assert.equal((await runs()).length - after.length, 1)
    await say('events put-rule --name direct --schedule-expression', 'rate(5 minutes)')
    const { code, err } = await aws(lake.url, [
      'events',
      'put-targets',
      '--rule',
      'direct',
      '--targets',
      `Id=1,Arn=arn:aws:glue:${region}:${account}:job/curate,RoleArn=${role('glue-job')}`,
    ])
    assert.notEqual(code, 0)
    for (const way of [/aws-sdk:glue:startJobRun/, /trigger/i, /workflow/i]) assert.match(err, way)
  })

  test('a reset bookmark processes again and replaces what was written: no duplicates', async () => {
    await say('glue reset-job-bookmark --job-name curate')
    const run = await runJob()
    assert.match(run.StateDetail ?? '', /22 (records )?in\b/)
    const { rows } = await ask('SELECT count(*) AS n FROM device_telemetry WHERE year=2025 AND month=10 AND day=15')
    assert.deepEqual(rows, [['n'], ['20']])
  })

  test('nothing of all this was a failure of the lake', () => {
    assert.deepEqual(lake.failures, [])
  })
})
