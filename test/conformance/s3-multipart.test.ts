/** Multipart uploads through the AWS SDK: parts in any order become one object, whole or not at all. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
const Bucket = 'multipart'
const partBytes = 5 * 1024 * 1024
const pieces = [randomBytes(partBytes), randomBytes(partBytes), randomBytes(1000)]
const whole = Buffer.concat(pieces)
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes)
const etagOfParts = `"${md5(Buffer.concat(pieces.map(piece => md5(piece).digest()))).digest('hex')}-3"`

before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
  await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
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
const begin = async (Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) => {
  const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))
  return UploadId
}
const part = async (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array, more: object = {}) => {
  const { ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME } = await s3.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }),
  )
  return { PartNumber, ETag, ChecksumCRC32, ChecksumSHA256, ChecksumCRC64NVME }
}
const complete = (Key: string, UploadId: string, Parts: CompletedPart[], more: object = {}) =>
  s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }))
const bytesOf = async (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
  Buffer.from(
    (await (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToByteArray()) ?? [],
  )
async function upload(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const id = await begin(Key, more)
  const parts: CompletedPart[] = []
  for (const [at, piece] of pieces.entries())
    parts.push(await part(Key, id, at + 1, piece, { ChecksumAlgorithm: more.ChecksumAlgorithm }))
  return { id, parts, completed: await complete(Key, id, parts) }
}

test('parts become one object with the entity tag of its parts', async () => {
  const { completed } = await upload('whole', { ContentType: 'video/x', Metadata: { a: '1' }, Tagging: 't=1' })
  assert.equal(completed.ETag, etagOfParts)
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole' }))
  assert.equal(head.ContentLength, whole.length)
  assert.equal(head.ContentType, 'video/x')
  assert.deepEqual(head.Metadata, { a: '1' })
  assert.ok((await bytesOf('whole')).equals(whole))
})

test('ranges and parts of it are read across the borders of its parts', async () => {
  await upload('cut')
  for (const [from, to] of [
    [0, 10],
    [partBytes - 5, partBytes + 5],
    [10, whole.length - 1],
    [2 * partBytes, whole.length - 1],
  ] as const)
    assert.ok(
      (await bytesOf('cut', { Range: `bytes=${from}-${to}` })).equals(whole.subarray(from, to + 1)),
      `${from}-${to}`,
    )
  const second = await s3.send(new GetObjectCommand({ Bucket, Key: 'cut', PartNumber: 2 }))
  assert.equal(second.PartsCount, 3)
  assert.equal(second.ContentRange, `bytes ${partBytes}-${2 * partBytes - 1}/${whole.length}`)
  assert.equal(second.$metadata.httpStatusCode, 206)
  assert.ok(Buffer.from((await second.Body?.transformToByteArray()) ?? []).equals(pieces[1] as Buffer))
  await assert.rejects(bytesOf('cut', { PartNumber: 4 }), fault('InvalidPartNumber', 416))
})

test('parts may come in any order and be replaced; only the listed ones count', async () => {
  const id = await begin('replaced')
  const last = await part('replaced', id, 7, Buffer.from('end'))
  await part('replaced', id, 3, Buffer.from('overwritten'))
  const first = await part('replaced', id, 3, pieces[0] as Buffer)
  await part('replaced', id, 5, pieces[1] as Buffer)
  await complete('replaced', id, [first, last])
  assert.ok((await bytesOf('replaced')).equals(Buffer.concat([pieces[0] as Buffer, Buffer.from('end')])))
})

test('what is wrong with the list of parts is said, and the upload lives on', async () => {
  const id = await begin('wrong')
  const one = await part('wrong', id, 1, Buffer.from('small'))
  const two = await part('wrong', id, 2, Buffer.from('small'))
  await assert.rejects(complete('wrong', id, [two, one]), fault('InvalidPartOrder', 400))
  await assert.rejects(complete('wrong', id, [one, { ...two, ETag: '"other"' }]), fault('InvalidPart', 400))
  await assert.rejects(complete('wrong', id, [one, { PartNumber: 3, ETag: one.ETag }]), fault('InvalidPart', 400))
  await assert.rejects(complete('wrong', id, [one, two]), fault('EntityTooSmall', 400))
  await assert.rejects(complete('wrong', id, []), fault('MalformedXML', 400))
  await assert.rejects(complete('wrong', id, [one], { MpuObjectSize: 4 }), fault('InvalidRequest', 400))
  await complete('wrong', id, [one], { MpuObjectSize: 5 })
  assert.equal((await bytesOf('wrong')).toString(), 'small')
})

test('a completion asked for again answers the same', async () => {
  const { id, parts, completed } = await upload('twice')
  assert.equal((await complete('twice', id, parts)).ETag, completed.ETag)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'twice', Body: 'other' }))
  await assert.rejects(complete('twice', id, parts), fault('NoSuchUpload', 404))
})

test('a completion may be conditional', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'taken', Body: 'first' }))
  const id = await begin('taken')
  const one = await part('taken', id, 1, Buffer.from('second'))
  await assert.rejects(complete('taken', id, [one], { IfNoneMatch: '*' }), fault('PreconditionFailed', 412))
  assert.equal((await bytesOf('taken')).toString(), 'first')
  await complete('taken', id, [one])
})

test('a completion on the condition of what was written since the upload was begun is a conflict', async () => {
  const id = await begin('during')
  const one = await part('during', id, 1, Buffer.from('second'))
  const { ETag: IfMatch } = await s3.send(new PutObjectCommand({ Bucket, Key: 'during', Body: 'first' }))
  await assert.rejects(complete('during', id, [one], { IfMatch: '"other"' }), fault('PreconditionFailed', 412))
  await assert.rejects(complete('during', id, [one], { IfMatch }), fault('ConditionalRequestConflict', 409))
  const later = await begin('during')
  const again = await part('during', later, 1, Buffer.from('second'))
  await complete('during', later, [again], { IfMatch })
  assert.equal((await bytesOf('during')).toString(), 'second')
})

test('a checksum of the whole is refused where the upload has none to hold it to', async () => {
  const id = await begin('unsummed')
  const one = await part('unsummed', id, 1, Buffer.from('x'))
  await assert.rejects(complete('unsummed', id, [one], { ChecksumCRC32: 'AAAAAA==' }), fault('InvalidRequest', 400))
  await complete('unsummed', id, [one])
})

test('an aborted upload is gone with its parts', async () => {
  const id = await begin('aborted')
  const one = await part('aborted', id, 1, Buffer.from('x'))
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId: id }))
  await assert.rejects(complete('aborted', id, [one]), fault('NoSuchUpload', 404))
  await assert.rejects(part('aborted', id, 2, Buffer.from('x')), fault('NoSuchUpload', 404))
  await assert.rejects(
    s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId: id })),
    fault('NoSuchUpload', 404),
  )
  await assert.rejects(bytesOf('aborted'), fault('NoSuchKey', 404))
})

test('an upload is known only under its own key, and parts by numbers from 1 to 10,000', async () => {
  const id = await begin('own')
  await assert.rejects(part('other', id, 1, Buffer.from('x')), fault('NoSuchUpload', 404))
  for (const number of [0, 10_001])
    await assert.rejects(part('own', id, number, Buffer.from('x')), fault('InvalidArgument', 400))
  await part('own', id, 10_000, Buffer.from('x'))
})

test('parts are listed in pages', async () => {
  const id = await begin('pages', { ChecksumAlgorithm: 'SHA256' })
  for (const number of [1, 2, 5]) await part('pages', id, number, Buffer.from('x'), { ChecksumAlgorithm: 'SHA256' })
  const page = await s3.send(new ListPartsCommand({ Bucket, Key: 'pages', UploadId: id, MaxParts: 2 }))
  assert.deepEqual(
    page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [1, 1],
      [2, 1],
    ],
  )
  assert.equal(page.IsTruncated, true)
  assert.equal(page.ChecksumAlgorithm, 'SHA256')
  assert.ok(page.Parts?.[0]?.ChecksumSHA256)
  const rest = await s3.send(
    new ListPartsCommand({ Bucket, Key: 'pages', UploadId: id, PartNumberMarker: page.NextPartNumberMarker }),
  )
  assert.deepEqual(
    rest.Parts?.map(({ PartNumber }) => PartNumber),
    [5],
  )
  assert.equal(rest.IsTruncated, false)
})

test('uploads are listed by key and time, with folders, in pages', async () => {
  const ids = [await begin('list/a'), await begin('list/a'), await begin('list/b/1'), await begin('list/c')]
  const list = (more: object) => s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'list/', ...more }))
  assert.deepEqual(
    (await list({})).Uploads?.map(({ UploadId }) => UploadId),
    ids,
  )
  const rolled = await list({ Delimiter: '/' })
  assert.deepEqual(
    rolled.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['list/b/'],
  )
  const found: (string | undefined)[] = []
  let marker: object = {}
  for (;;) {
    const page = await list({ MaxUploads: 1, ...marker })
    found.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId))
    if (!page.IsTruncated) break
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
  assert.deepEqual(found, ids)
})

test('parts are copied from ranges of other objects', async () => {
  await upload('origin')
  const id = await begin('patched')
  const copy = async (PartNumber: number, CopySourceRange?: string) => {
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: 'patched',
        UploadId: id,
        PartNumber,
        CopySource: `${Bucket}/origin`,
        CopySourceRange,
      }),
    )
    return { PartNumber, ETag: CopyPartResult?.ETag }
  }
  const parts = [await copy(1, `bytes=100-${100 + partBytes - 1}`), await copy(2)]
  for (const range of ['bytes=5-', 'bytes=9-5', `bytes=0-${whole.length}`])
    await assert.rejects(copy(3, range), (error: S3ServiceException) => error.$metadata.httpStatusCode === 400)
  await complete('patched', id, parts)
  assert.ok((await bytesOf('patched')).equals(Buffer.concat([whole.subarray(100, 100 + partBytes), whole])))
})

test('a copy of it is one object, whose entity tag is the MD5 of its bytes', async () => {
  await upload('parts')
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'one', CopySource: `${Bucket}/parts` }))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'one' }))
  assert.equal(head.ETag, `"${md5(whole).digest('hex')}"`)
  await s3.send(new PutObjectCommand({ Bucket, Key: 'parts', Body: '' }))
  assert.ok((await bytesOf('one')).equals(whole))
})

for (const [algorithm, type] of [
  ['CRC32', 'COMPOSITE'],
  ['SHA256', 'COMPOSITE'],
  ['CRC32', 'FULL_OBJECT'],
  ['CRC64NVME', 'FULL_OBJECT'],
] as const)
  test(`a ${type} ${algorithm} is kept for the whole and its parts`, async () => {
    const Key = `sum-${algorithm}-${type}`
    const { completed } = await upload(Key, { ChecksumAlgorithm: algorithm, ChecksumType: type })
    const member = `Checksum${algorithm}` as const
    assert.equal(completed.ChecksumType, type)
    if (type === 'FULL_OBJECT') {
      const { [member]: direct } = await s3.send(
        new PutObjectCommand({ Bucket, Key: 'direct', Body: whole, ChecksumAlgorithm: algorithm }),
      )
      assert.equal(completed[member], direct)
    } else assert.match(completed[member] ?? '', /=-3$/)
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    assert.equal(head[member], completed[member])
    const { ObjectParts } = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts'], MaxParts: 2 }),
    )
    assert.equal(ObjectParts?.TotalPartsCount, 3)
    assert.deepEqual(
      ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, partBytes],
        [2, partBytes],
      ],
    )
    assert.equal(ObjectParts?.IsTruncated, true)
  })

test('checksums of an upload are held to what it was begun with', async () => {
  await assert.rejects(
    begin('x', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }),
    fault('InvalidRequest', 400),
  )
  const id = await begin('x', { ChecksumAlgorithm: 'SHA256' })
  await assert.rejects(
    part('x', id, 1, Buffer.from('x'), { ChecksumAlgorithm: 'CRC32C' }),
    fault('InvalidRequest', 400),
  )
  const one = await part('x', id, 1, Buffer.from('x'), { ChecksumAlgorithm: 'SHA256' })
  await assert.rejects(complete('x', id, [{ ...one, ChecksumSHA256: undefined }]), fault('InvalidRequest', 400))
  await complete('x', id, [one])
})
