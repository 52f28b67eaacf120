// The text of an answer is what JSON.stringify makes of its values, whatever the shape and whatever is left out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  blob,
  boolean,
  document,
  double,
  enumeration,
  integer,
  list,
  type Members,
  map,
  named,
  plain,
  type Shape,
  string,
  structure,
  timestamp,
} from '../shape.ts'
import { jsonText } from './json-text.ts'
import { writeMembers } from './json-values.ts'

interface Shaped {
  readonly shape: Shape
  readonly value: unknown
}

const leaf: fc.Arbitrary<Shaped> = fc.oneof(
  fc.record({ shape: fc.constant(string()), value: fc.oneof(fc.string(), fc.string({ unit: 'binary' })) }),
  fc.record({ shape: fc.constant(plain(string())), value: fc.stringMatching(/^[A-Za-z0-9+\-./=_]*$/) }),
  fc.record({ shape: fc.constant(enumeration('A', 'B')), value: fc.constantFrom('A', 'B') }),
  fc.record({ shape: fc.constant(integer()), value: fc.integer() }),
  fc.record({ shape: fc.constant(double()), value: fc.double() }),
  fc.record({ shape: fc.constant(boolean()), value: fc.boolean() }),
  fc.record({
    shape: fc.constantFrom(timestamp(), timestamp('iso8601'), timestamp('http-date')),
    value: fc.integer({ min: 0, max: 4e12 }),
  }),
  fc.record({ shape: fc.constant(blob()), value: fc.uint8Array() }),
  fc.record({ shape: fc.constant(document()), value: fc.jsonValue() }),
)

const shaped: fc.Arbitrary<Shaped> = fc.letrec<{ any: Shaped }>(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    tie('any').chain(({ shape, value }) =>
      fc.oneof(
        fc.nat(3).map(count => ({ shape: list(shape), value: Array.from({ length: count }, () => value) })),
        fc.uniqueArray(fc.string()).map(keys => ({
          shape: map(shape),
          value: Object.fromEntries(keys.map((key, i) => [key, i === 3 ? undefined : value])),
        })),
        fc.constantFrom(value, undefined, null).map(given => ({
          shape: structure({ First: shape, Second: named('"2"', shape), Third: shape } as Members),
          value: { Third: value, Second: given, Undeclared: 1 },
        })),
      ),
    ),
  ),
})).any

test('an answer reads the same as what JSON.stringify makes of its values', () => {
  fc.assert(
    fc.property(shaped, shaped, (one, other) => {
      const members = { One: one.shape, Left: string(), Other: named('other', other.shape) }
      const value = { Other: other.value, One: one.value, Left: undefined }
      assert.equal(jsonText(members, value), JSON.stringify(writeMembers(members, value)))
    }),
    { numRuns: 500 },
  )
})
