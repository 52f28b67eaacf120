/**
 * Properties: what hangs on something keeps it from being deleted; a change of a policy decides the very next question; a
 * temporary credential ends; what was acknowledged is there after a power cut.
 */
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { type SimulatedWorld, simulatedStart, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { assumeRole, sessionToken } from './assume.ts'
import { Iam, rootOf, userPrincipal } from './iam.ts'
import { simulate } from './simulate.ts'
import { checkTrust } from './trust.ts'

const account = '111122223333'
const scope = { account }
const hour = 3_600_000

let world: SimulatedWorld
let iam: Iam
let bucketPolicies: Record<string, string>

const open = (enforced = true) =>
  new Iam({
    ledger: world.store.ledger,
    clock: world.clock,
    random: world.random,
    background: world.background,
    enforced,
    resourcePolicy: arn => {
      const bucket = arn.split(':::')[1]?.split('/')[0] ?? ''
      return bucketPolicies[bucket] === undefined ? { account } : { account, document: bucketPolicies[bucket] }
    },
  })

beforeEach(async () => {
  bucketPolicies = {}
  world = await simulatedWorld()
  iam = open()
})

const allowing = (action: string, resource = '*', more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource, ...more }],
  })
const trusting = (principal: object, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: ['sts:AssumeRole', 'sts:TagSession'], ...more }],
  })
const user = (name: string) => iam.entities.create(scope, 'user', { name })
const role = (name: string, trust: string) => iam.entities.create(scope, 'role', { name, trust })
const stream = `arn:aws:kinesis:ap-northeast-1:${account}:stream/t`

describe('things with names', () => {
  test('a name is taken whatever its case, and found only as it was given', async () => {
    await user('Ann')
    await assert.rejects(user('ann'), { code: 'EntityAlreadyExists', message: 'User with name ann already exists.' })
    assert.throws(() => iam.entities.get(scope, 'user', 'ann'), {
      code: 'NoSuchEntity',
      status: 404,
      message: 'The user with name ann cannot be found.',
    })
  })

  test('accounts are apart', async () => {
    await user('ann')
    await iam.entities.create({ account: '999999999999' }, 'user', { name: 'ann' })
    assert.equal(iam.entities.list(scope, 'user', {}).items.length, 1)
  })

  test('pages follow one another without a gap, and a marker that is none is refused', async () => {
    for (let i = 0; i < 25; i++) await user(`user-${String(i).padStart(2, '0')}`)
    const names: string[] = []
    let marker: string | undefined
    do {
      const page = iam.entities.list(scope, 'user', { itemsMax: 10, marker })
      names.push(...page.items.map(one => one.name))
      marker = page.marker
    } while (marker !== undefined)
    assert.equal(new Set(names).size, 25)
    assert.deepEqual(names, [...names].sort())
    assert.throws(() => iam.entities.list(scope, 'user', { marker: '%' }), { code: 'InvalidInput' })
  })

  test('what hangs on a user keeps it from being deleted, one after the other', async () => {
    const ann = await user('ann')
    const group = await iam.entities.create(scope, 'group', { name: 'g' })
    await iam.attachments.attach(ann, 'arn:aws:iam::aws:policy/AdministratorAccess')
    await iam.inline.put(ann, { name: 'p', document: allowing('s3:*') })
    const key = await iam.accessKeys.create(scope, ann)
    await iam.memberships.add(group, ann)
    const refused = async (message: RegExp) =>
      assert.rejects(iam.entities.delete(scope, 'user', 'ann'), { code: 'DeleteConflict', message })
    await refused(/must detach all policies/)
    await iam.attachments.detach(ann, 'arn:aws:iam::aws:policy/AdministratorAccess')
    await refused(/must delete policies/)
    await iam.inline.delete(ann, 'p')
    await refused(/must delete access keys/)
    await iam.accessKeys.delete(scope, ann, key.key)
    await refused(/must remove users from group/)
    await iam.memberships.remove(group, ann)
    await iam.entities.delete(scope, 'user', 'ann')
    assert.equal(iam.entities.find(scope, 'user', 'ann'), undefined)
  })

  test('a trust policy names users and roles that are there', async () => {
    const arn = `arn:aws:iam::${account}:user/ann`
    assert.throws(() => checkTrust(iam, trusting({ AWS: arn })), {
      message: `Invalid principal in policy: "AWS":"${arn}"`,
    })
    await user('ann')
    checkTrust(iam, trusting({ AWS: arn }))
  })
})

