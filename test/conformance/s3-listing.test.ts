/** Listings through the AWS SDK: the order of UTF-8 bytes, folders, pages that neither repeat nor lose a key. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
const Bucket = 'listing'
const keys = [
  'a.txt',
  'photos/2006/January/sample.jpg',
  'photos/2006/February/sample2.jpg',
  'photos/2006/February/sample3.jpg',
  'photos/2007/a',
  'photos',
  'photos/',
  'photos0',
  'z',
  '～', // U+FF5E: three bytes, before the next in UTF-8, after it in UTF-16
  '🗻',
  '\u{10ffff}/last',
]
const ordered = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
  await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
})
after(async () => {
  s3.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const list = (more: Partial<ListObjectsV2CommandInput> = {}) => s3.send(new ListObjectsV2Command({ Bucket, ...more }))
interface Entries {
  readonly Contents?: readonly { readonly Key?: string | undefined }[] | undefined
  readonly CommonPrefixes?: readonly { readonly Prefix?: string | undefined }[] | undefined
}
const shown = (page: Entries) => ({
  keys: (page.Contents ?? []).map(({ Key }) => Key),
  folders: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
})

test('keys come in the order of their UTF-8 bytes', async () => {
  const page = await list()
  assert.deepEqual(shown(page).keys, ordered)
  assert.equal(page.KeyCount, keys.length)
  assert.equal(page.IsTruncated, false)
  assert.equal(page.MaxKeys, 1000)
  assert.equal(page.NextContinuationToken, undefined)
  assert.equal(page.Contents?.[0]?.StorageClass, 'STANDARD')
  assert.equal(page.Contents?.[0]?.Size, 5)
  assert.equal(page.Contents?.[0]?.Owner, undefined)
  assert.match((await list({ FetchOwner: true })).Contents?.[0]?.Owner?.ID ?? '', /^[0-9a-f]{64}$/)
})

test('a delimiter rolls up what lies behind it', async () => {
  assert.deepEqual(shown(await list({ Delimiter: '/' })), {
    keys: ['a.txt', 'photos', 'photos0', 'z', '～', '🗻'],
    folders: ['photos/', '\u{10ffff}/'],
  })
  assert.deepEqual(shown(await list({ Delimiter: '/', Prefix: 'photos/' })), {
    keys: ['photos/'],
    folders: ['photos/2006/', 'photos/2007/'],
  })
  assert.deepEqual(shown(await list({ Delimiter: 'uary/', Prefix: 'photos/2006/' })), {
    keys: [],
    folders: ['photos/2006/February/', 'photos/2006/January/'],
  })
  assert.deepEqual(shown(await list({ Delimiter: '/', Prefix: 'nothing/' })), { keys: [], folders: [] })
})

for (const Delimiter of [undefined, '/'])
  for (const MaxKeys of [1, 2, 3, 5])
    test(`pages of ${MaxKeys} ${Delimiter ? 'with folders ' : ''}hold everything once`, async () => {
      const whole = shown(await list({ Delimiter }))
      const pages: ReturnType<typeof shown>[] = []
      let ContinuationToken: string | undefined
      do {
        const page = await list({ Delimiter, MaxKeys, ContinuationToken })
        pages.push(shown(page))
        assert.ok((page.KeyCount ?? 0) <= MaxKeys && (page.KeyCount ?? 0) > 0)
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
      assert.deepEqual(
        pages.flatMap(page => page.keys),
        whole.keys,
      )
      assert.deepEqual(
        pages.flatMap(page => page.folders),
        whole.folders,
      )
    })

for (const Delimiter of [undefined, '/'])
  test(`version 1 pages by markers ${Delimiter ? 'and next markers' : ''}`, async () => {
    const found: (string | undefined)[] = []
    let Marker: string | undefined
    for (;;) {
      const page = await s3.send(new ListObjectsCommand({ Bucket, Delimiter, MaxKeys: 2, Marker }))
      const { keys: inPage, folders } = shown(page)
      found.push(...inPage, ...folders)
      if (!page.IsTruncated) break
      assert.equal(page.NextMarker === undefined, Delimiter === undefined)
      Marker = page.NextMarker ?? inPage.at(-1)
    }
    const whole = shown(await list({ Delimiter }))
    assert.deepEqual(found.toSorted(), [...whole.keys, ...whole.folders].toSorted())
  })

test('start-after need not be a key, and a prefix bounds it', async () => {
  assert.deepEqual(shown(await list({ StartAfter: 'photos/2006/G', Prefix: 'photos/' })).keys, [
    'photos/2006/January/sample.jpg',
    'photos/2007/a',
  ])
  assert.deepEqual(shown(await list({ StartAfter: 'a', Prefix: 'z' })).keys, ['z'])
  assert.deepEqual(shown(await list({ StartAfter: 'zz', Prefix: 'z' })).keys, [])
})

test('no keys at all are a page, too', async () => {
  const page = await list({ MaxKeys: 0 })
  assert.equal(page.KeyCount, 0)
  assert.equal(page.IsTruncated, false)
})

test('more than a thousand are never answered at once', async () => {
  assert.equal((await list({ MaxKeys: 5000 })).MaxKeys, 1000)
  await assert.rejects(list({ MaxKeys: -1 }), (error: S3ServiceException) => error.name === 'InvalidArgument')
})

test('a token that nobody gave out is refused', async () => {
  for (const ContinuationToken of ['x', 'a2V5==', ''])
    await assert.rejects(
      list({ ContinuationToken }),
      (error: S3ServiceException) => error.name === 'InvalidArgument',
      ContinuationToken,
    )
})

test('url encoding carries keys that XML cannot', async () => {
  const Key = 'odd/\u0001 +é~*.-_%'
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: '' }))
  const page = await list({ Prefix: 'odd/', Delimiter: '/', EncodingType: 'url' })
  assert.equal(page.Contents?.[0]?.Key, 'odd/%01+%2B%C3%A9~*.-_%25')
  assert.equal(page.EncodingType, 'url')
  assert.equal(decodeURIComponent((page.Contents?.[0]?.Key ?? '').replaceAll('+', ' ')), Key)
})
