// A job between catalog tables: it reads the new objects of the bookmarked table and registers the target's new
// partitions in the commit that publishes its files.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serdes } from '../../catalog/glue/table-format.ts'
import { Bench, bucket, definition, lines, scope, scriptKey } from './testing/bench.ts'

async function benchWithTables(script = 'INSERT INTO curated SELECT * FROM source'): Promise<Bench> {
  const bench = await Bench.open()
  const columns = [{ name: 'id', type: 'int' }]
  await bench.store.ledger.commit(write => {
    for (const [name, key] of [
      ['source', 'hour'],
      ['curated', 'day'],
    ] as const)
      bench.catalog.createTable(write, scope, 'default', {
        name,
        parameters: {},
        storage: { columns, location: `s3://${bucket}/${name}`, serde: { library: serdes.json } },
        partitionKeys: [{ name: key, type: 'string' }],
      })
    bench.catalog.addPartitions(write, scope, 'default', 'source', [{ values: ['1'] }, { values: ['2'] }])
  })
  await bench.put(scriptKey, script)
  await bench.jobs.update(scope, {
    ...definition,
    defaultArguments: { '--job-bookmark-option': 'job-bookmark-enable' },
  })
  return bench
}

test('new objects of the source go to the target, whose new partitions are registered', async () => {
  const bench = await benchWithTables()
  await bench.put('source/hour=1/a.json', lines(1))
  await bench.put('source/hour=2/b.json', lines(2))
  await bench.put('source/hour=3/not-registered.json', lines(3))
  const first = await bench.run()
  assert.equal(first.errorMessage, undefined)
  assert.deepEqual(await bench.ids('curated/'), [1, 2])
  assert.equal(first.numbers?.partitionsAdded, 2)
  const registered = [...bench.catalog.partitions(scope, 'default', 'curated')]
  assert.deepEqual(
    registered.map(({ values, location }) => [values[0], location]),
    [
      ['d1', 's3://lake/curated/day=d1/'],
      ['d2', 's3://lake/curated/day=d2/'],
    ],
  )
  assert.equal((await bench.run()).numbers?.recordsIn, 0)
  await bench.put('source/hour=1/c.json', lines(4, 6))
  const second = await bench.run()
  assert.deepEqual([second.numbers?.recordsIn, second.numbers?.partitionsAdded], [2, 1])
  assert.match(second.stateDetail ?? '', /^2 rows of the SELECT, from 1 object /)
  assert.match(second.stateDetail ?? '', /of table default\.curated, 1 partition newly registered/)
})

test('a partition that is registered somewhere else is written there', async () => {
  const bench = await benchWithTables()
  const elsewhere = { values: ['d1'], location: `s3://${bucket}/elsewhere/` }
  await bench.store.ledger.commit(write => bench.catalog.addPartitions(write, scope, 'default', 'curated', [elsewhere]))
  await bench.put('source/hour=1/a.json', lines(1))
  await bench.run()
  assert.deepEqual(await bench.ids('elsewhere/'), [1])
})

test('a reset replaces the rows in the target table', async () => {
  const bench = await benchWithTables()
  await bench.put('source/hour=1/a.json', lines(1, 2))
  await bench.run()
  await bench.jobs.resetBookmark(scope, 'curate')
  assert.equal((await bench.run()).numbers?.filesReplaced, 2)
  assert.deepEqual(await bench.ids('curated/'), [1, 2])
})

test('a table that is missing fails the run by its name', async () => {
  const bench = await benchWithTables('INSERT INTO curated SELECT * FROM nothing')
  const run = await bench.run()
  assert.equal(run.errorMessage, 'EntityNotFoundException: Table default.nothing not found in the catalog.')
})
