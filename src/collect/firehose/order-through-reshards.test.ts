// Within an object a key keeps its order through reshards, also through several within one instant.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { mergeShards, splitShard } from '../kinesis/resharding.ts'
import { Lake } from './testing/lake.ts'

test('a record of a grandchild waits for those of its grandparent, though the shard between them is empty', async () => {
  const lake = await new Lake(await simulatedWorld()).start()
  const stream = await lake.stream('s')
  await lake.create('d', {}, stream)
  const now = lake.world.clock.now()
  const half = (1n << 127n).toString()
  // 0 -> 1, 2 -> 3 -> 4, 5 -> 6: the records lie in 0, 3 and 6.
  await lake.putInto(stream, 'first;')
  await splitShard(lake.kinesis, stream, { shardId: 'shardId-000000000000', at: half, now })
  await mergeShards(stream, { shardId: 'shardId-000000000001', adjacent: 'shardId-000000000002', now })
  await lake.putInto(stream, 'second;')
  await splitShard(lake.kinesis, stream, { shardId: 'shardId-000000000003', at: half, now })
  await mergeShards(stream, { shardId: 'shardId-000000000004', adjacent: 'shardId-000000000005', now })
  await lake.putInto(stream, 'third;')
  await lake.world.clock.advance(60_000)
  assert.deepEqual(await lake.texts(), ['first;second;third;'])
})
