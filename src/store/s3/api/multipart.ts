// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html: uploads in parts.
import { operation } from '../../../gateway/operation.ts'
import {
  header,
  integer,
  list,
  long,
  named,
  optional,
  payload,
  query,
  stream,
  string,
  structure,
  timestamp,
} from '../../../gateway/shape.ts'
import type { ChecksumAlgorithm } from '../checksums/digest.ts'
import { invalidRequest, malformedXml } from '../faults.ts'
import type { UploadChecksum } from '../multipart.ts'
import type { S3 } from '../s3.ts'
import { parseTagging } from '../tags.ts'
import { bodyBytes, noBody } from './body.ts'
import {
  announced,
  bodyMembers,
  checksumAlgorithm,
  checksumHeaders,
  checksumMembers,
  checksumOf,
  checksumType,
  checksumTypeHeader,
  givenChecksum,
  typedChecksumOf,
  typeName,
} from './checksum-members.ts'
import {
  bucketOf,
  described,
  describingHeaders,
  encryptionHeaders,
  encryptionOf,
  etagHeader,
  expirationHeader,
  mayObject,
  mayPut,
  onKey,
  quoted,
  shownVersionId,
  taggingHeader,
  versionIdHeader,
  writeConditions,
} from './shapes.ts'

const uploadId = query('uploadId', string())

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const CreateMultipartUpload = operation({
  http: { route: 'POST /{Bucket}/{Key+}?uploads' },
  root: 'InitiateMultipartUploadResult',
  input: {
    ...onKey,
    ...describingHeaders,
    Tagging: taggingHeader,
    ChecksumAlgorithm: optional(header('x-amz-checksum-algorithm', checksumAlgorithm)),
    ChecksumType: checksumTypeHeader,
  },
  output: {
    Bucket: string(),
    Key: string(),
    UploadId: string(),
    ...encryptionHeaders,
    ChecksumAlgorithm: optional(header('x-amz-checksum-algorithm', checksumAlgorithm)),
    ChecksumType: checksumTypeHeader,
  },
  access: mayPut,
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const upload = await s3.uploads.create(bucket, input.Key, {
      described: described(input),
      tags: parseTagging(input.Tagging),
      principal: call.principal.arn,
      checksum: uploadChecksum(input.ChecksumAlgorithm, input.ChecksumType),
    })
    return {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.id,
      ...encryptionOf(upload.properties),
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum && typeName(upload.checksum.type),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export const UploadPart = operation({
  http: { route: 'PUT /{Bucket}/{Key+}?partNumber&uploadId' },
  input: {
    ...onKey,
    ...bodyMembers,
    ContentLength: optional(header('Content-Length', long())),
    PartNumber: query('partNumber', integer()),
    UploadId: uploadId,
    Body: optional(payload(stream())),
  },
  output: { ETag: etagHeader, ...checksumHeaders, ...encryptionHeaders },
  access: mayObject('s3:PutObject'),
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const part = await s3.uploads.putPart(
      bucket,
      input.Key,
      { uploadId: input.UploadId, number: input.PartNumber },
      input.Body ?? noBody,
      announced(input, call, bodyBytes(input.ContentLength)),
    )
    const { properties } = s3.uploads.find(bucket, input.Key, input.UploadId) ?? {}
    return { ETag: quoted(part.etag), ...checksumOf(part.checksum), ...(properties && encryptionOf(properties)) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export const CompleteMultipartUpload = operation({
  http: { route: 'POST /{Bucket}/{Key+}?uploadId' },
  root: 'CompleteMultipartUploadResult',
  input: {
    ...onKey,
    ...checksumHeaders,
    ...writeConditions,
    UploadId: uploadId,
    ChecksumType: checksumTypeHeader,
    MpuObjectSize: optional(header('x-amz-mp-object-size', long())),
    MultipartUpload: optional(
      payload(
        named(
          'CompleteMultipartUpload',
          structure({
            Parts: optional(
              named(
                'Part',
                list(structure({ ETag: optional(string()), PartNumber: optional(integer()), ...checksumMembers }), {
                  flattened: true,
                }),
              ),
            ),
          }),
        ),
      ),
    ),
  },
  output: {
    Location: string(),
    Bucket: string(),
    Key: string(),
    ETag: string(),
    ...checksumMembers,
    ChecksumType: optional(checksumType),
    ...encryptionHeaders,
    VersionId: versionIdHeader,
    Expiration: expirationHeader,
  },
  access: mayObject('s3:PutObject'),
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    const version = await s3.completing.complete(bucket, input.Key, {
      uploadId: input.UploadId,
      parts: (input.MultipartUpload?.Parts ?? []).map(({ PartNumber, ETag, ...checksums }) => {
        if (PartNumber === undefined || ETag === undefined) throw malformedXml()
        return { number: PartNumber, etag: ETag, checksum: givenChecksum(checksums) }
      }),
      checksum: givenChecksum(input),
      checksumType: input.ChecksumType && (input.ChecksumType === 'FULL_OBJECT' ? 'full' : 'composite'),
      bytes: input.MpuObjectSize,
      conditions: { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
    })
    const path = input.Key.split('/').map(encodeURIComponent).join('/')
    return {
      Location: `${call.endpoint}/${bucket.name}/${path}`,
      Bucket: bucket.name,
      Key: input.Key,
      ETag: quoted(version.etag),
      ...typedChecksumOf(version.properties.checksum),
      ...encryptionOf(version.properties),
      VersionId: shownVersionId(bucket, version),
      Expiration: s3.lifecycles.expiration(bucket, version),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export const AbortMultipartUpload = operation({
  http: { route: 'DELETE /{Bucket}/{Key+}?uploadId', status: 204 },
  input: {
    ...onKey,
    UploadId: uploadId,
    IfMatchInitiatedTime: optional(header('x-amz-if-match-initiated-time', timestamp('http-date'))),
  },
  output: {},
  access: mayObject('s3:AbortMultipartUpload'),
  async handle(s3: S3, input) {
    await s3.uploads.abort(bucketOf(s3, input), input.Key, input.UploadId, input.IfMatchInitiatedTime)
    return {}
  },
})

/** AWS's table: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
function uploadChecksum(
  algorithm: ChecksumAlgorithm | undefined,
  type: 'COMPOSITE' | 'FULL_OBJECT' | undefined,
): UploadChecksum | undefined {
  if (algorithm === undefined) {
    if (type !== undefined)
      throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.')
    return undefined
  }
  const wanted = type ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')
  const impossible =
    wanted === 'FULL_OBJECT' ? algorithm === 'SHA1' || algorithm === 'SHA256' : algorithm === 'CRC64NVME'
  if (impossible)
    throw invalidRequest(
      `The ${wanted} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    )
  return { algorithm, type: wanted === 'FULL_OBJECT' ? 'full' : 'composite' }
}
