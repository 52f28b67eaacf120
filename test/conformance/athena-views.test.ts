/** Views and EXPLAIN with the AWS SDK: made, queried, told in the catalog, refused when stale. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateTableCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let glue: GlueClient

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  glue = new GlueClient(client(lake.url))
  for (const sql of [
    'CREATE DATABASE weather',
    'CREATE DATABASE other',
    `CREATE TABLE readings WITH (partitioned_by = ARRAY['day']) AS
     SELECT * FROM (VALUES ('a', 20, '2025-10-01'), ('b', 25, '2025-10-01'), ('a', 30, '2025-10-02')) AS t (device, degrees, day)`,
  ])
    await queries.succeed(sql)
})
after(() => lake.close())

test('a view is queried as a table, and lies in the catalog as Athena writes it', async () => {
  const sql = 'SELECT device, max(degrees) AS hottest FROM readings GROUP BY device'
  const made = await queries.succeed(`CREATE VIEW hottest AS ${sql}`)
  assert.deepEqual([made.StatementType, made.SubstatementType], ['DDL', 'CREATE_VIEW'])
  assert.deepEqual(
    await queries.rows('SELECT h.device FROM hottest AS h WHERE hottest > 26 OR device = ? ', {
      ExecutionParameters: ["'z'"],
    }),
    [['a']],
  )
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'weather', Name: 'hottest' }))
  assert.deepEqual([Table?.TableType, Table?.ViewExpandedText], ['VIRTUAL_VIEW', '/* Presto View */'])
  const text = /^\/\* Presto View: (.*) \*\/$/.exec(Table?.ViewOriginalText ?? '')?.[1] ?? ''
  assert.deepEqual(JSON.parse(Buffer.from(text, 'base64').toString()), {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    schema: 'weather',
    columns: [
      { name: 'device', type: 'varchar(1)' },
      { name: 'hottest', type: 'integer' },
    ],
  })
})

test('a view means the tables of its own database, whoever asks, and sees none of the query’s names', async () => {
  await queries.succeed('CREATE VIEW named AS WITH w AS (SELECT device FROM readings) SELECT count(*) AS n FROM w')
  const elsewhere = { QueryExecutionContext: { Database: 'other' } }
  assert.deepEqual(await queries.rows('WITH readings AS (SELECT 1) SELECT n FROM weather.named', elsewhere), [['3']])
})

test('a view may name the paths of its rows', async () => {
  await queries.succeed('CREATE VIEW paths AS SELECT "$path" AS path FROM readings')
  assert.deepEqual(await queries.rows("SELECT count(*) FROM paths WHERE path LIKE 's3://analytics/%'"), [['3']])
})

test('a view of views', async () => {
  await queries.succeed('CREATE VIEW twice AS SELECT a.device, b.n FROM hottest AS a CROSS JOIN named AS b')
  assert.deepEqual(await queries.rows('SELECT * FROM twice ORDER BY device'), [
    ['a', '3'],
    ['b', '3'],
  ])
})

test('CREATE OR REPLACE VIEW, SHOW VIEWS, SHOW CREATE VIEW, DESCRIBE and DROP VIEW', async () => {
  await queries.succeed('CREATE VIEW passing AS SELECT 1 AS a')
  assert.match(await queries.fail('CREATE VIEW passing AS SELECT 2 AS a'), /^ALREADY_EXISTS: View already exists/)
  await queries.succeed('CREATE OR REPLACE VIEW passing AS SELECT 2 AS b')
  assert.deepEqual(await queries.rows('SELECT * FROM passing'), [['2']])
  assert.deepEqual(await queries.rows("SHOW VIEWS IN weather LIKE 'pass*'"), [['passing']])
  assert.deepEqual(await queries.rows('SHOW CREATE TABLE passing'), [['CREATE VIEW `passing` AS /* Presto View */']])
  assert.deepEqual(await queries.rows('SHOW CREATE VIEW passing'), [
    ['CREATE VIEW awsdatacatalog.weather.passing AS'],
    ['SELECT 2 AS b'],
  ])
  const [[line] = []] = await queries.rows('DESCRIBE passing')
  assert.match(line ?? '', /^b\s+int\s*/)
  assert.match(await queries.fail('DROP TABLE passing'), /Cannot drop a view with DROP TABLE/)
  assert.match(await queries.fail('ALTER TABLE passing ADD COLUMNS (c int)'), /To alter a view/)
  await queries.succeed('DROP VIEW passing')
  await queries.succeed('DROP VIEW IF EXISTS passing')
  assert.match(await queries.fail('DROP VIEW passing'), /View 'awsdatacatalog\.weather\.passing' does not exist/)
  assert.match(await queries.fail('DROP VIEW readings'), /does not exist, but a table with that name exists/)
})

