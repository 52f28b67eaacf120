// A scan reads what the catalog says and nothing else, and pruning partitions never changes an answer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import type { TableSource } from './request.ts'
import { engineOf, fileOf, jsonTable, query, transform } from './testing/tables.ts'

const columns = [{ name: 'v', type: 'bigint' }]
const dayColumns = [
  { name: 'year', type: 'int' },
  { name: 'month', type: 'int' },
  { name: 'day', type: 'string' },
]
const days = [
  { values: ['2025', '10', '14'], rows: [{ v: 1 }, { v: 2 }] },
  { values: ['2025', '10', '15'], rows: [{ v: 3 }] },
  { values: ['2025', '11', '15'], rows: [{ v: 4 }] },
  { values: ['2024', '10', '__HIVE_DEFAULT_PARTITION__'], rows: [{ v: 5 }, { v: null }] },
]

test('only the partitions that the WHERE names are asked for', async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  const answer = await query("SELECT v, day FROM t WHERE year=2025 AND month=10 AND day='15'", [t])
  assert.deepEqual(answer.lines, ['"v","day"', '"3","15"'])
  assert.deepEqual(t.indexes, [[1]])
  assert.deepEqual(answer.partitionsRead, { 'default.t': 1 })
  const file = (await t.files([1]))[0]
  assert.equal(answer.scannedBytes, file?.bytes)
})

test('JSON files are read packed and plain, in one table', async () => {
  const files = await Promise.all(
    ['a.json', 'b.json.gz', 'c'].map(async (name, at) => ({
      ...(await fileOf(`s3://b/t/${name}`, `{"v":${at + 1}}\n`)),
      partition: -1,
    })),
  )
  const format = 'json' as const
  const t = {
    database: 'default',
    name: 't',
    format,
    columns,
    partitionColumns: [],
    partitions: [],
    files: async () => files,
  }
  assert.deepEqual((await query('SELECT v FROM t ORDER BY v', [t])).lines, ['"v"', '"1"', '"2"', '"3"'])
})

test('a WHERE that no partition fits asks for no file and answers with no row', async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  const answer = await query('SELECT v FROM t WHERE year = 1999', [t])
  assert.deepEqual(answer.lines, ['"v"'])
  assert.deepEqual(t.indexes, [])
  assert.equal(answer.scannedBytes, 0)
})

test("a partition column whose value is Hive's default is NULL", async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  assert.deepEqual(
    (await query('SELECT v FROM t WHERE day IS NULL ORDER BY v', [t])).lines,
    ['"v"', '"5"', ''].filter((_, index) => index < 2),
  )
})

test('the filled side of an outer join is not pruned', async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  const sql = 'SELECT a.x, t.v FROM (VALUES 3, 9) AS a(x) LEFT JOIN t ON t.v = a.x WHERE t.year IS NULL'
  const answer = await query(sql, [t])
  assert.deepEqual(answer.lines, ['"x","v"', '"9",'])
  assert.equal(t.indexes[0]?.length, 4)
})

test('each mention of a table is pruned by its own WHERE', async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  const sql = `SELECT (SELECT sum(v) FROM t WHERE year = 2024), (SELECT sum(v) FROM t x WHERE x.month = 11)`
  assert.deepEqual((await query(sql, [t])).lines[1], '"5","4"')
  assert.deepEqual(t.indexes, [[3], [2]])
})

test('an integer against a string partition column is a type mismatch, as in Athena', async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  await assert.rejects(query('SELECT v FROM t WHERE day = 15', [t]), /TYPE_MISMATCH/)
})

const condition = fc.letrec<{ any: string; leaf: string }>(tie => ({
  leaf: fc.oneof(
    fc
      .tuple(fc.constantFrom('p', 'r'), fc.constantFrom('=', '<>', '<', '>='), fc.integer({ min: 0, max: 4 }))
      .map(part => part.join(' ')),
    fc
      .tuple(fc.constantFrom('=', '<>', '>', 'LIKE'), fc.constantFrom('a', 'b', '%', ''))
      .map(([operator, value]) => `q ${operator} '${value}'`),
    fc.constantFrom(
      'q IS NULL',
      'q IS NOT NULL',
      "q IN ('a', 'b')",
      "q NOT IN ('a')",
      'p BETWEEN 1 AND 2',
      'p + 1 = 3',
      "cast(p AS varchar) = '2'",
    ),
    fc.constantFrom('v = 3', 'v IS NULL', 'v > p', "q || 'x' = 'ax'", 't.p = 1', 'NULL', 'true', 'p IN (SELECT 2)'),
  ),
  any: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) AND (${other})`),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) OR (${other})`),
    tie('any').map(one => `NOT (${one})`),
  ),
})).any

