// Partition projection: the values that a WHERE leaves are made, and no others; and they are those that a table with all
// of its partitions in the catalog would have been read for.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { datePattern } from './date-pattern.ts'
import type { ProjectedColumn } from './projection.ts'
import type { Column, TableSource } from './request.ts'
import { fileOf, query } from './testing/tables.ts'

const now = Date.parse('2025-10-15T03:15:30.120Z')
const empty = await fileOf('s3://b/t.json', '{"v":1}\n')

interface Asked {
  readonly asked: (readonly (readonly string[])[])[]
}

/** Every partition holds one row. Notes the partitions that were asked for. */
function projectedTable(
  partitionColumns: readonly Column[],
  projection: readonly ProjectedColumn[],
): TableSource & Asked {
  const asked: (readonly (readonly string[])[])[] = []
  return {
    ...{ database: 'default', name: 't', format: 'json', columns: [{ name: 'v', type: 'int' }], partitionColumns },
    ...{ partitions: [], projection, asked },
    async files(_, projected = []) {
      asked.push(projected)
      return projected.map((_, partition) => ({ ...empty, partition }))
    },
  }
}

const day: ProjectedColumn = {
  kind: 'date',
  first: { at: Date.UTC(2015, 0, 1) },
  last: { fromNow: 0, unit: 'days' },
  ...{ format: 'yyyy/MM/dd', interval: 1, unit: 'days' },
}
const text = (name: string) => ({ name, type: 'string' })

async function made(
  where: string,
  columns: readonly Column[],
  projection: readonly ProjectedColumn[],
): Promise<readonly string[]> {
  const t = projectedTable(columns, projection)
  const answer = await query(`SELECT ${columns.map(({ name }) => name).join(', ')} FROM t WHERE ${where}`, [t], { now })
  const rows = t.asked.flat().map(values => values.join(' '))
  assert.equal(answer.rows, answer.partitionsRead['default.t'])
  assert.equal(answer.partitionsRead['default.t'], rows.length)
  return rows
}

const ofDay: readonly (readonly [where: string, values: readonly string[]])[] = [
  ["day = '2025/10/14'", ['2025/10/14']],
  ["'2025/10/14' = day", ['2025/10/14']],
  ["day = '2025/10/16'", []],
  ["day = '2025-10-14'", []],
  ["day = '2023/02/29'", []],
  ["day >= '2025/10/13'", ['2025/10/13', '2025/10/14', '2025/10/15']],
  ["day < '2015/01/03'", ['2015/01/01', '2015/01/02']],
  ["day > '2025/09' AND day < '2025/10/02' AND day NOT LIKE '2025/09/%'", ['2025/10/01']],
  ["day BETWEEN '2024/02/28' AND '2024/03/01'", ['2024/02/28', '2024/02/29', '2024/03/01']],
  ["day IN ('2025/01/01', 'x', '2024/01/01')", ['2024/01/01', '2025/01/01']],
  ["(day = '2020/01/01' OR day = '2020/01/05') AND v = 1", ['2020/01/01', '2020/01/05']],
  ["day >= date_format(current_date - interval '1' day, '%Y/%m/%d')", ['2025/10/14', '2025/10/15']],
  ['day = NULL', []],
  ["substr(day, 6) = '02/29' AND day > '2016/03'", ['2020/02/29', '2024/02/29']],
]
for (const [where, values] of ofDay) {
  test(`of days since 2015 ${where} makes ${values.length}`, async () => {
    assert.deepEqual(await made(where, [text('day')], [day]), values)
  })
}

test('a column of dates is made of dates, whatever their format in the location', async () => {
  const columns = [{ name: 'day', type: 'date' }]
  assert.deepEqual(await made("day >= DATE '2025-10-14'", columns, [day]), ['2025-10-14', '2025-10-15'])
  assert.deepEqual(await made("day = current_date - interval '1' day", columns, [day]), ['2025-10-14'])
})

