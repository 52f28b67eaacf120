// Records are read as they were appended: in order, none missing, none twice, none torn; damage is told, never skipped.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { tries } from '../../test/testing/tries.ts'
import { fillingDisk } from '../world/filling-disk.ts'
import { SimulatedDisk } from '../world/simulated/disk.ts'
import { LogFull } from './log-full.ts'
import { LogDamaged } from './segment-files.ts'
import { LogReadOnly, type LogRecord, SegmentLog } from './segment-log.ts'

const directory = '/logs/stream'
const everything = { maxRecords: 1e6, maxBytes: 1e9 }
const open = (disk: SimulatedDisk, segmentBytes = 1000) => SegmentLog.open(disk, directory, { segmentBytes })
const bytes = (...texts: string[]) => texts.map(text => Buffer.from(text))
const texts = (records: readonly LogRecord[]) => records.map(({ payload }) => Buffer.from(payload).toString())
const segments = async (disk: SimulatedDisk) =>
  (await disk.list(directory)).filter(name => name.endsWith('.segment')).toSorted()

/** A log of `count` records, each appended alone, 100 bytes of payload, at = 10 * index. */
async function filled(disk: SimulatedDisk, count: number): Promise<SegmentLog> {
  const log = await open(disk)
  for (let index = 0; index < count; index++) await log.append(bytes(`${index} `.padEnd(100, '.')), index * 10)
  return log
}

async function overwrite(disk: SimulatedDisk, name: string, position: number, content: Uint8Array): Promise<void> {
  const file = await disk.open(`${directory}/${name}`, 'write')
  await file.write(content, position)
  await file.sync()
  await file.close()
}

test('indexes are dense, in the order of the calls, across segments and opens', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk)
  const firsts = await Promise.all([log.append(bytes('a', 'b'), 5), log.append([], 6), log.append(bytes('c'), 7)])
  assert.deepEqual(firsts, [0, 2, 2])
  await log.close()
  const again = await open(disk)
  assert.equal(await again.append(bytes('d'), 8), 3)
  const records = await again.read(0, everything)
  assert.deepEqual(texts(records), ['a', 'b', 'c', 'd'])
  assert.deepEqual(
    records.map(({ index, at }) => [index, at]),
    [
      [0, 5],
      [1, 5],
      [2, 7],
      [3, 8],
    ],
  )
  await again.close()
})

test('waiting appends share one write and one fsync', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk, 1e9)
  await log.append(bytes('first'), 0)
  const before = disk.ios
  await Promise.all(Array.from({ length: 500 }, (_, i) => log.append(bytes(`record ${i}`), i)))
  assert.equal(disk.ios - before, 2)
})

test('a reader sees nothing before it is durable', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk)
  const appended = log.append(bytes('a'), 0)
  assert.equal(log.end, 0)
  assert.deepEqual(await log.read(0, everything), [])
  await appended
  assert.equal(log.end, 1)
})

test('an instant never falls, also not after an open', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk)
  await log.append(bytes('a'), 100)
  await log.append(bytes('b'), 50)
  await log.close()
  const again = await open(disk)
  await again.append(bytes('c'), 70)
  assert.deepEqual(
    (await again.read(0, everything)).map(record => record.at),
    [100, 100, 100],
  )
})

test('a read stops at its limits, and gives one record where there is any', async () => {
  const log = await filled(new SimulatedDisk(), 30)
  assert.equal((await log.read(3, { maxRecords: 5, maxBytes: 1e9 })).length, 5)
  assert.equal((await log.read(3, { maxRecords: 100, maxBytes: 250 })).length, 2)
  assert.equal((await log.read(3, { maxRecords: 100, maxBytes: 1 })).length, 1)
  assert.equal((await log.read(3, everything)).length, 27)
  assert.deepEqual(await log.read(30, everything), [])
  assert.deepEqual(await log.read(300, everything), [])
})

test('what was appended at or after an instant is found', async () => {
  const log = await filled(new SimulatedDisk(), 30)
  assert.equal(await log.indexAt(0), 0)
  assert.equal(await log.indexAt(95), 10)
  assert.equal(await log.indexAt(100), 10)
  assert.equal(await log.indexAt(291), 30)
})

