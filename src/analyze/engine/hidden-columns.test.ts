// Columns that no star shows tell where a row lies; what a WHERE asks of them leaves files out and never changes an answer.
// "table$partitions" lists the catalog's partitions and reads nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { jsonTable, query } from './testing/tables.ts'

const columns = [{ name: 'v', type: 'bigint' }]
const partitionColumns = [
  { name: 'year', type: 'int' },
  { name: 'Place', type: 'string' },
]
const keys = [
  ['2024', 'Otsu'],
  ['2025', 'Kyoto/Gion'],
  ['2025', '__HIVE_DEFAULT_PARTITION__'],
] as const
const partitions = keys.map((values, v) => ({ values, rows: [{ v }, { v: v + 10 }] }))
const partitioned = () => jsonTable('t', columns, partitionColumns, partitions)
const flat = () => jsonTable('f', columns, [], [{ values: [], rows: [{ v: 1 }] }])

test('each row tells its object, the object’s bytes and time, and its partition by Hive’s name', async () => {
  const t = await partitioned()
  const [one] = await t.files([1])
  const hidden = '"$path", "$file_size", "$file_modified_time", "$PARTITION"'
  const answer = await query(`SELECT ${hidden} FROM t WHERE v IN (1, 2) ORDER BY v`, [t])
  assert.deepEqual(answer.lines[0], '"$path","$file_size","$file_modified_time","$partition"')
  assert.deepEqual(
    answer.lines[1],
    `"s3://b/t/1.json.gz","${one?.bytes}","2025-10-02 12:00:00.000 UTC","year=2025/place=Kyoto%2FGion"`,
  )
  assert.match(answer.lines[2] ?? '', /"year=2025\/place=__HIVE_DEFAULT_PARTITION__"$/)
  assert.deepEqual(
    answer.columns.map(({ type }) => type),
    ['varchar', 'bigint', 'timestamp with time zone', 'varchar'],
  )
})

test('no star shows them, not that of a table either, and USING does not join by them', async () => {
  const t = await partitioned()
  const one = await query('SELECT a.*, "$path" <> \'\' AS there FROM t AS a WHERE v = 0', [t])
  assert.deepEqual(one.lines, ['"v","year","place","there"', '"0","2024","Otsu","true"'])
  const two = await query('SELECT * FROM t JOIN t AS o USING (v) WHERE t."$path" = o."$path" AND v = 0', [t])
  assert.deepEqual(two.lines.slice(1), ['"0","2024","Otsu","2024","Otsu"'])
})

test('they are grouped by, aggregated and joined as other columns are', async () => {
  const t = await partitioned()
  const grouped = 'SELECT "$partition", count(*), max("$file_size") > 0 FROM t GROUP BY "$partition" ORDER BY 1'
  assert.deepEqual((await query(grouped, [t])).lines.slice(1), [
    '"year=2024/place=Otsu","2","true"',
    '"year=2025/place=Kyoto%2FGion","2","true"',
    '"year=2025/place=__HIVE_DEFAULT_PARTITION__","2","true"',
  ])
  const newest = 'SELECT v FROM t WHERE "$file_modified_time" = (SELECT max("$file_modified_time") FROM t) ORDER BY v'
  assert.deepEqual((await query(newest, [t])).lines.slice(1), ['"2"', '"12"'])
})

test('a table without partitions has no "$partition", and "$bucket" is refused by name', async () => {
  const f = await flat()
  await assert.rejects(query('SELECT "$partition" FROM f', [f]), /COLUMN_NOT_FOUND.*\$partition/)
  await assert.rejects(query('SELECT "$bucket" FROM f', [f]), /The column "\$bucket" is not supported/)
})

