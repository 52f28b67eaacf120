// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html: what Biwa's buckets
// cannot be set to. Clients such as Terraform read all of it to learn what a bucket is; they get AWS's answer for a
// bucket on which it was never configured. The operations that would configure it are refused as not supported.
import { operation } from '../../../gateway/operation.ts'
import { enumeration, optional, string, structure } from '../../../gateway/shape.ts'
import { noSuchCors, noSuchObjectLock, noSuchReplication, noSuchWebsite } from '../faults.ts'
import type { S3 } from '../s3.ts'
import { bucketOf, mayBucket, onBucket } from './shapes.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html */
export const GetBucketCors = operation({
  http: { route: 'GET /{Bucket}?cors' },
  input: onBucket,
  output: {},
  access: mayBucket('s3:GetBucketCORS'),
  handle(s3: S3, input) {
    throw noSuchCors(bucketOf(s3, input).name)
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html */
export const GetBucketWebsite = operation({
  http: { route: 'GET /{Bucket}?website' },
  input: onBucket,
  output: {},
  access: mayBucket('s3:GetBucketWebsite'),
  handle(s3: S3, input) {
    throw noSuchWebsite(bucketOf(s3, input).name)
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html */
export const GetBucketReplication = operation({
  http: { route: 'GET /{Bucket}?replication' },
  input: onBucket,
  output: {},
  access: mayBucket('s3:GetReplicationConfiguration'),
  handle(s3: S3, input) {
    throw noSuchReplication(bucketOf(s3, input).name)
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html */
export const GetObjectLockConfiguration = operation({
  http: { route: 'GET /{Bucket}?object-lock' },
  input: onBucket,
  output: {},
  access: mayBucket('s3:GetBucketObjectLockConfiguration'),
  handle(s3: S3, input) {
    throw noSuchObjectLock(bucketOf(s3, input).name)
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html */
export const GetBucketLogging = operation({
  http: { route: 'GET /{Bucket}?logging' },
  root: 'BucketLoggingStatus',
  input: onBucket,
  output: { LoggingEnabled: optional(structure({ TargetBucket: string(), TargetPrefix: string() })) },
  access: mayBucket('s3:GetBucketLogging'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html */
export const GetBucketNotificationConfiguration = operation({
  http: { route: 'GET /{Bucket}?notification' },
  root: 'NotificationConfiguration',
  input: onBucket,
  output: { EventBridgeConfiguration: optional(structure({})) },
  access: mayBucket('s3:GetBucketNotification'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html */
export const GetBucketAccelerateConfiguration = operation({
  http: { route: 'GET /{Bucket}?accelerate' },
  root: 'AccelerateConfiguration',
  input: onBucket,
  output: { Status: optional(enumeration('Enabled', 'Suspended')) },
  access: mayBucket('s3:GetAccelerateConfiguration'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html */
export const GetBucketRequestPayment = operation({
  http: { route: 'GET /{Bucket}?requestPayment' },
  root: 'RequestPaymentConfiguration',
  input: onBucket,
  output: { Payer: enumeration('Requester', 'BucketOwner') },
  access: mayBucket('s3:GetBucketRequestPayment'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return { Payer: 'BucketOwner' as const }
  },
})
