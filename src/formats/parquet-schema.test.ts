// The schema that is read from a footer is the one that DuckDB reads from the file; what is no schema is refused with a reason.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { NotParquet, parquetFooterBytes, parquetTrailerBytes } from './parquet-footer.ts'
import { parseParquetSchema, type SchemaElement } from './parquet-schema.ts'
import { ThriftMalformed } from './thrift-compact.ts'

let directory: string
let footer: Uint8Array
let told: readonly (readonly unknown[])[]
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-parquet-schema-'))
  const path = join(directory, 'file.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (SELECT 'a' AS text, 'b'::BLOB AS raw, 1::TINYINT AS t, 1::SMALLINT AS s, 1::INTEGER AS i, 1::BIGINT AS b,
    1::UINTEGER AS u, 1.5::FLOAT AS f, 1.5::DOUBLE AS d, true AS ok, 1.25::DECIMAL(10,2) AS price, 1.25::DECIMAL(30,2) AS wide,
    DATE '2025-10-15' AS day, TIMESTAMP '2025-10-15 00:00:00' AS at, TIME '01:02:03' AS clock, [1]::INTEGER[] AS list,
    {'a': 1::INTEGER, 'b': ['x']} AS nested, MAP {'k': 1.5::DOUBLE} AS m FROM range(1000)) TO '${path}' (FORMAT parquet)`)
  const reader = await connection.runAndReadAll(
    `SELECT name, type, repetition_type = 'REPEATED', coalesce(num_children, 0)::INTEGER, coalesce(converted_type, logical_type, '')
     FROM parquet_schema('${path}')`,
  )
  told = reader.getRowsJson()
  connection.closeSync()
  instance.closeSync()
  const bytes = await readFile(path)
  const length = parquetFooterBytes(bytes.subarray(-parquetTrailerBytes), bytes.length)
  footer = bytes.subarray(-parquetTrailerBytes - length, -parquetTrailerBytes)
})
after(() => rm(directory, { recursive: true }))

const walked = ({
  name,
  physical,
  isRepeated,
  annotation,
  children,
}: SchemaElement): readonly (readonly unknown[])[] => [
  [name, physical ?? null, isRepeated, children.length, annotation],
  ...children.flatMap(walked),
]

test('names, types, repetition and annotations are those that DuckDB reads', () => {
  const [, ...columns] = walked(parseParquetSchema(footer))
  const [, ...expected] = told
  assert.deepEqual(
    columns,
    expected.map(([name, type, isRepeated, ...rest]) => [name, type, isRepeated ?? false, ...rest]),
  )
})

test('a footer that is cut off or changed is read or refused, never worse', () => {
  fc.assert(
    fc.property(fc.nat(footer.length - 1), fc.nat(255), fc.nat(footer.length), (at, byte, length) => {
      const changed = Uint8Array.from(footer.subarray(0, length))
      if (at < changed.length) changed[at] = byte
      try {
        parseParquetSchema(changed)
      } catch (cause) {
        assert(cause instanceof NotParquet || cause instanceof ThriftMalformed, String(cause))
      }
    }),
  )
})