test('of hours, months and weeks each interval is kept', async () => {
  const hours: ProjectedColumn = { ...day, format: 'yyyy-MM-dd-HH', interval: 6, unit: 'hours' }
  assert.deepEqual(await made("day > '2025-10-14-12'", [text('day')], [hours]), ['2025-10-14-18', '2025-10-15-00'])
  const months: ProjectedColumn = { ...day, format: 'yyyyMM', unit: 'months' }
  assert.deepEqual(await made("day >= '202509'", [text('day')], [months]), ['202509', '202510'])
  assert.deepEqual(await made('day >= 202509', [{ name: 'day', type: 'int' }], [months]), ['202509', '202510'])
  const weeks: ProjectedColumn = { ...day, first: { at: Date.UTC(2025, 9, 1) }, unit: 'weeks' }
  assert.deepEqual(await made('v = 1', [text('day')], [weeks]), ['2025/10/01', '2025/10/08', '2025/10/15'])
})

test('a format that says less than its interval makes each value once', async () => {
  const monthly: ProjectedColumn = { ...day, first: { at: Date.UTC(2025, 8, 1) }, format: 'yyyy-MM' }
  assert.deepEqual(await made('v = 1', [text('day')], [monthly]), ['2025-09', '2025-10'])
})

test('dates whose text does not sort are found by what they are', async () => {
  const turned: ProjectedColumn = { ...day, format: 'dd-MM-yyyy' }
  assert.deepEqual(await made("day = '14-10-2025'", [text('day')], [turned]), ['14-10-2025'])
  assert.deepEqual(await made("day >= '31-12-2024'", [text('day')], [turned]), ['31-12-2024'])
})

test('integers have their digits, and are compared as their column is', async () => {
  const hour: ProjectedColumn = { kind: 'integer', first: '0', last: '23', interval: 1, digits: 2 }
  assert.deepEqual(await made("h < '03'", [text('h')], [hour]), ['00', '01', '02'])
  assert.deepEqual(await made("h = '3'", [text('h')], [hour]), [])
  assert.deepEqual(await made('h BETWEEN 2 AND 3', [{ name: 'h', type: 'int' }], [hour]), ['02', '03'])
  const plain: ProjectedColumn = { kind: 'integer', first: '-5', last: '9223372036854775807', interval: 5 }
  const wide = [{ name: 'h', type: 'bigint' }]
  assert.deepEqual(await made('h IN (-5, 0, 7, 9223372036854775805)', wide, [plain]), [
    '-5',
    '0',
    '9223372036854775805',
  ])
  assert.deepEqual(await made('h < 6', wide, [plain]), ['-5', '0', '5'])
  const unsorted: ProjectedColumn = { kind: 'integer', first: '8', last: '11', interval: 1 }
  assert.deepEqual(await made("h < '2'", [text('h')], [unsorted]), ['10', '11'])
})

test('several columns are combined, and conditions over two of them hold', async () => {
  const zone: ProjectedColumn = { kind: 'enum', values: ['a', ' b', ''] }
  const hour: ProjectedColumn = { kind: 'integer', first: '0', last: '2', interval: 1 }
  const columns = [text('z'), text('h')]
  assert.deepEqual(await made("z = ' b'", columns, [zone, hour]), [' b 0', ' b 1', ' b 2'])
  assert.deepEqual(await made("z || h IN ('a1', '2')", columns, [zone, hour]), ['a 1', ' 2'])
})

test('an injected column needs its values, as equalities', async () => {
  const columns = [text('id'), text('day')]
  const projection: readonly ProjectedColumn[] = [{ kind: 'injected' }, day]
  const where = "id IN ('x', 'y') AND day = '2025/10/15'"
  assert.deepEqual(await made(where, columns, projection), ['x 2025/10/15', 'y 2025/10/15'])
  for (const without of ["day = '2025/10/15'", "id > 'x'", "id = 'x' AND id LIKE 'x%'", "id = 'x' OR v = 1"]) {
    await assert.rejects(
      made(without, columns, projection),
      /^EngineFault: CONSTRAINT_VIOLATION: For the injected projected partition column id, the WHERE clause must contain only static equality conditions, and at least one such condition must be present\./,
    )
  }
})

