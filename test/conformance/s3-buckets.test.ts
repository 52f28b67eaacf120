/** Buckets through the AWS SDK: names, regions, owners, listing, deleting. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
})
after(async () => {
  s3.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
let made = 0
async function bucket(): Promise<string> {
  const Bucket = `bucket-${++made}`
  await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  return Bucket
}
const fault = (name: string, status: number) => (error: S3ServiceException) => {
  assert.equal(error.name, name)
  assert.equal(error.$metadata.httpStatusCode, status)
  return true
}
const elsewhere = (region: string, accessKeyId = 'test') =>
  new S3Client({
    ...client(lake.url, { accessKeyId, secretAccessKey: 'test' }),
    region,
    forcePathStyle: true,
  })

test('a bucket is created where its region says, and is found there', async () => {
  const created = await s3.send(new CreateBucketCommand({ Bucket: 'first', ...inTokyo }))
  assert.equal(created.BucketArn, 'arn:aws:s3:::first')
  const head = await s3.send(new HeadBucketCommand({ Bucket: 'first' }))
  assert.equal(head.BucketRegion, 'ap-northeast-1')
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: 'first' }))
  assert.equal(LocationConstraint, 'ap-northeast-1')
})

// The SDK itself names the region of its endpoint where the caller says none.
test('the location constraint is held to the region of the endpoint', async () => {
  await assert.rejects(
    s3.send(
      new CreateBucketCommand({ Bucket: 'nowhere', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    ),
    fault('IllegalLocationConstraintException', 400),
  )
  const virginia = elsewhere('us-east-1')
  await virginia.send(new CreateBucketCommand({ Bucket: 'in-virginia' }))
  const { LocationConstraint } = await virginia.send(new GetBucketLocationCommand({ Bucket: 'in-virginia' }))
  assert.equal(LocationConstraint, undefined)
  await virginia.send(
    new CreateBucketCommand({ Bucket: 'from-virginia', CreateBucketConfiguration: { LocationConstraint: 'EU' } }),
  )
  assert.equal((await s3.send(new HeadBucketCommand({ Bucket: 'from-virginia' }))).BucketRegion, 'eu-west-1')
  const bad = { LocationConstraint: 'us-east-1' as 'eu-west-1' }
  await assert.rejects(
    virginia.send(new CreateBucketCommand({ Bucket: 'never', CreateBucketConfiguration: bad })),
    fault('InvalidLocationConstraint', 400),
  )
  virginia.destroy()
})

test('a name belongs to whoever took it first, in the whole lake', async () => {
  const Bucket = await bucket()
  await assert.rejects(s3.send(new CreateBucketCommand({ Bucket, ...inTokyo })), fault('BucketAlreadyOwnedByYou', 409))
  const stranger = elsewhere('ap-northeast-1', '111122223333')
  await assert.rejects(
    stranger.send(new CreateBucketCommand({ Bucket, ...inTokyo })),
    fault('BucketAlreadyExists', 409),
  )
  await stranger.send(new CreateBucketCommand({ Bucket: 'of-a-stranger', ...inTokyo }))
  assert.deepEqual(
    (await stranger.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name),
    ['of-a-stranger'],
  )
  await assert.rejects(
    s3.send(new HeadBucketCommand({ Bucket: 'of-a-stranger', ExpectedBucketOwner: '000000000000' })),
    (error: S3ServiceException) => error.$metadata.httpStatusCode === 403,
  )
  stranger.destroy()
})

test('in us-east-1 creating a bucket again succeeds, as it always has', async () => {
  const virginia = elsewhere('us-east-1')
  await virginia.send(new CreateBucketCommand({ Bucket: 'again' }))
  await virginia.send(new CreateBucketCommand({ Bucket: 'again' }))
  virginia.destroy()
})

for (const Bucket of [
  'ab',
  'Upper',
  'under_score',
  '-dash',
  'dash-',
  'dots..dots',
  '192.168.5.4',
  'xn--a',
  'a'.repeat(64),
  'x-s3alias',
])
  test(`${Bucket} is no name for a bucket`, async () => {
    await assert.rejects(s3.send(new CreateBucketCommand({ Bucket, ...inTokyo })), fault('InvalidBucketName', 400))
  })

test('a bucket that is not there says so', async () => {
  await assert.rejects(s3.send(new GetBucketLocationCommand({ Bucket: 'not-there' })), fault('NoSuchBucket', 404))
  await assert.rejects(
    s3.send(new HeadBucketCommand({ Bucket: 'not-there' })),
    (error: S3ServiceException) => error.name === 'NotFound' && error.$metadata.httpStatusCode === 404,
  )
  await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket: 'not-there' })), fault('NoSuchBucket', 404))
})

test('only an empty bucket is deleted, and nothing of it comes back under its name', async () => {
  const Bucket = await bucket()
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }))
  await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket })), fault('BucketNotEmpty', 409))
  const plain = await bucket()
  await s3.send(new PutBucketTaggingCommand({ Bucket: plain, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }))
  await s3.send(new DeleteBucketCommand({ Bucket: plain }))
  await s3.send(new CreateBucketCommand({ Bucket: plain, ...inTokyo }))
  await assert.rejects(s3.send(new GetBucketTaggingCommand({ Bucket: plain })), fault('NoSuchTagSet', 404))
})

test('buckets are listed in order, by prefix, region and page', async () => {
  const owner = elsewhere('ap-northeast-1', '222233334444')
  for (const Bucket of ['page-c', 'page-a', 'other', 'page-b'])
    await owner.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  const one = await owner.send(new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2 }))
  assert.deepEqual(
    one.Buckets?.map(({ Name }) => Name),
    ['page-a', 'page-b'],
  )
  assert.equal(one.Prefix, 'page-')
  const two = await owner.send(
    new ListBucketsCommand({ Prefix: 'page-', MaxBuckets: 2, ContinuationToken: one.ContinuationToken }),
  )
  assert.deepEqual(
    two.Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion]),
    [['page-c', 'ap-northeast-1']],
  )
  assert.equal(two.ContinuationToken, undefined)
  assert.equal((await owner.send(new ListBucketsCommand({ BucketRegion: 'eu-west-1' }))).Buckets?.length ?? 0, 0)
  await assert.rejects(owner.send(new ListBucketsCommand({ ContinuationToken: '%%' })), fault('InvalidArgument', 400))
  owner.destroy()
})
