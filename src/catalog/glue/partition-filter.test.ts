// A partition filter keeps exactly the partitions that SQL would: compared by the keys' types, three-valued, and it
// refuses what it cannot read by saying where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parsePartitionFilter } from './partition-filter.ts'
import { hiveNull } from './partition-path.ts'

const keys = [
  { name: 'year', type: 'int' },
  { name: 'month', type: 'int' },
  { name: 'site', type: 'string' },
  { name: 'day', type: 'date' },
  { name: 'price', type: 'decimal(38,2)' },
]
const row = ['2025', '9', 'tokyo', '2025-09-30', '100000000000000000000000000000000000.10']

const cases: readonly (readonly [expression: string, kept: boolean])[] = [
  ['', true],
  ['year = 2025', true],
  ["year = '2025'", true],
  ["YEAR='02025'", true],
  ['year <> 2025', false],
  ['year != 2024', true],
  ['month < 10', true],
  ["month < '10'", true],
  ['month >= 10', false],
  ['10 > month', true],
  ['year = 2025 AND month = 9', true],
  ["year=2025 and (month=8 or month=9) and not site='osaka'", true],
  ["year = 2024 OR month = 9 AND site = 'tokyo'", true],
  ["(year = 2024 OR month = 9) AND site = 'kyoto'", false],
  ['month IN (7, 8, 9)', true],
  ['month NOT IN (7, 8, 9)', false],
  ['month BETWEEN 9 AND 12', true],
  ['month NOT BETWEEN 9 AND 12', false],
  ["site LIKE 'to%o'", true],
  ["site LIKE '_o%'", true],
  ["site NOT LIKE '%osaka%'", true],
  ['`site` = \'tokyo\' AND "year" = 2025', true],
  ["day > '2025-09-29'", true],
  ["day >= date '2025-10-01'", false],
  ['price = 100000000000000000000000000000000000.1', true],
  ['price < 100000000000000000000000000000000000.11', true],
]
for (const [expression, kept] of cases)
  test(`${expression || 'the empty expression'} ${kept ? 'keeps' : 'drops'} the partition`, () => {
    assert.equal(parsePartitionFilter(expression, keys)(row), kept)
  })

test("Hive's default partition is neither equal nor unequal to anything", () => {
  const nothing = [hiveNull, '1', hiveNull, '2025-01-01', '1']
  for (const expression of ['year = 1', 'year <> 1', 'NOT year = 1', "site LIKE '%'", 'year IN (1)', 'year NOT IN (1)'])
    assert.equal(parsePartitionFilter(expression, keys)(nothing), false, expression)
  assert.equal(parsePartitionFilter('year = 1 OR month = 1', keys)(nothing), true)
})

for (const [expression, complaint] of [
  ['year =', /expected a value or a partition key .* at position 7 \(the end\)/],
  ['hour = 1', /partition key \(year, month, site, day, price\) at position 1 \("hour"\)/],
  ["year = 'abc'", /a value of type int instead of 'abc'/],
  ['year = 1 month = 2', /the end, AND or OR/],
  ['(year = 1', /expected "\)"/],
  ['year IS NULL', /a comparison/],
  ['year = 1; drop', /position 9/],
  [`${'('.repeat(500)}year = 1${')'.repeat(500)}`, /at most 100 nested/],
  ["site = 'tokyo", /position 8/],
] as const)
  test(`"${expression.slice(0, 40)}" is refused and says where`, () => {
    assert.throws(() => parsePartitionFilter(expression, keys), { code: 'InvalidInputException', message: complaint })
  })

test('integers of any size compare as integers do', () => {
  const key = [{ name: 'n', type: 'bigint' }]
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
      const holds = (operator: string) => parsePartitionFilter(`n ${operator} ${b}`, key)([String(a)])
      assert.deepEqual([holds('<'), holds('='), holds('>=')], [a < b, a === b, a >= b])
    }),
  )
})
