// A crawl registers what really lies in the bucket: tables with the columns that the files have, every partition, and
// figures that were counted. It changes the catalog in one commit, or not at all.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { serdes } from '../glue/table-format.ts'
import { Bench, bucket, columnsOf, definition, keysOf, scope } from './testing/bench.ts'

let directory: string
let parquet: Uint8Array
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-crawl-'))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const path = join(directory, 'a.parquet')
  await connection.run(
    `COPY (SELECT 's' || range AS Device_Id, range::DOUBLE AS temperature FROM range(10)) TO '${path}' (FORMAT PARQUET)`,
  )
  connection.closeSync()
  instance.closeSync()
  parquet = await readFile(path)
})
after(() => rm(directory, { recursive: true }))

const day = (n: number) => `curated/device_telemetry/year=2025/month=10/day=${n}/part-0.snappy.parquet`

test('Parquet below key=value folders is one table with every partition, keys of integers are ints', async () => {
  const bench = await Bench.open()
  for (const n of [14, 15, 16]) await bench.put(day(n), parquet)
  await bench.put('curated/device_telemetry/_SUCCESS', 'x')
  const crawl = await bench.crawl({ targets: [{ path: `s3://${bucket}/curated/device_telemetry/`, exclusions: [] }] })
  assert.deepEqual([crawl?.state, crawl?.errorMessage], ['COMPLETED', undefined])
  assert.deepEqual(crawl?.changes, {
    tablesCreated: 1,
    tablesUpdated: 0,
    tablesDeleted: 0,
    partitionsAdded: 3,
    partitionsUpdated: 0,
    partitionsDeleted: 0,
    foldersSkipped: 0,
  })
  const { device_telemetry: table } = bench.tables()
  assert.equal(columnsOf(table), 'device_id string, temperature double')
  assert.equal(keysOf(table), 'year int, month int, day int')
  assert.equal(table?.location, `s3://${bucket}/curated/device_telemetry/`)
  assert.equal(table.serde.library, serdes.parquet)
  assert.deepEqual(table.parameters, {
    CrawlerSchemaDeserializerVersion: '1.0',
    CrawlerSchemaSerializerVersion: '1.0',
    UPDATED_BY_CRAWLER: 'finder',
    classification: 'parquet',
    compressionType: 'none',
    objectCount: '3',
    sizeKey: String(3 * parquet.length),
    typeOfData: 'file',
    averageRecordSize: String(Math.round(parquet.length / 10)),
    recordCount: '30',
  })
  assert.deepEqual(bench.partitions('device_telemetry'), ['2025/10/14', '2025/10/15', '2025/10/16'])
  const one = bench.catalog.partition(scope, 'lake', 'device_telemetry', ['2025', '10', '15'])
  assert.equal(one?.location, `s3://${bucket}/curated/device_telemetry/year=2025/month=10/day=15/`)
  assert.equal(one.parameters.recordCount, '10')
})

test('a second crawl adds what is new and touches nothing else', async () => {
  const bench = await Bench.open()
  await bench.put(day(14), parquet)
  await bench.crawl()
  const version = bench.tables().device_telemetry?.version
  const idle = await bench.crawl()
  assert.equal(idle?.changes.tablesUpdated, 0)
  assert.equal(bench.tables().device_telemetry?.version, version)
  await bench.put(day(15), parquet)
  const more = await bench.crawl()
  assert.deepEqual(
    [more?.changes.tablesUpdated, more?.changes.partitionsAdded, more?.changes.partitionsUpdated],
    [1, 1, 0],
  )
})

