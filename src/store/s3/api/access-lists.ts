// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html: access control lists. Buckets and
// objects have none here but the owner's: who may do what is said by policies. A list that says the same is taken.
import { operation } from '../../../gateway/operation.ts'
import { header, optional, payload, string, structure, type Values } from '../../../gateway/shape.ts'
import type { Bucket } from '../bucket.ts'
import { canonicalUser } from '../canonical-user.ts'
import { aclNotSupported, malformedAcl, missingAcl, unexpectedContent } from '../faults.ts'
import { checkCannedAcl } from '../properties.ts'
import type { S3 } from '../s3.ts'
import {
  bucketOf,
  documentChecksum,
  grants,
  mayBucket,
  mayObject,
  onBucket,
  onKey,
  owner,
  ownersGrants,
  versionIdQuery,
} from './shapes.ts'

const wanted = {
  ...documentChecksum,
  ACL: optional(header('x-amz-acl', string())),
  AccessControlPolicy: optional(payload(structure({ Owner: optional(owner), Grants: optional(grants) }))),
}

function checkOwners(s3: S3, bucket: Bucket, { ACL, AccessControlPolicy: policy }: Values<typeof wanted>): void {
  if (ACL === undefined && policy === undefined) throw missingAcl()
  if (ACL !== undefined && policy !== undefined) throw unexpectedContent()
  if (policy !== undefined && (policy.Owner?.ID === undefined || policy.Grants === undefined)) throw malformedAcl()
  if (s3.settings.get(bucket, 'ownership') === 'BucketOwnerEnforced') throw aclNotSupported()
  if (ACL !== undefined) checkCannedAcl(ACL)
  if (policy === undefined) return
  const [own] = ownersGrants(bucket)
  const [grant, ...others] = policy.Grants ?? []
  // Also one that takes the owner's right away: it would stay.
  const isOwners = grant?.Grantee?.ID === own?.Grantee.ID && grant?.Permission === own?.Permission
  if (policy.Owner?.ID !== own?.Grantee.ID || !isOwners || others.length > 0) throw aclNotSupported()
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html: that of a bucket without ACLs. */
export const GetBucketAcl = operation({
  http: { route: 'GET /{Bucket}?acl' },
  root: 'AccessControlPolicy',
  input: onBucket,
  output: {
    Owner: owner,
    Grants: grants,
  },
  access: mayBucket('s3:GetBucketAcl'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    return { Owner: { ID: canonicalUser(bucket.account) }, Grants: ownersGrants(bucket) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html */
export const PutBucketAcl = operation({
  http: { route: 'PUT /{Bucket}?acl' },
  input: { ...onBucket, ...wanted },
  output: {},
  access: mayBucket('s3:PutBucketAcl'),
  handle(s3: S3, input) {
    checkOwners(s3, bucketOf(s3, input), input)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html: objects belong to the bucket's owner. */
export const GetObjectAcl = operation({
  http: { route: 'GET /{Bucket}/{Key+}?acl' },
  root: 'AccessControlPolicy',
  input: { ...onKey, VersionId: versionIdQuery },
  output: { Owner: owner, Grants: grants },
  access: mayObject('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    s3.objects.find(bucket, input.Key, input.VersionId)
    return { Owner: { ID: canonicalUser(bucket.account) }, Grants: ownersGrants(bucket) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html */
export const PutObjectAcl = operation({
  http: { route: 'PUT /{Bucket}/{Key+}?acl' },
  input: { ...onKey, ...wanted, VersionId: versionIdQuery },
  output: {},
  access: mayObject('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    s3.objects.find(bucket, input.Key, input.VersionId)
    checkOwners(s3, bucket, input)
    return {}
  },
})
