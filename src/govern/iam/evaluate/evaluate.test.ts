/**
 * Property: over the policies that speak of a question, the decision is IAM's: what is not allowed is denied, a Deny
 * anywhere wins, boundaries and session policies only take away. The cases follow
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../../test/testing/tries.ts'
import type { Principal } from '../../../gateway/operation.ts'
import { type ContextValues, contextOf } from './context.ts'
import { evaluate, type Policies, type PolicyKind } from './evaluate.ts'
import { type NamedPolicy, parsePolicy } from './policy.ts'
import { compile, literal, matches, matchesArn } from './wildcards.ts'

const account = '111122223333'
const user: Principal = { kind: 'user', account, arn: `arn:aws:iam::${account}:user/ann`, id: 'AIDAANN' }
const session: Principal = {
  kind: 'role',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/producer/run-1`,
  id: 'AROAPRODUCER:run-1',
}
const root: Principal = { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, id: account }
const stranger: Principal = {
  kind: 'user',
  account: '999999999999',
  arn: 'arn:aws:iam::999999999999:user/eve',
  id: 'AIDAEVE',
}
const anonymous: Principal = { kind: 'anonymous', account: '', arn: '*', id: 'anonymous' }
const firehose: Principal = { kind: 'service', account, arn: 'firehose.amazonaws.com', id: 'firehose.amazonaws.com' }

const policy = (...statements: readonly object[]): NamedPolicy => ({
  ...parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements })),
  id: 'test',
  origin: 'none',
})
const allow = (action: string | string[], resource: string | string[] = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
})
const deny = (action: string, resource = '*', more: object = {}) => ({
  ...allow(action, resource, more),
  Effect: 'Deny',
})
const of = (principal: unknown) => ({ Principal: principal })

const bucket = 'arn:aws:s3:::lake'
const object = `${bucket}/raw/2025/a.gz`

interface Asked {
  readonly principal?: Principal
  readonly action?: string
  readonly resource?: string
  readonly context?: ContextValues
  readonly identity?: readonly NamedPolicy[]
  readonly boundary?: NamedPolicy
  readonly session?: readonly NamedPolicy[]
  readonly bucketPolicy?: NamedPolicy
  readonly owner?: string
}

function verdict(asked: Asked) {
  const policies: Policies = {
    identity: asked.identity ?? [],
    boundary: asked.boundary,
    session: asked.session,
    resource: { policy: asked.bucketPolicy, account: asked.owner ?? account },
  }
  return evaluate(
    {
      principal: asked.principal ?? user,
      action: asked.action ?? 's3:GetObject',
      resource: asked.resource ?? object,
      context: contextOf(() => [asked.context ?? {}]),
    },
    policies,
  )
}
const allowed = (asked: Asked) => verdict(asked).decision === 'allowed'
const denied = (asked: Asked, decision: string, by: PolicyKind) => {
  const { decision: got, by: gotBy } = verdict(asked)
  assert.deepEqual([got, gotBy], [decision, by])
}

describe('identity policies', () => {
  test('nothing is allowed unless a statement allows it', () => {
    denied({}, 'implicitDeny', 'identity-based policy')
    assert.ok(allowed({ identity: [policy(allow('s3:GetObject'))] }))
    denied({ identity: [policy(allow('s3:PutObject'))] }, 'implicitDeny', 'identity-based policy')
  })
  test('a Deny wins over every Allow, in whichever policy it is', () => {
    const identity = [policy(allow('*')), policy(deny('s3:*', `${bucket}/raw/*`))]
    denied({ identity }, 'explicitDeny', 'identity-based policy')
    assert.ok(allowed({ identity, resource: `${bucket}/curated/a` }))
  })
  test('actions know no case, resources do', () => {
    assert.ok(allowed({ identity: [policy(allow('S3:getobject'))] }))
    assert.ok(!allowed({ identity: [policy(allow('s3:GetObject', 'arn:aws:s3:::LAKE/*'))] }))
  })
  test('NotAction and NotResource speak of everything else', () => {
    const identity = [policy({ Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' })]
    assert.ok(allowed({ identity }))
    assert.ok(!allowed({ identity, action: 'iam:CreateUser' }))
    const but = [policy({ Effect: 'Allow', Action: 's3:*', NotResource: `${bucket}/raw/*` })]
    assert.ok(!allowed({ identity: but }))
    assert.ok(allowed({ identity: but, resource: `${bucket}/curated/a` }))
  })
  test('a statement that cannot be read allows nothing', () => {
    for (const statement of [{ Effect: 'Allow' }, { Effect: 'Allow', Resource: '*' }, { Effect: 'Allow', Action: 7 }])
      assert.ok(!allowed({ identity: [policy(statement)] }))
    const condition = { Condition: { StringEquals: 'x' } }
    assert.ok(!allowed({ identity: [policy(allow('*', '*', condition))] }))
    assert.ok(!allowed({ identity: [policy(allow('*', '*', { Condition: { Unheard: { 'aws:x': 'y' } } }))] }))
  })
})

describe('boundaries, sessions, root', () => {
  test('a boundary only takes away', () => {
    const identity = [policy(allow('s3:*'))]
    assert.ok(allowed({ identity, boundary: policy(allow('s3:Get*')) }))
    denied({ identity, boundary: policy(allow('kinesis:*')) }, 'implicitDeny', 'permissions boundary')
    denied({ boundary: policy(allow('*')) }, 'implicitDeny', 'identity-based policy')
    denied({ identity, boundary: policy(allow('*'), deny('s3:*')) }, 'explicitDeny', 'permissions boundary')
  })
  test("a session's policies only take away, and one of several suffices", () => {
    const identity = [policy(allow('s3:*'))]
    const narrow = policy(allow('s3:Get*'))
    assert.ok(allowed({ principal: session, identity, session: [policy(allow('kinesis:*')), narrow] }))
    denied({ principal: session, identity, session: [policy(allow('kinesis:*'))] }, 'implicitDeny', 'session policy')
    denied({ principal: session, identity, session: [] }, 'implicitDeny', 'session policy')
  })
  test('root may do everything in its account, but for a Deny of the resource', () => {
    assert.ok(allowed({ principal: root, action: 'iam:DeleteUser', resource: user.arn }))
    denied(
      { principal: root, bucketPolicy: policy(deny('s3:*', '*', of('*'))) },
      'explicitDeny',
      'resource-based policy',
    )
    assert.ok(!allowed({ principal: root, owner: '999999999999' }))
  })
})

describe("a resource's own policy", () => {
  const granting = (principal: unknown) => policy(allow('s3:GetObject', `${bucket}/*`, of(principal)))
  test('naming the user himself suffices within the account, whatever his boundary', () => {
    assert.ok(allowed({ bucketPolicy: granting({ AWS: user.arn }), boundary: policy(allow('kinesis:*')) }))
    assert.ok(allowed({ bucketPolicy: granting({ AWS: [session.arn] }), principal: session, session: [] }))
  })
  test('naming the role leaves its boundary and session to decide', () => {
    const bucketPolicy = granting({ AWS: `arn:aws:iam::${account}:role/service-role/producer` })
    assert.ok(allowed({ principal: session, bucketPolicy }))
    assert.ok(!allowed({ principal: session, bucketPolicy, boundary: policy(allow('kinesis:*')) }))
    assert.ok(!allowed({ principal: session, bucketPolicy, session: [policy(allow('kinesis:*'))] }))
  })
  test('naming the account leaves it to the account', () => {
    for (const name of [account, root.arn]) {
      assert.ok(!allowed({ bucketPolicy: granting({ AWS: name }) }))
      assert.ok(allowed({ bucketPolicy: granting({ AWS: name }), identity: [policy(allow('s3:*'))] }))
    }
  })
  test('of another account, both must allow', () => {
    const own = [policy(allow('s3:*'))]
    denied({ principal: stranger, identity: own }, 'implicitDeny', 'resource-based policy')
    denied(
      { principal: stranger, bucketPolicy: granting({ AWS: stranger.arn }) },
      'implicitDeny',
      'identity-based policy',
    )
    assert.ok(allowed({ principal: stranger, identity: own, bucketPolicy: granting({ AWS: stranger.arn }) }))
    assert.ok(allowed({ principal: stranger, identity: own, bucketPolicy: granting({ AWS: stranger.account }) }))
  })
  test('nobody in particular gets in by a star only', () => {
    assert.ok(allowed({ principal: anonymous, bucketPolicy: granting('*') }))
    assert.ok(allowed({ principal: anonymous, bucketPolicy: granting({ AWS: '*' }) }))
    assert.ok(!allowed({ principal: anonymous, bucketPolicy: granting({ AWS: user.arn }) }))
    assert.ok(!allowed({ principal: anonymous }))
  })
  test('a service gets in by its name only', () => {
    const trust = (principal: unknown) => policy({ Effect: 'Allow', Action: 'sts:AssumeRole', ...of(principal) })
    const asked = { principal: firehose, action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/delivery` }
    assert.ok(allowed({ ...asked, bucketPolicy: trust({ Service: 'firehose.amazonaws.com' }) }))
    assert.ok(!allowed({ ...asked, bucketPolicy: trust({ Service: 'glue.amazonaws.com' }) }))
    assert.ok(!allowed({ ...asked, bucketPolicy: trust({ AWS: account }) }))
  })
  test('NotPrincipal spares only whom it names in every guise', () => {
    const sparing = (...names: readonly string[]) =>
      policy({ Effect: 'Deny', Action: 's3:*', Resource: '*', NotPrincipal: { AWS: names } })
    const identity = [policy(allow('s3:*'))]
    assert.ok(allowed({ identity, bucketPolicy: sparing(user.arn, root.arn) }))
    assert.ok(!allowed({ identity, bucketPolicy: sparing(user.arn) }))
    assert.ok(!allowed({ identity, bucketPolicy: sparing(root.arn, stranger.arn) }))
  })
})

// operator, value in the policy, values in the request (undefined: the key is missing), whether it holds
type Case = readonly [string, string | readonly string[], string | readonly string[] | undefined, boolean]
const cases: readonly Case[] = [
  ['StringEquals', 'raw', 'raw', true],
  ['StringEquals', 'raw', 'RAW', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', 'raw', undefined, false],
  ['StringEqualsIfExists', 'raw', undefined, true],
  ['StringEqualsIfExists', 'raw', 'other', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', 'a', undefined, true],
  ['StringEqualsIgnoreCase', 'raw', 'RAW', true],
  ['StringNotEqualsIgnoreCase', 'raw', 'RAW', false],
  ['StringLike', 'raw/*', 'raw/2025', true],
  ['StringLike', 'r?w', 'raw', true],
  ['StringLike', 'raw/*', 'curated', false],
  ['StringNotLike', 'raw/*', 'curated', true],
  ['NumericEquals', '10', '10.0', true],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '11', true],
  ['NumericGreaterThanEquals', '10', 'many', false],
  ['NumericEquals', '0', '', false],
  ['DateLessThan', '2025-10-16T00:00:00Z', '2025-10-15T12:00:00Z', true],
  ['DateGreaterThan', '2025-10-16T00:00:00Z', '2025-10-15T12:00:00Z', false],
  ['DateEquals', '2025-10-15T00:00:00Z', '1760486400', true],
  ['DateGreaterThanEquals', '2025-10-15T00:00:00Z', 'some day', false],
  ['Bool', 'true', 'True', true],
  ['Bool', 'true', 'false', false],
  ['Bool', 'true', undefined, false],
  ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
  ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
  ['IpAddress', '203.0.113.9', '203.0.113.9', true],
  ['IpAddress', '2001:db8::/32', '2001:db8:1234::1', true],
  ['IpAddress', '2001:db8::/32', '2001:db9::1', false],
  ['IpAddress', '0.0.0.0/0', 'not an address', false],
  ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
  ['ArnLike', 'arn:aws:iam::*:role/app-*', `arn:aws:iam::${account}:role/app-1`, true],
  ['ArnLike', 'arn:aws:iam::*:role/app-*', `arn:aws:iam::${account}:user/app-1`, false],
  ['ArnEquals', 'arn:aws:s3:::lake', 'arn:aws:s3:::lake', true],
  ['ArnNotLike', 'arn:aws:s3:::lake', 'arn:aws:s3:::other', true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], undefined, true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], undefined, false],
  ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
  ['ForAllValues:StringNotEquals', ['a'], ['a', 'b'], false],
  ['stringlike', 'r*', 'raw', true],
]

describe('conditions', () => {
  for (const [operator, wanted, given, holds] of cases)
    test(`${operator} ${wanted} of ${given ?? 'nothing'} is ${holds}`, () => {
      const condition = { Condition: { [operator]: { 's3:prefix': wanted } } }
      const context = given === undefined ? {} : { 'S3:PREFIX': given }
      assert.equal(allowed({ identity: [policy(allow('s3:GetObject', '*', condition))], context }), holds)
    })
  test('all operators and all keys must hold', () => {
    const condition = { Condition: { StringEquals: { 'aws:a': '1', 'aws:b': '2' }, Bool: { 'aws:c': 'true' } } }
    const identity = [policy(allow('*', '*', condition))]
    const context = { 'aws:a': '1', 'aws:b': '2', 'aws:c': 'true' }
    assert.ok(allowed({ identity, context }))
    for (const key of Object.keys(context)) assert.ok(!allowed({ identity, context: { ...context, [key]: 'no' } }))
  })
})

describe('variables', () => {
  const home = [policy(allow('s3:*', `${bucket}/home/\${aws:username}/*`))]
  test('stand for what is known of the caller', () => {
    const resource = `${bucket}/home/ann/x`
    assert.ok(allowed({ identity: home, resource, context: { 'aws:username': 'ann' } }))
    assert.ok(!allowed({ identity: home, resource, context: { 'aws:username': 'bob' } }))
    assert.ok(!allowed({ identity: home, resource }))
  })
  test('never act as wildcards, whatever their value', () => {
    assert.ok(!allowed({ identity: home, resource: `${bucket}/home/ann/x`, context: { 'aws:username': '*' } }))
    const template = '${' + '*}'
    assert.ok(!allowed({ identity: [policy(allow('s3:*', `${bucket}/${template}`))] }))
    assert.ok(allowed({ identity: [policy(allow('s3:*', `${bucket}/${template}`))], resource: `${bucket}/*` }))
  })
  test('take their default when the key is missing, and are text in old policies', () => {
    const template = '${' + "aws:PrincipalTag/team, 'nobody'}"
    const identity = [policy(allow('s3:*', `${bucket}/${template}/*`))]
    assert.ok(allowed({ identity, resource: `${bucket}/nobody/x` }))
    assert.ok(allowed({ identity, resource: `${bucket}/red/x`, context: { 'aws:PrincipalTag/team': 'red' } }))
    const old = { ...policy(allow('s3:*', `${bucket}/home/\${aws:username}/*`)), version: '2008-10-17' }
    assert.ok(!allowed({ identity: [old], resource: `${bucket}/home/ann/x`, context: { 'aws:username': 'ann' } }))
  })
})

describe('wildcards', () => {
  test('in an ARN they stay within their field', () => {
    assert.ok(matchesArn(compile('arn:aws:kinesis:*:*:stream/t-?'), 'arn:aws:kinesis:ap-northeast-1:1:stream/t-1'))
    assert.ok(!matchesArn(compile('arn:aws:kinesis:*:stream/t'), 'arn:aws:kinesis:r:a:stream/t'))
    assert.ok(matchesArn(compile('arn:aws:s3:::b/*'), 'arn:aws:s3:::b/a:b:c'))
    assert.ok(matchesArn(compile('arn:aws:s3'), 'arn:aws:s3:::b/a'))
  })
  test('match as regular expressions would, in linear time', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (template, given) => {
        const expression = template.replaceAll('*', '.*').replaceAll('?', '.')
        assert.equal(matches(compile(template), given), new RegExp(`^${expression}$`, 's').test(given))
        assert.equal(matches(literal(template), given), template === given)
      }),
      { numRuns: tries(2000) },
    )
    assert.equal(matches(compile('*a'.repeat(60)), 'a'.repeat(5000).concat('b')), false)
  })
})
