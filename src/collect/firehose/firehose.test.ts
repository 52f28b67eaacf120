// Records are delivered when the buffer is full or its time has come, in order, to where the configuration says; what
// stands in the way holds them back and loses none.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { SegmentLog } from '../../durable/segment-log.ts'
import { scaleShards, splitShard } from '../kinesis/resharding.ts'
import { DirectSource } from './source.ts'
import { Lake, scope } from './testing/lake.ts'

const mib = 1024 * 1024

let lake: Lake

beforeEach(async () => {
  lake = await new Lake(await simulatedWorld()).start()
})

test('records lie in the buffer until its time has come, counted from the first', async () => {
  const delivery = await lake.create('d')
  await lake.put(delivery, '{"a":1}')
  await lake.world.clock.advance(59_000)
  await lake.put(delivery, '{"b":2}')
  assert.deepEqual(await lake.texts(), [])
  assert.equal(delivery.progress.bufferedRecords, 2)
  await lake.world.clock.advance(1000)
  assert.deepEqual(await lake.texts(), ['{"a":1}{"b":2}'])
  const { deliveredObjects, deliveredRecords, bufferedBytes, nextFlushAt } = delivery.progress
  assert.deepEqual([deliveredObjects, deliveredRecords, bufferedBytes, nextFlushAt], [1, 2, 0, undefined])
})

test('a full buffer is delivered at once and ends with the record that filled it', async () => {
  const delivery = await lake.create('d')
  const large = (letter: string) => letter.repeat(mib / 2)
  await lake.put(delivery, large('a'), large('b'), 'c')
  await lake.world.background.settled()
  assert.deepEqual(
    (await lake.texts()).map(text => text.length),
    [mib],
  )
  await lake.world.clock.advance(60_000)
  assert.deepEqual((await lake.texts()).map(text => text.length).sort(), [1, mib])
})

test('records of the next interval are the next object’s, also when both are late', async () => {
  const delivery = await lake.create('d')
  lake.buckets.missing = true
  for (const text of ['a', 'b', 'c', 'd']) {
    await lake.put(delivery, text)
    await lake.world.clock.advance(40_000)
  }
  lake.buckets.missing = false
  await lake.world.clock.advance(300_000)
  assert.deepEqual((await lake.texts()).toSorted(), ['ab', 'cd'])
})

test('a delimiter is added, the object is compressed and its name says so', async () => {
  const processing = { enabled: true, processors: [{ type: 'AppendDelimiterToRecord', parameters: [] }] }
  const delivery = await lake.create('d', { compression: 'GZIP', prefix: 'raw_data/', processing })
  await lake.put(delivery, 'a', 'b')
  await lake.world.clock.advance(60_000)
  const [object] = await lake.buckets.objects()
  assert.equal(object?.text, 'a\nb\n')
  assert.match(object.key, /^raw_data\/2025\/10\/15\/03\/d-1-2025-10-15-03-30-00-[-0-9a-f]{36}\.gz$/)
})

test('a stream is delivered from the moment the delivery stream was made', async () => {
  const stream = await lake.stream('s', 2)
  await lake.putInto(stream, 'before')
  const delivery = await lake.create('d', {}, stream)
  await lake.putInto(stream, 'a', 'b', 'c')
  await lake.world.clock.advance(60_000)
  const texts = await lake.texts()
  assert.deepEqual(
    texts.map(text => [...text].sort().join('')),
    ['abc'],
  )
  await assert.rejects(lake.put(delivery, 'x'), /not permitted on KinesisStreamAsSource/)
})

test('after a crash the buffer is there again, its time still counted from its first record', async () => {
  const stream = await lake.stream('s')
  await lake.create('from-stream', {}, stream)
  const direct = await lake.create('direct')
  await lake.putInto(stream, 'a')
  await lake.put(direct, 'x')
  await lake.world.clock.advance(40_000)
  await lake.world.crash()
  await lake.start()
  assert.equal(lake.firehose.delivery(scope, 'direct').progress.bufferedRecords, 1)
  await lake.world.clock.advance(20_000)
  assert.deepEqual((await lake.texts()).toSorted(), ['a', 'x'])
  await lake.world.crash()
  await lake.start()
  await lake.world.clock.advance(600_000)
  assert.deepEqual((await lake.texts()).toSorted(), ['a', 'x'])
})

test('a destination that is gone holds the records back, says so, and gets them when it is back', async () => {
  const delivery = await lake.create('d')
  lake.buckets.missing = true
  await lake.put(delivery, 'a')
  await lake.world.clock.advance(120_000)
  assert.match(delivery.failure?.message ?? '', /The bucket raw does not exist/)
  assert.ok((delivery.failure?.attempts ?? 0) >= 4)
  lake.buckets.missing = false
  await lake.world.clock.advance(120_000)
  assert.deepEqual([await lake.texts(), delivery.failure], [['a'], undefined])
})

