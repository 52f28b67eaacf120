/**
 * IAM around users and roles: the account's alias, what users have here and what they do not, what an answer tells and what
 * it leaves out, and policies that are tried before anybody has them.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateAccountAliasCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccountAliasCommand,
  DeleteLoginProfileCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetInstanceProfileCommand,
  GetLoginProfileCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  IAMClient,
  ListAccountAliasesCommand,
  ListMFADevicesCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  PutGroupPolicyCommand,
  paginateGetAccountAuthorizationDetails,
  RemoveUserFromGroupCommand,
  SimulateCustomPolicyCommand,
} from '@aws-sdk/client-iam'
import { client, startLake } from '../testing/lake.ts'
import { python, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
const iamOf = (accessKeyId: string) => new IAMClient(client(lake.url, { accessKeyId, secretAccessKey: 'x' }))
before(async () => {
  lake = await startLake()
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

test('an account has one alias, which no other account has', async () => {
  const one = iamOf('100000000001')
  const other = iamOf('100000000002')
  const aliases = async (iam: IAMClient) => (await iam.send(new ListAccountAliasesCommand({}))).AccountAliases
  assert.deepEqual(await aliases(one), [])
  await one.send(new CreateAccountAliasCommand({ AccountAlias: 'lake' }))
  await one.send(new CreateAccountAliasCommand({ AccountAlias: 'big-lake' }))
  assert.deepEqual([await aliases(one), await aliases(other)], [['big-lake'], []])
  await assert.rejects(other.send(new CreateAccountAliasCommand({ AccountAlias: 'big-lake' })), {
    name: 'EntityAlreadyExistsException',
  })
  await other.send(new CreateAccountAliasCommand({ AccountAlias: 'lake' }))
  await assert.rejects(one.send(new CreateAccountAliasCommand({ AccountAlias: 'a--b' })), {
    message: /AccountAlias|accountAlias/,
  })
  await assert.rejects(one.send(new DeleteAccountAliasCommand({ AccountAlias: 'lake' })), {
    name: 'NoSuchEntityException',
  })
  await one.send(new DeleteAccountAliasCommand({ AccountAlias: 'big-lake' }))
  assert.deepEqual(await aliases(one), [])
})

test('a user has no password, no second factor and no keys of other kinds, and a missing user is missing', async () => {
  const iam = iamOf('100000000003')
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const ann = { UserName: 'ann' }
  assert.deepEqual(
    [
      (await iam.send(new ListMFADevicesCommand(ann))).MFADevices,
      (await iam.send(new ListVirtualMFADevicesCommand({}))).VirtualMFADevices,
      (await iam.send(new ListSigningCertificatesCommand(ann))).Certificates,
      (await iam.send(new ListSSHPublicKeysCommand(ann))).SSHPublicKeys,
      (await iam.send(new ListServiceSpecificCredentialsCommand(ann))).ServiceSpecificCredentials,
    ],
    [[], [], [], [], []],
  )
  for (const command of [
    new GetLoginProfileCommand(ann),
    new DeleteLoginProfileCommand(ann),
    new GetAccountPasswordPolicyCommand({}),
    new ListMFADevicesCommand({ UserName: 'bob' }),
  ])
    await assert.rejects(iam.send(command as ListMFADevicesCommand), { name: 'NoSuchEntityException' })
})

// As AWS answers, recorded on it: localstack/localstack, tests/aws/services/iam/*.snapshot.json
test('lists tell less than what is read alone, and what is just made tells less too', async () => {
  const iam = iamOf('100000000005')
  const Tags = [{ Key: 'team', Value: 'lake' }]
  const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
  const trust = document.replace(
    '"s3:*","Resource":"*"',
    '"sts:AssumeRole","Principal":{"Service":"glue.amazonaws.com"}',
  )
  const role = { RoleName: 'r', AssumeRolePolicyDocument: trust, Tags }
  const kept = (answer: object | undefined, ...members: string[]) => members.filter(member => member in (answer ?? {}))
  const told = ['Tags', 'MaxSessionDuration']
  assert.deepEqual(kept((await iam.send(new CreateRoleCommand(role))).Role, ...told), ['Tags'])
  assert.deepEqual(kept((await iam.send(new GetRoleCommand(role))).Role, ...told), told)
  assert.deepEqual(kept((await iam.send(new ListRolesCommand({}))).Roles?.[0], ...told), ['MaxSessionDuration'])
  await iam.send(new CreateUserCommand({ UserName: 'u', Tags }))
  assert.deepEqual(kept((await iam.send(new ListUsersCommand({}))).Users?.[0], 'Tags', 'UserName'), ['UserName'])
  const described = ['Tags', 'Description']
  const policy = { PolicyName: 'p', PolicyDocument: document, Description: 'd' }
  const PolicyArn = (await iam.send(new CreatePolicyCommand(policy))).Policy?.Arn ?? ''
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }))
  assert.deepEqual([Policy?.Tags, Policy?.Description], [[], 'd'])
  const { Policies } = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))
  assert.deepEqual(kept(Policies?.[0], ...described), [])
  const profile = { InstanceProfileName: 'i' }
  await iam.send(new CreateInstanceProfileCommand(profile))
  await iam.send(new AddRoleToInstanceProfileCommand({ ...profile, RoleName: 'r' }))
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand(profile))
  assert.deepEqual([InstanceProfile?.Tags, kept(InstanceProfile?.Roles?.[0], ...told)], [[], []])

  for (const [wrong, name, message] of [
    [
      new GetPolicyVersionCommand({ PolicyArn: `${PolicyArn}x`, VersionId: 'v1' }),
      'NoSuchEntityException',
      /px version v1 does not exist or is not attachable/,
    ],
    [
      new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: 'longpolicynamebutnoarn' }),
      'InvalidInputException',
      'ARN longpolicynamebutnoarn is not valid.',
    ],
    [
      new RemoveUserFromGroupCommand({ GroupName: 'none', UserName: 'nobody' }),
      'NoSuchEntityException',
      'The user with name nobody cannot be found.',
    ],
  ] as const)
    await assert.rejects(iam.send(wrong as GetPolicyVersionCommand), { name, message })
})

test('all that decides in an account is listed with its texts, in pages and by kinds', async () => {
  const iam = iamOf('100000000006')
  const document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
  const trust = document.replace(
    '"s3:*","Resource":"*"',
    '"sts:AssumeRole","Principal":{"Service":"glue.amazonaws.com"}',
  )
  const PolicyArn = (await iam.send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: document }))).Policy?.Arn
  const aws = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
  await iam.send(new CreateUserCommand({ UserName: 'u', PermissionsBoundary: PolicyArn }))
  await iam.send(new CreateGroupCommand({ GroupName: 'g' }))
  await iam.send(new AddUserToGroupCommand({ GroupName: 'g', UserName: 'u' }))
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'g', PolicyName: 'own', PolicyDocument: document }))
  await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }))
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn: aws }))
  const told: unknown[] = []
  for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 2 }, {}))
    told.push(
      ...(page.UserDetailList ?? []).map(one => [
        one.UserName,
        one.GroupList,
        one.PermissionsBoundary?.PermissionsBoundaryArn,
      ]),
      ...(page.GroupDetailList ?? []).map(one => [
        one.GroupName,
        decodeURIComponent(one.GroupPolicyList?.[0]?.PolicyDocument ?? ''),
      ]),
      ...(page.RoleDetailList ?? []).map(one => [one.RoleName, one.AttachedManagedPolicies?.[0]?.PolicyArn]),
      ...(page.Policies ?? []).map(one => [one.Arn, one.PermissionsBoundaryUsageCount, one.AttachmentCount]),
    )
  const byName = (a: unknown, b: unknown) => (String(a) < String(b) ? -1 : 1)
  assert.deepEqual(
    told.sort(byName),
    [
      [aws, 0, 1],
      ['g', document],
      [PolicyArn, 1, 0],
      ['r', aws],
      ['u', ['g'], PolicyArn],
    ].sort(byName),
  )
  const { SummaryMap: summary } = await iam.send(new GetAccountSummaryCommand({}))
  const counted = [
    'Users',
    'Groups',
    'Roles',
    'Policies',
    'PolicyVersionsInUse',
    'MFADevices',
    'PolicySizeQuota',
  ] as const
  assert.deepEqual(
    counted.map(name => summary?.[name]),
    [1, 1, 1, 1, 1, 0, 6144],
  )
  const only = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['LocalManagedPolicy'] }))
  assert.deepEqual(
    [only.UserDetailList, only.RoleDetailList, only.Policies?.map(one => one.PolicyVersionList?.[0]?.VersionId)],
    [[], [], ['v1']],
  )
  await iam.send(new CreateUserCommand({ UserName: 'stranger' }))
  await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'g', UserName: 'stranger' }))
})

test('a policy is tried before anybody has it, within a boundary or without', async () => {
  const iam = iamOf('100000000004')
  const policy = (...Action: string[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
  const decisions = async (boundary?: string) => {
    const { EvaluationResults } = await iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [policy('s3:*')],
        ActionNames: ['s3:GetObject', 's3:PutObject', 'glue:GetTable'],
        ...(boundary !== undefined && { PermissionsBoundaryPolicyInputList: [boundary] }),
      }),
    )
    return EvaluationResults?.map(one => [one.EvalDecision, one.MatchedStatements?.[0]?.SourcePolicyId])
  }
  const denied = ['implicitDeny', undefined]
  assert.deepEqual(await decisions(), [['allowed', 'PolicyInputList.1'], ['allowed', 'PolicyInputList.1'], denied])
  const within = await decisions(policy('s3:GetObject', 'glue:*'))
  assert.deepEqual(
    within?.map(([decision]) => decision),
    ['allowed', 'implicitDeny', 'implicitDeny'],
  )
})

test('boto3 asks for all of it by its paginators', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3
iam = boto3.client('iam')
iam.create_user(UserName='py')
for what, key in (('list_mfa_devices', 'MFADevices'), ('list_ssh_public_keys', 'SSHPublicKeys'), ('list_signing_certificates', 'Certificates')):
    print(sum(len(page[key]) for page in iam.get_paginator(what).paginate(UserName='py')))
try:
    iam.get_login_profile(UserName='py')
except iam.exceptions.NoSuchEntityException as e:
    print(e.response['Error']['Message'])
`,
  )
  assert.equal(out, '0\n0\n0\nLogin Profile for User py cannot be found.\n')
})
