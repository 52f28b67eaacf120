// The places of a table's partitions, read piece by piece with turns for others, are those of one state of the table.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Ledger } from '../../durable/ledger.ts'
import { RealDisk } from '../../world/disk.ts'
import { Catalog } from './catalog.ts'
import { Tags } from './tags.ts'

const place = [{ account: '111111111111', region: 'ap-northeast-1' }, 'd', 't'] as const
const clock = { now: () => 1000, elapsed: () => 0, at: () => ({ cancel() {} }) }
const days = (from: number, count: number) =>
  Array.from({ length: count }, (_, nth) => ({ values: [String(from + nth)] }))

let directory: string
let ledger: Ledger
let catalog: Catalog
let reads = 0
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-places-'))
  ledger = await Ledger.open(new RealDisk(), join(directory, 'ledger.sqlite'))
  const { all } = ledger
  ledger.all = (sql, ...values) => {
    if (sql.includes('SELECT partition_values, location')) reads += 1
    return all.call(ledger, sql, ...values) as never
  }
  catalog = new Catalog({ ledger, clock, tags: new Tags({ ledger }) })
  await ledger.commit(write => {
    catalog.createDatabase(write, place[0], { name: 'd' })
    catalog.createTable(write, place[0], 'd', {
      ...{ name: 't', parameters: {}, partitionKeys: [{ name: 'day', type: 'int' }] },
      storage: { columns: [{ name: 'a', type: 'string' }], location: 's3://b/t/' },
    })
    catalog.addPartitions(write, ...place, days(0, 2500))
  })
})
after(async () => {
  await ledger.close()
  await rm(directory, { recursive: true })
})

test('they are at hand after they were read, in order, until one of them changes', async () => {
  await catalog.readPartitionPlaces(...place)
  assert.equal(reads, 3)
  const { key, partitions } = catalog.partitionPlaces(...place)
  await catalog.readPartitionPlaces(...place)
  assert.equal(catalog.partitionPlaces(...place).key, key)
  assert.equal(reads, 3)
  const order = [...catalog.partitions(...place)].map(({ values }) => values)
  assert.deepEqual(
    partitions.map(({ values }) => values),
    order,
  )
  await ledger.commit(write => catalog.addPartitions(write, ...place, days(2500, 1)))
  assert.equal(catalog.partitionPlaces(...place).partitions.length, 2501)
})

test('what changes while they are read is among them', async () => {
  await ledger.commit(write => catalog.deletePartition(write, ...place, ['2500']))
  const reading = catalog.readPartitionPlaces(...place)
  await ledger.commit(write => {
    // One that was read already, and one that was not.
    catalog.deletePartition(write, ...place, ['0'])
    catalog.deletePartition(write, ...place, ['999'])
  })
  await reading
  const { partitions } = catalog.partitionPlaces(...place)
  assert.equal(partitions.length, 2498)
  assert.ok(!partitions.some(({ values: [day] }) => day === '0' || day === '999'))
})
