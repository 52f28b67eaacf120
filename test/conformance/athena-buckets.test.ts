/** CREATE TABLE AS with bucketed_by, with the AWS SDK: a file for each bucket of each partition, parted by Hive's hash. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let glue: GlueClient
before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  glue = new GlueClient(client(lake.url))
  await queries.succeed('CREATE DATABASE weather')
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

/** Of a text, as Hive computes it: 31 times what there was and the next byte, which has a sign, in 32 bits. */
const hash = (text: string): number =>
  Buffer.from(text).reduce((sum, byte) => (Math.imul(sum, 31) + (byte > 127 ? byte - 256 : byte)) | 0, 0)
const bucket = (whole: number, count: number) => (whole & 0x7fffffff) % count

const filesOf = async (table: string) => {
  const rows = await queries.rows(`SELECT "$path", count(*) FROM ${table} GROUP BY 1 ORDER BY 1`)
  return rows.map(([path = '', count]) => {
    const [, folder = '', number = ''] = /\/(\w+=[^/]+)?\/?[^/]*_bucket-(\d{5})[^/]*$/.exec(path) ?? []
    return [folder, Number(number), Number(count)]
  })
}

for (const format of ['PARQUET', 'TEXTFILE', 'JSON'])
  test(`rows written as ${format} lie in the bucket of their hash, NULL in the first`, async () => {
    const table = `devices_${format.toLowerCase()}`
    await queries.succeed(`CREATE TABLE ${table} WITH (format = '${format}', bucketed_by = ARRAY['device', 'day'], bucket_count = 4)
      AS SELECT IF(n = 0, NULL, 'é-' || CAST(n AS varchar)) AS Device, DATE '2025-10-15' + n * INTERVAL '1' DAY AS day, n
      FROM UNNEST(sequence(0, 199)) AS t (n)`)
    const expected = [0, 0, 0, 0]
    for (let n = 0; n < 200; n++) {
      const days = Date.parse('2025-10-15') / 86_400_000 + n
      const at = bucket(Math.imul(n === 0 ? 0 : hash(`é-${n}`), 31) + days, 4)
      expected[at] = (expected[at] ?? 0) + 1
    }
    assert.deepEqual(
      await filesOf(table),
      expected.map((count, at) => ['', at, count]),
    )
    assert.deepEqual(await queries.rows(`SELECT count(device), sum(n), max(day) FROM ${table}`), [
      ['199', '19900', '2026-05-02'],
    ])
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'weather', Name: table }))
    assert.deepEqual(Table?.StorageDescriptor?.BucketColumns, ['device', 'day'])
    assert.equal(Table?.StorageDescriptor?.NumberOfBuckets, 4)
  })

test('partitions have their buckets each, in folders of their own', async () => {
  await queries.succeed(`CREATE TABLE parted WITH (partitioned_by = ARRAY['side'], bucketed_by = ARRAY['n'], bucket_count = 3)
    AS SELECT n, IF(n < 0, NULL, 'a/' || CAST(n % 2 AS varchar)) AS side FROM UNNEST(sequence(-3, 5)) AS t (n)`)
  assert.deepEqual(await filesOf('parted'), [
    // Of a bigint both halves count: a small negative number has the hash of what is left of it.
    ['side=__HIVE_DEFAULT_PARTITION__', 0, 1],
    ['side=__HIVE_DEFAULT_PARTITION__', 1, 1],
    ['side=__HIVE_DEFAULT_PARTITION__', 2, 1],
    ['side=a%2F0', 0, 1],
    ['side=a%2F0', 1, 1],
    ['side=a%2F0', 2, 1],
    ['side=a%2F1', 0, 1],
    ['side=a%2F1', 1, 1],
    ['side=a%2F1', 2, 1],
  ])
  assert.deepEqual(await queries.rows("SELECT n FROM parted WHERE side = 'a/1' ORDER BY n"), [['1'], ['3'], ['5']])
  assert.match(
    await queries.fail('INSERT INTO parted SELECT 1, NULL'),
    /Inserting into a bucketed table is not supported/,
  )
})

test('what cannot be parted so is refused by name', async () => {
  const create = (properties: string, query: string) => `CREATE TABLE refused WITH (${properties}) AS ${query}`
  for (const [sql, said] of [
    [create("bucketed_by = ARRAY['x'], bucket_count = 2", 'SELECT 1.5e0 AS x'), /which is a double, is not supported/],
    [create("bucketed_by = ARRAY['y'], bucket_count = 2", 'SELECT 1 AS x'), /Bucketing columns y not present/],
    [
      create("bucketed_by = ARRAY['y'], partitioned_by = ARRAY['y'], bucket_count = 2", 'SELECT 1 AS x, 2 AS y'),
      /Bucketing column y is a partition column/,
    ],
    [
      create("bucketed_by = ARRAY['x'], bucket_count = 200", 'SELECT x FROM UNNEST(sequence(1, 1000)) AS t (x)'),
      /^HIVE_TOO_MANY_OPEN_PARTITIONS: /,
    ],
  ] as const)
    assert.match(await queries.fail(sql), said)
})
