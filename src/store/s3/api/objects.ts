// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html: objects, put and got.
import { operation } from '../../../gateway/operation.ts'
import {
  enumeration,
  header,
  integer,
  long,
  optional,
  payload,
  query,
  status,
  stream,
  string,
  timestamp,
  type Values,
} from '../../../gateway/shape.ts'
import type { Bucket } from '../bucket.ts'
import { invalidPartNumber, invalidRequest } from '../faults.ts'
import { checkHeaderText } from '../header-text.ts'
import { partsMax } from '../limits.ts'
import type { ReadRequest, Sight } from '../objects.ts'
import type { S3 } from '../s3.ts'
import { parseTagging } from '../tags.ts'
import { nullVersionId } from '../version.ts'
import { bodyBytes, noBody } from './body.ts'
import { announced, bodyMembers, checksumHeaders, checksumTypeHeader, typedChecksumOf } from './checksum-members.ts'
import {
  bucketOf,
  conditionsOf,
  contentHeaders,
  contentLengthHeader,
  described,
  describingHeaders,
  encryptionHeaders,
  encryptionOf,
  etagHeader,
  expirationHeader,
  lastModifiedHeader,
  mayObject,
  mayPut,
  onKey,
  partsCountHeader,
  quoted,
  readConditions,
  shownVersionId,
  storageClassHeader,
  taggingHeader,
  versionIdHeader,
  versionIdQuery,
  wholeSeconds,
  writeConditions,
} from './shapes.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const PutObject = operation({
  http: { route: 'PUT /{Bucket}/{Key+}' },
  input: {
    ...onKey,
    ...describingHeaders,
    ...bodyMembers,
    ...writeConditions,
    ContentLength: optional(header('Content-Length', long())),
    Tagging: taggingHeader,
    Body: optional(payload(stream())),
  },
  output: {
    ETag: etagHeader,
    ...checksumHeaders,
    ChecksumType: checksumTypeHeader,
    ...encryptionHeaders,
    VersionId: versionIdHeader,
    Size: optional(header('x-amz-object-size', long())),
    Expiration: expirationHeader,
  },
  access: mayPut,
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const version = await s3.objects.put(bucket, input.Key, input.Body ?? noBody, {
      described: described(input),
      tags: parseTagging(input.Tagging),
      announced: announced(input, call, bodyBytes(input.ContentLength)),
      conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
    })
    return {
      ETag: quoted(version.etag),
      ...typedChecksumOf(version.properties.checksum),
      ...encryptionOf(version.properties),
      // As in AWS a write in a bucket whose versioning is suspended tells none: it is the null version.
      VersionId: version.versionId === nullVersionId ? undefined : version.versionId,
      Expiration: s3.lifecycles.expiration(bucket, version),
    }
  },
})

const readMembers = {
  ...onKey,
  ...readConditions,
  VersionId: versionIdQuery,
  Range: optional(header('Range', string())),
  PartNumber: optional(query('partNumber', integer())),
  ChecksumMode: optional(header('x-amz-checksum-mode', enumeration('ENABLED'))),
  ResponseCacheControl: optional(query('response-cache-control', string())),
  ResponseContentDisposition: optional(query('response-content-disposition', string())),
  ResponseContentEncoding: optional(query('response-content-encoding', string())),
  ResponseContentLanguage: optional(query('response-content-language', string())),
  ResponseContentType: optional(query('response-content-type', string())),
  ResponseExpires: optional(query('response-expires', timestamp('http-date'))),
}

