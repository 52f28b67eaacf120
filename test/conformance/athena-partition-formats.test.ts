/** Partitions that are laid out otherwise than their table, with the AWS SDK: each is read by its own SerDe. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { CreatePartitionCommand, GlueClient, type StorageDescriptor } from '@aws-sdk/client-glue'
import { lakeOfTables } from '../testing/athena.ts'
import { client } from '../testing/lake.ts'

const { queries, put, close, url } = await lakeOfTables()
after(close)
const glue = new GlueClient(client(url))

const text = 'org.apache.hadoop.mapred.TextInputFormat'
const lazy = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
const json = 'org.openx.data.jsonserde.JsonSerDe'
const parquet = 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
const parquetInput = 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'
const columns = [
  { Name: 'n', Type: 'int' },
  { Name: 's', Type: 'string' },
]

const partition = (TableName: string, value: string, more: StorageDescriptor) =>
  glue.send(
    new CreatePartitionCommand({
      ...{ DatabaseName: 'weather', TableName },
      PartitionInput: {
        Values: [value],
        StorageDescriptor: { Columns: columns, Location: `s3://analytics/${TableName}/k=${value}/`, ...more },
      },
    }),
  )

const serde = (SerializationLibrary: string, Parameters: Record<string, string> = {}, InputFormat = text) => ({
  ...{ InputFormat, SerdeInfo: { SerializationLibrary, Parameters } },
})

async function mixed(name: string) {
  await queries.succeed(`CREATE EXTERNAL TABLE ${name} (n int, s string) PARTITIONED BY (k string)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://analytics/${name}/'`)
  await put(`${name}/k=own/a.csv`, '1,one\n')
  await queries.succeed(`ALTER TABLE ${name} ADD PARTITION (k = 'own')`)
  await put(`${name}/k=json/a.json.gz`, gzipSync('{"S":"two, and more","n":2}\n'))
  await partition(name, 'json', serde(json))
  await put(`${name}/k=tab/a`, '3\tthree,\n')
  await partition(name, 'tab', serde(lazy, { 'field.delim': '\t' }))
  await queries.succeed(
    `UNLOAD (SELECT 'four' AS s, 4 AS n) TO 's3://analytics/${name}/k=parquet/' WITH (format = 'PARQUET')`,
  )
  await partition(name, 'parquet', serde(parquet, {}, parquetInput))
}

test('a table has partitions of text, JSON and Parquet, each read by its own SerDe', async () => {
  await mixed('mixed')
  assert.deepEqual(await queries.rows('SELECT n, s, k FROM mixed ORDER BY n'), [
    ['1', 'one', 'own'],
    ['2', 'two, and more', 'json'],
    ['3', 'three,', 'tab'],
    ['4', 'four', 'parquet'],
  ])
  assert.deepEqual(await queries.rows("SELECT s FROM mixed WHERE k IN ('json', 'parquet') ORDER BY n"), [
    ['two, and more'],
    ['four'],
  ])
  const { Statistics } = await queries.succeed("SELECT * FROM mixed WHERE k = 'tab'")
  assert.equal(Statistics?.DataScannedInBytes, '3\tthree,\n'.length)
})

test('rows are written to a partition of the table’s SerDe, and not to one that has another', async () => {
  await mixed('written')
  await queries.succeed("INSERT INTO written VALUES (5, 'five', 'own'), (6, 'six', 'new')")
  assert.match(
    await queries.fail("INSERT INTO written VALUES (7, 'seven', 'json')"),
    /^NOT_SUPPORTED: Inserting into the partition k=json is not supported here: .*weather\.written/,
  )
  assert.deepEqual(await queries.rows('SELECT n FROM written WHERE n > 4 ORDER BY n'), [['5'], ['6']])
})

test('a partition keeps the delimiter that its table had when it was added', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE kept (n int, s string) PARTITIONED BY (k string)
    ROW FORMAT SERDE '${lazy}' WITH SERDEPROPERTIES ('field.delim' = '|') LOCATION 's3://analytics/kept/'`)
  await put('kept/k=old/a', '1|one\n')
  await put('kept/k=new/a', '2;two\n')
  await queries.succeed("ALTER TABLE kept ADD PARTITION (k = 'old')")
  await partition('kept', 'new', serde(lazy, { 'field.delim': ';' }))
  assert.deepEqual(await queries.rows('SELECT n, s FROM kept ORDER BY n'), [
    ['1', 'one'],
    ['2', 'two'],
  ])
})

test('columns of text are those at their places in the partition, and what it lacks is NULL', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE places (n int, s string, more double) PARTITIONED BY (k string)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://analytics/places/'`)
  await put('places/k=a/a', '{"id":1,"name":"x","more":2.5}\n')
  const named = [
    { Name: 'id', Type: 'int' },
    { Name: 'name', Type: 'string' },
  ]
  await partition('places', 'a', { ...serde(json), Columns: named })
  assert.deepEqual(await queries.rows('SELECT more, n, s, k FROM places'), [[undefined, '1', 'x', 'a']])
})

test('a partition that cannot be read fails the queries that read it, by name, and no others', async () => {
  await mixed('partly')
  await partition(
    'partly',
    'orc',
    serde('org.apache.hadoop.hive.ql.io.orc.OrcSerde', {}, 'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat'),
  )
  assert.match(
    await queries.fail('SELECT count(*) FROM partly'),
    /^HIVE_UNSUPPORTED_FORMAT: Table partly \(partition k=orc\) has the SerDe org\.apache\.hadoop\.hive\.ql\.io\.orc\.OrcSerde/,
  )
  assert.deepEqual(await queries.rows("SELECT sum(n) FROM partly WHERE k <> 'orc'"), [['10']])
})

test('columns of Parquet are found by their places where the SerDe is told so', async () => {
  const unload = (select: string, at: string) =>
    queries.succeed(`UNLOAD (${select}) TO 's3://analytics/by_place/${at}/' WITH (format = 'PARQUET')`)
  await unload("SELECT 1 AS a, 'x' AS b", 'k=1')
  await unload("SELECT 2 AS b, 'y' AS a, 3.5e0 AS c", 'k=2')
  await queries.succeed(`CREATE EXTERNAL TABLE by_place (b int, called string, c double) PARTITIONED BY (k int)
    ROW FORMAT SERDE '${parquet}' WITH SERDEPROPERTIES ('parquet.column.index.access' = 'true')
    STORED AS PARQUET LOCATION 's3://analytics/by_place/'`)
  await queries.succeed('MSCK REPAIR TABLE by_place')
  assert.deepEqual(await queries.rows('SELECT * FROM by_place ORDER BY k'), [
    ['1', 'x', undefined, '1'],
    ['2', 'y', '3.5', '2'],
  ])
  assert.deepEqual(await queries.rows("SELECT c FROM by_place WHERE called = 'y' AND b > 1"), [['3.5']])
  await queries.succeed('ALTER TABLE by_place REPLACE COLUMNS (renamed bigint)')
  assert.deepEqual(await queries.rows('SELECT sum(renamed) FROM by_place'), [['3']])
})
