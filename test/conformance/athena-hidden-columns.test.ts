/** Columns that no star shows and the list of a table's partitions, with the AWS SDK: in queries, views, INSERT and CTAS. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let s3: S3Client

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  for (const sql of [
    'CREATE DATABASE weather',
    `CREATE TABLE readings WITH (partitioned_by = ARRAY['day']) AS
     SELECT * FROM (VALUES ('a', 20, '2025-10-01'), ('b', 25, '2025-10-01'), ('a', 30, '2025-10-02')) AS t (device, degrees, day)`,
    `CREATE EXTERNAL TABLE projected (v int) PARTITIONED BY (region string, day date) STORED AS PARQUET
     LOCATION 's3://analytics/projected/' TBLPROPERTIES ('projection.enabled' = 'true',
       'projection.region.type' = 'enum', 'projection.region.values' = 'east,west', 'projection.day.type' = 'date',
       'projection.day.range' = '2025-10-01,2025-10-03', 'projection.day.format' = 'yyyy-MM-dd')`,
  ])
    await queries.succeed(sql)
})
after(() => lake.close())

test('a row’s path, bytes and time are those of its object', async () => {
  const [row = []] = await queries.rows(
    'SELECT "$path", "$file_size", "$file_modified_time", "$partition" FROM readings WHERE degrees = 30',
  )
  const [path = '', bytes, time = '', partition] = row
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(path) ?? []
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
  assert.equal(bytes, String(head.ContentLength))
  assert.equal(new Date(time).getTime(), head.LastModified?.getTime())
  assert.equal(partition, 'day=2025-10-02')
})

test('views name them, and a condition on a path reads that object alone', async () => {
  await queries.succeed('CREATE VIEW placed AS SELECT *, "$path" AS path, "$partition" AS part FROM readings')
  const whole = await queries.succeed('SELECT device, degrees FROM placed')
  const one = await queries.succeed("SELECT device, degrees FROM placed WHERE part = 'day=2025-10-02'")
  assert.ok((one.Statistics?.DataScannedInBytes ?? 0) < (whole.Statistics?.DataScannedInBytes ?? 0))
  const [[path = ''] = []] = await queries.rows("SELECT path FROM placed WHERE day = '2025-10-02'")
  assert.deepEqual(await queries.rows(`SELECT degrees FROM placed WHERE path = '${path}'`), [['30']])
})

test('INSERT and CTAS take them as values', async () => {
  await queries.succeed(
    'CREATE TABLE sizes AS SELECT "$path" AS path, max("$file_size") AS bytes FROM readings GROUP BY 1',
  )
  assert.deepEqual(await queries.rows('SELECT count(*), min(bytes) > 0 FROM sizes'), [['2', 'true']])
  await queries.succeed('INSERT INTO sizes SELECT "$partition", "$file_size" FROM readings WHERE degrees = 30')
  assert.deepEqual(await queries.rows("SELECT count(*) FROM sizes WHERE path = 'day=2025-10-02'"), [['1']])
})

test('"readings$partitions" lists partitions and scans nothing; a projected table lists those that its WHERE leaves', async () => {
  const listed = await queries.succeed('SELECT * FROM "readings$partitions" ORDER BY day DESC')
  assert.equal(listed.Statistics?.DataScannedInBytes, 0)
  assert.deepEqual(await queries.rows('SELECT max(day), count(*) FROM weather."readings$partitions"'), [
    ['2025-10-02', '2'],
  ])
  assert.deepEqual(
    await queries.rows(
      `SELECT * FROM "projected$partitions" WHERE region = 'west' AND day > DATE '2025-10-01' ORDER BY day`,
    ),
    [
      ['west', '2025-10-02'],
      ['west', '2025-10-03'],
    ],
  )
  assert.deepEqual(await queries.rows('SELECT count(*) FROM "projected$partitions"'), [['6']])
  await queries.succeed('CREATE VIEW days AS SELECT day FROM "readings$partitions"')
  assert.deepEqual(await queries.rows('SELECT max(day) FROM days'), [['2025-10-02']])
})

test('a list of the partitions of what has none is a table that does not exist', async () => {
  await queries.succeed('CREATE TABLE plain AS SELECT 1 AS a')
  for (const name of ['plain$partitions', 'nowhere$partitions'])
    assert.match(
      await queries.fail(`SELECT * FROM "${name}"`),
      new RegExp(
        `^TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog\\.weather\\.${name.replace('$', '\\$')}' does not exist`,
      ),
    )
})
