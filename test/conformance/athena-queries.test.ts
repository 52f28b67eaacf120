/** Queries with the AWS SDK for JavaScript over a partitioned table: started, watched, paged, stopped, refused. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  AthenaClient,
  BatchGetQueryExecutionCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  ListQueryExecutionsCommand,
  paginateGetQueryResults,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { client, region, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let athena: AthenaClient
let s3: S3Client

const results = 's3://analytics/athena-results/'

before(async () => {
  lake = await startLake()
  athena = new AthenaClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(
    new CreateBucketCommand({ Bucket: 'analytics', CreateBucketConfiguration: { LocationConstraint: region } }),
  )
  for (const [month, sensors] of [
    [10, 3],
    [11, 2],
  ] as const) {
    const lines = Array.from(
      { length: 600 },
      (_, index) => `{"device_id":"sensor-${index % sensors}","temperature":${20 + (index % sensors)}}\n`,
    )
    const Key = `telemetry/year=2025/month=${month}/part-0.json.gz`
    await s3.send(new PutObjectCommand({ Bucket: 'analytics', Key, Body: gzipSync(lines.join('')) }))
  }
  for (const sql of [
    'CREATE DATABASE weather',
    `CREATE EXTERNAL TABLE telemetry (device_id string, temperature double) PARTITIONED BY (year int, month int)
       ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://analytics/telemetry/'`,
    'MSCK REPAIR TABLE telemetry',
  ])
    assert.equal((await run(sql)).Status?.State, 'SUCCEEDED')
})
after(() => lake.close())

async function start(sql: string, more: object = {}): Promise<string> {
  const { QueryExecutionId = '' } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: 'weather' },
      ResultConfiguration: { OutputLocation: results },
      ...more,
    }),
  )
  return QueryExecutionId
}

/** Asks until the query has ended, as every client does. */
async function ended(id: string): Promise<QueryExecution> {
  for (;;) {
    const { QueryExecution: query = {} } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))
    if (query.Status?.State !== 'QUEUED' && query.Status?.State !== 'RUNNING') return query
  }
}
const run = async (sql: string, more: object = {}) => ended(await start(sql, more))

async function rowsOf(id = ''): Promise<(string | undefined)[][]> {
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }))
  return (ResultSet?.Rows ?? []).map(row => (row.Data ?? []).map(datum => datum.VarCharValue))
}

test('a query answers with a header, its rows and their types', async () => {
  const query = await run(
    'SELECT device_id, avg(temperature) AS avg_temp, count(*) AS n FROM telemetry WHERE year = 2025 AND month = 10 GROUP BY device_id ORDER BY avg_temp DESC',
  )
  assert.equal(query.Status?.State, 'SUCCEEDED', query.Status?.StateChangeReason ?? '')
  assert.deepEqual(await rowsOf(query.QueryExecutionId), [
    ['device_id', 'avg_temp', 'n'],
    ['sensor-2', '22.0', '200'],
    ['sensor-1', '21.0', '200'],
    ['sensor-0', '20.0', '200'],
  ])
  const { ResultSet, UpdateCount } = await athena.send(
    new GetQueryResultsCommand({ QueryExecutionId: query.QueryExecutionId }),
  )
  assert.equal(UpdateCount, 0)
  const columns = ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name, Type }) => `${Name} ${Type}`)
  assert.deepEqual(columns, ['device_id varchar', 'avg_temp double', 'n bigint'])
  assert.deepEqual([query.StatementType, query.SubstatementType, query.WorkGroup], ['DML', 'SELECT', 'primary'])
  assert.equal(query.ResultConfiguration?.OutputLocation, `${results}${query.QueryExecutionId}.csv`)
  assert.equal(query.EngineVersion?.EffectiveEngineVersion, 'Athena engine version 3')
})

test('only the partitions that are named are scanned, and the figures say so', async () => {
  const one = await run('SELECT count(*) FROM telemetry WHERE month = 11')
  const both = await run('SELECT count(*) FROM telemetry')
  const sizes = await Promise.all(
    [10, 11].map(async month => {
      const Key = `telemetry/year=2025/month=${month}/part-0.json.gz`
      return (await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key }))).ContentLength ?? 0
    }),
  )
  assert.equal(one.Statistics?.DataScannedInBytes, sizes[1])
  assert.equal(both.Statistics?.DataScannedInBytes, (sizes[0] ?? 0) + (sizes[1] ?? 0))
  const { QueryRuntimeStatistics } = await athena.send(
    new GetQueryRuntimeStatisticsCommand({ QueryExecutionId: one.QueryExecutionId }),
  )
  assert.equal(QueryRuntimeStatistics?.Rows?.InputBytes, sizes[1])
  assert.equal(QueryRuntimeStatistics?.Rows?.OutputRows, 1)
  assert.ok((one.Statistics?.TotalExecutionTimeInMillis ?? 0) >= (one.Statistics?.EngineExecutionTimeInMillis ?? 0))
})

test('the result lies in S3 as Athena writes it: all values quoted, NULL an empty field', async () => {
  const { QueryExecutionId } = await run(
    `SELECT 'a "quoted", word' AS text, CAST(NULL AS varchar) AS nothing, '' AS empty`,
  )
  const object = await s3.send(
    new GetObjectCommand({ Bucket: 'analytics', Key: `athena-results/${QueryExecutionId}.csv` }),
  )
  const text = await object.Body?.transformToString()
  assert.equal(text, '"text","nothing","empty"\n"a ""quoted"", word",,""\n')
  assert.deepEqual(await rowsOf(QueryExecutionId), [
    ['text', 'nothing', 'empty'],
    ['a "quoted", word', undefined, ''],
  ])
  const Key = `athena-results/${QueryExecutionId}.csv.metadata`
  assert.ok((await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key }))).ContentLength)
})

