// A published blob is read back byte for byte until its last reference goes; what nobody refers to does not stay.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { SilentLog } from '../world/log.ts'
import { SimulatedDisk } from '../world/simulated/disk.ts'
import { SeededRandom } from '../world/simulated/random.ts'
import { type Blob, BlobMissing, Blobs } from './blobs.ts'
import { Ledger } from './ledger.ts'

const kilobyte = 1024
let disk: SimulatedDisk
let ledger: Ledger
let blobs: Blobs
let opened = 0

async function open(): Promise<void> {
  ledger = await Ledger.open(disk, '/data/ledger.sqlite')
  blobs = await Blobs.open({
    disk,
    ledger,
    random: new SeededRandom(opened++),
    directory: '/data',
    log: new SilentLog(),
  })
}

async function close(): Promise<void> {
  await blobs.close()
  await ledger.close()
  await blobs.removed()
}

beforeEach(async () => {
  disk = new SimulatedDisk()
  await disk.makeDirectory('/data')
  await open()
})

afterEach(close)

const filled = (bytes: number, seed = 1) => new SeededRandom(seed).bytes(bytes)
const publish = (blob: Blob) => ledger.commit(write => blobs.publish(write, blob))
const release = (id: string) => ledger.commit(write => blobs.release(write, id))

async function written(bytes: number): Promise<Blob> {
  const blob = await blobs.write([filled(bytes)])
  await publish(blob)
  return blob
}

async function content(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks))
}

async function files(): Promise<string[]> {
  await blobs.removed()
  const directories = await disk.list('/data/blobs')
  return (await Promise.all(directories.map(digits => disk.list(`/data/blobs/${digits}`)))).flat()
}

test('whatever was written in whatever pieces is read back, whole and in any range', async () => {
  const sizes = fc.oneof(fc.nat(40 * kilobyte), fc.constantFrom(16 * kilobyte, 16 * kilobyte + 1, 3000 * kilobyte))
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(3), fc.nat(), fc.nat(), async (bytes, pieces, a, b) => {
      const whole = filled(bytes)
      const step = Math.ceil(bytes / (pieces + 1)) || 1
      const chunks = Array.from({ length: pieces + 1 }, (_, i) => whole.subarray(i * step, (i + 1) * step))
      const blob = await blobs.write(chunks)
      await publish(blob)
      assert.equal(blob.bytes, bytes)
      assert.ok((await content(blobs.read(blob.id))).equals(whole))
      const [from, to] = [a % (bytes + 1), b % (bytes + 1)].toSorted((x, y) => x - y)
      assert.ok((await content(blobs.read(blob.id, from, to))).equals(whole.subarray(from, to)))
    }),
    { numRuns: 40 },
  )
})

test('a small blob takes no file and no fsync of its own, a larger one a file under its first two digits', async () => {
  const before = disk.ios
  const small = await blobs.write([filled(16 * kilobyte)])
  assert.equal(disk.ios, before)
  await publish(small)
  assert.deepEqual(await files(), [])
  const large = await written(16 * kilobyte + 1)
  assert.match(large.id, /^[0-9a-f]{32}$/)
  assert.deepEqual(await disk.list(`/data/blobs/${large.id.slice(0, 2)}`), [large.id])
})

test('a blob is there until as many references have gone as were taken', async () => {
  const { id } = await written(20 * kilobyte)
  await ledger.commit(write => blobs.retain(write, id))
  await release(id)
  assert.equal((await content(blobs.read(id))).byteLength, 20 * kilobyte)
  await release(id)
  assert.throws(() => blobs.read(id), BlobMissing)
  assert.deepEqual(await files(), [])
  await assert.rejects(release(id), BlobMissing)
  await assert.rejects(
    ledger.commit(write => blobs.retain(write, id)),
    BlobMissing,
  )
})

test('a release that is undone keeps the file', async () => {
  const { id } = await written(20 * kilobyte)
  const undone = ledger.commit(write => {
    blobs.release(write, id)
    throw new Error('no')
  })
  await assert.rejects(undone, /no/)
  assert.deepEqual(await files(), [id])
})

test('what was asked for before the release is read to its end after it', async () => {
  const { id } = await written(2000 * kilobyte)
  const reading = blobs.read(id)
  await release(id)
  assert.equal((await content(reading)).byteLength, 2000 * kilobyte)
  assert.deepEqual(await files(), [])
})

test('a held file stays after its last reference, until it is let go', async () => {
  const { id } = await written(20 * kilobyte)
  const path = await blobs.path(id)
  {
    using _first = blobs.hold(id)
    using _second = blobs.hold(id)
    await release(id)
    assert.equal(await disk.size(path), 20 * kilobyte)
  }
  assert.deepEqual(await files(), [])
})

test('a small blob is written out for those who need a file, and that file goes with it', async () => {
  const { id } = await written(100)
  const [path, same] = await Promise.all([blobs.path(id), blobs.path(id)])
  assert.equal(path, same)
  const file = await disk.open(path, 'read')
  const bytes = Buffer.alloc(200)
  assert.equal(await file.read(bytes, 0), 100)
  assert.ok(bytes.subarray(0, 100).equals(filled(100)))
  await file.close()
  await release(id)
  await blobs.removed()
  assert.equal(await disk.size(path), undefined)
})