const read: readonly (readonly [where: string, files: number, partitions: readonly number[]])[] = [
  ['"$path" = \'s3://b/t/1.json.gz\'', 1, [0, 1, 2]],
  ['"$path" LIKE \'%/2.json.gz\' OR "$path" IN (\'s3://b/t/0.json.gz\')', 2, [0, 1, 2]],
  ['"$partition" = \'year=2024/place=Otsu\'', 1, [0]],
  ['year = 2025 AND "$file_modified_time" >= TIMESTAMP \'2025-10-03 00:00:00 UTC\'', 1, [1, 2]],
  ['"$file_size" < 0', 0, [0, 1, 2]],
  // What is not certain is not asked.
  ['"$path" = \'s3://b/t/1.json.gz\' OR v = 0', 3, [0, 1, 2]],
]
for (const [where, files, asked] of read) {
  test(`WHERE ${where} reads ${files} of 3 files`, async () => {
    const t = await partitioned()
    const bytes = (await t.files([0, 1, 2])).map(file => file.bytes)
    t.indexes.length = 0
    const answer = await query(`SELECT v FROM t WHERE ${where}`, [t])
    assert.deepEqual(t.indexes, [asked])
    const shortest = bytes.toSorted((one, other) => one - other).slice(0, files)
    assert.ok(answer.scannedBytes >= shortest.reduce((sum, one) => sum + one, 0))
    assert.ok(files === 3 || answer.scannedBytes < bytes.reduce((sum, one) => sum + one, 0))
    const through = await query(`SELECT v FROM (SELECT *, "$path" AS p FROM t WHERE ${where})`, [t])
    assert.deepEqual(through.lines.toSorted(), answer.lines.toSorted())
  })
}

const condition = fc.letrec<{ any: string; leaf: string }>(tie => ({
  leaf: fc.constantFrom(
    ...[
      '"$path" LIKE \'%1.json.gz\'',
      '"$path" < \'s3://b/t/2\'',
      '"$file_size" % 2 = 0',
      '"$partition" LIKE \'%Otsu\'',
    ],
    ...['"$file_modified_time" > TIMESTAMP \'2025-10-02 12:00:00 UTC\'', 'year = 2025', 'place IS NULL', 'v > 5'],
    ...['length("$path") = v', 'concat(place, "$partition") = \'Otsuyear=2024/place=Otsu\'', 'NULL'],
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) AND (${other})`),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) OR (${other})`),
    tie('any').map(one => `NOT (${one})`),
  ),
})).any

test('with files left out and without, every WHERE over hidden columns has the same rows', async () => {
  const t = await partitioned()
  await fc.assert(
    fc.asyncProperty(condition, async where => {
      const pruned = await query(`SELECT v, "$path" FROM t WHERE ${where} ORDER BY v`, [t])
      // A condition that hangs on chance is asked of every row.
      const whole = await query(`SELECT v, "$path" FROM t WHERE if(rand() < 2, ${where}) ORDER BY v`, [t])
      assert.deepEqual(pruned.lines, whole.lines, where)
    }),
    { numRuns: tries(40) },
  )
})

test('a list of partitions has their values with their types, and reads nothing', async () => {
  const t = await partitioned()
  const list = { ...t, name: 't$partitions', columns: [], isPartitionList: true as const }
  const answer = await query('SELECT * FROM "t$partitions" ORDER BY year, place', [list])
  assert.deepEqual(answer.lines, ['"year","Place"'.toLowerCase(), '"2024","Otsu"', '"2025","Kyoto/Gion"', '"2025",'])
  assert.deepEqual([answer.scannedBytes, t.indexes], [0, []])
  assert.deepEqual(
    answer.columns.map(({ type }) => type),
    ['integer', 'varchar'],
  )
  const newest = 'SELECT v FROM t WHERE year = (SELECT max(year) FROM "t$partitions" WHERE year < 2025) ORDER BY v'
  assert.deepEqual((await query(newest, [t, list])).lines.slice(1), ['"0"', '"10"'])
  assert.deepEqual((await query('SELECT * FROM "t$partitions" WHERE year = 1999', [list])).lines.slice(1), [])
  await assert.rejects(query('SELECT "$path" FROM "t$partitions"', [list]), /COLUMN_NOT_FOUND/)
})
