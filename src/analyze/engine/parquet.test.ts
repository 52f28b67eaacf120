// Parquet files are read with the types that their table declares: wider ones are taken, a file of another type fails the
// query with its own path, and what a nested value does not have is NULL.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parseSchema, type TableSource } from './request.ts'
import { fileOf, query, transform } from './testing/tables.ts'

/** A file with the rows of a query over nothing. */
async function parquet(sql: string): Promise<{ readonly file: string; readonly bytes: number }> {
  const source = { files: [await fileOf('s3://b/one.json', '{"one":1}\n')], required: [] }
  const ran = await transform(`UNLOAD (${sql} FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')`, { source })
  const [file] = ran.files
  assert.ok(file)
  return file
}

async function read(schema: string, queries: readonly string[], sql = 'SELECT * FROM t'): Promise<readonly string[]> {
  const files = await Promise.all(queries.map(parquet))
  const table: TableSource = {
    ...{ database: 'default', name: 't', format: 'parquet', columns: parseSchema(schema) },
    ...{ partitionColumns: [], partitions: [] },
    files: async () => files.map((file, index) => ({ ...file, partition: -1, path: `s3://b/t/${index}.parquet` })),
  }
  return (await query(sql, [table])).lines.slice(1)
}

const taken: readonly (readonly [schema: string, value: string, shown: string])[] = [
  ['x bigint', 'CAST(1 AS integer)', '"1"'],
  ['x bigint', 'CAST(1 AS tinyint)', '"1"'],
  ['x double', 'CAST(1.5 AS real)', '"1.5"'],
  ['x decimal(10,3)', 'CAST(1.5 AS decimal(5,2))', '"1.500"'],
  ['x decimal(5,1)', 'CAST(2 AS integer)', '"2.0"'],
  ['x string', "'text'", '"text"'],
  ['x varchar(10)', "'text'", '"text"'],
  ['x date', "DATE '2024-02-29'", '"2024-02-29"'],
  ['x timestamp', "TIMESTAMP '2024-02-29 01:02:03.004'", '"2024-02-29 01:02:03.004"'],
  ['x array<bigint>', 'ARRAY[CAST(1 AS integer)]', '"[1]"'],
  ['x map<string,double>', "MAP(ARRAY['k'], ARRAY[CAST(1.5 AS real)])", '"{k=1.5}"'],
  ['x struct<more:string,A:bigint>', 'CAST(ROW(1, 2) AS ROW(a integer, b integer))', '"{more=null, a=1}"'],
]
for (const [schema, value, shown] of taken) {
  test(`${value} is read as ${schema.slice(2)}`, async () => {
    assert.deepEqual(await read(schema, [`SELECT ${value} AS x`], 'SELECT x FROM t'), [shown])
  })
}

const refused: readonly (readonly [schema: string, value: string, physical: string])[] = [
  ['x string', 'CAST(1 AS bigint)', 'INT64'],
  ['x int', 'CAST(1 AS bigint)', 'INT64'],
  ['x int', "'1'", 'BYTE_ARRAY'],
  ['x bigint', 'CAST(1.5 AS double)', 'DOUBLE'],
  ['x float', 'CAST(1.5 AS double)', 'DOUBLE'],
  ['x double', 'CAST(1 AS bigint)', 'INT64'],
  ['x timestamp', 'CAST(1 AS bigint)', 'INT64'],
  ['x bigint', "DATE '2024-02-29'", 'INT32'],
  ['x boolean', 'CAST(1 AS integer)', 'INT32'],
  ['x array<string>', "'a'", 'BYTE_ARRAY'],
  ['x string', "ARRAY['a']", 'group'],
  ['x struct<a:string>', 'CAST(ROW(1) AS ROW(a integer))', 'INT32'],
]
for (const [schema, value, physical] of refused) {
  test(`${value} is not read as ${schema.slice(2)}`, async () => {
    const type = schema.slice(2).replace(/[<>]/g, '.')
    const message = new RegExp(
      `^EngineFault: HIVE_BAD_DATA: Field x's type ${physical} in parquet file s3://b/t/1\\.parquet is incompatible with type ${type} defined in table schema$`,
    )
    await assert.rejects(read(schema, ['SELECT 1 AS y', `SELECT ${value} AS x`]), message)
  })
}

test('files of different widths, and without the column, are one table', async () => {
  const files = ['SELECT CAST(1 AS integer) AS X', 'SELECT CAST(2 AS bigint) AS x', "SELECT 'other' AS y"]
  assert.deepEqual(await read('x bigint', files, 'SELECT sum(x), count(*) FROM t'), ['"3","3"'])
})

test('structs whose texts are only bytes keep their fields, be they others in each file', async () => {
  const struct = (fields: string, ...texts: readonly string[]) =>
    `SELECT CAST(ROW(${texts.map(text => `to_utf8('${text}')`).join(', ')}) AS ROW(${fields})) AS x`
  const files = [
    struct('a varbinary', '1'),
    struct('a varbinary, b varbinary', '2', 'two'),
    struct('b varbinary, a varbinary', 'three', '3'),
  ]
  assert.deepEqual(await read('x struct<a:string,b:string>', files, 'SELECT x FROM t ORDER BY x.a'), [
    ...['"{a=1, b=null}"', '"{a=2, b=two}"', '"{a=3, b=three}"'],
  ])
})

test('a file that is none is named by its place in S3', async () => {
  const made = await fileOf('s3://b/t/bad.parquet', 'this is no Parquet file at all')
  const table: TableSource = {
    ...{ database: 'default', name: 't', format: 'parquet', columns: parseSchema('x int') },
    ...{ partitionColumns: [], partitions: [] },
    files: async () => [{ ...made, partition: -1 }],
  }
  await assert.rejects(
    query('SELECT * FROM t', [table]),
    /HIVE_BAD_DATA: Not valid Parquet file: s3:\/\/b\/t\/bad\.parquet/,
  )
})

test('a file whose footer or pages are not what they say they are fails its query alone, as the data it is', async () => {
  const made = await parquet("SELECT 7 AS x, 'text' AS s")
  const whole = await readFile(made.file)
  const failed: string[] = []
  for (let at = 5; at < whole.length - 8; at += Math.ceil(whole.length / 60)) {
    const bytes = Buffer.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ 0x5a
    const file = await fileOf('s3://b/t/lies.parquet', bytes)
    const table: TableSource = {
      ...{ database: 'default', name: 't', format: 'parquet', columns: parseSchema('x int, s string') },
      ...{ partitionColumns: [], partitions: [], files: async () => [{ ...file, partition: -1 }] },
    }
    await query('SELECT * FROM t', [table]).catch((cause: unknown) => failed.push(String(cause)))
  }
  assert.ok(failed.length > 10, `${failed.length} failed`)
  assert.deepEqual(
    failed.filter(words => !/^EngineFault: (?:HIVE_BAD_DATA|EXHAUSTED_RESOURCES): /.test(words)),
    [],
  )
})
