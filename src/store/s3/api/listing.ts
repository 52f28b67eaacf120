// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, API_ListObjects.html, API_ListObjectVersions.html
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  long,
  named,
  optional,
  query,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import type { Bucket } from '../bucket.ts'
import { canonicalUser } from '../canonical-user.ts'
import { invalidArgument } from '../faults.ts'
import { pageMax } from '../limits.ts'
import { after, type Page, type Position } from '../paging.ts'
import type { S3 } from '../s3.ts'
import type { Version } from '../version.ts'
import { checksumAlgorithm, checksumType, typeName } from './checksum-members.ts'
import { continuationToken, positionOf } from './continuation.ts'
import { type Encode, encoderFor } from './encoding.ts'
import { bucketOf, mayList, onBucket, owner, quoted, requestPayer, wholeSeconds } from './shapes.ts'

const rolled = {
  ...requestPayer,
  Delimiter: optional(query('delimiter', string())),
  EncodingType: optional(query('encoding-type', enumeration('url'))),
  MaxKeys: optional(query('max-keys', integer())),
  Prefix: optional(query('prefix', string())),
}
const described = {
  LastModified: timestamp(),
  ETag: string(),
  ChecksumAlgorithm: optional(list(checksumAlgorithm, { flattened: true })),
  ChecksumType: optional(checksumType),
  Size: long(),
}
const contents = list(structure({ Key: string(), ...described, StorageClass: string(), Owner: optional(owner) }), {
  flattened: true,
})
const page = {
  Name: string(),
  Prefix: string(),
  Delimiter: optional(string()),
  MaxKeys: integer(),
  EncodingType: optional(enumeration('url')),
  IsTruncated: boolean(),
  CommonPrefixes: list(structure({ Prefix: string() }), { flattened: true }),
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const ListObjects = operation({
  http: { route: 'GET /{Bucket}' },
  root: 'ListBucketResult',
  input: { ...onBucket, ...rolled, Marker: optional(query('marker', string())) },
  output: { ...page, Marker: string(), NextMarker: optional(string()), Contents: contents },
  access: mayList('s3:ListBucket'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const { prefix, delimiter, limit, encode, head } = request(input)
    const ownerId = canonicalUser(bucket.account)
    const from = after(input.Marker ?? '', prefix, delimiter)
    const found = s3.listing.objects(bucket, { prefix, delimiter, from, limit })
    return {
      ...head(bucket, found),
      Marker: encode(input.Marker ?? ''),
      // As in AWS: without a delimiter the last key is the next marker, and is not said twice.
      NextMarker: found.truncated && delimiter !== '' && found.last ? encode(entryName(found.last)) : undefined,
      Contents: found.items.map(version => entry(version, encode, ownerId)),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const ListObjectsV2 = operation({
  http: { route: 'GET /{Bucket}?list-type=2' },
  root: 'ListBucketResult',
  input: {
    ...onBucket,
    ...rolled,
    ContinuationToken: optional(query('continuation-token', string())),
    FetchOwner: optional(query('fetch-owner', boolean())),
    StartAfter: optional(query('start-after', string())),
  },
  output: {
    ...page,
    KeyCount: integer(),
    ContinuationToken: optional(string()),
    NextContinuationToken: optional(string()),
    StartAfter: optional(string()),
    Contents: contents,
  },
  access: mayList('s3:ListBucket'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const { prefix, delimiter, limit, encode, head } = request(input)
    const ownerId = input.FetchOwner === true ? canonicalUser(bucket.account) : undefined
    const found = s3.listing.objects(bucket, { prefix, delimiter, from: start(input), limit })
    return {
      ...head(bucket, found),
      KeyCount: found.items.length + found.folders.length,
      ContinuationToken: input.ContinuationToken,
      NextContinuationToken: found.truncated && found.last ? continuationToken(found.last) : undefined,
      StartAfter: input.StartAfter === undefined ? undefined : encode(input.StartAfter),
      Contents: found.items.map(version => entry(version, encode, ownerId)),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const ListObjectVersions = operation({
  http: { route: 'GET /{Bucket}?versions' },
  root: 'ListVersionsResult',
  input: {
    ...onBucket,
    ...rolled,
    KeyMarker: optional(query('key-marker', string())),
    VersionIdMarker: optional(query('version-id-marker', string())),
  },
  output: {
    ...page,
    KeyMarker: string(),
    VersionIdMarker: string(),
    NextKeyMarker: optional(string()),
    NextVersionIdMarker: optional(string()),
    Versions: named(
      'Version',
      list(
        structure({
          Key: string(),
          VersionId: string(),
          IsLatest: boolean(),
          ...described,
          StorageClass: string(),
          Owner: owner,
        }),
        { flattened: true },
      ),
    ),
    DeleteMarkers: named(
      'DeleteMarker',
      list(
        structure({ Key: string(), VersionId: string(), IsLatest: boolean(), LastModified: timestamp(), Owner: owner }),
        { flattened: true },
      ),
    ),
  },
  access: mayList('s3:ListBucketVersions'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const { prefix, delimiter, limit, encode, head } = request(input)
    const marker = { key: nonEmpty(input.KeyMarker), versionId: nonEmpty(input.VersionIdMarker) }
    const from = s3.listing.afterVersion(bucket, marker, { prefix, delimiter })
    const found = s3.listing.versions(bucket, { prefix, delimiter, from, limit })
    const next = found.truncated ? found.last : undefined
    const Owner = { ID: canonicalUser(bucket.account) }
    const place = (version: Version) => ({
      Key: encode(version.key),
      VersionId: version.versionId,
      IsLatest: version.latest,
      LastModified: wholeSeconds(version.modifiedAt),
      Owner,
    })
    return {
      ...head(bucket, found),
      KeyMarker: encode(input.KeyMarker ?? ''),
      VersionIdMarker: input.VersionIdMarker ?? '',
      NextKeyMarker: next && encode(entryName(next)),
      NextVersionIdMarker: next && 'item' in next ? next.item.versionId : undefined,
      Versions: found.items
        .filter(version => !version.marker)
        .map(version => ({ ...entry(version, encode, undefined), ...place(version) })),
      DeleteMarkers: found.items.filter(version => version.marker).map(place),
    }
  },
})

/** What all three have in common: limits, defaults, and the head of the answer. */
function request(input: {
  readonly Delimiter?: string | undefined
  readonly EncodingType?: 'url' | undefined
  readonly MaxKeys?: number | undefined
  readonly Prefix?: string | undefined
}) {
  const { Delimiter, EncodingType, MaxKeys = pageMax, Prefix = '' } = input
  if (MaxKeys < 0)
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647', 'max-keys', MaxKeys)
  const encode = encoderFor(EncodingType)
  const limit = Math.min(MaxKeys, pageMax)
  const head = (bucket: Bucket, found: Page<Version>) => ({
    Name: bucket.name,
    Prefix: encode(Prefix),
    Delimiter: Delimiter === undefined || Delimiter === '' ? undefined : encode(Delimiter),
    MaxKeys: limit,
    EncodingType,
    IsTruncated: found.truncated,
    CommonPrefixes: found.folders.map(folder => ({ Prefix: encode(folder) })),
  })
  return { prefix: Prefix, delimiter: Delimiter ?? '', limit, encode, head }
}

const entry = ({ key, modifiedAt, etag, bytes, properties }: Version, encode: Encode, ownerId: string | undefined) => ({
  Key: encode(key),
  LastModified: wholeSeconds(modifiedAt),
  ETag: quoted(etag),
  ...(properties.checksum !== undefined && {
    ChecksumAlgorithm: [properties.checksum.algorithm],
    ChecksumType: typeName(properties.checksum.type),
  }),
  Size: bytes,
  StorageClass: properties.storageClass ?? 'STANDARD',
  ...(ownerId !== undefined && { Owner: { ID: ownerId } }),
})

const entryName = (last: NonNullable<Page<Version>['last']>) => ('folder' in last ? last.folder : last.item.key)

/** A token says where the page before ended; start-after counts on the first page only. */
function start(input: {
  readonly ContinuationToken?: string | undefined
  readonly StartAfter?: string | undefined
}): Position {
  if (input.ContinuationToken !== undefined) return positionOf(input.ContinuationToken)
  return after(input.StartAfter ?? '', '', '')
}

const nonEmpty = (text: string | undefined) => (text === '' ? undefined : text)
