// INSERT OVERWRITE: after a run the table holds the rows of that run and nothing else, in one commit with the bookmark;
// until then, and after a crash at any point, it holds what it held.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serdes } from '../../catalog/glue/table-format.ts'
import { Bench, bucket, definition, lines, scope, scriptKey } from './testing/bench.ts'

const columns = [{ name: 'id', type: 'int' }]

async function benchWithTables(
  script = 'INSERT OVERWRITE curated SELECT * FROM source',
  seed?: number,
): Promise<Bench> {
  const bench = await Bench.open(seed)
  await bench.store.ledger.commit(write => {
    for (const [name, library, partitionKeys] of [
      ['source', serdes.json, []],
      ['curated', serdes.parquet, [{ name: 'day', type: 'string' }]],
      ['text', serdes.json, [{ name: 'day', type: 'string' }]],
    ] as const)
      bench.catalog.createTable(write, scope, 'default', {
        name,
        parameters: {},
        storage: { columns, location: `s3://${bucket}/${name}`, serde: { library } },
        partitionKeys,
      })
  })
  await bench.put(scriptKey, script)
  await bench.jobs.update(scope, { ...definition, defaultArguments: {} })
  return bench
}

const days = (bench: Bench) => [...bench.catalog.partitions(scope, 'default', 'curated')].map(({ values }) => values[0])
const replaceSource = async (bench: Bench, ...ids: readonly number[]) => bench.put('source/a.json', lines(...ids))

test('a run replaces the whole table: files, and partitions that have no rows any more', async () => {
  const bench = await benchWithTables()
  await replaceSource(bench, 1, 2)
  await bench.run()
  assert.deepEqual(
    [await bench.ids('curated/'), days(bench)],
    [
      [1, 2],
      ['d1', 'd2'],
    ],
  )
  await bench.put('curated/day=d1/_SUCCESS', 'x')
  await bench.put('curated/day=d9/not-registered.json', lines(9))
  await replaceSource(bench, 2, 3)
  const run = await bench.run()
  assert.equal(run.errorMessage, undefined)
  assert.deepEqual(days(bench), ['d0', 'd2'])
  assert.deepEqual([run.numbers?.filesReplaced, run.numbers?.partitionsAdded], [2, 1])
  assert.match(run.stateDetail ?? '', /2 files of the table were replaced, 1 partition without rows unregistered/)
  // The bookmark is off, and that makes no duplicates here.
  assert.doesNotMatch(run.stateDetail ?? '', /bookmark|duplicates/)
  const keys = bench.keys('curated/').map(key => key.replace(/part-.*/, 'part'))
  assert.deepEqual(keys, [
    'curated/day=d0/part',
    'curated/day=d1/_SUCCESS',
    'curated/day=d2/part',
    'curated/day=d9/not-registered.json',
  ])
})

test('what lies in the folder of a partition that is registered now is no row of the new table', async () => {
  const bench = await benchWithTables()
  await bench.put('curated/day=d1/stray.json', lines(7))
  await replaceSource(bench, 1)
  assert.equal((await bench.run()).numbers?.filesReplaced, 1)
  assert.deepEqual(await bench.ids('curated/'), [1])
})

test('a partition that is registered somewhere else is replaced there', async () => {
  const bench = await benchWithTables()
  const elsewhere = [
    { values: ['d1'], location: `s3://${bucket}/elsewhere/1/` },
    { values: ['d2'], location: `s3://${bucket}/elsewhere/2/` },
  ]
  await bench.store.ledger.commit(write => bench.catalog.addPartitions(write, scope, 'default', 'curated', elsewhere))
  await bench.put('elsewhere/1/old.json', lines(4))
  await bench.put('elsewhere/2/old.json', lines(5))
  await replaceSource(bench, 1)
  await bench.run()
  assert.deepEqual([await bench.ids('elsewhere/'), days(bench)], [[1], ['d1']])
})

