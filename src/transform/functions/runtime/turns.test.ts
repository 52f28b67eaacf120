// Turns: never more at once than may be, first come first served, and who gives up takes no turn.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('those who come later wait, in their order, and who gives up is passed over', async () => {
  const turns = new Turns(1)
  const never = new AbortController().signal
  const first = await turns.take(never)
  const order: string[] = []
  const impatient = new AbortController()
  const second = turns.take(impatient.signal)
  const third = turns.take(never).then(turn => {
    order.push('third')
    return turn
  })
  const fourth = turns.take(never).then(() => order.push('fourth'))
  impatient.abort(new Error('no more'))
  await assert.rejects(second, /no more/)
  assert.deepEqual(order, [])
  first[Symbol.dispose]()
  const turn = await third
  assert.deepEqual(order, ['third'])
  turn[Symbol.dispose]()
  await fourth
  assert.deepEqual(order, ['third', 'fourth'])
  await assert.rejects(turns.take(impatient.signal), /no more/)
})
