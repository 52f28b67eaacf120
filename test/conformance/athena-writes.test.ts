/** INSERT INTO, CREATE TABLE AS and UNLOAD with the AWS SDK: what lies in S3 and in the catalog afterwards, and what is refused. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetQueryResultsCommand } from '@aws-sdk/client-athena'
import { GetPartitionsCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let glue: GlueClient
let s3: S3Client

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  glue = new GlueClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await queries.succeed('CREATE DATABASE weather')
  await queries.succeed(
    `CREATE EXTERNAL TABLE quoted (a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://analytics/q/'`,
  )
  await queries.succeed(
    `CREATE EXTERNAL TABLE projected (a string) PARTITIONED BY (day string) LOCATION 's3://analytics/projected/'
     TBLPROPERTIES ('projection.enabled' = 'true', 'projection.day.type' = 'injected')`,
  )
})
after(() => lake.close())

const keys = async (prefix: string): Promise<readonly string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'analytics', Prefix: prefix }))
  return Contents.map(({ Key = '' }) => Key)
}
const textOf = async (key: string): Promise<string> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key: key }))
  return (await Body?.transformToString()) ?? ''
}

test('CREATE TABLE AS makes a table of the rows, with its manifest, its count and its place among the results', async () => {
  const query = await queries.succeed(
    "CREATE TABLE readings AS SELECT * FROM (VALUES ('a', 1, 2.5), ('b', 2, NULL)) AS t (device, n, degrees)",
  )
  const id = query.QueryExecutionId ?? ''
  assert.deepEqual([query.StatementType, query.SubstatementType], ['DDL', 'CREATE_TABLE_AS_SELECT'])
  assert.equal(query.ResultConfiguration?.OutputLocation, `s3://analytics/results/tables/${id}`)
  const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'weather', Name: 'readings' }))
  assert.equal(Table?.StorageDescriptor?.Location, `s3://analytics/results/tables/${id}/`)
  const columns = Table?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`)
  assert.deepEqual(columns, ['device varchar(1)', 'n int', 'degrees double'])
  assert.match(Table?.StorageDescriptor?.SerdeInfo?.SerializationLibrary ?? '', /ParquetHiveSerDe$/)
  const written = await keys(`results/tables/${id}/`)
  assert.equal(query.Statistics?.DataManifestLocation, `s3://analytics/results/tables/${id}-manifest.csv`)
  assert.equal(
    await textOf(`results/tables/${id}-manifest.csv`),
    written.map(key => `s3://analytics/${key}\n`).join(''),
  )
  const { UpdateCount, ResultSet } = await queries.athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }))
  assert.deepEqual([UpdateCount, ResultSet?.Rows], [2, []])
  assert.deepEqual(await queries.rows('SELECT device, n, degrees FROM readings ORDER BY n'), [
    ['a', '1', '2.5'],
    ['b', '2', undefined],
  ])
})

for (const format of ['PARQUET', 'JSON', 'TEXTFILE'])
  test(`partitions of a new ${format} table are registered and read again, NULL among them`, async () => {
    const name = `parted_${format.toLowerCase()}`
    await queries.succeed(
      `CREATE TABLE ${name} WITH (format = '${format}', partitioned_by = ARRAY['day', 'n'], external_location = 's3://analytics/${name}/') AS
       SELECT * FROM (VALUES ('x', DATE '2025-10-01', 'a/b', 1), ('y', NULL, 'c', 2), (NULL, NULL, 'c', 2)) AS t (text, at, day, n)`,
    )
    const { Partitions = [] } = await glue.send(new GetPartitionsCommand({ DatabaseName: 'weather', TableName: name }))
    assert.deepEqual(
      Partitions.map(({ Values, StorageDescriptor }) => [...(Values ?? []), StorageDescriptor?.Location]).sort(),
      [
        ['a/b', '1', `s3://analytics/${name}/day=a%2Fb/n=1/`],
        ['c', '2', `s3://analytics/${name}/day=c/n=2/`],
      ],
    )
    assert.deepEqual(await queries.rows(`SELECT text, at, day, n FROM ${name} ORDER BY text NULLS LAST`), [
      ['x', '2025-10-01', 'a/b', '1'],
      ['y', undefined, 'c', '2'],
      [undefined, undefined, 'c', '2'],
    ])
  })

test('INSERT INTO adds rows by the place of their columns, and partitions that were not there', async () => {
  await queries.succeed(
    `CREATE EXTERNAL TABLE events (id bigint, name string) PARTITIONED BY (day string) STORED AS PARQUET
     LOCATION 's3://analytics/events/'`,
  )
  const first = await queries.succeed("INSERT INTO events VALUES (1, 'one', '2025-10-01'), (2, 'two', '2025-10-02')")
  assert.deepEqual([first.StatementType, first.SubstatementType], ['DML', 'INSERT'])
  await queries.succeed("INSERT INTO events (day, id) SELECT day, id + 10 FROM events WHERE day = '2025-10-01'")
  assert.deepEqual(await queries.rows('SELECT id, name, day FROM events ORDER BY id'), [
    ['1', 'one', '2025-10-01'],
    ['2', 'two', '2025-10-02'],
    ['11', undefined, '2025-10-01'],
  ])
  const { Partitions = [] } = await glue.send(
    new GetPartitionsCommand({ DatabaseName: 'weather', TableName: 'events' }),
  )
  assert.equal(Partitions.length, 2)
})

test('an empty text as the value of a partition is NULL, in INSERT INTO and CREATE TABLE AS', async () => {
  const rows = "SELECT n, IF(n = 1, '', IF(n = 2, NULL, 'a b')) AS place FROM UNNEST(sequence(1, 3)) AS t (n)"
  await queries.succeed(`CREATE TABLE emptied WITH (partitioned_by = ARRAY['place']) AS ${rows}`)
  await queries.succeed(`INSERT INTO emptied ${rows}`)
  assert.deepEqual(await queries.rows('SELECT place, sum(n) FROM emptied GROUP BY 1 ORDER BY 1'), [
    ['a b', '6'],
    [undefined, '6'],
  ])
  assert.deepEqual(
    (await queries.rows('SHOW PARTITIONS emptied')).map(([line]) => line),
    ['place=__HIVE_DEFAULT_PARTITION__', 'place=a b'],
  )
})

test('INSERT INTO keeps to the table’s delimiter, and the values are read as they were', async () => {
  await queries.succeed(
    `CREATE EXTERNAL TABLE plain (a string, b int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' LOCATION 's3://analytics/plain/'`,
  )
  await queries.succeed(`INSERT INTO plain SELECT 'with "quotes", and commas', 7`)
  assert.deepEqual(await queries.rows('SELECT * FROM plain'), [['with "quotes", and commas', '7']])
})

test('text is written as LazySimpleSerDe writes it: raw, so that a delimiter in a value parts it; with an escape it does not', async () => {
  const values = "SELECT 'a|b' AS a, 1 AS b, 'c\\d' AS c"
  await queries.succeed(
    `CREATE TABLE raw WITH (format = 'TEXTFILE', field_delimiter = '|', write_compression = 'NONE', external_location = 's3://analytics/raw/') AS ${values}`,
  )
  const [raw = ''] = await keys('raw/')
  assert.equal(await textOf(raw), 'a|b|1|c\\d\n')
  assert.deepEqual(await queries.rows('SELECT * FROM raw'), [['a', undefined, '1']])
  await queries.succeed(`CREATE EXTERNAL TABLE escaping (a string, b int, c string) PARTITIONED BY (p string)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\' LOCATION 's3://analytics/escaping/'
    TBLPROPERTIES ('write.compression' = 'NONE')`)
  await queries.succeed(`INSERT INTO escaping ${values}, 'x|y' AS p UNION ALL SELECT chr(2) || ',', NULL, '', 'x|y'`)
  const [escaped = ''] = await keys('escaping/')
  assert.match(escaped, /^escaping\/p=x\|y\//)
  assert.deepEqual((await textOf(escaped)).split('\n').toSorted(), ['', '\\\u0002,|\\N|', 'a\\|b|1|c\\\\d'])
  assert.deepEqual(await queries.rows('SELECT * FROM escaping ORDER BY b'), [
    ['a|b', '1', 'c\\d', 'x|y'],
    ['\u0002,', undefined, '', 'x|y'],
  ])
})

test('INSERT INTO writes NULL as the table’s own text for it', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE nulls (a string, b int) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' NULL DEFINED AS 'none'
    LOCATION 's3://analytics/nulls/' TBLPROPERTIES ('write.compression' = 'NONE')`)
  await queries.succeed("INSERT INTO nulls SELECT 'x', NULL UNION ALL SELECT NULL, 7")
  const [key = ''] = await keys('nulls/')
  assert.deepEqual((await textOf(key)).split('\n').toSorted(), ['', 'none,7', 'x,none'])
  assert.deepEqual(await queries.rows('SELECT * FROM nulls ORDER BY b'), [
    [undefined, '7'],
    ['x', undefined],
  ])
})

test('UNLOAD writes files and no table', async () => {
  const query = await queries.succeed(
    "UNLOAD (SELECT 1 AS a, 'x' AS b) TO 's3://analytics/unloaded' WITH (format = 'JSON', compression = 'NONE')",
  )
  assert.deepEqual([query.StatementType, query.SubstatementType], ['DML', 'UNLOAD'])
  const [key = ''] = await keys('unloaded/')
  assert.equal(await textOf(key), '{"a":1,"b":"x"}\n')
})

test('WITH NO DATA makes the table without a file', async () => {
  await queries.succeed(
    "CREATE TABLE empty WITH (external_location = 's3://analytics/empty/') AS SELECT 1 AS a WITH NO DATA",
  )
  assert.deepEqual(await keys('empty/'), [])
  assert.deepEqual(await queries.rows('SELECT * FROM empty'), [])
})

const refused: readonly (readonly [sql: string, words: RegExp])[] = [
  ['INSERT INTO events (id, id) SELECT 1, 2', /^DUPLICATE_COLUMN_NAME: .*specified more than once: id/],
  ["CREATE TABLE bin WITH (format = 'JSON') AS SELECT X'00ff' AS b", /^NOT_SUPPORTED: Column b holds a varbinary/],
  ['INSERT INTO quoted SELECT 1', /^NOT_SUPPORTED: Inserting into a table of .*OpenCSVSerde is not supported/],
  [
    "INSERT INTO projected SELECT 'a', 'b'",
    /^NOT_SUPPORTED: Inserting into a table with partition projection is not supported/,
  ],
  [
    'CREATE TABLE readings AS SELECT 1 AS a',
    /^TABLE_ALREADY_EXISTS: .*'awsdatacatalog\.weather\.readings' already exists/,
  ],
  ["UNLOAD (SELECT 1 AS a) TO 's3://analytics/unloaded/' WITH (format = 'PARQUET')", /^HIVE_PATH_ALREADY_EXISTS: /],
  [
    "CREATE TABLE more WITH (partitioned_by = ARRAY['p']) AS SELECT 1 AS a, n AS p FROM UNNEST(sequence(1, 101)) AS t (n)",
    /^HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers/,
  ],
  [
    'INSERT INTO nowhere SELECT 1',
    /^TABLE_NOT_FOUND: line 1:13: Table 'awsdatacatalog\.weather\.nowhere' does not exist/,
  ],
  [
    "INSERT INTO events SELECT 'text', 'name', 'day'",
    /^TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: \[bigint, varchar, varchar\], Query: \[varchar\(4\), varchar\(4\), varchar\(3\)\]/,
  ],
  ['INSERT INTO events SELECT 1', /^TYPE_MISMATCH: .*mismatched column types/],
  ['INSERT INTO events (nope) SELECT 1', /^COLUMN_NOT_FOUND: Insert column name does not exist in target table: nope/],
  ['CREATE TABLE unnamed AS SELECT 1', /^MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1/],
  [
    'CREATE TABLE zoned AS SELECT current_timestamp AS at',
    /^NOT_SUPPORTED: Unsupported Hive type: timestamp\(3\) with time zone/,
  ],
  ["CREATE TABLE gone WITH (external_location = 's3://nobodys/x/') AS SELECT 1 AS a", /no such bucket/],
]
for (const [sql, words] of refused)
  test(`fails and leaves nothing: ${sql.slice(0, 60)}`, async () => assert.match(await queries.fail(sql), words))

for (const [sql, words] of [
  ["CREATE TABLE b WITH (format = 'ORC', orc_compression = 'ZLIB') AS SELECT 1 AS a", /the format ORC/],
  ["CREATE TABLE i WITH (table_type = 'ICEBERG') AS SELECT 1 AS a", /table_type = 'ICEBERG'/],
  ["CREATE TABLE o WITH (format = 'ORC') AS SELECT 1 AS a", /the format ORC/],
  ['CREATE TABLE l LIKE readings', /CREATE TABLE … LIKE/],
  ['INSERT OVERWRITE readings SELECT 1', /INSERT OVERWRITE/],
] as const)
  test(`is refused by name: ${sql.slice(0, 60)}`, () =>
    assert.rejects(queries.start(sql), { name: 'InvalidRequestException', message: words }))

test('Parquet is written with each of its compressions, ZSTD at each of its levels', async () => {
  const numbers = 'SELECT n, CAST(n % 7 AS varchar) AS text FROM UNNEST(sequence(1, 5000)) AS t(n)'
  const written = async (name: string, options: string) => {
    await queries.succeed(`CREATE TABLE ${name} WITH (format = 'PARQUET', ${options}) AS ${numbers}`)
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'weather', Name: name }))
    assert.deepEqual(await queries.rows(`SELECT count(*), sum(n), max(text) FROM ${name}`), [['5000', '12502500', '6']])
    await queries.succeed(`INSERT INTO ${name} VALUES (0, 'x')`)
    return Table?.Parameters?.['parquet.compression']
  }
  assert.equal(await written('in_lz4', "write_compression = 'LZ4'"), 'LZ4')
  assert.equal(await written('in_zstd_1', "write_compression = 'ZSTD', compression_level = 1"), 'ZSTD')
  assert.equal(await written('in_zstd_22', "parquet_compression = 'ZSTD', compression_level = 22"), 'ZSTD')
  await queries.succeed(
    "UNLOAD (SELECT 1 AS n) TO 's3://analytics/level/' WITH (format = 'PARQUET', compression = 'ZSTD', compression_level = 3)",
  )
  const refused = (options: string) =>
    assert.rejects(queries.run(`CREATE TABLE other WITH (${options}) AS SELECT 1 AS n`), /compression_level/)
  await refused("write_compression = 'ZSTD', compression_level = 23")
  await refused("write_compression = 'GZIP', compression_level = 3")
  await refused("format = 'JSON', write_compression = 'ZSTD', compression_level = 3")
})

test('a tab between fields may be written as in Hive', async () => {
  await queries.succeed(
    "CREATE TABLE tabbed WITH (format = 'TEXTFILE', field_delimiter = '\\t', write_compression = 'NONE', external_location = 's3://analytics/tabbed/') AS SELECT 1 AS a, 'x,y' AS b",
  )
  assert.deepEqual(await queries.rows('SELECT a, b FROM tabbed'), [['1', 'x,y']])
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'analytics', Prefix: 'tabbed/' }))
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key: Contents[0]?.Key ?? '' }))
  assert.equal(await Body?.transformToString(), '1\tx,y\n')
})
