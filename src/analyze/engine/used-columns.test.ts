// Of a table only the columns are made that a statement asks for: what it answers does not change by it, and what is wrong in
// the others is not its matter.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RowFormat } from '../../formats/row-format.ts'
import { statementOf, translate } from '../sql/translate.ts'
import { parseType } from '../sql/typing/parse.ts'
import { usedColumns } from '../sql/used-columns.ts'
import { parse } from './process/parser.ts'
import type { Column, TableSource } from './request.ts'
import { fileOf, query, transform } from './testing/tables.ts'

const openx: RowFormat = {
  ...{ serde: 'openx', caseInsensitive: true, dotsToUnderscores: false, keyMappings: {}, ignoreMalformed: false },
}
const formats: Readonly<Record<string, RowFormat>> = {
  openx,
  lazy: { serde: 'lazy', separators: [',', '|', ':'], nullText: '\\N', skipLines: 0 },
  escaped: { serde: 'lazy', separators: [',', '|', ':'], escape: '\\', nullText: '\\N', skipLines: 0 },
  opencsv: { serde: 'opencsv', separator: ',', quote: '"', escape: '\\', skipLines: 0 },
  regex: { serde: 'regex', pattern: Array(2000).fill('([^,]*)').join(','), flags: 's', skipLines: 0 },
}
const wide: readonly Column[] = Array.from({ length: 2000 }, (_, place) => ({
  name: `c${place}`,
  type: ['int', 'string', 'double'][place % 3] ?? '',
}))

async function tableOf(rows: RowFormat, columns: readonly Column[], content: string): Promise<TableSource> {
  const made = await fileOf('s3://b/t/file', content)
  const format = rows.serde === 'openx' ? 'json' : 'csv'
  return {
    ...{ database: 'default', name: 't', format, rows, columns, partitionColumns: [], partitions: [] },
    files: async () => [{ ...made, partition: -1 }],
  }
}

for (const [name, rows] of Object.entries(formats))
  test(`a table of 2,000 columns is read by some of them and by all (${name})`, async () => {
    const values = wide.map((_, place) => (place % 3 === 1 ? 'x' : place))
    const document = JSON.stringify(Object.fromEntries(wide.map((column, place) => [column.name, values[place]])))
    const t = await tableOf(rows, wide, `${name === 'openx' ? document : values.join(',')}\n`.repeat(3))
    assert.deepEqual((await query('SELECT count(*) FROM t', [t])).lines.slice(1), ['"3"'])
    const some = 'SELECT b.c1998, a.c4 FROM t AS a JOIN t AS b ON a.c3 = b.c3 WHERE b.c1997 < 2e3 LIMIT 1'
    assert.deepEqual((await query(some, [t])).lines.slice(1), ['"1998","x"'])
    const all = (await query('SELECT * FROM t', [t])).lines
    assert.equal(all.length, 4)
    assert.equal(
      all[1],
      wide.map(({ type }, place) => (type === 'double' ? `"${place}.0"` : `"${values[place]}"`)).join(','),
    )
  })

const few = (names: string): readonly Column[] => names.split(' ').map(name => ({ name, type: 'string' }))

test('columns are found whatever a statement calls them, and where it names none of them', async () => {
  const t = await tableOf(
    openx,
    [...few('a b c'), { name: 'odd "name"', type: 'string' }],
    '{"a":"1","b":"2","c":"3"}\n',
  )
  for (const [sql, line] of [
    ['SELECT y FROM t AS u(x, y, z, o)', '"2"'],
    ['WITH w AS (SELECT * FROM t) SELECT c FROM w', '"3"'],
    ['SELECT (SELECT max(b) FROM t AS inner_t WHERE inner_t.a = t.a) FROM t', '"2"'],
    ['SELECT count(*) FROM t WHERE "odd ""name""" IS NULL', '"1"'],
    ['SELECT 7 FROM t', '"7"'],
    ['SELECT C, A FROM t', '"3","1"'],
    ['SELECT "$path" FROM t', '"s3://b/t/file"'],
    ['SELECT count(*) FROM t AS p CROSS JOIN t AS q', '"1"'],
  ] as const)
    assert.deepEqual((await query(sql, [t])).lines.slice(1), [line], sql)
})

