/** What programs put stands in a record as its declared type has it, however deep it lies. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { column } from '../define/column.ts'
import { jsonValue } from './json-value.ts'

const at = new Date('2025-10-15T01:02:03.004Z')

for (const [what, { type }, value, wanted] of [
  ['seconds', column.epochSeconds(), at, '1760490123.004'],
  ['milliseconds', column.epochMilliseconds(), at, '1760490123004'],
  ['a wall clock’s time', column.timestamp(), at, '"2025-10-15 01:02:03.004"'],
  ['a day', column.date(), at, '"2025-10-15"'],
  ['a whole number beyond 2^53', column.bigint(), 2n ** 60n, '1152921504606846976'],
  ['a list of moments', column.array(column.epochSeconds()), [at], '[1760490123.004]'],
  ['a map of days', column.map(column.date()), { a: at }, '{"a":"2025-10-15"}'],
  [
    'a struct',
    column.struct({
      n: column.decimal(10, 2),
      in: column.struct({ at: column.timestamp(), e: column.epochSeconds() }),
    }),
    { n: '1.50', in: { at, e: at } },
    '{"n":"1.50","in":{"at":"2025-10-15 01:02:03.004","e":1760490123.004}}',
  ],
] as const)
  test(`${what} is put as ${type} is read`, () => assert.equal(JSON.stringify(jsonValue(value, type)), wanted))

test('a date that is none is refused', () => {
  assert.throws(() => jsonValue([new Date(Number.NaN)], 'array<date>'), /Invalid Date where a moment is declared/)
})
