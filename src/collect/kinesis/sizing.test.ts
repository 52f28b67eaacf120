// A stream's size follows from AWS's limits: with the shards it names every limit holds, with one fewer one does not.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type StreamLoad, sizeStream } from './sizing.ts'

const thermometers: StreamLoad = { devices: 100_000, bytes: 200, everySeconds: 10 }

test('many small records: their number binds', () => {
  const { recordsPerSecond, bytesPerSecond, shards, binding, putRecordsPerSecond } = sizeStream(thermometers)
  assert.deepEqual([recordsPerSecond, bytesPerSecond, shards, binding], [10_000, 2_360_000, 10, 'records in'])
  assert.equal(putRecordsPerSecond, 20)
})

test('few large records: their bytes bind, the keys counted', () => {
  const half = { devices: 100, bytes: 524_288, everySeconds: 1 }
  const { shards, binding } = sizeStream({ ...half, keyBytes: 1 })
  assert.deepEqual([shards, binding], [51, 'bytes in'])
  assert.equal(sizeStream({ ...half, bytes: 524_287, keyBytes: 1 }).shards, 50)
})

test('three applications that poll: reading binds; with fan-out each has a reading of its own', () => {
  const load = { devices: 1000, bytes: 10_000, everySeconds: 1, consumers: 5 }
  const polled = sizeStream(load)
  assert.equal(polled.binding, 'bytes out')
  assert.equal(polled.shards, 24)
  assert.equal(polled.reading.readsPerSecond, 1)
  const pushed = sizeStream({ ...load, fanOut: true })
  assert.deepEqual([pushed.shards, pushed.binding, pushed.reading.readsPerSecond], [10, 'bytes in', undefined])
  assert.equal(pushed.reading.bytesPerSecond, polled.reading.bytesPerSecond)
})

test('a load that is exactly a limit fits it', () => {
  assert.equal(sizeStream({ devices: 1000, bytes: 1, everySeconds: 1 }).shards, 1)
  assert.equal(sizeStream({ devices: 1001, bytes: 1, everySeconds: 1 }).shards, 2)
  assert.equal(sizeStream({ devices: 3000, bytes: 1, everySeconds: 0.1 }).shards, 30)
})

test('one device above what a shard takes fits none, however many there are', () => {
  const busy = sizeStream({ devices: 1, bytes: 10, everySeconds: 0.0005 })
  assert.equal(busy.device.fits, false)
  assert.deepEqual([busy.device.shareOfShard, busy.device.binding, busy.shardsForHashing], [2, 'records in', undefined])
  const camera = sizeStream({ devices: 10, bytes: 2 * 1024 * 1024, everySeconds: 1 })
  assert.deepEqual([camera.device.fits, camera.device.binding], [false, 'bytes in'])
  assert.equal(sizeStream({ devices: 1, bytes: 10, everySeconds: 0.001 }).device.fits, true)
})

test('devices of which two fill a shard are placed by two, by hash keys; hashing them asks for far more', () => {
  const {
    shards,
    shardsForHashKeys,
    shardsForHashing = 0,
  } = sizeStream({ devices: 100, bytes: 10, everySeconds: 0.0021 })
  assert.deepEqual([shards, shardsForHashKeys], [48, 50])
  assert.ok(shardsForHashing > 150)
})

test('a peak raises what is needed, not what a month adds up to', () => {
  const [calm, peak] = [sizeStream(thermometers), sizeStream({ ...thermometers, peak: 3 })]
  assert.equal(peak.shards, 30)
  assert.equal(peak.recordsPerSecond, 3 * calm.recordsPerSecond)
  assert.equal(peak.thirtyDays.records, calm.thirtyDays.records)
})

test('30 days: shard-hours, payload units of 25 KiB, on-demand bytes by whole KiB', () => {
  const { thirtyDays } = sizeStream({ devices: 60, bytes: 45 * 1024, everySeconds: 60 })
  assert.deepEqual(thirtyDays, {
    shardHours: 720,
    records: 2_592_000,
    putPayloadUnits: 5_184_000,
    onDemandBytes: 2_592_000 * 46 * 1024,
  })
})

