/** Where a query's result goes: what the client says, unless its work group decides. */
import { foreignOutputBucket, invalidOutputLocation, noOutputBucket, noOutputLocation } from './faults.ts'
import { parseLocation } from './location.ts'
import type { ObjectStore } from './needs.ts'
import type { WorkGroupConfiguration } from './work-groups.ts'

export interface OutputRequest {
  readonly outputLocation?: string
  readonly expectedBucketOwner?: string
  readonly encryption?: 'SSE_S3'
  /** Results belong to their bucket's owner in any case. */
  readonly acl?: 'BUCKET_OWNER_FULL_CONTROL'
}

export interface Output {
  readonly bucket: string
  readonly prefix: string
  readonly settings: Omit<OutputRequest, 'outputLocation'>
}

export function outputFor(
  group: WorkGroupConfiguration,
  asked: OutputRequest,
  s3: Pick<ObjectStore, 'bucketOwner'>,
): Output {
  const { outputLocation, expectedBucketOwner, encryption, acl } = group.enforced ? group : { ...group, ...asked }
  if (outputLocation === undefined) throw noOutputLocation()
  const location = parseLocation(outputLocation)
  if (!location || !outputLocation.startsWith('s3://')) throw invalidOutputLocation()
  const owner = s3.bucketOwner(location.bucket)
  if (!owner) throw noOutputBucket(location.bucket)
  if (expectedBucketOwner !== undefined && owner.account !== expectedBucketOwner)
    throw foreignOutputBucket(location.bucket, expectedBucketOwner)
  return {
    ...location,
    settings: {
      ...(expectedBucketOwner !== undefined && { expectedBucketOwner }),
      ...(encryption !== undefined && { encryption }),
      ...(acl !== undefined && { acl }),
    },
  }
}
