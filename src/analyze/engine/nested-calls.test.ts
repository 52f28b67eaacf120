// A call in its own argument, many levels deep: what is written for the engine grows with the depth, and not by the product of how often
// each function names its argument; and what comes out anew each time is made once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statementOf, translate } from '../sql/translate.ts'
import { scanned } from '../sql/weight.ts'
import { parse } from './process/parser.ts'
import { query } from './testing/tables.ts'

const options = { defaultDatabase: 'default', now: 0 }

async function answer(sql: string): Promise<string> {
  const { lines } = await query(sql, [], { deadlineMilliseconds: 30_000 })
  return lines.slice(1).join('\n')
}

const written = async (sql: string): Promise<string> =>
  translate(statementOf(await parse(sql)), { ...options, text: sql, tables: () => [] }).sql

/** The column that each nest begins with, and a call around what there is so far, `@`. */
const nests: readonly (readonly [column: string, around: string])[] = [
  ['n', 'abs(@)'],
  ['n', 'round(@, 1)'],
  ['d', 'round(@, 1)'],
  ['d', 'round(@)'],
  ['m', 'round(@, 1)'],
  ['m', 'truncate(@, 1)'],
  ['n', 'nullif(@, 0)'],
  ['n', 'greatest(@, 1)'],
  ['n', 'least(@, 100)'],
  ['d', 'greatest(@, 1e0)'],
  ['n', '100 / (@)'],
  ['n', '101 % (@) + 2'],
  ['m', 'CAST(1 / (@) AS decimal(10,2))'],
  ['d', '1 / (@)'],
  ['d', 'sqrt(@)'],
  ['d', 'sign(@)'],
  ['n', 'CASE @ WHEN 1 THEN 2 WHEN 3 THEN 4 ELSE 5 END'],
  ['n', 'coalesce(@, 3)'],
  ['n', 'IF(@ = 1, 2, 3)'],
  ['n', 'CAST(CAST(@ AS varchar) AS bigint)'],
  ['n', 'CAST(CAST(@ AS double) AS real)'],
  ['n', 'CAST(CAST(@ AS decimal(30,2)) AS integer)'],
  ['s', 'CAST(@ AS char(5))'],
  ['s', "CAST(@ AS char(5)) || ''"],
  ['s', "substr(@ || 'a', 1, 3)"],
  ['s', 'upper(lower(@))'],
  ['s', "split_part(@, 'x', 1)"],
  ['s', 'reverse(@)'],
  ['s', "lpad(@, 5, 'x')"],
  ['s', "replace(@, 'a', 'b')"],
  ['s', "array_join(split(@, 'x'), 'y')"],
  ['j', "json_extract_scalar('{\"a\":' || @ || '}', '$.a')"],
  ['l', 'array_distinct(@)'],
  ['l', 'array_union(@, @)'],
  ['l', 'array_except(@, ARRAY[9])'],
  ['l', 'array_intersect(@, ARRAY[1, 2])'],
  ['l', 'array_sort(@)'],
  ['l', 'array_sort(@, (a, b) -> b - a)'],
  ['l', 'array_remove(@, 9)'],
  ['l', 'ARRAY[array_max(@)]'],
  ['l', 'ARRAY[array_min(@), 1]'],
  ['l', 'ARRAY[array_position(@, 1)]'],
  ['l', 'ARRAY[element_at(@, 1)]'],
  ['l', 'ARRAY[@[1]]'],
  ['l', 'ARRAY[cardinality(@)]'],
  ['l', 'ARRAY[IF(contains(@, 1), 1, 2)]'],
  ['l', 'ARRAY[IF(arrays_overlap(@, ARRAY[1]), 1, 2)]'],
  ['l', 'ARRAY[IF(@ = ARRAY[1], 1, 2)]'],
  ['l', 'ARRAY[IF(@ < ARRAY[1], 1, 2)]'],
  ['l', 'ARRAY[IF(@ IN (ARRAY[1], ARRAY[2]), 1, 2)]'],
  ['l', 'ARRAY[IF(@ BETWEEN ARRAY[1] AND ARRAY[2], 1, 2)]'],
  ['l', 'ARRAY[reduce(@, 0, (s, x) -> s + x, s -> s)]'],
  ['l', 'ARRAY[CAST(reduce(@, 0e0, (s, x) -> s + x, s -> s) AS integer)]'],
  ['l', 'zip_with(@, ARRAY[1], (a, b) -> coalesce(a, b))'],
  ['l', 'transform(zip(@, ARRAY[1]), r -> coalesce(r[1], 1))'],
  ['l', 'slice(@, 1, 1)'],
  ['l', 'trim_array(@, 0)'],
  ['l', 'shuffle(@)'],
  ['l', 'flatten(combinations(@, 1))'],
  ['l', 'flatten(ngrams(@, 1))'],
  ['l', '@ || ARRAY[1]'],
  ['l', 'filter(@, x -> x > 0)'],
  ['l', 'greatest(@, ARRAY[1])'],
  ['l', 'sequence(1, cardinality(@))'],
  ['l', 'repeat(cardinality(@), 1)'],
  ['k', 'map_filter(@, (k, v) -> v > 0)'],
  ['k', 'map_zip_with(@, @, (k, v, w) -> v)'],
  ['k', 'map_concat(@, @)'],
  ['k', 'transform_keys(@, (k, v) -> k)'],
  ['k', 'transform_values(@, (k, v) -> v)'],
  ['k', 'map(map_keys(@), map_values(@))'],
  ['k', 'map_from_entries(map_entries(@))'],
  ['k', 'MAP(ARRAY[1], ARRAY[@[1]])'],
  ['k', 'MAP(ARRAY[1], ARRAY[IF(@ = MAP(ARRAY[1], ARRAY[2]), 2, 3)])'],
  ['r', 'ROW(IF(@ = ROW(1, 2), 1, 2), 2)'],
  ['r', 'ROW(IF(@ < ROW(1, 2), 1, 2), 2)'],
  ['r', 'ROW(IF(greatest(@, ROW(1, 2)) = ROW(1, 2), 1, 2), 2)'],
  ['r', 'CAST(CAST(@ AS ROW(a bigint, b bigint)) AS ROW(a integer, b integer))'],
  ['t', "date_trunc('day', @)"],
  ['t', "date_add('day', 1, @)"],
  ['t', 'CAST(CAST(@ AS varchar) AS timestamp)'],
  ['t', "date_parse(date_format(@, '%Y-%m-%d'), '%Y-%m-%d')"],
  ['n', "date_diff('day', TIMESTAMP '2020-01-01 00:00:00', date_add('day', @, TIMESTAMP '2020-01-01 00:00:00'))"],
  ['d', 'CAST(CAST(@ AS json) AS double)'],
  ['l', 'CAST(CAST(@ AS json) AS array(integer))'],
]