test('with the bookmark on and nothing new in the source nothing is done', async () => {
  const bench = await benchWithTables()
  const on = { '--job-bookmark-option': 'job-bookmark-enable' }
  await replaceSource(bench, 1)
  await bench.run(on)
  const before = bench.keys('curated/')
  const second = await bench.run(on)
  assert.deepEqual([second.state, second.numbers?.filesReplaced], ['SUCCEEDED', 0])
  assert.deepEqual(bench.keys('curated/'), before)
  await bench.put('source/b.json', lines(2))
  assert.equal((await bench.run(on)).numbers?.filesReplaced, 1)
  assert.deepEqual(await bench.ids('curated/'), [2], 'of the new inputs only, as in Spark')
  await bench.jobs.resetBookmark(scope, 'curate')
  await bench.run(on)
  assert.deepEqual(await bench.ids('curated/'), [1, 2])
})

for (const [what, script, given, complaint] of [
  [
    'the table itself',
    'INSERT OVERWRITE curated SELECT * FROM curated',
    {},
    /Cannot overwrite default\.curated, .* Use two tables/,
  ],
  [
    'its folder by --SOURCE_S3',
    'INSERT OVERWRITE curated SELECT * FROM source',
    { '--SOURCE_S3': `s3://${bucket}/curated/day=d1/` },
    /Cannot overwrite default\.curated, which is also being read from:/,
  ],
  [
    'text in partitions',
    'INSERT OVERWRITE text SELECT * FROM source',
    {},
    /partitioned and not Parquet: .* Make it a Parquet table/,
  ],
] as const)
  test(`what Spark would not do is refused: to overwrite ${what}`, async () => {
    const bench = await benchWithTables()
    await replaceSource(bench, 1)
    await bench.run()
    await bench.put(scriptKey, script)
    const run = await bench.run(given)
    assert.equal(run.state, 'FAILED')
    assert.match(run.errorMessage ?? '', complaint)
    assert.deepEqual(await bench.ids('curated/'), [1])
  })

test('a role that may not delete leaves the table as it is', async () => {
  const bench = await benchWithTables()
  await replaceSource(bench, 1)
  await bench.run()
  await replaceSource(bench, 2)
  for (const refused of ['s3:DeleteObject', 'glue:BatchDeletePartition']) {
    bench.denied = action => action === refused
    const run = await bench.run()
    assert.match(run.errorMessage ?? '', new RegExp(`not authorized to perform: ${refused}`))
    assert.deepEqual([await bench.ids('curated/'), days(bench)], [[1], ['d1']])
  }
})

test('the power may go out at any I/O of a run: the table is the old one or the new one', async () => {
  const seen = { old: 0, new: 0 }
  for (let io = 1, crashed = true; crashed; io++) {
    const bench = await benchWithTables()
    await replaceSource(bench, 1, 2)
    await bench.run()
    await replaceSource(bench, 2, 3)
    bench.disk.failNth(io, 'crash')
    const run = await bench.run().catch(() => undefined)
    // Beyond the last I/O nothing fails, and the run has long been acknowledged.
    crashed = run?.state !== 'SUCCEEDED' || seen.new === 0
    await bench.crash()
    const found = await bench.ids('curated/')
    const is = found[0] === 1 ? 'old' : 'new'
    seen[is]++
    assert.deepEqual(
      [found, days(bench)],
      is === 'old'
        ? [
            [1, 2],
            ['d1', 'd2'],
          ]
        : [
            [2, 3],
            ['d0', 'd2'],
          ],
      `I/O ${io}`,
    )
    assert.equal((await bench.run()).state, 'SUCCEEDED')
    assert.deepEqual(
      [await bench.ids('curated/'), days(bench)],
      [
        [2, 3],
        ['d0', 'd2'],
      ],
    )
  }
  assert.ok(seen.old > 5 && seen.new > 0, `crashed ${seen.old} times before the commit and ${seen.new} times after`)
})
