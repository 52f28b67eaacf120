// What a store keeps is there after it is closed and opened again, on the real disk.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { SystemClock } from '../world/clock.ts'
import { DirectoryInUse, RealDisk } from '../world/disk.ts'
import { SilentLog } from '../world/log.ts'
import { SystemRandom } from '../world/random.ts'
import { SimulatedDisk } from '../world/simulated/disk.ts'
import { SeededRandom } from '../world/simulated/random.ts'
import { Store } from './store.ts'

let directory: string

const open = (path = directory) => {
  const log = new SilentLog()
  return Store.open({
    disk: new RealDisk(),
    random: new SystemRandom(),
    clock: new SystemClock(log),
    log,
    directory: path,
  })
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-store-'))
})

afterEach(() => rm(directory, { recursive: true }))

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks))
}

test('rows, blobs and records are there after a close and an open', async () => {
  const large = Buffer.alloc(3_000_000, 'lake')
  const first = await open()
  first.ledger.define('test', ['CREATE TABLE thing (name TEXT PRIMARY KEY, blob TEXT, size INTEGER) STRICT'])
  const blobs = [await first.blobs.write([Buffer.from('small')]), await first.blobs.write([large])] as const
  await first.ledger.commit(write => {
    for (const [i, blob] of blobs.entries()) {
      first.blobs.publish(write, blob)
      write.run('INSERT INTO thing VALUES (?, ?, ?)', `thing ${i}`, blob.id, 2n ** 60n + 1n)
    }
  })
  const log = await first.log('stream-1')
  assert.equal(await log.append([Buffer.from('a'), Buffer.from('b')], 5), 0)
  assert.equal(await log.append([Buffer.from('c')], 4), 2)
  await first.close()

  const second = await open()
  second.ledger.define('test', ['CREATE TABLE thing (name TEXT PRIMARY KEY, blob TEXT, size INTEGER) STRICT'])
  assert.deepEqual(second.ledger.all('SELECT * FROM thing ORDER BY name'), [
    { name: 'thing 0', blob: blobs[0].id, size: 2n ** 60n + 1n },
    { name: 'thing 1', blob: blobs[1].id, size: 2n ** 60n + 1n },
  ])
  assert.equal((await bytesOf(second.blobs.read(blobs[0].id, 1, 3))).toString(), 'ma')
  assert.ok((await bytesOf(second.blobs.read(blobs[1].id))).equals(large))
  assert.ok(
    (await bytesOf(second.blobs.read(blobs[1].id, 999_999, 1_500_001))).equals(large.subarray(999_999, 1_500_001)),
  )
  const records = await (await second.log('stream-1')).read(0, { maxRecords: 10, maxBytes: 1e6 })
  assert.deepEqual(
    records.map(({ index, at, payload }) => [index, at, payload.toString()]),
    [
      [0, 5, 'a'],
      [1, 5, 'b'],
      [2, 5, 'c'],
    ],
  )
  await second.close()
})

test('a directory that is open is refused a second time, and free after the close', async () => {
  const first = await open()
  await assert.rejects(open(), (error: Error) => error instanceof DirectoryInUse && error.message.includes(directory))
  await first.close()
  await (await open()).close()
})

test('a directory with somebody else’s files is refused and left as it was', async () => {
  await writeFile(join(directory, 'letter.txt'), 'dear lake')
  await assert.rejects(open(), /is not a data directory of Biwa.*letter\.txt/)
  assert.deepEqual(await readdir(directory), ['letter.txt'])
})

test('data of a newer format is refused', async () => {
  await writeFile(join(directory, 'format'), '{"format":2}')
  await assert.rejects(open(), /has data format 2, and this Biwa knows 1: it was written by a newer Biwa/)
})

test('a log made again while it is being removed begins anew', async () => {
  const store = await open()
  await (await store.log('stream')).append([Buffer.from('old')], 1)
  const [, again] = await Promise.all([store.removeLog('stream'), store.log('stream')])
  assert.equal(await again.append([Buffer.from('new')], 1), 0)
  await store.close()
})

test('a log’s name cannot lead out of its directory', async () => {
  const store = await open()
  for (const name of ['../x', '', '.', '..', 'a/b', 'a\u0000', 'x'.repeat(201)]) {
    await assert.rejects(async () => store.log(name), /A log's name is/)
  }
  await store.close()
})

test('an erased directory is empty at the next open, wherever the erasure was cut off', async () => {
  for (let n = 1; n < 20; n++) {
    const disk = new SimulatedDisk({ seed: n })
    const log = new SilentLog()
    const options = { disk, random: new SeededRandom(n), clock: new SystemClock(log), log, directory: '/data' }
    const rows = ['CREATE TABLE thing (name TEXT) STRICT']
    const first = await Store.open(options)
    first.ledger.define('test', rows)
    const blob = await first.blobs.write([Buffer.alloc(20_000)])
    await first.ledger.commit(write => {
      first.blobs.publish(write, blob)
      write.run("INSERT INTO thing VALUES ('kept')")
    })
    await (await first.log('stream')).append([Buffer.from('a')], 1)
    await first.close()

    disk.failNth(n, 'crash')
    const [erased] = await Promise.allSettled([Store.erase(disk, '/data')])
    disk.crash()
    const second = await Store.open(options)
    second.ledger.define('test', rows)
    const found = [second.ledger.all('SELECT * FROM thing').length, (await second.log('stream')).end]
    const all = [1, 1]
    const none = [0, 0]
    assert.deepEqual(found, erased.status === 'fulfilled' || found[0] === 0 ? none : all, `cut off at I/O ${n}`)
    await second.blobs.swept
    assert.equal((await disk.list('/data/blobs')).length, found[0])
    await second.close()
  }
})
