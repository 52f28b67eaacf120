/** A run on a simulated clock is deterministic: the same seed and the same calls give the same transcript. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLake, type TranscriptEntry, transcriptText } from '../../src/index.ts'
import { averages, layOut, put, region, runAll, start } from './temperature.ts'

const options = { directory: 'temporary', clock: 'simulated', start, region } as const

async function transcriptOf(seed: number): Promise<readonly TranscriptEntry[]> {
  await using lake = await openLake({ ...options, seed })
  await layOut(lake)
  await lake.aws.scheduler.CreateSchedule({
    Name: 'every-five-minutes',
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: 'arn:aws:scheduler:::aws-sdk:glue:startJobRun',
      RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
      Input: JSON.stringify({ JobName: 'curate' }),
    },
  })
  const { rows } = await runAll(lake, 100)
  assert.equal(rows.length, 10)
  await put(lake, 20)
  await lake.clock.advance({ minutes: 15 })
  const sql = [averages, 'SELECT 1 AS one', averages, 'SELECT nothing', averages, 'SELECT 2 AS two']
  await Promise.allSettled(sql.map(text => lake.query(text, { database: 'temperature' })))
  await lake.aws.kinesis.DescribeStream({ StreamName: 'none' }).catch(() => undefined)
  assert.deepEqual(lake.failures, [])
  return lake.transcript()
}

test('the whole pipeline twice gives the same transcript, also where queries run side by side', {
  timeout: 120_000,
}, async () => {
  const first = await transcriptOf(7)
  assert.deepEqual(first, await transcriptOf(7))
  assert.equal(transcriptText(first), transcriptText(await transcriptOf(7)))
  assert.notDeepEqual(first, await transcriptOf(8))
  const told = transcriptText(first)
  assert.match(told, /^2025-10-15T00:00:00\.000Z {2}kinesis:CreateStream stream\/temperature-stream {2}ok$/m)
  assert.match(told, /^2025-10-15T00:01:00\.000Z {2}due: deliver temperature-to-s3$/m)
  assert.match(told, /^2025-10-15T00:01:00\.000Z {2}deliver temperature-to-s3 {2}ended$/m)
  assert.match(told, /run jr_\w+ of job curate {2}ended$/m)
  assert.match(told, /crawl of crawler {2}ended$/m)
  assert.match(told, /kinesis:DescribeStream stream\/none {2}ResourceNotFoundException$/m)
  assert.equal(told.match(/glue:StartJobRun/g)?.length, 5, 'four by schedule, one by hand')
})

test('what is put side by side into several streams falls due in one order', { timeout: 60_000 }, async () => {
  const run = async () => {
    await using lake = await openLake({ ...options, seed: 3 })
    const { aws } = lake
    const RoleARN = 'arn:aws:iam::000000000000:role/delivery'
    await aws.s3.CreateBucket({ Bucket: 'raw', CreateBucketConfiguration: { LocationConstraint: region } })
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) {
      await aws.kinesis.CreateStream({ StreamName: name, ShardCount: 1 })
      await aws.firehose.CreateDeliveryStream({
        ...{ DeliveryStreamName: `of-${name}`, DeliveryStreamType: 'KinesisStreamAsSource' },
        KinesisStreamSourceConfiguration: {
          ...{ RoleARN, KinesisStreamARN: `arn:aws:kinesis:${region}:000000000000:stream/${name}` },
        },
        ExtendedS3DestinationConfiguration: { RoleARN, BucketARN: 'arn:aws:s3:::raw', Prefix: `${name}/` },
      })
    }
    const records = Array.from({ length: 40 }, (_, nth) => names[nth % 4] ?? '')
    await Promise.all(records.map(name => aws.kinesis.PutRecord({ StreamName: name, PartitionKey: 'k', Data: 'x' })))
    const { length } = lake.transcript()
    await lake.clock.advance({ minutes: 10 })
    const { Contents = [] } = await aws.s3.ListObjectsV2({ Bucket: 'raw' })
    return { told: transcriptText(lake.transcript().slice(length)), keys: Contents.map(({ Key }) => Key) }
  }
  const first = await run()
  assert.equal(first.keys.length, 4)
  assert.deepEqual(await run(), first)
  assert.deepEqual(await Promise.all([run(), run()]), [first, first])
})

test('entries are plain, frozen, and no more than were asked for', async () => {
  await using lake = await openLake({ ...options, transcript: { entriesMax: 3 } })
  for (let call = 0; call < 10; call++) await lake.aws.kinesis.ListStreams()
  const entries = lake.transcript()
  assert.equal(entries.length, 4)
  assert.deepEqual(entries[0], { kind: 'forgotten', count: 7 })
  assert.deepEqual(entries[1], {
    ...{ kind: 'call', at: '2025-10-15T00:00:00.000Z', service: 'kinesis', operation: 'ListStreams' },
    ...{ by: 'arn:aws:iam::000000000000:root', resources: [], outcome: 'ok' },
  })
  assert.ok(Object.isFrozen(entries) && entries.every(entry => Object.isFrozen(entry)))
})

test('a lake on the system’s clock keeps none unless it is asked to', async () => {
  await using silent = await openLake({ directory: 'temporary' })
  assert.throws(() => silent.transcript(), /keeps no transcript\. Open it with transcript: true/)
  await using telling = await openLake({ directory: 'temporary', transcript: true })
  await telling.aws.s3.ListBuckets()
  assert.equal(telling.transcript().length, 1)
})
