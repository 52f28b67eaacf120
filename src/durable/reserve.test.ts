// A full disk refuses what needs room, and takes what makes room: from the reserve, which is there again when there is room again.

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { SystemClock } from '../world/clock.ts'
import { type Disk, RealDisk } from '../world/disk.ts'
import { fillingDisk } from '../world/filling-disk.ts'
import { SilentLog } from '../world/log.ts'
import { SystemRandom } from '../world/random.ts'
import { reserveBytes } from './reserve.ts'
import { Store } from './store.ts'

let directory: string
/** Whether there is no room but the reserve's. */
let full: boolean
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-reserve-'))
  full = false
})
afterEach(() => rm(directory, { recursive: true }))

const bytes = async (): Promise<number | undefined> => {
  try {
    return (await stat(join(directory, 'reserve'))).size
  } catch {
    return undefined
  }
}

/** Removing the reserve is what gives a full disk room. */
function disk(): RealDisk {
  const real = new RealDisk()
  const filling = fillingDisk(real, () => full)
  return new Proxy(filling, {
    get: (inner, name) =>
      name === 'remove'
        ? async (path: string) => {
            if (path.endsWith('reserve') && (await bytes()) === reserveBytes) full = false
            await inner.remove(path)
          }
        : Reflect.get(inner, name),
  }) as RealDisk
}

async function open(keepsReserve = true, on: Disk = disk()): Promise<Store> {
  const log = new SilentLog()
  const store = await Store.open({
    ...{ disk: on, random: new SystemRandom(), clock: new SystemClock(log), directory, log, keepsReserve },
  })
  store.ledger.define('r', ['CREATE TABLE r (k INTEGER PRIMARY KEY) STRICT'])
  return store
}
const put = (store: Store, k: number) => store.ledger.commit(write => write.run('INSERT INTO r VALUES (?)', k))
const drop = (store: Store, k: number) => store.ledger.commitRoom(write => write.run('DELETE FROM r WHERE k = ?', k))
const kept = (store: Store) => store.ledger.all<{ k: number }>('SELECT k FROM r ORDER BY k').map(({ k }) => k)

test('on a full disk a deletion goes through, where a write does not, and the reserve is made again', async () => {
  const store = await open()
  assert.equal(await bytes(), reserveBytes)
  await Promise.all([put(store, 1), put(store, 2)])
  full = true
  await assert.rejects(put(store, 3), /full/)
  assert.equal(await bytes(), reserveBytes)
  await drop(store, 1)
  assert.deepEqual(kept(store), [2])
  await store.close()
  assert.equal(await bytes(), reserveBytes)
})

test('deletions that find the disk full side by side all go through', async () => {
  const store = await open()
  await Promise.all([put(store, 1), put(store, 2), put(store, 3)])
  full = true
  await Promise.all([drop(store, 1), drop(store, 2), drop(store, 3)])
  assert.deepEqual(kept(store), [])
  await store.close()
  assert.equal(await bytes(), reserveBytes)
})

test('a closed lake touches no reserve in a directory that may be another process’s', async () => {
  const removed: string[] = []
  const filling = fillingDisk(new RealDisk(), () => full)
  const remove = filling.remove.bind(filling)
  filling.remove = path => {
    removed.push(path)
    return remove(path)
  }
  const store = await open(true, filling)
  full = true
  await assert.rejects(drop(store, 1), /full/)
  await store.close()
  removed.length = 0
  full = false
  await assert.rejects(drop(store, 1), /closed/)
  assert.deepEqual(removed, [])
})

test('what is wrong with a deletion itself costs no reserve', async () => {
  const store = await open()
  await assert.rejects(
    store.ledger.commitRoom(() => {
      throw new RangeError('no such thing')
    }),
    RangeError,
  )
  assert.equal(await bytes(), reserveBytes)
  await store.close()
})

test('without a reserve a full disk refuses deletions too, and a disk that never had room for one is opened', async () => {
  const store = await open(false)
  await put(store, 1)
  full = true
  await assert.rejects(drop(store, 1), /full/)
  assert.deepEqual(kept(store), [1])
  full = false
  await store.close()
  await writeFile(join(directory, 'reserve'), 'what a crash left of one')
  const other = await open()
  assert.equal(await bytes(), reserveBytes)
  await other.close()
})

test('a lake is opened on a disk that has no room but the reserve’s', async () => {
  const first = await open()
  await put(first, 1)
  await first.close()
  await rm(join(directory, 'scratch'), { recursive: true })
  // Making it again would take the room that the rest of the opening needs.
  const packed = fillingDisk(
    new RealDisk(),
    () => statSync(join(directory, 'reserve'), { throwIfNoEntry: false })?.size === reserveBytes,
  )
  const store = await open(true, packed)
  assert.deepEqual(kept(store), [1])
  await store.close()
})

test('a lake on a full disk is opened with the reserve’s room, and what is in it can be deleted', async () => {
  const first = await open()
  await put(first, 1)
  await first.close()
  await rm(join(directory, 'scratch'), { recursive: true })
  full = true
  const store = await open()
  assert.deepEqual(kept(store), [1])
  await drop(store, 1)
  assert.deepEqual(kept(store), [])
  await store.close()
})
