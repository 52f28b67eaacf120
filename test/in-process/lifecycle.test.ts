/** Lifecycle rules do what they say as the lake's days pass, and what lies in an archive is read after it was asked back. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  S3Client,
  type StorageClass,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { openLake } from '../../src/index.ts'

const Bucket = 'kept-for-a-while'
const start = '2025-10-15T10:30:00Z'

async function open(directory: string = 'temporary', from: string | undefined = start) {
  const lake = await openLake({ directory, clock: 'simulated', region: 'us-east-1', ...(from && { start: from }) })
  const s3 = new S3Client(lake.client())
  return {
    ...{ lake, s3 },
    put: (Key: string, more: { Body?: string; StorageClass?: StorageClass } = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...more })),
    rules: (...Rules: readonly Partial<LifecycleRule>[]) =>
      s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: {
            Rules: Rules.map((rule, index) => ({
              ID: `rule ${index}`,
              Status: 'Enabled',
              Filter: { Prefix: '' },
              ...rule,
            })),
          },
        }),
      ),
    keys: async () => ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key),
    head: (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key })),
    get: async (Key: string) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
    [Symbol.asyncDispose]: () => lake.close(),
  }
}

test('an object expires at the midnight after its days, and its headers say so before', async () => {
  await using at = await open()
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  await at.put('before')
  await at.rules({ Filter: { Prefix: 'raw/' }, Expiration: { Days: 3 } })
  const { Expiration } = await at.put('raw/a')
  assert.equal(Expiration, 'expiry-date="Sun, 19 Oct 2025 00:00:00 GMT", rule-id="rule%200"')
  assert.equal((await at.head('raw/a')).Expiration, Expiration)
  assert.equal((await at.head('before')).Expiration, undefined)
  await at.lake.clock.advanceTo('2025-10-18T23:59:59Z')
  assert.deepEqual(await at.keys(), ['before', 'raw/a'])
  await at.lake.clock.advance({ seconds: 1 })
  assert.deepEqual(await at.keys(), ['before'])
})

test('without rules nothing is due, and rules that are taken away do nothing any more', async () => {
  await using at = await open()
  const runsOf = async (days: number) =>
    (await at.lake.clock.advance({ days })).filter(({ name }) => name === 's3 lifecycle').length
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  assert.equal(await runsOf(2), 0)
  await at.rules({ Expiration: { Days: 5 } })
  await at.put('a')
  assert.equal(await runsOf(3), 3)
  await at.s3.send(new DeleteBucketLifecycleCommand({ Bucket }))
  assert.equal(await runsOf(9), 1)
  assert.deepEqual(await at.keys(), ['a'])
})

test('where versions are kept, an object gets a marker, old versions go, and then the marker', async () => {
  await using at = await open()
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  await at.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  await at.rules({ Expiration: { Days: 10 }, NoncurrentVersionExpiration: { NoncurrentDays: 2 } })
  await at.put('a', { Body: '1' })
  await at.put('a', { Body: '2' })
  const standing = async () => {
    const { Versions = [], DeleteMarkers = [] } = await at.s3.send(new ListObjectVersionsCommand({ Bucket }))
    return [Versions.length, DeleteMarkers.length]
  }
  assert.deepEqual(await standing(), [2, 0])
  await at.lake.clock.advanceTo('2025-10-18T00:00:00Z')
  assert.deepEqual(await standing(), [1, 0])
  await at.lake.clock.advanceTo('2025-10-26T00:00:00Z')
  assert.deepEqual(await standing(), [1, 1])
  await at.lake.clock.advanceTo('2025-10-28T00:00:00Z')
  assert.deepEqual(await standing(), [0, 1])
  await at.lake.clock.advanceTo('2025-11-05T00:00:00Z')
  assert.deepEqual(await standing(), [0, 0])
})

test('an upload that nobody completes is aborted, and its parts are gone', async () => {
  await using at = await open()
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  await at.rules({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } })
  const { UploadId } = await at.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }))
  const part = { Bucket, Key: 'big', UploadId, PartNumber: 1 }
  await at.s3.send(new UploadPartCommand({ ...part, Body: 'x' }))
  const uploads = async () => (await at.s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0
  await at.lake.clock.advance({ days: 7 })
  assert.equal(await uploads(), 1)
  await at.lake.clock.advance({ days: 1 })
  assert.equal(await uploads(), 0)
  await assert.rejects(at.s3.send(new UploadPartCommand({ ...part, Body: 'y' })), { name: 'NoSuchUpload' })
})

test('thousands of objects and versions are all dealt with, each once', async () => {
  await using at = await open()
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  await at.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  for (let lot = 0; lot < 6; lot++)
    await Promise.all(Array.from({ length: 100 }, (_, index) => at.put(`${index % 2 ? 'go' : 'stay'}/${lot}-${index}`)))
  for (let copy = 0; copy < 520; copy++) await at.put('go/again')
  await at.rules({
    Filter: { Prefix: 'go/' },
    Expiration: { Days: 1 },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  })
  await at.lake.clock.advance({ days: 2 })
  const keys = await at.keys()
  assert.deepEqual([keys.length, keys.every(key => key?.startsWith('stay/'))], [300, true])
  await at.lake.clock.advance({ days: 3 })
  const { Versions = [], DeleteMarkers = [] } = await at.s3.send(
    new ListObjectVersionsCommand({ Bucket, Prefix: 'go/', MaxKeys: 1000 }),
  )
  assert.deepEqual([Versions.length, DeleteMarkers.length], [0, 0])
})

test('a lake that slept through midnights does at its start what they would have done', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-lifecycle-'))
  try {
    {
      await using at = await open(directory)
      await at.s3.send(new CreateBucketCommand({ Bucket }))
      await at.rules({ Expiration: { Days: 3 } })
      await at.put('a')
    }
    await using at = await open(directory, '2025-11-15T12:00:00Z')
    await at.lake.clock.settle()
    assert.deepEqual(await at.keys(), [])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('an object moved into an archive is read, copied and run over only after it was restored, and for the days asked for', async () => {
  await using at = await open()
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  const Transitions = [
    { Days: 30, StorageClass: 'STANDARD_IA' as const },
    { Days: 60, StorageClass: 'GLACIER' as const },
  ]
  await at.rules({ Filter: { ObjectSizeGreaterThan: 1 }, Transitions })
  await at.put('a', { Body: 'kept' })
  await at.lake.clock.advance({ days: 32 })
  assert.equal((await at.head('a')).StorageClass, 'STANDARD_IA')
  assert.equal(await at.get('a'), 'kept')
  await at.lake.clock.advance({ days: 30 })
  const { StorageClass, Restore } = await at.head('a')
  assert.deepEqual([StorageClass, Restore], ['GLACIER', undefined])
  const notNow = { name: 'InvalidObjectState', $metadata: { httpStatusCode: 403 } }
  const refused = async (work: Promise<unknown>) =>
    assert.rejects(work, ({ name, $metadata: { httpStatusCode } }) => {
      assert.deepEqual({ name, $metadata: { httpStatusCode } }, notNow)
      return true
    })
  await refused(at.get('a'))
  const copy = () => at.s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }))
  await refused(copy())
  const restore = (Days: number, Tier?: 'Standard' | 'Bulk' | 'Expedited') =>
    at.s3.send(
      new RestoreObjectCommand({
        ...{ Bucket, Key: 'a' },
        RestoreRequest: { Days, ...(Tier && { GlacierJobParameters: { Tier } }) },
      }),
    )
  assert.equal((await restore(2, 'Bulk')).$metadata.httpStatusCode, 202)
  assert.equal((await at.head('a')).Restore, 'ongoing-request="true"')
  await refused(at.get('a'))
  await assert.rejects(restore(2, 'Bulk'), { name: 'RestoreAlreadyInProgress' })
  // A quicker way may be taken while a slower one is under way.
  assert.equal((await restore(2)).$metadata.httpStatusCode, 202)
  await at.lake.clock.advance({ hours: 5 })
  // 2025-12-16T15:30Z and two days.
  assert.equal((await at.head('a')).Restore, 'ongoing-request="false", expiry-date="Fri, 19 Dec 2025 00:00:00 GMT"')
  assert.equal(await at.get('a'), 'kept')
  await copy()
  assert.equal(await at.get('b'), 'kept')
  assert.equal((await restore(10)).$metadata.httpStatusCode, 200)
  await at.lake.clock.advanceTo('2025-12-27T00:00:00Z')
  await refused(at.get('a'))
  assert.equal(await at.get('b'), 'kept')
})

test('what is in no archive cannot be restored, and a deep archive has no quick way', async () => {
  await using at = await open()
  await at.s3.send(new CreateBucketCommand({ Bucket }))
  await at.put('plain')
  await at.put('deep', { StorageClass: 'DEEP_ARCHIVE' })
  const restore = (Key: string, RestoreRequest: RestoreObjectCommand['input']['RestoreRequest']) =>
    at.s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest }))
  await assert.rejects(restore('plain', { Days: 1 }), { name: 'InvalidObjectState', message: /Restore is not allowed/ })
  await assert.rejects(restore('deep', { Days: 1, GlacierJobParameters: { Tier: 'Expedited' } }), {
    name: 'InvalidArgument',
  })
  await assert.rejects(restore('deep', {}), { name: 'MalformedXML' })
  await assert.rejects(restore('deep', { Days: 0 }), { name: 'InvalidArgument' })
  await assert.rejects(restore('nowhere', { Days: 1 }), { name: 'NoSuchKey' })
  await restore('deep', { Days: 1 })
  await at.lake.clock.advance({ hours: 12 })
  assert.equal(await at.get('deep'), 'x')
  await at.s3.send(new DeleteObjectCommand({ Bucket, Key: 'deep' }))
})
