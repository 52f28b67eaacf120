// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html: how a bucket keeps
// objects: versioning, encryption, ownership, tags.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  list,
  named,
  optional,
  payload,
  sensitive,
  string,
  structure,
} from '../../../gateway/shape.ts'
import { checkDefaultEncryption } from '../encryption.ts'
import { invalidRequest, malformedXml, noSuchOwnershipControls, noSuchTagSet, noVersioning } from '../faults.ts'
import type { S3 } from '../s3.ts'
import { bucketTags } from '../tags.ts'
import { bucketOf, documentChecksum, mayBucket, onBucket, tag, tagList, tagSetOf } from './shapes.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
export const GetBucketVersioning = operation({
  http: { route: 'GET /{Bucket}?versioning' },
  root: 'VersioningConfiguration',
  input: onBucket,
  output: {
    Status: optional(enumeration('Enabled', 'Suspended')),
    MFADelete: optional(named('MfaDelete', enumeration('Enabled', 'Disabled'))),
  },
  access: mayBucket('s3:GetBucketVersioning'),
  handle(s3: S3, input) {
    const { versioning } = bucketOf(s3, input)
    if (versioning === 'off') return {}
    return { Status: versioning === 'enabled' ? ('Enabled' as const) : ('Suspended' as const) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
export const PutBucketVersioning = operation({
  http: { route: 'PUT /{Bucket}?versioning' },
  input: {
    ...onBucket,
    ...documentChecksum,
    VersioningConfiguration: payload(
      structure({
        MFADelete: optional(named('MfaDelete', enumeration('Enabled', 'Disabled'))),
        Status: optional(string()),
      }),
    ),
  },
  output: {},
  access: mayBucket('s3:PutBucketVersioning'),
  async handle(s3: S3, input) {
    const { Status, MFADelete } = input.VersioningConfiguration
    if (MFADelete === 'Enabled')
      throw invalidRequest('Biwa knows no MFA devices: set MfaDelete to Disabled, or leave it out.')
    if (Status === undefined) throw noVersioning()
    if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml()
    await s3.buckets.setVersioning(bucketOf(s3, input), Status === 'Enabled' ? 'enabled' : 'suspended')
    return {}
  },
})

const encryptionConfiguration = structure({
  Rules: named(
    'Rule',
    list(
      structure({
        ApplyServerSideEncryptionByDefault: optional(
          structure({
            SSEAlgorithm: enumeration('AES256', 'aws:kms', 'aws:kms:dsse'),
            KMSMasterKeyID: optional(sensitive(string())),
          }),
        ),
        BucketKeyEnabled: optional(boolean()),
      }),
      { flattened: true },
    ),
  ),
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html: SSE-S3 where nobody has set another. */
export const GetBucketEncryption = operation({
  http: { route: 'GET /{Bucket}?encryption' },
  input: onBucket,
  output: { ServerSideEncryptionConfiguration: payload(encryptionConfiguration) },
  access: mayBucket('s3:GetEncryptionConfiguration'),
  handle(s3: S3, input) {
    const { encryption } = bucketOf(s3, input)
    const ApplyServerSideEncryptionByDefault = {
      SSEAlgorithm: encryption?.algorithm ?? ('AES256' as const),
      KMSMasterKeyID: encryption?.key,
    }
    const rule = { ApplyServerSideEncryptionByDefault, BucketKeyEnabled: encryption?.bucketKey ?? false }
    return { ServerSideEncryptionConfiguration: { Rules: [rule] } }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html */
export const PutBucketEncryption = operation({
  http: { route: 'PUT /{Bucket}?encryption' },
  input: { ...onBucket, ...documentChecksum, ServerSideEncryptionConfiguration: payload(encryptionConfiguration) },
  output: {},
  access: mayBucket('s3:PutEncryptionConfiguration'),
  async handle(s3: S3, input) {
    const [rule, ...others] = input.ServerSideEncryptionConfiguration.Rules
    if (rule === undefined || others.length > 0) throw malformedXml()
    const { SSEAlgorithm = 'AES256' as const, KMSMasterKeyID } = rule.ApplyServerSideEncryptionByDefault ?? {}
    const encryption = checkDefaultEncryption({
      algorithm: SSEAlgorithm,
      ...(KMSMasterKeyID !== undefined && { key: KMSMasterKeyID }),
      ...(rule.BucketKeyEnabled !== undefined && { bucketKey: rule.BucketKeyEnabled }),
    })
    await s3.buckets.setEncryption(bucketOf(s3, input), encryption)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html */
export const DeleteBucketEncryption = operation({
  http: { route: 'DELETE /{Bucket}?encryption', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutEncryptionConfiguration'),
  async handle(s3: S3, input) {
    await s3.buckets.setEncryption(bucketOf(s3, input), undefined)
    return {}
  },
})

const ownershipControls = structure({
  Rules: named(
    'Rule',
    list(structure({ ObjectOwnership: enumeration('BucketOwnerPreferred', 'ObjectWriter', 'BucketOwnerEnforced') }), {
      flattened: true,
    }),
  ),
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html */
export const GetBucketOwnershipControls = operation({
  http: { route: 'GET /{Bucket}?ownershipControls' },
  input: onBucket,
  output: { OwnershipControls: payload(ownershipControls) },
  access: mayBucket('s3:GetBucketOwnershipControls'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const ObjectOwnership = s3.settings.get(bucket, 'ownership')
    if (ObjectOwnership === undefined) throw noSuchOwnershipControls(bucket.name)
    return { OwnershipControls: { Rules: [{ ObjectOwnership }] } }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html */
export const PutBucketOwnershipControls = operation({
  http: { route: 'PUT /{Bucket}?ownershipControls' },
  input: { ...onBucket, ...documentChecksum, OwnershipControls: payload(ownershipControls) },
  output: {},
  access: mayBucket('s3:PutBucketOwnershipControls'),
  async handle(s3: S3, input) {
    const [rule, ...others] = input.OwnershipControls.Rules
    if (rule === undefined || others.length > 0) throw malformedXml()
    await s3.settings.set(bucketOf(s3, input), 'ownership', rule.ObjectOwnership)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html */
export const DeleteBucketOwnershipControls = operation({
  http: { route: 'DELETE /{Bucket}?ownershipControls', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutBucketOwnershipControls'),
  async handle(s3: S3, input) {
    await s3.settings.delete(bucketOf(s3, input), 'ownership')
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
export const GetBucketTagging = operation({
  http: { route: 'GET /{Bucket}?tagging' },
  root: 'Tagging',
  input: onBucket,
  output: { TagSet: list(tag, { itemName: 'Tag' }) },
  access: mayBucket('s3:GetBucketTagging'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const tags = s3.settings.get(bucket, 'tags')
    if (tags === undefined) throw noSuchTagSet(bucket.name)
    return { TagSet: tagSetOf(tags) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
export const PutBucketTagging = operation({
  http: { route: 'PUT /{Bucket}?tagging', status: 204 },
  input: {
    ...onBucket,
    ...documentChecksum,
    Tagging: payload(structure({ TagSet: list(tag, { itemName: 'Tag' }) })),
  },
  output: {},
  access: mayBucket('s3:PutBucketTagging'),
  async handle(s3: S3, input) {
    await s3.settings.set(bucketOf(s3, input), 'tags', bucketTags(tagList(input.Tagging.TagSet)))
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
export const DeleteBucketTagging = operation({
  http: { route: 'DELETE /{Bucket}?tagging', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutBucketTagging'),
  async handle(s3: S3, input) {
    await s3.settings.delete(bucketOf(s3, input), 'tags')
    return {}
  },
})
