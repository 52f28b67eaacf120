/**
 * Applying ends in what is defined, whatever broke on the way: every call may fail, before it is done or after, and the
 * next time it goes on. What holds data is not lost by a change of the definition.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ApplyFailed } from '../../src/define/apply.ts'
import { bucket, by, column, DefinitionMistake, delivery, job, stream, table } from '../../src/define/define.ts'
import type { Invoke } from '../../src/define/invoke.ts'
import { downPlanOf, planOf } from '../../src/define/plan.ts'
import { planText } from '../../src/define/plan-text.ts'
import {
  account,
  actsOf,
  applied,
  carriedOut,
  lakeOf,
  opened,
  putReading,
  raw,
  readings,
  telemetry,
  temperature,
} from './lay-out.ts'

const asks = /^(Get|List|Describe)/

/** The nth call that changes something fails: before it was done, or when it was and nobody heard of it. */
function failing(invoke: Invoke, nth: number, when: 'before' | 'after'): Invoke {
  let count = 0
  return async (service, operation, input) => {
    const strikes = !asks.test(operation) && ++count === nth
    if (strikes && when === 'before') throw new Error('the line is dead')
    const output = await invoke(service, operation, input)
    if (strikes) throw new Error('the line is dead')
    return output
  }
}

/** How often something was changed. */
async function changesIn(invoke: Invoke, act: (counting: Invoke) => Promise<unknown>): Promise<number> {
  let count = 0
  await act((service, operation, input) => {
    if (!asks.test(operation)) count++
    return invoke(service, operation, input)
  })
  return count
}

async function goesOn(context: TestContext, when: 'before' | 'after') {
  const { invoke } = await opened(context)
  const calls = await changesIn(invoke, counting => applied(temperature, counting))
  assert.ok(calls > 15, `${calls} calls`)
  const down = async (through: Invoke) =>
    carriedOut(await downPlanOf(temperature, through, { ...account, data: true }), through)
  const downCalls = await changesIn(invoke, down)
  for (let nth = 1; nth <= calls; nth++) {
    await assert.rejects(applied(temperature, failing(invoke, nth, when)), (error: Error) => {
      assert.ok(error instanceof ApplyFailed, String(error.stack))
      assert.match(error.message, /could not be created: the line is dead\. .*apply again: it goes on from there\.$/)
      return true
    })
    await applied(temperature, invoke)
    assert.deepEqual(actsOf(await planOf(temperature, invoke, account)), [], `after call ${nth}`)
    const strikes = ((nth - 1) % downCalls) + 1
    await assert.rejects(down(failing(invoke, strikes, when)), ApplyFailed)
    await down(invoke)
    assert.deepEqual((await downPlanOf(temperature, invoke, account)).steps, [], `after call ${strikes} down`)
  }
}

test('applying and taking down go on where a call failed before it was done', context => goesOn(context, 'before'))

test('applying and taking down go on where the answer of a call was lost', context => goesOn(context, 'after'))

test('what AWS cannot change in place is made anew, but no data is lost unless told', async context => {
  const { lake, invoke } = await opened(context)
  await applied(temperature, invoke)
  const elsewhere = stream('another-stream', { record: readings.record, partitionKey: 'device_id' })
  const moved = lakeOf(
    'temperature',
    readings,
    delivery('temperature-to-s3', { from: elsewhere, to: raw.to, compression: 'gzip' }),
    table('device_telemetry', { at: telemetry.at, columns: telemetry.columns, partitionBy: by('device_id') }),
  )
  const table1 = async () => (await planOf(moved, invoke, account)).steps.find(({ kind }) => kind === 'table')
  assert.equal((await table1())?.act, 'replace')
  assert.equal((await table1())?.holds, undefined, 'there is nothing in it yet')

  await putReading(invoke, { device_id: 'sensor-3', temperature: 21.37, timestamp: 1760498130.12 })
  await lake.clock.advance({ minutes: 6 })
  const plan = await planOf(moved, invoke, account)
  assert.deepEqual(
    plan.steps.filter(({ act }) => act === 'replace').map(({ kind }) => kind),
    ['table', 'delivery'],
  )
  assert.match(
    planText(plan),
    /! delivery .* made anew: Firehose takes records from where it was told when it was made/s,
  )
  await assert.rejects(carriedOut(plan, invoke), (error: Error) => {
    assert.ok(error instanceof DefinitionMistake)
    assert.match(error.message, /table temperature\.device_telemetry would have to be made anew .* and it holds rows/)
    assert.match(error.message, /delivery temperature-to-s3 would have to be made anew .* records that it has gathered/)
    assert.match(error.message, /Nothing was done\./)
    return true
  })
  assert.equal(actsOf(await planOf(temperature, invoke, account)).length, 0, 'nothing was done')
  await carriedOut(plan, invoke, { replace: true })
  assert.deepEqual(
    actsOf(await planOf(moved, invoke, account)).filter(act => !act.startsWith('keep')),
    [],
  )
})