test('a view whose tables have changed is stale or invalid, and says so', async () => {
  await queries.succeed("CREATE TABLE short AS SELECT 1 AS a, 'x' AS b")
  await queries.succeed('CREATE VIEW over_short AS SELECT * FROM short')
  await queries.succeed('DROP TABLE short')
  assert.match(
    await queries.fail('SELECT * FROM over_short'),
    /^INVALID_VIEW: .*Failed analyzing stored view 'awsdatacatalog\.weather\.over_short'.*weather\.short' does not exist/,
  )
  await queries.succeed("CREATE TABLE short AS SELECT 'text' AS a, 'x' AS b")
  assert.match(
    await queries.fail('SELECT * FROM over_short'),
    /^VIEW_IS_STALE: line 1:\d+: View 'awsdatacatalog\.weather\.over_short' is stale or in invalid state: column \[a\] of type varchar\(4\) projected from query view at position 0 cannot be coerced to column \[a\] of type integer/,
  )
})

test('views that name each other end', async () => {
  for (const [name, of] of [
    ['ping', 'pong'],
    ['pong', 'ping'],
  ] as const) {
    const view = {
      originalSql: `SELECT a FROM ${of}`,
      catalog: 'awsdatacatalog',
      schema: 'weather',
      columns: [{ name: 'a', type: 'integer' }],
    }
    await glue.send(
      new CreateTableCommand({
        DatabaseName: 'weather',
        TableInput: {
          Name: name,
          TableType: 'VIRTUAL_VIEW',
          ViewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(view)).toString('base64')} */`,
          ViewExpandedText: '/* Presto View */',
          StorageDescriptor: { Columns: [{ Name: 'a', Type: 'int' }] },
        },
      }),
    )
  }
  assert.match(await queries.fail('SELECT * FROM ping'), /^VIEW_IS_RECURSIVE/)
})

test('a view needs names for its columns, each once', async () => {
  assert.match(
    await queries.fail('CREATE VIEW bad AS SELECT 1'),
    /^MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1/,
  )
  assert.match(await queries.fail('CREATE VIEW bad AS SELECT 1 AS a, 2 AS a'), /^DUPLICATE_COLUMN_NAME/)
  assert.match(await queries.fail('CREATE VIEW bad AS SELECT nope FROM readings'), /^COLUMN_NOT_FOUND/)
})

test('EXPLAIN tells what a query would read, and EXPLAIN ANALYZE what it read', async () => {
  const sql = "SELECT device FROM readings WHERE day = '2025-10-01'"
  const plan = (await queries.rows(`EXPLAIN ${sql}`)).join('\n')
  assert.match(
    plan,
    /TableScan\[table = awsdatacatalog:weather:readings, format = parquet\]\n\s+1 of 2 partitions, 1 files, at most (\d+) bytes/,
  )
  assert.match(plan, /Scans at most \d+ bytes: \$0\.00004768/)
  const json = JSON.parse((await queries.rows(`EXPLAIN (FORMAT JSON) ${sql}`)).join('\n'))
  assert.deepEqual(
    [json.scans.length, json.scans[0].partitions, json.columns],
    [1, 1, [{ name: 'device', type: 'varchar(1)' }]],
  )
  assert.deepEqual(await queries.rows(`EXPLAIN (TYPE VALIDATE) ${sql}`), [['true']])
  assert.match((await queries.rows(`EXPLAIN (TYPE IO, FORMAT JSON) ${sql}`)).join('\n'), /"table": "readings"/)
  assert.match((await queries.rows(`EXPLAIN (FORMAT GRAPHVIZ) ${sql}`)).join('\n'), /^digraph/)
  const analyzed = await queries.succeed(`EXPLAIN ANALYZE ${sql}`)
  assert.ok((analyzed.Statistics?.DataScannedInBytes ?? 0) > 0)
  assert.deepEqual([analyzed.StatementType, analyzed.SubstatementType], ['DML', 'EXPLAIN'])
  assert.match(await queries.fail('EXPLAIN SELECT nope FROM readings'), /^COLUMN_NOT_FOUND/)
})
