// For fast-check: shapes of every kind that a body may have, each with a value that fits it, as the program has it.
import fc from 'fast-check'
import {
  blob,
  boolean,
  document,
  double,
  enumeration,
  integer,
  list,
  long,
  type Members,
  map,
  named,
  plain,
  type Shape,
  string,
  structure,
  timestamp,
} from '../../src/gateway/shape.ts'

export interface Shaped {
  readonly shape: Shape
  readonly value: unknown
}

const of = (shape: Shape, value: fc.Arbitrary<unknown>): fc.Arbitrary<Shaped> =>
  value.map(one => ({ shape, value: one }))
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))

const leaf: fc.Arbitrary<Shaped> = fc.oneof(
  of(string(), text),
  of(plain(string()), fc.stringMatching(/^[A-Za-z0-9+\-./=_]*$/)),
  of(enumeration('A', 'B'), fc.constantFrom('A', 'B')),
  of(integer(), fc.integer()),
  of(long(), fc.maxSafeInteger()),
  of(double(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  of(boolean(), fc.boolean()),
  fc.constantFrom(timestamp(), timestamp('iso8601'), timestamp('http-date')).chain(shape =>
    of(
      shape,
      fc.integer({ min: 0, max: 4e9 }).map(seconds => seconds * 1000),
    ),
  ),
  of(blob(), fc.uint8Array({ maxLength: 40 })),
  of(document(), fc.jsonValue()),
)

/** Lists, maps and structures of them, some levels deep; `undefined` and null stand for members that are left out. */
export const shapedValue: fc.Arbitrary<Shaped> = fc.letrec<{ any: Shaped }>(tie => ({
  any: fc.oneof(
    { depthSize: 'small' },
    leaf,
    tie('any').chain(({ shape, value }) =>
      fc.oneof(
        fc.nat(3).map(count => ({ shape: list(shape), value: Array.from({ length: count }, () => value) })),
        fc.uniqueArray(text).map(keys => ({
          shape: map(shape),
          value: Object.fromEntries(keys.map((key, i) => [key, i === 3 ? undefined : value])),
        })),
        fc.constantFrom(value, undefined, null).map(given => ({
          shape: structure({ First: shape, Second: named('"2"', shape), Third: shape } as Members),
          value: { Third: value, Second: given },
        })),
      ),
    ),
  ),
})).any
