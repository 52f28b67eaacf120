/**
 * IAM as its clients see it: users, keys, groups, roles, policies and instance profiles are made, shown, listed in pages,
 * changed and deleted by the JavaScript SDK, the AWS CLI and boto3, and refused in AWS's words.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  GetAccessKeyLastUsedCommand,
  GetInstanceProfileCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupsForUserCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  ListUserTagsCommand,
  PutRolePolicyCommand,
  paginateListUsers,
  SimulatePrincipalPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam'
import { client, startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
/** Every test in an account of its own. */
let accounts = 100_000_000_000
const iamOf = () => {
  const account = String(accounts++)
  return { account, iam: new IAMClient(client(lake.url, { accessKeyId: account, secretAccessKey: 'x' })) }
}
before(async () => {
  lake = await startLake()
})
after(() => lake.close())

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'firehose.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})
const document = JSON.stringify(
  { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
  undefined,
  2,
)

test('a user with a path and tags is shown as it was made', async () => {
  const { iam, account } = iamOf()
  const made = await iam.send(
    new CreateUserCommand({ UserName: 'ann', Path: '/lake/', Tags: [{ Key: 'team', Value: 'weather' }] }),
  )
  assert.equal(made.User?.Arn, `arn:aws:iam::${account}:user/lake/ann`)
  assert.match(made.User?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/)
  const { User: shown } = await iam.send(new GetUserCommand({ UserName: 'ann' }))
  assert.deepEqual(shown, made.User)
  await iam.send(
    new TagUserCommand({
      UserName: 'ann',
      Tags: [
        { Key: 'team', Value: 'x' },
        { Key: 'b', Value: '' },
      ],
    }),
  )
  await iam.send(new UntagUserCommand({ UserName: 'ann', TagKeys: ['b'] }))
  const { Tags: tags } = await iam.send(new ListUserTagsCommand({ UserName: 'ann' }))
  assert.deepEqual(tags, [{ Key: 'team', Value: 'x' }])
})

test('its moments are written without a fraction of a second, as the query protocol writes them', async () => {
  const body = new URLSearchParams({ Action: 'CreateGroup', Version: '2010-05-08', GroupName: 'night' })
  const written = await (await fetch(lake.url, { method: 'POST', body })).text()
  assert.match(written, /<CreateDate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/CreateDate>/)
})

test('a list comes in pages', async () => {
  const { iam } = iamOf()
  for (let i = 0; i < 7; i++) await iam.send(new CreateUserCommand({ UserName: `user-${i}` }))
  const names: (string | undefined)[] = []
  let pages = 0
  for await (const page of paginateListUsers({ client: iam, pageSize: 3 }, {})) {
    names.push(...(page.Users ?? []).map(user => user.UserName))
    pages++
  }
  assert.deepEqual([names.length, pages], [7, 3])
})

test('what AWS refuses is refused as AWS refuses it', async () => {
  const { iam } = iamOf()
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }))
  await assert.rejects(iam.send(new CreateRoleCommand({ RoleName: 'R', AssumeRolePolicyDocument: trust })), {
    name: 'EntityAlreadyExistsException',
    message: 'Role with name R already exists.',
  })
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'none' })), {
    name: 'NoSuchEntityException',
    message: 'The role with name none cannot be found.',
  })
  await assert.rejects(iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument: '{' })), {
    name: 'MalformedPolicyDocumentException',
  })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument: document }))
  await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: 'r' })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must delete policies first.',
  })
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'a b' })), (error: Error) => {
    assert.match(error.message, /1 validation error detected: Value .*'roleName' failed to satisfy constraint/)
    return true
  })
})

test('a document comes back as it was given, percent-encoded', async () => {
  const { iam } = iamOf()
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust, Description: "It's (mine)" }))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument: document }))
  const { PolicyDocument: encoded } = await iam.send(new GetRolePolicyCommand({ RoleName: 'r', PolicyName: 'p' }))
  assert.ok(encoded?.startsWith('%7B%0A'))
  assert.equal(decodeURIComponent(encoded ?? ''), document)
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: 'r' }))
  assert.equal(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), trust)
  assert.equal(role?.Description, "It's (mine)")
  assert.equal(role?.MaxSessionDuration, 3600)
})

test('a role is changed, listed by its path, tagged', async () => {
  const { iam, account } = iamOf()
  await iam.send(new CreateRoleCommand({ RoleName: 'r', Path: '/a/', AssumeRolePolicyDocument: trust }))
  await iam.send(
    new CreateRoleCommand({ RoleName: 's', AssumeRolePolicyDocument: trust, Tags: [{ Key: 'k', Value: 'v' }] }),
  )
  await iam.send(new UpdateRoleCommand({ RoleName: 'r', MaxSessionDuration: 7200, Description: 'd' }))
  const other = trust.replace('firehose', 'glue')
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'r', PolicyDocument: other }))
  const { Roles: listed } = await iam.send(new ListRolesCommand({ PathPrefix: '/a/' }))
  assert.deepEqual(
    listed?.map(role => [role.Arn, role.MaxSessionDuration, decodeURIComponent(role.AssumeRolePolicyDocument ?? '')]),
    [[`arn:aws:iam::${account}:role/a/r`, 7200, other]],
  )
  assert.deepEqual((await iam.send(new ListRoleTagsCommand({ RoleName: 's' }))).Tags, [{ Key: 'k', Value: 'v' }])
})

