/** Lends a role to what a service runs for somebody: a function's process gets credentials of its role as AWS gives them. */
import type { Principal } from '../../gateway/operation.ts'
import type { Iam } from './iam.ts'
import type { Session } from './sessions.ts'

export interface Lending {
  readonly roleArn: string
  /** `lambda.amazonaws.com` */
  readonly service: string
  readonly session: string
  readonly seconds: number
}

/** Undefined where the role is not there or does not trust the service. In open mode any role can be lent. */
export async function lend(iam: Iam, { roleArn, service, session, seconds }: Lending): Promise<Session | undefined> {
  const principal = iam.assumed(roleArn, service, session) ?? (iam.enforced ? undefined : unknownRole(roleArn, session))
  if (principal === undefined) return undefined
  const tags = iam.roleOf(roleArn)?.tags ?? {}
  return iam.sessions.create({ principal, policies: undefined, tags, seconds })
}

/** Open mode asks nobody whether a role is there. */
function unknownRole(roleArn: string, session: string): Principal | undefined {
  const [, account, name] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? []
  if (account === undefined || name === undefined) return undefined
  return {
    kind: 'role',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    id: `${name}:${session}`,
  }
}