test('trimming drops whole segments of old records; indexes go on', async () => {
  const disk = new SimulatedDisk()
  const log = await filled(disk, 30)
  const all = (await segments(disk)).length
  assert.ok(all >= 4)
  await log.trim(150)
  assert.ok(log.start > 0 && log.start <= 15)
  assert.ok((await segments(disk)).length < all)
  assert.equal(
    texts(await log.read(0, everything))[0]
      ?.trim()
      .split(' ')[0],
    String(log.start),
  )
  await log.trim(1000)
  assert.deepEqual([log.start, log.end], [30, 30])
  assert.equal(await log.indexAt(0), 30)
  await log.close()
  const again = await open(disk)
  assert.deepEqual([again.start, again.end], [30, 30])
  assert.equal(await again.append(bytes('next'), 1), 30)
  assert.deepEqual(
    (await again.read(0, everything)).map(record => [record.index, record.at]),
    [[30, 290]],
  )
})

test('on a full disk a trim makes room of all but the newest segment, which goes when there is room for its successor', async () => {
  let full = false
  const disk = new SimulatedDisk()
  const log = await SegmentLog.open(
    fillingDisk(disk, () => full),
    directory,
    { segmentBytes: 1000 },
  )
  for (let at = 0; at < 12; at++) await log.append(bytes('x'.repeat(400)), at)
  assert.ok((await segments(disk)).length > 2)
  full = true
  await log.trim(1000)
  assert.equal((await segments(disk)).length, 1)
  assert.equal(texts(await log.read(0, everything)).length, log.end - log.start)
  full = false
  await log.trim(1000)
  assert.equal(log.start, 12)
  assert.equal(await log.append(bytes('next'), 13), 12)
  assert.deepEqual(texts(await log.read(0, everything)), ['next'])
  await log.close()
})

test('after a trim that failed nothing more is taken, and nothing acknowledged is lost', async () => {
  for (let n = 1; n <= 12; n++) {
    const disk = new SimulatedDisk()
    const log = await filled(disk, 30)
    disk.failNth(n, 'EIO')
    const [trimmed] = await Promise.allSettled([log.trim(1000)])
    disk.failNth(Number.POSITIVE_INFINITY, 'EIO')
    const [appended] = await Promise.allSettled([log.append(bytes('more'), 2000)])
    if (appended.status === 'rejected') assert.equal(trimmed.status, 'rejected')
    await log.close()
    const again = await open(disk)
    assert.equal(again.end, appended.status === 'fulfilled' ? 31 : 30)
    await again.read(0, everything)
  }
})

test('a reader at the tip wakes when there is more, when it gives up, and when the log closes', async () => {
  const log = await open(new SimulatedDisk())
  const gaveUp = new AbortController()
  const woken: string[] = []
  const waits = [
    log.beyond(0, new AbortController().signal).then(() => woken.push('more')),
    log.beyond(5, gaveUp.signal).then(() => woken.push('gave up')),
    log.beyond(7, new AbortController().signal).then(() => woken.push('closed')),
  ]
  await log.append(bytes('a'), 0)
  await waits[0]
  assert.deepEqual(woken, ['more'])
  gaveUp.abort()
  await waits[1]
  await log.close()
  await Promise.all(waits)
  assert.deepEqual(woken, ['more', 'gave up', 'closed'])
})

test('after a failed write nothing more is taken, and everybody who waits is told the cause', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk)
  await log.append(bytes('kept'), 0)
  disk.failNth(1, 'EIO')
  const outcomes = await Promise.allSettled([log.append(bytes('a'), 1), log.append(bytes('b'), 2)])
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof LogReadOnly)
    assert.match(String(outcome.reason.cause), /EIO/)
  }
  await assert.rejects(log.append(bytes('c'), 3), LogReadOnly)
  assert.deepEqual(texts(await log.read(0, everything)), ['kept'])
  await log.close()
  const again = await open(disk)
  assert.equal(await again.append(bytes('d'), 4), again.end - 1)
})

