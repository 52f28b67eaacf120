// Conditions reach the partitions through WITH, derived tables, views, joins and set operations, and never change an answer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import type { Column, TableSource } from './request.ts'
import { jsonTable, query } from './testing/tables.ts'

const columns = [{ name: 'v', type: 'bigint' }]
const partitionColumns = [
  { name: 'p', type: 'int' },
  { name: 'q', type: 'string' },
]
const keys = [0, 1, 2, 3].flatMap(p => ['a', 'b', null].map(q => ({ p, q })))
const rowsOf = (p: number) => [{ v: p }, { v: 7 }]

function partitioned() {
  const partitions = keys.map(({ p, q }) => ({
    values: [String(p), q ?? '__HIVE_DEFAULT_PARTITION__'],
    rows: rowsOf(p),
  }))
  return jsonTable('t', columns, partitionColumns, partitions)
}
const flat = await jsonTable(
  't',
  [...columns, ...partitionColumns],
  [],
  [{ values: [], rows: keys.flatMap(({ p, q }) => rowsOf(p).map(row => ({ ...row, p, q }))) }],
)

const view = (name: string, sql: string, shown: readonly Column[]): TableSource => ({
  ...{ database: 'default', name, format: 'json', columns: [], partitionColumns: [], partitions: [] },
  view: { sql, database: 'default', columns: shown },
  files: async () => [],
})
const shown = [
  { name: 'p', type: 'integer' },
  { name: 'q', type: 'varchar' },
  { name: 'v', type: 'bigint' },
]
const views = [
  view('plain', 'SELECT p, q, v FROM t', shown),
  view('nested', "WITH w AS (SELECT * FROM plain WHERE v <> 3) SELECT p, q, v FROM w WHERE q = 'a' OR p < 2", shown),
  view('grouped', 'SELECT p, q, sum(v) AS v FROM t GROUP BY p, q', shown),
  view('united', 'SELECT p, q, v FROM plain UNION ALL SELECT p, q, v FROM nested', shown),
  view('paired', 'SELECT a.p, b.q, b.v FROM plain AS a LEFT JOIN t AS b ON a.p = b.p AND a.v = b.v', shown),
  view('windowed', 'SELECT p, q, max(v) OVER (PARTITION BY q) AS v FROM t', shown),
  // A column that is turned into the declared type is another one.
  view('turned', 'SELECT p, q, v FROM t', [{ name: 'p', type: 'bigint' }, ...shown.slice(1)]),
]