test('a bucket is emptied page by page, of all versions, uploads and markers', async context => {
  const { invoke } = await opened(context)
  const name = 'emptied-bucket'
  const definition = lakeOf('emptied', bucket(name))
  await applied(definition, invoke)
  const put = (Key: string) =>
    invoke('s3', 'PutObject', { Bucket: name, Key, Body: Buffer.from('x'), ContentLength: 1 })
  for (let at = 0; at < 1100; at++) await put(`objects/${at}`)
  await put('objects/7')
  await invoke('s3', 'DeleteObject', { Bucket: name, Key: 'objects/8' })
  await invoke('s3', 'CreateMultipartUpload', { Bucket: name, Key: 'objects/unfinished' })
  const kept = await downPlanOf(definition, invoke, account)
  assert.deepEqual(
    kept.steps.map(({ act, warning }) => [act, warning]),
    [['keep', 'stays because it holds objects']],
  )
  await carriedOut(await downPlanOf(definition, invoke, { ...account, data: true }), invoke)
  await assert.rejects(invoke('s3', 'HeadBucket', { Bucket: name }), { code: 'NoSuchBucket' })
})

test('what came into a bucket after the plan was made keeps it from going', async context => {
  const { invoke } = await opened(context)
  const definition = lakeOf('late', bucket('late-bucket'))
  await applied(definition, invoke)
  const plan = await downPlanOf(definition, invoke, account)
  await invoke('s3', 'PutObject', { Bucket: 'late-bucket', Key: 'x', Body: Buffer.from('x'), ContentLength: 1 })
  await assert.rejects(carriedOut(plan, invoke), /bucket late-bucket could not be removed: it holds objects by now/)
})

test('what somebody else has made since the plan was made is left alone', async context => {
  const { invoke } = await opened(context)
  const plan = await planOf(temperature, invoke, account)
  await invoke('kinesis', 'CreateStream', { StreamName: readings.name, ShardCount: 3 })
  await assert.rejects(carriedOut(plan, invoke), /stream temperature-stream is not of the lake temperature/)
  const found = await invoke('kinesis', 'DescribeStreamSummary', { StreamName: readings.name })
  assert.partialDeepStrictEqual(found.StreamDescriptionSummary, { OpenShardCount: 3 })
})

test('a stream grows and shrinks by the steps that AWS allows, in both modes', async context => {
  const { invoke } = await opened(context)
  const sized = (shards: number | 'on-demand') =>
    lakeOf('sized', stream('sized', { record: { id: column.string() }, partitionKey: 'id', shards }))
  for (const shards of [1, 7, 2, 'on-demand', 3] as const) {
    await applied(sized(shards), invoke)
    assert.deepEqual(actsOf(await planOf(sized(shards), invoke, account)), [], `${shards} shards`)
  }
})

test('a job may take records of any source into tables of any format, and its script is what does it', async context => {
  const { lake, invoke } = await opened(context)
  const places = bucket('places')
  const columns = {
    id: column.string(),
    amount: column.decimal(10, 2),
    at: column.epochMilliseconds(),
    list: column.array(column.integer()),
  }
  const first = table('first', { at: places.prefix('first/'), columns, format: 'json' })
  const second = table('second', {
    at: places.prefix('second/'),
    columns: { id: column.string(), amount: column.decimal(10, 2), on: column.date(), at: column.epochMilliseconds() },
    database: 'elsewhere',
  })
  const third = table('third', { at: bucket('third').prefix(''), columns: { id: column.string(), n: column.bigint() } })
  const direct = delivery('direct', {
    record: { id: column.string(), amount: column.string(), at: column.bigint() },
    to: bucket('direct'),
    buffer: { seconds: 60 },
  })
  const definition = lakeOf(
    'places',
    job('one', {
      from: direct,
      into: first,
      sql: 'SELECT id, amount, at, ARRAY[1, 2] AS list FROM source -- what there is;',
    }),
    job('two', {
      from: first,
      into: second,
      sql: 'WITH some AS (SELECT * FROM source) SELECT *, date(from_unixtime(at / 1000e0)) AS "on" FROM some;',
    }),
    job('three', {
      from: second,
      reads: [first, second],
      into: third,
      takes: 'all',
      write: 'replace',
      sql: 'SELECT s.id, count(*) AS n FROM source s JOIN first f ON f.id = s.id JOIN second x ON x.id = s.id GROUP BY s.id',
    }),
  )
  await applied(definition, invoke)
  const Data = Buffer.from('{"id":"a","amount":"12.345","at":1760540400500}').toString('base64')
  await invoke('firehose', 'PutRecord', { DeliveryStreamName: 'direct', Record: { Data } })
  await lake.clock.advance({ minutes: 2 })
  for (const JobName of ['one', 'two', 'three', 'three']) {
    const { JobRunId: RunId } = await invoke('glue', 'StartJobRun', { JobName })
    await lake.clock.advance({ seconds: 1 })
    const { JobRun } = await invoke('glue', 'GetJobRun', { JobName, RunId })
    const { JobRunState, ErrorMessage } = JobRun as { JobRunState: string; ErrorMessage?: string }
    assert.equal(JobRunState, 'SUCCEEDED', `${JobName}: ${ErrorMessage}`)
  }
  const rows = async (sql: string) => (await lake.query(sql)).rows
  assert.deepEqual(await rows('SELECT id, amount, "at", cast("on" AS varchar) AS on_day FROM elsewhere.second'), [
    { id: 'a', amount: '12.35', at: 1760540400500, on_day: '2025-10-15' },
  ])
  assert.deepEqual(await rows('SELECT * FROM places.third'), [{ id: 'a', n: 1 }])
})
