// A pattern of table names accepts what the same regular expression accepts, and no pattern takes long.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tablePattern } from './table-pattern.ts'

test('it agrees with the regular expression it stands for', () => {
  const letter = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '_',
    '\\w',
    '\\W',
    '[\\d-]',
    '[^a\\d]',
    '[a-b]',
    '\\-',
    '[\\--1]',
  )
  const signs = fc.constantFrom('', '*', '+', '?')
  const piece = fc
    .tuple(letter, signs)
    .filter(([read, sign]) => sign !== '*' || /[.[\\]/.test(read))
    .map(parts => parts.join(''))
  const sequence = fc.array(piece, { maxLength: 4 }).map(parts => parts.join(''))
  const pattern = fc.tuple(sequence, sequence, sequence).map(([a, b, c]) => `${a}(${b}|${c})?`)
  fc.assert(
    fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', '_', '1', '-'), maxLength: 6 }), (text, name) => {
      assert.equal(tablePattern(text)(name), new RegExp(`^(?:${text})$`).test(name), `${text} on ${name}`)
    }),
    { numRuns: 500 },
  )
})

test("a star at the beginning is Hive's any text", () => {
  assert.deepEqual(['telemetry', 'raw_telemetry', 'raw'].map(tablePattern('*telemetry')), [true, true, false])
  assert.equal(tablePattern('*')('anything'), true)
})

test('and so it is behind a letter, as tools that ask for a prefix write it', () => {
  const names = ['raw_2025', 'raw_', 'raw', 'braw_1']
  assert.deepEqual(names.map(tablePattern('raw_*')), [true, true, false, false])
  assert.deepEqual(names.map(tablePattern('raw_*5')), [true, false, false, false])
  assert.deepEqual(names.map(tablePattern('*aw_*')), [true, true, false, true])
})

test('a pattern that explodes elsewhere is answered at once', () => {
  assert.equal(tablePattern(`${'(a+)+'.repeat(40)}b`)('a'.repeat(255)), false)
})

test('nor does the longest pattern take its time anew for each of many tables', () => {
  const matches = tablePattern(`${'.*'.repeat(1023)}7`)
  const names = Array.from({ length: 20_000 }, (_, index) => `orders_${(index * 7919).toString(36)}`)
  assert.equal(names.filter(matches).length, names.filter(name => name.endsWith('7')).length)
})

// https://github.com/getmoto/moto/blob/5.0.0/tests/test_glue/test_datacatalog.py
test('classes of characters are known by their letters', () => {
  const names = ['orders_2025', 'orders_', 'old_orders_1', 'Orders.2']
  assert.deepEqual(names.map(tablePattern('orders_\\d+')), [true, false, false, false])
  assert.deepEqual(names.map(tablePattern('\\w+orders_\\w*')), [false, false, true, false])
  assert.deepEqual(names.map(tablePattern('ORDERS\\W\\d')), [false, false, false, true])
})

for (const pattern of ['(a', 'a)', '[a', '+a', '\\b', '[a-', '[a-\\d]', 'a\\', `${'('.repeat(300)}`])
  test(`"${pattern.slice(0, 10)}" is refused with its reason`, () => {
    assert.throws(() => tablePattern(pattern), { code: 'InvalidInputException' })
  })
