// What was put is read, in order, once, by every kind of iterator, across restarts, reshards and deletions.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type SimulatedWorld, simulatedStart, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { StartingPoint } from './iterators.ts'
import { Kinesis } from './kinesis.ts'
import { RecordBatch } from './record-batch.ts'
import { mergeShards, scaleShards, splitShard } from './resharding.ts'
import { listShards } from './shard-listing.ts'
import type { Stream } from './stream.ts'
import type { StreamSettings } from './tables.ts'

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const settings: StreamSettings = {
  mode: 'PROVISIONED',
  retentionHours: 24,
  recordKibMax: 1024,
  shardMetrics: [],
  distribution: 'USER_PARTITION_KEY',
}
const hour = 3_600_000

let world: SimulatedWorld
let kinesis: Kinesis

async function start(): Promise<void> {
  kinesis = new Kinesis(world)
  await kinesis.start()
}

beforeEach(async () => {
  world = await simulatedWorld()
  await start()
})

const create = (name: string, shardCount = 1) => kinesis.create(scope, { name, shardCount, settings, tags: {} })

const put = async (stream: Stream, texts: readonly string[], explicitHashKey?: string) => {
  const records = texts.map(text => ({ data: Buffer.from(text), partitionKey: text, explicitHashKey }))
  const placed = await stream.put(RecordBatch.of(records), world.clock.now())
  return Array.from(placed, place => {
    assert.ok('sequenceNumber' in place)
    return place
  })
}

async function readFrom(iterator: string, limit?: number) {
  const texts: string[] = []
  let next: string | undefined = iterator
  let last: Awaited<ReturnType<Kinesis['read']>> | undefined
  while (next !== undefined) {
    last = await kinesis.read(scope, next, { recordsMax: limit })
    texts.push(...last.records.map(record => Buffer.from(record.data).toString()))
    next = last.records.length === 0 ? undefined : last.next
  }
  assert.ok(last)
  return { texts, last }
}

const read = async (stream: Stream, shard: number, from: StartingPoint = { type: 'TRIM_HORIZON' }) =>
  (await readFrom(await kinesis.iterator(stream, `shardId-${String(shard).padStart(12, '0')}`, from))).texts

test('records are read in the order in which they were put, also after a crash', async () => {
  const stream = await create('s')
  await put(stream, ['a', 'b'])
  await put(stream, ['c'])
  await world.crash()
  await start()
  const again = kinesis.stream(scope, 's')
  assert.deepEqual(await read(again, 0), ['a', 'b', 'c'])
  await put(again, ['d'])
  assert.deepEqual(await read(again, 0), ['a', 'b', 'c', 'd'])
})

test('each kind of iterator begins where AWS says', async () => {
  const stream = await create('s')
  const [, b] = await put(stream, ['a', 'b'])
  await world.clock.advance(1000)
  await put(stream, ['c', 'd'])
  await world.clock.advance(1000)
  const sequenceNumber = b?.sequenceNumber
  assert.deepEqual(await read(stream, 0, { type: 'TRIM_HORIZON' }), ['a', 'b', 'c', 'd'])
  assert.deepEqual(await read(stream, 0, { type: 'AT_SEQUENCE_NUMBER', sequenceNumber }), ['b', 'c', 'd'])
  assert.deepEqual(await read(stream, 0, { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber }), ['c', 'd'])
  const timestamp = simulatedStart + 1000
  assert.deepEqual(await read(stream, 0, { type: 'AT_TIMESTAMP', timestamp }), ['c', 'd'])
  assert.deepEqual(await read(stream, 0, { type: 'AT_TIMESTAMP', timestamp: timestamp + 1 }), [])
  const latest = await kinesis.iterator(stream, 'shardId-000000000000', { type: 'LATEST' })
  await put(stream, ['e'])
  assert.deepEqual((await readFrom(latest)).texts, ['e'])
  const start0 = stream.shard(0)?.sequenceRange.first
  assert.equal((await read(stream, 0, { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: start0 })).length, 5)
})

test('a page ends at its limit, and the next goes on without a gap; how far behind is measured', async () => {
  const stream = await create('s')
  for (const text of ['a', 'b', 'c']) {
    await put(stream, [text])
    await world.clock.advance(500)
  }
  const page = await kinesis.read(scope, await kinesis.iterator(stream, '0', { type: 'TRIM_HORIZON' }), {
    recordsMax: 2,
  })
  assert.deepEqual([page.records.length, page.millisecondsBehind], [2, 1000])
  const { texts, last } = await readFrom(page.next ?? '')
  assert.deepEqual([texts, last.millisecondsBehind], [['c'], 0])
})

test('an explicit hash key, else the MD5 of the partition key, chooses the shard', async () => {
  const stream = await create('s', 4)
  await put(stream, ['low'], '0')
  await put(stream, ['high'], String((1n << 128n) - 1n))
  // MD5 of "a" begins with 0c, of "b" with 92.
  await put(stream, ['a', 'b'])
  assert.deepEqual(
    [await read(stream, 0), await read(stream, 2), await read(stream, 3)],
    [['low', 'a'], ['b'], ['high']],
  )
  await assert.rejects(put(stream, ['x'], String(1n << 128n)), { code: 'InvalidArgumentException' })
})

