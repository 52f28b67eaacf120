/** Parquet whose texts are not UTF-8, with the AWS SDK: what is no character is U+FFFD, wherever it lies, and the rest as it is. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { lakeOfTables } from '../testing/athena.ts'
import { client } from '../testing/lake.ts'

const { queries, put, close, url } = await lakeOfTables()
after(close)
const s3 = new S3Client({ ...client(url), forcePathStyle: true })

/** Puts a file of what the query gives, in which every Q is a byte that begins no character. Answers with its size. */
async function broken(select: string, key: string): Promise<number> {
  const Prefix = `made/${key}/`
  await queries.succeed(
    `UNLOAD (${select}) TO 's3://analytics/${Prefix}' WITH (format = 'PARQUET', compression = 'NONE')`,
  )
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'analytics', Prefix }))
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key: Contents[0]?.Key ?? '' }))
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
  for (let at = bytes.indexOf('Q'); at >= 0; at = bytes.indexOf('Q', at)) bytes[at] = 0xe9
  await put(key, bytes)
  return bytes.length
}

const table = (name: string, columns: string) =>
  queries.succeed(`CREATE EXTERNAL TABLE ${name} (${columns}) STORED AS PARQUET LOCATION 's3://analytics/${name}/'`)

test('bytes that are no UTF-8 are U+FFFD, in texts and within arrays, maps and rows', async () => {
  const row = (n: number, text: string) =>
    `SELECT ${n} AS n, '${text}' AS s, ARRAY['${text}', NULL] AS a, MAP(ARRAY['${text}'], ARRAY[${n}]) AS m,
      CAST(ROW('${text}', ARRAY[${n}]) AS ROW(x varchar, y array(integer))) AS r`
  await broken(`${row(1, 'cafQ')} UNION ALL ${row(2, 'café')}`, 'texts/a.parquet')
  await queries.succeed(
    `UNLOAD (${row(3, 'plain')}) TO 's3://analytics/texts/more/' WITH (format = 'PARQUET', compression = 'SNAPPY')`,
  )
  await table('texts', 'n int, s string, a array<string>, m map<string,int>, r struct<x:string,y:array<int>>')
  const shown = (n: number, text: string) => [
    `${n}`,
    text,
    `[${text}, null]`,
    `{${text}=${n}}`,
    `{x=${text}, y=[${n}]}`,
  ]
  for (let round = 0; round < 2; round += 1)
    assert.deepEqual(await queries.rows('SELECT * FROM texts ORDER BY n'), [
      shown(1, 'caf\ufffd'),
      shown(2, 'café'),
      shown(3, 'plain'),
    ])
  assert.deepEqual(await queries.rows("SELECT n FROM texts WHERE s LIKE 'caf_' AND r.x = s ORDER BY n"), [['1'], ['2']])
})

test('several such files are read in one statement, which counts no more than they have', async () => {
  let bytes = 0
  for (let n = 0; n < 6; n += 1) bytes += await broken(`SELECT ${n} AS n, 'Q${n}' AS s`, `several/${n}.parquet`)
  await table('several', 'n int, s string')
  const asked = 'SELECT max(s), count(DISTINCT s), sum(n) FROM several'
  assert.deepEqual(await queries.rows(asked), [['\ufffd5', '6', '15']])
  const { Statistics } = await queries.succeed(asked)
  const scanned = Statistics?.DataScannedInBytes ?? 0
  assert.ok(scanned > 0 && scanned <= bytes, `${scanned} of ${bytes}`)
})

test('what is written from such a file is sound', async () => {
  await broken("SELECT 'Q' AS s", 'from/a.parquet')
  await table('from_it', 's string')
  await queries.succeed("ALTER TABLE from_it SET LOCATION 's3://analytics/from/'")
  await queries.succeed("CREATE TABLE sound WITH (format = 'PARQUET') AS SELECT s FROM from_it")
  assert.deepEqual(await queries.rows('SELECT s, length(s) FROM sound'), [['\ufffd', '1']])
})
