// A run that finds nothing new costs next to nothing when the one before found nothing either: no listing, no engine. And
// whatever may bring something new is noticed all the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serdes } from '../../catalog/glue/table-format.ts'
import { Bench, bucket, definition, lines, scope, scriptKey } from './testing/bench.ts'

/** A job between tables, which has taken what there is and has found nothing once. */
async function quietBench(): Promise<Bench> {
  const bench = await Bench.open()
  await bench.store.ledger.commit(write => {
    for (const name of ['source', 'curated'])
      bench.catalog.createTable(write, scope, 'default', {
        name,
        parameters: {},
        storage: {
          columns: [{ name: 'id', type: 'int' }],
          location: `s3://${bucket}/${name}`,
          serde: { library: serdes.json },
        },
        partitionKeys: [{ name: 'day', type: 'string' }],
      })
    bench.catalog.addPartitions(write, scope, 'default', 'source', [{ values: ['1'] }])
  })
  await bench.put(scriptKey, 'INSERT INTO curated SELECT * FROM source')
  await bench.jobs.update(scope, {
    ...definition,
    defaultArguments: { '--job-bookmark-option': 'job-bookmark-enable' },
  })
  await bench.put('source/day=1/a.json', lines(1))
  await bench.put('source/day=2/b.json', lines(2))
  await bench.run()
  await bench.run()
  return bench
}

test('the engine is not asked again, nor a bucket listed, while nothing has changed', async () => {
  const bench = await quietBench()
  const { transforms } = bench
  let lists = 0
  const { list } = bench.s3
  bench.s3.list = (...of) => {
    lists++
    return list.apply(bench.s3, of)
  }
  for (let i = 0; i < 5; i++) {
    const run = await bench.run()
    assert.deepEqual([run.state, run.numbers?.recordsIn], ['SUCCEEDED', 0])
    assert.match(run.stateDetail ?? '', /^Nothing new: 0 records in, nothing written/)
  }
  assert.deepEqual([bench.transforms, lists], [transforms, 0])
})

for (const [what, change, found] of [
  ['a new object', (bench: Bench) => bench.put('source/day=1/c.json', lines(3)), [1, 3]],
  ['an object with another content', (bench: Bench) => bench.put('source/day=1/a.json', lines(4)), [1, 4]],
  [
    'a partition that is registered',
    (bench: Bench) =>
      bench.store.ledger.commit(write =>
        bench.catalog.addPartitions(write, scope, 'default', 'source', [{ values: ['2'] }]),
      ),
    [1, 2],
  ],
  [
    'another script',
    async (bench: Bench) => {
      await bench.put('raw/x.json', lines(5))
      await bench.put(scriptKey, 'UNLOAD (SELECT * FROM source)')
      await bench.jobs.update(scope, definition)
    },
    [1, 5],
  ],
  ['a reset', (bench: Bench) => bench.jobs.resetBookmark(scope, 'curate'), [1]],
] as const)
  test(`${what} is noticed by the next run`, async () => {
    const bench = await quietBench()
    await bench.run()
    await change(bench)
    const run = await bench.run()
    assert.equal(run.errorMessage, undefined)
    assert.equal(run.numbers?.recordsIn, 1)
    assert.deepEqual(await bench.ids('curated/'), found)
  })

test('a role that may not look any more fails the run, and so does a script that is gone', async () => {
  const bench = await quietBench()
  for (const refused of ['s3:ListBucket', 's3:GetObject']) {
    bench.denied = action => action === refused
    assert.match((await bench.run()).errorMessage ?? '', new RegExp(`not authorized to perform: ${refused}`))
  }
  bench.denied = () => false
  await bench.store.ledger.commit(write => bench.s3.remove(write, bucket, scriptKey))
  assert.match((await bench.run()).errorMessage ?? '', /The script .* does not exist/)
})

test('what was undone is not taken for what is there', async () => {
  const bench = await quietBench()
  const prepared = await bench.s3.prepare(await bench.store.blobs.write([Buffer.from(lines(6))]))
  await assert.rejects(
    bench.store.ledger.commit(write => {
      bench.s3.publish(write, bucket, 'source/day=1/d.json', prepared)
      throw new Error('undone')
    }),
  )
  assert.equal((await bench.run()).numbers?.recordsIn, 0)
  await bench.put('source/day=1/e.json', lines(7))
  assert.equal((await bench.run()).numbers?.recordsIn, 1)
})
