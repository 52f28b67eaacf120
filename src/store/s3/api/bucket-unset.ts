// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html: what Biwa's buckets
// cannot be set to. Clients such as Terraform read all of it to learn what a bucket is; they get AWS's answer for a
// bucket on which it was never configured. What sets it to what it is, is taken; anything else is refused.
import { operation } from '../../../gateway/operation.ts'
import { enumeration, optional, payload, string, structure } from '../../../gateway/shape.ts'
import {
  malformedXml,
  noSuchCors,
  noSuchObjectLock,
  noSuchReplication,
  noSuchWebsite,
  notConfigurable,
} from '../faults.ts'
import type { S3 } from '../s3.ts'
import { bucketOf, documentChecksum, mayBucket, onBucket } from './shapes.ts'

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

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html */
export const DeleteBucketCors = operation({
  http: { route: 'DELETE /{Bucket}?cors', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutBucketCORS'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
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

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html */
export const DeleteBucketWebsite = operation({
  http: { route: 'DELETE /{Bucket}?website', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:DeleteBucketWebsite'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
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

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html */
export const DeleteBucketReplication = operation({
  http: { route: 'DELETE /{Bucket}?replication', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutReplicationConfiguration'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
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

const loggingEnabled = structure({ TargetBucket: string(), TargetPrefix: string() })

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html */
export const GetBucketLogging = operation({
  http: { route: 'GET /{Bucket}?logging' },
  root: 'BucketLoggingStatus',
  input: onBucket,
  output: { LoggingEnabled: optional(loggingEnabled) },
  access: mayBucket('s3:GetBucketLogging'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html */
export const PutBucketLogging = operation({
  http: { route: 'PUT /{Bucket}?logging' },
  input: {
    ...onBucket,
    ...documentChecksum,
    BucketLoggingStatus: payload(structure({ LoggingEnabled: optional(loggingEnabled) })),
  },
  output: {},
  access: mayBucket('s3:PutBucketLogging'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    if (input.BucketLoggingStatus.LoggingEnabled) throw notConfigurable('LoggingEnabled')
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

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html: without members it takes all away. */
export const PutBucketNotificationConfiguration = operation({
  http: { route: 'PUT /{Bucket}?notification' },
  input: { ...onBucket, NotificationConfiguration: payload(structure({})) },
  output: {},
  access: mayBucket('s3:PutBucketNotification'),
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
    const Status = s3.settings.get(bucketOf(s3, input), 'acceleration')
    return Status === undefined ? {} : { Status }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html */
export const PutBucketAccelerateConfiguration = operation({
  http: { route: 'PUT /{Bucket}?accelerate' },
  input: {
    ...onBucket,
    ...documentChecksum,
    AccelerateConfiguration: payload(structure({ Status: optional(enumeration('Enabled', 'Suspended')) })),
  },
  output: {},
  access: mayBucket('s3:PutAccelerateConfiguration'),
  async handle(s3: S3, input) {
    const { Status } = input.AccelerateConfiguration
    if (Status === undefined) throw malformedXml()
    if (Status === 'Enabled') throw notConfigurable(Status)
    await s3.settings.set(bucketOf(s3, input), 'acceleration', Status)
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

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html */
export const PutBucketRequestPayment = operation({
  http: { route: 'PUT /{Bucket}?requestPayment' },
  input: {
    ...onBucket,
    ...documentChecksum,
    RequestPaymentConfiguration: payload(structure({ Payer: enumeration('Requester', 'BucketOwner') })),
  },
  output: {},
  access: mayBucket('s3:PutBucketRequestPayment'),
  handle(s3: S3, input) {
    bucketOf(s3, input)
    if (input.RequestPaymentConfiguration.Payer === 'Requester') throw notConfigurable('Requester')
    return {}
  },
})
