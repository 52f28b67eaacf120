// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html and API_DeleteObjects.html
import { operation } from '../../../gateway/operation.ts'
import { boolean, header, list, named, optional, payload, string, structure } from '../../../gateway/shape.ts'
import { malformedXml } from '../faults.ts'
import { pageMax } from '../limits.ts'
import type { S3 } from '../s3.ts'
import {
  bucketOf,
  documentChecksum,
  mayObject,
  objectArn,
  onBucket,
  onKey,
  requestPayer,
  versionIdHeader,
  versionIdQuery,
} from './shapes.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const DeleteObject = operation({
  http: { route: 'DELETE /{Bucket}/{Key+}', status: 204 },
  input: { ...onKey, VersionId: versionIdQuery, IfMatch: optional(header('If-Match', string())) },
  output: {
    DeleteMarker: optional(header('x-amz-delete-marker', boolean())),
    VersionId: versionIdHeader,
  },
  access: mayObject('s3:DeleteObject', 's3:DeleteObjectVersion'),
  async handle(s3: S3, input) {
    const { marker, versionId } = await s3.deleting.delete(bucketOf(s3, input), {
      key: input.Key,
      versionId: input.VersionId,
      ifMatch: input.IfMatch,
    })
    return { DeleteMarker: marker ? true : undefined, VersionId: versionId }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const DeleteObjects = operation({
  http: { route: 'POST /{Bucket}?delete' },
  root: 'DeleteResult',
  input: {
    ...onBucket,
    ...requestPayer,
    ...documentChecksum,
    Delete: payload(
      structure({
        Objects: named(
          'Object',
          list(
            structure({
              Key: string({ min: 1 }),
              VersionId: optional(string()),
              ETag: optional(string()),
            }),
            { flattened: true },
          ),
        ),
        Quiet: optional(boolean()),
      }),
    ),
  },
  output: {
    Deleted: list(
      structure({
        Key: optional(string()),
        VersionId: optional(string()),
        DeleteMarker: optional(boolean()),
        DeleteMarkerVersionId: optional(string()),
      }),
      { flattened: true },
    ),
    Errors: named(
      'Error',
      list(
        structure({
          Key: optional(string()),
          VersionId: optional(string()),
          Code: optional(string()),
          Message: optional(string()),
        }),
        { flattened: true },
      ),
    ),
  },
  access: input =>
    input.Delete.Objects.map(({ Key, VersionId }) => ({
      action: VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion',
      resource: objectArn(input.Bucket, Key),
    })),
  async handle(s3: S3, input) {
    const { Objects, Quiet } = input.Delete
    if (Objects.length === 0 || Objects.length > pageMax) throw malformedXml()
    const outcomes = await s3.deleting.deleteMany(
      bucketOf(s3, input),
      Objects.map(({ Key, VersionId, ETag }) => ({ key: Key, versionId: VersionId, ifMatch: ETag })),
    )
    const told = outcomes.map((outcome, at) => ({ outcome, Key: Objects[at]?.Key, VersionId: Objects[at]?.VersionId }))
    return {
      Deleted: told.flatMap(({ outcome, Key, VersionId }) =>
        'fault' in outcome || Quiet === true
          ? []
          : [
              {
                Key,
                VersionId,
                ...(outcome.deletion.marker && {
                  DeleteMarker: true,
                  DeleteMarkerVersionId: outcome.deletion.versionId,
                }),
              },
            ],
      ),
      Errors: told.flatMap(({ outcome, Key, VersionId }) =>
        'fault' in outcome ? [{ Key, VersionId, Code: outcome.fault.code, Message: outcome.fault.message }] : [],
      ),
    }
  },
})
