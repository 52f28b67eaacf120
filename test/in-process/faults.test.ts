/** Whatever a test breaks on purpose, Biwa's own promises hold: nothing is lost, nothing comes twice, order stays. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Lake } from '../../src/in-process/lake.ts'
import { openLake } from '../../src/index.ts'
import { averages, layOut, put, region, start } from './temperature.ts'

const options = { directory: 'temporary', clock: 'simulated', start, region } as const

/** The lines of all delivered objects, by their keys. */
async function delivered({ aws }: Lake): Promise<readonly string[]> {
  const { Contents = [] } = await aws.s3.ListObjectsV2({ Bucket: 'raw' })
  const lines: string[] = []
  for (const { Key = '' } of Contents) {
    const { Body } = await aws.s3.GetObject({ Bucket: 'raw', Key })
    lines.push(
      ...gunzipSync((await Body?.transformToByteArray()) ?? '')
        .toString()
        .trim()
        .split('\n'),
    )
  }
  return lines
}

async function inStream({ aws }: Lake, StreamName: string): Promise<readonly string[]> {
  const { ShardIterator = '' } = await aws.kinesis.GetShardIterator({
    ...{ StreamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' },
  })
  return (await aws.kinesis.GetRecords({ ShardIterator })).Records.map(({ Data }) => Buffer.from(Data).toString())
}

test('a delivery that S3 refuses is tried again until it is taken, each record once', async () => {
  await using lake = await openLake(options)
  await layOut(lake)
  const rule = lake.faults.inject({ kind: 'delivery', name: 'temperature-to-s3' }, { times: 3 })
  const { ExtendedS3DestinationDescription: to } =
    (await lake.aws.firehose.DescribeDeliveryStream({ DeliveryStreamName: 'temperature-to-s3' }))
      .DeliveryStreamDescription.Destinations[0] ?? {}
  await lake.aws.firehose.CreateDeliveryStream({
    ...{ DeliveryStreamName: 'another', DeliveryStreamType: 'DirectPut' },
    ExtendedS3DestinationConfiguration: { RoleARN: to?.RoleARN ?? '', BucketARN: to?.BucketARN ?? '' },
  })
  const other = lake.faults.inject({ kind: 'delivery', name: 'another' })
  await put(lake, 30)
  await lake.clock.advance({ minutes: 1 })
  assert.equal(rule.hits, 1)
  assert.deepEqual(await delivered(lake), [])
  await lake.clock.advance({ minutes: 30 })
  assert.deepEqual([rule.hits, other.hits], [3, 0])
  const lines = await delivered(lake)
  assert.deepEqual([lines.length, new Set(lines).size], [30, 10])
  assert.deepEqual(lines, await inStream(lake, 'temperature-stream'))
})

test('a job whose engine dies fails and leaves nothing; the next run takes everything, once', {
  timeout: 60_000,
}, async () => {
  await using lake = await openLake(options)
  await layOut(lake)
  await put(lake, 100)
  await lake.clock.advance({ minutes: 1 })
  const run = async () => {
    const { JobRunId: RunId = '' } = await lake.aws.glue.StartJobRun({ JobName: 'curate' })
    await lake.clock.settle()
    return (await lake.aws.glue.GetJobRun({ JobName: 'curate', RunId })).JobRun
  }
  {
    using rule = lake.faults.inject({ kind: 'engine', task: 'transform' })
    const failed = await run()
    assert.equal(failed?.JobRunState, 'FAILED')
    assert.match(failed?.ErrorMessage ?? '', /The query engine was ended by SIGKILL/)
    assert.equal(rule.hits, 1)
  }
  assert.equal((await lake.aws.s3.ListObjectsV2({ Bucket: 'curated', Prefix: 'telemetry/' })).KeyCount, 0)
  assert.equal((await run())?.JobRunState, 'SUCCEEDED')
  await lake.aws.glue.StartCrawler({ Name: 'crawler' })
  await lake.clock.settle()
  const ask = () => lake.query<{ readings: number }>(averages, { database: 'temperature' })
  lake.faults.inject({ kind: 'engine', task: 'query' }, { times: 1 })
  await assert.rejects(ask(), { name: 'QueryFailed' })
  assert.equal(
    (await ask()).rows.reduce((sum, { readings }) => sum + readings, 0),
    100,
  )
})

test('a shard that throttles takes each record once, in the order in which it took them', async () => {
  await using lake = await openLake(options)
  await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
  await lake.aws.kinesis.CreateStream({ StreamName: 'spared', ShardCount: 1 })
  const rule = lake.faults.inject({ kind: 'throttle', stream: 's', on: 'write' }, { probability: 0.3, seed: 7 })
  const taken: string[] = []
  let left = Array.from({ length: 100 }, (_, nth) => `record ${nth}`)
  for (let round = 0; left.length > 0 && round < 20; round++) {
    const Records = left.map(Data => ({ PartitionKey: 'k', Data }))
    const answer = await lake.aws.kinesis.PutRecords({ StreamName: 's', Records })
    const refused = left.filter((_, nth) => answer.Records[nth]?.ErrorCode === 'ProvisionedThroughputExceededException')
    taken.push(...left.filter((_, nth) => answer.Records[nth]?.SequenceNumber !== undefined))
    assert.equal(refused.length, answer.FailedRecordCount)
    left = refused
  }
  assert.ok(rule.hits > 20 && rule.hits < 80, `${rule.hits} of about 143 attempts were to be refused`)
  assert.deepEqual(await inStream(lake, 's'), taken)
  assert.equal(new Set(taken).size, 100)
  rule.lift()
  lake.faults.inject({ kind: 'throttle', shard: 'shardId-000000000000', on: 'read' }, { after: 1, times: 1 })
  assert.equal((await inStream(lake, 's')).length, 100)
  await assert.rejects(inStream(lake, 's'), {
    name: 'ProvisionedThroughputExceededException',
    message: 'Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.',
  })
  await lake.aws.kinesis.PutRecord({ StreamName: 'spared', PartitionKey: 'k', Data: 'x' })
})

test('a full disk is told to who writes; with room the lake goes on, and what was acknowledged is there', async context => {
  const directory = join(mkdtempSync(join(tmpdir(), 'biwa-full-')), 'lake')
  context.after(() => rmSync(join(directory, '..'), { recursive: true, force: true }))
  const durable = { ...options, directory }
  const lake = await openLake(durable)
  await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
  const send = (Data: string) => lake.aws.kinesis.PutRecord({ StreamName: 's', PartitionKey: 'k', Data })
  await send('before')
  const rule = lake.faults.inject({ kind: 'disk' })
  await assert.rejects(send('refused'), { $fault: 'server', message: /The lake's disk is full|internal error/ })
  await assert.rejects(lake.aws.kinesis.CreateStream({ StreamName: 't', ShardCount: 1 }), {
    name: 'InternalFailure',
    message: /The lake's disk is full, and this request was refused/,
  })
  assert.ok(rule.hits > 0)
  assert.ok(lake.failures.length > 0)
  rule.lift()
  await send('after')
  assert.deepEqual(await inStream(lake, 's'), ['before', 'after'])
  await lake.close()
  await using again = await openLake(durable)
  assert.deepEqual((await again.aws.kinesis.ListStreams()).StreamNames, ['s'])
  assert.deepEqual(await inStream(again, 's'), ['before', 'after'])
})

test('rules of one seed break the same things', async () => {
  const run = async (seed: number) => {
    await using lake = await openLake({ ...options, seed: 1 })
    await lake.aws.kinesis.CreateStream({ StreamName: 's', ShardCount: 1 })
    lake.faults.inject({ kind: 'throttle' }, { probability: 0.5, seed })
    const Records = Array.from({ length: 50 }, () => ({ PartitionKey: 'k', Data: 'x' }))
    const answer = await lake.aws.kinesis.PutRecords({ StreamName: 's', Records })
    return answer.Records.map(({ ErrorCode }) => ErrorCode !== undefined)
  }
  assert.deepEqual(await run(3), await run(3))
  assert.notDeepEqual(await run(3), await run(4))
})

test('a name that nothing has is refused with those that are there, and taken where what it names is still to be made', async () => {
  await using lake = await openLake(options)
  const early = lake.faults.inject({ kind: 'delivery', name: 'temperature-to-s3' }, { times: 1 })
  await layOut(lake)
  const misspelt = { kind: 'delivery', name: 'temprature-to-s3' } as const
  assert.throws(
    () => lake.faults.inject(misspelt),
    /no delivery stream 'temprature-to-s3' that could break: there are temperature-to-s3\. Name one of these, or make it first\./,
  )
  const stream = { kind: 'throttle', stream: 'temperature' } as const
  assert.throws(() => lake.faults.inject(stream), /no stream 'temperature' .* there are temperature-stream\./)
  await put(lake, 30)
  await lake.clock.advance({ minutes: 1 })
  assert.equal(early.hits, 1)
})

test('what cannot be broken is refused by name, and nothing breaks where nobody asked for it', async () => {
  await using lake = await openLake(options)
  const inject = lake.faults.inject.bind(lake.faults) as (...given: unknown[]) => unknown
  assert.throws(() => inject({ kind: 'network' }), /kind 'network' can be broken: delivery, engine, throttle, disk/)
  assert.throws(() => inject({ kind: 'disk', size: 1 }), /A fault of the kind disk takes no 'size'/)
  assert.throws(() => inject(undefined), /kind undefined can be broken: delivery/)
  assert.throws(() => inject({ kind: 'throttle', on: 'put' }), /on must be write or read, not 'put'/)
  assert.throws(() => inject({ kind: 'delivery', name: 7 }), /name must be a name, not 7/)
  assert.throws(() => inject({ kind: 'disk' }, { time: 1 }), /A rule takes no 'time'/)
  assert.throws(() => inject({ kind: 'disk' }, { probability: 2 }), /probability must be a number from 0 to 1/)
  assert.throws(() => inject({ kind: 'disk' }, { after: 1.5 }), /after must be a whole number from 0, not 1\.5/)
  assert.throws(
    () => inject({ kind: 'throttle', shard: '0' }),
    /shard must be a shard's id such as 'shardId-0+', not '0'/,
  )
  await using live = await openLake({ directory: 'temporary' })
  assert.throws(() => live.faults.inject({ kind: 'disk' }), /Open it with faults: true/)
})
