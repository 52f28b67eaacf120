/** STS: lends a role to whom its trust policy lets, and gives users and roots tokens that end. */
import type { Principal } from '../../gateway/operation.ts'
import { isSelfToken } from './decisions.ts'
import { checkDocument } from './document.ts'
import { chainedTooLong, noSuchPolicy, notAuthorized, rootAssumes, sessionTooLong } from './faults.ts'
import { type Iam, rolePrincipal } from './iam.ts'
import { chainedSecondsMax, rootTokenSecondsMax, sessionSecondsDefault, tokenSecondsDefault } from './limits.ts'
import type { Tags } from './needs.ts'
import type { Session } from './sessions.ts'

export interface AssumeRequest {
  readonly roleArn: string
  readonly sessionName: string
  readonly seconds?: number | undefined
  readonly policy?: string | undefined
  readonly policyArns: readonly string[]
  readonly externalId?: string | undefined
  readonly tags: Tags
}

export async function assumeRole(iam: Iam, caller: Principal, wanted: AssumeRequest): Promise<Session> {
  const role = iam.roleOf(wanted.roleArn)
  const refused = () => notAuthorized(caller.arn, 'sts:AssumeRole', wanted.roleArn)
  if (iam.enforced && caller.kind === 'root') throw rootAssumes()
  if (!role) throw refused()
  const context = {
    'sts:RoleSessionName': wanted.sessionName,
    ...(wanted.externalId !== undefined && { 'sts:ExternalId': wanted.externalId }),
    ...(Object.keys(wanted.tags).length > 0 && { 'aws:TagKeys': Object.keys(wanted.tags) }),
    ...Object.fromEntries(Object.entries(wanted.tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  }
  const may = (action: string) => iam.decide({ principal: caller, action, resource: role.arn, context }).allowed
  if (iam.enforced && !may('sts:AssumeRole')) throw refused()
  if (iam.enforced && Object.keys(wanted.tags).length > 0 && !may('sts:TagSession'))
    throw notAuthorized(caller.arn, 'sts:TagSession', wanted.roleArn)
  const seconds = wanted.seconds ?? sessionSecondsDefault
  if (seconds > (role.sessionSecondsMax ?? sessionSecondsDefault)) throw sessionTooLong()
  if (caller.kind === 'role' && seconds > chainedSecondsMax) throw chainedTooLong()
  const policies = sessionPolicies(iam, role.account, wanted)
  const principal = rolePrincipal(role, wanted.sessionName)
  return iam.sessions.create({ principal, policies, tags: { ...role.tags, ...wanted.tags }, seconds })
}

function sessionPolicies(iam: Iam, account: string, wanted: AssumeRequest): readonly string[] | undefined {
  if (wanted.policy !== undefined) checkDocument(wanted.policy, 'identity')
  const managed = wanted.policyArns.map(arn => {
    iam.managed.get({ account }, arn)
    const document = iam.managed.documentInForce(arn)
    if (document === undefined) throw noSuchPolicy(arn)
    return document
  })
  const all = [...(wanted.policy === undefined ? [] : [wanted.policy]), ...managed]
  return all.length > 0 ? all : undefined
}

/** The caller himself, for a while. Root's token lasts an hour at most. */
export async function sessionToken(iam: Iam, caller: Principal, seconds: number | undefined): Promise<Session> {
  if ((caller.kind !== 'user' && caller.kind !== 'root') || isSelfToken(caller))
    throw notAuthorized(caller.arn, 'sts:GetSessionToken', '*')
  const { accessKey: _, ...principal } = caller
  const wanted = seconds ?? tokenSecondsDefault
  const most = caller.kind === 'root' ? rootTokenSecondsMax : wanted
  return iam.sessions.create({ principal, policies: undefined, tags: {}, seconds: Math.min(wanted, most) })
}
