// Whatever the order of arrivals, runs, resets and power cuts, and wherever in a run the power goes out: when the job
// has caught up, the table holds each record exactly once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { Bench, lines, scope } from './testing/bench.ts'

type Step =
  | { readonly kind: 'arrive' }
  | { readonly kind: 'run' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'rewind'; readonly runs: number }
  /** The power goes out at the n-th I/O of a run. */
  | { readonly kind: 'crash'; readonly io: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'arrive' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'run' }) },
  fc.constant<Step>({ kind: 'reset' }),
  fc.integer({ min: 0, max: 2 }).map((runs): Step => ({ kind: 'rewind', runs })),
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 60 }).map((io): Step => ({ kind: 'crash', io })) },
)

test('each record is in the table exactly once when the job has caught up', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.integer({ min: 1, max: 1_000_000 }), async (steps, seed) => {
      const bench = await Bench.open(seed)
      let arrived = 0
      for (const each of steps) {
        await bench.clock.advance(1000)
        switch (each.kind) {
          case 'arrive':
            await bench.put(`raw/${(arrived * 7) % 10}-${arrived}.json`, lines(arrived, arrived + 1))
            arrived += 2
            break
          case 'run':
            assert.equal((await bench.run()).state, 'SUCCEEDED')
            break
          case 'reset':
            await bench.jobs.resetBookmark(scope, 'curate').catch(neverRan)
            break
          case 'rewind': {
            const run = bench.jobs.runs(scope, 'curate', 3)[each.runs]
            if (run) await bench.jobs.resetBookmark(scope, 'curate', run.id).catch(neverRan)
            break
          }
          case 'crash':
            bench.disk.failNth(each.io, 'crash')
            await bench.run().catch(() => {})
            await bench.crash()
        }
      }
      await bench.run()
      const expected = Array.from({ length: arrived }, (_, id) => id)
      assert.deepEqual(await bench.ids('curated/'), expected)
      for (const run of bench.jobs.runs(scope, 'curate', 100)) assert.match(run.state, /^(SUCCEEDED|FAILED)$/)
    }),
    { numRuns: tries(60) },
  )
})

function neverRan(cause: unknown): void {
  assert.equal((cause as { code?: string }).code, 'EntityNotFoundException')
}
