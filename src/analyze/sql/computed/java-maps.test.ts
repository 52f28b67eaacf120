/** A map is printed in the order of its keys' buckets. The expected orders were worked out by Java's rules, by hand. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javaMaps } from './java-maps.ts'

const printed = (kind: 'text' | 'whole' | 'long' | 'truth', keys: readonly string[]) => {
  const text = String(javaMaps[`athena_map_of_${kind}`]?.compute(keys.map(key => `${key}\u0001*`).join('\u0001')))
  return text.replaceAll('=*', '')
}

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

test('the ninth key of one bucket doubles the buckets, as long as there are few of them', () => {
  const sixteens = (count: number) => Array.from({ length: count }, (_, index) => String(16 * index))
  assert.equal(printed('whole', sixteens(8)), '{0, 16, 32, 48, 64, 80, 96, 112}')
  assert.equal(printed('whole', sixteens(9)), '{0, 32, 64, 96, 128, 16, 48, 80, 112}')
})

test('a row has the order of its own keys, whatever those of the row before were', () => {
  assert.equal(printed('whole', ['17', '16']), '{16, 17}')
  assert.equal(printed('whole', ['16', '17', '18']), '{16, 17, 18}')
  assert.equal(printed('whole', ['18', '17', '16']), '{16, 17, 18}')
  assert.equal(printed('whole', ['17', '16']), '{16, 17}')
})