test('a range of seconds over years costs nothing where a second is named, and is refused where none is', async () => {
  const seconds: ProjectedColumn = { ...day, format: 'yyyy-MM-dd HH:mm:ss', unit: 'seconds' }
  const columns = [text('s')]
  assert.deepEqual(await made("s = '2024-02-29 12:34:56'", columns, [seconds]), ['2024-02-29 12:34:56'])
  await assert.rejects(made('v = 1', columns, [seconds]), /HIVE_EXCEEDED_PARTITION_LIMIT: .*default\.t.* 1000000 /)
})

test('a pattern reads what it writes', () => {
  const patterns = [
    'yyyy-MM-dd',
    "yyyy/MM/dd'T'HH-mm-ss.SSS",
    'dd MMM yyyy',
    'yyyyMMddHH',
    'yyyy-DDD',
    'MMMM d, yyyy h:mm a',
  ]
  const instant = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2199, 0, 1) })
  fc.assert(
    fc.property(fc.constantFrom(...patterns), instant, (pattern, at) => {
      const reader = datePattern(pattern)
      const written = reader.format(at)
      assert.equal(reader.format(reader.parse(written) ?? Number.NaN), written)
    }),
  )
})

const condition = fc.letrec<{ any: string; leaf: string }>(tie => ({
  leaf: fc.oneof(
    fc
      .tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>='), fc.integer({ min: 1, max: 12 }))
      .map(([operator, n]) => `d ${operator} '2024-01-${String(n).padStart(2, '0')}'`),
    fc
      .tuple(fc.constantFrom('=', '<', '>='), fc.integer({ min: -1, max: 5 }))
      .map(([operator, n]) => `n ${operator} ${n}`),
    fc.constantFrom(
      "z = 'a'",
      "z IN ('a', 'c')",
      "z > 'a'",
      'n BETWEEN 1 AND 2',
      'n NOT IN (1, 2)',
      'n IS NULL',
      "d || z = '2024-01-02b'",
      '3 > n',
      "z = upper('A')",
      "z = lower('A')",
      'n % 2 = 0',
      "date(d) = DATE '2024-01-03'",
      'v = 1',
      'NULL',
    ),
  ),
  any: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) AND (${other})`),
    fc.tuple(tie('any'), tie('any')).map(([one, other]) => `(${one}) OR (${other})`),
    tie('any').map(one => `NOT (${one})`),
  ),
})).any

test('projected or in the catalog, a query has the same rows', async () => {
  const columns = [text('d'), { name: 'n', type: 'int' }, text('z')]
  const projection: readonly ProjectedColumn[] = [
    {
      ...day,
      first: { at: Date.UTC(2024, 0, 1) },
      last: { at: Date.UTC(2024, 0, 9) },
      format: 'yyyy-MM-dd',
      interval: 2,
    },
    { kind: 'integer', first: '0', last: '3', interval: 1, digits: 2 },
    { kind: 'enum', values: ['a', 'b'] },
  ]
  const all = ['01', '03', '05', '07', '09'].flatMap(d =>
    ['00', '01', '02', '03'].flatMap(n => ['a', 'b'].map(z => [`2024-01-${d}`, n, z])),
  )
  const kept: TableSource = {
    ...{ database: 'default', name: 't', format: 'json', columns: [{ name: 'v', type: 'int' }] },
    partitionColumns: columns,
    partitions: all.map(values => ({ values })),
    files: async indexes => indexes.map(partition => ({ ...empty, partition })),
  }
  let least = all.length
  await fc.assert(
    fc.asyncProperty(condition, async where => {
      const t = projectedTable(columns, projection)
      const sql = `SELECT d, n, z FROM t WHERE ${where} ORDER BY d, n, z`
      assert.deepEqual((await query(sql, [t])).lines, (await query(sql, [kept])).lines, where)
      least = Math.min(least, t.asked[0]?.length ?? 0)
    }),
    { numRuns: tries(40) },
  )
  assert.ok(least < all.length, 'nothing was ever left out')
})
