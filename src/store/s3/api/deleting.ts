// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html and API_DeleteObjects.html
import type { Fault } from '../../../gateway/fault.ts'
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  header,
  list,
  named,
  optional,
  payload,
  string,
  structure,
  type Values,
} from '../../../gateway/shape.ts'
import { malformedXml, noObjectLock, noSuchVersion } from '../faults.ts'
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

/** To delete what is locked. No bucket has Object Lock here, and AWS refuses it, true or false, where there is none. */
const bypass = { BypassGovernanceRetention: optional(header('x-amz-bypass-governance-retention', boolean())) }
function checkBypass(input: Values<typeof bypass>): void {
  if (input.BypassGovernanceRetention !== undefined) throw noObjectLock()
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const DeleteObject = operation({
  http: { route: 'DELETE /{Bucket}/{Key+}', status: 204 },
  input: { ...onKey, ...bypass, VersionId: versionIdQuery, IfMatch: optional(header('If-Match', string())) },
  output: {
    DeleteMarker: optional(header('x-amz-delete-marker', boolean())),
    VersionId: versionIdHeader,
  },
  access: mayObject('s3:DeleteObject', 's3:DeleteObjectVersion'),
  async handle(s3: S3, input) {
    checkBypass(input)
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
    ...bypass,
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
    checkBypass(input)
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
        'fault' in outcome ? [{ Key, VersionId, ...toldFault(outcome.fault, Key, VersionId) }] : [],
      ),
    }
  },
})

/** Among many, AWS misses a version whose id cannot be one; alone it calls the id invalid. */
function toldFault(fault: Fault, key = '', versionId: string | undefined) {
  const { code, message } =
    versionId !== undefined && fault.code === 'InvalidArgument' ? noSuchVersion(key, versionId) : fault
  return { Code: code, Message: message }
}
