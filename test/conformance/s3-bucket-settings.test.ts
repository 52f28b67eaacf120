/** What a bucket is set to, through the AWS SDK: as it was put it comes back, and what nobody set is answered as AWS answers it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  type LifecycleRule,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
})
after(async () => {
  s3.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
let made = 0
async function bucket(): Promise<string> {
  const Bucket = `bucket-${++made}`
  await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  return Bucket
}
const fault = (name: string, status: number) => (error: S3ServiceException) => {
  assert.equal(error.name, name)
  assert.equal(error.$metadata.httpStatusCode, status)
  return true
}
test('versioning is off until it is put, and then enabled or suspended', async () => {
  const Bucket = await bucket()
  assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined)
  for (const Status of ['Enabled', 'Suspended'] as const) {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))
    assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, Status)
  }
  const lower = { Status: 'enabled' as 'Enabled' }
  await assert.rejects(
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: lower })),
    fault('MalformedXML', 400),
  )
})

test('encryption is SSE-S3 until another is put, and objects say which they have', async () => {
  const Bucket = await bucket()
  const rule = async () =>
    (await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules?.[0]
  assert.deepEqual(await rule(), {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
    BucketKeyEnabled: false,
  })
  assert.equal((await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '' }))).ServerSideEncryption, 'AES256')
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'a-key' },
            BucketKeyEnabled: true,
          },
        ],
      },
    }),
  )
  assert.equal((await rule())?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID, 'a-key')
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: '' }))
  assert.equal(put.ServerSideEncryption, 'aws:kms')
  assert.equal(put.SSEKMSKeyId, 'arn:aws:kms:ap-northeast-1:000000000000:key/a-key')
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'b' }))
  assert.equal(head.SSEKMSKeyId, put.SSEKMSKeyId)
  assert.equal(head.BucketKeyEnabled, true)
  await s3.send(new DeleteBucketEncryptionCommand({ Bucket }))
  assert.equal((await rule())?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, 'AES256')
  await assert.rejects(
    s3.send(new PutObjectCommand({ Bucket, Key: 'c', Body: '', SSEKMSKeyId: 'a-key' })),
    fault('InvalidArgument', 400),
  )
})

test('a new bucket is closed to the public; the block is changed and removed', async () => {
  const Bucket = await bucket()
  const block = async () => (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration
  const all = (on: boolean) => ({
    BlockPublicAcls: on,
    IgnorePublicAcls: on,
    BlockPublicPolicy: on,
    RestrictPublicBuckets: on,
  })
  assert.deepEqual(await block(), all(true))
  await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }))
  assert.deepEqual(await block(), { ...all(false), BlockPublicAcls: true })
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  await assert.rejects(block(), fault('NoSuchPublicAccessBlockConfiguration', 404))
})

test('a policy is kept to the letter, judged public or not, and refused where public ones are blocked', async () => {
  const Bucket = await bucket()
  await assert.rejects(s3.send(new GetBucketPolicyCommand({ Bucket })), fault('NoSuchBucketPolicy', 404))
  const statement = (Principal: unknown, Resource = `arn:aws:s3:::${Bucket}/*`) =>
    ` {"Version": "2012-10-17", "Statement": ${JSON.stringify({ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource })}} `
  const own = statement({ AWS: 'arn:aws:iam::111122223333:root' })
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: own }))
  assert.equal((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy, own)
  const isPublic = async () => (await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic
  assert.equal(await isPublic(), false)
  await assert.rejects(
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: statement('*') })),
    fault('AccessDenied', 403),
  )
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: statement('*') }))
  assert.equal(await isPublic(), true)
  for (const Policy of [
    'x',
    '{}',
    statement('*', 'arn:aws:s3:::another/*'),
    statement({}),
    own.replace('Allow', 'Perhaps'),
    own.replace('s3:GetObject', 'sqs:SendMessage'),
    own.replace('2012-10-17', '2020-01-01'),
  ])
    await assert.rejects(s3.send(new PutBucketPolicyCommand({ Bucket, Policy })), fault('MalformedPolicy', 400), Policy)
  await s3.send(new DeleteBucketPolicyCommand({ Bucket }))
  await assert.rejects(s3.send(new GetBucketPolicyStatusCommand({ Bucket })), fault('NoSuchBucketPolicy', 404))
})

test('lifecycle rules come back as they were put, and wrong ones are refused', async () => {
  const Bucket = await bucket()
  await assert.rejects(
    s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
    fault('NoSuchLifecycleConfiguration', 404),
  )
  const Rules = [
    {
      ID: 'archive',
      Status: 'Enabled' as const,
      Filter: { And: { Prefix: 'curated/', Tags: [{ Key: 'a', Value: 'b' }], ObjectSizeGreaterThan: 500 } },
      Transitions: [
        { Days: 30, StorageClass: 'STANDARD_IA' as const },
        { Days: 90, StorageClass: 'GLACIER' as const },
      ],
      Expiration: { Days: 365 },
      NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 2 },
    },
    { ID: 'tag', Status: 'Disabled' as const, Filter: { Tag: { Key: 'k', Value: 'v' } }, Expiration: { Days: 1 } },
    {
      ID: 'uploads',
      Status: 'Enabled' as const,
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    {
      ID: 'date',
      Status: 'Enabled' as const,
      Filter: {},
      Expiration: { Date: new Date('2030-01-01T00:00:00Z') },
    },
  ]
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
  const kept = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  assert.deepEqual(kept.Rules, Rules)
  assert.equal(kept.TransitionDefaultMinimumObjectSize, 'all_storage_classes_128K')
  const base: LifecycleRule = { ID: 'x', Status: 'Enabled', Filter: { Prefix: '' } }
  const wrong: readonly (readonly [LifecycleRule, string])[] = [
    [base, 'InvalidRequest'],
    [{ ...base, Expiration: { Days: 0 } }, 'InvalidArgument'],
    [{ ...base, Expiration: { Date: new Date('2030-01-01T00:00:01Z') } }, 'InvalidArgument'],
    [{ ...base, Transitions: [{ Days: 1, StorageClass: 'STANDARD_IA' }] }, 'InvalidArgument'],
    [{ ...base, Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } }, 'MalformedXML'],
    [{ ID: 'x', Status: 'Enabled', Expiration: { Days: 1 } }, 'MalformedXML'],
  ]
  for (const [rule, name] of wrong)
    await assert.rejects(
      s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } })),
      fault(name, 400),
    )
})

test('tags and ownership controls are kept', async () => {
  const Bucket = await bucket()
  const TagSet = [
    { Key: 'project', Value: '気温' },
    { Key: 'empty', Value: '' },
  ]
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }))
  assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet)
  await s3.send(new DeleteBucketTaggingCommand({ Bucket }))
  await assert.rejects(s3.send(new GetBucketTaggingCommand({ Bucket })), fault('NoSuchTagSet', 404))
  const twice = [TagSet[0], TagSet[0]].filter(tag => tag !== undefined)
  await assert.rejects(
    s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: twice } })),
    fault('InvalidTag', 400),
  )
  const ownership = async () =>
    (await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules?.[0]?.ObjectOwnership
  assert.equal(await ownership(), 'BucketOwnerEnforced')
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
    }),
  )
  assert.equal(await ownership(), 'BucketOwnerPreferred')
})

test('what nobody configured is answered as AWS answers it', async () => {
  const Bucket = await bucket()
  const acl = await s3.send(new GetBucketAclCommand({ Bucket }))
  assert.equal(acl.Grants?.length, 1)
  assert.equal(acl.Grants?.[0]?.Grantee?.Type, 'CanonicalUser')
  assert.equal(acl.Grants?.[0]?.Grantee?.ID, acl.Owner?.ID)
  assert.equal((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, undefined)
  assert.equal((await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status, undefined)
  assert.equal((await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer, 'BucketOwner')
  const notification = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))
  assert.equal(notification.EventBridgeConfiguration, undefined)
  await assert.rejects(s3.send(new GetBucketCorsCommand({ Bucket })), fault('NoSuchCORSConfiguration', 404))
  await assert.rejects(s3.send(new GetBucketWebsiteCommand({ Bucket })), fault('NoSuchWebsiteConfiguration', 404))
  await assert.rejects(
    s3.send(new GetBucketReplicationCommand({ Bucket })),
    fault('ReplicationConfigurationNotFoundError', 404),
  )
  await assert.rejects(
    s3.send(new GetObjectLockConfigurationCommand({ Bucket })),
    fault('ObjectLockConfigurationNotFoundError', 404),
  )
})

test('what Biwa does not support is refused, not swallowed', async () => {
  const Bucket = await bucket()
  const rule = { AllowedMethods: ['GET'], AllowedOrigins: ['*'] }
  await assert.rejects(
    s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } })),
    (error: S3ServiceException) => /support/.test(error.message),
  )
})