test('JSON lines: types are inferred over all samples, new columns appear with the next crawl', async () => {
  const bench = await Bench.open()
  await bench.put(
    'curated/events/a.json',
    '{"id":1,"Name":"a","at":1.0,"tags":["x"],"place":{"lat":1,"lon":2.5},"none":null}\n',
  )
  await bench.put('curated/events/b.json.gz', gzipSync('{"id":3000000000,"ok":true}{"id":2,"tags":[]}\n{"id":'))
  await bench.crawl()
  const { events } = bench.tables()
  assert.equal(
    columnsOf(events),
    'id bigint, name string, at double, tags array<string>, place struct<lat:int,lon:double>, none string, ok boolean',
  )
  assert.equal(events?.serde.library, serdes.json)
  assert.equal(events.serde.parameters.paths, 'at,id,name,none,ok,place,tags')
  await bench.put('curated/events/c.json', '{"id":4,"later":"x"}\n')
  const second = await bench.crawl()
  assert.equal(second?.changes.tablesUpdated, 1)
  assert.match(columnsOf(bench.tables().events) ?? '', /later string$/)
})

test('CSV with a header: names from it, types from the rows', async () => {
  const bench = await Bench.open()
  await bench.put('curated/weather/a.csv', 'date,temp,station\n2025-10-15,21.5,"Tokyo, JP"\n2025-10-16,20,Osaka\n')
  await bench.put('curated/codes/a.csv', '1;2\n3;4\n')
  await bench.crawl()
  const { weather, codes } = bench.tables()
  assert.equal(columnsOf(weather), 'date string, temp double, station string')
  assert.equal(weather?.serde.library, serdes.csv)
  assert.equal(weather.parameters['skip.header.line.count'], '1')
  assert.equal(columnsOf(codes), 'col0 bigint, col1 bigint')
  assert.deepEqual(codes?.serde, { library: serdes.delimited, parameters: { 'field.delim': ';' } })
})

test('folders of dates without keys are partitions partition_0 and so on', async () => {
  const bench = await Bench.open()
  await bench.put('curated/raw_data/2025/10/15/08/a.gz', gzipSync('{"id":1}\n'))
  await bench.put('curated/raw_data/2025/10/15/09/a.gz', gzipSync('{"id":2}\n'))
  await bench.crawl({ targets: [{ path: `s3://${bucket}/curated/raw_data`, exclusions: [] }] })
  const { raw_data: table } = bench.tables()
  assert.equal(keysOf(table), 'partition_0 int, partition_1 int, partition_2 int, partition_3 int')
  assert.deepEqual(bench.partitions('raw_data'), ['2025/10/15/08', '2025/10/15/09'])
  assert.equal(table?.parameters.compressionType, 'gzip')
})

test('folders under one prefix that differ are tables of their own; the table prefix goes before the name', async () => {
  const bench = await Bench.open()
  await bench.put(day(1), parquet)
  await bench.put('curated/alerts/year=2025/a.json', '{"level":"high","code":7}\n')
  await bench.put('curated/Odd Name!/a.json', '{"x":1}\n')
  await bench.crawl({ tablePrefix: 'Cur_' })
  assert.deepEqual(Object.keys(bench.tables()), ['cur_alerts', 'cur_device_telemetry', 'cur_odd_name_'])
})

test('a partition key that is also a column in the files stays a key only', async () => {
  const bench = await Bench.open()
  await bench.put('curated/t/day=a/x.json', '{"id":1,"day":"a"}\n')
  await bench.crawl()
  assert.deepEqual([columnsOf(bench.tables().t), keysOf(bench.tables().t)], ['id int', 'day string'])
})

test('what is gone is marked, deleted or left, as the policy says', async () => {
  for (const [deleteBehavior, expected] of [
    ['LOG', ['false', 2]],
    ['DEPRECATE_IN_DATABASE', ['true', 2]],
    ['DELETE_FROM_DATABASE', ['gone', 1]],
  ] as const) {
    const bench = await Bench.open()
    await bench.put('curated/a/p=1/x.json', '{"id":1}\n')
    await bench.put('curated/a/p=2/x.json', '{"id":1}\n')
    await bench.put('curated/b/x.csv', '1,2\n3,4\n')
    await bench.crawl({ deleteBehavior })
    await bench.remove('curated/b/x.csv')
    await bench.remove('curated/a/p=2/x.json')
    await bench.crawl()
    const { b } = bench.tables()
    const fate = b ? String('DEPRECATED_BY_CRAWLER' in b.parameters) : 'gone'
    assert.deepEqual([fate, bench.partitions('a').length], expected, deleteBehavior)
  }
})

