/**
 * What is said of the catalog as a whole, as the SDK for JavaScript sees it: its policy, which is put on conditions, decides with
 * the callers' own and is kept over a restart, and its encryption, which there is none of.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateDatabaseCommand,
  DeleteResourcePolicyCommand,
  GetDatabaseCommand,
  GetDataCatalogEncryptionSettingsCommand,
  GetResourcePoliciesCommand,
  GetResourcePolicyCommand,
  GlueClient,
  PutDataCatalogEncryptionSettingsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-glue'
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam'
import { openLake } from '../../src/lake.ts'
import { account, client, region, startLake, type TestLake } from '../testing/lake.ts'

let lake: TestLake & { close(): Promise<void> }
let glue: GlueClient
before(async () => {
  lake = await startLake()
  glue = new GlueClient(client(lake.url))
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  glue.destroy()
  await lake.close()
})

const policy = (Effect: string, Action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect,
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action,
        Resource: `arn:aws:glue:${region}:${account}:*`,
      },
    ],
  })

test("the catalog's policy is put on conditions, shown and deleted", async () => {
  const put = (PolicyInJson: string, more = {}) => glue.send(new PutResourcePolicyCommand({ PolicyInJson, ...more }))
  const get = () => glue.send(new GetResourcePolicyCommand({}))
  await assert.rejects(get(), { name: 'EntityNotFoundException' })
  await assert.rejects(put(policy('Allow', 'glue:Get*'), { PolicyExistsCondition: 'MUST_EXIST' }), {
    name: 'EntityNotFoundException',
  })
  const { PolicyHash } = await put(policy('Allow', 'glue:Get*'), { PolicyExistsCondition: 'NOT_EXIST' })
  const shown = await get()
  assert.deepEqual([shown.PolicyInJson, shown.PolicyHash], [policy('Allow', 'glue:Get*'), PolicyHash])
  const { GetResourcePoliciesResponseList: all } = await glue.send(new GetResourcePoliciesCommand({}))
  assert.deepEqual(
    all?.map(one => one.PolicyHash),
    [PolicyHash],
  )
  await put(policy('Allow', 'glue:*'), { PolicyHashCondition: PolicyHash })
  for (const [wrong, name] of [
    [put(policy('Allow', 'glue:*'), { PolicyHashCondition: PolicyHash }), 'ConditionCheckFailureException'],
    [put(policy('Allow', 'glue:*'), { PolicyExistsCondition: 'NOT_EXIST' }), 'ConditionCheckFailureException'],
    [put('{"Version":"2012-10-17"}'), 'InvalidInputException'],
    [
      put(policy('Allow', 'glue:*'), { ResourceArn: `arn:aws:glue:${region}:${account}:catalog` }),
      'InvalidInputException',
    ],
    [glue.send(new DeleteResourcePolicyCommand({ PolicyHashCondition: PolicyHash })), 'ConditionCheckFailureException'],
  ] as const)
    await assert.rejects(wrong, { name })
  await glue.send(new DeleteResourcePolicyCommand({}))
  await assert.rejects(get(), { name: 'EntityNotFoundException' })
})

test('the catalog is not encrypted, says so and takes no setting that says otherwise', async () => {
  const { DataCatalogEncryptionSettings: shown } = await glue.send(new GetDataCatalogEncryptionSettingsCommand({}))
  assert.equal(shown?.EncryptionAtRest?.CatalogEncryptionMode, 'DISABLED')
  await glue.send(new PutDataCatalogEncryptionSettingsCommand({ DataCatalogEncryptionSettings: shown }))
  const DataCatalogEncryptionSettings = { EncryptionAtRest: { CatalogEncryptionMode: 'SSE-KMS' as const } }
  await assert.rejects(glue.send(new PutDataCatalogEncryptionSettingsCommand({ DataCatalogEncryptionSettings })), {
    name: 'InvalidInputException',
  })
})

test("the catalog's policy decides with the callers' own", async () => {
  const enforced = await startLake({ auth: 'enforced' })
  try {
    const root = await (await enforced.lake.parts()).iam.root(account)
    const iam = new IAMClient(client(enforced.url, root))
    await iam.send(new CreateUserCommand({ UserName: 'reader' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }))
    const own = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
    const owner = new GlueClient(client(enforced.url, root))
    const reader = new GlueClient(client(enforced.url, own))
    await owner.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'weather' } }))
    const read = () => reader.send(new GetDatabaseCommand({ Name: 'weather' }))
    await assert.rejects(read(), { name: 'AccessDeniedException' })
    const words = policy('Allow', 'glue:GetDatabase').replace(':root', ':user/reader')
    await owner.send(new PutResourcePolicyCommand({ PolicyInJson: words }))
    assert.equal((await read()).Database?.Name, 'weather')
    await owner.send(new PutResourcePolicyCommand({ PolicyInJson: words.replace('Allow', 'Deny') }))
    await assert.rejects(read(), { name: 'AccessDeniedException', message: /explicit deny in a resource-based policy/ })
    for (const one of [iam, owner, reader]) one.destroy()
  } finally {
    await enforced.close()
  }
})

test('the policy is there after a restart', async () => {
  await glue.send(new PutResourcePolicyCommand({ PolicyInJson: policy('Allow', 'glue:*') }))
  await lake.lake.close()
  const again = await openLake({ directory: lake.directory, region })
  try {
    assert.equal((await again.aws.glue.GetResourcePolicy({})).PolicyInJson, policy('Allow', 'glue:*'))
  } finally {
    await again.close()
  }
})
