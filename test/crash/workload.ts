// What the crash tests do to a store, what they were promised for it, and the check that every promise was kept. Actors work
// side by side, so that their I/Os mix; each stops at its first failure, as a caller would.

import assert from 'node:assert/strict'
import type { SegmentLog } from '../../src/durable/segment-log.ts'
import { Store } from '../../src/durable/store.ts'
import { Background } from '../../src/world/background.ts'
import { SilentLog } from '../../src/world/log.ts'
import { SimulatedClock } from '../../src/world/simulated/clock.ts'
import type { SimulatedDisk } from '../../src/world/simulated/disk.ts'
import { SeededRandom } from '../../src/world/simulated/random.ts'

const directory = '/data'
const tables = [
  `CREATE TABLE object (name TEXT PRIMARY KEY, version INTEGER NOT NULL, blob TEXT NOT NULL) STRICT;
   CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER NOT NULL) STRICT;
   INSERT INTO account VALUES ('left', 1000), ('right', 0)`,
]

export function openStore(disk: SimulatedDisk, seed: number): Promise<Store> {
  const log = new SilentLog()
  const clock = new SimulatedClock({ startAt: 0, background: new Background(log) })
  return Store.open({ disk, random: new SeededRandom(seed), clock, directory, log, segmentBytes: 1500 })
}

/** What was acknowledged, and what was begun and may or may not have happened. */
export class Promises {
  /** By index in the log. */
  readonly records = new Map<number, string>()
  /** By name: the newest acknowledged version, and the newest begun. */
  readonly objects = new Map<string, { acknowledged: number; begun: number }>()
  moved = 0
  movesBegun = 0
  trimmedBefore = 0
  appended = 0
  /** Where the log that is trimmed to nothing had come to. */
  emptiedEnd = 0
  emptiedAt = 0
}

/** Everything once, on a store that was just opened. Ends when all actors have ended, by their work or by a failure. */
export async function work(store: Store, promises: Promises): Promise<void> {
  store.ledger.define('crash-test', tables)
  const log = await store.log('stream')
  const actors = [
    append(log, promises, 'a'),
    append(log, promises, 'b'),
    put(store, promises, 'small', 100),
    put(store, promises, 'large', 20_000),
    move(store, promises),
    makeAndRemove(store),
    emptyAgainAndAgain(store, promises),
  ]
  await Promise.allSettled(actors)
}

async function append(log: SegmentLog, promises: Promises, actor: string): Promise<void> {
  for (let step = 0; step < 12; step++) {
    const payloads = Array.from({ length: 1 + (step % 4) }, (_, i) =>
      text(`${actor}-${promises.appended++}-${i}`, step * 40),
    )
    const firstIndex = await log.append(
      payloads.map(payload => Buffer.from(payload)),
      step,
    )
    for (const [i, payload] of payloads.entries()) promises.records.set(firstIndex + i, payload)
    if (actor === 'a' && step === 8) {
      promises.trimmedBefore = await log.indexAt(4)
      await log.trim(4)
    }
  }
}

async function put(store: Store, promises: Promises, kind: string, bytes: number): Promise<void> {
  for (let step = 0; step < 6; step++) {
    const name = `${kind}-${step % 2}`
    const known = promises.objects.get(name) ?? { acknowledged: 0, begun: 0 }
    promises.objects.set(name, known)
    const version = ++known.begun
    const blob = await store.blobs.write([Buffer.from(text(`${name} ${version} `, bytes))])
    await store.ledger.commit(write => {
      const old = write.get<{ blob: string }>('SELECT blob FROM object WHERE name = ?', name)
      store.blobs.publish(write, blob)
      write.run('INSERT OR REPLACE INTO object VALUES (?, ?, ?)', name, version, blob.id)
      if (old !== undefined) store.blobs.release(write, old.blob)
    })
    known.acknowledged = version
  }
}

async function move(store: Store, promises: Promises): Promise<void> {
  for (let step = 0; step < 10; step++) {
    promises.movesBegun++
    await store.ledger.commit(write => {
      write.run("UPDATE account SET balance = balance - 1 WHERE name = 'left'")
      write.run("UPDATE account SET balance = balance + 1 WHERE name = 'right'")
    })
    promises.moved++
    const undone = store.ledger.commit(write => {
      write.run("UPDATE account SET balance = 0 WHERE name = 'left'")
      throw new Error('changed my mind')
    })
    await assert.rejects(undone, /changed my mind/)
  }
}

async function makeAndRemove(store: Store): Promise<void> {
  for (let step = 0; step < 3; step++) {
    const log = await store.log('passing')
    assert.equal(log.end, 0, 'a log that was removed comes back empty')
    await log.append([Buffer.from('soon gone')], step)
    await store.removeLog('passing')
    await using scratch = await store.blobs.scratch()
    assert.ok(scratch.path.startsWith(directory))
  }
}

