// Whatever I/O fails, and at whatever I/O the power goes out: what was acknowledged is there after the next start, nothing
// torn is seen, nothing is there twice, and nothing unreferenced is left.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SimulatedDisk } from '../../src/world/simulated/disk.ts'
import { tries } from '../testing/tries.ts'
import { check, openStore, Promises, seen, work } from './workload.ts'

type Ending = { readonly failing: 'crash' | 'ENOSPC' | 'EIO'; readonly powerCut: boolean }

/** Answers whether the n-th I/O was reached. */
async function failAt(n: number, seed: number, { failing, powerCut }: Ending): Promise<boolean> {
  const disk = new SimulatedDisk({ seed })
  const promises = new Promises()
  disk.failNth(n, failing)
  const [opened] = await Promise.allSettled([openStore(disk, seed)])
  if (opened.status === 'fulfilled') {
    await work(opened.value, promises).catch(() => undefined)
    // A process that meets a failure may still be closed in an orderly way; one that died is not.
    if (!powerCut) await opened.value.close().catch(() => undefined)
  }
  const reached = disk.ios >= n
  disk.failNth(Number.POSITIVE_INFINITY, 'EIO')
  if (powerCut) disk.crash()

  const again = await openStore(disk, seed + 1)
  await check(again, disk, promises)
  // And it works on: whatever was left behind is no burden.
  const log = await again.log('stream')
  const end = log.end
  assert.equal(await log.append([Buffer.from('after')], 99), end)
  await again.close()
  const third = await openStore(disk, seed + 2)
  assert.equal((await third.log('stream')).end, end + 1)
  await third.close()
  return reached
}

async function failAtEvery(seed: number, ending: Ending): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      if (!(await failAt(n, seed, ending))) {
        assert.ok(n > 150, `the workload does some hundred I/Os, not ${n}`)
        return
      }
    } catch (cause) {
      throw new Error(`with seed ${seed}, ${ending.failing} at I/O ${n}`, { cause })
    }
  }
}

test('when nothing fails, all of the workload is acknowledged and trimmed', async () => {
  const disk = new SimulatedDisk({ seed: 9 })
  const promises = new Promises()
  const store = await openStore(disk, 9)
  await work(store, promises)
  assert.equal(promises.records.size, 60)
  assert.equal(promises.moved, 10)
  assert.deepEqual([...promises.objects.values()], Array(4).fill({ acknowledged: 3, begun: 3 }))
  assert.ok((await store.log('stream')).start > 0)
  await check(store, disk, promises)
  await store.close()
})

test('power lost at every I/O', () => failAtEvery(1, { failing: 'crash', powerCut: true }))
test('every I/O fails with EIO, and the process starts again', () =>
  failAtEvery(2, { failing: 'EIO', powerCut: false }))
test('every I/O fails with ENOSPC, then the power goes', () => failAtEvery(3, { failing: 'ENOSPC', powerCut: true }))

test('any I/O in any interleaving fails in any way', async () => {
  const ending = fc.record({ failing: fc.constantFrom('crash', 'ENOSPC', 'EIO'), powerCut: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 280 }), ending, async (seed, n, { failing, powerCut }) => {
      await failAt(n, seed, { failing, powerCut: powerCut || failing === 'crash' })
    }),
    { numRuns: tries(150) },
  )
})

test('what a process shows that was started after another died survives the power cut that follows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 280 }), async (seed, n) => {
      const disk = new SimulatedDisk({ seed })
      const promises = new Promises()
      disk.failNth(n, 'crash')
      const [opened] = await Promise.allSettled([openStore(disk, seed)])
      if (opened.status === 'fulfilled') await work(opened.value, promises).catch(() => undefined)
      disk.kill()
      const again = await openStore(disk, seed + 1)
      await check(again, disk, promises)
      const shown = await seen(again)
      disk.crash()
      const third = await openStore(disk, seed + 2)
      await check(third, disk, promises)
      assert.deepEqual(await seen(third), shown)
      await third.close()
    }),
    { numRuns: tries(100) },
  )
})
