// A column is named with its table's database and catalog as the FROM writes them, in every clause, and leaves partitions unread as
// it does without them. Metabase and the like name every column so.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonTable, query } from './testing/tables.ts'

const columns = [
  { name: 'v', type: 'bigint' },
  { name: 'r', type: 'struct<f:string>' },
]
const rows = (...values: readonly number[]) => values.map(v => ({ v, r: { f: `f${v}` } }))
const tables = async () => {
  const partitions = [1, 2].map(p => ({ values: [String(p)], rows: rows(p, p + 10) }))
  const t = await jsonTable('t', columns, [{ name: 'p', type: 'int' }], partitions)
  const other = await jsonTable('t', columns, [], [{ values: [], rows: rows(1, 5) }])
  const view = await jsonTable('shown', [], [], [])
  return [
    t,
    { ...other, database: 'other' },
    { ...view, view: { sql: 'SELECT v FROM other.t', database: 'default', columns: [{ name: 'v', type: 'bigint' }] } },
  ] as const
}

/** The answers, in order, without the header. */
const answers: readonly (readonly [sql: string, lines: readonly string[]])[] = [
  ['SELECT "default"."t"."v" FROM "default"."t" WHERE "default"."t"."p" = 1 ORDER BY "default"."t"."v"', ['1', '11']],
  ['SELECT AwsDataCatalog.other.T.v AS n FROM awsdatacatalog.Other.t ORDER BY other.t.v DESC', ['5', '1']],
  ['SELECT other.t.v, t.v FROM awsdatacatalog.other.t ORDER BY awsdatacatalog.other.t.v', ['1,1', '5,5']],
  ['SELECT default.t.v, other.t.v FROM default.t JOIN other.t ON default.t.v = other.t.v', ['1,1']],
  ['SELECT p, count(*) FROM default.t GROUP BY default.t.p HAVING max(default.t.v) > 11 ORDER BY p', ['2,2']],
  ['SELECT default.t.p, sum(v) FROM default.t GROUP BY p ORDER BY default.t.p', ['1,12', '2,14']],
  ['SELECT other.t.* FROM default.t JOIN other.t ON default.t.v = other.t.v', ['1,{f=f1}']],
  ['SELECT other.t.r.f, (other.t.v) + 1 FROM other.t ORDER BY 1', ['f1,2', 'f5,6']],
  [
    'SELECT v FROM other.t WHERE EXISTS (SELECT 1 FROM default.t WHERE default.t.v = other.t.v) ORDER BY other.t.v',
    ['1'],
  ],
  ['SELECT default.shown.v FROM default.shown ORDER BY 1', ['1', '5']],
  ['SELECT x FROM other.t CROSS JOIN UNNEST(ARRAY[other.t.v]) AS u (x) ORDER BY x', ['1', '5']],
]
for (const [sql, lines] of answers) {
  test(`${sql} answers`, async () => {
    const answer = await query(sql, await tables())
    const values = answer.lines.slice(1).map(line => line.replaceAll('"', ''))
    assert.deepEqual(values, lines)
  })
}

const unknown = (name: string) => new RegExp(`COLUMN_NOT_FOUND: line 1:8: Column '${name}' cannot be resolved`)
const refused: readonly (readonly [sql: string, error: RegExp])[] = [
  // What the FROM does not write is not there to be named.
  ['SELECT default.t.v FROM t', unknown('default.t.v')],
  ['SELECT awsdatacatalog.default.t.v FROM default.t', unknown('awsdatacatalog.default.t.v')],
  ['SELECT default.t.v FROM default.t AS x', unknown('default.t.v')],
  ['SELECT other.t.v FROM default.t', unknown('other.t.v')],
  ['WITH t AS (SELECT 1 AS v) SELECT default.t.v FROM t', /Column 'default.t.v' cannot be resolved/],
  ['SELECT t.v FROM default.t JOIN other.t ON true', /AMBIGUOUS_NAME: line 1:8: Column 't.v' is ambiguous/],
  ['SELECT other.t.* FROM default.t', /TABLE_NOT_FOUND: line 1:8: Unable to resolve reference other.t/],
]
for (const [sql, error] of refused) {
  test(`${sql} is refused`, async () => {
    await assert.rejects(query(sql, await tables()), error)
  })
}

/** Which partitions are read. */
const read: readonly (readonly [sql: string, partitions: readonly number[]])[] = [
  ['SELECT v FROM default.t WHERE default.t.p = 2', [1]],
  ['SELECT v FROM awsdatacatalog.default.t WHERE (awsdatacatalog.default.t.p) IN (1) AND default.t.v > 0', [0]],
  ['SELECT * FROM (SELECT default.t.p AS n, v FROM default.t) WHERE n = 2', [1]],
  ['SELECT default.t.v FROM default.t JOIN other.t AS o ON default.t.v = o.v WHERE default.t.p = 1', [0]],
  // With two tables of that name nothing is left out.
  ['SELECT default.t.v FROM default.t JOIN other.t ON default.t.v = other.t.v WHERE default.t.v = 1', [0, 1]],
]
for (const [sql, partitions] of read) {
  test(`${sql} reads the partitions ${partitions.join(' and ')}`, async () => {
    const [t, ...others] = await tables()
    await query(sql, [t, ...others])
    assert.deepEqual(t.indexes, [partitions])
  })
}
