/**
 * What buckets cannot be set to, as clients ask for it that read and write everything: setting what holds anyway is taken,
 * taking away what is not there too, and anything else is refused by name, in AWS's words where AWS refuses it too.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketReplicationCommand,
  DeleteBucketWebsiteCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketRequestPaymentCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketAccelerateConfigurationCommand,
  PutBucketAclCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketRequestPaymentCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { client, startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let s3: S3Client
const Bucket = 'settled'
before(async () => {
  lake = await startLake()
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a/b', Body: 'x' }))
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  s3.destroy()
  await lake.close()
})

test('what holds anyway may be set, and what is not there may be taken away', async () => {
  await s3.send(new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer: 'BucketOwner' } }))
  assert.equal((await s3.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer, 'BucketOwner')
  const AccelerateConfiguration = { Status: 'Suspended' as const }
  const accelerated = async () => (await s3.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))).Status
  assert.equal(await accelerated(), undefined)
  await s3.send(new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration }))
  assert.equal(await accelerated(), 'Suspended')
  await s3.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }))
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }))
  for (const command of [DeleteBucketCorsCommand, DeleteBucketWebsiteCommand, DeleteBucketReplicationCommand])
    assert.equal((await s3.send(new command({ Bucket }))).$metadata.httpStatusCode, 204)
})

for (const [what, command] of [
  [
    'that the reader pays',
    new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer: 'Requester' } }),
  ],
  [
    'acceleration',
    new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: { Status: 'Enabled' } }),
  ],
  [
    'logs',
    new PutBucketLoggingCommand({
      Bucket,
      BucketLoggingStatus: { LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: 'log/' } },
    }),
  ],
  [
    'notifications',
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  ],
] as const)
  test(`${what} cannot be set, and the answer says so`, async () => {
    await assert.rejects(s3.send(command as PutBucketLoggingCommand), (error: Error) => {
      assert.match(error.message, /does not support|not supported|does not take/i)
      return true
    })
  })

test('an access list that gives all to the owner alone is taken where access lists are', async () => {
  const { Owner, Grants } = await s3.send(new GetBucketAclCommand({ Bucket }))
  const own = { Owner, Grants }
  const refused = { name: 'AccessControlListNotSupported' }
  await assert.rejects(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' })), refused)
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
    }),
  )
  await s3.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
  await s3.send(new PutBucketAclCommand({ Bucket, AccessControlPolicy: own }))
  await s3.send(new PutObjectAclCommand({ Bucket, Key: 'a/b', AccessControlPolicy: own }))
  await assert.rejects(s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' })), refused)
  const everybody = { Type: 'Group' as const, URI: 'http://acs.amazonaws.com/groups/global/AllUsers' }
  const open = { Owner, Grants: [...(Grants ?? []), { Grantee: everybody, Permission: 'READ' as const }] }
  await assert.rejects(s3.send(new PutObjectAclCommand({ Bucket, Key: 'a/b', AccessControlPolicy: open })))
  await assert.rejects(s3.send(new PutObjectAclCommand({ Bucket, Key: 'none', ACL: 'private' })), { name: 'NoSuchKey' })
})

test('whoever would pay for the transfer may say so, and does not', async () => {
  const pays = { Bucket, RequestPayer: 'requester' as const }
  await s3.send(new PutObjectCommand({ ...pays, Key: 'paid', Body: 'x' }))
  const { RequestCharged } = await s3.send(new GetObjectCommand({ ...pays, Key: 'paid' }))
  assert.equal(RequestCharged, undefined)
  const { Contents } = await s3.send(new ListObjectsV2Command({ ...pays, Prefix: 'paid' }))
  assert.equal(Contents?.length, 1)
  await s3.send(new DeleteObjectCommand({ ...pays, Key: 'paid' }))
  await assert.rejects(s3.send(new GetObjectCommand({ ...pays, Key: 'paid' })), { name: 'NoSuchKey' })
})

test('the source of a copy may have its slash percent-encoded', async () => {
  for (const CopySource of ['settled/a/b', '/settled/a/b', 'settled%2Fa%2Fb']) {
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }))
    assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }))).Body?.transformToString(), 'x')
  }
  await assert.rejects(s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'settled' })), {
    name: 'InvalidArgument',
  })
})

// As AWS answers, recorded on it: localstack/localstack, tests/aws/services/s3/test_s3_api.snapshot.json
for (const [what, command, name, message] of [
  [
    'versioning that is neither on nor off',
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: {} }),
    'IllegalVersioningConfigurationException',
    'The Versioning element must be specified',
  ],
  [
    'an ownership that there is not',
    new CreateBucketCommand({ Bucket: 'unowned', ObjectOwnership: 'RandomValue' as 'ObjectWriter' }),
    'InvalidArgument',
    'Invalid x-amz-object-ownership header: RandomValue',
  ],
  [
    'tags of a header with a comma between them',
    new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'x', Tagging: 'key1=val1,key2=val2' }),
    'InvalidArgument',
    /^The header 'x-amz-tagging' shall be encoded/,
  ],
  [
    'a delete past a lock, where nothing is locked,',
    new DeleteObjectCommand({ Bucket, Key: 'a/b', BypassGovernanceRetention: false }),
    'InvalidArgument',
    'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
  ],
  [
    "an object's tag of AWS's",
    new PutObjectTaggingCommand({ Bucket, Key: 'a/b', Tagging: { TagSet: [{ Key: 'aws:x', Value: '1' }] } }),
    'InvalidTag',
    'Your TagKey cannot be prefixed with aws:',
  ],
] as const)
  test(`${what} is refused in AWS's words`, async () => {
    await assert.rejects(s3.send(command as PutBucketVersioningCommand), { name, message })
  })

test('the source of a copy need not be newer than a time that has not come, and a range begins within it', async () => {
  const CopySource = `${Bucket}/a/b`
  const copy = (at: number) =>
    s3.send(
      new CopyObjectCommand({ Bucket, Key: 'c', CopySource, CopySourceIfModifiedSince: new Date(Date.now() + at) }),
    )
  await copy(3_600_000)
  await copy(-3_600_000)
  const upload = { Bucket, Key: 'parts' }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload))
  const part = { ...upload, UploadId, PartNumber: 1, CopySource }
  await assert.rejects(s3.send(new UploadPartCopyCommand({ ...part, CopySourceRange: 'bytes=100-200' })), {
    name: 'InvalidRequest',
    message: 'The specified copy range is invalid for the source object size',
  })
  await assert.rejects(s3.send(new UploadPartCopyCommand({ ...part, CopySourceRange: 'bytes=0-200' })), {
    name: 'InvalidArgument',
    message: 'Range specified is not valid for source object of size: 1',
  })
})

test('a version that is not there is missed among many, and keeps a versioned bucket from being deleted', async () => {
  const kept = { Bucket: 'kept-versions' }
  await s3.send(new CreateBucketCommand(kept))
  const VersionId = 'HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD'
  const Delete = { Objects: [{ Key: 'k', VersionId }] }
  const { Errors } = await s3.send(new DeleteObjectsCommand({ ...kept, Delete }))
  const Message = 'The specified version does not exist.'
  assert.deepEqual(Errors, [{ Key: 'k', VersionId, Code: 'NoSuchVersion', Message }])
  await s3.send(new PutBucketVersioningCommand({ ...kept, VersioningConfiguration: { Status: 'Enabled' } }))
  await s3.send(new DeleteObjectCommand({ ...kept, Key: 'k' }))
  await assert.rejects(s3.send(new DeleteBucketCommand(kept)), {
    name: 'BucketNotEmpty',
    message: 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
  })
})

test('the AWS CLI and boto3 set what they read', { skip: withoutAwsCli || withoutBoto3 }, async () => {
  await awsJson(lake.url, ['s3api', 'put-bucket-acl', '--bucket', Bucket, '--acl', 'bucket-owner-full-control'])
  const out = await python(
    lake.url,
    `
import boto3
s3 = boto3.client('s3')
acl = s3.get_object_acl(Bucket='settled', Key='a/b')
print(s3.put_object_acl(Bucket='settled', Key='a/b', AccessControlPolicy={'Owner': acl['Owner'], 'Grants': acl['Grants']})['ResponseMetadata']['HTTPStatusCode'])
print(s3.put_bucket_notification_configuration(Bucket='settled', NotificationConfiguration={})['ResponseMetadata']['HTTPStatusCode'])
`,
  )
  assert.equal(out, '200\n200\n')
})
