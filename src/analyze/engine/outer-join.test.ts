// An outer join whose condition says something of one of its sides, or asks a query about it: the rows are those that it gives
// where the same is said of both sides at once, which each pair of rows is then held against; and large sides take seconds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { query } from './testing/tables.ts'

async function answer(sql: string): Promise<readonly string[]> {
  const { lines } = await query(sql, [], { deadlineMilliseconds: 25_000 })
  return lines.slice(1).sort()
}

const numbers = ['0e0', '1e0', '2e0', '3e0', 'nan()', 'NULL', 'NULL']
const rows = Array.from({ length: 14 }, (_, place) => `(${numbers[place % 7]}, ${numbers[(place * 3 + 1) % 5]})`)
const left = `(VALUES ${rows.join(', ')}) AS a (x, g)`
const right = `(VALUES ${rows.toReversed().join(', ')}) AS b (y, h)`
const sets = [
  '(VALUES 1e0, 2e0)',
  '(VALUES 1e0, NULL)',
  '(VALUES nan(), 0e0)',
  '(SELECT z FROM (VALUES 1e0) AS c (z) WHERE z > 5)',
]

/** `L` is of the left side, `R` of the right one. */
const conditions: readonly string[] = [
  ...['L > 1', 'R < 2', 'L > 0 AND R < 3', 'L IS NULL', 'L = 1 OR R = 2', 'a.g < b.h'],
  ...sets.flatMap(set => [
    `L IN ${set}`,
    `R NOT IN ${set}`,
    `NOT (L IN ${set}) AND R IN ${set}`,
    `(R IN ${set}) IS NULL`,
  ]),
  // Nothing is known of what is no number beside a NULL, which the list of values takes for another value.
  ...[sets[0], sets[3]].flatMap(set => [`L = ANY ${set}`, `R <> ALL ${set}`, `(L IN ${set} OR R IN ${set})`]),
]

for (const kind of ['LEFT', 'RIGHT', 'FULL'])
  test(`a ${kind} JOIN has the same rows however its condition is made`, async () => {
    for (const condition of conditions)
      for (const key of ['', 'a.x = b.y AND ']) {
        const on = (ofLeft: string, ofRight: string) =>
          key + condition.replace(/\bL\b/g, ofLeft).replace(/\bR\b/g, ofRight)
        const select = (said: string) => answer(`SELECT x, g, y, h FROM ${left} ${kind} JOIN ${right} ON ${said}`)
        const pairs = on('IF(b.h IS NULL, a.g, a.g)', 'IF(a.g IS NULL, b.h, b.h)').replace(
          'a.x =',
          'IF(b.y = 0, a.x, a.x) =',
        )
        assert.deepEqual(await select(on('a.g', 'b.h')), await select(pairs), `${kind} ${on('a.g', 'b.h')}`)
      }
  })

const many = 'FROM UNNEST(sequence(1, 10000)) AS u (i) CROSS JOIN UNNEST(sequence(0, 9)) AS w (j)'
for (const [kind, on] of [
  ['LEFT', 'a.x = b.x AND a.x IN (SELECT z FROM s)'],
  ['RIGHT', 'a.x = b.x AND b.x NOT IN (SELECT z FROM s)'],
  ['FULL', 'a.x = b.x AND a.x IN (SELECT z FROM s) AND b.x IN (SELECT z FROM s)'],
  ['LEFT', 'a.x = b.x AND a.x % 2 = 0'],
] as const)
  test(`a ${kind} JOIN of a hundred thousand rows with as many, ON ${on}, takes seconds`, async () => {
    const source = `WITH a (x) AS (SELECT i + 10000 * j ${many}), s (z) AS (SELECT x * 2 FROM a)`
    const counted = await answer(
      `${source} SELECT count(*), count(b.x), count(a.x) FROM a ${kind} JOIN a AS b ON ${on}`,
    )
    const [all, half] = ['"100000"', '"50000"']
    assert.deepEqual(counted, [
      { LEFT: `${all},${half},${all}`, RIGHT: `${all},${all},${half}`, FULL: `"150000",${all},${all}` }[kind],
    ])
  })
