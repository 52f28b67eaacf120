/** Property: a document that IAM would not store is refused in IAM's words; one that it would store is taken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../gateway/fault.ts'
import { checkDocument, type DocumentUse } from './document.ts'

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/*' }
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'glue.amazonaws.com' } }
const identity = (change: object, base: object = statement) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ ...base, ...change }] })

const taken: readonly (readonly [string, DocumentUse, string])[] = [
  ['a plain statement', 'identity', identity({})],
  ['one statement without a list', 'identity', JSON.stringify({ Version: '2012-10-17', Statement: statement })],
  ['lists everywhere', 'identity', identity({ Action: ['s3:Get*', 'kinesis:PutRecord'], Resource: ['*'], Sid: 'A1' })],
  ['a variable as resource', 'identity', identity({ Resource: '${' + 'aws:PrincipalTag/bucket}' })],
  [
    'NotAction and NotResource',
    'identity',
    '{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":"iam:*","NotResource":"*"}}',
  ],
  [
    'keys alike in objects of their own, and values that look like keys',
    'identity',
    identity({ Sid: 'a', Condition: { StringLike: { 'aws:a': ['{"x":', '{"x":'] }, Bool: { 'aws:a': 'true' } } }),
  ],
  [
    'conditions',
    'identity',
    identity({ Condition: { 'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': ['a', 1, true] } } }),
  ],
  ['a service as principal', 'trust', identity({}, trust)],
  [
    'accounts and roles as principals',
    'trust',
    identity({ Principal: { AWS: ['111122223333', 'arn:aws:iam::111122223333:role/a/b'] } }, trust),
  ],
  ['everybody as principal', 'resource', identity({ Principal: '*' })],
  [
    'an old version on a resource',
    'resource',
    JSON.stringify({ Version: '2008-10-17', Statement: [{ ...statement, Principal: '*' }] }),
  ],
]
for (const [name, use, document] of taken) test(`taken: ${name}`, () => checkDocument(document, use))

const refused: readonly (readonly [string, DocumentUse, string, RegExp])[] = [
  ['no JSON', 'identity', '{', /invalid Json/],
  ['no object', 'identity', '[]', /Syntax errors/],
  ['no statement', 'identity', '{"Version":"2012-10-17"}', /Syntax errors/],
  ['an empty list of statements', 'identity', '{"Version":"2012-10-17","Statement":[]}', /Syntax errors/],
  ['no version', 'identity', JSON.stringify({ Statement: statement }), /version 2012-10-17 or greater/],
  [
    'a version that never was',
    'identity',
    JSON.stringify({ Version: '2020-01-01', Statement: statement }),
    /Syntax errors/,
  ],
  ['an unknown element', 'identity', identity({ Actions: 's3:*' }), /Syntax errors/],
  ['an unknown effect', 'identity', identity({ Effect: 'allow' }), /Syntax errors/],
  ['no action', 'identity', identity({ Action: undefined }), /must contain actions/],
  ['an action without a service', 'identity', identity({ Action: 'GetObject' }), /prefaced by a vendor/],
  ['an action with two colons', 'identity', identity({ Action: 's3:a:b' }), /only one colon/],
  ['a service that is none', 'identity', identity({ Action: 's 3:Get' }), /Vendor s 3 is not valid/],
  ['no resource', 'identity', identity({ Resource: undefined }), /must contain resources/],
  ['a resource that is no ARN', 'identity', identity({ Resource: 'lake/*' }), /must be in ARN format or "\*"/],
  ['a bucket in a region', 'identity', identity({ Resource: 'arn:aws:s3:us-east-1::lake' }), /can not contain region/],
  [
    'an element that stands twice in a statement',
    'identity',
    identity({}).replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"'),
    /Syntax errors/,
  ],
  [
    'a condition key that stands twice, once by its escape',
    'identity',
    identity({ Condition: { StringLike: { 'aws:a': 'x' } } }).replace('"x"', '"x","aws:\\u0061":"*"'),
    /Syntax errors/,
  ],
  ['a principal', 'identity', identity({ Principal: '*' }), /should not specify a principal/],
  ['a Sid with a space', 'identity', identity({ Sid: 'a b' }), /alpha-numeric/],
  [
    'two Sids alike',
    'identity',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { ...statement, Sid: 'a' },
        { ...statement, Sid: 'a' },
      ],
    }),
    /must be unique/,
  ],
  [
    'an unknown operator',
    'identity',
    identity({ Condition: { StringSame: { 'aws:a': 'b' } } }),
    /Invalid Condition type : StringSame/,
  ],
  [
    'a condition key without a service',
    'identity',
    identity({ Condition: { Bool: { mfa: 'true' } } }),
    /prefaced by a vendor/,
  ],
  ['a resource in a trust policy', 'trust', identity({ Resource: '*' }, trust), /Has prohibited field Resource/],
  [
    'another action in a trust policy',
    'trust',
    identity({ Action: 's3:GetObject' }, trust),
    /only specify STS AssumeRole/,
  ],
  [
    'a trust policy without a principal',
    'trust',
    identity({ Principal: undefined }, trust),
    /required field Principal/,
  ],
  [
    'a principal that is none',
    'trust',
    identity({ Principal: { AWS: 'ann' } }, trust),
    /Invalid principal in policy: "AWS":"ann"/,
  ],
]
for (const [name, use, document, message] of refused)
  test(`refused: ${name}`, () => {
    assert.throws(() => checkDocument(document, use), { code: 'MalformedPolicyDocument', status: 400, message })
  })

test('whatever JSON comes, it is taken or refused by a Fault', () => {
  const piece = fc.jsonValue({ maxDepth: 3 })
  const document = fc.oneof(
    fc.json(),
    fc
      .record({
        Version: fc.constant('2012-10-17'),
        Statement: fc.oneof(
          piece,
          fc.array(
            fc.record(
              {
                Effect: fc.constantFrom('Allow', 'Deny'),
                Action: piece,
                Resource: piece,
                Principal: piece,
                Condition: piece,
              },
              { requiredKeys: [] },
            ),
          ),
        ),
      })
      .map(value => JSON.stringify(value)),
  )
  fc.assert(
    fc.property(document, fc.constantFrom<DocumentUse>('identity', 'trust', 'resource'), (text, use) => {
      try {
        checkDocument(text, use)
      } catch (error) {
        assert.ok(error instanceof Fault, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