test('a role that may not write, or not read the stream, delivers nothing', async () => {
  const stream = await lake.stream('s')
  const delivery = await lake.create('d', {}, stream)
  await lake.putInto(stream, 'a')
  for (const action of ['s3:PutObject', 'kinesis:GetRecords']) {
    lake.denied = action
    await lake.world.clock.advance(400_000)
    assert.match(delivery.failure?.message ?? '', new RegExp(`not authorized to perform ${action}`))
  }
  lake.denied = ''
  await lake.world.clock.advance(300_000)
  assert.deepEqual(await lake.texts(), ['a'])
})

test('children are delivered after their parents, and all of both', async () => {
  const stream = await lake.stream('s')
  await lake.create('d', {}, stream)
  await lake.putInto(stream, '1', '2')
  const now = lake.world.clock.now()
  await splitShard(lake.kinesis, stream, { shardId: '0', at: String(1n << 127n), now })
  // Taken before the split by the clock, put after it: the parent's records come first all the same.
  await lake.putAt(now - 5000, stream, '3', '4', '5', '6')
  await scaleShards(lake.kinesis, stream, { target: 3, now })
  await lake.putInto(stream, '7', '8', '9')
  await lake.world.crash()
  await lake.start()
  await lake.putInto(lake.kinesis.stream(scope, 's'), 'a', 'b')
  await lake.world.clock.advance(60_000)
  const [text = ''] = await lake.texts()
  assert.equal(text.slice(0, 2), '12')
  assert.deepEqual([...text].sort().join(''), '123456789ab')
  assert.ok([...text].slice(2, 6).every(letter => '3456'.includes(letter)))
})

test('a stream that is deleted is delivered first, and one of its name is read from its beginning', async () => {
  const first = await lake.stream('s')
  await lake.create('d', {}, first)
  await lake.putInto(first, 'a')
  await lake.kinesis.remove(first)
  assert.deepEqual(await lake.texts(), ['a'])
  const second = await lake.stream('s', 2)
  await lake.putInto(second, 'b')
  await lake.world.clock.advance(60_000)
  assert.deepEqual((await lake.texts()).join('').split('').sort(), ['a', 'b'])
})

test('an update counts the version up, and one that expects another version is refused', async () => {
  const delivery = await lake.create('d')
  await lake.firehose.update(delivery, { version: '1', change: { prefix: 'x/' } })
  const again = lake.firehose.update(delivery, { version: '1', change: { prefix: 'y/' } })
  await assert.rejects(again, { code: 'ConcurrentModificationException' })
  await lake.put(delivery, 'a')
  await lake.world.clock.advance(60_000)
  assert.match((await lake.buckets.objects())[0]?.key ?? '', /^x\/2025.*\/d-2-/)
})

test('a deleted delivery stream delivers nothing more, and its name is free', async () => {
  const delivery = await lake.create('d')
  await lake.put(delivery, 'a')
  await lake.firehose.remove(delivery)
  await lake.create('d')
  await lake.world.clock.advance(600_000)
  assert.deepEqual(await lake.texts(), [])
  assert.equal((await lake.world.disk.list('/lake/logs')).length, 1)
})

test('delivered direct puts give their disk space back', async () => {
  const log = await SegmentLog.open(lake.world.disk, '/lake/logs/small', { segmentBytes: 100 })
  const source = new DirectSource(log)
  for (let at = 1; at <= 10; at++) await source.append([Buffer.alloc(60)], at)
  await source.release(8)
  assert.ok(log.start > 0 && log.start <= 7, `segments of records before the eighth are dropped: ${log.start}`)
  await log.close()
})

for (const from of ['direct puts', 'a stream']) {
  test(`a deletion that a full disk refuses leaves a delivery stream from ${from} as it was`, async () => {
    const lake = await new Lake(await simulatedWorld()).start()
    const stream = from === 'a stream' ? await lake.stream('s') : undefined
    const put = async (text: string) =>
      stream ? lake.putInto(stream, text) : void (await lake.put(lake.firehose.delivery(scope, 'd'), text))
    const delivery = await lake.create('d', {}, stream)
    await put('before;')
    lake.world.disk.failNth(1, 'ENOSPC')
    await assert.rejects(lake.firehose.remove(delivery), { code: 'ENOSPC' })
    await put('after;')
    await lake.world.clock.advance(60_000)
    assert.deepEqual(await lake.texts(), ['before;after;'])
    assert.deepEqual(lake.firehose.deliveries(scope).length, 1)
    await lake.firehose.remove(lake.firehose.delivery(scope, 'd'))
    assert.throws(() => lake.firehose.delivery(scope, 'd'), { code: 'ResourceNotFoundException' })
    await lake.world.reopen()
    await lake.start()
    assert.deepEqual(lake.firehose.deliveries(scope), [])
  })
}

test('a deletion whose fsync fails may have happened: nothing is taken that would be gone with it', async () => {
  const lake = await new Lake(await simulatedWorld()).start()
  const delivery = await lake.create('d')
  lake.world.disk.failNth(2, 'EIO')
  await assert.rejects(lake.firehose.remove(delivery))
  assert.throws(() => lake.firehose.delivery(scope, 'd'), { code: 'ResourceNotFoundException' })
})
