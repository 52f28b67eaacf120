/** Security Token Service: who am I, and credentials that end. */
import { operation } from '../../../gateway/operation.ts'
import { integer, list, optional, sensitive, string, structure, timestamp } from '../../../gateway/shape.ts'
import { assumeRole, sessionToken } from '../assume.ts'
import { noAccessKeyInfo } from '../faults.ts'
import type { Iam } from '../iam.ts'
import type { Session } from '../sessions.ts'
import { secretAccessKey, tagList, tagsOf } from './shapes.ts'

const arn = string({
  min: 20,
  max: 2048,
  pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+',
})
const accessKeyId = string({ min: 16, max: 128, pattern: '[\\w]*' })
const credentials = structure({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sensitive(string()),
  Expiration: timestamp(),
})

const answer = ({ key, secret, token, expiresAt }: Session) => ({
  AccessKeyId: key,
  SecretAccessKey: secret,
  SessionToken: token,
  Expiration: expiresAt,
})

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const GetCallerIdentity = operation({
  input: {},
  output: { UserId: optional(string()), Account: optional(string()), Arn: optional(arn) },
  // AWS answers whoever has signed, whatever a policy denies.
  open: true,
  handle(_iam: Iam, _input, { principal }) {
    return { UserId: principal.id, Account: principal.account, Arn: principal.arn }
  },
})

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const AssumeRole = operation({
  input: {
    RoleArn: arn,
    RoleSessionName: string({ min: 2, max: 64, pattern: '[\\w+=,.@-]*' }),
    PolicyArns: optional(list(structure({ arn: optional(arn) }))),
    Policy: optional(string({ min: 1, pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' })),
    DurationSeconds: optional(integer({ min: 900, max: 43_200 })),
    Tags: optional(tagList),
    ExternalId: optional(string({ min: 2, max: 1224, pattern: '[\\w+=,.@:\\/-]*' })),
  },
  output: {
    Credentials: optional(credentials),
    AssumedRoleUser: optional(
      structure({ AssumedRoleId: string({ min: 2, max: 193, pattern: '[\\w+=,.@:-]*' }), Arn: arn }),
    ),
  },
  // The trust policy and the external id decide with it: asked in `assume.ts`.
  open: true,
  async handle(iam: Iam, input, { principal }) {
    const session = await assumeRole(iam, principal, {
      roleArn: input.RoleArn,
      sessionName: input.RoleSessionName,
      seconds: input.DurationSeconds,
      policy: input.Policy,
      policyArns: (input.PolicyArns ?? []).flatMap(one => (one.arn === undefined ? [] : [one.arn])),
      externalId: input.ExternalId,
      tags: tagsOf(input.Tags),
    })
    return {
      Credentials: answer(session),
      AssumedRoleUser: { AssumedRoleId: session.principal.id, Arn: session.principal.arn },
    }
  },
})

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export const GetSessionToken = operation({
  input: { DurationSeconds: optional(integer({ min: 900, max: 129_600 })) },
  output: { Credentials: optional(credentials) },
  // No policy is asked: a user may always have a token of himself.
  open: true,
  async handle(iam: Iam, input, { principal }) {
    return { Credentials: answer(await sessionToken(iam, principal, input.DurationSeconds)) }
  },
})

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html */
export const GetAccessKeyInfo = operation({
  input: { AccessKeyId: accessKeyId },
  output: { Account: optional(string()) },
  handle(iam: Iam, input) {
    const account =
      iam.accessKeys.find(input.AccessKeyId)?.account ?? iam.sessions.find(input.AccessKeyId)?.principal.account
    if (account === undefined) throw noAccessKeyInfo(input.AccessKeyId)
    return { Account: account }
  },
})
