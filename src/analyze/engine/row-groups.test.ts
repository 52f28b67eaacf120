// What a file's statistics say leaves row groups unread, and never changes an answer: Parquet files, each of a few rows alike or of
// NULLs alone, and the same rows as JSON, which has no statistics, answer every condition the same.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { parseSchema, type TableSource } from './request.ts'
import { fileOf, query, transform } from './testing/tables.ts'

type Row = readonly [n: string, s: string, d: string, b: string]
/** Of each file its rows, as Athena's literals. */
const files: readonly (readonly Row[])[] = [
  [['NULL', 'NULL', 'NULL', 'NULL']],
  [
    ['1', "'a'", '1e0', 'false'],
    ['NULL', 'NULL', 'NULL', 'NULL'],
  ],
  [
    ['1', "'a'", '-0e0', 'true'],
    ['1', "'a'", '0e0', 'true'],
  ],
  [
    ['2', "''", 'nan()', 'false'],
    ['3', "'b'", 'NULL', 'NULL'],
  ],
  [['-5', `'${'z'.repeat(80)}'`, 'infinity()', 'NULL']],
]

const types = 'AS t(n, s, d, b)'
const cast = 'CAST(n AS bigint) AS n, CAST(s AS varchar) AS s, CAST(d AS double) AS d, CAST(b AS boolean) AS b'
async function written(rows: readonly Row[], format: string) {
  const values = rows.map(row => `(${row.join(', ')})`).join(', ')
  const source = { files: [await fileOf('s3://b/one.json', '{"one":1}\n')], required: [] }
  const sql = `UNLOAD (SELECT ${cast} FROM (VALUES ${values}) ${types}) TO 's3://b/t/' WITH (format = '${format}')`
  const [file] = (await transform(sql, { source })).files
  assert.ok(file)
  return file
}
async function table(name: string, format: 'parquet' | 'json'): Promise<TableSource> {
  const made = await Promise.all(files.map(rows => written(rows, format.toUpperCase())))
  const ending = format === 'json' ? 'json.gz' : format
  return {
    ...{ database: 'default', name, format, columns: parseSchema('n bigint, s string, d double, b boolean') },
    ...{ partitionColumns: [], partitions: [] },
    files: async () =>
      made.map((file, index) => ({ ...file, partition: -1, path: `s3://b/${name}/${index}.${ending}` })),
  }
}
const tables = [await table('grouped', 'parquet'), await table('plain', 'json')]

const literal = {
  n: fc.constantFrom('1', '2', '-5', '0', '9', 'NULL'),
  s: fc.constantFrom("'a'", "''", "'b'", `'${'z'.repeat(64)}'`, "'zz'", 'NULL'),
  d: fc.constantFrom('1e0', '0e0', '-0e0', 'nan()', 'infinity()', 'NULL'),
  b: fc.constantFrom('true', 'false', 'NULL'),
}
const columns: readonly (keyof typeof literal)[] = ['n', 's', 'd', 'b']
const operator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM')
const texts = ["s LIKE 'z%'", "s LIKE '%a'"]
const leaf = (column: keyof typeof literal) => {
  const value = literal[column]
  const more = column === 's' ? texts : column === 'b' ? ['b'] : []
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(operator, value).map(([by, one]) => `${column} ${by} ${one}`) },
    fc.tuple(value, value).map(([one, other]) => `${column} BETWEEN ${one} AND ${other}`),
    fc
      .tuple(fc.constantFrom('IN', 'NOT IN'), value, value)
      .map(([by, one, other]) => `${column} ${by} (${one}, ${other})`),
    fc.constantFrom(`${column} IS NULL`, `${column} IS NOT NULL`, ...more),
  )
}
/** Over few columns, so that conditions on one stand beside each other. */
const condition = fc
  .oneof(
    fc.constantFrom(...columns).map(column => [column]),
    fc.constant(columns),
  )
  .chain(
    some =>
      fc.letrec<{ any: string; leaf: string }>(tie => ({
        leaf: fc.constantFrom(...some).chain(leaf),
        any: fc.oneof(
          { maxDepth: 3 },
          tie('leaf'),
          fc
            .tuple(tie('any'), fc.constantFrom('AND', 'OR'), tie('any'))
            .map(([one, by, other]) => `(${one}) ${by} (${other})`),
          tie('any').map(one => `NOT (${one})`),
        ),
      })).any,
  )

const answers = async (where: string) => {
  const lines = await Promise.all(
    tables.map(async ({ name }) => (await query(`SELECT * FROM ${name} WHERE ${where}`, tables)).lines),
  )
  return lines.map(some => [...some].sort())
}

const known = [
  'n > 1 OR n IS DISTINCT FROM 1',
  'b >= false OR b IS DISTINCT FROM false',
  "s = 'b' OR NOT (s IS NOT DISTINCT FROM 'a')",
  'n > 1 OR NOT (n IS NOT DISTINCT FROM 1 AND b)',
  'NOT (n IS NOT DISTINCT FROM 1 AND d >= 0e0)',
  'd = 0e0 OR NOT (d < 1e0)',
]
for (const where of known) {
  test(`${where} has the same rows with and without statistics`, async () => {
    const [one, other] = await answers(where)
    assert.deepEqual(one, other)
  })
}

test('every condition has the same rows with and without statistics', async () => {
  await fc.assert(
    fc.asyncProperty(condition, async where => {
      const [one, other] = await answers(where)
      assert.deepEqual(one, other, where)
    }),
    { numRuns: tries(150) },
  )
})
