// A column beside a literal that is a double answers as the column made into doubles would, and still leaves row groups unread.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import type { TableSource } from './request.ts'
import { fileOf, query, transform } from './testing/tables.ts'

const types = [
  ...['tinyint', 'integer', 'bigint', 'real', 'double', 'decimal(3,2)', 'decimal(10,2)', 'decimal(15,0)'],
  ...['decimal(18,4)', 'decimal(18,18)', 'decimal(38,10)', 'decimal(38,38)', 'decimal(38,0)'],
]
const most: Readonly<Record<string, string>> = {
  tinyint: '127',
  integer: '2147483647',
  bigint: '9223372036854775807',
  'decimal(3,2)': '9.99',
  'decimal(18,18)': '0.999999999999999999',
}
/** Numbers that lie between, on and just beside those of the types, and where doubles are far apart. */
const number = fc.oneof(
  fc.constantFrom('0.0', '1.5', '0.1', '-0.1', '1.555', '2.0', '9.99', '10.0', '127.5', '0.30000000000000004', '1e-9'),
  fc.constantFrom('9007199254740992.0', '9007199254740993.5', '9223372036854775807.0', '2147483647.5', '1e17', '1e30'),
  fc.constantFrom(
    '3.4028235e38',
    '1e39',
    '1e300',
    '1e-46',
    '0.10000000149011612',
    '16777217.0',
    '0.999999999999999999',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }).map(value => value.toExponential()),
  fc.integer({ min: -100_000, max: 100_000 }).map(value => (value / 1000).toFixed(3)),
)
const operators = ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']

test('compared with a literal, every type answers as its doubles do', async () => {
  const one = fc.record({
    type: fc.constantFrom(...types),
    values: fc.array(number, { minLength: 1, maxLength: 6 }),
    literals: fc.array(number, { minLength: 1, maxLength: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 2, maxLength: 2 }), async cases => {
      for (const { type, values, literals } of cases) {
        // What stands in the column is compared with itself too, and with what is next to it.
        const near = values.slice(0, 2).map(value => value.replace(/^-?/, sign => (sign === '-' ? '' : '-')))
        const all = [...values, ...near, most[type] ?? '99999999']
        const rows = all.map(value => `TRY_CAST(CAST('${value}' AS double) AS ${type})`)
        const beside = [...literals, ...values.slice(0, 2)]
        const tests = beside.flatMap(literal => {
          const double = `CAST('${literal}' AS double)`
          return [
            ...operators.map(
              operator => [`x ${operator} ${literal}`, `CAST(x AS double) ${operator} ${double}`] as const,
            ),
            [`${literal} < x`, `${double} < CAST(x AS double)`] as const,
            [`x BETWEEN -1 AND ${literal}`, `CAST(x AS double) BETWEEN -1 AND ${double}`] as const,
            [`x NOT BETWEEN ${literal} AND 2e3`, `CAST(x AS double) NOT BETWEEN ${double} AND 2e3`] as const,
            [`x IN (${literal}, 1.5)`, `CAST(x AS double) IN (${double}, CAST('1.5' AS double))`] as const,
            [`x NOT IN (2, ${literal})`, `CAST(x AS double) NOT IN (2, ${double})`] as const,
          ]
        })
        const differing = tests.map(([own, made]) => `array_agg(x) FILTER (WHERE (${own}) IS DISTINCT FROM (${made}))`)
        const sql = `SELECT ${differing.join(', ')} FROM (VALUES ${rows.join(', ')}, CAST(NULL AS ${type})) AS t(x)`
        const found = (await query(sql)).lines[1]?.match(/"(?:[^"]|"")*"|(?<=^|,)(?=,|$)/g) ?? []
        assert.equal(found.length, tests.length)
        for (const [index, text] of found.entries()) assert.equal(text, '', `${type}: ${tests[index]?.[0]}, ${text}`)
      }
    }),
    { numRuns: tries(24) },
  )
})

test('row groups without a row above, below or at a literal are not read', async () => {
  const source = { files: [await fileOf('s3://b/raw.json', '{"one":1}\n')], required: [] }
  const number = 'a.n * 1000 + b.n'
  const ran = await transform(
    `UNLOAD (SELECT CAST(${number} AS integer) AS i, CAST(${number} AS bigint) AS l, CAST(${number} AS real) AS r,
       CAST(${number} AS double) AS d, CAST(${number} AS decimal(10,2)) AS p, CAST(${number} AS decimal(18,6)) AS q
     FROM source CROSS JOIN UNNEST(sequence(0, 499)) AS a(n) CROSS JOIN UNNEST(sequence(0, 999)) AS b(n) ORDER BY i)
     TO 's3://b/t/' WITH (format = 'PARQUET')`,
    { source },
  )
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
  const asked = async (condition: string) => {
    const { scannedBytes, lines } = await query(`SELECT count(*), sum(i) FROM t WHERE ${condition}`, [t])
    return { bytes: scannedBytes, count: lines[1]?.split(',')[0] }
  }
  for (const column of ['i', 'l', 'r', 'd', 'p', 'q']) {
    const whole = await asked(`${column} * 2 > -1.5`)
    assert.equal(whole.count, '"500000"')
    const some: readonly (readonly [string, string])[] = [
      [`${column} > 499997.5`, '"2"'],
      [`1.501 >= ${column}`, '"2"'],
      [`${column} = 7.0`, '"1"'],
      [`${column} BETWEEN 6.5 AND 8.5`, '"2"'],
      [`${column} IN (6.0, 7.0)`, '"2"'],
    ]
    for (const [condition, count] of some) {
      const { bytes, count: counted } = await asked(condition)
      assert.equal(counted, count, condition)
      assert.ok(bytes < whole.bytes / 2, `${condition}: ${bytes} of ${whole.bytes}`)
    }
  }
})