const readHeaders = {
  /** Not a member of AWS's model: 206 where a part of the object is answered. */
  StatusCode: optional(status(integer())),
  AcceptRanges: optional(header('accept-ranges', string())),
  LastModified: lastModifiedHeader,
  ContentLength: contentLengthHeader,
  ContentRange: optional(header('Content-Range', string())),
  ETag: etagHeader,
  ...checksumHeaders,
  ChecksumType: checksumTypeHeader,
  VersionId: versionIdHeader,
  ...contentHeaders,
  ...encryptionHeaders,
  StorageClass: storageClassHeader,
  PartsCount: partsCountHeader,
  TagCount: optional(header('x-amz-tagging-count', integer())),
  Expiration: expirationHeader,
  Restore: optional(header('x-amz-restore', string())),
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const GetObject = operation({
  http: { route: 'GET /{Bucket}/{Key+}' },
  input: readMembers,
  output: { ...readHeaders, Body: optional(payload(stream())) },
  access: mayObject('s3:GetObject', 's3:GetObjectVersion'),
  handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const sight = s3.objects.look(bucket, input.Key, readRequest(input, call.at))
    return { ...headersOf(bucket, sight, input), ...standing(s3, bucket, sight), Body: s3.objects.read(sight) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export const HeadObject = operation({
  http: { route: 'HEAD /{Bucket}/{Key+}' },
  input: readMembers,
  output: readHeaders,
  access: mayObject('s3:GetObject', 's3:GetObjectVersion'),
  handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const sight = s3.objects.look(bucket, input.Key, readRequest(input, call.at))
    return { ...headersOf(bucket, sight, input), ...standing(s3, bucket, sight) }
  },
})

function readRequest(input: Values<typeof readMembers>, now: number): ReadRequest {
  const { VersionId, Range, PartNumber } = input
  if (Range !== undefined && PartNumber !== undefined)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter')
  if (PartNumber !== undefined && (PartNumber < 1 || PartNumber > partsMax)) throw invalidPartNumber(PartNumber)
  return { versionId: VersionId, conditions: conditionsOf(input, now), range: Range, partNumber: PartNumber }
}

function headersOf(bucket: Bucket, { version, range, parts }: Sight, input: Values<typeof readMembers>) {
  const { properties, bytes } = version
  checkHeaderText('response-cache-control', input.ResponseCacheControl)
  checkHeaderText('response-content-disposition', input.ResponseContentDisposition)
  checkHeaderText('response-content-encoding', input.ResponseContentEncoding)
  checkHeaderText('response-content-language', input.ResponseContentLanguage)
  checkHeaderText('response-content-type', input.ResponseContentType)
  const tagCount = Object.keys(version.tags).length
  // A checksum is that of the whole: of a range it would not hold.
  const withChecksum = input.ChecksumMode === 'ENABLED' && (range === undefined || isWhole(range, bytes))
  return {
    StatusCode: range === undefined ? 200 : 206,
    AcceptRanges: 'bytes',
    LastModified: wholeSeconds(version.modifiedAt),
    ContentLength: range === undefined ? bytes : range.toExclusive - range.from,
    ContentRange: range && `bytes ${range.from}-${range.toExclusive - 1}/${bytes}`,
    ETag: quoted(version.etag),
    ...(withChecksum && typedChecksumOf(properties.checksum)),
    VersionId: shownVersionId(bucket, version),
    CacheControl: input.ResponseCacheControl ?? properties.cacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? properties.contentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? properties.contentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? properties.contentLanguage,
    ContentType: input.ResponseContentType ?? properties.contentType,
    Expires: input.ResponseExpires === undefined ? properties.expires : new Date(input.ResponseExpires).toUTCString(),
    WebsiteRedirectLocation: properties.redirect,
    Metadata: properties.metadata,
    ...encryptionOf(properties),
    StorageClass: properties.storageClass,
    PartsCount: parts,
    TagCount: tagCount === 0 ? undefined : tagCount,
  }
}

/** What time will do to it, and has done. */
const standing = (s3: S3, bucket: Bucket, { version }: Sight) => ({
  Expiration: s3.lifecycles.expiration(bucket, version),
  Restore: s3.restoring.header(version),
})

const isWhole = (range: { readonly from: number; readonly toExclusive: number }, bytes: number) =>
  range.from === 0 && range.toExclusive === bytes
