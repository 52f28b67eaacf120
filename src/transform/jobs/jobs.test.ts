// A run of a job is wholly there or not at all; it takes each object once while the bookmark is on; what it says about
// itself was measured; and it never says SUCCEEDED without having run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFault } from '../../analyze/engine/fault.ts'
import { Bench, bucket, definition, lines, scope, scriptKey } from './testing/bench.ts'

test('a run takes the new objects, writes them by partition, and the next run finds nothing', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1, 2, 3))
  await bench.put('raw/2025/b.json', lines(4))
  await bench.put('raw_old/c.json', lines(5))
  const first = await bench.run()
  assert.equal(first.state, 'SUCCEEDED')
  assert.deepEqual(await bench.ids('curated/'), [1, 2, 3, 4])
  assert.match(bench.keys('curated/events/day=d1/')[0] ?? '', /day=d1\/part-0000\d-[0-9a-f-]{36}\.json$/)
  assert.deepEqual(
    { ...first.numbers, bytesIn: 0, bytesWritten: 0, engineMilliseconds: 0 },
    {
      objectsIn: 2,
      bytesIn: 0,
      recordsIn: 4,
      recordsOut: 4,
      deadLetters: 0,
      rowsWritten: 4,
      filesWritten: 3,
      bytesWritten: 0,
      partitionsWritten: 3,
      partitionsAdded: 0,
      filesReplaced: 0,
      engineMilliseconds: 0,
    },
  )
  const second = await bench.run()
  assert.deepEqual([second.state, second.numbers?.recordsIn], ['SUCCEEDED', 0])
  assert.match(second.stateDetail ?? '', /^Nothing new: 0 records in, nothing written/)
  assert.equal(bench.transforms, 1, 'the engine is not asked when there is nothing to do')
  await bench.put('raw/d.json', lines(6))
  assert.equal((await bench.run()).numbers?.recordsIn, 1)
  assert.deepEqual(await bench.ids('curated/'), [1, 2, 3, 4, 6])
})

test('broken records lie among the dead letters and the record says in = out + dead', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', `${lines(1)}oops\n${lines(2)}`)
  const run = await bench.run()
  assert.match(run.stateDetail ?? '', /^3 records in = 2 out \+ 1 dead letter, from 1 object \(\d+ bytes\)\./)
  assert.match(run.stateDetail ?? '', /Dead letters: s3:\/\/lake\/dead\/curate-jr_/)
  const [key = ''] = bench.keys('dead/')
  assert.deepEqual(JSON.parse(await bench.text(key)), {
    reason: 'no JSON',
    object: 's3://lake/raw/a.json',
    line: 2,
    raw: 'oops',
  })
})

test('broken records without a place for them fail the run, and nothing is written', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', `${lines(1)}oops\n`)
  const run = await bench.run({ '--DLQ_S3': '' })
  assert.equal(run.state, 'FAILED')
  assert.match(run.errorMessage ?? '', /1 record cannot be read .*: line \d+ of s3:.* set --DLQ_S3/)
  assert.deepEqual(bench.keys('curated/'), [])
  assert.equal((await bench.run()).numbers?.recordsIn, 2, 'its objects are still new')
})

test('a run that fails after the engine is done leaves no files behind', async () => {
  const bench = await Bench.open()
  // Small files would travel in the ledger.
  await bench.put('raw/a.json', lines(...Array.from({ length: 9000 }, (_, i) => i)))
  await bench.put('raw/seen.json', lines(4))
  const files = async () =>
    (await Promise.all((await bench.disk.list('/data/blobs')).map(d => bench.disk.list(`/data/blobs/${d}`)))).flat()
      .length
  const before = await files()
  const waiting = Promise.withResolvers<void>()
  bench.interlude = () => (bench.transforms === 1 ? waiting.promise : undefined)
  await bench.jobs.update(scope, { ...definition, maxConcurrentRuns: 2 })
  const first = await bench.jobs.startRun(scope, { jobName: 'curate' })
  const second = await bench.jobs.startRun(scope, { jobName: 'curate' })
  while (bench.jobs.run(scope, 'curate', second).state !== 'SUCCEEDED') await Promise.resolve()
  const published = await files()
  waiting.resolve()
  await bench.background.settled()
  assert.equal(bench.jobs.run(scope, 'curate', first).state, 'FAILED')
  assert.deepEqual([published > before, await files()], [true, published])
})

