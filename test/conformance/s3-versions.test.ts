/** Versioning through the AWS SDK: every version stays readable, markers hide, suspending keeps the null version apart. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
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

let made = 0
async function versioned(): Promise<string> {
  const Bucket = `versions-${++made}`
  const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
  await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  await set(Bucket, 'Enabled')
  return Bucket
}
const set = (Bucket: string, Status: 'Enabled' | 'Suspended') =>
  s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
const put = async (Bucket: string, Key: string, Body: string) =>
  (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId
const text = async (Bucket: string, Key: string, VersionId?: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString()
const remove = (Bucket: string, Key: string, VersionId?: string) =>
  s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
const versions = async (Bucket: string, more: Partial<ListObjectVersionsCommandInput> = {}) => {
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket, ...more }))
  return {
    page,
    versions: (page.Versions ?? []).map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
    markers: (page.DeleteMarkers ?? []).map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
  }
}
const fault = (name: string, status: number) => (error: S3ServiceException) => {
  assert.equal(error.name, name)
  assert.equal(error.$metadata.httpStatusCode, status)
  return true
}

test('every version is readable by its id, the latest without', async () => {
  const Bucket = await versioned()
  const ids = [await put(Bucket, 'k', '1'), await put(Bucket, 'k', '2'), await put(Bucket, 'k', '3')]
  assert.equal(new Set(ids).size, 3)
  assert.equal(await text(Bucket, 'k'), '3')
  for (const [at, id] of ids.entries()) assert.equal(await text(Bucket, 'k', id), String(at + 1))
  assert.deepEqual((await versions(Bucket)).versions, [
    ['k', ids[2], true],
    ['k', ids[1], false],
    ['k', ids[0], false],
  ])
})

test('a delete leaves a marker that hides the key until it is itself deleted', async () => {
  const Bucket = await versioned()
  const id = await put(Bucket, 'k', 'kept')
  const deleted = await remove(Bucket, 'k')
  assert.equal(deleted.DeleteMarker, true)
  await assert.rejects(text(Bucket, 'k'), fault('NoSuchKey', 404))
  assert.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0)
  const answer = await fetch(`${lake.url}/${Bucket}/k`)
  assert.equal(answer.headers.get('x-amz-delete-marker'), 'true')
  assert.equal(answer.headers.get('x-amz-version-id'), deleted.VersionId)
  await assert.rejects(text(Bucket, 'k', deleted.VersionId), fault('MethodNotAllowed', 405))
  assert.equal(await text(Bucket, 'k', id), 'kept')
  assert.deepEqual((await versions(Bucket)).markers, [['k', deleted.VersionId, true]])
  const undeleted = await remove(Bucket, 'k', deleted.VersionId)
  assert.equal(undeleted.DeleteMarker, true)
  assert.equal(await text(Bucket, 'k'), 'kept')
})

test('deleting the latest version brings back the one before it', async () => {
  const Bucket = await versioned()
  const [first, second] = [await put(Bucket, 'k', '1'), await put(Bucket, 'k', '2')]
  assert.equal((await remove(Bucket, 'k', second)).VersionId, second)
  assert.equal(await text(Bucket, 'k'), '1')
  await assert.rejects(text(Bucket, 'k', second), fault('NoSuchVersion', 404))
  await remove(Bucket, 'k', first)
  await assert.rejects(text(Bucket, 'k'), fault('NoSuchKey', 404))
  await remove(Bucket, 'k', first)
  assert.equal((await versions(Bucket)).page.Versions, undefined)
  const again = await put(Bucket, 'k', 'again')
  assert.notEqual(again, first)
})

test('what was written before versioning is the null version, and suspended writes take its place', async () => {
  const Bucket = `versions-${++made}`
  const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
  await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  assert.equal(await put(Bucket, 'k', 'old'), undefined)
  await set(Bucket, 'Enabled')
  const id = await put(Bucket, 'k', 'new')
  assert.equal(await text(Bucket, 'k', 'null'), 'old')
  await set(Bucket, 'Suspended')
  assert.equal(await put(Bucket, 'k', 'suspended'), undefined)
  assert.equal(await text(Bucket, 'k', 'null'), 'suspended')
  assert.equal(await text(Bucket, 'k', id), 'new')
  assert.deepEqual((await versions(Bucket)).versions, [
    ['k', 'null', true],
    ['k', id, false],
  ])
  const marker = await remove(Bucket, 'k')
  assert.equal(marker.VersionId, 'null')
  assert.equal(marker.DeleteMarker, true)
  await assert.rejects(text(Bucket, 'k', 'null'), fault('MethodNotAllowed', 405))
  assert.deepEqual((await versions(Bucket)).markers, [['k', 'null', true]])
  await set(Bucket, 'Enabled')
  const last = await put(Bucket, 'k', 'last')
  await remove(Bucket, 'k', 'null')
  assert.deepEqual((await versions(Bucket)).versions, [
    ['k', last, true],
    ['k', id, false],
  ])
})

test('pages of versions hold every version and marker once, in order', async () => {
  const Bucket = await versioned()
  for (const Key of ['a', 'b/1', 'b/2', 'c']) {
    for (const body of ['1', '2', '3']) await put(Bucket, Key, body)
    await remove(Bucket, Key)
  }
  const whole = await versions(Bucket)
  assert.equal(whole.versions.length + whole.markers.length, 16)
  for (const MaxKeys of [1, 3, 7]) {
    const found: unknown[][] = []
    let marker: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {}
    for (;;) {
      const { page, versions: some, markers } = await versions(Bucket, { MaxKeys, ...marker })
      found.push(...some, ...markers)
      if (!page.IsTruncated) break
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
    }
    assert.equal(found.length, 16)
    assert.deepEqual(new Set(found.map(entry => entry[1])).size, 16)
  }
  const rolled = await versions(Bucket, { Delimiter: '/' })
  assert.deepEqual(
    rolled.page.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['b/'],
  )
  assert.equal(rolled.versions.length + rolled.markers.length, 8)
  const afterA = await versions(Bucket, { KeyMarker: 'a', Prefix: '' })
  assert.equal(afterA.versions.length + afterA.markers.length, 12)
  await assert.rejects(versions(Bucket, { VersionIdMarker: 'x' }), fault('InvalidArgument', 400))
})

test('a version is copied, tagged and deleted with others by its id', async () => {
  const Bucket = await versioned()
  const [first, second] = [await put(Bucket, 'k', '1'), await put(Bucket, 'k', '2')]
  const CopySource = `${Bucket}/k?versionId=${first}`
  const restored = await s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }))
  assert.equal(restored.CopySourceVersionId, first)
  assert.equal(await text(Bucket, 'k'), '1')
  const TagSet = [{ Key: 't', Value: 'v' }]
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', VersionId: first, Tagging: { TagSet } }))
  assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k', VersionId: first }))).TagSet, TagSet)
  assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet, [])
  const { Deleted } = await s3.send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: { Objects: [{ Key: 'k', VersionId: first }, { Key: 'k', VersionId: second }, { Key: 'k' }] },
    }),
  )
  assert.deepEqual(
    Deleted?.map(({ VersionId, DeleteMarker }) => [VersionId, DeleteMarker]),
    [
      [first, undefined],
      [second, undefined],
      [undefined, true],
    ],
  )
  assert.ok(Deleted?.[2]?.DeleteMarkerVersionId)
})

test('an id that is none, and one of nothing, are told apart', async () => {
  const Bucket = await versioned()
  await put(Bucket, 'k', '1')
  await assert.rejects(text(Bucket, 'k', 'nonsense'), fault('InvalidArgument', 400))
  await assert.rejects(text(Bucket, 'k', '0'.repeat(32)), fault('NoSuchVersion', 404))
  await assert.rejects(
    s3.send(new HeadObjectCommand({ Bucket, Key: 'k', VersionId: '0'.repeat(32) })),
    (error: S3ServiceException) => error.$metadata.httpStatusCode === 404,
  )
})