describe('managed policies', () => {
  const create = (name: string, document = allowing('s3:*')) => iam.managed.create(scope, { name, document, tags: {} })

  test('have five versions at most, of which one is in force and cannot be deleted', async () => {
    const { arn } = await create('p')
    for (let version = 2; version <= 5; version++)
      await iam.managed.createVersion(scope, arn, { document: allowing(`s3:Get${version}`), asDefault: version === 5 })
    await assert.rejects(iam.managed.createVersion(scope, arn, { document: allowing('s3:*'), asDefault: false }), {
      code: 'LimitExceeded',
    })
    assert.match(iam.managed.documentInForce(arn) ?? '', /Get5/)
    await assert.rejects(iam.managed.deleteVersion(scope, arn, 5), { code: 'DeleteConflict' })
    await iam.managed.setDefaultVersion(scope, arn, 1)
    for (const version of [2, 3, 4, 5]) await iam.managed.deleteVersion(scope, arn, version)
    const next = await iam.managed.createVersion(scope, arn, { document: allowing('s3:*'), asDefault: false })
    assert.equal(next.version, 6)
  })

  test('are not deleted while somebody has them', async () => {
    const { arn } = await create('p')
    const ann = await user('ann')
    await iam.attachments.attach(ann, arn)
    await assert.rejects(iam.managed.delete(scope, arn), { message: 'Cannot delete a policy attached to entities.' })
    await iam.attachments.detach(ann, arn)
    await iam.entities.setBoundary(scope, 'user', 'ann', arn)
    await assert.rejects(iam.managed.delete(scope, arn), { code: 'DeleteConflict' })
    await iam.entities.setBoundary(scope, 'user', 'ann', undefined)
    await iam.managed.delete(scope, arn)
  })

  test("AWS's are read and attached by everybody and changed by nobody", async () => {
    const arn = 'arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole'
    assert.equal(iam.managed.get(scope, arn).name, 'AWSGlueServiceRole')
    await assert.rejects(iam.managed.delete(scope, arn), { code: 'AccessDenied' })
    const ann = await user('ann')
    await assert.rejects(iam.attachments.attach(ann, 'arn:aws:iam::aws:policy/NoSuchThing'), {
      code: 'NoSuchEntity',
      message: 'Policy arn:aws:iam::aws:policy/NoSuchThing does not exist or is not attachable.',
    })
  })

  test("another account's are not there", async () => {
    const { arn } = await create('p')
    assert.throws(() => iam.managed.get({ account: '999999999999' }, arn), { code: 'NoSuchEntity' })
  })
})

describe('decisions', () => {
  const ask = (principal: ReturnType<typeof userPrincipal>, action = 'kinesis:PutRecord', resource = stream) =>
    iam.decide({ principal, action, resource })

  test("say why not, in AWS's words", async () => {
    const ann = userPrincipal(await user('ann'))
    assert.deepEqual(ask(ann), {
      allowed: false,
      reason: 'implicitDeny',
      message: `User: ${ann.arn} is not authorized to perform: kinesis:PutRecord on resource: ${stream} because no identity-based policy allows the kinesis:PutRecord action`,
    })
    assert.match(ask(ann, 's3:GetObject', 'arn:aws:s3:::b/k').message ?? '', /on resource: "arn:aws:s3:::b\/k" because/)
  })

  test('follow every change of a policy, an attachment, a membership at once', async () => {
    const entity = await user('ann')
    const ann = userPrincipal(entity)
    const may = () => ask(ann).allowed
    assert.equal(may(), false)
    await iam.inline.put(entity, { name: 'p', document: allowing('kinesis:*') })
    assert.equal(may(), true)
    await iam.inline.delete(entity, 'p')
    assert.equal(may(), false)
    const group = await iam.entities.create(scope, 'group', { name: 'producers' })
    await iam.attachments.attach(group, 'arn:aws:iam::aws:policy/AmazonKinesisFullAccess')
    await iam.memberships.add(group, entity)
    assert.equal(may(), true)
    await iam.memberships.remove(group, entity)
    assert.equal(may(), false)
    const policy = await iam.managed.create(scope, { name: 'm', document: allowing('kinesis:*'), tags: {} })
    await iam.attachments.attach(entity, policy.arn)
    assert.equal(may(), true)
    await iam.managed.createVersion(scope, policy.arn, { document: allowing('s3:*'), asDefault: true })
    assert.equal(may(), false)
  })

  test('honour a path that the question leaves out', async () => {
    const boss = await user('boss')
    const deny = { Effect: 'Deny', Action: 'iam:*', Resource: `arn:aws:iam::${account}:role/admin/*` }
    const document = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }, deny],
    })
    await iam.inline.put(boss, { name: 'p', document })
    await iam.entities.create(scope, 'role', { name: 'deep', path: '/admin/', trust: trusting({ AWS: account }) })
    const asked = ask(userPrincipal(boss), 'iam:DeleteRole', `arn:aws:iam::${account}:role/deep`)
    assert.equal(asked.reason, 'explicitDeny')
  })

  test('know tags, and a deleted user may nothing', async () => {
    const entity = await iam.entities.create(scope, 'user', { name: 'ann', tags: { team: 'weather' } })
    const own = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'weather' } } }
    await iam.inline.put(entity, { name: 'p', document: allowing('kinesis:*', '*', own) })
    const ann = userPrincipal(entity)
    assert.equal(ask(ann).allowed, true)
    await iam.entities.retag(scope, 'user', 'ann', () => ({ team: 'other' }))
    assert.equal(ask(ann).allowed, false)
    await iam.inline.delete(entity, 'p')
    await iam.entities.delete(scope, 'user', 'ann')
    assert.equal(ask(ann).allowed, false)
  })

  test("let a bucket's policy let others in", async () => {
    bucketPolicies.public = allowing('s3:GetObject', 'arn:aws:s3:::public/*', { Principal: '*' })
    const nobody = { kind: 'anonymous', account: '', arn: '*', id: 'anonymous' } as const
    const get = (resource: string) => iam.decide({ principal: nobody, action: 's3:GetObject', resource })
    assert.equal(get('arn:aws:s3:::public/a').allowed, true)
    assert.deepEqual(get('arn:aws:s3:::private/a'), {
      allowed: false,
      reason: 'implicitDeny',
      message: 'Access Denied',
    })
  })

  test('are the same when they are simulated', async () => {
    const ann = await user('ann')
    await iam.inline.put(ann, { name: 'p', document: allowing('s3:Get*') })
    const results = simulate(iam, scope, {
      source: ann.arn,
      documents: [allowing('kinesis:PutRecord')],
      actions: ['s3:GetObject', 's3:PutObject', 'kinesis:PutRecord'],
      resources: ['*'],
      context: {},
    })
    assert.deepEqual(
      results.map(one => one.verdict.decision),
      ['allowed', 'implicitDeny', 'allowed'],
    )
  })
})

