/** BytesScannedCutoffPerQuery with the AWS SDK: whatever reads more is cancelled, leaves nothing, and says what it had read. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateWorkGroupCommand } from '@aws-sdk/client-athena'
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

const limit = 10_000_000
const thrifty = { WorkGroup: 'thrifty' }
const reason = 'Query cancelled! : Bytes scanned limit was exceeded'
let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let s3: S3Client

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  const Configuration = { EnforceWorkGroupConfiguration: false, BytesScannedCutoffPerQuery: limit }
  await queries.athena.send(new CreateWorkGroupCommand({ Name: 'thrifty', Configuration }))
  await queries.succeed('CREATE DATABASE weather')
  await queries.succeed(`CREATE TABLE big WITH (write_compression = 'NONE') AS
    SELECT x * 1000 + y AS n, to_hex(sha256(to_utf8(cast(x * 1000 + y AS varchar)))) AS s
    FROM UNNEST(sequence(1, 250)) AS a (x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b (y)`)
  const lines = Array.from({ length: 1000 }, (_, n) => JSON.stringify({ n, s: 'x'.repeat(11_000) })).join('\n')
  await s3.send(new PutObjectCommand({ Bucket: 'analytics', Key: 'text/a.json', Body: lines }))
  await queries.succeed(`CREATE EXTERNAL TABLE text (n int, s string)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://analytics/text/'`)
  await queries.succeed('CREATE TABLE target AS SELECT n, s FROM big LIMIT 1')
})
after(() => lake.close())

async function cancelled(sql: string): Promise<number> {
  const { Status, Statistics } = await queries.run(sql, thrifty)
  assert.deepEqual([Status?.State, Status?.StateChangeReason], ['CANCELLED', reason], sql)
  return Statistics?.DataScannedInBytes ?? -1
}

const objects = async (Prefix: string) =>
  (await s3.send(new ListObjectsV2Command({ Bucket: 'analytics', Prefix }))).KeyCount ?? 0

test('of Parquet what is needed counts: a SELECT of few columns passes, one of all does not', async () => {
  const few = await queries.succeed('SELECT max(n) FROM big', thrifty)
  assert.ok((few.Statistics?.DataScannedInBytes ?? limit) < limit)
  assert.ok((await cancelled('SELECT max(s) FROM big')) > limit)
})

test('INSERT INTO, CREATE TABLE AS and UNLOAD that read too much leave nothing behind', async () => {
  assert.ok((await cancelled('INSERT INTO target SELECT n, s FROM big')) > limit)
  assert.deepEqual(await queries.rows('SELECT count(*) FROM target'), [['1']])
  assert.ok(
    (await cancelled("CREATE TABLE copy WITH (external_location = 's3://analytics/copy/') AS SELECT * FROM big")) >
      limit,
  )
  assert.match(await queries.fail('SELECT * FROM copy'), /^TABLE_NOT_FOUND/)
  assert.ok((await cancelled("UNLOAD (SELECT * FROM big) TO 's3://analytics/out/' WITH (format = 'PARQUET')")) > limit)
  assert.deepEqual([await objects('copy/'), await objects('out/')], [0, 0])
})

test('of text the size is known: what would read too much is cancelled before it reads anything', async () => {
  assert.equal(await cancelled('SELECT max(n) FROM text'), 0)
  assert.equal(await cancelled('INSERT INTO target SELECT n, s FROM text'), 0)
  await queries.succeed('SELECT max(n) FROM text WHERE "$path" = \'s3://analytics/text/other.json\'', thrifty)
})

test('EXPLAIN reads nothing and is never cut off; EXPLAIN ANALYZE is', async () => {
  await queries.succeed('EXPLAIN SELECT max(s) FROM text', thrifty)
  assert.equal(await cancelled('EXPLAIN ANALYZE SELECT max(s) FROM text'), 0)
})
