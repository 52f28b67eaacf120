// Partitions that are added ahead of their commit: none of them is seen before it, all of them after it, however many they
// are and whatever others do to the same partitions meanwhile; and no commit is longer for their number.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { Ledger, type Transaction } from '../../durable/ledger.ts'
import { RealDisk } from '../../world/disk.ts'
import { Catalog } from './catalog.ts'
import type { PartitionDefinition } from './table.ts'
import { Tags } from './tags.ts'

const scope = { account: '111111111111', region: 'ap-northeast-1' }
const place = [scope, 'd', 't'] as const
const never = new AbortController().signal
const days = (from: number, count: number): PartitionDefinition[] =>
  Array.from({ length: count }, (_, nth) => ({ values: [String(from + nth)] }))

let directory: string
let ledger: Ledger
let catalog: Catalog
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-batches-'))
  await open()
  await ledger.commit(write => {
    catalog.createDatabase(write, scope, { name: 'd' })
    createTable(write)
  })
})
afterEach(async () => {
  await ledger.close()
  await rm(directory, { recursive: true })
})

async function open() {
  ledger = await Ledger.open(new RealDisk(), join(directory, 'ledger.sqlite'))
  const clock = { now: () => 1000, elapsed: () => 0, at: () => ({ cancel() {} }) }
  catalog = new Catalog({ ledger, clock, tags: new Tags({ ledger }) })
}

const createTable = (write: Transaction) =>
  catalog.createTable(write, scope, 'd', {
    name: 't',
    parameters: {},
    storage: { columns: [{ name: 'a', type: 'string' }], location: 's3://b/t/' },
    partitionKeys: [{ name: 'day', type: 'int' }],
  })
const seen = () => [...catalog.partitions(...place)].map(({ values: [day] }) => Number(day)).toSorted((a, b) => a - b)
const located = (day: string) => catalog.partition(...place, [day])?.location
const rows = () => ledger.get<{ n: number }>('SELECT count(*) AS n FROM glue_partition')?.n

test('nobody sees any of them before their commit, everybody all of them after it', async () => {
  const prepared = await catalog.addPartitionsAhead(...place, days(0, 2500), never)
  assert.deepEqual(seen(), [])
  assert.equal(catalog.partition(...place, ['7']), undefined)
  assert.equal(catalog.partitionPlaces(...place).partitions.length, 0)
  await assert.rejects(
    ledger.commit(write => catalog.deletePartition(write, ...place, ['7'])),
    { code: 'EntityNotFoundException' },
  )
  await ledger.commit(write => prepared.publish(write))
  assert.equal(seen().length, 2500)
  assert.equal(located('7'), 's3://b/t/day=7/')
  assert.equal(catalog.partitionPlaces(...place).partitions.length, 2500)
})

test('no commit is longer for their number', async () => {
  const { commit } = ledger
  const lengths: number[] = []
  ledger.commit = change =>
    commit.call(ledger, write => {
      let runs = 0
      const result = change({
        run(sql, ...values) {
          runs += 1
          return write.run(sql, ...values)
        },
        get: (sql, ...values) => write.get(sql, ...values),
        all: (sql, ...values) => write.all(sql, ...values),
        onDurable: task => write.onDurable(task),
      })
      lengths.push(runs)
      return result
    }) as never
  const prepared = await catalog.addPartitionsAhead(...place, days(0, 10_000), never)
  assert.ok(Math.max(...lengths) < 1010, `${lengths}`)
  lengths.length = 0
  await ledger.commit(write => prepared.publish(write))
  assert.deepEqual(lengths, [1])
})

test('what is discarded leaves nothing, and takes nothing of what others have added', async () => {
  await ledger.commit(write => catalog.addPartitions(write, ...place, days(100, 3)))
  const prepared = await catalog.addPartitionsAhead(...place, days(0, 2500), never)
  await ledger.commit(write => catalog.addPartitions(write, ...place, days(2000, 1)))
  await prepared.discard()
  assert.deepEqual(seen(), [100, 101, 102, 2000])
  assert.equal(rows(), 4)
})

test('who adds one of them meanwhile has it, and an update takes its place', async () => {
  const prepared = await catalog.addPartitionsAhead(...place, days(0, 3), never)
  await ledger.commit(write => {
    catalog.createPartition(write, ...place, { values: ['1'], location: 's3://elsewhere/' })
    catalog.createPartition(write, ...place, { values: ['9'], location: 's3://moved/' })
    catalog.updatePartition(write, ...place, ['9'], { values: ['2'], location: 's3://moved/' })
  })
  assert.deepEqual(seen(), [1, 2])
  await ledger.commit(write => prepared.publish(write))
  assert.deepEqual(seen(), [0, 1, 2])
  assert.deepEqual(['0', '1', '2'].map(located), ['s3://b/t/day=0/', 's3://elsewhere/', 's3://moved/'])
})

test('of two that add the same ones, the one that is published adds them, whatever becomes of the other', async () => {
  const first = await catalog.addPartitionsAhead(...place, days(0, 3), never)
  const second = await catalog.addPartitionsAhead(...place, days(2, 3), never)
  await ledger.commit(write => second.publish(write))
  assert.deepEqual(seen(), [2, 3, 4])
  await first.discard()
  assert.deepEqual(seen(), [2, 3, 4])
})

test('a table that was made anew meanwhile gets them too', async () => {
  const prepared = await catalog.addPartitionsAhead(...place, days(0, 3), never)
  await ledger.commit(write => {
    catalog.deleteTable(write, ...place)
    createTable(write)
  })
  await ledger.commit(write => prepared.publish(write))
  assert.deepEqual(seen(), [0, 1, 2])
})

test('a commit that fails shows none of them', async () => {
  const prepared = await catalog.addPartitionsAhead(...place, days(0, 3), never)
  const failing = ledger.commit(write => {
    prepared.publish(write)
    throw new Error('after all not')
  })
  await assert.rejects(failing, /after all not/)
  assert.deepEqual(seen(), [])
})

test('one that is called off half-way leaves nothing', async () => {
  const stop = new AbortController()
  const { commit } = ledger
  let commits = 0
  ledger.commit = change => {
    if (++commits === 2) stop.abort()
    return commit.call(ledger, change) as never
  }
  await assert.rejects(catalog.addPartitionsAhead(...place, days(0, 2500), stop.signal), { name: 'AbortError' })
  assert.equal(rows(), 0)
})

test('what a crash left is not seen after it, and swept at the next start', async () => {
  await ledger.commit(write => catalog.addPartitions(write, ...place, days(7000, 2)))
  await catalog.addPartitionsAhead(...place, days(0, 2500), never)
  await ledger.close()
  await open()
  assert.deepEqual(seen(), [7000, 7001])
  await catalog.sweep(never)
  assert.equal(rows(), 2)
  assert.deepEqual(seen(), [7000, 7001])
  assert.equal(ledger.get('SELECT 1 FROM glue_partition_batch'), undefined)
})