test('the pages of a result repeat no row, and only the first has the header', async () => {
  const { QueryExecutionId } = await run('SELECT device_id FROM telemetry')
  const sizes: number[] = []
  let headers = 0
  for await (const page of paginateGetQueryResults({ client: athena, pageSize: 500 }, { QueryExecutionId })) {
    const rows = page.ResultSet?.Rows ?? []
    sizes.push(rows.length)
    headers += rows.filter(row => row.Data?.[0]?.VarCharValue === 'device_id').length
  }
  assert.deepEqual([sizes, headers], [[500, 500, 201], 1])
})

test('a made-up page token is refused', async () => {
  const { QueryExecutionId } = await run('SELECT 1')
  for (const NextToken of [
    'x',
    'WyJhIiwxXQ',
    Buffer.from(JSON.stringify([QueryExecutionId, 1e9])).toString('base64url'),
  ])
    await assert.rejects(athena.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken })), {
      name: 'InvalidRequestException',
    })
})

test('what cannot be found is named with its place', async () => {
  const reasons: Readonly<Record<string, RegExp>> = {
    'SELECT * FROM nothing': /^TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog\.weather\.nothing' does not exist$/,
    'SELECT 1\nFROM nowhere.nothing': /^SCHEMA_NOT_FOUND: line 2:6: Schema 'nowhere' does not exist$/,
    'SELECT humidity FROM telemetry': /^COLUMN_NOT_FOUND: line 1:8: Column 'humidity' cannot be resolved/,
  }
  for (const [sql, reason] of Object.entries(reasons)) {
    const { Status } = await run(sql)
    assert.equal(Status?.State, 'FAILED')
    assert.match(Status?.StateChangeReason ?? '', reason)
    assert.equal(Status?.AthenaError?.ErrorCategory, 2)
  }
})

test('the results of a query that failed, or was never there, are refused in AWS’s words', async () => {
  const { QueryExecutionId } = await run('SELECT * FROM nothing')
  const wanted = new GetQueryResultsCommand({ QueryExecutionId })
  await assert.rejects(athena.send(wanted), {
    name: 'InvalidRequestException',
    message: 'Query did not finish successfully. Final query state: FAILED',
    AthenaErrorCode: 'INVALID_QUERY_EXECUTION_STATE',
  })
  const unknown = { QueryExecutionId: '11111111-1111-1111-1111-111111111111' }
  const notFound = {
    name: 'InvalidRequestException',
    message: 'QueryExecution 11111111-1111-1111-1111-111111111111 was not found',
    AthenaErrorCode: 'QUERY_EXECUTION_NOT_FOUND',
  }
  await assert.rejects(athena.send(new GetQueryExecutionCommand(unknown)), notFound)
  // AWS looks for the query first, then at the number of rows, then at how the query ended.
  await assert.rejects(athena.send(new GetQueryResultsCommand({ ...unknown, MaxResults: 1001 })), notFound)
  await assert.rejects(athena.send(new GetQueryResultsCommand({ QueryExecutionId, MaxResults: 1001 })), {
    name: 'InvalidRequestException',
    message: 'MaxResults is more than maximum allowed length 1000',
  })
})

test('statements that Biwa does not run are refused by name before they start', async () => {
  await assert.rejects(start('GRANT ALL ON x TO y'), { name: 'InvalidRequestException', message: /line 1:1: .*GRANT/ })
  await assert.rejects(start('SHOW PARTITIONS'), { name: 'InvalidRequestException', message: /<EOF>/ })
  await assert.rejects(start('SELECT 1', { ResultConfiguration: undefined }), /No output location provided/)
  await assert.rejects(start('SELECT 1', { EngineConfiguration: { MaxConcurrentDpus: 2 } }), /EngineConfiguration/)
})

test('a long query stops when it is told to', async () => {
  const long = await start(
    'SELECT count(*) FROM telemetry a CROSS JOIN telemetry b CROSS JOIN telemetry c CROSS JOIN telemetry d WHERE a.temperature * b.temperature * c.temperature * d.temperature < 0',
  )
  await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: long }))
  const { Status } = await ended(long)
  assert.deepEqual([Status?.State, Status?.StateChangeReason], ['CANCELLED', 'Query cancelled by user'])
})

test('queries are listed newest first, page by page, and described many at once', async () => {
  const ids = [await start('SELECT 1'), await start('SELECT 2'), await start('SELECT 3')]
  const first = await athena.send(new ListQueryExecutionsCommand({ MaxResults: 2 }))
  const second = await athena.send(new ListQueryExecutionsCommand({ MaxResults: 1, NextToken: first.NextToken }))
  assert.deepEqual([...(first.QueryExecutionIds ?? []), ...(second.QueryExecutionIds ?? [])], ids.toReversed())
  await Promise.all(ids.map(ended))
  const batch = await athena.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds: [...ids, 'nobody'] }))
  assert.deepEqual(
    batch.QueryExecutions?.map(query => query.Query),
    ['SELECT 1', 'SELECT 2', 'SELECT 3'],
  )
  assert.deepEqual(
    batch.UnprocessedQueryExecutionIds?.map(query => query.QueryExecutionId),
    ['nobody'],
  )
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
