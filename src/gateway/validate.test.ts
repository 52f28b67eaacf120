// What breaks any constraint anywhere in an input is told in AWS's words: the quick test of a shape lets nothing through
// that the walk for the words would find fault with, and nothing sound is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  blob,
  double,
  enumeration,
  integer,
  list,
  map,
  optional,
  type Shape,
  sensitive,
  string,
  structure,
  union,
} from './shape.ts'
import { validate } from './validate.ts'

const cases: readonly (readonly [name: string, shape: Shape, sound: unknown, broken: unknown, words: RegExp])[] = [
  ['a short string', string({ min: 2 }), 'ab', 'a', /Value 'a' at '\w+(\.\w+)*' .*length greater than or equal to 2$/],
  ['a long string', string({ max: 2 }), 'ab', 'abc', /length less than or equal to 2$/],
  ['a pattern', string({ pattern: 'a+' }), 'aa', 'aab', /regular expression pattern: a\+$/],
  ['an enumeration', enumeration('A', 'B'), 'B', 'C', /enum value set: \[A, B\]$/],
  ['a small number', integer({ min: 3 }), 3, 2, /value greater than or equal to 3$/],
  ['a large number', double({ max: 3 }), 3, 3.5, /value less than or equal to 3$/],
  ['a large blob', blob({ max: 1 }), new Uint8Array(1), new Uint8Array(2), /'\[binary\]' .*length less than/],
  ['a short list', list(string(), { min: 1 }), ['a'], [], /length greater than or equal to 1$/],
  ['an item', list(string({ min: 1 })), ['a', 'b'], ['a', ''], /at '\w+(\.\w+)*\.2\.member'/],
  ['a large map', map(string(), { max: 1 }), { a: '' }, { a: '', b: '' }, /'\{a=, b=\}' .*length less than/],
  ['a long list', list(string(), { max: 1 }), ['a'], ['a', 'b'], /'\[a, b\]' .*length less than/],
  ['a long list of lists', list(list(integer()), { max: 1 }), [[1]], [[1, 2], []], /'\[\[1, 2\], \[\]\]' .*less than/],
  ['a map of lists', map(list(string()), { max: 0 }), {}, { k: ['a', 'b'] }, /'\{k=\[a, b\]\}' .*length less than/],
  ['a secret list', sensitive(list(string(), { max: 1 })), ['a'], ['a', 'b'], /'\[list\]' .*less than/],
  ['a list of structures', list(structure({}), { max: 0 }), [], [{}], /'\[list\]' .*length less than/],
  ['a key of a map', map(string(), { key: string({ max: 1 }) }), { a: '' }, { ab: '' }, /\.key'/],
  ['a value of a map', map(string({ max: 1 })), { a: '' }, { a: 'ab' }, /\.a\.member'/],
  ['a missing member', structure({ A: integer() }), { A: 1 }, {}, /Value null at '\w+(\.\w+)*\.a' .*must not be null$/],
  ['two of a union', union({ A: integer(), B: integer() }), { A: 1 }, { A: 1, B: 2 }, /Exactly one member/],
  ['none of a union', union({ A: integer() }), { A: 1 }, {}, /Exactly one member/],
  ['within a union', union({ A: integer({ min: 1 }) }), { A: 1 }, { A: 0 }, /\.a'/],
]

for (const [name, shape, sound, broken, words] of cases) {
  test(`${name} is told at the top and below lists, maps and structures`, () => {
    const places: readonly (readonly [Shape, (value: unknown) => unknown])[] = [
      [shape, value => value],
      [list(shape), value => [sound, value]],
      [map(shape), value => ({ key: value })],
      [structure({ Of: list(structure({ It: shape })) }), value => ({ Of: [{ It: sound }, { It: value }] })],
    ]
    for (const [placed, put] of places) {
      assert.equal(validate({ Member: placed }, { Member: put(sound) }), undefined)
      const told = validate({ Member: placed }, { Member: put(broken) }) ?? ''
      assert.match(told, /^1 validation error detected: Value .* at 'member/)
      assert.match(told, words)
    }
  })
}

test('a member that may be left out is held to its constraints when it is there', () => {
  const members = { Name: optional(string({ min: 1 })), Count: integer({ min: 1 }) }
  assert.equal(validate(members, { Count: 1 }), undefined)
  assert.match(validate(members, { Count: 0, Name: '' }) ?? '', /^2 validation errors detected: .*'name'.*; .*'count'/)
})

test('a text that is too short and no match of its pattern is told twice, the pattern first', () => {
  const members = { StreamName: string({ min: 1, max: 3, pattern: '[a-z]+' }) }
  const told = (constraint: string) =>
    `Value '' at 'streamName' failed to satisfy constraint: Member must ${constraint}`
  assert.equal(
    validate(members, { StreamName: '' }),
    `2 validation errors detected: ${told('satisfy regular expression pattern: [a-z]+')}; ${told('have length greater than or equal to 1')}`,
  )
  assert.match(
    validate(members, { StreamName: 'ABCD' }) ?? '',
    /^1 validation error detected: .*less than or equal to 3$/,
  )
})
