// Values of a module's rows: what the engine writes is read exactly, what a module returns is written exactly or refused with the
// column and the value.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Field, readRow, type ValueType, WrongRow, writeRow } from './values.ts'

const field = (type: ValueType, declared: string = type.kind): readonly Field[] => [
  { name: 'v', key: 'v', declared, type },
]
const decimal: ValueType = { kind: 'decimal', precision: 5, scale: 2 }
const int: ValueType = { kind: 'integer', bits: 32 }
const struct: ValueType = {
  kind: 'struct',
  fields: [
    { name: 'a', key: 'a', declared: 'string', type: { kind: 'string' } },
    { name: 'b', key: 'b', declared: 'bigint', type: { kind: 'bigint' } },
  ],
}

for (const [type, json, value] of [
  [{ kind: 'string' }, '"NaN, 12345678901234567890"', 'NaN, 12345678901234567890'],
  [{ kind: 'bigint' }, '42', 42],
  [{ kind: 'bigint' }, '9007199254740993', 9007199254740993n],
  [{ kind: 'bigint' }, '-9223372036854775808', -9223372036854775808n],
  [{ kind: 'double' }, '0.30000000000000004', 0.30000000000000004],
  [{ kind: 'double' }, '100000000000000000000', 1e20],
  [{ kind: 'double' }, 'NaN', Number.NaN],
  [{ kind: 'double' }, '-Infinity', Number.NEGATIVE_INFINITY],
  [{ kind: 'array', of: { kind: 'double' } }, '[NaN,1]', [Number.NaN, 1]],
  [{ kind: 'timestamp' }, '"2025-10-15 01:02:03"', '2025-10-15 01:02:03.000'],
  [{ kind: 'timestamp' }, '"2025-10-15 01:02:03.1234"', '2025-10-15 01:02:03.1234'],
  [{ kind: 'map', of: { kind: 'bigint' } }, '{"k":9007199254740993}', { k: 9007199254740993n }],
  [struct, '{"a":"x","b":null}', { a: 'x', b: null }],
  [{ kind: 'boolean' }, 'null', null],
] as const)
  test(`the engine's ${json} is read as ${type.kind}`, () => {
    assert.deepEqual(readRow(`{"v":${json}}`, field(type as ValueType)), { v: value })
  })

for (const [type, value, json] of [
  [{ kind: 'bigint' }, 9223372036854775807n, '9223372036854775807'],
  [{ kind: 'bigint' }, 7, '7'],
  [{ kind: 'double' }, Number.NaN, '"NaN"'],
  [{ kind: 'double' }, -0, '-0.0'],
  [decimal, '123.45', '"123.45"'],
  [decimal, -1.5, '"-1.5"'],
  [decimal, '0.100', '"0.100"'],
  [{ kind: 'timestamp' }, new Date(0), '"1970-01-01 00:00:00.000"'],
  [{ kind: 'timestamp' }, '2025-10-15 23:59:59', '"2025-10-15 23:59:59"'],
  [{ kind: 'date' }, '2024-02-29', '"2024-02-29"'],
  [{ kind: 'array', of: int }, [1, null, 3], '[1,null,3]'],
  [struct, { a: 'x', b: 1 }, '{"a":"x","b":1}'],
  [int, null, 'null'],
] as const)
  test(`${typeof value === 'bigint' ? value : JSON.stringify(value)} is written as ${type.kind}`, () => {
    assert.equal(writeRow({ v: value }, field(type as ValueType)), `{"v":${json}}`)
  })

for (const [type, value, complaint] of [
  [{ kind: 'double' }, '21.5', 'has "21.5" in v, which is declared double.'],
  [{ kind: 'string' }, 5, 'has 5 in v, which is declared string.'],
  [int, 2 ** 31, 'has 2147483648 in v, which is declared integer.'],
  [int, 1.5, 'has 1.5 in v, which is declared integer.'],
  [{ kind: 'bigint' }, 2 ** 53, /^has 9007199254740992 in v, which is declared bigint: a whole number of 64 bits/],
  [{ kind: 'bigint' }, 2n ** 63n, /^has 9223372036854775808n in v/],
  [decimal, '1.234', /^has "1\.234" in v, which is declared decimal: a text like/],
  [decimal, '1234', /in v, which is declared decimal/],
  [decimal, Number.NaN, /^has NaN in v/],
  [{ kind: 'date' }, '2025-02-30', /^has "2025-02-30" in v, which is declared date: a text like/],
  [{ kind: 'timestamp' }, new Date('no'), /^has Date Invalid in v, which is declared timestamp/],
  [{ kind: 'timestamp' }, '2025-10-15T00:00:00Z', /which is declared timestamp: a Date, or a text like/],
  [{ kind: 'boolean' }, 'true', /^has "true" in v/],
  [{ kind: 'array', of: int }, [1, 'x'], /^has "x" in v\[1\]/],
  [{ kind: 'string' }, undefined, /^has no v, which is declared string\. Return null where there is no value/],
  [struct, { a: 'x', b: 1, c: 2 }, /^has v\.c \(2\), which is not declared\. Declared are a, b/],
  [struct, { a: 'x' }, /^has no v\.b, which is declared bigint/],
] as const)
  test(`${String(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)))} is no ${type.kind}, and it is said`, () => {
    assert.throws(() => writeRow({ v: value }, field(type as ValueType)), { name: 'WrongRow', message: complaint })
  })

test('a row that is no object, and a column that nobody declared, are told', () => {
  assert.throws(() => writeRow([1], field({ kind: 'string' })), /is \[1\] and no object\. Return rows like \{ v: … \}/)
  assert.throws(() => writeRow({ v: 'x', w: 1 }, field({ kind: 'string' })), WrongRow)
  assert.throws(
    () => writeRow({ v: 'x', w: 1 }, field({ kind: 'string' })),
    /has w \(1\), which is not declared\. Declared are v/,
  )
})

test('whatever is returned comes back when it is read again', () => {
  const columns: readonly Field[] = [
    { name: 's', key: 's', declared: 'string', type: { kind: 'string' } },
    { name: 'big', key: 'big', declared: 'bigint', type: { kind: 'bigint' } },
    { name: 'd', key: 'd', declared: 'double', type: { kind: 'double' } },
    { name: 'list', key: 'list', declared: 'array<double>', type: { kind: 'array', of: { kind: 'double' } } },
  ]
  const double = fc.double()
  fc.assert(
    fc.property(
      fc.record({
        s: fc.option(fc.string()),
        big: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        d: fc.option(double),
        list: fc.option(fc.array(double)),
      }),
      row => {
        const exact = row.big !== null && Number.isSafeInteger(Number(row.big)) ? Number(row.big) : row.big
        const line = writeRow(row, columns)
        const expected = { ...row, big: exact }
        assert.deepEqual(readRow(line, columns), expected)
      },
    ),
  )
})