test('after a reset the same inputs are processed again and replace what they gave before', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', `${lines(1, 2)}oops\n`)
  await bench.run()
  await bench.put('raw/b.json', lines(3))
  await bench.run()
  const before = bench.keys('curated/')
  await bench.jobs.resetBookmark(scope, 'curate')
  const again = await bench.run()
  assert.deepEqual(await bench.ids('curated/'), [1, 2, 3])
  assert.equal(bench.keys('dead/').length, 1)
  assert.equal(again.numbers?.filesReplaced, before.length + 1)
  assert.match(again.stateDetail ?? '', /4 files that earlier runs wrote from the same inputs were replaced/)
  assert.ok(before.every(key => !bench.keys('curated/').includes(key)))
})

test('rewinding to a run replaces only what the runs after it wrote', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  const first = await bench.run()
  const kept = bench.keys('curated/')
  await bench.put('raw/b.json', lines(2))
  await bench.run()
  assert.equal(bench.jobs.bookmark(scope, 'curate').contexts[0]?.objects, 2)
  assert.equal(bench.jobs.bookmark(scope, 'curate', first.id).contexts[0]?.objects, 1)
  await bench.jobs.resetBookmark(scope, 'curate', first.id)
  const again = await bench.run()
  assert.equal(again.numbers?.recordsIn, 1)
  assert.deepEqual(await bench.ids('curated/'), [1, 2])
  assert.ok(kept.every(key => bench.keys('curated/').includes(key)))
})

test('rows whose input is gone are not lost by a reset', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  await bench.put('raw/b.json', lines(2))
  await bench.run()
  await bench.store.ledger.commit(write => bench.s3.remove(write, bucket, 'raw/a.json'))
  await bench.jobs.resetBookmark(scope, 'curate')
  await bench.put('raw/c.json', lines(3))
  const again = await bench.run()
  assert.deepEqual(await bench.ids('curated/'), [1, 2, 3])
  assert.match(again.stateDetail ?? '', /1 object stays as an earlier run processed them/)
  assert.equal((await bench.run()).numbers?.recordsIn, 0)
})

test('with the outputs gone as well, what is left of the inputs is taken again', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  await bench.put('raw/b.json', lines(2))
  await bench.run()
  await bench.store.ledger.commit(write => {
    bench.s3.remove(write, bucket, 'raw/a.json')
    for (const key of bench.keys('curated/')) bench.s3.remove(write, bucket, key)
  })
  await bench.jobs.resetBookmark(scope, 'curate')
  await bench.run()
  assert.deepEqual(await bench.ids('curated/'), [2])
})

test('an object with another content is taken again, the same content written again is not', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  await bench.run()
  await bench.clock.advance(1000)
  await bench.put('raw/a.json', lines(1))
  assert.equal((await bench.run()).numbers?.recordsIn, 0)
  await bench.put('raw/a.json', lines(2))
  const changed = await bench.run()
  assert.deepEqual(await bench.ids('curated/'), [1, 2])
  assert.match(changed.stateDetail ?? '', /1 object had another content when an earlier run processed them/)
})

test('with the bookmark off everything is processed every time, and the record says that this makes duplicates', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  const off = { '--job-bookmark-option': 'job-bookmark-disable' }
  await bench.run(off)
  const second = await bench.run(off)
  assert.deepEqual(await bench.ids('curated/'), [1, 1])
  assert.match(second.stateDetail ?? '', /The bookmark is off: .* makes duplicates/)
  assert.throws(() => bench.jobs.bookmark(scope, 'curate'), { message: 'Continuation for job curate not found' })
})

test('a paused bookmark reads what is new, or what the runs between two took, and does not move', async () => {
  const bench = await Bench.open()
  const runs: string[] = []
  for (const id of [1, 2, 3]) {
    await bench.put(`raw/${id}.json`, lines(id))
    runs.push((await bench.run()).id)
  }
  await bench.put('raw/4.json', lines(4))
  const pause = { '--job-bookmark-option': 'job-bookmark-pause', '--TARGET_S3': `s3://${bucket}/other/` }
  await bench.run(pause)
  await bench.run({ ...pause, '--job-bookmark-from': runs[0] ?? '', '--job-bookmark-to': runs[1] ?? '' })
  assert.deepEqual(await bench.ids('other/'), [2, 4])
  assert.equal((await bench.run()).numbers?.recordsIn, 1)
})