test('a split keeps the parent readable to its end, which names the children', async () => {
  const stream = await create('s')
  await put(stream, ['a', 'b'])
  await splitShard(kinesis, stream, { shardId: 'shardId-000000000000', at: String(1n << 127n), now: world.clock.now() })
  await put(stream, ['low'], '5')
  await put(stream, ['high'], String((1n << 127n) + 5n))
  const parent = await readFrom(await kinesis.iterator(stream, '0', { type: 'TRIM_HORIZON' }), 1)
  assert.deepEqual(parent.texts, ['a', 'b'])
  const end = await kinesis.read(scope, await kinesis.iterator(stream, '0', { type: 'TRIM_HORIZON' }))
  assert.equal(end.next, undefined)
  assert.deepEqual(
    end.children.map(child => child.id),
    ['shardId-000000000001', 'shardId-000000000002'],
  )
  assert.deepEqual([await read(stream, 1), await read(stream, 2)], [['low'], ['high']])
  const split = { shardId: '0', at: '5', now: 0 }
  await assert.rejects(splitShard(kinesis, stream, split), { code: 'InvalidArgumentException' })
})

test('no record is lost and none is behind its end when shards are cut while puts go on', async () => {
  const stream = await create('s', 2)
  const puts = Array.from({ length: 60 }, (_, i) => put(stream, [`${i}-a`, `${i}-b`, `${i}-c`]))
  const now = world.clock.now()
  const changes = [scaleShards(kinesis, stream, { target: 3, now }), scaleShards(kinesis, stream, { target: 6, now })]
  const more = Array.from({ length: 60 }, (_, i) => put(stream, [`${i}-d`, `${i}-e`]))
  await Promise.all([...puts, ...changes, ...more])
  await mergeShards(stream, { shardId: stream.openShards[0]?.id ?? '', adjacent: stream.openShards[1]?.id ?? '', now })
  await world.reopen()
  await start()
  const again = kinesis.stream(scope, 's')
  assert.equal(again.openShards.length, 5)
  const all = await Promise.all(again.shards.map(shard => read(again, shard.number)))
  const wanted = [...'abcde'].flatMap(letter => Array.from({ length: 60 }, (_, i) => `${i}-${letter}`))
  assert.deepEqual(all.flat().sort(), wanted.sort())
})

test('a deleted stream is gone with its records; one of the same name begins empty', async () => {
  const stream = await create('s')
  const [a] = await put(stream, ['a'])
  const iterator = await kinesis.iterator(stream, '0', { type: 'TRIM_HORIZON' })
  await world.clock.advance(1)
  await kinesis.remove(stream)
  await assert.rejects(put(stream, ['b']), { message: 'Stream s under account 000000000000 not found.' })
  await assert.rejects(kinesis.read(scope, iterator), { code: 'ResourceNotFoundException' })
  const next = await create('s')
  await assert.rejects(kinesis.read(scope, iterator), { code: 'ResourceNotFoundException' })
  assert.deepEqual(await read(next, 0), [])
  await assert.rejects(read(next, 0, { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: a?.sequenceNumber }), {
    message: /because it did not come from this stream\.$/,
  })
  await world.background.settled()
  assert.ok((await world.disk.list('/lake/logs')).every(name => name.includes(next.id)))
})

test('an iterator expires after five minutes, and a forged one is refused', async () => {
  const stream = await create('s')
  const iterator = await kinesis.iterator(stream, '0', { type: 'LATEST' })
  await world.clock.advance(300_000)
  await kinesis.read(scope, iterator)
  await world.clock.advance(1)
  await assert.rejects(kinesis.read(scope, iterator), {
    code: 'ExpiredIteratorException',
    message:
      'Iterator expired. The iterator was created at time Wed Oct 15 03:30:00 UTC 2025 while right now it is ' +
      'Wed Oct 15 03:35:00 UTC 2025 which is further in the future than the tolerated delay of 300000 milliseconds.',
  })
  for (const forged of ['x', '', `A${iterator.slice(1)}`, kinesis.seal.seal('list streams', ['s'])]) {
    await assert.rejects(kinesis.read(scope, forged), { message: 'Invalid ShardIterator.' })
  }
})

test('records out of retention are not shown, and a reader that waited at them goes on', async () => {
  const stream = await create('s')
  await put(stream, ['old'])
  await world.clock.advance(24 * hour + 1)
  await put(stream, ['new'])
  assert.deepEqual(await read(stream, 0), ['new'])
  const from = { type: 'AT_SEQUENCE_NUMBER', sequenceNumber: stream.shard(0)?.sequenceRange.first } as const
  assert.deepEqual(await read(stream, 0, from), ['new'])
  await world.clock.advance(24 * hour + 1)
  const { texts, last } = await readFrom(await kinesis.iterator(stream, '0', from))
  assert.deepEqual([texts, last.millisecondsBehind], [[], 0])
})

