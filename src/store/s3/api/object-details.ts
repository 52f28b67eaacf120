// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html, tags and the ACL of objects.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  header,
  integer,
  list,
  long,
  named,
  optional,
  payload,
  string,
  structure,
  type Values,
} from '../../../gateway/shape.ts'
import { pageMax } from '../limits.ts'
import type { S3 } from '../s3.ts'
import { objectTags } from '../tags.ts'
import type { Version } from '../version.ts'
import { checksumMembers, checksumOf, checksumType, typedChecksumOf } from './checksum-members.ts'
import {
  bucketOf,
  documentChecksum,
  keyMember,
  lastModifiedHeader,
  mayObject,
  onBucket,
  onKey,
  partMarker,
  shownVersionId,
  tag,
  tagList,
  tagSetOf,
  versionIdHeader,
  versionIdQuery,
  wholeSeconds,
} from './shapes.ts'

const attributesInput = {
  ...onKey,
  VersionId: versionIdQuery,
  MaxParts: optional(header('x-amz-max-parts', integer({ min: 0 }))),
  PartNumberMarker: optional(header('x-amz-part-number-marker', string())),
  ObjectAttributes: header(
    'x-amz-object-attributes',
    list(enumeration('ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize')),
  ),
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export const GetObjectAttributes = operation({
  http: { route: 'GET /{Bucket}/{Key+}?attributes' },
  root: 'GetObjectAttributesResponse',
  input: attributesInput,
  output: {
    LastModified: lastModifiedHeader,
    VersionId: versionIdHeader,
    ETag: optional(string()),
    Checksum: optional(structure({ ...checksumMembers, ChecksumType: optional(checksumType) })),
    ObjectParts: optional(
      structure({
        TotalPartsCount: named('PartsCount', integer()),
        PartNumberMarker: optional(string()),
        NextPartNumberMarker: optional(string()),
        MaxParts: optional(integer()),
        IsTruncated: optional(boolean()),
        Parts: optional(
          named(
            'Part',
            list(structure({ PartNumber: integer(), Size: long(), ...checksumMembers }), { flattened: true }),
          ),
        ),
      }),
    ),
    StorageClass: optional(string()),
    ObjectSize: optional(long()),
  },
  access: input => [
    ...mayObject('s3:GetObject', 's3:GetObjectVersion')(input),
    ...mayObject('s3:GetObjectAttributes', 's3:GetObjectVersionAttributes')(input),
  ],
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const version = s3.objects.find(bucket, input.Key, input.VersionId)
    const wanted = new Set(input.ObjectAttributes)
    const { checksum, storageClass } = version.properties
    return {
      LastModified: wholeSeconds(version.modifiedAt),
      VersionId: shownVersionId(bucket, version),
      ETag: wanted.has('ETag') ? version.etag : undefined,
      Checksum: wanted.has('Checksum') && checksum !== undefined ? typedChecksumOf(checksum) : undefined,
      ObjectParts: wanted.has('ObjectParts') ? partsOf(s3, version, input) : undefined,
      StorageClass: wanted.has('StorageClass') ? (storageClass ?? 'STANDARD') : undefined,
      ObjectSize: wanted.has('ObjectSize') ? version.bytes : undefined,
    }
  },
})

/** AWS lists the parts one by one only where they have checksums. */
function partsOf(s3: S3, version: Version, input: Values<typeof attributesInput>) {
  const count = s3.objects.partsCount(version)
  if (count === 0) return undefined
  if (version.properties.checksum === undefined) return { TotalPartsCount: count }
  const limit = Math.min(input.MaxParts ?? pageMax, pageMax)
  const marker = partMarker(input.PartNumberMarker)
  const found = s3.objects.parts(version, marker, limit + 1)
  const shown = found.slice(0, limit)
  return {
    TotalPartsCount: count,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(shown.at(-1)?.number ?? 0),
    MaxParts: limit,
    IsTruncated: found.length > shown.length,
    Parts: shown.map(part => ({ PartNumber: part.number, Size: part.bytes, ...checksumOf(part.checksum) })),
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const GetObjectTagging = operation({
  http: { route: 'GET /{Bucket}/{Key+}?tagging' },
  root: 'Tagging',
  input: { ...onKey, VersionId: versionIdQuery },
  output: { VersionId: versionIdHeader, TagSet: list(tag, { itemName: 'Tag' }) },
  access: mayObject('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const version = s3.objects.find(bucket, input.Key, input.VersionId)
    return { VersionId: shownVersionId(bucket, version), TagSet: tagSetOf(version.tags) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export const PutObjectTagging = operation({
  http: { route: 'PUT /{Bucket}/{Key+}?tagging' },
  input: {
    ...onKey,
    ...documentChecksum,
    VersionId: versionIdQuery,
    Tagging: payload(structure({ TagSet: list(tag, { itemName: 'Tag' }) })),
  },
  output: { VersionId: versionIdHeader },
  access: mayObject('s3:PutObjectTagging', 's3:PutObjectVersionTagging'),
  async handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const tags = objectTags(tagList(input.Tagging.TagSet))
    const version = await s3.objects.setTags(bucket, input.Key, input.VersionId, tags)
    return { VersionId: shownVersionId(bucket, version) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export const DeleteObjectTagging = operation({
  http: { route: 'DELETE /{Bucket}/{Key+}?tagging', status: 204 },
  input: { ...onBucket, Key: keyMember, VersionId: versionIdQuery },
  output: { VersionId: versionIdHeader },
  access: mayObject('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
  async handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const version = await s3.objects.setTags(bucket, input.Key, input.VersionId, {})
    return { VersionId: shownVersionId(bucket, version) }
  },
})