test('a run takes no more than its limit, the oldest first, and the next goes on', async () => {
  const bench = await Bench.open()
  for (const id of [5, 4, 3, 2, 1]) {
    await bench.put(`raw/${id}.json`, lines(id))
    await bench.clock.advance(1000)
  }
  const two = { '--BOUNDED_FILES': '2' }
  const first = await bench.run(two)
  assert.deepEqual(await bench.ids('curated/'), [4, 5])
  assert.match(first.stateDetail ?? '', /3 objects are left for the next run/)
  await bench.run(two)
  await bench.run(two)
  assert.deepEqual(await bench.ids('curated/'), [1, 2, 3, 4, 5])
  await bench.jobs.resetBookmark(scope, 'curate')
  for (let i = 0; i < 3; i++) assert.equal((await bench.run(two)).state, 'SUCCEEDED')
  assert.deepEqual(await bench.ids('curated/'), [1, 2, 3, 4, 5])
  const off = await bench.run({ ...two, '--job-bookmark-option': 'job-bookmark-disable' })
  assert.match(off.errorMessage ?? '', /3 more objects than the 2 .* --BOUNDED_FILES to at least 5/)
})

test('a Python script is refused at once, by its name and by its content', async () => {
  const bench = await Bench.open()
  await bench.jobs.create(scope, {
    ...definition,
    name: 'spark',
    command: { name: 'glueetl', scriptLocation: `s3://${bucket}/scripts/job.py` },
  })
  const refusal = { code: 'InvalidInputException', message: /is Python\. The embedded engine runs Athena SQL only/ }
  await assert.rejects(bench.jobs.startRun(scope, { jobName: 'spark' }), refusal)
  await bench.put(scriptKey, 'import sys\nfrom awsglue.utils import getResolvedOptions\n')
  await assert.rejects(bench.jobs.startRun(scope, { jobName: 'curate' }), refusal)
  assert.deepEqual(bench.jobs.runs(scope, 'curate', 10), [])
  await bench.put(scriptKey, 'UNLOAD (SELECT *\nfrom source\n)')
  assert.equal((await bench.run()).state, 'SUCCEEDED')
})

for (const [given, complaint] of [
  [{ '--SOURCE_S3': 'raw/' }, /--SOURCE_S3 must be a location like s3:/],
  [{ '--SOURCE_SCHEMA': 'id' }, /--SOURCE_SCHEMA: The schema 'id' cannot be read/],
  [{ '--SOURCE_FORMAT': 'xml' }, /must be json or csv/],
  [{ '--job-bookmark-option': 'on' }, /must be job-bookmark-enable/],
  [{ '--job-bookmark-from': 'jr_1' }, /go with job-bookmark-pause only/],
  [{ '--BOUNDED_FILES': '-1' }, /positive whole number/],
] as const)
  test(`arguments ${JSON.stringify(given)} are refused when the run is started`, async () => {
    const bench = await Bench.open()
    await assert.rejects(bench.jobs.startRun(scope, { jobName: 'curate', arguments: { ...given } }), {
      code: 'InvalidInputException',
      message: complaint,
    })
  })

test('a script or a bucket that is missing fails the run and says which', async () => {
  const bench = await Bench.open()
  const run = await bench.run({ '--SOURCE_S3': 's3://nowhere/raw/' })
  assert.equal(run.errorMessage, 'EntityNotFoundException: The bucket nowhere of --SOURCE_S3 does not exist.')
  await bench.store.ledger.commit(write => bench.s3.remove(write, bucket, scriptKey))
  const second = await bench.run()
  assert.deepEqual(
    [second.state, second.errorMessage],
    ['FAILED', 'EntityNotFoundException: The script s3://lake/scripts/job.sql does not exist.'],
  )
})

test("what the job's role may not do fails the run with the action and the resource", async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  bench.denied = (action, resource) => action === 's3:PutObject' && resource.includes('/curated/')
  const run = await bench.run()
  assert.equal(run.state, 'FAILED')
  assert.match(
    run.errorMessage ?? '',
    /role\/job-role is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::lake\/curated/,
  )
  // Each object is asked for by its own key: a Deny of a name would not meet the folder's.
  const asked: string[] = []
  bench.denied = (action, resource) => {
    if (action === 's3:PutObject') asked.push(resource)
    return action === 's3:PutObject' && resource.endsWith('.json')
  }
  assert.equal((await bench.run()).state, 'FAILED')
  assert.deepEqual([asked.length > 0, asked.filter(resource => resource.includes('*'))], [true, []])
  assert.deepEqual(await bench.s3.list(bucket, 'curated/', '', 10), [])
  bench.denied = () => false
  assert.equal((await bench.run()).numbers?.recordsIn, 1)
})

