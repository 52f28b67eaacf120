// A change is there wholly or not at all, resolves only when it is durable, and never takes others down with it.

import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { RealDisk } from '../world/disk.ts'
import { SimulatedDisk } from '../world/simulated/disk.ts'
import { Ledger, LedgerReadOnly, type Transaction } from './ledger.ts'

const table = ['CREATE TABLE thing (id INTEGER PRIMARY KEY, value ANY) STRICT']
const path = '/ledger.sqlite'

async function open(disk = new SimulatedDisk()): Promise<Ledger> {
  await disk.makeDirectory('/')
  const ledger = await Ledger.open(disk, path)
  ledger.define('test', table)
  return ledger
}

const put =
  (id: number, value: unknown = 'x') =>
  (write: Transaction) =>
    write.run('INSERT INTO thing VALUES (?, ?)', id, value as string)
const ids = (ledger: Ledger) => ledger.all<{ id: number }>('SELECT id FROM thing ORDER BY id').map(row => row.id)

async function withRealLedger(use: (ledger: Ledger, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-ledger-'))
  const ledger = await Ledger.open(new RealDisk(), join(directory, 'ledger.sqlite'))
  ledger.define('test', table)
  try {
    await use(ledger, directory)
    await ledger.close()
  } finally {
    await rm(directory, { recursive: true })
  }
}

test('a change runs at once and resolves with what it returned', async () => {
  const ledger = await open()
  const committed = ledger.commit(write => {
    put(1)(write)
    return 'done'
  })
  assert.deepEqual(ids(ledger), [1])
  assert.equal(await committed, 'done')
})

test('a change that throws is undone alone: those gathered with it stay', async () => {
  const ledger = await open()
  const outcomes = await Promise.allSettled([
    ledger.commit(put(1)),
    ledger.commit(write => {
      put(2)(write)
      throw new Error('no')
    }),
    ledger.commit(put(1)),
    ledger.commit(put(3)),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(ids(ledger), [1, 3])
})

test('every kind of value comes back as it went in', async () => {
  await withRealLedger(async ledger => {
    const values = ['text', 0, -1, 1.5, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), null, new Uint8Array([0, 255]), '']
    await ledger.commit(write => {
      for (const [id, value] of values.entries()) put(id, value)(write)
    })
    assert.deepEqual(
      ledger.all('SELECT * FROM thing ORDER BY id').map(row => row.value),
      values,
    )
    assert.deepEqual([...ledger.iterate('SELECT id FROM thing WHERE id < ? ORDER BY id', 2)], [{ id: 0 }, { id: 1 }])
    assert.equal(ledger.get('SELECT id FROM thing WHERE id = 99'), undefined)
  })
})

test('concurrent changes share transactions and fsyncs', async () => {
  const disk = new SimulatedDisk()
  const ledger = await open(disk)
  const before = disk.ios
  await Promise.all(Array.from({ length: 100 }, (_, id) => ledger.commit(put(id))))
  assert.ok(disk.ios - before <= 4, `100 changes took ${disk.ios - before} commits and fsyncs`)
})

test('what a change left to be done when durable is done before its commit resolves, and only if it stays', async () => {
  const ledger = await open()
  const done: string[] = []
  const undone = ledger.commit(write => {
    write.onDurable(() => done.push('undone'))
    throw new Error('no')
  })
  const kept = ledger.commit(write => {
    write.onDurable(() => done.push('kept'))
  })
  assert.deepEqual(done, [])
  await Promise.allSettled([undone, kept])
  assert.deepEqual(done, ['kept'])
})

test('a commit inside a commit, an asynchronous change and a transaction used later are bugs, told as such', async () => {
  const ledger = await open()
  await assert.rejects(
    ledger.commit(() => ledger.commit(put(1))),
    /never runs inside a commit/,
  )
  await assert.rejects(
    ledger.commit(async write => put(2)(write)),
    /a change is synchronous/,
  )
  const kept = await ledger.commit(write => write)
  assert.throws(() => put(3)(kept), /used only until its change has returned/)
  assert.deepEqual(ids(ledger), [])
})

test('a COMMIT that fails undoes its changes and no others; the ledger goes on', async () => {
  const disk = new SimulatedDisk()
  const ledger = await open(disk)
  await ledger.commit(put(1))
  disk.failNth(1, 'ENOSPC')
  await assert.rejects(ledger.commit(put(2)), /ENOSPC/)
  await ledger.commit(put(3))
  assert.deepEqual(ids(ledger), [1, 3])
})

test('a full database undoes what it must, tells everybody concerned, and the ledger goes on', async () => {
  await withRealLedger(async ledger => {
    await ledger.commit(put(1))
    const pages = Number(ledger.get('PRAGMA page_count')?.page_count)
    const outcomes = await Promise.allSettled([
      ledger.commit(write => write.get(`PRAGMA max_page_count = ${pages + 2}`)),
      ledger.commit(put(2)),
      ledger.commit(put(3, new Uint8Array(100_000))),
    ])
    assert.match(String((outcomes[2] as PromiseRejectedResult).reason), /full/)
    await ledger.commit(write => write.get('PRAGMA max_page_count = 1000000'))
    await ledger.commit(put(4))
    const expected = [1, ...(outcomes[1].status === 'fulfilled' ? [2] : []), 4]
    assert.deepEqual(ids(ledger), expected, 'exactly what was acknowledged is there')
  })
})

test('after a failed fsync nothing more is taken, and every waiting change is told the cause', async () => {
  const disk = new SimulatedDisk()
  const ledger = await open(disk)
  disk.failNth(2, 'EIO')
  const first = ledger.commit(put(1))
  await Promise.resolve()
  await Promise.resolve()
  const outcomes = await Promise.allSettled([first, ledger.commit(put(2)), ledger.commit(put(3))])
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof LedgerReadOnly)
    assert.match(String(outcome.reason.cause), /EIO/)
  }
  await assert.rejects(ledger.commit(put(4)), LedgerReadOnly)
})

