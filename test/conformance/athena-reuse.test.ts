/** Result reuse by age with the AWS SDK: an earlier result stands for a query's own where AWS would take it, and nowhere else. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetQueryResultsCommand } from '@aws-sdk/client-athena'
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
const sql = 'SELECT count(*) AS n FROM t'
const young = (MaxAgeInMinutes?: number) => ({
  ResultReuseConfiguration: {
    ResultReuseByAgeConfiguration: { Enabled: true, ...(MaxAgeInMinutes !== undefined && { MaxAgeInMinutes }) },
  },
})
const isReused = async (text: string, more: object): Promise<boolean | undefined> =>
  (await queries.succeed(text, more)).Statistics?.ResultReuseInformation?.ReusedPreviousResult

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  await queries.succeed('CREATE DATABASE weather')
  await queries.succeed("CREATE TABLE t WITH (format = 'JSON') AS SELECT 1 AS a")
})
after(() => lake.close())

test('an earlier result stands for the same query, whatever became of the data, and nothing is scanned', async () => {
  const first = await queries.succeed(sql, young())
  assert.equal(first.Statistics?.ResultReuseInformation?.ReusedPreviousResult, false)
  assert.ok((first.Statistics?.DataScannedInBytes ?? 0) > 0)
  await queries.succeed('INSERT INTO t SELECT 2')
  const second = await queries.succeed(sql, young(60))
  assert.equal(second.Statistics?.ResultReuseInformation?.ReusedPreviousResult, true)
  assert.equal(second.Statistics?.DataScannedInBytes, 0)
  assert.equal(second.ResultConfiguration?.OutputLocation, first.ResultConfiguration?.OutputLocation)
  assert.deepEqual(second.ResultReuseConfiguration, young(60).ResultReuseConfiguration)
  const { QueryExecutionId } = second
  const { ResultSet } = await queries.athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
  assert.equal(ResultSet?.Rows?.[1]?.Data?.[0]?.VarCharValue, '1')
  assert.deepEqual(await queries.rows(sql), [['2']])
})

test('only for the same text, values, database and place, and only where it is asked for', async () => {
  await queries.succeed(sql)
  assert.equal(await isReused(sql, young()), true)
  assert.equal(await isReused(sql, {}), false)
  assert.equal(await isReused(sql, young(0)), false)
  assert.equal(await isReused(`${sql} -- again`, young()), false)
  assert.equal(await isReused('SELECT count(*) AS n FROM weather.t', { ...young(), QueryExecutionContext: {} }), false)
  assert.equal(
    await isReused(sql, { ...young(), ResultConfiguration: { OutputLocation: 's3://analytics/else/' } }),
    false,
  )
  const valued = 'SELECT a FROM t WHERE a = ?'
  await queries.succeed(valued, { ExecutionParameters: ['1'] })
  assert.equal(await isReused(valued, { ...young(), ExecutionParameters: ['2'] }), false)
  assert.equal(await isReused(valued, { ...young(), ExecutionParameters: ['1'] }), true)
})

test('never for a query whose answer changes by itself', async () => {
  await queries.succeed('SELECT now() AS at')
  assert.equal(await isReused('SELECT now() AS at', young()), false)
})

test('a result that is no longer there is made again', async () => {
  const text = 'SELECT max(a) AS m FROM t'
  const { QueryExecutionId } = await queries.succeed(text)
  const s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(new DeleteObjectCommand({ Bucket: 'analytics', Key: `results/${QueryExecutionId}.csv` }))
  assert.equal(await isReused(text, young()), false)
})
