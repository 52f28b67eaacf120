/** The catalog as tables, with the AWS SDK: what tools that look around before they ask are told. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { QueryRunner } from '../testing/athena.ts'
import { startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  for (const sql of [
    'CREATE DATABASE weather',
    'CREATE DATABASE spare',
    `CREATE EXTERNAL TABLE readings (device string COMMENT 'whose', place struct<lat:double,tags:array<string>>, taken timestamp)
     PARTITIONED BY (day date) STORED AS PARQUET LOCATION 's3://analytics/readings/'`,
    'CREATE VIEW\nlatest AS SELECT device, max(taken) AS taken\nFROM readings GROUP BY device',
  ])
    await queries.succeed(sql)
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

test('databases', async () => {
  const all = await queries.rows('SELECT catalog_name, schema_name FROM information_schema.schemata ORDER BY 2')
  assert.deepEqual(
    all,
    ['information_schema', 'spare', 'weather'].map(name => ['awsdatacatalog', name]),
  )
})

test('tables and views, by a condition and by a join, without a byte read', async () => {
  const sql = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'weather' ORDER BY 1"
  assert.deepEqual(await queries.rows(sql), [
    ['latest', 'VIEW'],
    ['readings', 'BASE TABLE'],
  ])
  assert.equal((await queries.succeed(sql)).Statistics?.DataScannedInBytes, 0)
  const joined = `SELECT table_name, count(*) FROM awsdatacatalog."information_schema".tables t
    JOIN information_schema.columns c USING (table_schema, table_name) WHERE table_type = 'VIEW' GROUP BY 1`
  assert.deepEqual(await queries.rows(joined), [['latest', '2']])
})

test('columns have Athena’s types, partition keys last and marked', async () => {
  const found = await queries.rows(`SELECT column_name, ordinal_position, is_nullable, data_type, comment, extra_info
    FROM information_schema.columns WHERE table_schema = 'weather' AND table_name = 'readings' ORDER BY 2`)
  assert.deepEqual(found, [
    ['device', '1', 'YES', 'varchar', 'whose', undefined],
    ['place', '2', 'YES', 'row(lat double, tags array(varchar))', undefined, undefined],
    ['taken', '3', 'YES', 'timestamp(3)', undefined, undefined],
    ['day', '4', 'YES', 'date', undefined, 'partition key'],
  ])
})

test('the query of a view', async () => {
  assert.deepEqual(await queries.rows('SELECT table_name, view_definition FROM information_schema.views'), [
    ['latest', 'SELECT device, max(taken) AS taken\nFROM readings GROUP BY device'],
  ])
})

test('what is not there is said, and nothing of the engine’s own is', async () => {
  assert.match(
    await queries.fail('SELECT * FROM information_schema.routines'),
    /^TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog\.information_schema\.routines' does not exist/,
  )
  for (const name of ['memory', 'system', 'temp'])
    assert.match(await queries.fail(`SELECT * FROM ${name}.information_schema.tables`), /./)
  const names = await queries.rows('SELECT DISTINCT table_schema FROM information_schema.tables ORDER BY 1')
  assert.deepEqual(names, [['information_schema'], ['weather']])
})
