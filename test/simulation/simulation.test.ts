// Whatever ends and breaks a lake in whatever order: what it acknowledged is read and delivered, once, whole and in order.
// Some seeds here; many with `node test/simulation/run.ts --seeds 200`. BIWA_SEED=n runs that one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sabotages } from './sabotage.ts'
import { SimulationFailure, simulate } from './simulation.ts'

const wanted = process.env.BIWA_SEED
const seeds = wanted === undefined ? Array.from({ length: 10 }, (_, seed) => seed + 1) : [Number(wanted)]

test('producers, resharders, consumers, crashes, buckets that go: none lost, none twice, in order', async () => {
  let acknowledged = 0
  let lives = 0
  for (const seed of seeds) {
    const outcome = await simulate(seed)
    acknowledged += outcome.acknowledged
    lives += outcome.lives
  }
  if (wanted === undefined)
    assert.ok(acknowledged > 1000 && lives > 35, `enough happened: ${acknowledged} in ${lives} lives`)
})

test('one seed replays one run', async () => {
  for (const seed of [3, 6, 13]) assert.deepEqual(await simulate(seed), await simulate(seed))
})

for (const { does, found, begin, tamper } of sabotages) {
  test(`the simulation finds ${does}`, async () => {
    const end = begin?.()
    try {
      for (let seed = 1; ; seed++) {
        assert.ok(seed <= 40, 'not found in 40 runs')
        try {
          await simulate(seed, tamper ? { tamper: tamper() } : {})
        } catch (failure) {
          assert.ok(failure instanceof SimulationFailure)
          assert.match(failure.message, new RegExp(`^with BIWA_SEED=${seed}: `))
          assert.match(failure.message, found)
          return
        }
      }
    } finally {
      end?.()
    }
  })
}