for (let turns = 0; turns < 8; turns++)
  test(`a full disk refuses records and what came ${turns} turns behind, in a batch that counted on them; then the log goes on`, async () => {
    const disk = new SimulatedDisk()
    const log = await open(disk)
    await log.append(bytes('kept'), 0)
    disk.failNth(1, 'ENOSPC')
    const kept = ['kept']
    const appended = async (text: string, at: number) => {
      const index = await log.append(bytes(text), at)
      assert.equal(index, kept.length)
      kept.push(text)
    }
    const first = assert.rejects(appended('a', 1), LogFull)
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    const later = ['b', 'c'].map((text, nth) =>
      appended(text, 2 + nth).catch(cause => assert.ok(cause instanceof LogFull)),
    )
    await Promise.all([first, ...later])
    await appended('d', 4)
    assert.deepEqual(texts(await log.read(0, everything)), kept)
    await log.close()
    assert.deepEqual(texts(await (await open(disk)).read(0, everything)), kept)
  })

test('whatever I/O finds the disk full, what was acknowledged is there in its order, and more is taken afterwards', async () => {
  for (let nth = 1; nth <= 40; nth++) {
    const disk = new SimulatedDisk()
    const log = await open(disk, 300)
    const kept: string[] = []
    disk.failNth(nth, 'ENOSPC')
    for (let at = 0; at < 12; at++) {
      const lot = [`${at}a`, `${at}b`, `${at}c`]
      const outcomes = await Promise.allSettled(lot.map(text => log.append(bytes(text.padEnd(40)), at)))
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') {
          assert.equal(outcome.value, kept.length, `at the ${nth}th`)
          kept.push(lot[index] ?? '')
        } else assert.ok(outcome.reason instanceof LogFull, `at the ${nth}th: ${outcome.reason}`)
      }
    }
    assert.ok(kept.length >= 33, `${kept.length} were taken with the ${nth}th refused`)
    const all = async (of: SegmentLog) => texts(await of.read(0, everything)).map(text => text.trim())
    assert.deepEqual(await all(log), kept)
    await log.close()
    const again = await open(disk, 300)
    assert.deepEqual(await all(again), kept)
    await again.close()
  }
})

test('a torn end is cut off, wherever it is torn', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk, 1e9)
  await log.append(bytes('kept 0'), 0)
  const kept = log.bytes
  await Promise.all([log.append(bytes('torn 1'), 0), log.append(bytes('torn 2'), 0)])
  const whole = log.bytes
  await log.close()
  const [name] = await segments(disk)
  const file = await disk.open(`${directory}/${name}`, 'write')
  const tail = Buffer.alloc(whole - kept)
  await file.read(tail, kept)
  for (let length = tail.byteLength - 1; length >= 0; length--) {
    await disk.remove(`${directory}/${String(name).replace('segment', 'index')}`)
    await file.truncate(kept)
    await file.write(tail.subarray(0, length), kept)
    const again = await open(disk, 1e9)
    assert.deepEqual(texts(await again.read(0, everything)), length >= 30 ? ['kept 0', 'torn 1'] : ['kept 0'])
    await again.close()
  }
})

test('the records of one append survive a torn end together or not at all, up to 64 KiB of them', async () => {
  const payloads = Array.from({ length: 12 }, (_, i) => Buffer.alloc(9000, i))
  const disk = new SimulatedDisk()
  const log = await open(disk, 1e9)
  await log.append(payloads, 5)
  const { bytes: whole } = log
  await log.close()
  const file = await disk.open(`${directory}/${(await segments(disk))[0]}`, 'write')
  const survived = new Set<number>()
  for (let size = whole; size > 32; size -= 997) {
    await file.truncate(size)
    await disk.remove(`${directory}/0000000000000000.index`)
    const again = await open(disk, 1e9)
    const records = await again.read(0, everything)
    assert.ok(records.every(({ index, payload }) => payloads[index]?.equals(payload)))
    survived.add(records.length)
    await again.close()
  }
  assert.deepEqual([...survived], [12, 7, 0])
})

test('records of every size come back, whatever they share a frame with', async () => {
  const sizes = [0, 1, 30_000, 35_000, 65_528, 65_529, 65_537, 0, 200_000, 5, 65_523, 1, 32_764, 32_764, 32_764]
  const payloads = sizes.map((size, i) => Buffer.alloc(size, i + 1))
  const disk = new SimulatedDisk()
  const log = await open(disk, 100_000)
  await log.append(payloads, 1)
  await Promise.all([log.append(payloads.toReversed(), 2), log.append(payloads, 3)])
  const expected = [...payloads, ...payloads.toReversed(), ...payloads]
  const check = async (reader: SegmentLog) => {
    for (let first = 0; first < expected.length; first++) {
      const records = await reader.read(first, everything)
      const found = records.map(({ payload }) => Buffer.from(payload))
      assert.deepEqual(found, expected.slice(first))
    }
  }
  await check(log)
  await log.close()
  await check(await open(disk, 100_000))
})

