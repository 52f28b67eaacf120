/** Configurations of S3 Intelligent-Tiering over the wire: they come back as they were put, and AWS's bounds hold. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  DeleteBucketIntelligentTieringConfigurationCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  type IntelligentTieringConfiguration,
  ListBucketIntelligentTieringConfigurationsCommand,
  PutBucketIntelligentTieringConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
const Bucket = 'tiered'

before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket }))
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

const put = (given: IntelligentTieringConfiguration) =>
  s3.send(
    new PutBucketIntelligentTieringConfigurationCommand({
      Bucket,
      Id: given.Id,
      IntelligentTieringConfiguration: given,
    }),
  )
const get = (Id: string) => s3.send(new GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id }))
const all = async () =>
  (await s3.send(new ListBucketIntelligentTieringConfigurationsCommand({ Bucket }))).IntelligentTieringConfigurationList
const archive = { AccessTier: 'ARCHIVE_ACCESS', Days: 90 } as const
const deep = { AccessTier: 'DEEP_ARCHIVE_ACCESS', Days: 180 } as const

test('configurations come back as they were put, each by its id and all in order, until they are deleted', async () => {
  await assert.rejects(get('a'), { name: 'NoSuchConfiguration' })
  const configurations: readonly IntelligentTieringConfiguration[] = [
    { Id: 'a', Status: 'Enabled', Tierings: [archive, deep] },
    { Id: 'b', Status: 'Disabled', Filter: { Prefix: 'old/' }, Tierings: [deep] },
    { Id: 'c', Status: 'Enabled', Filter: { Tag: { Key: 'k', Value: 'v' } }, Tierings: [archive] },
    {
      Id: 'd',
      Status: 'Enabled',
      Filter: {
        And: {
          Prefix: 'x/',
          Tags: [
            { Key: 'k', Value: 'v' },
            { Key: 'l', Value: '' },
          ],
        },
      },
      Tierings: [archive],
    },
  ]
  for (const given of [...configurations].reverse()) await put(given)
  for (const given of configurations)
    assert.deepEqual((await get(given.Id ?? '')).IntelligentTieringConfiguration, given)
  assert.deepEqual(await all(), configurations)
  await s3.send(new DeleteBucketIntelligentTieringConfigurationCommand({ Bucket, Id: 'b' }))
  assert.deepEqual(
    (await all())?.map(({ Id }) => Id),
    ['a', 'c', 'd'],
  )
  await assert.rejects(s3.send(new DeleteBucketIntelligentTieringConfigurationCommand({ Bucket, Id: 'b' })), {
    name: 'NoSuchConfiguration',
  })
})

test('days out of bounds, tiers twice or out of order and strange ids are refused', async () => {
  const refused = (given: Partial<IntelligentTieringConfiguration>, name = 'InvalidArgument') =>
    assert.rejects(put({ Id: 'wrong', Status: 'Enabled', Tierings: [archive], ...given }), { name })
  await refused({ Tierings: [{ ...archive, Days: 89 }] })
  await refused({ Tierings: [{ ...deep, Days: 179 }] })
  await refused({ Tierings: [{ ...deep, Days: 731 }] })
  await refused({ Tierings: [{ ...archive, Days: 200 }, deep] })
  await refused({ Tierings: [archive, { ...archive, Days: 100 }] }, 'MalformedXML')
  await refused({ Tierings: [] }, 'MalformedXML')
  await refused({ Id: 'x'.repeat(65) })
  await assert.rejects(get('wrong'), { name: 'NoSuchConfiguration' })
})

test('more configurations than a page holds are listed page by page', async () => {
  const paged = 'paged'
  await s3.send(new CreateBucketCommand({ Bucket: paged }))
  const ids = Array.from({ length: 150 }, (_, at) => `id-${String(at).padStart(3, '0')}`)
  for (const Id of ids)
    await s3.send(
      new PutBucketIntelligentTieringConfigurationCommand({
        Bucket: paged,
        Id,
        IntelligentTieringConfiguration: { Id, Status: 'Enabled', Tierings: [archive] },
      }),
    )
  const found: (string | undefined)[] = []
  for (let token: string | undefined, more = true; more; ) {
    const page = await s3.send(
      new ListBucketIntelligentTieringConfigurationsCommand({
        Bucket: paged,
        ...(token !== undefined && { ContinuationToken: token }),
      }),
    )
    found.push(...(page.IntelligentTieringConfigurationList ?? []).map(({ Id }) => Id))
    token = page.NextContinuationToken
    more = page.IsTruncated === true
  }
  assert.deepEqual(found, ids)
})