test('a second run beside the first is refused, or both would take the same objects', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  const both = Promise.withResolvers<void>()
  bench.interlude = () => (bench.transforms < 2 ? both.promise : both.resolve())
  const first = await bench.jobs.startRun(scope, { jobName: 'curate' })
  await assert.rejects(bench.jobs.startRun(scope, { jobName: 'curate' }), {
    code: 'ConcurrentRunsExceededException',
    message: 'Concurrent runs exceeded for curate',
  })
  await bench.jobs.update(scope, { ...definition, maxConcurrentRuns: 2 })
  const second = await bench.jobs.startRun(scope, { jobName: 'curate' })
  await bench.background.settled()
  assert.deepEqual(await bench.ids('curated/'), [1])
  const ended = [first, second].map(id => bench.jobs.run(scope, 'curate', id))
  assert.deepEqual(ended.map(({ state }) => state).sort(), ['FAILED', 'SUCCEEDED'])
  const loser = ended.find(({ state }) => state === 'FAILED')
  assert.match(loser?.errorMessage ?? '', /The bookmark was moved while the run was under way/)
})

test('a run that is stopped, or out of time, writes nothing and its objects stay new', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  const waiting = Promise.withResolvers<void>()
  bench.interlude = ({ signal }) =>
    new Promise<void>((_, reject) => {
      waiting.resolve()
      signal.addEventListener('abort', () => reject(new EngineFault('cancelled', 'the query was cancelled')))
    })
  const id = await bench.jobs.startRun(scope, { jobName: 'curate' })
  await waiting.promise
  await bench.jobs.stopRun(scope, 'curate', id)
  await bench.background.settled()
  assert.equal(bench.jobs.run(scope, 'curate', id).state, 'STOPPED')
  await assert.rejects(bench.jobs.stopRun(scope, 'curate', id), { message: /cannot be stopped: it is STOPPED/ })

  bench.interlude = () => {
    throw new EngineFault('timeout', 'The statement did not end in time.')
  }
  const late = await bench.run()
  assert.deepEqual([late.state, late.errorMessage], ['TIMEOUT', 'The statement did not end in time.'])
  assert.deepEqual(bench.keys('curated/'), [])
  bench.interlude = () => {}
  assert.equal((await bench.run()).numbers?.recordsIn, 1)
})

test('a run that fails is tried again as often as the job allows', async () => {
  const bench = await Bench.open()
  await bench.jobs.update(scope, { ...definition, maxRetries: 2 })
  await bench.put('raw/a.json', lines(1))
  bench.interlude = () => {
    if (bench.transforms < 3) throw new EngineFault('data', 'not this time')
  }
  const id = await bench.jobs.startRun(scope, { jobName: 'curate' })
  await bench.background.settled()
  const runs = bench.jobs.runs(scope, 'curate', 10)
  assert.deepEqual(
    runs.map(({ id, attempt, state, previousRunId }) => [id, attempt, state, previousRunId]),
    [
      [`${id}_attempt_2`, 2, 'SUCCEEDED', `${id}_attempt_1`],
      [`${id}_attempt_1`, 1, 'FAILED', id],
      [id, 0, 'FAILED', undefined],
    ],
  )
  assert.equal(runs[2]?.errorMessage, 'not this time')
  assert.deepEqual(await bench.ids('curated/'), [1])
})

test('listeners hear every state of a run in order', async () => {
  const bench = await Bench.open()
  const heard: string[] = []
  bench.jobs.onState(({ jobName, state }) => heard.push(`${jobName} ${state}`))
  await bench.run()
  assert.deepEqual(heard, ['curate STARTING', 'curate RUNNING', 'curate SUCCEEDED'])
})

test('deleting a job ends its run, forgets its bookmark and keeps what it wrote', async () => {
  const bench = await Bench.open()
  await bench.put('raw/a.json', lines(1))
  await bench.run()
  await bench.put('raw/b.json', lines(2))
  bench.interlude = async () => void (await bench.jobs.delete(scope, 'curate'))
  await bench.jobs.startRun(scope, { jobName: 'curate' })
  await bench.background.settled()
  assert.equal(bench.jobs.find(scope, 'curate'), undefined)
  assert.deepEqual(await bench.ids('curated/'), [1])
  bench.interlude = () => {}
  await bench.jobs.create(scope, definition)
  assert.equal((await bench.run()).numbers?.recordsIn, 2)
})
