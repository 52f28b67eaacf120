/** Which packed files of text are read, with the AWS SDK, and what is said of the others: none is taken for a plain one. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { lakeOfTables } from '../testing/athena.ts'

const { queries, put, close } = await lakeOfTables()
after(close)

const table = (name: string) =>
  queries.succeed(`CREATE EXTERNAL TABLE ${name} (n int, s string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
    LOCATION 's3://analytics/${name}/'`)

test('gzip in several members, zstd and plain files are read together, each without its header', async () => {
  await put('all/a.csv.gz', Buffer.concat([gzipSync('n,s\n1,a\n'), gzipSync('2,b\n'), gzipSync('')]))
  await put('all/b.zst', zstdCompressSync('n,s\n3,c'))
  await put('all/c.csv', 'n,s\r\n4,d\r\n')
  await put('all/only-a-header', 'n,s')
  await put('all/empty', '')
  await table('all')
  await queries.succeed("ALTER TABLE all SET TBLPROPERTIES ('skip.header.line.count' = '1')")
  assert.deepEqual(await queries.rows('SELECT n, s FROM "all" ORDER BY n'), [
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'c'],
    ['4', 'd'],
  ])
})

for (const end of ['bz2', 'deflate', 'snappy', 'lz4', 'lzo', 'xz'])
  test(`a file that ends in .${end} is refused by its name`, async () => {
    await put(`packed_${end}/a.csv.${end}`, deflateSync('1,a\n'))
    await table(`packed_${end}`)
    assert.match(
      await queries.fail(`SELECT count(*) FROM packed_${end}`),
      new RegExp(`Compression ${end} of s3://analytics/packed_${end}/a\\.csv\\.${end} is not supported`),
    )
  })
