/** ALTER and DESCRIBE in their further forms with the AWS SDK: what they answer, and what Glue tells afterwards. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetQueryResultsCommand } from '@aws-sdk/client-athena'
import {
  GetDatabaseCommand,
  GetPartitionCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
} from '@aws-sdk/client-glue'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let glue: GlueClient
const of = { DatabaseName: 'weather', TableName: 'events' }

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  glue = new GlueClient(client(lake.url))
  for (const sql of [
    'CREATE DATABASE weather',
    `CREATE EXTERNAL TABLE events (id bigint COMMENT 'which', place struct<city:string,tags:array<string>>)
     PARTITIONED BY (day string) STORED AS PARQUET LOCATION 's3://analytics/events/'`,
    "INSERT INTO events SELECT 1, CAST(ROW('Oslo', ARRAY['a']) AS ROW(city varchar, tags array(varchar))), '2025-10-01'",
  ])
    await queries.succeed(sql)
})
after(() => lake.close())

const columns = async (): Promise<readonly string[]> => {
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'weather', Name: 'events' }))
  return (Table?.StorageDescriptor?.Columns ?? []).map(({ Name, Type }) => `${Name} ${Type}`)
}

test('a partition is renamed and its rows come under the new value', async () => {
  await queries.succeed("ALTER TABLE events PARTITION (day = '2025-10-01') RENAME TO PARTITION (day = '2025-10-02')")
  const { Partitions = [] } = await glue.send(new GetPartitionsCommand(of))
  assert.deepEqual(
    Partitions.map(({ Values, StorageDescriptor }) => [Values, StorageDescriptor?.Location]),
    [[['2025-10-02'], 's3://analytics/events/day=2025-10-01/']],
  )
  assert.deepEqual(await queries.rows('SELECT id, day FROM events'), [['1', '2025-10-02']])
  assert.match(
    await queries.fail("ALTER TABLE events PARTITION (day = 'x') RENAME TO PARTITION (day = 'y')"),
    /Partition not found day=x/,
  )
})

test('columns are added, changed, moved and replaced, of the table and of a partition', async () => {
  await queries.succeed('ALTER TABLE events ADD COLUMNS (note string)')
  await queries.succeed("ALTER TABLE events PARTITION (day = '2025-10-02') ADD COLUMNS (note string)")
  const { Partition } = await glue.send(new GetPartitionCommand({ ...of, PartitionValues: ['2025-10-02'] }))
  assert.equal(Partition?.StorageDescriptor?.Columns?.length, 3)
  await queries.succeed('ALTER TABLE events CHANGE COLUMN note remark string FIRST')
  await queries.succeed("ALTER TABLE events CHANGE id id decimal(20,0) COMMENT 'wider' AFTER place")
  const place = 'place struct<city:string,tags:array<string>>'
  assert.deepEqual(await columns(), ['remark string', place, 'id decimal(20,0)'])
  await queries.succeed('ALTER TABLE events REPLACE COLUMNS (id bigint, place struct<city:string,tags:array<string>>)')
  assert.deepEqual(await columns(), ['id bigint', place])
  assert.match(await queries.fail('ALTER TABLE events CHANGE nope x int'), /Invalid column reference nope/)
  assert.match(await queries.fail('ALTER TABLE events ADD COLUMNS (id int)'), /Duplicate column name: id/)
})

test('a table without partitions has none to add, and columns that a SerDe tells of say so', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE plain (a int, b int COMMENT 'mine') ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
    LOCATION 's3://analytics/plain/'`)
  for (const change of ["ADD PARTITION (day = '1', hour = 2)", "DROP PARTITION (day = '1', hour = 2)"])
    assert.equal(
      await queries.fail(`ALTER TABLE plain ${change}`),
      'FAILED: SemanticException table is not partitioned but partition spec exists: {day=1, hour=2}',
    )
  const lines = (await queries.rows('DESCRIBE plain')).map(([line = '']) => line.split('\t').map(cell => cell.trim()))
  assert.deepEqual(lines, [
    ['a', 'int', 'from deserializer'],
    ['b', 'int', 'mine'],
  ])
  const shown = (await queries.rows('SHOW CREATE TABLE plain')).map(([line]) => line)
  assert.deepEqual(shown.slice(1, 3), ["  `a` int COMMENT 'from deserializer', ", "  `b` int COMMENT 'mine')"])
})

test('properties of a database', async () => {
  await queries.succeed("ALTER DATABASE weather SET DBPROPERTIES ('owner' = 'us')")
  const { Database } = await glue.send(new GetDatabaseCommand({ Name: 'weather' }))
  assert.deepEqual(Database?.Parameters, { owner: 'us' })
  const [[line] = []] = await queries.rows('DESCRIBE DATABASE EXTENDED weather')
  assert.match(line ?? '', /^weather\t.*\{owner=us\}$/)
})

test('DESCRIBE of a column, a field, a partition, and FORMATTED and EXTENDED of a table', async () => {
  const text = async (sql: string) => (await queries.rows(sql)).map(([line = '']) => line)
  assert.match((await text('DESCRIBE events id'))[0] ?? '', /^id\s+bigint\s/)
  assert.match((await text("DESCRIBE events place.tags.'$elem$'"))[0] ?? '', /^\$elem\$\s+string\s+from deserializer/)
  const formatted = (await text('DESCRIBE FORMATTED events')).join('\n')
  for (const words of [
    /# Partition Information/,
    /# Detailed Table Information/,
    /Location:\s+\ts3:\/\/analytics\/events\//,
    /# Storage Information/,
    /ParquetHiveSerDe/,
  ])
    assert.match(formatted, words)
  assert.doesNotMatch(formatted, /^Table: /m)
  assert.match(formatted, /^CreateTime: {9}\t\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}\t \n/m)
  assert.match(
    (await text('DESCRIBE EXTENDED events')).at(-1) ?? '',
    /^Detailed Table Information\tTable\(tableName:events, dbName:weather, owner:hadoop, createTime:\d+, lastAccessTime:0, retention:0, sd:StorageDescriptor\(cols:\[FieldSchema\(name:id, type:bigint, comment:null\), .*\], location:s3:\/\/analytics\/events\/, .*, compressed:false, numBuckets:-1, serdeInfo:SerDeInfo\(name:null, serializationLib:org\.apache\.hadoop\.hive\.ql\.io\.parquet\.serde\.ParquetHiveSerDe, parameters:\{serialization\.format=1\}\), .*\), partitionKeys:\[FieldSchema\(name:day, type:string, comment:null\)\], parameters:\{EXTERNAL=TRUE, .*\}, viewOriginalText:null, viewExpandedText:null, tableType:EXTERNAL_TABLE\)\t$/,
  )
  const partition = (await text("DESCRIBE FORMATTED events PARTITION (day = '2025-10-02')")).join('\n')
  assert.match(partition, /Partition Value:\s+\t\[2025-10-02\]/)
  assert.match(await queries.fail("DESCRIBE events PARTITION (day = 'no')"), /Partition not found day=no/)
  assert.match(await queries.fail('DESCRIBE events nope'), /Invalid column reference nope/)
})

test('kinds of statements have the names that AWS gives them, and DDL tells no number of rows', async () => {
  await queries.succeed("CREATE EXTERNAL TABLE kinds (a string) STORED AS PARQUET LOCATION 's3://analytics/kinds/'")
  const kinds: readonly (readonly [sql: string, kind: string])[] = [
    ['ALTER TABLE kinds ADD COLUMNS (b int)', 'ALTER_TABLE_ADD_COLUMN'],
    ['ALTER TABLE kinds REPLACE COLUMNS (a string)', 'ALTER_TABLE_REPLACE_COLUMN'],
    ["ALTER TABLE kinds SET TBLPROPERTIES ('k' = 'v')", 'ALTER_TABLE_PROPERTIES'],
    ["ALTER TABLE kinds SET LOCATION 's3://analytics/kinds2/'", 'ALTER_TABLE_SET_LOCATION'],
    ['DROP TABLE kinds', 'DROP_TABLE'],
  ]
  for (const [sql, kind] of kinds) {
    const { QueryExecutionId, StatementType, SubstatementType } = await queries.succeed(sql)
    assert.deepEqual([StatementType, SubstatementType], ['DDL', kind])
    const { UpdateCount } = await queries.athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
    assert.equal(UpdateCount, undefined)
  }
})
