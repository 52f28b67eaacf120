/** Partitions whose values or columns do not fit their table, with the AWS SDK: told in AWS's words, and only where they are read. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { lakeOfTables } from '../testing/athena.ts'

const { queries, put, close } = await lakeOfTables()
after(close)

const table = (name: string, columns: string, keys: string) =>
  queries.succeed(`CREATE EXTERNAL TABLE ${name} (${columns}) PARTITIONED BY (${keys})
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://analytics/${name}/'`)

test('a value that is none of its column fails the queries that ask for it', async () => {
  await table('numbers', 'n int', 'k int, day date')
  for (const folder of ['k=12/day=2025-10-15', 'k=abc/day=2025-10-15', 'k=007/day=2025-13-45', 'k=-3/day=2025-10-31'])
    await put(`numbers/${folder}/a`, '1\n')
  await queries.succeed('MSCK REPAIR TABLE numbers')
  const wrong = /^HIVE_INVALID_PARTITION_VALUE: Invalid partition value 'abc' for INTEGER partition key: k=abc$/
  assert.match(await queries.fail('SELECT n, k FROM numbers WHERE "$path" LIKE \'%abc%\''), wrong)
  assert.match(
    await queries.fail('SELECT n, day FROM numbers WHERE k = 7'),
    /^HIVE_INVALID_PARTITION_VALUE: Invalid partition value '2025-13-45' for DATE partition key: day=2025-13-45$/,
  )
  assert.deepEqual(await queries.rows("SELECT n, k, day FROM numbers WHERE k = 12 AND day = DATE '2025-10-15'"), [
    ['1', '12', '2025-10-15'],
  ])
  assert.deepEqual(await queries.rows('SELECT n, day FROM numbers WHERE k < 0'), [['1', '2025-10-31']])
})

test('a partition that was declared with another type fails the queries that read it, unless that becomes the table’s', async () => {
  await table('changed', 'a int, b string', 'k string')
  await put('changed/k=old/a', '1,x\n')
  await put('changed/k=new/a', '2,3.5\n')
  await queries.succeed("ALTER TABLE changed ADD PARTITION (k = 'old')")
  await queries.succeed('ALTER TABLE changed REPLACE COLUMNS (a bigint, b double)')
  await queries.succeed("ALTER TABLE changed ADD PARTITION (k = 'new')")
  assert.deepEqual(await queries.rows("SELECT a, b FROM changed WHERE k = 'new'"), [['2', '3.5']])
  assert.deepEqual(await queries.rows('SELECT a FROM changed ORDER BY a'), [['1'], ['2']])
  await queries.succeed('ALTER TABLE changed REPLACE COLUMNS (a date, b double)')
  const said = (partition: string, type: string) =>
    'HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition schemas. The types are incompatible and ' +
    "cannot be coerced. The column 'a' in table 'weather.changed' is declared as type 'date', but partition " +
    `'${partition}' declared column 'a' as type '${type}'.`
  assert.equal(await queries.fail("SELECT a, b FROM changed WHERE k = 'new'"), said('k=new', 'bigint'))
  assert.equal(await queries.fail("SELECT count(*) FROM changed WHERE k = 'old'"), said('k=old', 'int'))
  await queries.succeed('ALTER TABLE changed REPLACE COLUMNS (a string, b string, c int)')
  assert.deepEqual(await queries.rows('SELECT a, b, c FROM changed ORDER BY a'), [
    ['1', 'x', undefined],
    ['2', '3.5', undefined],
  ])
})

test('columns of Parquet are compared by their names, whatever their places', async () => {
  await queries.succeed(
    `CREATE TABLE moved WITH (format = 'PARQUET', external_location = 's3://analytics/moved/', partitioned_by = ARRAY['k'])
     AS SELECT 1 AS n, 'x' AS s, 'p' AS k`,
  )
  await queries.succeed('ALTER TABLE moved REPLACE COLUMNS (s string, n bigint, more date)')
  assert.deepEqual(await queries.rows('SELECT s, n, more FROM moved'), [['x', '1', undefined]])
  await queries.succeed('ALTER TABLE moved REPLACE COLUMNS (s array<string>, n bigint)')
  assert.match(
    await queries.fail('SELECT n FROM moved'),
    /^HIVE_PARTITION_SCHEMA_MISMATCH: .* column 's' in table 'weather.moved' is declared as type 'array<string>'/,
  )
})