test('what stands beside an UNNEST is asked for its arrays and the columns that are named', async () => {
  const columns = ['a', 'b', 'l', 'm'].map((name, place) => ({
    name,
    type: parseType(place < 2 ? 'integer' : 'array(integer)'),
  }))
  for (const [text, names] of [
    ['SELECT x FROM t CROSS JOIN UNNEST(l) AS u(x)', ['l']],
    ['SELECT x FROM t, UNNEST(l) AS u(x) ORDER BY b', ['b', 'l']],
    ['SELECT count(*) FROM t LEFT JOIN UNNEST(l) AS u(x) ON TRUE WHERE a > x', ['a', 'l']],
    ['SELECT x, y FROM t CROSS JOIN UNNEST(l) AS u(x) CROSS JOIN UNNEST(m, ARRAY[a]) AS v(y, z)', ['a', 'l', 'm']],
    ['SELECT max(x), (SELECT b) FROM t CROSS JOIN UNNEST(l) AS u(x) GROUP BY b', ['b', 'l']],
    ['SELECT x FROM t CROSS JOIN UNNEST(l) AS u(x) JOIN (VALUES 1) AS w(y) ON y = a', ['a', 'l']],
    ['SELECT * FROM t CROSS JOIN UNNEST(l) AS u(x)', ['a', 'b', 'l', 'm']],
  ] as const) {
    const { sql, statement } = translate(statementOf(await parse(text)), {
      ...{ defaultDatabase: 'default', now: 0, text, tables: () => columns },
    })
    const [used] = usedColumns(sql, statement.scans).values()
    assert.deepEqual([...(used ?? [])].sort(), names, text)
  }
})

test('of what a query in a FROM, a WITH or an EXISTS shows only that is read which is asked of it', async () => {
  // A column that is read fails: `bad` holds no numbers.
  const columns = [...['a', 'b', 'bad'].map(name => ({ name, type: 'int' })), { name: 'l', type: 'array<int>' }]
  const rows = ['{"a":1,"b":10,"bad":"x","l":[1,2]}', '{"a":2,"b":20,"bad":"y","l":[]}']
  const t = await tableOf(openx, columns, `${rows.join('\n')}\n`)
  for (const [sql, lines] of [
    ['SELECT b FROM (SELECT * FROM t) ORDER BY a', ['"10"', '"20"']],
    ['SELECT y FROM (SELECT * FROM t) AS u(x, y, z, l) WHERE x = 2', ['"20"']],
    ['WITH w AS (SELECT * FROM t), v AS (SELECT * FROM w WHERE a > 1) SELECT b FROM v', ['"20"']],
    ['WITH w AS (SELECT * FROM t) SELECT x.a, y.b FROM w x JOIN w y ON x.a + 1 = y.a', ['"1","20"']],
    ['WITH w(p, q, r, s) AS (SELECT * FROM t) (SELECT q FROM w ORDER BY 1) LIMIT 1', ['"10"']],
    ['SELECT sum(b) FROM (SELECT * FROM t UNION ALL SELECT * FROM t)', ['"60"']],
    ['SELECT sum(b) FROM (SELECT b, bad FROM t UNION ALL SELECT 1.5, 2)', ['"31.5"']],
    ['SELECT b FROM (SELECT * FROM t ORDER BY a DESC LIMIT 1)', ['"20"']],
    ['SELECT n FROM (SELECT *, row_number() OVER (ORDER BY b DESC) AS n FROM t) WHERE a = 1', ['"2"']],
    ['SELECT count(*) FROM ((SELECT * FROM t) p LEFT JOIN (SELECT * FROM t) q ON p.a = q.b)', ['"2"']],
    ['SELECT z.x FROM (SELECT * FROM t) p, LATERAL (SELECT p.b + 1 AS x) z ORDER BY 1', ['"11"', '"21"']],
    [
      'SELECT p.a, x FROM (SELECT * FROM t) p JOIN (SELECT * FROM t) q ON p.a = q.a, UNNEST(q.l) u(x) ORDER BY 2 DESC',
      [...['"1","2"', '"1","1"']],
    ],
    [
      'SELECT (SELECT max(a) FROM (SELECT * FROM t) i WHERE i.b < o.b) FROM (SELECT * FROM t) o ORDER BY o.a',
      ['', '"1"'],
    ],
    ['SELECT a FROM t AS o WHERE EXISTS (SELECT * FROM t WHERE t.a > o.a)', ['"1"']],
    ['SELECT any_match(array[1, 2], i -> i = b / 20) FROM (SELECT * FROM t) ORDER BY a', ['"false"', '"true"']],
  ] as const)
    assert.deepEqual((await query(sql, [t])).lines.slice(1), lines, sql)
  // What makes rows one, or orders them by their places, is read as a whole.
  for (const sql of [
    'SELECT b FROM (SELECT DISTINCT * FROM t)',
    'SELECT b FROM (SELECT * FROM t UNION SELECT * FROM t)',
    'SELECT b FROM (SELECT b, bad FROM t ORDER BY 2 LIMIT 1)',
    'SELECT b FROM (SELECT b, bad FROM t GROUP BY b, bad)',
  ])
    await assert.rejects(query(sql, [t]), /HIVE_BAD_DATA/, sql)
})