test('a closed shard whose records have expired is forgotten', async () => {
  const stream = await create('s')
  await put(stream, ['a'])
  await splitShard(kinesis, stream, { shardId: '0', at: String(1n << 100n), now: world.clock.now() })
  await world.clock.advance(26 * hour)
  assert.deepEqual(
    stream.shards.map(shard => shard.number),
    [1, 2],
  )
  await world.reopen()
  await start()
  assert.deepEqual(
    kinesis.stream(scope, 's').shards.map(shard => shard.number),
    [1, 2],
  )
})

test('shards are listed by filter and page by page', async () => {
  const stream = await create('s', 2)
  await world.clock.advance(hour)
  const split = { shardId: '0', at: '12345678901234567890', now: world.clock.now() }
  await splitShard(kinesis, stream, split)
  await world.clock.advance(hour)
  const list = (filter?: Parameters<typeof listShards>[2]['filter']) =>
    listShards(kinesis, scope, { name: 's', filter, now: world.clock.now() }).shards.map(shard => shard.number)
  assert.deepEqual(list(), [0, 1, 2, 3])
  assert.deepEqual(list({ type: 'AT_LATEST' }), [1, 2, 3])
  assert.deepEqual(list({ type: 'AT_TRIM_HORIZON' }), [0, 1])
  assert.deepEqual(list({ type: 'FROM_TRIM_HORIZON' }), [0, 1, 2, 3])
  // At the instant of the split the parent had not ended yet, as AWS words it: a reader who begins then needs it.
  assert.deepEqual(list({ type: 'AT_TIMESTAMP', at: simulatedStart + hour }), [0, 1, 2, 3])
  assert.deepEqual(list({ type: 'AT_TIMESTAMP', at: simulatedStart + hour + 1 }), [1, 2, 3])
  assert.deepEqual(list({ type: 'FROM_TIMESTAMP', at: simulatedStart + hour + 1 }), [1, 2, 3])
  assert.deepEqual(list({ type: 'AFTER_SHARD_ID', shardId: 'shardId-000000000001' }), [2, 3])
  const first = listShards(kinesis, scope, { name: 's', limit: 3, now: world.clock.now() })
  const second = listShards(kinesis, scope, { token: first.next, now: world.clock.now() })
  assert.deepEqual([second.shards.map(shard => shard.number), second.next], [[3], undefined])
  const late = { token: first.next, now: world.clock.now() + 300_001 }
  assert.throws(() => listShards(kinesis, scope, late), { code: 'ExpiredNextTokenException' })
})

test('streams of other accounts and regions are other streams', async () => {
  await create('s')
  const elsewhere = { account: '111111111111', region: 'ap-northeast-1' }
  assert.throws(() => kinesis.stream(elsewhere, 's'), { message: 'Stream s under account 111111111111 not found.' })
  await kinesis.create(elsewhere, { name: 's', shardCount: 1, settings, tags: {} })
  await assert.rejects(create('s'), { code: 'ResourceInUseException' })
  assert.equal(kinesis.streams(scope).length, 1)
})

test('of two who create a stream of one name at once, one does', async () => {
  const both = await Promise.allSettled([create('s'), create('s')])
  assert.deepEqual(both.map(result => result.status).sort(), ['fulfilled', 'rejected'])
})

test('a disk that fails refuses the records it did not take, and takes none until reopened', async () => {
  const stream = await create('s')
  await put(stream, ['a'])
  world.disk.failNth(2, 'EIO')
  const [placed] = await stream.put(RecordBatch.of([{ data: Buffer.from('b'), partitionKey: 'b' }]), world.clock.now())
  assert.ok(placed && 'failure' in placed)
  await world.crash()
  await start()
  const texts = await read(kinesis.stream(scope, 's'), 0)
  assert.equal(texts[0], 'a')
})

test('a reshard whose fsync fails may have happened: its shards take no records that it would hide after the next start', async () => {
  const stream = await create('s')
  await put(stream, ['a'])
  // The transaction itself reaches the disk's cache.
  world.disk.failNth(2, 'EIO')
  await assert.rejects(splitShard(kinesis, stream, { shardId: '0', at: '5', now: world.clock.now() }))
  const [placed] = await stream.put(RecordBatch.of([{ data: Buffer.from('b'), partitionKey: 'b' }]), world.clock.now())
  await world.reopen()
  await start()
  const again = kinesis.stream(scope, 's')
  assert.equal(again.openShards.length, 2, 'it did happen')
  assert.deepEqual(await read(again, 0), ['a'])
  assert.ok(placed && 'failure' in placed, 'b is not there, and was not acknowledged')
})

test('a deletion whose fsync fails may have happened: the stream takes no records that would be gone with it', async () => {
  const stream = await create('s')
  world.disk.failNth(2, 'EIO')
  await assert.rejects(kinesis.remove(stream))
  const [placed] = await stream.put(RecordBatch.of([{ data: Buffer.from('b'), partitionKey: 'b' }]), world.clock.now())
  await world.reopen()
  await start()
  assert.throws(() => kinesis.stream(scope, 's'), { code: 'ResourceNotFoundException' })
  assert.ok(placed && 'failure' in placed, 'b is not there, and was not acknowledged')
})
