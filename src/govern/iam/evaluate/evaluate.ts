/**
 * The decision over all policies that speak of a question. Pure: policies in, verdict out.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 *     1  a Deny anywhere                                                      explicit deny
 *     2  the account's root, within its account                               allowed
 *     3  same account, and the resource's policy names the caller himself     allowed
 *     4  an identity policy (or the resource's policy naming his role)        else implicit deny
 *     5  the permissions boundary, where there is one                         else implicit deny
 *     6  the session's policies, where there are any                          else implicit deny
 *     7  another account's resource, or a role's trust: its policy too        else implicit deny
 */
import type { NamedPolicy } from './policy.ts'
import { type Naming, namingOf, type Question, speaksOf } from './statement.ts'

export interface Policies {
  readonly identity: readonly NamedPolicy[]
  readonly boundary: NamedPolicy | undefined
  readonly session: readonly NamedPolicy[] | undefined
  /** The resource's own policy, and whose the resource is. */
  readonly resource: {
    readonly policy: NamedPolicy | undefined
    readonly account: string | undefined
    /** The account's own policies do not suffice, its policy must allow too: a role that is to be assumed. */
    readonly decides?: boolean
  }
}

export type PolicyKind = 'identity-based policy' | 'resource-based policy' | 'permissions boundary' | 'session policy'

export interface Verdict {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  /** Which kind of policy denied, or did not allow. */
  readonly by?: PolicyKind
  /** The policies whose statements decided. */
  readonly policies: readonly NamedPolicy[]
}

const denying = (policies: readonly NamedPolicy[], question: Question) => deciding(policies, question, 'Deny')
const allowing = (policies: readonly NamedPolicy[], question: Question) => deciding(policies, question, 'Allow')

function deciding(
  policies: readonly NamedPolicy[],
  question: Question,
  effect: 'Allow' | 'Deny',
): readonly NamedPolicy[] {
  return policies.filter(policy =>
    policy.statements.some(one => one.effect === effect && speaksOf(one, question, policy.version)),
  )
}

function namings(policy: NamedPolicy | undefined, question: Question, effect: 'Allow' | 'Deny'): readonly Naming[] {
  return (policy?.statements ?? [])
    .filter(one => one.effect === effect && speaksOf(one, question, policy?.version ?? ''))
    .map(one => namingOf(one, question.principal))
    .filter(naming => naming !== 'none')
}

export function evaluate(question: Question, policies: Policies): Verdict {
  const { identity, boundary, session, resource } = policies
  const kinds: readonly (readonly [PolicyKind, readonly NamedPolicy[]])[] = [
    ['identity-based policy', identity],
    ['permissions boundary', boundary ? [boundary] : []],
    ['session policy', session ?? []],
  ]
  for (const [by, some] of kinds) {
    const found = denying(some, question)
    if (found.length > 0) return { decision: 'explicitDeny', by, policies: found }
  }
  const own = resource.policy ? [resource.policy] : []
  if (namings(resource.policy, question, 'Deny').length > 0)
    return { decision: 'explicitDeny', by: 'resource-based policy', policies: own }

  const { principal } = question
  const grants = namings(resource.policy, question, 'Allow')
  const sameAccount = resource.account === undefined || resource.account === principal.account
  const refused = (by: PolicyKind): Verdict => ({ decision: 'implicitDeny', by, policies: [] })
  const allowed = (by: readonly NamedPolicy[]): Verdict => ({ decision: 'allowed', policies: by })

  if (principal.kind === 'anonymous' || principal.kind === 'service')
    return grants.includes('direct') ? allowed(own) : refused('resource-based policy')
  if (sameAccount && principal.kind === 'root' && session === undefined && !resource.decides) return allowed([])
  if (sameAccount && grants.includes('direct')) return allowed(own)

  const byIdentity = allowing(identity, question)
  const byRole = sameAccount && grants.includes('role')
  if (principal.kind !== 'root' && byIdentity.length === 0 && !byRole) return refused('identity-based policy')
  if (boundary && allowing([boundary], question).length === 0) return refused('permissions boundary')
  if (session && allowing(session, question).length === 0) return refused('session policy')
  if ((!sameAccount || resource.decides) && grants.length === 0) return refused('resource-based policy')
  return allowed(byIdentity.length > 0 ? byIdentity : own)
}