test('data of a newer version is refused by the room’s name', async () => {
  const disk = new SimulatedDisk()
  const ledger = await open(disk)
  ledger.define('test', [...table, 'ALTER TABLE thing ADD COLUMN more TEXT'])
  await ledger.commit(write => write.run("INSERT INTO thing VALUES (1, 2, 'm')"))
  assert.deepEqual(ledger.get('SELECT * FROM thing'), { id: 1, value: 2, more: 'm' })
  await ledger.close()
  const older = await Ledger.open(disk, path)
  assert.throws(() => older.define('test', table), /"test" has version 2.*up to 1.*newer Biwa/)
})

test('a version whose tables cannot be made leaves the one before', async () => {
  const ledger = await open()
  assert.throws(() =>
    ledger.define('test', [...table, 'CREATE TABLE other (id INTEGER) STRICT; CREATE TABLE thing (id)']),
  )
  ledger.define('test', [...table, 'CREATE TABLE other (id INTEGER) STRICT'])
})

test('the -wal is copied and started over under load, and what it held is there after it', async () => {
  await withRealLedger(async (ledger, directory) => {
    const content = new Uint8Array(4000)
    for (let round = 0; round < 30; round++) {
      const changes = Array.from({ length: 300 }, (_, i) => ledger.commit(put(round * 300 + i, content)))
      await Promise.all(changes)
    }
    assert.equal(ids(ledger).length, 9000)
    const { size } = await stat(join(directory, 'ledger.sqlite-wal'))
    assert.ok(size < 24 * 1024 * 1024, `36 MB of changes left a -wal of ${size} bytes`)
  })
})

test('an open walk over rows postpones the copying of the -wal and nothing else', async () => {
  await withRealLedger(async ledger => {
    await ledger.commit(put(0))
    const rows = ledger.iterate('SELECT id FROM thing')
    rows.next()
    const content = new Uint8Array(4000)
    for (let id = 1; id <= 4200; id++) void ledger.commit(put(id, content))
    await ledger.commit(put(9000))
    assert.equal(ids(ledger).length, 4202)
    rows.return?.()
  })
})

test('whatever the power does, what lasts is a prefix of the commits that holds all acknowledged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 8 }),
      async (seed, n, writers) => {
        const disk = new SimulatedDisk({ seed })
        const ledger = await open(disk)
        disk.failNth(n, 'crash')
        let begun = 0
        let acknowledged = 0
        const writer = async () => {
          while (begun < 60) {
            const id = begun++
            await ledger.commit(put(id))
            acknowledged = Math.max(acknowledged, id + 1)
          }
        }
        await Promise.allSettled(Array.from({ length: writers }, writer))
        disk.crash()
        const found = ids(await open(disk))
        assert.deepEqual(
          found,
          Array.from({ length: found.length }, (_, id) => id),
        )
        assert.ok(found.length >= acknowledged && found.length <= begun)
      },
    ),
    { numRuns: 150 },
  )
})
