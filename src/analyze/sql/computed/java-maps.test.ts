/** A map is printed in the order of its keys' buckets. The expected orders were worked out by Java's rules, by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javaMaps } from './java-maps.ts'

const printed = (kind: string, keys: readonly string[]) => javaMaps.athena_map_text?.compute(kind, keys, keys)

for (const [what, kind, keys, text] of [
  ['words', 'text', ['first', 'last', 'age'], '{last, first, age}'],
  ['twelve numbers in sixteen buckets', 'whole', ['17', '16', '1', '0'], '{16, 0, 17, 1}'],
  ['a negative number', 'whole', ['-1', '1', '0'], '{-1, 0, 1}'],
  ['a negative long', 'long', ['2', '1', '-1'], '{-1, 1, 2}'],
  ['truths', 'truth', ['true', 'false'], '{false, true}'],
  ['nothing', 'text', [], '{}'],
  ['keys of one bucket as they came', 'text', ['BB', 'Aa'], '{BB, Aa}'],
] as const)
  test(what, () => assert.equal(printed(kind, keys), text))

test('with the thirteenth key there are 32 buckets', () => {
  const keys = ['17', ...Array.from({ length: 11 }, (_, index) => String(index))]
  assert.equal(printed('whole', keys), '{0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}')
  assert.equal(printed('whole', [...keys, '11']), '{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 17}')
})