const source = `(SELECT 1 AS n, 1.5e0 AS d, DECIMAL '1.25' AS m, 'a' AS s, '1' AS j, ARRAY[1, 2] AS l,
  MAP(ARRAY[1], ARRAY[2]) AS k, ROW(1, 2) AS r, TIMESTAMP '2025-01-01 00:00:00' AS t)`

const depths = [4, 6, 8] as const

const nested = (column: string, around: string, depth: number): string => {
  let made = column
  // What stands in it a second time is the column: else the statement itself would double with each level.
  for (let level = 0; level < depth; level++) made = around.replace('@', () => made).replaceAll('@', column)
  return made
}

/** The same, each level a query of its own. */
const steps = (column: string, around: string): string => {
  let made = `SELECT ${column} AS v, * FROM ${source}`
  for (let level = 0; level < depths[2]; level++)
    made = `SELECT ${around.replace('@', 'v').replaceAll('@', column)} AS v, n, d, m, s, j, l, k, r, t FROM (${made})`
  return made
}

for (const [column, around] of nests)
  test(`${around} in itself, from ${column}, grows with its depth and is what its steps are`, async () => {
    const sizes = depths.map(async depth => {
      const text = await written(`SELECT ${nested(column, around, depth)} FROM ${source}`)
      return { length: text.length, weight: scanned(text, 0).weight }
    })
    const [few, some, many] = await Promise.all(sizes)
    assert.ok(few !== undefined && some !== undefined && many !== undefined)
    const shown = JSON.stringify([few, some, many])
    for (const size of ['length', 'weight'] as const) {
      assert.ok(many[size] < 60_000, shown)
      assert.ok(many[size] - some[size] < 20_000, shown)
    }
    const both = await answer(
      `SELECT a.v, b.v FROM (SELECT ${nested(column, around, depths[2])} AS v FROM ${source}) AS a, (${steps(column, around)}) AS b`,
    )
    if (!around.startsWith('shuffle')) assert.match(both, /^(".*"),\1$/)
  })

/** Of a thousand rows none fulfils the condition, unless what is random is made a second time. */
const onceMade: readonly (readonly [value: string, never: string])[] = [
  ['nullif(CAST(floor(random() * 2) AS integer), 0)', 'v = 0'],
  ["CASE CAST(floor(random() * 2) AS integer) WHEN 0 THEN 'a' WHEN 1 THEN 'b' END", 'v IS NULL'],
  ['repeat(random(), 2)', 'v[1] <> v[2]'],
  ['transform(zip(ARRAY[random()], ARRAY[1]), r -> r[1] BETWEEN 0e0 AND 1e0)[1]', 'NOT v'],
  ['ROW(CAST(floor(random() * 2) AS integer), 1) IN (ROW(0, 1), ROW(1, 1))', 'NOT v'],
  ['array_max(shuffle(ARRAY[1, 2, 3]))', 'v <> 3'],
  ['sign(random() - 0.5e0)', 'v NOT IN (-1e0, 0e0, 1e0)'],
  ["CAST(CAST(uuid() AS varchar) AS char(40)) || ''", 'length(v) <> 40'],
]

for (const [value, never] of onceMade)
  test(`${value} makes what is random once`, async () => {
    const rows = `SELECT ${value} AS v FROM UNNEST(sequence(1, 1000)) AS u (i)`
    assert.equal(await answer(`SELECT count_if(${never}) FROM (${rows})`), '"0"')
  })
