/** Files that are cut off or damaged, with the AWS SDK: no row is missing without a word, and the next query runs. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { lakeOfTables } from '../testing/athena.ts'

const { queries, put, close } = await lakeOfTables()
after(close)

const text = (name: string, columns = 'n int, name string') =>
  queries.succeed(`CREATE EXTERNAL TABLE ${name} (${columns}) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION 's3://analytics/${name}/'`)

const lines = Array.from({ length: 20_000 }, (_, n) => `${n},name${(n * 7919) % 1000}\n`).join('')
const packed = gzipSync(lines)

for (const [name, bytes] of [
  ['trailer', packed.length - 4],
  ['end', packed.length - 200],
  ['half', packed.length >> 1],
] as const)
  test(`gzip that was cut off at its ${name} fails the query that reads it, be it the second one`, async () => {
    await put(`cut_${name}/a.gz`, packed)
    await put(`cut_${name}/b.gz`, packed.subarray(0, bytes))
    await text(`cut_${name}`)
    const said = `HIVE_CURSOR_ERROR: Unexpected end of input stream: s3://analytics/cut_${name}/b.gz`
    for (const sql of [`SELECT count(*) FROM cut_${name}`, `SELECT sum(n) FROM cut_${name} WHERE name <> 'name1'`])
      assert.equal(await queries.fail(sql), said)
    assert.equal(await queries.fail(`CREATE TABLE copy_${name} AS SELECT * FROM cut_${name}`), said)
    assert.deepEqual(await queries.rows(`SELECT count(*) FROM cut_${name} WHERE "$path" LIKE '%a.gz'`), [['20000']])
  })

test('gzip in several members is read whole', async () => {
  await put('members/a.gz', Buffer.concat([packed, packed]))
  await text('members')
  assert.deepEqual(await queries.rows('SELECT count(*) FROM members'), [['40000']])
})

test('what is no gzip, and gzip with a wrong checksum, are told', async () => {
  await put('none/a.gz', '1,one\n')
  await text('none')
  assert.match(await queries.fail('SELECT * FROM none'), /^HIVE_/)
  const wrong = Buffer.from(packed)
  wrong.writeUInt32LE(wrong.readUInt32LE(wrong.length - 8) ^ 1, wrong.length - 8)
  await put('wrong/a.gz', wrong)
  await text('wrong')
  assert.match(
    await queries.fail('SELECT count(*) FROM wrong'),
    /^HIVE_CURSOR_ERROR: Corrupt gzip stream .*wrong\/a\.gz$/,
  )
})

for (const [name, pack] of [
  ['plain', (text: string) => Buffer.from(text)],
  ['packed', (text: string) => gzipSync(text)],
  ['zstd', (text: string) => zstdCompressSync(text)],
] as const)
  for (const rest of ['', '\n1,one\n'])
    test(`a line of more than 30 MB fails the query, ${name}, ${rest === '' ? 'at the end' : 'before others'}`, async () => {
      const table = `long_${name}_${rest.length}`
      const key = `${table}/a${{ plain: '', packed: '.gz', zstd: '.zst' }[name]}`
      await put(key, pack('x'.repeat(40_000_000) + rest))
      await text(table, 'name string, n int')
      assert.equal(
        await queries.fail(`SELECT length(name) FROM ${table}`),
        `HIVE_CURSOR_ERROR: A line is longer than 30000000 bytes: s3://analytics/${key}`,
      )
    })

test('zstd that was cut off fails the query that reads it', async () => {
  const bytes = zstdCompressSync(lines)
  await put('cut_zstd/a.zst', bytes.subarray(0, bytes.length - 200))
  await text('cut_zstd')
  assert.match(await queries.fail('SELECT count(*) FROM cut_zstd'), /^HIVE_/)
})

test('Parquet that was cut off is told by its name', async () => {
  await put('parquet/a', 'PAR1 and no more')
  await queries.succeed("CREATE EXTERNAL TABLE parquet (n int) STORED AS PARQUET LOCATION 's3://analytics/parquet/'")
  assert.match(
    await queries.fail('SELECT * FROM parquet'),
    /^HIVE_BAD_DATA: Not valid Parquet file: s3:\/\/analytics\/parquet\/a/,
  )
})

test('two keys of one name fail a document of OpenX, unless case tells them apart', async () => {
  await put('twice/a.json', '{"URL":"big","Url":"small","at":{"n":1}}\n')
  await put('nested/a.json', '{"at":{"n":1,"N":2}}\n')
  const create = (name: string, location: string, properties: string) =>
    queries.succeed(`CREATE EXTERNAL TABLE ${name} (url string, url2 string, at struct<n:int>)
      ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES (${properties})
      LOCATION 's3://analytics/${location}/'`)
  await create('twice', 'twice', "'paths' = 'url'")
  await create('nested', 'nested', "'paths' = 'url'")
  const said = 'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Duplicate key'
  assert.equal(await queries.fail('SELECT * FROM twice'), `${said} "url"`)
  assert.equal(await queries.fail('SELECT at FROM nested'), `${said} "n"`)
  await create('cased', 'twice', "'case.insensitive' = 'FALSE', 'mapping.url' = 'URL', 'mapping.url2' = 'Url'")
  assert.deepEqual(await queries.rows('SELECT url, url2 FROM cased'), [['big', 'small']])
  await create('ignoring', 'twice', "'ignore.malformed.json' = 'true'")
  assert.deepEqual(await queries.rows('SELECT url, url2 FROM ignoring'), [[undefined, undefined]])
})