/** A segment as the first version wrote it: a frame for each record. */
function firstVersion(payloads: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(32)
  header.write('biwaseg')
  header[7] = 1
  header.writeUInt32LE(crc32(header.subarray(12)), 8)
  const records = payloads.map((payload, index) => {
    const bytes = Buffer.concat([Buffer.alloc(24), payload])
    bytes.writeUInt32LE((payload.byteLength | (index === 0 ? 0x8000_0000 : 0)) >>> 0, 4)
    bytes.writeUInt32LE(7, 8)
    bytes.writeUInt32LE(index, 16)
    bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0)
    return bytes
  })
  return Buffer.concat([header, ...records])
}

for (const count of [0, 3])
  test(`a log that an older Biwa wrote ${count} records into is read, and goes on in a segment of its own`, async () => {
    const disk = new SimulatedDisk()
    await disk.makeDirectory(directory)
    const file = await disk.open(`${directory}/0000000000000000.segment`, 'create')
    await file.write(firstVersion(['a', 'b', 'c'].slice(0, count).map(text => Buffer.from(text))), 0)
    await file.close()
    const log = await open(disk)
    assert.equal(await log.append(bytes('d', 'e'), 5), count)
    await log.append(bytes('f'), 8)
    await log.close()
    assert.equal((await segments(disk)).length, count === 0 ? 1 : 2)
    const again = await open(disk)
    assert.equal(texts(await again.read(0, everything)).join(''), 'abc'.slice(0, count).concat('def'))
    assert.equal(await again.indexAt(8), count + 2)
  })

test('damage in the newest segment with durable records behind it is told and nothing is cut off', async () => {
  const disk = new SimulatedDisk()
  const log = await open(disk, 1e9)
  for (let i = 0; i < 5; i++) await log.append(bytes(`record ${i}`), i)
  const size = log.bytes
  // Not closed: its sidecar would vouch for the beginning, and the damage would be found by the reader instead.
  await overwrite(disk, (await segments(disk))[0] as string, 32 + 24 + 3, Buffer.from('X'))
  await assert.rejects(open(disk, 1e9), (error: Error) => {
    assert.ok(error instanceof LogDamaged)
    assert.match(error.message, /0000000000000000\.segment is damaged at byte 32:/)
    return true
  })
  assert.equal(await disk.size(`${directory}/0000000000000000.segment`), size)
})

test('damage in a sealed segment is told with file and position, with and without its sidecar', async () => {
  const disk = new SimulatedDisk()
  await (await filled(disk, 30)).close()
  const name = (await segments(disk))[1] as string
  const recordBytes = 124
  await overwrite(disk, name, 32 + 2 * recordBytes + 50, Buffer.from('X'))
  const expected = new RegExp(`${name} is damaged at byte ${32 + 2 * recordBytes}: a record does not verify`)
  const withSidecar = await open(disk)
  await assert.rejects(withSidecar.read(0, everything), expected)
  assert.equal((await withSidecar.read(20, everything)).length, 10, 'what lies elsewhere is read')
  await withSidecar.close()
  await disk.remove(`${directory}/${name.replace('segment', 'index')}`)
  await assert.rejects((await open(disk)).read(0, everything), expected)
})

test('a missing segment is told, not skipped', async () => {
  const disk = new SimulatedDisk()
  await (await filled(disk, 30)).close()
  const names = await segments(disk)
  await disk.remove(`${directory}/${names[1]}`)
  await assert.rejects(
    (await open(disk)).read(0, everything),
    new RegExp(`${names[0]} is damaged at byte .*it ends before`),
  )
})

test('a damaged sidecar is made again from its segment', async () => {
  const disk = new SimulatedDisk()
  await (await filled(disk, 30)).close()
  for (const name of await segments(disk)) {
    await overwrite(disk, name.replace('segment', 'index'), 60, Buffer.from([255]))
  }
  assert.equal((await (await open(disk)).read(0, everything)).length, 30)
})

