/** Operations that name no user are about the caller himself. */
import type { Call } from '../../gateway/operation.ts'
import type { Entity } from './entities.ts'
import { noUserName } from './faults.ts'
import type { Iam } from './iam.ts'

/** The user named, or the caller; undefined when the caller is the account's root. */
export function userOrRoot(iam: Iam, call: Call, name: string | undefined): Entity | undefined {
  if (name !== undefined) return iam.entities.get(call, 'user', name)
  if (call.principal.kind === 'root') return undefined
  const user = call.principal.kind === 'user' ? iam.entities.byId(call.principal.id) : undefined
  if (!user) throw noUserName()
  return user
}

/** The same, with the root shown as IAM shows it: a user whose id is the account. */
export function callerUser(iam: Iam, call: Call, name: string | undefined): Entity {
  return (
    userOrRoot(iam, call, name) ?? {
      id: call.account,
      account: call.account,
      kind: 'user',
      name: 'root',
      path: '/',
      arn: call.principal.arn,
      // An account begins when its root key is made; without one nothing is known to be older than this call.
      createdAt: iam.accessKeys.list(call, undefined)[0]?.createdAt ?? call.at,
      tags: {},
    }
  )
}
