// With AWS's rates on, a shard takes and gives what AWS's shards do, to the record, the byte and the millisecond; with
// them off nothing is held back. What happens is counted under CloudWatch's names.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type SimulatedWorld, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { Call } from '../../gateway/operation.ts'
import type { MetricName, Series } from '../../world/meter.ts'
import { ControlRates } from './control-rates.ts'
import { Kinesis } from './kinesis.ts'
import { RecordBatch } from './record-batch.ts'
import type { Stream } from './stream.ts'
import type { StreamSettings } from './tables.ts'

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const settings: StreamSettings = {
  mode: 'PROVISIONED',
  retentionHours: 24,
  recordKibMax: 10240,
  shardMetrics: [],
  distribution: 'USER_PARTITION_KEY',
}
const mib = 1024 * 1024

/** Sums of what was counted, by the figure's name and its dimensions but the stream's. */
class Sums {
  readonly sums = new Map<string, number>()

  series({ name, dimensions: { StreamName: _, ...others } }: MetricName): Series {
    const key = [name, ...Object.values(others)].join(' ')
    return {
      add: value => void this.sums.set(key, (this.sums.get(key) ?? 0) + value),
      end: () => void this.sums.delete(key),
    }
  }

  of(...keys: readonly string[]): readonly (number | undefined)[] {
    return keys.map(key => this.sums.get(key))
  }
}

let world: SimulatedWorld
let kinesis: Kinesis
let meter: Sums

beforeEach(async () => {
  world = await simulatedWorld()
  meter = new Sums()
  kinesis = new Kinesis({ ...world, limits: 'aws', meter })
  await kinesis.start()
})

const create = (change: Partial<StreamSettings> = {}, shardCount = 1, tags: Record<string, string> = {}) =>
  kinesis.create(scope, { name: 's', shardCount, settings: { ...settings, ...change }, tags })
const records = (count: number, bytes: number, partitionKey = 'k') =>
  Array.from({ length: count }, () => ({ data: Buffer.alloc(bytes), partitionKey }))
const put = async (stream: Stream, ...given: Parameters<typeof records>) => {
  const placed = await kinesis.putRecords(stream, RecordBatch.of(records(...given)), world.clock.now())
  return placed.count - placed.failures.size
}
const iterator = (stream: Stream) => kinesis.iterator(stream, 'shardId-000000000000', { type: 'TRIM_HORIZON' })
const tooFast = {
  code: 'ProvisionedThroughputExceededException',
  message: 'Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.',
}

test('a shard takes a thousand records a second and refuses the next, each by itself', async () => {
  const stream = await create()
  assert.deepEqual([await put(stream, 500, 1), await put(stream, 500, 1), await put(stream, 3, 1)], [500, 500, 0])
  await assert.rejects(
    kinesis.putRecord(stream, RecordBatch.of([{ data: Buffer.from('x'), partitionKey: 'k' }]), world.clock.now()),
    tooFast,
  )
  await world.clock.advance(5)
  assert.equal(await put(stream, 10, 1), 5)
  await world.clock.advance(1000)
  assert.deepEqual([await put(stream, 500, 1), await put(stream, 500, 1), await put(stream, 1, 1)], [500, 500, 0])
})

test("a shard takes a mebibyte a second, and the keys' bytes are among them", async () => {
  const stream = await create()
  assert.equal(await put(stream, 4, mib / 4 - 1), 4)
  assert.equal(await put(stream, 1, 1), 0)
  await world.clock.advance(1000)
  assert.equal(await put(stream, 4, mib / 4), 3)
})

test('of one request the records of a full shard are refused, and no others', async () => {
  const stream = await create({}, 2)
  const half = 1n << 127n
  const to = (explicit: bigint, count: number) =>
    Array.from({ length: count }, () => ({
      data: Buffer.alloc(1),
      partitionKey: 'k',
      explicitHashKey: String(explicit),
    }))
  await kinesis.putRecords(stream, RecordBatch.of(to(0n, 500)), world.clock.now())
  await kinesis.putRecords(stream, RecordBatch.of(to(0n, 499)), world.clock.now())
  const placed = await kinesis.putRecords(stream, RecordBatch.of([...to(0n, 2), ...to(half, 2)]), world.clock.now())
  assert.deepEqual(
    Array.from(placed, place => ('failure' in place ? 'refused' : place.shardId)),
    ['shardId-000000000000', 'refused', 'shardId-000000000001', 'shardId-000000000001'],
  )
})