test('with UpdateBehavior LOG a table keeps its columns, and new partitions are still found', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/p=1/x.json', '{"id":1}\n')
  await bench.crawl({ updateBehavior: 'LOG' })
  await bench.put('curated/a/p=2/x.json', '{"id":1,"more":2}\n')
  await bench.crawl()
  assert.equal(columnsOf(bench.tables().a), 'id int')
  assert.deepEqual(bench.partitions('a'), ['1', '2'])
})

test('only new folders: known ones are not looked into, however they changed', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/p=1/x.json', '{"id":1}\n')
  await bench.crawl({ recrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' })
  await bench.put('curated/a/p=1/y.json', 'not even JSON')
  await bench.put('curated/a/p=2/x.json', '{"id":1}\n')
  bench.denied = (action, resource) => action === 's3:GetObject' && resource.includes('p=1')
  const crawl = await bench.crawl()
  assert.deepEqual([crawl?.errorMessage, crawl?.changes.partitionsAdded], [undefined, 1])
})

test('merged columns stay when they are not seen any more, comments stay in any case', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/x.json', '{"id":1,"old":2}\n')
  await bench.crawl({
    configuration: '{"Version":1.0,"CrawlerOutput":{"Tables":{"AddOrUpdateBehavior":"MergeNewColumns"}}}',
  })
  const { a } = bench.tables()
  assert.ok(a)
  const columns = a.columns.map(column => (column.name === 'id' ? { ...column, comment: 'the key' } : column))
  await bench.store.ledger.commit(write =>
    bench.catalog.updateTable(write, scope, 'lake', { ...a, storage: { ...a.storage, columns } }),
  )
  await bench.put('curated/a/x.json', '{"id":1,"new":2}\n')
  await bench.crawl()
  assert.equal(columnsOf(bench.tables().a), 'id int, old int, new int')
  assert.equal(bench.tables().a?.columns[0]?.comment, 'the key')
})

test('excluded keys are not looked at', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/x.json', '{"id":1}\n')
  await bench.put('curated/a/x.tmp', 'zzz')
  await bench.put('curated/skip/deep/x.json', '{"id":1}\n')
  await bench.crawl({ targets: [{ path: `s3://${bucket}/curated`, exclusions: ['**.tmp', 'skip/**'] }] })
  assert.deepEqual(Object.keys(bench.tables()), ['a'])
  assert.equal(bench.tables().a?.parameters.objectCount, '1')
})

test('two tables of one name at different places get different names', async () => {
  const bench = await Bench.open()
  await bench.put('curated/x/events/a.json', '{"id":1}\n')
  await bench.put('curated/y/events/a.csv', '1,2\n3,4\n')
  await bench.crawl()
  const names = Object.keys(bench.tables())
  assert.equal(names[0], 'events')
  assert.match(names[1] ?? '', /^events_[0-9a-f]{32}$/)
  await bench.crawl()
  assert.deepEqual(Object.keys(bench.tables()), names)
})

test('files that nothing can be made of are counted, not invented', async () => {
  const bench = await Bench.open()
  await bench.put('curated/noise/a.bin', Uint8Array.from([0, 1, 2, 3]))
  await bench.put('curated/broken/a.parquet', 'PAR1 and then nothing')
  await bench.put('curated/torn/a.json.gz', gzipSync('{"id":1}\n'.repeat(1000)).subarray(0, 20))
  const crawl = await bench.crawl()
  assert.deepEqual(bench.tables(), {})
  assert.equal(crawl?.changes.foldersSkipped, 3)
})

