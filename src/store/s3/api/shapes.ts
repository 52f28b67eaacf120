// Members that many of S3's operations share, and their way between AWS's words and the part's.
import type { Access } from '../../../gateway/operation.ts'
import {
  attribute,
  boolean,
  enumeration,
  header,
  headers,
  integer,
  list,
  long,
  map,
  named,
  optional,
  query,
  sensitive,
  string,
  structure,
  timestamp,
  uri,
  type Values,
} from '../../../gateway/shape.ts'
import type { Bucket } from '../bucket.ts'
import { canonicalUser } from '../canonical-user.ts'
import type { ReadConditions } from '../conditions.ts'
import { invalidArgument } from '../faults.ts'
import type { Described } from '../properties.ts'
import type { S3 } from '../s3.ts'
import type { Properties, Tags, Version } from '../version.ts'

// In the URL
export const bucketMember = uri('Bucket', string())
export const keyMember = uri('Key', string({ min: 1 }))
export const versionIdQuery = optional(query('versionId', string()))
export const expectedOwner = optional(header('x-amz-expected-bucket-owner', string()))
export const onBucket = { Bucket: bucketMember, ExpectedBucketOwner: expectedOwner }
/** That the caller would pay for the transfer. No bucket asks for it, so as in AWS it changes nothing. */
export const requestPayer = { RequestPayer: optional(header('x-amz-request-payer', enumeration('requester'))) }
export const onKey = { ...onBucket, ...requestPayer, Key: keyMember }

/** Of requests whose body is a document: its checksum and its MD5 are compared with the bytes in document-digests.ts. */
export const documentChecksum = {
  ChecksumAlgorithm: optional(
    header('x-amz-sdk-checksum-algorithm', enumeration('CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME')),
  ),
}

export const tag = structure({ Key: string({ min: 1 }), Value: string() })
export const owner = structure({ DisplayName: optional(string()), ID: optional(string()) })

export const grants = named(
  'AccessControlList',
  list(
    structure({
      Grantee: optional(
        structure({
          DisplayName: optional(string()),
          ID: optional(string()),
          Type: attribute('xsi:type', enumeration('CanonicalUser', 'AmazonCustomerByEmail', 'Group')),
        }),
      ),
      Permission: optional(enumeration('FULL_CONTROL', 'WRITE', 'WRITE_ACP', 'READ', 'READ_ACP')),
    }),
    { itemName: 'Grant' },
  ),
)
/** Of a bucket or object whose ACL nobody can change: its owner may do everything. */
export const ownersGrants = (bucket: Bucket) => [
  {
    Grantee: { ID: canonicalUser(bucket.account), Type: 'CanonicalUser' as const },
    Permission: 'FULL_CONTROL' as const,
  },
]

// What is said about an object
export const contentHeaders = {
  CacheControl: optional(header('Cache-Control', string())),
  ContentDisposition: optional(header('Content-Disposition', string())),
  ContentEncoding: optional(header('Content-Encoding', string())),
  ContentLanguage: optional(header('Content-Language', string())),
  ContentType: optional(header('Content-Type', string())),
  Expires: optional(header('Expires', string())),
  WebsiteRedirectLocation: optional(header('x-amz-website-redirect-location', string())),
  Metadata: optional(headers('x-amz-meta-', map(string()))),
}
export const encryptionHeaders = {
  ServerSideEncryption: optional(
    header('x-amz-server-side-encryption', enumeration('AES256', 'aws:kms', 'aws:kms:dsse')),
  ),
  SSEKMSKeyId: optional(header('x-amz-server-side-encryption-aws-kms-key-id', sensitive(string()))),
  BucketKeyEnabled: optional(header('x-amz-server-side-encryption-bucket-key-enabled', boolean())),
}
export const storageClassHeader = optional(header('x-amz-storage-class', string()))
export const describingHeaders = {
  ...contentHeaders,
  ...encryptionHeaders,
  StorageClass: storageClassHeader,
  ACL: optional(header('x-amz-acl', string())),
}
export const taggingHeader = optional(header('x-amz-tagging', string()))

export const described = (input: Values<typeof describingHeaders>): Described => ({
  contentType: input.ContentType,
  contentEncoding: input.ContentEncoding,
  contentDisposition: input.ContentDisposition,
  contentLanguage: input.ContentLanguage,
  cacheControl: input.CacheControl,
  expires: input.Expires,
  redirect: input.WebsiteRedirectLocation,
  metadata: input.Metadata,
  storageClass: input.StorageClass,
  acl: input.ACL,
  encryption: {
    algorithm: input.ServerSideEncryption,
    key: input.SSEKMSKeyId,
    bucketKey: input.BucketKeyEnabled,
  },
})

