// The first of a heap is the first of its items, whatever was put in and taken out before.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Heap } from './heap.ts'
import { SeededRandom } from './random.ts'

test('items come out in their order, however they went in', () => {
  const random = new SeededRandom(1)
  const heap = new Heap<number>((one, other) => one < other, [5, 3])
  const model = [3, 5]
  for (let step = 0; step < 5000; step++) {
    if (random.fraction() < 0.55) {
      const item = Math.floor(random.fraction() * 100)
      heap.push(item)
      model.push(item)
      model.sort((a, b) => a - b)
    } else assert.equal(heap.pop(), model.shift())
    assert.equal(heap.first, model[0])
    assert.equal(heap.size, model.length)
  }
  assert.deepEqual(
    [...heap.items].sort((a, b) => a - b),
    model,
  )
})