test('with and without pruning a query has the same rows', async () => {
  const values = [0, 1, 2, 3].flatMap(p =>
    ['a', 'b', null].map(q => ({ p, q, r: (p * 7) % 5, rows: [{ v: p }, { v: null }, { v: 3 }] })),
  )
  const partitioned = await jsonTable(
    't',
    columns,
    [
      { name: 'p', type: 'int' },
      { name: 'q', type: 'string' },
      { name: 'r', type: 'bigint' },
    ],
    values.map(({ p, q, r, rows }) => ({ values: [String(p), q ?? '__HIVE_DEFAULT_PARTITION__', String(r)], rows })),
  )
  const flat = await jsonTable(
    't',
    [...columns, { name: 'p', type: 'int' }, { name: 'q', type: 'string' }, { name: 'r', type: 'bigint' }],
    [],
    [{ values: [], rows: values.flatMap(({ p, q, r, rows }) => rows.map(row => ({ ...row, p, q, r }))) }],
  )
  await fc.assert(
    fc.asyncProperty(condition, async where => {
      const sql = `SELECT v, p, q, r FROM t WHERE ${where} ORDER BY p, q, v`
      assert.deepEqual((await query(sql, [partitioned])).lines, (await query(sql, [flat])).lines, where)
    }),
    { numRuns: tries(40) },
  )
  assert.ok(
    partitioned.indexes.some(indexes => indexes.length < values.length),
    'nothing was ever pruned',
  )
})

test('"$path" is the object\'s own path, and in no star', async () => {
  const t = await jsonTable('t', columns, dayColumns, days)
  const paths = await query('SELECT DISTINCT "$path" FROM t WHERE year = 2025 ORDER BY 1', [t])
  assert.deepEqual(paths.lines.slice(1), ['"s3://b/t/0.json.gz"', '"s3://b/t/1.json.gz"', '"s3://b/t/2.json.gz"'])
  const star = await query('SELECT * FROM t WHERE "$path" LIKE \'%/1.json.gz\'', [t])
  assert.deepEqual(star.lines, ['"v","year","month","day"', '"3","2025","10","15"'])
})

test('Parquet is read by declared names and types: other case, missing, widened, partly', async () => {
  const source = {
    files: [await fileOf('s3://b/raw.json', '{"a":1,"b":"x","c":1.5}\n{"a":2,"b":"y","c":2.5}\n')],
    required: [],
  }
  const sql = 'SELECT CAST(a AS integer) AS a, b, CAST(c AS real) AS c FROM source'
  const ran = await transform(`UNLOAD (${sql}) TO 's3://b/t/' WITH (format = 'PARQUET')`, {
    source,
  })
  const [file] = ran.files
  assert.ok(file !== undefined)
  const table = (declared: TableSource['columns']): TableSource => ({
    ...{ database: 'default', name: 't', format: 'parquet', columns: declared, partitionColumns: [], partitions: [] },
    files: async () => [{ partition: -1, path: 's3://b/t/x', file: file.file, bytes: file.bytes }],
  })
  const declared = [
    { name: 'A', type: 'bigint' },
    { name: 'missing', type: 'array<string>' },
    { name: 'b', type: 'string' },
    { name: 'c', type: 'double' },
  ]
  const answer = await query('SELECT * FROM t ORDER BY a', [table(declared)])
  assert.deepEqual(answer.lines, ['"a","missing","b","c"', '"1",,"x","1.5"', '"2",,"y","2.5"'])
})