test('a line that is no document, or has a key twice, is an error also for a column that has nothing to do with it', async () => {
  for (const [content, said] of [
    ['{"a":"1","b":"2"}\n{"a":"1","b":"2","B":"3"}\n', /Duplicate key/],
    ['{"a":"1","b":"2"}\n{"a":"1","z":"2","Z":"3"}\n', /Duplicate key/],
    ['{"a":"1"}\n{"a":"1","b":}\n', /Row is not a valid JSON Object/],
  ] as const) {
    const t = await tableOf(openx, few('a b'), content)
    for (const sql of ['SELECT a FROM t', 'SELECT count(*) FROM t', 'SELECT * FROM t'])
      await assert.rejects(query(sql, [t]), said, `${sql} of ${content}`)
  }
})

test('the first document spells keys otherwise than the next', async () => {
  const t = await tableOf(
    openx,
    few('a b'),
    '{"A":"1","b":"2"}\n{"a":"3","b":null}\n{"b":"4"}\n{"a":null,"x":1,"b":"5"}\n',
  )
  assert.deepEqual((await query('SELECT a FROM t WHERE a IS NOT NULL', [t])).lines.slice(1), ['"1"', '"3"'])
  assert.deepEqual((await query('SELECT count(a), count(b), count(*) FROM t', [t])).lines.slice(1), ['"2","3","4"'])
})

test('a column of Parquet that is of another type than declared fails those who ask for it, and nobody else', async () => {
  const source = { files: [await fileOf('s3://b/raw.json', '{"a":1,"b":"x"}\n')], required: [] }
  const ran = await transform("UNLOAD (SELECT a, b FROM source) TO 's3://b/t/' WITH (format = 'PARQUET')", { source })
  const columns = [
    { name: 'a', type: 'bigint' },
    { name: 'b', type: 'double' },
  ]
  const t: TableSource = {
    ...{ database: 'default', name: 't', format: 'parquet', columns, partitionColumns: [], partitions: [] },
    files: async () => ran.files.map(file => ({ ...file, partition: -1, path: 's3://b/t/x' })),
  }
  assert.deepEqual((await query('SELECT a FROM t', [t])).lines.slice(1), ['"1"'])
  assert.deepEqual((await query('SELECT count(*) FROM t', [t])).lines.slice(1), ['"1"'])
  await assert.rejects(query('SELECT b FROM t', [t]), /HIVE_BAD_DATA: Field b's type BYTE_ARRAY .* is incompatible/)
})
