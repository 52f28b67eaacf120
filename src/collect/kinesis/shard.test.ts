// A closed shard ends where it was closed, whatever its log has kept of a write that failed before.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { wholeRange } from './hash.ts'
import { RecordBatch } from './record-batch.ts'
import { Shard } from './shard.ts'

test('what lies in the log behind the end of a shard is none of its records', async () => {
  const { store, clock } = await simulatedWorld()
  const now = clock.now()
  const identity = { number: 0, parents: [], range: wholeRange, createdAt: now }
  const world = { streamId: 's', open: (name: string) => store.log(name) }
  const records = ['a', 'b', 'c', 'd'].map(text => ({ data: Buffer.from(text), partitionKey: text }))
  await new Shard(identity, world).append(RecordBatch.of(records), now)

  const limits = { maxRecords: 10, maxBytes: 1000 }
  const read = async (endIndex: number, from: number, since = 0) => {
    const shard = new Shard({ ...identity, end: { closedAt: now, endIndex } }, world)
    const { records, next } = await shard.read(from, limits, since)
    return [records.map(({ partitionKey }) => partitionKey).join(''), next]
  }
  assert.deepEqual(await read(2, 0), ['ab', 2])
  assert.deepEqual(await read(2, 1, now), ['b', 2])
  assert.deepEqual(await read(2, 2), ['', 2])
  assert.deepEqual(await read(0, 0), ['', 0])
  assert.deepEqual(await read(4, 0), ['abcd', 4])
})
