/** Objects through the AWS SDK: bytes and what is said about them come back as they were put, whatever the key. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
const Bucket = 'objects'
const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  for (const name of [Bucket, 'another']) await s3.send(new CreateBucketCommand({ Bucket: name, ...inTokyo }))
})
after(async () => {
  s3.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const fault = (name: string, status: number) => (error: S3ServiceException) => {
  assert.equal(error.name, name)
  assert.equal(error.$metadata.httpStatusCode, status)
  return true
}
const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
const get = (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
  s3.send(new GetObjectCommand({ Bucket, Key, ...more }))
const text = async (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
  (await get(Key, more)).Body?.transformToString() ?? ''
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')

for (const bytes of [0, 1, 16 * 1024, 16 * 1024 + 1, 3_000_000])
  test(`${bytes} bytes come back as they were put`, async () => {
    const body = randomBytes(bytes)
    const { ETag } = await put(`size/${bytes}`, body)
    assert.equal(ETag, `"${md5(body)}"`)
    const got = await get(`size/${bytes}`)
    assert.equal(got.ContentLength, bytes)
    assert.equal(got.ETag, ETag)
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body)
  })

const keys = [
  'plain',
  'a/b/c.txt',
  '/leading/slash',
  '//two',
  'trailing/',
  'dots/../up',
  './here',
  '..',
  'space and+plus',
  'per%cent%2Fslash',
  'question?mark=1&x#hash',
  '日本語/キー🗻.txt',
  'quote"\'<&>',
  'back\\slash',
  'control\u0001\u0000nul',
  '__proto__',
  'k'.repeat(1024),
]
for (const Key of keys)
  test(`${JSON.stringify(Key.slice(0, 40))} is a key like any other`, async () => {
    await put(Key, Key)
    assert.equal(await text(Key), Key)
    await s3.send(new DeleteObjectCommand({ Bucket, Key }))
    await assert.rejects(get(Key), fault('NoSuchKey', 404))
  })

test('a key of more than 1,024 bytes is refused, however few characters it has', async () => {
  await assert.rejects(put('か'.repeat(342), ''), fault('KeyTooLongError', 400))
  await put('か'.repeat(341), '')
})

test('what is said about an object comes back with it', async () => {
  const said = {
    ContentType: 'text/csv; charset=utf-8',
    ContentEncoding: 'gzip',
    ContentDisposition: 'attachment; filename="a.csv"',
    ContentLanguage: 'ja',
    CacheControl: 'max-age=60',
    Metadata: { device: 'sensor-3', 'two-words': 'a b' },
    StorageClass: 'STANDARD_IA' as const,
    WebsiteRedirectLocation: '/elsewhere',
  }
  await put('said', 'x', { ...said, Tagging: 'a=1&b=%E6%B0%97' })
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'said' }))
  for (const [name, value] of Object.entries(said))
    assert.deepEqual((head as unknown as Record<string, unknown>)[name], value, name)
  assert.equal((await get('said')).TagCount, 2)
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'said' }))).ContentLength, 1)
  await put('unsaid', 'x')
  assert.equal((await get('unsaid')).StorageClass, undefined)
})

test('a presigned GET may say how its answer is described', async () => {
  await put('described', 'x', { ContentType: 'text/plain' })
  const command = new GetObjectCommand({
    Bucket,
    Key: 'described',
    ResponseContentType: 'text/html',
    ResponseContentDisposition: 'attachment',
    ResponseCacheControl: 'no-cache',
  })
  const answer = await fetch(await getSignedUrl(s3, command))
  assert.equal(answer.headers.get('content-type'), 'text/html')
  assert.equal(answer.headers.get('content-disposition'), 'attachment')
  assert.equal(answer.headers.get('cache-control'), 'no-cache')
})

test('a presigned PUT stores, and a presigned GET fetches', async () => {
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'presigned' }))
  assert.equal((await fetch(url, { method: 'PUT', body: 'by url' })).status, 200)
  assert.equal(
    await (await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'presigned' })))).text(),
    'by url',
  )
})

test('an object is reached by virtual host as by path', async () => {
  await put('hosted', 'x')
  const { hostname, port } = new URL(lake.url)
  assert.equal(hostname, '127.0.0.1')
  const { request } = await import('node:http')
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { host: `${Bucket}.s3.localhost:${port}` }
    request({ host: hostname, port, path: '/hosted', headers }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
  assert.equal(status, 200)
})

test('a range is a part of the bytes; several ranges or nonsense mean all of them', async () => {
  await put('range', '0123456789')
  for (const [Range, expected, shown] of [
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ] as const) {
    const got = await get('range', { Range })
    assert.equal(await got.Body?.transformToString(), expected, Range)
    assert.equal(got.ContentRange, shown)
    assert.equal(got.$metadata.httpStatusCode, 206)
  }
  for (const Range of ['bytes=0-1,4-5', 'bytes=5-2', 'lines=1-2', 'bytes=']) {
    const got = await get('range', { Range })
    assert.equal(await got.Body?.transformToString(), '0123456789', Range)
    assert.equal(got.$metadata.httpStatusCode, 200)
  }
  for (const Range of ['bytes=10-', 'bytes=-0'])
    await assert.rejects(get('range', { Range }), fault('InvalidRange', 416))
  await put('empty', '')
  await assert.rejects(get('empty', { Range: 'bytes=0-' }), fault('InvalidRange', 416))
})

test('conditional reads follow their order of precedence', async () => {
  const { ETag = '' } = await put('cond', 'x')
  const at = (await get('cond')).LastModified ?? new Date(0)
  const before = new Date(at.getTime() - 1000)
  const notModified = (error: S3ServiceException) => error.$metadata.httpStatusCode === 304
  const failed = fault('PreconditionFailed', 412)
  assert.equal(await text('cond', { IfMatch: ETag }), 'x')
  assert.equal(await text('cond', { IfMatch: '*' }), 'x')
  await assert.rejects(get('cond', { IfMatch: '"other"' }), failed)
  await assert.rejects(get('cond', { IfNoneMatch: ETag }), notModified)
  assert.equal(await text('cond', { IfNoneMatch: '"other"' }), 'x')
  await assert.rejects(get('cond', { IfModifiedSince: at }), notModified)
  assert.equal(await text('cond', { IfModifiedSince: before }), 'x')
  await assert.rejects(get('cond', { IfUnmodifiedSince: before }), failed)
  assert.equal(await text('cond', { IfUnmodifiedSince: at }), 'x')
  // An entity tag that holds outweighs a time of its kind that does not.
  assert.equal(await text('cond', { IfMatch: ETag, IfUnmodifiedSince: before }), 'x')
  assert.equal(await text('cond', { IfNoneMatch: '"other"', IfModifiedSince: at }), 'x')
  await assert.rejects(get('cond', { IfNoneMatch: ETag, IfModifiedSince: before }), notModified)
})

test('conditional writes let one of many win', async () => {
  const attempts = await Promise.allSettled(
    Array.from({ length: 8 }, (_, number) => put('once', String(number), { IfNoneMatch: '*' })),
  )
  const won = attempts.filter(attempt => attempt.status === 'fulfilled')
  assert.equal(won.length, 1)
  for (const attempt of attempts) if (attempt.status === 'rejected') fault('PreconditionFailed', 412)(attempt.reason)
  const { ETag } = await get('once')
  await put('once', 'next', { IfMatch: ETag })
  await assert.rejects(put('once', 'late', { IfMatch: ETag }), fault('PreconditionFailed', 412))
  await assert.rejects(put('never', '', { IfMatch: ETag }), fault('NoSuchKey', 404))
  await assert.rejects(put('once', '', { IfNoneMatch: ETag }), fault('NotImplemented', 501))
  assert.equal(await text('once'), 'next')
})

test('a body that does not have its announced MD5 or checksum is refused and leaves nothing', async () => {
  const wrong = createHash('md5').update('other').digest('base64')
  await assert.rejects(put('bad', 'x', { ContentMD5: wrong }), fault('BadDigest', 400))
  await assert.rejects(put('bad', 'x', { ContentMD5: 'nonsense' }), fault('InvalidDigest', 400))
  await assert.rejects(put('bad', 'x', { ChecksumCRC32: 'AAAAAA==' }), fault('BadDigest', 400))
  await assert.rejects(put('bad', 'x', { ChecksumSHA256: 'AAAAAA==' }), fault('InvalidRequest', 400))
  await assert.rejects(get('bad'), fault('NoSuchKey', 404))
})

for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)
  test(`${ChecksumAlgorithm} is verified, stored and returned`, async () => {
    const Key = `sum/${ChecksumAlgorithm}`
    const member = `Checksum${ChecksumAlgorithm}` as const
    const sent = await put(Key, 'checked', { ChecksumAlgorithm })
    assert.ok(sent[member])
    assert.equal(sent.ChecksumType, 'FULL_OBJECT')
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    assert.equal(head[member], sent[member])
    const quiet = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    assert.equal(quiet[member], undefined)
    const attributes = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key,
        ObjectAttributes: ['Checksum', 'ETag', 'ObjectSize', 'StorageClass'],
      }),
    )
    assert.equal(attributes.Checksum?.[member], sent[member])
    assert.equal(attributes.ETag, md5('checked'))
    assert.equal(attributes.ObjectSize, 7)
    assert.equal(attributes.StorageClass, 'STANDARD')
    assert.equal(await text(Key, { ChecksumMode: 'ENABLED' }), 'checked')
  })

test('a body of unknown length comes in chunks with its checksum behind it', async () => {
  const parts = [Buffer.alloc(70_000, 1), Buffer.alloc(10, 2)]
  const Body = Readable.from(parts)
  const sent = await s3.send(new PutObjectCommand({ Bucket, Key: 'chunked', Body, ContentLength: 70_010 }))
  assert.ok(sent.ChecksumCRC32)
  const got = await get('chunked', { ChecksumMode: 'ENABLED' })
  assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Buffer.concat(parts))
  assert.equal(got.ContentEncoding, undefined)
})

test('a copy shares the bytes and keeps or replaces what is said about them', async () => {
  await put('source', 'copied', { ContentType: 'text/plain', Metadata: { a: '1' }, Tagging: 't=1' })
  const CopySource = `${Bucket}/source`
  const kept = await s3.send(new CopyObjectCommand({ Bucket: 'another', Key: 'kept', CopySource }))
  assert.equal(kept.CopyObjectResult?.ETag, `"${md5('copied')}"`)
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'another', Key: 'kept' }))
  assert.equal(head.ContentType, 'text/plain')
  assert.deepEqual(head.Metadata, { a: '1' })
  const tagsOf = async (Key: string) => (await s3.send(new GetObjectTaggingCommand({ Bucket: 'another', Key }))).TagSet
  assert.deepEqual(await tagsOf('kept'), [{ Key: 't', Value: '1' }])
  await s3.send(
    new CopyObjectCommand({
      Bucket: 'another',
      Key: 'replaced',
      CopySource,
      MetadataDirective: 'REPLACE',
      ContentType: 'text/html',
      Metadata: { b: '2' },
      TaggingDirective: 'REPLACE',
      Tagging: 'u=2',
    }),
  )
  const replaced = await s3.send(new HeadObjectCommand({ Bucket: 'another', Key: 'replaced' }))
  assert.equal(replaced.ContentType, 'text/html')
  assert.deepEqual(replaced.Metadata, { b: '2' })
  assert.deepEqual(await tagsOf('replaced'), [{ Key: 'u', Value: '2' }])
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'source' }))
  const copy = await s3.send(new GetObjectCommand({ Bucket: 'another', Key: 'kept' }))
  assert.equal(await copy.Body?.transformToString(), 'copied')
})

test('a copy obeys the conditions on its source and on its target', async () => {
  const { ETag } = await put('conditioned', 'x')
  const from = { Bucket, Key: 'copy', CopySource: `${Bucket}/conditioned` }
  const failed = fault('PreconditionFailed', 412)
  await assert.rejects(s3.send(new CopyObjectCommand({ ...from, CopySourceIfMatch: '"other"' })), failed)
  await assert.rejects(s3.send(new CopyObjectCommand({ ...from, CopySourceIfNoneMatch: ETag })), failed)
  await s3.send(new CopyObjectCommand({ ...from, CopySourceIfMatch: ETag }))
  await assert.rejects(s3.send(new CopyObjectCommand({ ...from, IfNoneMatch: '*' })), failed)
})

test('a copy onto itself must change something', async () => {
  await put('self', 'x')
  const self = { Bucket, Key: 'self', CopySource: `/${Bucket}/self` }
  await assert.rejects(s3.send(new CopyObjectCommand(self)), fault('InvalidRequest', 400))
  await s3.send(new CopyObjectCommand({ ...self, MetadataDirective: 'REPLACE', Metadata: { new: 'yes' } }))
  assert.deepEqual((await get('self')).Metadata, { new: 'yes' })
  await s3.send(new CopyObjectCommand({ ...self, StorageClass: 'STANDARD_IA' }))
  assert.equal((await get('self')).StorageClass, 'STANDARD_IA')
  assert.equal(await text('self'), 'x')
})

test('a copy of what is not there, or from a source that is none, says so', async () => {
  const copy = (CopySource: string) => s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource }))
  await assert.rejects(copy(`${Bucket}/missing`), fault('NoSuchKey', 404))
  await assert.rejects(copy('no-such-bucket/key'), fault('NoSuchBucket', 404))
  await assert.rejects(copy('nonsense'), (error: S3ServiceException) => error.$metadata.httpStatusCode === 400)
})

test('a copy may have another checksum than its source', async () => {
  await put('summed', 'x', { ChecksumAlgorithm: 'CRC32' })
  const made = await s3.send(
    new CopyObjectCommand({ Bucket, Key: 'resummed', CopySource: `${Bucket}/summed`, ChecksumAlgorithm: 'SHA256' }),
  )
  assert.equal(made.CopyObjectResult?.ChecksumSHA256, createHash('sha256').update('x').digest('base64'))
})

test('many objects are deleted at once, also those that are not there', async () => {
  for (const Key of ['many/1', 'many/2']) await put(Key, '')
  const Objects = ['many/1', 'many/2', 'many/3'].map(Key => ({ Key }))
  const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
  assert.deepEqual(
    Deleted?.map(({ Key }) => Key),
    ['many/1', 'many/2', 'many/3'],
  )
  assert.equal(Errors, undefined)
  const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
  assert.equal(quiet.Deleted, undefined)
  await put('keep', '1')
  const mixed = await s3.send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: { Objects: [{ Key: 'keep', ETag: '"other"' }, { Key: 'gone' }, { Key: 'keep', VersionId: 'nonsense' }] },
    }),
  )
  assert.deepEqual(
    mixed.Errors?.map(({ Key, Code }) => [Key, Code]),
    [
      ['keep', 'PreconditionFailed'],
      ['keep', 'NoSuchVersion'],
    ],
  )
  assert.equal(await text('keep'), '1')
  const tooMany = Array.from({ length: 1001 }, (_, number) => ({ Key: `n${number}` }))
  await assert.rejects(
    s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: tooMany } })),
    fault('MalformedXML', 400),
  )
})

test('tags are put, got and deleted, and wrong ones refused', async () => {
  await put('tagged', '')
  const tags = async () => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).TagSet
  assert.deepEqual(await tags(), [])
  const TagSet = [{ Key: 'k', Value: 'v' }]
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }))
  assert.deepEqual(await tags(), TagSet)
  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'tagged' }))
  assert.deepEqual(await tags(), [])
  const eleven = Array.from({ length: 11 }, (_, number) => ({ Key: `k${number}`, Value: '' }))
  for (const [wrong, name] of [
    [eleven, 'BadRequest'],
    [[{ Key: 'aws:x', Value: '' }], 'InvalidTag'],
    [[{ Key: 'x'.repeat(129), Value: '' }], 'InvalidTag'],
    [[{ Key: 'x', Value: 'x'.repeat(257) }], 'InvalidTag'],
  ] as const)
    await assert.rejects(
      s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet: [...wrong] } })),
      fault(name, 400),
    )
  await assert.rejects(put('x', '', { Tagging: 'a=1&a=2' }), fault('InvalidArgument', 400))
})

test('metadata of more than 2 KB, unknown storage classes and ACLs for others are refused', async () => {
  await put('full', '', { Metadata: { k: 'x'.repeat(2047) } })
  await assert.rejects(put('fuller', '', { Metadata: { k: 'x'.repeat(2048) } }), fault('MetadataTooLarge', 400))
  await assert.rejects(put('c', '', { StorageClass: 'COLDEST' }), fault('InvalidStorageClass', 400))
  await assert.rejects(put('c', '', { ACL: 'public-read' }), fault('AccessControlListNotSupported', 400))
  await put('c', '', { ACL: 'bucket-owner-full-control' })
  const acl = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'c' }))
  assert.equal(acl.Grants?.[0]?.Permission, 'FULL_CONTROL')
})

test('faults name the bucket and the key', async () => {
  await assert.rejects(
    get('nothing/here'),
    (error: S3ServiceException & { Key?: string }) => error.Key === 'nothing/here',
  )
  await assert.rejects(
    s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'x' })),
    (error: S3ServiceException & { BucketName?: string }) => error.BucketName === 'no-such-bucket',
  )
})

test('an object that is overwritten while it is read is read to its end as it was', async () => {
  const first = Buffer.alloc(8_000_000, 'a')
  await put('moving', first)
  const got = await get('moving')
  await put('moving', 'b')
  assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), first)
  assert.equal(await text('moving'), 'b')
})
