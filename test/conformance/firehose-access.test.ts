/**
 * With enforcement on a delivery stream is made only by who may pass each role in it, and delivers only what its roles
 * may read, call and write; what they may not is held back and said, and comes when it is allowed.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  PutRecordCommand,
  StartDeliveryStreamEncryptionCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
} from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { processor } from '../testing/deliveries.ts'
import { account, client, region, startLake } from '../testing/lake.ts'
import type { Key } from '../testing/signed.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let root: Key
let user: Key

const roleNames = ['delivery', 'backup', 'schema', 'transform'] as const
type RoleName = (typeof roleNames)[number]
const roleArn = (name: RoleName) => `arn:aws:iam::${account}:role/${name}`
const streamArn = (name: string) => `arn:aws:firehose:${region}:${account}:deliverystream/${name}`
const allow = (actions: readonly string[], resources: readonly string[], condition?: object) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...(condition && { Condition: condition }),
})
const documentOf = (statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const iam = () => new IAMClient(client(lake.url, root))
const firehose = (key: Key) => new FirehoseClient(client(lake.url, key))
const mayUser = (...statements: readonly object[]) =>
  iam().send(
    new PutUserPolicyCommand({ UserName: 'maker', PolicyName: 'only', PolicyDocument: documentOf(statements) }),
  )
const mayRole = (name: RoleName, ...statements: readonly object[]) =>
  iam().send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'only', PolicyDocument: documentOf(statements) }))
const writing = (bucket: string) => allow(['s3:PutObject'], [`arn:aws:s3:::${bucket}/*`])
/** A policy has at least one statement. */
const nothing = allow(['sts:GetCallerIdentity'], ['*'])
const passing = (...names: readonly RoleName[]) =>
  allow(['iam:PassRole'], names.map(roleArn), { StringEquals: { 'iam:PassedToService': 'firehose.amazonaws.com' } })

before(async () => {
  lake = await startLake({ auth: 'enforced', clock: 'simulated', start: Date.UTC(2025, 9, 15) })
  root = await (await lake.lake.parts()).iam.root(account)
  await iam().send(new CreateUserCommand({ UserName: 'maker' }))
  const { AccessKey } = await iam().send(new CreateAccessKeyCommand({ UserName: 'maker' }))
  user = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  const trust = { Effect: 'Allow', Principal: { Service: 'firehose.amazonaws.com' }, Action: 'sts:AssumeRole' }
  for (const RoleName of roleNames)
    await iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: documentOf([trust]) }))
  const s3 = new S3Client({ ...client(lake.url, root), forcePathStyle: true })
  const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
  for (const Bucket of ['raw', 'kept']) await s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
  const glue = new GlueClient(client(lake.url, root))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  const TableInput = { Name: 'readings', StorageDescriptor: { Columns: [{ Name: 'device', Type: 'string' }] } }
  await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
})
beforeEach(async () => {
  await mayRole('delivery', writing('raw'))
  await mayRole('backup', writing('kept'))
})
after(async () => {
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

type Extended = Partial<ExtendedS3DestinationConfiguration>
const create = (
  key: Key,
  name: string,
  extended: Extended = {},
  more: Partial<CreateDeliveryStreamCommandInput> = {},
) =>
  firehose(key).send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      ExtendedS3DestinationConfiguration: {
        RoleARN: roleArn('delivery'),
        BucketARN: 'arn:aws:s3:::raw',
        Prefix: `${name}/`,
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
        ...extended,
      },
      ...more,
    }),
  )
const objects = async (Bucket: string, Prefix: string) => {
  const s3 = new S3Client({ ...client(lake.url, root), forcePathStyle: true })
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  return Contents.length
}
const failure = async (DeliveryStreamName: string) => {
  const described = await firehose(root).send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
  return described.DeliveryStreamDescription?.FailureDescription?.Details ?? ''
}
const put = (DeliveryStreamName: string, text: string) =>
  firehose(root).send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from(text) } }))
const denied = (action: string, resource: string) => ({
  name: 'AccessDeniedException',
  message: new RegExp(
    `is not authorized to perform: ${action} on resource: ${resource.replaceAll('/', '\\/')} because`,
  ),
})

