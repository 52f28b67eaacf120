// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html and API_UploadPartCopy.html
import { type Access, type Call, operation } from '../../../gateway/operation.ts'
import {
  enumeration,
  header,
  integer,
  optional,
  payload,
  query,
  string,
  structure,
  timestamp,
  type Values,
} from '../../../gateway/shape.ts'
import type { CopySource } from '../copying.ts'
import { invalidArgument } from '../faults.ts'
import type { S3 } from '../s3.ts'
import { parseTagging } from '../tags.ts'
import { checksumAlgorithm, checksumMembers, checksumOf, checksumType, typedChecksumOf } from './checksum-members.ts'
import {
  bucketOf,
  described,
  describingHeaders,
  encryptionHeaders,
  encryptionOf,
  expirationHeader,
  mayObject,
  mayPut,
  objectArn,
  onKey,
  quoted,
  shownVersionId,
  taggingHeader,
  versionIdHeader,
  wholeSeconds,
  writeConditions,
} from './shapes.ts'

const sourceMembers = {
  CopySource: header('x-amz-copy-source', string()),
  CopySourceIfMatch: optional(header('x-amz-copy-source-if-match', string())),
  CopySourceIfNoneMatch: optional(header('x-amz-copy-source-if-none-match', string())),
  CopySourceIfModifiedSince: optional(header('x-amz-copy-source-if-modified-since', timestamp())),
  CopySourceIfUnmodifiedSince: optional(header('x-amz-copy-source-if-unmodified-since', timestamp())),
  ExpectedSourceBucketOwner: optional(header('x-amz-source-expected-bucket-owner', string())),
}
const sourceVersionHeader = optional(header('x-amz-copy-source-version-id', string()))
const directive = enumeration('COPY', 'REPLACE')

function mayRead(copySource: string): Access {
  const { bucket, key, versionId } = parseSource(copySource)
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
  return { action, resource: objectArn(bucket, key) }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const CopyObject = operation({
  http: { route: 'PUT /{Bucket}/{Key+}', header: 'x-amz-copy-source' },
  input: {
    ...onKey,
    ...sourceMembers,
    ...describingHeaders,
    ...writeConditions,
    ChecksumAlgorithm: optional(header('x-amz-checksum-algorithm', checksumAlgorithm)),
    MetadataDirective: optional(header('x-amz-metadata-directive', directive)),
    TaggingDirective: optional(header('x-amz-tagging-directive', directive)),
    Tagging: taggingHeader,
  },
  output: {
    CopyObjectResult: payload(
      structure({
        ETag: string(),
        LastModified: timestamp(),
        ChecksumType: optional(checksumType),
        ...checksumMembers,
      }),
    ),
    CopySourceVersionId: sourceVersionHeader,
    VersionId: versionIdHeader,
    ...encryptionHeaders,
    Expiration: expirationHeader,
  },
  access: input => [mayRead(input.CopySource), ...mayPut(input)],
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const from = sourceOf(s3, input, call)
    const { source, copy } = await s3.copying.copy(
      from,
      { bucket, key: input.Key },
      {
        metadata: input.MetadataDirective === 'REPLACE' ? 'replace' : 'keep',
        described: described(input),
        tags: input.TaggingDirective === 'REPLACE' ? parseTagging(input.Tagging) : undefined,
        checksum: input.ChecksumAlgorithm,
        conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
      },
    )
    return {
      CopyObjectResult: {
        ETag: quoted(copy.etag),
        LastModified: wholeSeconds(copy.modifiedAt),
        ...typedChecksumOf(copy.properties.checksum),
      },
      CopySourceVersionId: shownVersionId(from.bucket, source),
      VersionId: shownVersionId(bucket, copy),
      ...encryptionOf(copy.properties),
      Expiration: s3.lifecycles.expiration(bucket, copy),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export const UploadPartCopy = operation({
  http: { route: 'PUT /{Bucket}/{Key+}?partNumber&uploadId', header: 'x-amz-copy-source' },
  input: {
    ...onKey,
    ...sourceMembers,
    CopySourceRange: optional(header('x-amz-copy-source-range', string())),
    PartNumber: query('partNumber', integer()),
    UploadId: query('uploadId', string()),
  },
  output: {
    CopyPartResult: payload(structure({ ETag: string(), LastModified: timestamp(), ...checksumMembers })),
    CopySourceVersionId: sourceVersionHeader,
    ...encryptionHeaders,
  },
  access: input => [mayRead(input.CopySource), ...mayObject('s3:PutObject')(input)],
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const from = sourceOf(s3, input, call)
    const to = { bucket, key: input.Key, uploadId: input.UploadId, number: input.PartNumber }
    const { source, part, upload } = await s3.copying.copyPart(from, input.CopySourceRange, to)
    return {
      CopyPartResult: {
        ETag: quoted(part.etag),
        LastModified: wholeSeconds(part.modifiedAt),
        ...checksumOf(part.checksum),
      },
      CopySourceVersionId: shownVersionId(from.bucket, source),
      ...encryptionOf(upload.properties),
    }
  },
})

function sourceOf(s3: S3, input: Values<typeof sourceMembers>, call: Call): CopySource {
  const { bucket, key, versionId } = parseSource(input.CopySource)
  const since = input.CopySourceIfModifiedSince
  return {
    bucket: s3.buckets.get(bucket, input.ExpectedSourceBucketOwner),
    key,
    versionId,
    conditions: {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      // As in AWS a time that has not come is no condition.
      ifModifiedSince: since !== undefined && since > call.at ? undefined : since,
      ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
  }
}

/** `[/]bucket/key[?versionId=id]`, percent-encoded. */
function parseSource(text: string): { bucket: string; key: string; versionId: string | undefined } {
  const invalid = () =>
    invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      text,
    )
  const [, raw = '', version] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(text) ?? []
  let decoded: string
  try {
    decoded = decodeURIComponent(raw).replace(/^\//, '')
  } catch {
    throw invalid()
  }
  const slash = decoded.indexOf('/')
  if (slash < 1 || slash === decoded.length - 1) throw invalid()
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1), versionId: version }
}