describe('credentials', () => {
  test('a key is whose it is until it is inactive', async () => {
    const ann = await user('ann')
    const key = await iam.accessKeys.create(scope, ann)
    assert.match(key.key, /^AKIA[A-Z2-7]{16}$/)
    assert.equal(key.secret.length, 40)
    assert.deepEqual(iam.credential(key.key)?.principal, { ...userPrincipal(ann), accessKey: key.key })
    await iam.accessKeys.setActive(scope, ann, key.key, false)
    assert.equal(iam.credential(key.key), undefined)
    await iam.accessKeys.create(scope, ann)
    await assert.rejects(iam.accessKeys.create(scope, ann), {
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
    })
  })

  test('root has one key, the same after a power cut', async () => {
    const before = await iam.root(account)
    await world.crash()
    iam = open()
    assert.deepEqual(await iam.root(account), before)
    assert.equal(iam.credential(before.accessKeyId)?.principal.kind, 'root')
  })

  test('a key tells when it was used last, a minute at most behind after a power cut', async () => {
    const ann = await user('ann')
    const key = await iam.accessKeys.create(scope, ann)
    assert.equal(iam.accessKeys.lastUse(key), undefined)
    iam.used(key.key, { service: 'kinesis', region: 'ap-northeast-1' })
    await world.background.settled()
    await world.clock.advance(30_000)
    iam.used(key.key, { service: 's3', region: 'ap-northeast-1' })
    assert.deepEqual(iam.accessKeys.lastUse(key), {
      at: simulatedStart + 30_000,
      service: 's3',
      region: 'ap-northeast-1',
    })
    await world.crash()
    iam = open()
    assert.equal(iam.accessKeys.find(key.key)?.used?.service, 'kinesis')
  })
})