/** How many partitions each mention of the table is read for. */
const read: readonly (readonly [sql: string, partitions: readonly number[]])[] = [
  ['WITH x AS (SELECT * FROM t) SELECT * FROM x WHERE p = 1', [3]],
  ["WITH x AS (SELECT v, p AS n FROM t WHERE q = 'a') SELECT * FROM x WHERE n IN (1, 2)", [2]],
  ['WITH x AS (SELECT * FROM t), y AS (SELECT p + 0 AS o, p FROM x) SELECT * FROM y WHERE p = 1', [3]],
  ['WITH x(one, two, three) AS (SELECT * FROM t) SELECT * FROM x WHERE two = 1', [3]],
  ['WITH x AS (SELECT * FROM t) SELECT * FROM x WHERE p = 1 UNION ALL SELECT * FROM x WHERE p = 2', [6]],
  ['WITH x AS (SELECT * FROM t) SELECT a.v FROM x a, x b WHERE a.p = 1 AND b.v = 2', [12]],
  ['SELECT * FROM (SELECT * FROM t) x WHERE x.p = 1', [3]],
  ["SELECT * FROM (SELECT * FROM (SELECT p, q AS r FROM t)) WHERE p BETWEEN 1 AND 2 AND r LIKE 'a%'", [2]],
  ['SELECT * FROM t AS x(a, b, c) WHERE b = 1', [3]],
  ['SELECT * FROM (SELECT p, sum(v) FROM t GROUP BY p) WHERE p = 1', [3]],
  ['SELECT * FROM (SELECT DISTINCT p FROM t) WHERE p = 1', [3]],
  ['SELECT * FROM (SELECT p FROM t UNION ALL SELECT CAST(v AS integer) FROM t) AS x(n) WHERE n = 1', [3, 12]],
  ['SELECT * FROM (SELECT p FROM t EXCEPT SELECT p FROM t WHERE v = 7) WHERE p = 1', [3, 3]],
  ['SELECT * FROM (SELECT a.p, b.q FROM t a JOIN t b ON a.p = b.p) WHERE p = 1', [3, 12]],
  ['SELECT * FROM (SELECT a.p, b.q FROM t a LEFT JOIN t b ON a.p = b.p) WHERE p = 1 AND q IS NULL', [3, 12]],
  ['SELECT * FROM (VALUES 1) z(o) LEFT JOIN (SELECT * FROM t) x ON x.p = o WHERE x.p = 1', [12]],
  ['SELECT * FROM plain WHERE p = 1', [3]],
  ["SELECT * FROM plain AS x WHERE x.p > 1 AND x.q = 'b'", [2]],
  ['SELECT * FROM plain AS x(a, b, c) WHERE a = 2', [3]],
  ['SELECT count(*) FROM nested WHERE p = 3', [1]],
  ['SELECT * FROM grouped WHERE p = 1', [3]],
  ['SELECT * FROM united WHERE p = 3', [3, 1]],
  ['SELECT * FROM paired WHERE p = 1', [3, 12]],
  ['SELECT * FROM plain AS x JOIN plain AS y ON x.p = y.p WHERE x.p = 1 AND y.q IS NULL', [3, 4]],
  // What is not certain is not asked.
  ['SELECT * FROM windowed WHERE p = 1', [12]],
  ['SELECT * FROM turned WHERE p = 1', [12]],
  ['SELECT * FROM (SELECT p, v FROM t ORDER BY v, p, q LIMIT 5) WHERE p = 1', [12]],
  ['SELECT * FROM (SELECT p, row_number() OVER (ORDER BY p, q, v) n FROM t) WHERE p = 1', [12]],
  ['SELECT * FROM (SELECT p, count(*) FROM t GROUP BY ROLLUP (p)) WHERE p IS NULL', [12]],
  ['SELECT * FROM (SELECT p + 1 AS p FROM t) WHERE p = 1', [12]],
  ['SELECT * FROM (SELECT count(*) AS p FROM t) WHERE p = 1', [12]],
]
for (const [sql, partitions] of read) {
  test(`${sql} reads ${partitions.join(' and ')} partitions`, async () => {
    const t = await partitioned()
    const answer = await query(sql, [t, ...views])
    assert.deepEqual([...answer.lines].sort(), [...(await query(sql, [flat, ...views])).lines].sort())
    assert.deepEqual(
      t.indexes.map(indexes => indexes.length),
      partitions,
    )
  })
}