test('a managed policy has versions, is attached and counted, and tells who has it', async () => {
  const { iam } = iamOf()
  const { Policy: made } = await iam.send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: document }))
  const PolicyArn = made?.Arn ?? ''
  const narrow = document.replace('s3:*', 's3:Get*')
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: narrow, SetAsDefault: true }))
  const { Versions: versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
  assert.deepEqual(
    versions?.map(one => [one.VersionId, one.IsDefaultVersion]),
    [
      ['v2', true],
      ['v1', false],
    ],
  )
  const { PolicyVersion: second } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
  assert.equal(decodeURIComponent(second?.Document ?? ''), narrow)
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }))
  const aws = 'arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole'
  for (const arn of [PolicyArn, aws, PolicyArn])
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: arn }))
  const { AttachedPolicies: attached } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'r' }))
  assert.deepEqual(attached?.map(one => one.PolicyName).sort(), ['AWSGlueServiceRole', 'p'])
  const { PolicyRoles: roles } = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }))
  assert.deepEqual(
    roles?.map(one => one.RoleName),
    ['r'],
  )
  const { Policies: local } = await iam.send(new ListPoliciesCommand({ Scope: 'Local', OnlyAttached: true }))
  assert.deepEqual(
    local?.map(one => [one.PolicyName, one.AttachmentCount, one.DefaultVersionId]),
    [['p', 1, 'v2']],
  )
  const { Policies: theirs } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS' }))
  assert.ok(theirs?.some(one => one.Arn === aws))
})

test('groups and instance profiles hold whom they are given', async () => {
  const { iam } = iamOf()
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  await iam.send(new CreateGroupCommand({ GroupName: 'g' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'g', UserName: 'ann' }))
  const { Groups: groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'ann' }))
  assert.deepEqual(
    groups?.map(group => group.GroupName),
    ['g'],
  )
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'i' }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'i', RoleName: 'r' }))
  const { InstanceProfile: shown } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: 'i' }))
  assert.deepEqual(
    shown?.Roles?.map(role => role.RoleName),
    ['r'],
  )
  await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: 'r' })), { name: 'DeleteConflictException' })
})

test("a key is its user's, and tells when it was used last", async () => {
  const { iam } = iamOf()
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const AccessKeyId = key?.AccessKeyId ?? ''
  const unused = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
  assert.deepEqual(unused.AccessKeyLastUsed, { ServiceName: 'N/A', Region: 'N/A' })
  const own = new IAMClient(client(lake.url, { accessKeyId: AccessKeyId, secretAccessKey: key?.SecretAccessKey ?? '' }))
  assert.equal((await own.send(new GetUserCommand({}))).User?.UserName, 'ann')
  const used = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
  assert.equal(used.UserName, 'ann')
  assert.equal(used.AccessKeyLastUsed?.ServiceName, 'iam')
  assert.ok(used.AccessKeyLastUsed?.LastUsedDate)
})

test('a simulation says what would be decided, and by which policy', async () => {
  const { iam } = iamOf()
  const { Role: role } = await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName: 'p', PolicyDocument: document }))
  const { EvaluationResults: results } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: role?.Arn ?? '',
      ActionNames: ['s3:GetObject', 'kinesis:PutRecord'],
      ResourceArns: ['arn:aws:s3:::b/k'],
    }),
  )
  assert.deepEqual(
    results?.map(one => [one.EvalActionName, one.EvalDecision, one.MatchedStatements?.[0]?.SourcePolicyId]),
    [
      ['s3:GetObject', 'allowed', 'p'],
      ['kinesis:PutRecord', 'implicitDeny', undefined],
    ],
  )
})

test('the AWS CLI makes the role of a delivery', { skip: withoutAwsCli }, async () => {
  const key = { accessKey: String(accounts++), secret: 'x' }
  const role = ['--role-name', 'firehose-delivery']
  await awsJson(lake.url, ['iam', 'create-role', ...role, '--assume-role-policy-document', trust], key)
  await awsJson(
    lake.url,
    ['iam', 'put-role-policy', ...role, '--policy-name', 'write', '--policy-document', document],
    key,
  )
  const { Role } = await awsJson<{ Role: { Arn: string; AssumeRolePolicyDocument: object } }>(
    lake.url,
    ['iam', 'get-role', ...role],
    key,
  )
  assert.equal(Role.Arn, `arn:aws:iam::${key.accessKey}:role/firehose-delivery`)
  assert.deepEqual(Role.AssumeRolePolicyDocument, JSON.parse(trust))
  const again = await aws(lake.url, ['iam', 'create-role', ...role, '--assume-role-policy-document', trust], key)
  assert.notEqual(again.code, 0)
  assert.match(again.err, /\(EntityAlreadyExists\) when calling the CreateRole operation: Role with name/)
})

test('boto3 walks its paginators and waits for what it made', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3, json
iam = boto3.client('iam')
for i in range(5): iam.create_user(UserName='py-%d' % i)
iam.get_waiter('user_exists').wait(UserName='py-4')
names = [u['UserName'] for p in iam.get_paginator('list_users').paginate(PaginationConfig={'PageSize': 2}) for u in p['Users']]
iam.create_policy(PolicyName='py', PolicyDocument='''${document.replaceAll('\n', ' ')}''')
try: iam.get_user(UserName='none')
except iam.exceptions.NoSuchEntityException as e: names.append(e.response['Error']['Code'])
print(json.dumps(names))
`,
  )
  assert.deepEqual(JSON.parse(out), ['py-0', 'py-1', 'py-2', 'py-3', 'py-4', 'NoSuchEntity'])
})

test('the lake reported no failure of its own', () => {
  assert.deepEqual(lake.failures, [])
})