describe('assuming a role', () => {
  const request = { roleArn: `arn:aws:iam::${account}:role/r`, sessionName: 'run-1', policyArns: [], tags: {} }

  test('is for whom its trust policy names, or whom the account lets', async () => {
    const ann = await user('ann')
    const caller = userPrincipal(ann)
    const refusal = {
      code: 'AccessDenied',
      message: `User: ${ann.arn} is not authorized to perform: sts:AssumeRole on resource: ${request.roleArn}`,
    }
    await assert.rejects(assumeRole(iam, caller, request), refusal)
    await role('r', trusting({ AWS: account }))
    await assert.rejects(assumeRole(iam, caller, request), refusal)
    await iam.inline.put(ann, { name: 'p', document: allowing('sts:AssumeRole') })
    await assumeRole(iam, caller, request)
    await iam.entities.update(scope, 'role', 'r', { trust: trusting({ Service: 'glue.amazonaws.com' }) })
    await assert.rejects(assumeRole(iam, caller, request), refusal)
    await iam.inline.delete(ann, 'p')
    await iam.entities.update(scope, 'role', 'r', { trust: trusting({ AWS: ann.arn }) })
    await assumeRole(iam, caller, request)
    await assert.rejects(assumeRole(iam, rootOf(account), request), { message: /by root accounts/ })
  })

  test('wants the external id where the trust policy does', async () => {
    const ann = userPrincipal(await user('ann'))
    await role('r', trusting({ AWS: ann.arn }, { Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } } }))
    await assert.rejects(assumeRole(iam, ann, request), { code: 'AccessDenied' })
    await assert.rejects(assumeRole(iam, ann, { ...request, externalId: 'guessed' }), { code: 'AccessDenied' })
    await assumeRole(iam, ann, { ...request, externalId: 'agreed' })
  })

  test("gives what the role may, less what the session's policies leave out, until it ends", async () => {
    const ann = userPrincipal(await user('ann'))
    const made = await role('r', trusting({ AWS: ann.arn }))
    await iam.attachments.attach(made, 'arn:aws:iam::aws:policy/AmazonKinesisFullAccess')
    const session = await assumeRole(iam, ann, { ...request, policy: allowing('kinesis:Put*') })
    const credential = iam.credential(session.key)
    assert.ok(credential)
    assert.equal(credential.principal.arn, `arn:aws:sts::${account}:assumed-role/r/run-1`)
    const may = (action: string) => iam.decide({ principal: credential.principal, action, resource: stream }).allowed
    assert.deepEqual([may('kinesis:PutRecord'), may('kinesis:GetRecords')], [true, false])
    assert.equal(credential.expired, false)
    await world.clock.advance(hour)
    assert.equal(iam.credential(session.key)?.expired, true)
  })

  test('lasts no longer than the role allows, and an hour from another role', async () => {
    const ann = userPrincipal(await user('ann'))
    await iam.entities.create(scope, 'role', { name: 'r', trust: trusting({ AWS: '*' }), sessionSecondsMax: 7200 })
    await assert.rejects(assumeRole(iam, ann, { ...request, seconds: 7201 }), { code: 'ValidationError' })
    const session = await assumeRole(iam, ann, { ...request, seconds: 7200 })
    assert.equal(session.expiresAt, simulatedStart + 2 * hour)
    await assert.rejects(assumeRole(iam, session.principal, { ...request, seconds: 7200 }), { message: /chaining/ })
  })

  test('a token of oneself neither reaches IAM nor makes further tokens', async () => {
    const ann = await user('ann')
    await iam.attachments.attach(ann, 'arn:aws:iam::aws:policy/AdministratorAccess')
    const session = await sessionToken(iam, userPrincipal(ann), undefined)
    assert.equal(session.expiresAt, simulatedStart + 12 * hour)
    const principal = iam.credential(session.key)?.principal
    assert.ok(principal)
    const may = (action: string) => iam.decide({ principal, action, resource: '*' }).allowed
    assert.deepEqual([may('kinesis:PutRecord'), may('iam:CreateUser')], [true, false])
    await assert.rejects(sessionToken(iam, principal, undefined), { code: 'AccessDenied' })
  })
})

describe('a service in a role', () => {
  test('acts where the role trusts it and may; in open mode where there is a role', async () => {
    const made = await role('delivery', trusting({ Service: 'firehose.amazonaws.com' }))
    await iam.inline.put(made, { name: 'p', document: allowing('s3:PutObject', 'arn:aws:s3:::raw/*') })
    const may = (service: string, resource: string) => iam.permits(made.arn, service, 's3:PutObject', resource)
    assert.equal(may('firehose.amazonaws.com', 'arn:aws:s3:::raw/a'), true)
    assert.equal(may('firehose.amazonaws.com', 'arn:aws:s3:::other/a'), false)
    assert.equal(may('glue.amazonaws.com', 'arn:aws:s3:::raw/a'), false)
    assert.equal(iam.assumed(made.arn, 'glue.amazonaws.com', 's'), undefined)
    const relaxed = open(false)
    assert.equal(relaxed.permits('arn:aws:iam::1:role/none', 'x', 'y:z', '*'), true)
    assert.equal(
      relaxed.assumed(made.arn, 'glue.amazonaws.com', 's')?.arn,
      `arn:aws:sts::${account}:assumed-role/delivery/s`,
    )
    assert.equal(relaxed.assumed(`arn:aws:iam::${account}:role/none`, 'glue.amazonaws.com', 's'), undefined)
  })
})