test('packing takes away the limit of records, not that of bytes', () => {
  const { packed, shards } = sizeStream(thermometers)
  assert.deepEqual([shards, packed?.shards], [10, 3])
  assert.equal(sizeStream({ devices: 10, bytes: 40_000, everySeconds: 1 }).packed, undefined)
})

test('a new on-demand stream takes four thousand records or four MiB a second', () => {
  const fits = (load: Partial<StreamLoad>) =>
    sizeStream({ devices: 4000, bytes: 100, everySeconds: 1, ...load }).onDemand.fitsAtFirst
  assert.equal(fits({}), true)
  assert.equal(fits({ devices: 4001 }), false)
  assert.equal(fits({ bytes: 2000 }), false)
  assert.equal(fits({ bytes: 800, consumers: 3 }), false)
  assert.equal(fits({ bytes: 800, consumers: 3, fanOut: true }), true)
})

test('with the shards named every limit holds, with one fewer the binding one does not', () => {
  const load = fc.record({
    devices: fc.integer({ min: 1, max: 5_000_000 }),
    bytes: fc.integer({ min: 0, max: 1_000_000 }),
    everySeconds: fc.double({ min: 0.001, max: 86_400, noNaN: true }),
    consumers: fc.integer({ min: 0, max: 20 }),
    fanOut: fc.boolean(),
  })
  fc.assert(
    fc.property(load, given => {
      const { shards, neededFor, binding, shardsForHashing, recordsPerSecond, bytesPerSecond } = sizeStream(given)
      const holds = (count: number) =>
        recordsPerSecond <= count * 1000 * (1 + 1e-9) && bytesPerSecond <= count * 1_048_576 * (1 + 1e-9)
      assert.ok(holds(shards))
      assert.ok(shards === 1 || neededFor[binding] > shards - 1)
      assert.ok(shardsForHashing === undefined || shardsForHashing >= shards)
    }),
  )
})

test('with the shards for hashing, real keys overfill a shard in fewer than one trial of twenty', () => {
  const load = { devices: 2000, bytes: 100, everySeconds: 0.2 }
  const { shards, shardsForHashing = 0 } = sizeStream(load)
  assert.equal(shards, 10)
  assert.ok(shardsForHashing > shards && shardsForHashing < 2 * shards, String(shardsForHashing))
  const overfull = (count: number) => {
    let trials = 0
    for (let trial = 0; trial < 40; trial++) {
      const loads = Array<number>(count).fill(0)
      for (let device = 0; device < load.devices; device++) {
        const hash = createHash('md5').update(`${trial}/${device}`).digest().readUInt32BE()
        const shard = Math.floor((hash / 2 ** 32) * count)
        loads[shard] = (loads[shard] ?? 0) + 5
      }
      if (loads.some(records => records > 1000)) trials++
    }
    return trials
  }
  assert.ok(overfull(shardsForHashing) <= 2)
  assert.ok(overfull(shards) > 20)
})

test('a figure that cannot be is refused with what it must be', () => {
  const wrong: readonly (readonly [Partial<StreamLoad>, RegExp])[] = [
    [{ devices: 0 }, /devices takes a whole number from 1/],
    [{ devices: 1.5 }, /devices/],
    [{ devices: Number.NaN }, /not NaN/],
    [{ bytes: -1 }, /bytes/],
    [{ bytes: 10 * 1024 * 1024 + 1 }, /bytes takes a whole number from 0 to 10,485,760/],
    [{ everySeconds: 0 }, /everySeconds takes seconds/],
    [{ everySeconds: Number.POSITIVE_INFINITY }, /everySeconds/],
    [{ peak: 0.5 }, /factor of 1 or more/],
    [{ keyBytes: 0 }, /keyBytes/],
    [{ consumers: -1 }, /consumers/],
    [{ consumers: 21, fanOut: true }, /at most 20 consumers with fan-out, not 21/],
  ]
  for (const [change, message] of wrong)
    assert.throws(() => sizeStream({ ...thermometers, ...change }), { name: 'RangeError', message })
})
