/** Arrays, maps and rows in text, with the AWS SDK: what CTAS, INSERT INTO and UNLOAD write is read back as the query gave it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { lakeOfTables } from '../testing/athena.ts'
import { client } from '../testing/lake.ts'

const { queries, put, close, url } = await lakeOfTables()
after(close)
const s3 = new S3Client({ ...client(url), forcePathStyle: true })

/** The text of the only object there, without its line break. */
async function textAt(Prefix: string): Promise<string> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'analytics', Prefix }))
  assert.equal(Contents.length, 1)
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key: Contents[0]?.Key ?? '' }))
  return (await Body?.transformToString())?.trimEnd() ?? ''
}

const plain = "format = 'TEXTFILE', write_compression = 'NONE'"

test('each level has the next separator, and NULL is \\N at every level', async () => {
  await queries.succeed(`CREATE TABLE levels WITH (${plain}, external_location = 's3://analytics/levels/') AS
    SELECT 1 AS n, ARRAY['a', NULL, 'b'] AS list, MAP(ARRAY['k', 'l'], ARRAY[1, NULL]) AS pairs,
      CAST(ROW(1.5, NULL, ARRAY[DATE '2025-10-15']) AS ROW(x double, y varchar, z array(date))) AS r,
      CAST(NULL AS array(integer)) AS nothing`)
  assert.equal(
    await textAt('levels/'),
    ['1', 'a\x02\\N\x02b', 'k\x031\x02l\x03\\N', '1.5\x02\\N\x022025-10-15', '\\N'].join('\x01'),
  )
  assert.deepEqual(await queries.rows('SELECT * FROM levels'), [
    ['1', '[a, null, b]', '{k=1, l=null}', '{x=1.5, y=null, z=[2025-10-15]}', undefined],
  ])
})

const values: readonly (readonly [name: string, sql: string])[] = [
  ['numbers', 'ARRAY[1.5e0, -2e300, 0e0, nan(), infinity(), -infinity()]'],
  ['decimals', "ARRAY[DECIMAL '1.50', DECIMAL '-22.05', NULL]"],
  ['whole', "ARRAY[tinyint '1', NULL, tinyint '-128']"],
  ['flags', 'ARRAY[true, false, NULL]'],
  ['times', "ARRAY[TIMESTAMP '2025-10-15 12:30:00.123', TIMESTAMP '1969-12-31 00:00:00', NULL]"],
  ['deep', "ARRAY[ARRAY[ARRAY['a', 'b'], ARRAY['c']], ARRAY[ARRAY['d']]]"],
  ['none', 'CAST(ARRAY[] AS array(integer))'],
  ['keys', "MAP(ARRAY[1, 2], ARRAY['one', 'two'])"],
  ['days', "MAP(ARRAY[DATE '2025-01-01'], ARRAY[ARRAY[1, 2, NULL]])"],
  ['maps', "ARRAY[MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b', 'c'], ARRAY[2, 3])]"],
  ['rows', "ARRAY[CAST(ROW(1, 'x') AS ROW(n integer, s varchar)), CAST(ROW(2, NULL) AS ROW(n integer, s varchar))]"],
  ['inside', "CAST(ROW(ROW(1, MAP(ARRAY['k'], ARRAY[2]))) AS ROW(o ROW(n integer, m map(varchar, integer))))"],
]
for (const [name, sql] of values)
  test(`is read back as it was: ${sql}`, async () => {
    await queries.succeed(`CREATE TABLE t_${name} WITH (${plain}, field_delimiter = ',') AS SELECT ${sql} AS v, 1 AS n`)
    await queries.succeed(`INSERT INTO t_${name} SELECT NULL, 2`)
    assert.deepEqual(await queries.rows(`SELECT v, n FROM t_${name} ORDER BY n`), [
      ...(await queries.rows(`SELECT ${sql}, 1`)),
      [undefined, '2'],
    ])
  })

test('a table’s own separators, escape and text for NULL are written', async () => {
  await queries.succeed(`CREATE EXTERNAL TABLE own (a array<string>, m map<string,int>, s string)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '|'
      MAP KEYS TERMINATED BY ':' NULL DEFINED AS 'none'
    LOCATION 's3://analytics/own/' TBLPROPERTIES ('write.compression' = 'NONE')`)
  await queries.succeed(`INSERT INTO own SELECT ARRAY['x|y', 'a,b', NULL], MAP(ARRAY['k:1'], ARRAY[5]), 'p:q'`)
  assert.equal(await textAt('own/'), 'x\\|y|a\\,b|none,k\\:1:5,p\\:q')
  await put('own/by-hand', 'x|y,k:1,z\n')
  assert.deepEqual(await queries.rows('SELECT a, m, s FROM own ORDER BY s'), [
    ['[x|y, a,b, null]', '{k:1=5}', 'p:q'],
    ['[x, y]', '{k=1}', 'z'],
  ])
})

test('UNLOAD and partitions write them too, and deeper than Hive goes is refused', async () => {
  await queries.succeed(
    "UNLOAD (SELECT ARRAY[1, 2] AS a, 'x' AS b) TO 's3://analytics/out/' WITH (format = 'TEXTFILE', compression = 'NONE')",
  )
  assert.equal(await textAt('out/'), '1\x022\x01x')
  await queries.succeed(`CREATE TABLE parted WITH (${plain}, partitioned_by = ARRAY['p']) AS
    SELECT ARRAY[n, n + 1] AS a, CAST(n % 2 AS varchar) AS p FROM UNNEST(sequence(1, 3)) AS t(n)`)
  assert.deepEqual(await queries.rows('SELECT a, p FROM parted ORDER BY a[1]'), [
    ['[1, 2]', '1'],
    ['[2, 3]', '0'],
    ['[3, 4]', '1'],
  ])
  const deep = `${'ARRAY['.repeat(8)}1${']'.repeat(8)}`
  assert.match(
    await queries.fail(`CREATE TABLE deep WITH (${plain}) AS SELECT ${deep} AS v`),
    /Number of levels of nesting supported for LazySimpleSerde is 7 Unable to work with level 8/,
  )
})

test('an element that does not fit its type is NULL, and nothing around it', async () => {
  await put('unfit/a', '1|300|x|-5,1.5|12345.6,2025-01-01|2025-13-45,a:1|b:z,2|x\n')
  await queries.succeed(`CREATE EXTERNAL TABLE unfit (a array<tinyint>, b array<decimal(3,1)>, c array<date>,
      d map<string,int>, e struct<n:int,m:int,o:int>)
    ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':'
    LOCATION 's3://analytics/unfit/'`)
  assert.deepEqual(await queries.rows('SELECT * FROM unfit'), [
    ['[1, null, null, -5]', '[1.5, null]', '[2025-01-01, null]', '{a=1, b=null}', '{n=2, m=null, o=null}'],
  ])
})
