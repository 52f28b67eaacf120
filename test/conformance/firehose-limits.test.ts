/**
 * A delivery stream that keeps AWS's rates turns away what comes too fast: a request as a whole, or single records of a
 * batch, which the client sends again. What was taken is delivered, and nothing else.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
} from '@aws-sdk/client-firehose'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { account, client, lakeFor, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let firehose: FirehoseClient
let s3: S3Client
const limits = { Key: 'biwa:limits', Value: 'aws' }

before(async () => {
  lake = await startLake({ clock: 'simulated', start: Date.UTC(2025, 9, 15) })
  // What is turned away is looked at, not sent again.
  firehose = new FirehoseClient({ ...client(lake.url), maxAttempts: 1 })
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
  await s3.send(new CreateBucketCommand({ Bucket: 'limited', ...inTokyo }))
})
after(async () => {
  firehose.destroy()
  s3.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const create = (DeliveryStreamName: string, Tags?: { readonly Key: string; readonly Value: string }[]) =>
  firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName,
      ExtendedS3DestinationConfiguration: {
        RoleARN: `arn:aws:iam::${account}:role/firehose`,
        BucketARN: 'arn:aws:s3:::limited',
        Prefix: `${DeliveryStreamName}/`,
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
      },
      ...(Tags && { Tags }),
    }),
  )
const put = (DeliveryStreamName: string, ...sizes: readonly number[]) =>
  firehose.send(
    new PutRecordBatchCommand({
      DeliveryStreamName,
      Records: sizes.map((size, index) => ({ Data: Buffer.alloc(size, String.fromCharCode(97 + index)) })),
    }),
  )
async function delivered(prefix: string): Promise<string> {
  await lake.lake.clock.advance({ milliseconds: 60_000 })
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'limited', Prefix: `${prefix}/` }))
  const read = Contents.map(async ({ Key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'limited', Key }))
    return Body?.transformToString()
  })
  return (await Promise.all(read)).join('')
}

test('records of a batch that come too fast are turned away by themselves, the others delivered', async () => {
  await create('batch', [limits])
  const { FailedPutCount, RequestResponses = [] } = await put('batch', 700_000, 400_000, 300_000)
  assert.equal(FailedPutCount, 1)
  assert.deepEqual(RequestResponses[1], { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' })
  assert.ok(RequestResponses[0]?.RecordId && RequestResponses[2]?.RecordId)
  await lake.lake.clock.advance({ milliseconds: 1000 })
  assert.equal((await put('batch', 400_000)).FailedPutCount, 0)
  assert.equal((await delivered('batch')).length, 1_400_000)
})

test('a record that comes too fast is refused, and taken a second later', async () => {
  await create('single', [limits])
  await put('single', 900_000, 148_576)
  const one = () =>
    firehose.send(new PutRecordCommand({ DeliveryStreamName: 'single', Record: { Data: Buffer.from('x') } }))
  await assert.rejects(one(), { name: 'ServiceUnavailableException', message: 'Slow down.' })
  await lake.lake.clock.advance({ milliseconds: 1000 })
  assert.ok((await one()).RecordId)
})

test('a thousand requests a second are taken and no more', { timeout: 120_000 }, async () => {
  await create('requests', [limits])
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, () => put('requests', 1)))
  }
  await assert.rejects(put('requests', 1), { name: 'ServiceUnavailableException' })
})

test('a tag begins and ends the limits', async () => {
  await create('tagged')
  assert.equal((await put('tagged', 1_000_000, 1_000_000)).FailedPutCount, 0)
  await firehose.send(new TagDeliveryStreamCommand({ DeliveryStreamName: 'tagged', Tags: [limits] }))
  assert.equal((await put('tagged', 1_000_000, 1_000_000)).FailedPutCount, 1)
  await firehose.send(new UntagDeliveryStreamCommand({ DeliveryStreamName: 'tagged', TagKeys: [limits.Key] }))
  assert.equal((await put('tagged', 1_000_000, 1_000_000)).FailedPutCount, 0)
})

test('with AWS’s limits an operation is taken five times a second, and every stream has its rates', async context => {
  const { url, lake: limited } = await lakeFor(context, {
    clock: 'simulated',
    start: Date.UTC(2025, 9, 15),
    limits: 'aws',
  })
  const api = new FirehoseClient({ ...client(url), maxAttempts: 1 })
  context.after(() => api.destroy())
  const list = () => api.send(new ListDeliveryStreamsCommand({}))
  for (let call = 0; call < 5; call++) await list()
  await assert.rejects(list(), { name: 'ThrottlingException', message: /^Rate exceeded/ })
  await limited.clock.advance({ milliseconds: 1000 })
  await list()
  const S3DestinationConfiguration = { RoleARN: `arn:aws:iam::${account}:role/r`, BucketARN: 'arn:aws:s3:::b' }
  await api.send(new CreateDeliveryStreamCommand({ DeliveryStreamName: 'all', S3DestinationConfiguration }))
  const Records = [{ Data: Buffer.alloc(1_000_000) }, { Data: Buffer.alloc(1_000_000) }]
  const { FailedPutCount } = await api.send(new PutRecordBatchCommand({ DeliveryStreamName: 'all', Records }))
  assert.equal(FailedPutCount, 1)
})
