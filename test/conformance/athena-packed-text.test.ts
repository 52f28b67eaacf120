/** Which packed files of text are read, with the AWS SDK, and what is said of the others: none is taken for a plain one. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { hadoopSnappy } from '../../src/formats/snappy.ts'
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

/** By the programs bzip2 and lz4; the latter's block in Hadoop's frame. */
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWZHVuTcAAALZgAAQQAQgABtptsAgACKBkD1D1PUKZMTIMjFoYszgTPtpFyUofF3JFOFCQkdW5NxCWmg5MUFZJlNZ+o/MXQAA' +
    'AdkAgBAAJBAAIAAACCAAIYAMAVsZ2YHF3JFOFCQ+o/MXQEJaaDkXckU4UJAAAAAA',
  'base64',
)
const lz4 = Buffer.from('AAABWwAAAC39CDEsdGhlIHF1aWNrIGJyb3duIGZveAoyFgB/ZG9nCjMsYQEA/xVQYWFhYQo=', 'base64')
const snappy = async (text: string) => {
  async function* input() {
    yield Buffer.from(text)
  }
  return Buffer.concat(await Array.fromAsync(hadoopSnappy(input())))
}

const fox = 'the quick brown fox'
const packed: readonly (readonly [end: string, bytes: Uint8Array, rows: readonly (readonly string[])[]])[] = [
  [
    'deflate',
    Buffer.concat([deflateSync('1,a\n2,b\n'), deflateSync('3,c')]),
    [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
    ],
  ],
  [
    'snappy',
    await snappy('1,a\n2,ü\n'),
    [
      ['1', 'a'],
      ['2', 'ü'],
    ],
  ],
  [
    'lz4',
    lz4,
    [
      ['1', fox],
      ['2', 'the quick brown dog'],
      ['3', 'a'.repeat(300)],
    ],
  ],
  [
    'bz2',
    bzip2,
    [
      ['1', fox],
      ['2', 'a'.repeat(300)],
    ],
  ],
]
for (const [end, bytes, rows] of packed) {
  test(`text in .${end} is read, and counts as packed as it is`, async () => {
    await put(`own_${end}/a.csv.${end}`, bytes)
    await put(`own_${end}/b.csv`, '9,plain\n')
    await table(`own_${end}`)
    assert.deepEqual(await queries.rows(`SELECT n, s FROM own_${end} ORDER BY n`), [...rows, ['9', 'plain']])
    const { Statistics } = await queries.succeed(`SELECT count(*) FROM own_${end} WHERE "$path" LIKE '%${end}'`)
    assert.equal(Statistics?.DataScannedInBytes, bytes.length)
    const explained = await queries.rows(`EXPLAIN SELECT n FROM own_${end}`)
    assert.ok(explained.flat().join('\n').includes(`own_${end}`))
  })

  test(`a file in .${end} that is cut off fails its query, and so does one that is none`, async () => {
    await put(`cut_${end}/a.csv.${end}`, bytes.subarray(0, bytes.length - 3))
    await table(`cut_${end}`)
    assert.match(
      await queries.fail(`SELECT count(*) FROM cut_${end}`),
      new RegExp(`^HIVE_CURSOR_ERROR: Unexpected end of input stream: s3://analytics/cut_${end}/a\\.csv\\.${end}`),
    )
    await put(`none_${end}/a.csv.${end}`, '1,this is plain text\n')
    await table(`none_${end}`)
    assert.match(await queries.fail(`SELECT s FROM none_${end} LIMIT 1`), /^HIVE_CURSOR_ERROR: Corrupt \w+ stream \(/)
  })
}

test('documents that are packed are read, and what is no UTF-8 in them is U+FFFD', async () => {
  await put('broken/a.json.deflate', deflateSync(Buffer.from('{"n":1,"s":"caf\u00e9"}\n', 'latin1')))
  await put('broken/b.json.snappy', await snappy('{"n":2,"s":"café"}\n'))
  await queries.succeed(`CREATE EXTERNAL TABLE broken (n int, s string)
    ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://analytics/broken/'`)
  for (let round = 0; round < 2; round += 1)
    assert.deepEqual(await queries.rows('SELECT n, s FROM broken ORDER BY n'), [
      ['1', 'caf\ufffd'],
      ['2', 'café'],
    ])
  await queries.succeed("CREATE TABLE copied WITH (format = 'PARQUET') AS SELECT * FROM broken")
  assert.deepEqual(await queries.rows('SELECT s FROM copied WHERE n = 1'), [['caf\ufffd']])
})

for (const end of ['lzo', 'xz'])
  test(`a file that ends in .${end} is refused by its name`, async () => {
    await put(`packed_${end}/a.csv.${end}`, deflateSync('1,a\n'))
    await table(`packed_${end}`)
    assert.match(
      await queries.fail(`SELECT count(*) FROM packed_${end}`),
      new RegExp(`Compression ${end} of s3://analytics/packed_${end}/a\\.csv\\.${end} is not supported`),
    )
  })