test('nobody who appends waits for the sidecar of the segment written to', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const marks = { begun: 0 }
  class SlowSidecars extends SimulatedDisk {
    override async open(...[path, mode]: Parameters<SimulatedDisk['open']>) {
      if (path.endsWith('.index') && mode === 'create') {
        marks.begun++
        await held
      }
      return super.open(path, mode)
    }
  }
  const disk = new SlowSidecars()
  const log = await open(disk, 100_000)
  for (let index = 0; index < 5; index++) await log.append([Buffer.alloc(10_000)], index)
  assert.equal(marks.begun, 1)
  const closed = log.close()
  release()
  await closed
  assert.equal((await (await open(disk, 100_000)).read(0, everything)).length, 5)
})

test('a segment of a newer format is refused', async () => {
  const disk = new SimulatedDisk()
  await (await filled(disk, 1)).close()
  await disk.remove(`${directory}/0000000000000000.index`)
  await overwrite(disk, '0000000000000000.segment', 7, Buffer.from([3]))
  await assert.rejects(open(disk), /has segment format 3, this Biwa knows 2: start the newer Biwa/)
})

test('an open reads names and the newest segment’s new end, however many segments there are', async () => {
  const disk = new SimulatedDisk()
  await (await filled(disk, 200)).close()
  assert.ok((await segments(disk)).length > 20)
  const before = disk.ios
  const log = await open(disk)
  assert.ok(disk.ios - before < 10, `${disk.ios - before} I/Os`)
  assert.equal(log.end, 200)
})

test('readers go on while segments are sealed and trimmed under them', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const disk = new SimulatedDisk({ seed })
    const log = await filled(disk, 60)
    const readers = Array.from({ length: 20 }, (_, i) => log.read(i * 3, everything))
    const found = Array.from({ length: 5 }, (_, i) => log.indexAt(i * 100))
    await Promise.all([log.trim(300), log.append(bytes('more'), 2000)])
    for (const records of await Promise.all(readers)) {
      const first = records[0]?.index ?? 0
      assert.ok(records.length > 0)
      assert.ok(
        records.every(({ index }, i) => index === first + i),
        'without a gap',
      )
    }
    for (const [i, index] of (await Promise.all(found)).entries())
      assert.ok(index >= i * 10 && index <= log.start + i * 10)
    await log.close()
  }
})

test('any run of appends, reads, trims, opens and power cuts keeps what was acknowledged', async () => {
  const payload = fc.uint8Array({ maxLength: 300 })
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('append' as const), payloads: fc.array(payload, { maxLength: 5 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), back: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('reopen' as const, 'crash' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(step, { maxLength: 60 }), async (seed, steps) => {
      const disk = new SimulatedDisk({ seed })
      let log = await open(disk, 700)
      const model: Buffer[] = []
      let unsure: Buffer[] = []
      let now = 0
      for (const next of steps) {
        now++
        if (next.kind === 'append') {
          const payloads = next.payloads.map(content => Buffer.from(content))
          assert.equal(await log.append(payloads, now), model.length)
          model.push(...payloads)
        } else if (next.kind === 'trim') await log.trim(now - next.back)
        else {
          if (next.kind === 'reopen') await log.close()
          else {
            unsure = bytes('unsure 1', 'unsure 2')
            disk.failNth(1 + (now % 4), 'crash')
            await log.append(unsure, now).catch(() => undefined)
            disk.crash()
          }
          log = await open(disk, 700)
          const survived = log.end - model.length
          assert.ok(survived >= 0 && survived <= unsure.length)
          model.push(...unsure.slice(0, survived))
          unsure = []
        }
        assert.equal(log.end, model.length)
      }
      const records = await log.read(0, everything)
      assert.deepEqual(
        records.map(record => record.index),
        Array.from({ length: log.end - log.start }, (_, i) => log.start + i),
      )
      for (const { index, payload: found } of records) assert.ok(model[index]?.equals(found), `record ${index}`)
      assert.ok(records.every((record, i) => i === 0 || record.at >= (records[i - 1]?.at ?? 0)))
      const at = Math.floor(now / 2)
      assert.equal(await log.indexAt(at), records.find(record => record.at >= at)?.index ?? log.end)
    }),
    { numRuns: tries(150) },
  )
})
