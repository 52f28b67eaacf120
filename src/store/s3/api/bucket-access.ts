// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html: who may come to a
// bucket: its policy and the public access block.
import { operation } from '../../../gateway/operation.ts'
import { boolean, optional, payload, string, structure } from '../../../gateway/shape.ts'
import { noSuchBucketPolicy, noSuchPublicAccessBlock, publicPolicyBlocked } from '../faults.ts'
import { checkPolicy, isPublic } from '../policy.ts'
import type { S3 } from '../s3.ts'
import { bucketArn, bucketOf, documentChecksum, mayBucket, onBucket } from './shapes.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
export const GetBucketPolicy = operation({
  http: { route: 'GET /{Bucket}?policy' },
  input: onBucket,
  output: { Policy: payload(string()) },
  access: mayBucket('s3:GetBucketPolicy'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const Policy = s3.settings.get(bucket, 'policy')
    if (Policy === undefined) throw noSuchBucketPolicy(bucket.name)
    return { Policy }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
export const PutBucketPolicy = operation({
  http: { route: 'PUT /{Bucket}?policy', status: 204 },
  input: { ...onBucket, ...documentChecksum, Policy: payload(string()) },
  output: {},
  access: mayBucket('s3:PutBucketPolicy'),
  async handle(s3: S3, input, call) {
    const bucket = bucketOf(s3, input)
    checkPolicy(bucket, input.Policy)
    if (s3.settings.get(bucket, 'publicAccess')?.blockPublicPolicy === true && isPublic(input.Policy))
      throw publicPolicyBlocked(call.principal.arn, bucketArn(bucket.name))
    await s3.settings.set(bucket, 'policy', input.Policy)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html */
export const DeleteBucketPolicy = operation({
  http: { route: 'DELETE /{Bucket}?policy', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:DeleteBucketPolicy'),
  async handle(s3: S3, input) {
    await s3.settings.delete(bucketOf(s3, input), 'policy')
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html */
export const GetBucketPolicyStatus = operation({
  http: { route: 'GET /{Bucket}?policyStatus' },
  input: onBucket,
  output: { PolicyStatus: payload(structure({ IsPublic: boolean() })) },
  access: mayBucket('s3:GetBucketPolicyStatus'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const policy = s3.settings.get(bucket, 'policy')
    if (policy === undefined) throw noSuchBucketPolicy(bucket.name)
    return { PolicyStatus: { IsPublic: isPublic(policy) } }
  },
})

const publicAccessBlock = structure({
  BlockPublicAcls: optional(boolean()),
  IgnorePublicAcls: optional(boolean()),
  BlockPublicPolicy: optional(boolean()),
  RestrictPublicBuckets: optional(boolean()),
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html */
export const GetPublicAccessBlock = operation({
  http: { route: 'GET /{Bucket}?publicAccessBlock' },
  input: onBucket,
  output: { PublicAccessBlockConfiguration: payload(publicAccessBlock) },
  access: mayBucket('s3:GetBucketPublicAccessBlock'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const kept = s3.settings.get(bucket, 'publicAccess')
    if (kept === undefined) throw noSuchPublicAccessBlock(bucket.name)
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: kept.blockPublicAcls,
        IgnorePublicAcls: kept.ignorePublicAcls,
        BlockPublicPolicy: kept.blockPublicPolicy,
        RestrictPublicBuckets: kept.restrictPublicBuckets,
      },
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html: what is left out is off. */
export const PutPublicAccessBlock = operation({
  http: { route: 'PUT /{Bucket}?publicAccessBlock' },
  input: { ...onBucket, ...documentChecksum, PublicAccessBlockConfiguration: payload(publicAccessBlock) },
  output: {},
  access: mayBucket('s3:PutBucketPublicAccessBlock'),
  async handle(s3: S3, input) {
    const given = input.PublicAccessBlockConfiguration
    await s3.settings.set(bucketOf(s3, input), 'publicAccess', {
      blockPublicAcls: given.BlockPublicAcls ?? false,
      ignorePublicAcls: given.IgnorePublicAcls ?? false,
      blockPublicPolicy: given.BlockPublicPolicy ?? false,
      restrictPublicBuckets: given.RestrictPublicBuckets ?? false,
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html */
export const DeletePublicAccessBlock = operation({
  http: { route: 'DELETE /{Bucket}?publicAccessBlock', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutBucketPublicAccessBlock'),
  async handle(s3: S3, input) {
    await s3.settings.delete(bucketOf(s3, input), 'publicAccess')
    return {}
  },
})