test('who makes a delivery stream must be allowed to pass every role that stands in it', async () => {
  const extended: Extended = {
    BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
    S3BackupMode: 'Enabled',
    S3BackupConfiguration: { RoleARN: roleArn('backup'), BucketARN: 'arn:aws:s3:::kept' },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        processor('Lambda', {
          LambdaArn: `arn:aws:lambda:${region}:${account}:function:clean`,
          RoleArn: roleArn('transform'),
        }),
      ],
    },
    DataFormatConversionConfiguration: {
      SchemaConfiguration: { RoleARN: roleArn('schema'), DatabaseName: 'lake', TableName: 'readings' },
      InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
      OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
    },
  }
  await mayRole('schema', allow(['glue:GetTableVersions'], ['*']))
  const making = allow(['firehose:CreateDeliveryStream'], [streamArn('rich')])
  for (const missing of roleNames) {
    await mayUser(making, passing(...roleNames.filter(name => name !== missing)))
    await assert.rejects(create(user, 'rich', extended), denied('iam:PassRole', roleArn(missing)), missing)
  }
  await mayUser(making, passing(...roleNames))
  await mayRole('schema', nothing)
  await assert.rejects(create(user, 'rich', extended), {
    name: 'InvalidArgumentException',
    message: /^Access was denied when calling Glue\. Please ensure that the role specified/,
  })
  await mayRole('schema', allow(['glue:GetTableVersions'], ['*']))
  assert.equal((await create(user, 'rich', extended)).DeliveryStreamARN, streamArn('rich'))
})

test('each operation asks for its own action on the delivery stream', async () => {
  await create(root, 'asked')
  const DeliveryStreamName = 'asked'
  const key = user
  const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
    DescribeDeliveryStream: () => firehose(key).send(new DescribeDeliveryStreamCommand({ DeliveryStreamName })),
    PutRecord: () =>
      firehose(key).send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from('x') } })),
    UpdateDestination: () =>
      firehose(key).send(
        new UpdateDestinationCommand({
          DeliveryStreamName,
          CurrentDeliveryStreamVersionId: '1',
          DestinationId: 'destinationId-000000000001',
          ExtendedS3DestinationUpdate: { Prefix: 'other/' },
        }),
      ),
    StartDeliveryStreamEncryption: () =>
      firehose(key).send(new StartDeliveryStreamEncryptionCommand({ DeliveryStreamName })),
    TagDeliveryStream: () =>
      firehose(key).send(new TagDeliveryStreamCommand({ DeliveryStreamName, Tags: [{ Key: 'a', Value: 'b' }] })),
    UntagDeliveryStream: () =>
      firehose(key).send(new UntagDeliveryStreamCommand({ DeliveryStreamName, TagKeys: ['a'] })),
    DeleteDeliveryStream: () => firehose(key).send(new DeleteDeliveryStreamCommand({ DeliveryStreamName })),
  }
  for (const [name, deed] of Object.entries(deeds)) {
    const others = Object.keys(deeds).filter(other => other !== name)
    await mayUser(
      allow(
        others.map(other => `firehose:${other}`),
        ['*'],
      ),
    )
    await assert.rejects(deed(), denied(`firehose:${name}`, streamArn('asked')), name)
    await mayUser(allow([`firehose:${name}`], [streamArn('asked')]))
    await deed()
  }
  await assert.rejects(
    firehose(user).send(new ListDeliveryStreamsCommand({})),
    /not authorized to perform: firehose:ListDeliveryStreams on resource: \*/,
  )
})

test('who makes a delivery stream with tags needs the right to tag it, and tags can be asked of him', async () => {
  const Tags = [{ Key: 'team', Value: 'lake' }]
  const making = ['firehose:CreateDeliveryStream']
  await mayUser(allow(making, ['*']), passing('delivery'))
  await assert.rejects(create(user, 'tagged', {}, { Tags }), denied('firehose:TagDeliveryStream', streamArn('tagged')))
  const asked = { StringEquals: { 'aws:RequestTag/team': 'lake' } }
  await mayUser(allow([...making, 'firehose:TagDeliveryStream'], ['*'], asked), passing('delivery'))
  await assert.rejects(create(user, 'untagged'), { name: 'AccessDeniedException' })
  await create(user, 'tagged', {}, { Tags })
})

test('a delivery and its backup wait for the rights of their own roles, neither for the other', async () => {
  await mayRole('backup', nothing)
  await create(root, 'waiting', {
    S3BackupMode: 'Enabled',
    S3BackupConfiguration: {
      RoleARN: roleArn('backup'),
      BucketARN: 'arn:aws:s3:::kept',
      Prefix: 'waiting/',
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
    },
  })
  await put('waiting', 'x')
  await lake.lake.clock.advance({ milliseconds: 60_000 })
  assert.deepEqual([await objects('raw', 'waiting/'), await objects('kept', 'waiting/')], [1, 0])
  assert.match(await failure('waiting'), /role\/backup is not authorized to perform s3:PutObject on arn:aws:s3:::kept/)
  await mayRole('backup', writing('kept'))
  await lake.lake.clock.advance({ milliseconds: 300_000 })
  assert.deepEqual([await objects('raw', 'waiting/'), await objects('kept', 'waiting/')], [1, 1])
  assert.equal(await failure('waiting'), '')
})