test('a role that must not read fails the crawl with the action and the resource; the catalog is as before', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/x.json', '{"id":1}\n')
  bench.denied = action => action === 's3:GetObject'
  const crawl = await bench.crawl()
  assert.equal(crawl?.state, 'FAILED')
  assert.match(
    crawl.errorMessage ?? '',
    /role\/crawler-role is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::analytics\/curated\/a\/x\.json/,
  )
  assert.equal(bench.catalog.database(scope, 'lake'), undefined)
})

test('a crawl that a power cut ends has FAILED and changed nothing, and can be started again', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/x.json', '{"id":1}\n')
  for (let io = 1; io < 12; io++) {
    bench.disk.failNth(io, 'crash')
    await bench.crawlers.startCrawl(scope, 'finder').catch(() => {})
    await bench.background.settled()
    bench.disk.crash()
    await bench.start()
    const found = bench.crawlers.find(scope, 'finder')
    assert.equal(found?.state, 'READY')
    const registered = bench.catalog.table(scope, 'lake', 'a') !== undefined
    assert.equal(
      registered,
      bench.crawlers.crawls(scope, 'finder').some(({ state }) => state === 'COMPLETED'),
    )
  }
  assert.equal((await bench.crawl())?.state, 'COMPLETED')
})

for (const isUnattended of [true, false])
  test(`of a crawl that a power cut ended it is told that it failed, ${isUnattended ? 'and why, as nobody had called for it' : 'and no more to who had called for it'}`, async () => {
    const bench = await Bench.open()
    await bench.put('curated/a/x.json', '{"id":1}\n')
    const message = 'The lake ended while the crawl was under way. It changed nothing; start it again.'
    let cut = 0
    for (let io = 1; io < 12; io++) {
      const before = bench.crawlers.crawls(scope, 'finder').length
      bench.disk.failNth(io, 'crash')
      await bench.crawlers.startCrawl(scope, 'finder', { isUnattended }).catch(() => {})
      await bench.background.settled()
      bench.disk.crash()
      await bench.start()
      const [crawl, ...earlier] = bench.crawlers.crawls(scope, 'finder')
      const isCut = earlier.length === before && crawl?.state === 'FAILED'
      if (isCut) cut += 1
      assert.deepEqual(
        bench.told.map(({ crawlId, state, failure }) => [crawlId, state, failure?.message]),
        isCut ? [[crawl.id, 'FAILED', isUnattended ? message : undefined]] : [],
      )
    }
    assert.ok(cut > 0)
  })

test('running twice at once is refused, stopping ends it as STOPPED, and neither is possible when it is idle', async () => {
  const bench = await Bench.open()
  await bench.put('curated/a/x.json', '{"id":1}\n')
  await assert.rejects(bench.crawlers.stopCrawl(scope, 'finder'), { code: 'CrawlerNotRunningException' })
  await bench.crawlers.startCrawl(scope, 'finder')
  await assert.rejects(bench.crawlers.startCrawl(scope, 'finder'), {
    code: 'CrawlerRunningException',
    message: 'Crawler with name finder has already started',
  })
  await assert.rejects(bench.crawlers.delete(scope, 'finder'), { code: 'CrawlerRunningException' })
  await bench.crawlers.stopCrawl(scope, 'finder').catch(() => {})
  await bench.background.settled()
  assert.match(bench.crawlers.find(scope, 'finder')?.lastCrawl?.state ?? '', /STOPPED|COMPLETED/)
})

for (const [change, complaint] of [
  [{ targets: [] }, /at least one S3 target/],
  [{ targets: [{ path: 'nowhere/x y', exclusions: ['[a'] }] }, /"\[" is not closed/],
  [{ configuration: '{"Version":1.0,"Grouping":{"Magic":1}}' }, /Grouping\.Magic is not supported/],
  [{ configuration: 'oops' }, /it is no JSON/],
] as const)
  test(`a definition with ${JSON.stringify(change)} is refused`, async () => {
    const bench = await Bench.open()
    await assert.rejects(bench.crawlers.create(scope, { ...definition, name: 'other', ...change }), {
      code: 'InvalidInputException',
      message: complaint,
    })
  })
