// What a destination in trouble holds back stays in the source, however long it takes and whatever the source's retention.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { Log } from '../../world/log.ts'
import { splitShard } from '../kinesis/resharding.ts'
import { Lake, scope } from './testing/lake.ts'

const hour = 3_600_000
const quiet: Log = { info() {}, warn() {}, error() {} }

async function heldBack(log: Log = quiet) {
  const lake = await new Lake(await simulatedWorld({ log })).start()
  const stream = await lake.stream('s')
  const delivery = await lake.create('d', {}, stream)
  lake.buckets.missing = true
  await lake.putInto(stream, 'before the split;')
  const at = (1n << 127n).toString()
  await splitShard(lake.kinesis, stream, { shardId: '0', at, now: lake.world.clock.now() })
  await lake.putInto(stream, 'after it;')
  return { lake, stream, delivery }
}

const numbers = (lake: Lake) => lake.kinesis.stream(scope, 's').shards.map(shard => shard.number)

test('records outlive the retention of their stream and the shard they lie in until they are delivered', async () => {
  const { lake, stream } = await heldBack()
  await lake.world.clock.advance(50 * hour)
  await lake.putInto(stream, 'two days later;')
  assert.deepEqual(await lake.texts(), [])
  assert.deepEqual(numbers(lake), [0, 1, 2])
  lake.buckets.missing = false
  await lake.world.clock.advance(hour)
  assert.deepEqual((await lake.texts()).toSorted(), ['before the split;after it;', 'two days later;'])
  // The disk space is given back with the next sweep.
  await lake.world.clock.advance(2 * hour)
  assert.deepEqual(numbers(lake), [1, 2])
})

test('so they do when the lake is started again meanwhile', async () => {
  const { lake } = await heldBack()
  await lake.world.clock.advance(50 * hour)
  await lake.world.reopen()
  await lake.start()
  assert.deepEqual(await lake.texts(), ['before the split;after it;'])
})

test('nobody else is shown them', async () => {
  const { lake, stream } = await heldBack()
  await lake.world.clock.advance(50 * hour)
  const iterator = await lake.kinesis.iterator(stream, '0', { type: 'TRIM_HORIZON' })
  assert.deepEqual((await lake.kinesis.read(scope, iterator)).records, [])
  assert.deepEqual(
    stream.shardsKept(lake.world.clock.now()).map(shard => shard.number),
    [1, 2],
  )
})

test('a record from the future, as after the clock was set back, waits for the buffer and no longer', async () => {
  const lake = await new Lake(await simulatedWorld()).start()
  const stream = await lake.stream('s')
  await lake.create('d', { bufferSeconds: 60 }, stream)
  await lake.putAt(lake.world.clock.now() + 10 * hour, stream, 'from the evening;')
  await lake.world.clock.advance(59_000)
  assert.deepEqual(await lake.texts(), [])
  await lake.putInto(stream, 'of now;')
  await lake.world.clock.advance(121_000)
  assert.deepEqual((await lake.texts()).join('').split(';').toSorted(), ['', 'from the evening', 'of now'])
})

test('what cannot be delivered when its stream is deleted is told, and nothing is said to be held back then', async () => {
  const warnings: string[] = []
  const log = { ...quiet, warn: (text: string) => void warnings.push(text) }
  const { lake, stream, delivery } = await heldBack(log)
  await lake.kinesis.remove(stream)
  assert.deepEqual(warnings.slice(1), [
    'd has lost 2 records with the stream they were in, which was deleted: ' +
      'The bucket raw does not exist. Create it, or name another with UpdateDestination.',
  ])
  assert.equal(delivery.failure, undefined)
})

test('a delivery stream that is deleted keeps nothing', async () => {
  const { lake, delivery } = await heldBack()
  await lake.world.clock.advance(50 * hour)
  await lake.firehose.remove(delivery)
  await lake.world.clock.advance(2 * hour)
  assert.deepEqual(numbers(lake), [1, 2])
})