test('of Parquet the bytes count that the result needed: of some columns less than the file, of all of them the file', async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"text":"${(n * 7919) % 10_007}"}\n`).join('')
  const source = { files: [await fileOf('s3://b/raw.json', rows)], required: [] }
  const ran = await transform("UNLOAD (SELECT n, text FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')", {
    source,
  })
  const [file] = ran.files
  assert.ok(file !== undefined)
  const t: TableSource = {
    ...{
      database: 'default',
      name: 't',
      format: 'parquet',
      columns: ran.columns,
      partitionColumns: [],
      partitions: [],
    },
    files: async () => [{ partition: -1, path: 's3://b/t/x', file: file.file, bytes: file.bytes }],
  }
  const bytesOf = async (sql: string) => (await query(sql, [t])).scannedBytes
  const [all, some, twice] = [
    await bytesOf('SELECT * FROM t'),
    await bytesOf('SELECT sum(n) FROM t'),
    await bytesOf('SELECT count(a.text), sum(b.n) FROM t AS a JOIN t AS b ON a.text = b.text AND a.n = b.n'),
  ]
  assert.ok(all > 0.95 * file.bytes && all <= file.bytes, `${all} of ${file.bytes}`)
  assert.ok(some > 0 && some < 0.8 * all, `${some} of ${all}`)
  assert.ok(twice > 1.5 * all && twice <= 2 * file.bytes, `${twice} of twice ${file.bytes}`)
  // The same again: what was read before is neither kept nor counted.
  assert.equal(await bytesOf('SELECT sum(n) FROM t'), some)
})

test('of a tiny Parquet file never more bytes count than it has', async () => {
  const source = { files: [await fileOf('s3://b/raw.json', '{"a":1,"b":"x"}\n')], required: [] }
  const ran = await transform("UNLOAD (SELECT a, b FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')", { source })
  const read = await query('SELECT * FROM written', [
    {
      ...{ database: 'default', name: 'written', format: 'parquet', columns: ran.columns, partitionColumns: [] },
      partitions: [],
      files: async () => ran.files.map(file => ({ ...file, partition: -1, path: 's3://b/t/x' })),
    },
  ])
  assert.equal(read.scannedBytes, ran.files[0]?.bytes)
})

test('a text table follows its layout, and a field that does not fit is NULL', async () => {
  const made = await fileOf('s3://b/t.csv.gz', 'n;w\n1;"a;b"\nx;c\n\\N;\n')
  const table: TableSource = {
    ...{ database: 'default', name: 't', format: 'csv', partitionColumns: [], partitions: [] },
    columns: [
      { name: 'n', type: 'int' },
      { name: 'w', type: 'string' },
    ],
    csv: { delimiter: ';', quote: '"', skipLines: 1 },
    files: async () => [{ ...made, partition: -1 }],
  }
  assert.deepEqual((await query('SELECT n, w FROM t', [table])).lines, ['"n","w"', '"1","a;b"', ',"c"', ',""'])
})

test('a damaged file is an error that names no path of this machine', async () => {
  const made = await fileOf('s3://b/t.parquet', 'this is no Parquet file at all')
  const table: TableSource = {
    ...{ database: 'default', name: 't', format: 'parquet', columns, partitionColumns: [], partitions: [] },
    files: async () => [{ ...made, partition: -1 }],
  }
  await assert.rejects(query('SELECT * FROM t', [table]), (cause: Error) => {
    assert.match(cause.message, /HIVE_BAD_DATA/)
    assert.ok(!cause.message.includes(made.file))
    return true
  })
})

test('an empty object and a table without objects have no rows', async () => {
  const empty = await fileOf('s3://b/t.json.gz', new Uint8Array(0))
  for (const files of [[], [{ ...empty, partition: -1 }]]) {
    const table: TableSource = {
      ...{ database: 'default', name: 't', format: 'json', columns, partitionColumns: [], partitions: [] },
      files: async () => files,
    }
    assert.deepEqual((await query('SELECT count(*) AS n FROM t', [table])).lines, ['"n"', '"0"'])
  }
})

test('without a directory to link files in, the answers and the bytes scanned are the same', async () => {
  const plain = engineOf({ scratch: undefined })
  const t = await jsonTable('t', columns, dayColumns, days)
  const sql = 'SELECT v, "$path" FROM t WHERE year = 2025 ORDER BY v'
  const [one, other] = [await query(sql, [t]), await query(sql, [t], {}, plain)]
  assert.equal(one.lines.length, 5)
  assert.deepEqual([one.lines, one.scannedBytes], [other.lines, other.scannedBytes])
})