test('a record larger than a second takes is taken by a rested shard, which then rests for as long as it takes', async () => {
  const stream = await create()
  assert.equal(await put(stream, 1, 5 * mib - 1), 1)
  await world.clock.advance(4000)
  assert.equal(await put(stream, 1, 1), 0)
  await world.clock.advance(1)
  assert.equal(await put(stream, 1, 1), 1)
})

test('GetRecords is answered five times a second, and not for five seconds after it gave ten mebibytes', async () => {
  const stream = await create()
  for (let second = 0; second < 10; second++) {
    await put(stream, 1, mib - 100)
    await world.clock.advance(1000)
  }
  const from = await iterator(stream)
  for (let nth = 0; nth < 5; nth++) await kinesis.read(scope, from, { recordsMax: 1 }).catch(() => undefined)
  await world.clock.advance(10_000)
  const whole = await kinesis.read(scope, from)
  assert.equal(whole.records.length, 10)
  await world.clock.advance(4990)
  await assert.rejects(kinesis.read(scope, whole.next ?? ''), tooFast)
  await world.clock.advance(10)
  for (let nth = 0; nth < 5; nth++) await kinesis.read(scope, whole.next ?? '')
  await assert.rejects(kinesis.read(scope, whole.next ?? ''), tooFast)
  await world.clock.advance(200)
  await kinesis.read(scope, whole.next ?? '')
})

test('a subscriber gets two mebibytes a second', async () => {
  const stream = await create()
  for (let second = 0; second < 6; second++) {
    await put(stream, 1, mib - 100)
    await world.clock.advance(1000)
  }
  const consumer = await kinesis.consumers.register(stream, { name: 'c', tags: {}, now: world.clock.now() })
  const subscription = await kinesis.fanOut.subscribe(consumer, 'shardId-000000000000', { type: 'TRIM_HORIZON' })
  const events = subscription[Symbol.asyncIterator]()
  let got = (await events.next()).value?.records.length ?? 0
  for (let halves = 0; halves < 5; halves++) {
    const asked = events.next()
    // The event is not there before its time has come.
    const early = await Promise.race([asked, new Promise(resolve => setImmediate(resolve, 'not yet'))])
    assert.equal(early, 'not yet')
    await world.clock.advance(500)
    got += (await asked).value?.records.length ?? 0
  }
  assert.equal(got, 6)
  assert.deepEqual(meter.of('SubscribeToShard.Success c', 'SubscribeToShardEvent.Records c'), [1, 6])
  subscription.end()
})

test('GetShardIterator is answered five times a second a shard', async () => {
  const stream = await create()
  for (let nth = 0; nth < 5; nth++) await iterator(stream)
  await assert.rejects(iterator(stream), tooFast)
  await world.clock.advance(200)
  await iterator(stream)
})

test("an on-demand stream's keys share what the stream takes: four thousand records a second, even of one key", async () => {
  const stream = await create({ mode: 'ON_DEMAND' }, 4)
  let taken = 0
  for (let nth = 0; nth < 9; nth++) taken += await put(stream, 500, 1)
  assert.equal(taken, 4000)
  await world.clock.advance(1000)
  assert.equal(await put(stream, 17, mib / 4 - 1), 16)
})