async function emptyAgainAndAgain(store: Store, promises: Promises): Promise<void> {
  const log = await store.log('emptied')
  for (let step = 0; step < 4; step++) {
    promises.emptiedEnd = 1 + (await log.append([Buffer.from(`step ${step}`)], step))
    promises.emptiedAt = step
    await log.trim(1000)
  }
}

/** Holds a store that was opened after a crash against what was promised before it. */
export async function check(store: Store, disk: SimulatedDisk, promises: Promises): Promise<void> {
  store.ledger.define('crash-test', tables)
  await checkRecords(await store.log('stream'), promises)
  await checkObjects(store, promises)
  const emptied = await store.log('emptied')
  assert.ok(emptied.end >= promises.emptiedEnd, 'indexes go on although every record was trimmed')
  assert.equal((await emptied.read(0, { maxRecords: 100, maxBytes: 1000 })).length, emptied.end - emptied.start)
  const [last] = await emptied.read(await emptied.append([Buffer.from('last')], 0), { maxRecords: 1, maxBytes: 10 })
  assert.ok(last !== undefined && last.at >= promises.emptiedAt, 'an instant never falls')
  const balance = (name: string) =>
    Number(store.ledger.get('SELECT balance FROM account WHERE name = ?', name)?.balance)
  assert.equal(balance('left') + balance('right'), 1000, 'a move is there wholly or not at all')
  assert.ok(
    balance('right') >= promises.moved && balance('right') <= promises.movesBegun,
    'acknowledged moves are there',
  )

  await store.blobs.swept
  const files = (
    await Promise.all((await disk.list(`${directory}/blobs`)).map(two => disk.list(`${directory}/blobs/${two}`)))
  ).flat()
  const rows = store.ledger.all<{ id: string }>('SELECT id FROM blob WHERE content IS NULL').map(row => row.id)
  assert.deepEqual(files.toSorted(), rows.toSorted(), 'after the sweep there is one file for each row')
  assert.deepEqual(await disk.list(`${directory}/scratch`), [], 'after the sweep scratch is empty')
}

/** All that a reader sees. */
export async function seen(store: Store): Promise<unknown> {
  const log = await store.log('stream')
  const records = await log.read(0, { maxRecords: 1e6, maxBytes: 1e9 })
  return [records, store.ledger.all('SELECT * FROM object ORDER BY name'), store.ledger.all('SELECT * FROM account')]
}

async function checkRecords(log: SegmentLog, promises: Promises): Promise<void> {
  const records = await log.read(0, { maxRecords: 1e6, maxBytes: 1e9 })
  assert.ok(log.start <= promises.trimmedBefore, 'only what is old was trimmed')
  assert.deepEqual(
    records.map(record => record.index),
    Array.from({ length: log.end - log.start }, (_, i) => log.start + i),
    'indexes are dense',
  )
  const read = new Map(records.map(record => [record.index, Buffer.from(record.payload).toString()]))
  for (const [index, payload] of promises.records) {
    if (index >= log.start) assert.equal(read.get(index), payload, `record ${index} was acknowledged`)
  }
  assert.equal(new Set(read.values()).size, read.size, 'no record is there twice')
  for (const actor of ['a', 'b']) {
    const order = [...read.values()]
      .filter(payload => payload.startsWith(actor))
      .map(payload => Number(payload.split('-')[1]))
    assert.deepEqual(
      order,
      order.toSorted((x, y) => x - y),
      'records are in the order of their appends',
    )
  }
}

async function checkObjects(store: Store, promises: Promises): Promise<void> {
  for (const [name, { acknowledged, begun }] of promises.objects) {
    const row = store.ledger.get<{ version: number; blob: string }>('SELECT * FROM object WHERE name = ?', name)
    if (row === undefined) {
      assert.equal(acknowledged, 0, `${name} was acknowledged`)
      continue
    }
    assert.ok(row.version >= acknowledged && row.version <= begun, `${name} has version ${acknowledged} or a later one`)
    const content = Buffer.concat(await Array.fromAsync(store.blobs.read(row.blob))).toString()
    assert.equal(content, text(`${name} ${row.version} `, name.startsWith('small') ? 100 : 20_000))
  }
  const counted = store.ledger.all('SELECT id, refs FROM blob ORDER BY id')
  const referred = store.ledger.all('SELECT blob AS id, count(*) AS refs FROM object GROUP BY blob ORDER BY blob')
  assert.deepEqual(counted, referred, 'each blob is counted as often as it is referred to')
}

function text(start: string, bytes: number): string {
  return start.padEnd(bytes, `${start}.`)
}
