// The catalog keeps what it was told, under lower-case names, apart by account and region; says Glue's words when it
// cannot; and holds a hundred thousand partitions of a table without holding them in memory.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Ledger } from '../../durable/ledger.ts'
import { RealDisk } from '../../world/disk.ts'
import { Catalog } from './catalog.ts'
import type { Storage, TableDefinition } from './table.ts'
import { glueArn, Tags } from './tags.ts'

const tokyo = { account: '111111111111', region: 'ap-northeast-1' }
const storage: Storage = {
  columns: [{ name: 'device_id', type: 'string' }],
  location: 's3://analytics/curated/device_telemetry/',
  serde: { library: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
}
const table: TableDefinition = {
  name: 'Device_Telemetry',
  parameters: { classification: 'parquet' },
  storage,
  partitionKeys: [
    { name: 'year', type: 'int' },
    { name: 'month', type: 'int' },
  ],
}

let directory: string
let ledger: Ledger
let catalog: Catalog
let tags: Tags
let now = 1000
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-catalog-'))
  ledger = await Ledger.open(new RealDisk(), join(directory, 'ledger.sqlite'))
  tags = new Tags({ ledger })
  catalog = new Catalog({ ledger, clock: { now: () => now, elapsed: () => 0, at: () => ({ cancel() {} }) }, tags })
})
after(async () => {
  await ledger.close()
  await rm(directory, { recursive: true })
})

test('a database is found under its lower-case name, only in its account and region', async () => {
  await ledger.commit(write => catalog.createDatabase(write, tokyo, { name: 'Telemetry', description: 'of devices' }))
  assert.deepEqual(catalog.database(tokyo, 'TELEMETRY'), {
    name: 'telemetry',
    description: 'of devices',
    parameters: {},
    createdAt: 1000,
  })
  assert.equal(catalog.database({ ...tokyo, region: 'us-east-1' }, 'telemetry'), undefined)
  assert.equal(catalog.database({ ...tokyo, account: '222222222222' }, 'telemetry'), undefined)
})

test('the same database twice is refused, and ensuring it is not', async () => {
  await assert.rejects(
    ledger.commit(write => catalog.createDatabase(write, tokyo, { name: 'telemetry' })),
    { code: 'AlreadyExistsException', message: 'Database already exists.' },
  )
  await ledger.commit(write => catalog.ensureDatabase(write, tokyo, 'telemetry'))
})

test('a table shows what was declared, flat as well, and its version rises with every update', async () => {
  await ledger.commit(write => catalog.createTable(write, tokyo, 'telemetry', table))
  const made = catalog.table(tokyo, 'telemetry', 'device_telemetry')
  assert.equal(made?.location, storage.location)
  assert.equal(made.serde.library, storage.serde?.library)
  assert.equal(made.version, 0)
  now = 2000
  await ledger.commit(write => catalog.updateTable(write, tokyo, 'telemetry', { ...table, owner: 'me' }))
  await ledger.commit(write =>
    catalog.updateTable(write, tokyo, 'telemetry', { ...table, owner: 'you' }, { archive: false, expectedVersion: 1 }),
  )
  const changed = catalog.table(tokyo, 'telemetry', 'device_telemetry')
  assert.deepEqual([changed?.owner, changed?.version, changed?.createdAt, changed?.updatedAt], ['you', 2, 1000, 2000])
  const versions = catalog.tableVersions(tokyo, 'telemetry', 'device_telemetry')
  assert.deepEqual(
    versions.map(({ version, owner }) => [version, owner]),
    [
      [2, 'you'],
      [0, undefined],
    ],
  )
})

test('an update that saw another version is refused and changes nothing', async () => {
  const stale = ledger.commit(write => catalog.updateTable(write, tokyo, 'telemetry', table, { expectedVersion: 0 }))
  await assert.rejects(stale, { code: 'ConcurrentModificationException' })
  assert.equal(catalog.table(tokyo, 'telemetry', 'device_telemetry')?.version, 2)
})