test('without limits a tag puts one stream under them, and taking it away frees it', async () => {
  kinesis = new Kinesis({ ...world, meter })
  await kinesis.start()
  const stream = await create({}, 1, { 'biwa:limits': 'aws' })
  assert.deepEqual([await put(stream, 500, 1), await put(stream, 500, 1), await put(stream, 1, 1)], [500, 500, 0])
  await kinesis.untag(stream, ['biwa:limits'])
  assert.equal(await put(stream, 500, 1), 500)
  await kinesis.tag(stream, { 'biwa:limits': 'aws' })
  kinesis = new Kinesis({ ...world, meter })
  await kinesis.start()
  const again = kinesis.stream(scope, 's')
  assert.deepEqual([await put(again, 500, 1), await put(again, 500, 1), await put(again, 1, 1)], [500, 500, 0])
  await assert.rejects(kinesis.tag(again, { 'biwa:limits': 'azure' }), { code: 'InvalidArgumentException' })
})

test('what was put, refused and read is counted for the stream, and for its shards where that is on', async () => {
  const stream = await create({
    shardMetrics: ['IncomingRecords', 'WriteProvisionedThroughputExceeded', 'OutgoingBytes'],
  })
  for (const count of [500, 500, 20]) await put(stream, count, 10)
  await world.clock.advance(1000)
  await kinesis.putRecord(stream, RecordBatch.of([{ data: Buffer.alloc(7), partitionKey: 'k' }]), world.clock.now())
  await world.clock.advance(250)
  const { next = '' } = await kinesis.read(scope, await iterator(stream), { recordsMax: 1000 })
  await kinesis.read(scope, next)
  assert.deepEqual(
    meter.of('IncomingRecords', 'IncomingBytes', 'WriteProvisionedThroughputExceeded'),
    [1001, 10_007, 20],
  )
  assert.deepEqual(
    meter.of('PutRecords.Success', 'PutRecords.TotalRecords', 'PutRecords.SuccessfulRecords', 'PutRecords.Bytes'),
    [2, 1020, 1000, 10_000],
  )
  assert.deepEqual(meter.of('PutRecords.ThrottledRecords', 'PutRecords.FailedRecords'), [20, 0])
  assert.deepEqual(meter.of('PutRecord.Success', 'PutRecord.Bytes'), [1, 7])
  assert.deepEqual(
    meter.of('GetRecords.Success', 'GetRecords.Records', 'GetRecords.Bytes', 'GetRecords.IteratorAgeMilliseconds'),
    [2, 1001, 10_007, 1250],
  )
  const shard = 'shardId-000000000000'
  assert.deepEqual(
    meter.of(`IncomingRecords ${shard}`, `WriteProvisionedThroughputExceeded ${shard}`, `OutgoingBytes ${shard}`),
    [1001, 20, 10_007],
  )
  assert.deepEqual(meter.of(`IncomingBytes ${shard}`), [undefined])
  await kinesis.remove(stream)
  assert.equal(meter.sums.size, 0)
})

test('control operations are held to their calls a second of an account or a stream, and a day', async () => {
  const rates = new ControlRates()
  const call = (at: number, account = scope.account) => ({ account, region: scope.region, at }) as Call
  const times = (count: number, ...given: readonly [string, object, Call]) => {
    for (let nth = 0; nth < count; nth++) rates.take(...given)
  }
  const refused = { code: 'LimitExceededException', message: /^Rate exceeded for / }
  times(10, 'DescribeStream', { StreamName: 's' }, call(0))
  assert.throws(() => rates.take('DescribeStream', { StreamName: 'other' }, call(0)), refused)
  times(10, 'DescribeStream', { StreamName: 's' }, call(0, '111111111111'))
  times(5, 'SplitShard', { StreamName: 's' }, call(0))
  const arn = 'arn:aws:kinesis:ap-northeast-1:000000000000:stream/s'
  assert.throws(() => rates.take('SplitShard', { StreamARN: arn }, call(0)), refused)
  times(5, 'SplitShard', { StreamName: 'other' }, call(0))
  times(1000, 'PutRecord', {}, call(0))
  const hour = 3_600_000
  for (let nth = 0; nth < 10; nth++) rates.take('UpdateShardCount', { StreamName: 's' }, call(nth * hour))
  assert.throws(() => rates.take('UpdateShardCount', { StreamName: 's' }, call(23 * hour)), refused)
  rates.take('UpdateShardCount', { StreamName: 's' }, call(24 * hour))
})