/** Queries over a relation `x(p, q, v)`, the condition outside. */
const shapes: readonly string[] = [
  'WITH x AS (SELECT p, q, v FROM t) SELECT * FROM x WHERE $',
  'WITH x AS (SELECT p, q, v FROM t) SELECT * FROM x WHERE $ UNION ALL SELECT * FROM x WHERE NOT ($)',
  'SELECT * FROM (SELECT p, q, sum(v) AS v FROM t GROUP BY p, q) WHERE $',
  "SELECT * FROM (SELECT p, q, v FROM t WHERE p > 0 UNION SELECT 9, 'a', v FROM t WHERE p < 2) WHERE $",
  'SELECT * FROM (SELECT p, q, v FROM t INTERSECT SELECT p, q, p FROM t) WHERE $',
  "SELECT * FROM (SELECT p, q, v FROM t EXCEPT SELECT p, q, v FROM t WHERE q = 'a') WHERE $",
  'SELECT * FROM (SELECT p, a.q, b.v FROM t a JOIN t b USING (p)) WHERE $',
  'SELECT * FROM (SELECT a.p, b.q, b.v FROM t a LEFT JOIN (SELECT * FROM t WHERE p = 1) b ON a.p = b.p) WHERE $',
  'SELECT * FROM (SELECT b.p, a.q, b.v FROM t a FULL JOIN (SELECT * FROM t WHERE p = 1) b ON a.p = b.p) WHERE $',
  'SELECT * FROM (SELECT p, q, max(v) OVER (PARTITION BY q) AS v FROM t) WHERE $',
  'SELECT * FROM (SELECT max(p) AS p, q, max(v) AS v FROM t GROUP BY q) WHERE $',
  ...views.map(({ name }) => `SELECT * FROM ${name} WHERE $`),
  'SELECT x.p, y.q, x.v FROM plain AS x LEFT JOIN nested AS y ON x.p = y.p WHERE x.p IN (SELECT p FROM united WHERE $)',
  'WITH x AS (SELECT p, q, v FROM t), y AS (SELECT q, v, p FROM x) SELECT * FROM y WHERE $ AND p IN (SELECT p FROM x WHERE $)',
]
const condition = fc.letrec<{ any: string; leaf: string }>(tie => ({
  leaf: fc.constantFrom(
    ...[
      'p = 1',
      'p <> 2',
      'p >= 2',
      'p IN (0, 3)',
      'p BETWEEN 1 AND 2',
      'p IS NULL',
      "q = 'a'",
      "q > 'a'",
      'q IS NULL',
    ],
    ...[
      'v = 7',
      'v > p',
      "coalesce(q, 'z') = 'z'",
      "concat(q, cast(p AS varchar)) = 'a1'",
      'p % 2 = 0',
      'NULL',
      'abs(p - 2) = 1',
    ],
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) AND (${other})`),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) OR (${other})`),
    tie('any').map(one => `NOT (${one})`),
  ),
})).any

test('with and without partitions every shape of query has the same rows', async () => {
  const t = await partitioned()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...shapes), condition, async (shape, where) => {
      const sql = shape.replaceAll('$', where)
      const [one, other] = [await query(sql, [t, ...views]), await query(sql, [flat, ...views])]
      assert.deepEqual([...one.lines].sort(), [...other.lines].sort(), sql)
    }),
    { numRuns: tries(80) },
  )
  assert.ok(
    t.indexes.some(indexes => indexes.length < keys.length),
    'nothing was ever pruned',
  )
})

const odd = ['0', '007', '-0', '-5', '2147483647', null].flatMap(p =>
  ['a', 'B', 'é', '😀', '\ue000', null].map(q => ({ p, q })),
)
const comparison = fc.oneof(
  fc.tuple(
    fc.constantFrom('p', 'p', '7'),
    fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
    fc.constantFrom('0', '7', '2147483647', 'p'),
  ),
  fc.tuple(
    fc.constant('q'),
    fc.constantFrom('=', '<>', '<', '>='),
    fc.constantFrom("'a'", "'B'", "'é'", "'b'", "'😀'", 'q'),
  ),
  fc.constantFrom(
    ['p', 'IN', '(0, 7)'],
    ['q', 'IN', "('a', '😀')"],
    ['p', 'BETWEEN', '0 AND 100'],
    ['q', 'BETWEEN', "'A' AND 'b'"],
  ),
)
const told = fc.tuple(comparison, fc.constantFrom('AND', 'OR'), comparison)

test('partitions that are told without DuckDB are those that DuckDB tells', async () => {
  const partitions = odd.map(({ p, q }) => ({
    values: [p ?? '__HIVE_DEFAULT_PARTITION__', q ?? '__HIVE_DEFAULT_PARTITION__'],
    rows: [{ v: 1 }],
  }))
  await fc.assert(
    fc.asyncProperty(told, async ([one, joined, other]) => {
      const t = await jsonTable('t', columns, partitionColumns, partitions)
      const where = `(${one.join(' ')} ${joined} ${other.join(' ')})`
      await query(`SELECT count(*) FROM t WHERE ${where}`, [t])
      // A form that is DuckDB's alone takes all of the conditions there.
      await query(`SELECT count(*) FROM t WHERE ${where} AND (p IS NULL OR p IS NOT NULL)`, [t])
      assert.deepEqual(t.indexes[0] ?? [], t.indexes[1] ?? [], where)
    }),
    { numRuns: tries(60) },
  )
})
