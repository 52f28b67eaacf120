// The midnights of lifecycle rules: none is the last one because something failed in it, none comes after the close, and what
// a run does to one version of a key is not undone by what it does to another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { Transaction } from '../../durable/ledger.ts'
import { type Clock, SystemClock } from '../../world/clock.ts'
import { SilentLog } from '../../world/log.ts'
import type { LifecycleRule } from './lifecycle.ts'
import { S3 } from './s3.ts'

const region = 'ap-northeast-1'
const day = 86_400_000

async function lake(clock?: Clock) {
  const world = await simulatedWorld({ log: new SilentLog() })
  const { ledger, blobs } = world.store
  const s3 = new S3({ ...world, ledger, blobs, ...(clock && { clock }) })
  const owner = { account: '000000000000', region, constraint: region }
  await s3.buckets.create('raw', owner, { ownership: undefined, tags: undefined })
  const bucket = () => s3.buckets.get('raw')
  return {
    ...{ world, s3, bucket },
    async put(text: string) {
      const prepared = await s3.take(
        (async function* () {
          yield Buffer.from(text)
        })(),
      )
      await ledger.commit(write => s3.publish(write, 'raw', 'k', prepared))
    },
    rule: (rule: Partial<LifecycleRule>) =>
      s3.lifecycles.set(bucket(), {
        rules: [{ id: 'r', enabled: true, filter: {}, ...rule }],
        minimumSize: 'all_storage_classes_128K',
      }),
    versions: (limit = 100) =>
      s3.listing
        .versions(bucket(), { prefix: '', delimiter: '', from: { key: '' }, limit })
        .items.map(({ marker, bytes }) => (marker ? 'marker' : bytes)),
    appointed: () => world.clock.due().some(({ name }) => name === 's3 lifecycle'),
  }
}

test('a run that fails is followed by the next midnight’s', async () => {
  const { world, put, rule, versions, appointed } = await lake()
  await put('1')
  await rule({ expiration: { days: 1 } })
  await world.clock.advance(day)
  world.disk.failNth(1, 'ENOSPC')
  await world.clock.advance(day)
  assert.deepEqual(versions(), [1])
  assert.ok(appointed())
  await world.clock.advance(day)
  assert.deepEqual(versions(), [])
})

test('no run is appointed by rules that are set while the lake closes', async () => {
  const { s3, rule, appointed } = await lake()
  const setting = rule({ expiration: { days: 1 } })
  s3.close()
  await setting
  assert.ok(!appointed())
})

test('where versioning is suspended the marker of an expiry stays, and the null version behind goes', async () => {
  const { world, s3, bucket, put, rule, versions } = await lake()
  await put('1')
  await s3.buckets.setVersioning(bucket(), 'enabled')
  await put('22')
  await s3.buckets.setVersioning(bucket(), 'suspended')
  await rule({ expiration: { days: 1 }, noncurrentExpiration: { days: 1 } })
  await world.clock.advance(2 * day)
  assert.deepEqual(versions(), ['marker', 2])
})

test('each version of a key is looked at once, however many there are', async () => {
  const { world, s3, bucket, rule, versions } = await lake()
  const { ledger } = world.store
  await s3.buckets.setVersioning(bucket(), 'enabled')
  await ledger.commit(write => {
    for (let nth = 0; nth < 1200; nth++) s3.remove(write, 'raw', 'k')
    s3.remove(write, 'raw', 'l')
  })
  await rule({ expiration: { days: 100 } })
  const { all } = ledger
  const looks: number[] = []
  ledger.all = (sql, ...values) => {
    const rows = all.call(ledger, sql, ...values)
    if (values.includes('k') && sql.includes('turn < ?')) looks.push(rows.length)
    return rows as never
  }
  await world.clock.advance(day)
  // Each lot with the first of the next.
  assert.deepEqual(looks, [501, 501, 200])
  await world.clock.advance(100 * day)
  // Alone behind nothing, the marker of the other key goes.
  assert.equal(versions().length, 100)
  assert.ok(!s3.listing.versions(bucket(), { prefix: 'l', delimiter: '', from: { key: '' }, limit: 1 }).items.length)
})

test('the close of the lake waits for a run that is under way', async () => {
  // The system's clock does not wait for what it calls.
  const { world, s3, bucket, put } = await lake(new SystemClock(new SilentLog()))
  const { ledger } = world.store
  await put('1')
  const rules = [{ id: 'r', enabled: true, filter: {}, expiration: { onDate: 0 } }]
  await s3.settings.set(bucket(), 'lifecycle', { rules, minimumSize: 'all_storage_classes_128K' })
  let ran = false
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const commitRoom = ledger.commitRoom.bind(ledger)
  ledger.commitRoom = async change => {
    begin()
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
    return await commitRoom(change).finally(() => {
      ran = true
    })
  }
  s3.lifecycles.start()
  await begun
  s3.close()
  await world.background.close()
  assert.ok(ran)
})

test('what is due of a key with thousands of versions goes some hundreds a commit, and the newest that are kept stay', async () => {
  const { world, s3, bucket, rule, versions } = await lake()
  const { ledger } = world.store
  await s3.buckets.setVersioning(bucket(), 'enabled')
  await ledger.commit(write => {
    for (let nth = 0; nth < 2600; nth++) s3.remove(write, 'raw', 'k')
  })
  await rule({ noncurrentExpiration: { days: 1, newerKept: 3 } })
  const { commit } = ledger
  const removed: number[] = []
  ledger.commit = change =>
    commit.call(ledger, write => {
      let removals = 0
      const run: typeof write.run = (sql, ...values) => {
        if (sql.startsWith('DELETE FROM s3_version')) removals += 1
        return write.run(sql, ...values)
      }
      const result = change({ ...bound(write), run })
      if (removals > 0) removed.push(removals)
      return result
    }) as never
  await world.clock.advance(2 * day)
  assert.equal(versions().length, 4)
  assert.equal(
    removed.reduce((sum, one) => sum + one, 0),
    2596,
  )
  assert.ok(Math.max(...removed) <= 500, `${removed}`)
})

test('a marker that hides more versions than one commit looks at stays, where they stay', async () => {
  const { world, s3, bucket, rule, versions } = await lake()
  await s3.buckets.setVersioning(bucket(), 'enabled')
  await world.store.ledger.commit(write => {
    for (let nth = 0; nth < 501; nth++) s3.remove(write, 'raw', 'k')
  })
  await rule({ expiration: { loneMarker: true } })
  await world.clock.advance(day)
  assert.equal(versions(1000).length, 501)
})

test('a run ends where its rules are deleted between two commits of one key', async () => {
  const { world, s3, bucket, rule, versions } = await lake()
  const { ledger } = world.store
  await s3.buckets.setVersioning(bucket(), 'enabled')
  await ledger.commit(write => {
    for (let nth = 0; nth < 1200; nth++) s3.remove(write, 'raw', 'k')
  })
  await rule({ noncurrentExpiration: { days: 1 } })
  const { commitRoom } = ledger
  ledger.commitRoom = async change => {
    const result = await commitRoom.call(ledger, change)
    ledger.commitRoom = commitRoom
    await s3.settings.delete(bucket(), 'lifecycle')
    return result as never
  }
  await world.clock.advance(2 * day)
  assert.equal(versions(1000).length, 700)
})

const bound = (write: Transaction): Transaction => ({
  run: (sql, ...values) => write.run(sql, ...values),
  get: (sql, ...values) => write.get(sql, ...values),
  all: (sql, ...values) => write.all(sql, ...values),
  onDurable: task => write.onDurable(task),
})
