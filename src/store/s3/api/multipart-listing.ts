// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html and API_ListMultipartUploads.html
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
import { canonicalUser } from '../canonical-user.ts'
import { pageMax } from '../limits.ts'
import type { Upload } from '../multipart.ts'
import { after } from '../paging.ts'
import type { S3 } from '../s3.ts'
import { checksumAlgorithm, checksumMembers, checksumOf, checksumType, typeName } from './checksum-members.ts'
import { encoderFor } from './encoding.ts'
import {
  bucketOf,
  mayBucket,
  mayObject,
  onBucket,
  onKey,
  owner,
  partMarker,
  quoted,
  requestPayer,
  wholeSeconds,
} from './shapes.ts'

const initiator = structure({ ID: optional(string()), DisplayName: optional(string()) })
const checksumOfUpload = {
  ChecksumAlgorithm: optional(checksumAlgorithm),
  ChecksumType: optional(checksumType),
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export const ListParts = operation({
  http: { route: 'GET /{Bucket}/{Key+}?uploadId' },
  root: 'ListPartsResult',
  input: {
    ...onKey,
    UploadId: query('uploadId', string()),
    MaxParts: optional(query('max-parts', integer({ min: 0 }))),
    PartNumberMarker: optional(query('part-number-marker', string())),
  },
  output: {
    Bucket: string(),
    Key: string(),
    UploadId: string(),
    PartNumberMarker: string(),
    NextPartNumberMarker: optional(string()),
    MaxParts: integer(),
    IsTruncated: boolean(),
    Parts: named(
      'Part',
      list(
        structure({
          PartNumber: integer(),
          LastModified: timestamp(),
          ETag: string(),
          Size: long(),
          ...checksumMembers,
        }),
        { flattened: true },
      ),
    ),
    Initiator: initiator,
    Owner: owner,
    StorageClass: string(),
    ...checksumOfUpload,
  },
  access: mayObject('s3:ListMultipartUploadParts'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const upload = s3.uploads.get(bucket, input.Key, input.UploadId)
    const limit = Math.min(input.MaxParts ?? pageMax, pageMax)
    const marker = partMarker(input.PartNumberMarker)
    const found = s3.uploads.parts(upload, marker, limit + 1)
    const shown = found.slice(0, limit)
    return {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.id,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(shown.at(-1)?.number ?? 0),
      MaxParts: limit,
      IsTruncated: found.length > shown.length && limit > 0,
      Parts: shown.map(({ number, modifiedAt, etag, bytes, checksum }) => ({
        PartNumber: number,
        LastModified: wholeSeconds(modifiedAt),
        ETag: quoted(etag),
        Size: bytes,
        ...checksumOf(checksum),
      })),
      ...parties(upload, bucket.account),
      StorageClass: upload.properties.storageClass ?? 'STANDARD',
      ...checksumMembersOf(upload),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export const ListMultipartUploads = operation({
  http: { route: 'GET /{Bucket}?uploads' },
  root: 'ListMultipartUploadsResult',
  input: {
    ...onBucket,
    ...requestPayer,
    Delimiter: optional(query('delimiter', string())),
    EncodingType: optional(query('encoding-type', enumeration('url'))),
    KeyMarker: optional(query('key-marker', string())),
    MaxUploads: optional(query('max-uploads', integer({ min: 0 }))),
    Prefix: optional(query('prefix', string())),
    UploadIdMarker: optional(query('upload-id-marker', string())),
  },
  output: {
    Bucket: string(),
    KeyMarker: string(),
    UploadIdMarker: string(),
    NextKeyMarker: optional(string()),
    NextUploadIdMarker: optional(string()),
    Prefix: string(),
    Delimiter: optional(string()),
    MaxUploads: integer(),
    IsTruncated: boolean(),
    Uploads: named(
      'Upload',
      list(
        structure({
          UploadId: string(),
          Key: string(),
          Initiated: timestamp(),
          StorageClass: string(),
          Owner: owner,
          Initiator: initiator,
          ...checksumOfUpload,
        }),
        { flattened: true },
      ),
    ),
    CommonPrefixes: list(structure({ Prefix: string() }), { flattened: true }),
    EncodingType: optional(enumeration('url')),
  },
  access: mayBucket('s3:ListBucketMultipartUploads'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker = '', UploadIdMarker = '' } = input
    const encode = encoderFor(input.EncodingType)
    const limit = Math.min(input.MaxUploads ?? pageMax, pageMax)
    // As in AWS, the upload's marker counts only beside the key's.
    const from =
      KeyMarker !== '' && UploadIdMarker !== ''
        ? { key: KeyMarker, past: UploadIdMarker }
        : after(KeyMarker, prefix, delimiter)
    const found = s3.uploads.list(bucket, { prefix, delimiter, from, limit })
    const next = found.truncated ? found.last : undefined
    return {
      Bucket: bucket.name,
      KeyMarker: encode(KeyMarker),
      UploadIdMarker,
      NextKeyMarker: next && encode('folder' in next ? next.folder : next.item.key),
      NextUploadIdMarker: next && 'item' in next ? next.item.id : undefined,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxUploads: limit,
      IsTruncated: found.truncated,
      Uploads: found.items.map(upload => ({
        UploadId: upload.id,
        Key: encode(upload.key),
        Initiated: wholeSeconds(upload.startedAt),
        StorageClass: upload.properties.storageClass ?? 'STANDARD',
        ...parties(upload, bucket.account),
        ...checksumMembersOf(upload),
      })),
      CommonPrefixes: found.folders.map(folder => ({ Prefix: encode(folder) })),
      EncodingType: input.EncodingType,
    }
  },
})

const parties = (upload: Upload, account: string) => ({
  Initiator: { ID: upload.principal },
  Owner: { ID: canonicalUser(account) },
})

const checksumMembersOf = ({ checksum }: Upload) => ({
  ChecksumAlgorithm: checksum?.algorithm,
  ChecksumType: checksum && typeName(checksum.type),
})