test('partitions take the location of their values below the table unless they say otherwise', async () => {
  const added = await ledger.commit(write =>
    catalog.addPartitions(write, tokyo, 'telemetry', 'device_telemetry', [
      { values: ['2025', '9'] },
      { values: ['2025', '10'], location: 's3://elsewhere/' },
      { values: ['2025', '9'] },
    ]),
  )
  assert.equal(added, 2)
  const found = [...catalog.partitions(tokyo, 'telemetry', 'device_telemetry')]
  assert.deepEqual(
    found.map(({ values, location }) => [values.join('/'), location]),
    [
      ['2025/10', 's3://elsewhere/'],
      ['2025/9', 's3://analytics/curated/device_telemetry/year=2025/month=9/'],
    ],
  )
  assert.deepEqual(found[0]?.storage.columns, storage.columns)
})

test('one partition too many fails the whole commit', async () => {
  const change = ledger.commit(write => {
    catalog.addPartitions(write, tokyo, 'telemetry', 'device_telemetry', [{ values: ['2026', '1'] }])
    catalog.createPartition(write, tokyo, 'telemetry', 'device_telemetry', { values: ['2025', '9'] })
  })
  await assert.rejects(change, { code: 'AlreadyExistsException', message: 'Partition already exists.' })
  assert.equal(catalog.partition(tokyo, 'telemetry', 'device_telemetry', ['2026', '1']), undefined)
})

test('a partition can be changed, moved and deleted', async () => {
  const place = [tokyo, 'telemetry', 'device_telemetry'] as const
  await ledger.commit(write => {
    catalog.updatePartition(write, ...place, ['2025', '9'], { values: ['2025', '8'], parameters: { a: 'b' } })
    catalog.deletePartition(write, ...place, ['2025', '10'])
  })
  const left = [...catalog.partitions(...place)]
  assert.deepEqual(
    left.map(({ values, parameters }) => [values, parameters]),
    [[['2025', '8'], { a: 'b' }]],
  )
  await assert.rejects(
    ledger.commit(write => catalog.deletePartition(write, ...place, ['2025', '10'])),
    { message: 'Cannot find partition.' },
  )
  await assert.rejects(
    ledger.commit(write => catalog.createPartition(write, ...place, { values: ['2025'] })),
    { message: 'The number of partition keys do not match the number of partition values' },
  )
})

test('a hundred thousand partitions are walked whole, each once, and vanish with their table', async () => {
  const place = [tokyo, 'telemetry', 'device_telemetry'] as const
  const many = Array.from({ length: 100_000 }, (_, i) => ({ values: [String(i), '1'] }))
  await ledger.commit(write => catalog.addPartitions(write, ...place, many))
  const seen = new Set<string>()
  for (const { values } of catalog.partitions(...place)) seen.add(values.join())
  assert.equal(seen.size, 100_001)
  await ledger.commit(write => catalog.deleteTable(write, ...place))
  assert.deepEqual([...catalog.partitions(...place)], [])
  assert.equal(ledger.get<{ n: number }>('SELECT count(*) AS n FROM glue_partition')?.n, 0)
})

test('deleting a database takes its tables and tags along', async () => {
  const arn = glueArn(tokyo, 'database/telemetry')
  await ledger.commit(write => {
    catalog.createTable(write, tokyo, 'telemetry', table)
    tags.add(write, tokyo, arn, { team: 'lake' })
  })
  assert.deepEqual(tags.list(tokyo, arn), { team: 'lake' })
  await ledger.commit(write => catalog.deleteDatabase(write, tokyo, 'telemetry'))
  await ledger.commit(write => catalog.createDatabase(write, tokyo, { name: 'telemetry' }))
  assert.deepEqual(catalog.tables(tokyo, 'telemetry'), [])
  assert.deepEqual(tags.list(tokyo, arn), {})
})

test('what is missing is named in the words of Glue', async () => {
  const rejected = (change: Parameters<typeof ledger.commit>[0]) => ledger.commit(change)
  await assert.rejects(
    rejected(write => catalog.createTable(write, tokyo, 'nowhere', table)),
    { code: 'EntityNotFoundException', message: 'Database nowhere not found.' },
  )
  await assert.rejects(
    rejected(write => catalog.deleteTable(write, tokyo, 'telemetry', 'nothing')),
    { code: 'EntityNotFoundException', message: 'Table nothing not found.' },
  )
  await assert.rejects(
    rejected(write => tags.add(write, tokyo, glueArn(tokyo, 'database/none'), {})),
    { code: 'EntityNotFoundException' },
  )
})
