// An on-demand stream has shards for twice the highest minute of writing in thirty days, and splits those that take most.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type SimulatedWorld, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { Kinesis } from './kinesis.ts'
import { RecordBatch } from './record-batch.ts'
import { splitShard } from './resharding.ts'
import type { Stream } from './stream.ts'
import type { StreamSettings } from './tables.ts'

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const settings: StreamSettings = {
  mode: 'ON_DEMAND',
  retentionHours: 24,
  recordKibMax: 1024,
  shardMetrics: [],
  distribution: 'USER_PARTITION_KEY',
}
const minute = 60_000
const day = 24 * 60 * minute

let world: SimulatedWorld
let kinesis: Kinesis
let stream: Stream

beforeEach(async () => {
  world = await simulatedWorld()
  kinesis = new Kinesis(world)
  await kinesis.start()
  stream = await kinesis.create(scope, { name: 's', shardCount: 4, settings, tags: {} })
})

/** So many records within one minute, spread over the keys. */
async function writeMinute(recordsPerSecond: number, key: (nth: number) => string = String): Promise<void> {
  for (let second = 0; second < 60; second += 10) {
    const records = Array.from({ length: recordsPerSecond * 10 }, (_, nth) => ({
      data: Buffer.from('{}'),
      partitionKey: key(nth),
    }))
    await stream.put(RecordBatch.of(records), world.clock.now())
    await world.clock.advance(10_000)
  }
  await world.clock.advance(1)
}

test('a stream written to at up to half of what its shards take stays as it is', async () => {
  await writeMinute(1900)
  assert.equal(stream.openShards.length, 4)
})

test('a stream written to more grows to twice what was written, and keeps it for thirty days', async () => {
  await writeMinute(2600)
  assert.equal(stream.openShards.length, 6)
  await world.clock.advance(29 * day)
  await writeMinute(10)
  assert.equal(stream.openShards.length, 6)
})

test('what was written is remembered over a restart, and forgotten after thirty days', async () => {
  const peaks = () =>
    world.store.ledger.all<{ records: number }>('SELECT records FROM kinesis_peak').map(row => row.records)
  await writeMinute(1500)
  assert.deepEqual(peaks(), [1500])
  await world.crash()
  kinesis = new Kinesis(world)
  await kinesis.start()
  stream = kinesis.stream(scope, 's')
  await writeMinute(1000)
  assert.deepEqual(peaks(), [1500])
  await world.clock.advance(31 * day)
  await writeMinute(10)
  assert.deepEqual(peaks(), [10])
})

test('the shard that takes most is the one that is split', async () => {
  const target = stream.openShards[2]
  assert.ok(target)
  const keys = Array.from({ length: 2000 }, (_, nth) => `key ${nth}`)
  const placed = await stream.put(
    RecordBatch.of(keys.map(partitionKey => ({ data: Buffer.from('x'), partitionKey }))),
    world.clock.now(),
  )
  const hot = keys.filter((_, nth) => {
    const place = placed.at(nth)
    return place !== undefined && 'shardId' in place && place.shardId === target.id
  })
  await world.clock.advance(2 * minute)
  await writeMinute(2100, nth => hot[nth % hot.length] ?? '')
  assert.ok(target.ended)
  assert.equal(stream.openShards.length, 5)
})

test('a stream stops growing by itself in the PROVISIONED mode, and is cut by hand there alone', async () => {
  await assert.rejects(splitShard(kinesis, stream, { shardId: '0', at: '1000', now: world.clock.now() }), {
    code: 'ValidationException',
    message: /is in On-Demand mode/,
  })
  await stream.configure(() => ({ mode: 'PROVISIONED' }))
  kinesis.onDemand.follow(stream)
  await writeMinute(2600)
  assert.equal(stream.openShards.length, 4)
  await splitShard(kinesis, stream, { shardId: '0', at: '1000', now: world.clock.now() })
})

test('a stream that distributes its records by itself spreads those of one key over its shards', async () => {
  await stream.configure(() => ({ distribution: 'AUTO' }))
  const records = Array.from({ length: 400 }, () => ({ data: Buffer.from('x'), partitionKey: 'one' }))
  const placed = await stream.put(RecordBatch.of(records), world.clock.now())
  const counts = Map.groupBy(placed, place => ('shardId' in place ? place.shardId : 'refused'))
  assert.deepEqual(
    [...counts.values()].map(({ length }) => length),
    [100, 100, 100, 100],
  )
})