test('an aborted, failed or discarded write leaves no file', async () => {
  const writer = blobs.writer()
  await writer.write(filled(3000 * kilobyte))
  await writer.abort()
  await assert.rejects(
    blobs.write(
      (function* () {
        yield filled(3000 * kilobyte)
        throw new Error('the client went away')
      })(),
    ),
    /the client went away/,
  )
  await blobs.discard(await blobs.write([filled(20 * kilobyte)]))
  await blobs.discard(await blobs.write([filled(20)]))
  assert.deepEqual(await files(), [])
})

test('a blob that was published cannot be discarded, and only what was written here can be published', async () => {
  const blob = await written(20 * kilobyte)
  await assert.rejects(blobs.discard(blob), /not published/)
  await assert.rejects(publish({ id: blob.id, bytes: blob.bytes }), /as its writer gave it/)
})

test('a scratch file is read in any order and is gone with its directory', async () => {
  {
    await using scratch = await blobs.scratch()
    const file = await scratch.file('spool')
    assert.equal(await file.append([Buffer.from('one'), Buffer.from('two')]), 0)
    assert.equal(await file.append([Buffer.alloc(300_000, 'x'), Buffer.from('end')]), 6)
    const read = async (from: number, to: number) =>
      Buffer.concat(await Array.fromAsync(file.read(from, to))).toString()
    assert.equal(await read(300_006, 300_009), 'end')
    assert.equal(await read(2, 8), 'etwoxx')
    assert.equal((await read(0, file.bytes)).length, 300_009)
    await file.close()
  }
  assert.equal((await disk.list('/data/scratch')).length, 0)
})

test('a file is adopted out of scratch, which is gone after its use', async () => {
  let path = ''
  let blob: Blob
  {
    await using scratch = await blobs.scratch()
    path = `${scratch.path}/part.parquet`
    const file = await disk.open(path, 'create')
    await file.write(filled(50), 0)
    await file.close()
    blob = await blobs.adopt(path)
  }
  await publish(blob)
  assert.ok((await content(blobs.read(blob.id))).equals(filled(50)))
  assert.equal(await disk.size(path), undefined)
  await assert.rejects(blobs.adopt('/data/ledger.sqlite'), /must lie in a scratch directory/)
})

test('the next open removes what nobody refers to, and nothing that is being written', async () => {
  const kept = await written(20 * kilobyte)
  const forgotten = await blobs.write([filled(20 * kilobyte)])
  const scratch = await blobs.scratch()
  await blobs.path((await written(5)).id)
  assert.deepEqual((await files()).toSorted(), [kept.id, forgotten.id].toSorted())
  await close()

  await open()
  const writing = blobs.writer()
  await writing.write(filled(3000 * kilobyte))
  const during = await writing.finish()
  await blobs.swept
  assert.deepEqual((await files()).toSorted(), [kept.id, during.id].toSorted())
  assert.equal((await disk.list('/data/scratch')).length, 0, scratch.path)
  await publish(during)
})

test('a file that lost its end is told, not shortened', async () => {
  const { id } = await written(20 * kilobyte)
  const file = await disk.open(await blobs.path(id), 'write')
  await file.truncate(1000)
  await file.close()
  await assert.rejects(content(blobs.read(id)), new RegExp(`blob ${id} ends at 1000, before byte 20480`))
})

test('a failed write is told by the writer, and nothing of it stays', async () => {
  for (let n = 1; n <= 5; n++) {
    disk.failNth(n, 'ENOSPC')
    await assert.rejects(blobs.write([filled(2000 * kilobyte), filled(2000 * kilobyte, 2)]), /ENOSPC/)
    disk.failNth(Number.POSITIVE_INFINITY, 'EIO')
    assert.deepEqual(await files(), [])
  }
})

test('a writer holds a few megabytes at most, however much goes through it', async () => {
  let held = 0
  let heldMost = 0
  const file = {
    write: async (parts: Uint8Array | readonly Uint8Array[]) => {
      await Promise.resolve()
      held -= (parts instanceof Uint8Array ? [parts] : parts).reduce((sum, part) => sum + part.byteLength, 0)
    },
    sync: async () => undefined,
    close: async () => undefined,
  }
  const slow = new Proxy(disk, {
    get: (target, name) => (name === 'open' ? async () => file : Reflect.get(target, name).bind(target)),
  })
  const streaming = await Blobs.open({
    disk: slow as SimulatedDisk,
    ledger,
    random: new SeededRandom(77),
    directory: '/data',
    log: new SilentLog(),
  })
  const writer = streaming.writer()
  const chunk = new Uint8Array(64 * kilobyte)
  for (let i = 0; i < 2000; i++) {
    held += chunk.byteLength
    heldMost = Math.max(heldMost, held)
    await writer.write(chunk)
  }
  assert.equal((await writer.finish()).bytes, 2000 * 64 * kilobyte)
  assert.ok(heldMost <= 3 * 1024 * kilobyte, `${heldMost} bytes were held`)
})
