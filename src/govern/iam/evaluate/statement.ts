/** Whether one statement speaks of a question: its action, its resource, its conditions, its principal. */
import type { Principal } from '../../../gateway/operation.ts'
import { holds } from './conditions.ts'
import type { Context } from './context.ts'
import type { Principals, Statement } from './policy.ts'
import { resolve } from './variables.ts'
import { matches, matchesArn } from './wildcards.ts'

export interface Question {
  readonly principal: Principal
  readonly action: string
  readonly resource: string
  readonly context: Context
}

function oneResource(template: string, question: Question, version: string): boolean {
  if (template === '*') return true
  const pattern = resolve(template, question.context, version)
  return pattern !== undefined && matchesArn(pattern, question.resource)
}

export function speaksOf(statement: Statement, question: Question, version: string): boolean {
  const { actions, notActions, resources, notResources } = statement
  const action = question.action.toLowerCase()
  if (actions && !actions.some(pattern => matches(pattern, action))) return false
  if (notActions?.some(pattern => matches(pattern, action))) return false
  if (resources && !resources.some(template => oneResource(template, question, version))) return false
  if (notResources?.some(template => oneResource(template, question, version))) return false
  if (!actions && !notActions) return false
  return statement.conditions.every(condition => holds(condition, question.context, version))
}

/** How a statement names the caller: himself, the role he is in, everyone of his account, or not at all. */
export type Naming = 'direct' | 'role' | 'account' | 'none'

export function namingOf(statement: Statement, principal: Principal): Naming {
  if (statement.notPrincipals) return exempted(statement.notPrincipals, principal) ? 'none' : 'direct'
  const order: readonly Naming[] = ['direct', 'role', 'account']
  const found = (statement.principals ?? []).flatMap(one => one.values.map(value => naming(one.kind, value, principal)))
  return order.find(naming => found.includes(naming)) ?? 'none'
}

function naming(kind: Principals['kind'], value: string, principal: Principal): Naming {
  if (kind === 'Service') return principal.kind === 'service' && principal.id === value ? 'direct' : 'none'
  if (kind !== 'AWS' && kind !== '*') return 'none'
  if (value === '*') return 'direct'
  if (principal.kind === 'anonymous' || principal.kind === 'service') return 'none'
  if (value === principal.arn || value === principal.id) return value === rootArn(principal) ? 'account' : 'direct'
  if (value === principal.account || value === rootArn(principal)) return 'account'
  if (principal.kind === 'role' && namesRole(value, principal)) return 'role'
  return 'none'
}

const rootArn = (principal: Principal): string => `arn:aws:iam::${principal.account}:root`

/** A session's ARN holds the role's name, not its path: `…:role/any/path/name` names it by the last piece. */
function namesRole(value: string, session: Principal): boolean {
  const roleName = session.arn.split('/')[1]
  if (value === session.id.split(':')[0]) return true
  const prefix = `arn:aws:iam::${session.account}:role/`
  return value.startsWith(prefix) && value.slice(value.lastIndexOf('/') + 1) === roleName
}

/** NotPrincipal spares only whom it names in every guise: session, role and account. */
function exempted(named: readonly Principals[], principal: Principal): boolean {
  const all = named.flatMap(one => one.values.map(value => naming(one.kind, value, principal)))
  if (principal.kind === 'service') return all.includes('direct')
  const guises: readonly Naming[] =
    principal.kind === 'role'
      ? ['direct', 'role', 'account']
      : principal.kind === 'user'
        ? ['direct', 'account']
        : ['account']
  return named.some(one => one.values.includes('*')) || guises.every(guise => all.includes(guise))
}
