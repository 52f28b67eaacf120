// What the footer says is what the writer wrote: columns as Hive types, rows, compression. Bytes that are no footer are
// refused with a reason, never with a crash, an endless loop or memory that grows with a lie about a length.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { tries } from '../../test/testing/tries.ts'
import { NotParquet, parquetFooterBytes, parquetTrailerBytes, parseParquetFooter } from './parquet-footer.ts'
import { ThriftMalformed } from './thrift-compact.ts'

let directory: string
let footer: Uint8Array
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-parquet-'))
  footer = await written(
    `SELECT 'a' AS device_id, 1.5::DOUBLE AS temperature, 1.5::FLOAT AS f, 1::INTEGER AS i, 2::BIGINT AS b, 3::SMALLINT AS s,
       4::TINYINT AS t, 5::UINTEGER AS u, true AS ok, 1.25::DECIMAL(10,2) AS price, DATE '2025-10-15' AS day,
       TIMESTAMP '2025-10-15 00:00:00' AS at, 'x'::BLOB AS raw, [1, 2]::INTEGER[] AS list,
       {'a': 1::INTEGER, 'b': ['x']} AS nested, MAP {'k': 1.5::DOUBLE} AS m FROM range(1000)`,
    "COMPRESSION 'SNAPPY', ROW_GROUP_SIZE 2048",
  )
})
after(() => rm(directory, { recursive: true }))

async function written(sql: string, options: string): Promise<Uint8Array> {
  const path = join(directory, 'file.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (${sql}) TO '${path}' (FORMAT PARQUET, ${options})`)
  connection.closeSync()
  instance.closeSync()
  const bytes = await readFile(path)
  const length = parquetFooterBytes(bytes.subarray(-parquetTrailerBytes), bytes.length)
  return bytes.subarray(-parquetTrailerBytes - length, -parquetTrailerBytes)
}

test('columns, rows and compression are those that were written', () => {
  const { columns, rows, codec, createdBy } = parseParquetFooter(footer)
  assert.deepEqual(Object.fromEntries(columns.map(({ name, type }) => [name, type])), {
    device_id: 'string',
    temperature: 'double',
    f: 'float',
    i: 'int',
    b: 'bigint',
    s: 'smallint',
    t: 'tinyint',
    u: 'bigint',
    ok: 'boolean',
    price: 'decimal(10,2)',
    day: 'date',
    at: 'timestamp',
    raw: 'binary',
    list: 'array<int>',
    nested: 'struct<a:int,b:array<string>>',
    m: 'map<string,double>',
  })
  assert.equal(rows, 1000)
  assert.equal(codec, 'SNAPPY')
  assert.match(createdBy, /DuckDB/)
})

test('row groups are counted, and an empty file has no rows', async () => {
  const many = parseParquetFooter(await written('SELECT range AS n FROM range(5000)', 'ROW_GROUP_SIZE 2048'))
  assert.deepEqual([many.rows, many.rowGroups], [5000, 3])
  assert.equal(parseParquetFooter(await written('SELECT 1 AS n WHERE false', "COMPRESSION 'ZSTD'")).rows, 0)
})

test('a file that does not end like Parquet is refused', () => {
  assert.throws(() => parquetFooterBytes(Buffer.from('12345678'), 100), NotParquet)
  assert.throws(() => parquetFooterBytes(Buffer.from([1, 0, 0, 0, ...Buffer.from('PARE')]), 100), /encrypted/)
  assert.throws(() => parquetFooterBytes(Buffer.from([255, 255, 0, 0, ...Buffer.from('PAR1')]), 100), /65535 bytes/)
})

test('damaged footers are refused, or read, but never break the reader', () => {
  const damage = fc.tuple(fc.nat({ max: footer.length - 1 }), fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 20 }), fc.nat({ max: footer.length }), (changes, cut) => {
      const broken = Uint8Array.from(footer).subarray(0, cut)
      for (const [at, byte] of changes) if (at < broken.length) broken[at] = byte
      try {
        parseParquetFooter(broken)
      } catch (cause) {
        assert.ok(cause instanceof NotParquet || cause instanceof ThriftMalformed, String(cause))
      }
    }),
    { numRuns: tries(2000) },
  )
})

test('noise is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      assert.throws(
        () => parseParquetFooter(bytes),
        cause => cause instanceof NotParquet || cause instanceof ThriftMalformed,
      )
    }),
  )
})