export const encryptionOf = ({ encryption }: Properties) => ({
  ServerSideEncryption: encryption.algorithm,
  SSEKMSKeyId: encryption.key,
  BucketKeyEnabled: encryption.bucketKey === true ? true : undefined,
})

// Conditions
export const writeConditions = {
  IfMatch: optional(header('If-Match', string())),
  IfNoneMatch: optional(header('If-None-Match', string())),
}
export const readConditions = {
  ...writeConditions,
  IfModifiedSince: optional(header('If-Modified-Since', timestamp())),
  IfUnmodifiedSince: optional(header('If-Unmodified-Since', timestamp())),
}
export const conditionsOf = (input: Values<typeof readConditions>, now: number): ReadConditions => ({
  ifMatch: input.IfMatch,
  ifNoneMatch: input.IfNoneMatch,
  // As in AWS a time that has not come is no condition.
  ifModifiedSince:
    input.IfModifiedSince !== undefined && input.IfModifiedSince > now ? undefined : input.IfModifiedSince,
  ifUnmodifiedSince: input.IfUnmodifiedSince,
})

// Answers
export const versionIdHeader = optional(header('x-amz-version-id', string()))
export const etagHeader = optional(header('ETag', string()))
export const lastModifiedHeader = optional(header('Last-Modified', timestamp()))
export const contentLengthHeader = optional(header('Content-Length', long()))
export const partsCountHeader = optional(header('x-amz-mp-parts-count', integer()))

export const expirationHeader = optional(header('x-amz-expiration', string()))

export const quoted = (etag: string) => `"${etag}"`
/** S3 knows the time of a change to the second. */
export const wholeSeconds = (at: number) => Math.floor(at / 1000) * 1000
/** Only buckets that keep, or once kept, versions tell their ids. */
export const shownVersionId = (bucket: Bucket, version: Version) =>
  bucket.versioning === 'off' ? undefined : version.versionId

export const tagSetOf = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
export const tagList = (set: readonly Values<{ Key: ReturnType<typeof string>; Value: ReturnType<typeof string> }>[]) =>
  set.map(({ Key, Value }) => ({ key: Key, value: Value }))

/** The bucket that the request names, which its caller may have expected to be somebody's. */
export const bucketOf = (s3: S3, input: Values<typeof onBucket>): Bucket =>
  s3.buckets.get(input.Bucket, input.ExpectedBucketOwner)

/** Text at AWS, though it is a part's number. */
export function partMarker(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (!/^\d{1,5}$/.test(text))
    throw invalidArgument(
      'Argument part-number-marker must be an integer between 0 and 2147483647',
      'part-number-marker',
      text,
    )
  return Number(text)
}

// IAM
export const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`
export const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`
export const mayBucket =
  (action: string) =>
  (input: { readonly Bucket: string }): readonly Access[] => [{ action, resource: bucketArn(input.Bucket) }]
/** What a listing looks for is for its policy to judge: whoever may see `home/ann/` only asks for that prefix. */
export const mayList =
  (action: string) =>
  (input: {
    readonly Bucket: string
    readonly Prefix?: string | undefined
    readonly Delimiter?: string | undefined
    readonly MaxKeys?: number | undefined
  }): readonly Access[] => {
    const context = {
      ...(input.Prefix !== undefined && { 's3:prefix': input.Prefix }),
      ...(input.Delimiter !== undefined && { 's3:delimiter': input.Delimiter }),
      ...(input.MaxKeys !== undefined && { 's3:max-keys': String(input.MaxKeys) }),
    }
    return [{ action, resource: bucketArn(input.Bucket), context }]
  }
/** Writing an object, and its tags where some are given; policies may look at how it is to be stored. */
export const mayPut = (
  input: Values<typeof describingHeaders> & {
    readonly Bucket: string
    readonly Key: string
    readonly Tagging?: string | undefined
  },
): readonly Access[] => {
  const resource = objectArn(input.Bucket, input.Key)
  const said = {
    's3:x-amz-acl': input.ACL,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
  }
  const context = Object.fromEntries(
    Object.entries(said).filter((entry): entry is [string, NonNullable<(typeof entry)[1]>] => entry[1] !== undefined),
  )
  const tagging = { action: 's3:PutObjectTagging', resource }
  return [{ action: 's3:PutObject', resource, context }, ...(input.Tagging === undefined ? [] : [tagging])]
}
/** Some actions have another name when a version is asked for: `s3:GetObject`, `s3:GetObjectVersion`. */
export const mayObject =
  (action: string, versioned = action) =>
  (input: {
    readonly Bucket: string
    readonly Key: string
    readonly VersionId?: string | undefined
  }): readonly Access[] => [
    { action: input.VersionId === undefined ? action : versioned, resource: objectArn(input.Bucket, input.Key) },
  ]
