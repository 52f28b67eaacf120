/**
 * STS as its clients see it, in open and in enforced mode: who one is, credentials of a role that work and end, and
 * enforcement that holds for real clients: S3 by the CLI and boto3 with both signatures, Kinesis by the SDK over HTTP/2.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { account, client, startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

type Lake = Awaited<ReturnType<typeof startLake>>
const trusting = (principal: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  })
const allowing = (...actions: readonly string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] })

describe('in open mode', () => {
  let lake: Lake
  before(async () => {
    lake = await startLake()
  })
  after(() => lake.close())
  const sts = (accessKeyId: string) => new STSClient(client(lake.url, { accessKeyId, secretAccessKey: 'x' }))

  test('a key of twelve digits names its account, any other the default one', async () => {
    const { $metadata: _, ...named } = await sts('111122223333').send(new GetCallerIdentityCommand({}))
    assert.deepEqual(named, { UserId: '111122223333', Account: '111122223333', Arn: 'arn:aws:iam::111122223333:root' })
    assert.equal((await sts('test').send(new GetCallerIdentityCommand({}))).Account, account)
  })

  test('a role is assumed by whoever asks, as a session of its own', async () => {
    const iam = new IAMClient(client(lake.url))
    await iam.send(
      new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trusting({ Service: 'glue.amazonaws.com' }) }),
    )
    const { Credentials: lent, AssumedRoleUser: who } = await sts('test').send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/r`, RoleSessionName: 'run-1' }),
    )
    assert.match(lent?.AccessKeyId ?? '', /^ASIA[A-Z2-7]{16}$/)
    assert.equal(who?.Arn, `arn:aws:sts::${account}:assumed-role/r/run-1`)
    assert.ok(Math.abs((lent?.Expiration?.getTime() ?? 0) - Date.now() - 3_600_000) < 60_000)
    const credentials = {
      accessKeyId: lent?.AccessKeyId ?? '',
      secretAccessKey: lent?.SecretAccessKey ?? '',
      sessionToken: lent?.SessionToken ?? '',
    }
    const me = await new STSClient(client(lake.url, credentials)).send(new GetCallerIdentityCommand({}))
    assert.deepEqual([me.Arn, me.UserId], [who?.Arn, who?.AssumedRoleId])
    const info = await sts('test').send(new GetAccessKeyInfoCommand({ AccessKeyId: credentials.accessKeyId }))
    assert.equal(info.Account, account)
  })

  test('a role that is not there is not assumed', async () => {
    const asked = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/none`, RoleSessionName: 'run-1' })
    await assert.rejects(sts('test').send(asked), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/none`,
    })
  })
})

describe('in enforced mode', () => {
  let lake: Lake
  let root: { accessKeyId: string; secretAccessKey: string }
  let userKey: { accessKeyId: string; secretAccessKey: string }
  before(async () => {
    lake = await startLake({ auth: 'enforced' })
    root = await (await lake.lake.parts()).iam.root(account)
    const iam = new IAMClient(client(lake.url, root))
    await iam.send(new CreateUserCommand({ UserName: 'ann' }))
    const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
    userKey = { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' }
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'producer',
        AssumeRolePolicyDocument: trusting({ AWS: `arn:aws:iam::${account}:user/ann` }),
      }),
    )
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'producer',
        PolicyName: 'put',
        PolicyDocument: allowing('kinesis:PutRecord'),
      }),
    )
    await new KinesisClient(client(lake.url, root)).send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }))
    await new S3Client({ ...client(lake.url, root), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'lake' }),
    )
  })
  after(async () => {
    assert.deepEqual(lake.failures, [])
    await lake.close()
  })

  const put = (key: Parameters<typeof client>[1]) =>
    new KinesisClient(client(lake.url, key)).send(
      new PutRecordCommand({ StreamName: 's', PartitionKey: 'k', Data: Buffer.from('{}') }),
    )
  const assume = async (more: object = {}) => {
    const { Credentials: lent } = await new STSClient(client(lake.url, userKey)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/producer`, RoleSessionName: 'run-1', ...more }),
    )
    return {
      accessKeyId: lent?.AccessKeyId ?? '',
      secretAccessKey: lent?.SecretAccessKey ?? '',
      sessionToken: lent?.SessionToken ?? '',
    }
  }

  test("a user may what his policies say, and is told so in AWS's words", async () => {
    await assert.rejects(put(userKey), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${account}:user/ann is not authorized to perform: kinesis:PutRecord on resource: arn:aws:kinesis:ap-northeast-1:${account}:stream/s because no identity-based policy allows the kinesis:PutRecord action`,
    })
    const me = await new STSClient(client(lake.url, userKey)).send(new GetCallerIdentityCommand({}))
    assert.equal(me.Arn, `arn:aws:iam::${account}:user/ann`)
  })

  test('a role lends what it may, to whom it trusts', async () => {
    assert.ok((await put(await assume())).SequenceNumber)
    const denied = await assume({ Policy: allowing('s3:*') })
    await assert.rejects(put(denied), { message: /because no session policy allows the kinesis:PutRecord action$/ })
  })

  test('a session without its token, or with another, is refused', async () => {
    const { sessionToken: token, ...key } = await assume()
    await assert.rejects(put(key), { name: 'UnrecognizedClientException' })
    await assert.rejects(put({ ...key, sessionToken: `${token}x` } as typeof key), {
      name: 'UnrecognizedClientException',
    })
  })

  test('a session token is oneself, for a while, but not for IAM', async () => {
    const iam = new IAMClient(client(lake.url, root))
    await iam.send(
      new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'all', PolicyDocument: allowing('kinesis:*', 'iam:*') }),
    )
    const { Credentials: lent } = await new STSClient(client(lake.url, userKey)).send(new GetSessionTokenCommand({}))
    const key = {
      accessKeyId: lent?.AccessKeyId ?? '',
      secretAccessKey: lent?.SecretAccessKey ?? '',
      sessionToken: lent?.SessionToken ?? '',
    }
    assert.ok((await put(key)).SequenceNumber)
    const asIam = new IAMClient(client(lake.url, key))
    await assert.rejects(asIam.send(new CreateUserCommand({ UserName: 'eve' })), { name: 'AccessDenied' })
  })

  const s3 = () => new S3Client({ ...client(lake.url, root), forcePathStyle: true })

  test('the SDK streams into S3 and presigns out of it', async () => {
    const body = Buffer.alloc(300_000, 'biwa')
    await s3().send(new PutObjectCommand({ Bucket: 'lake', Key: 'a b/ü+(1)', Body: body }))
    const url = await getSignedUrl(s3(), new GetObjectCommand({ Bucket: 'lake', Key: 'a b/ü+(1)' }), { expiresIn: 60 })
    const got = await fetch(url)
    assert.equal(got.status, 200)
    assert.ok(Buffer.from(await got.arrayBuffer()).equals(body))
    const unsigned = await fetch(url.split('?')[0] ?? '')
    assert.equal(unsigned.status, 403)
  })

  const rootKey = () => ({ accessKey: root.accessKeyId, secret: root.secretAccessKey })

  test('the AWS CLI signs everything it sends', { skip: withoutAwsCli }, async () => {
    const { Arn } = await awsJson<{ Arn: string }>(lake.url, ['sts', 'get-caller-identity'], rootKey())
    assert.equal(Arn, `arn:aws:iam::${account}:root`)
    const listed = await awsJson<{ StreamNames: string[] }>(lake.url, ['kinesis', 'list-streams'], rootKey())
    assert.deepEqual(listed.StreamNames, ['s'])
    const { Buckets } = await awsJson<{ Buckets: { Name: string }[] }>(lake.url, ['s3api', 'list-buckets'], rootKey())
    assert.deepEqual(
      Buckets.map(bucket => bucket.Name),
      ['lake'],
    )
  })

  test('boto3 presigns with the old signature and the new, and neither outlives a change', {
    skip: withoutBoto3,
  }, async () => {
    const out = await python(
      lake.url,
      `
import boto3, json, urllib.request, urllib.error
from botocore.config import Config
seen = []
def fetch(url, method='GET', data=None, headers={}):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, data=data, headers=headers)) as r: return [r.status, r.read().decode()]
    except urllib.error.HTTPError as e: return [e.code, '']
for version in ('s3', 's3v4'):
    s3 = boto3.client('s3', config=Config(signature_version=version, s3={'addressing_style': 'path'}))
    put = s3.generate_presigned_url('put_object', Params={'Bucket': 'lake', 'Key': 'py dir/%s+1' % version})
    seen.append(fetch(put, 'PUT', b'hello', {'Content-Type': ''})[0])
    get = s3.generate_presigned_url('get_object', Params={'Bucket': 'lake', 'Key': 'py dir/%s+1' % version, 'ResponseContentType': 'text/x'})
    seen.append(fetch(get))
    seen.append(fetch(get.replace('text', 'test'))[0])
    seen.append(fetch(get, 'DELETE')[0])
    seen.append(fetch(get.replace('lake/', 'lake2/'))[0])
    s3.put_object(Bucket='lake', Key='direct', Body=b'x' * 100)
    seen.append(s3.get_object(Bucket='lake', Key='direct')['ContentLength'])
print(json.dumps(seen))
`,
      rootKey(),
    )
    const one = [200, [200, 'hello'], 403, 403, 403, 100]
    assert.deepEqual(JSON.parse(out), [...one, ...one])
  })
})
