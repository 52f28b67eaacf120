// The hourly look for expired records: none is the last one because something failed in it, and none comes after the close.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { SilentLog } from '../../world/log.ts'
import { Kinesis } from './kinesis.ts'
import { RecordBatch } from './record-batch.ts'
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

async function stream() {
  const world = await simulatedWorld({ log: new SilentLog() })
  const kinesis = new Kinesis(world)
  await kinesis.start()
  const made = await kinesis.create(scope, { name: 's', shardCount: 1, settings, tags: {} })
  const record = { data: Buffer.from('x'), partitionKey: 'k' }
  await kinesis.putRecord(made, RecordBatch.of([record]), world.clock.now())
  const appointed = () => world.clock.due().some(({ name }) => name === 'kinesis retention')
  return { world, kinesis, appointed }
}

test('a sweep that fails is followed by the next hour’s', async () => {
  const { world, appointed } = await stream()
  await world.clock.advance(24 * hour)
  const before = world.disk.ios
  world.disk.failNth(1, 'EIO')
  await world.clock.advance(hour)
  assert.ok(world.disk.ios > before)
  assert.ok(appointed())
})

test('a sweep under way at the close is the last', async () => {
  const { world, kinesis, appointed } = await stream()
  await world.clock.advance(24 * hour)
  const { ledger } = world.store
  const all = ledger.all.bind(ledger)
  ledger.all = (sql, ...values) => {
    kinesis.close()
    return all(sql, ...values)
  }
  await world.clock.advance(hour)
  assert.ok(!appointed())
})
