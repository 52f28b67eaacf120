/** The lists that join rooms: what is attached to somebody, and who has a policy. */
import type { Entity } from './entities.ts'
import type { Iam } from './iam.ts'
import type { ManagedPolicy } from './managed-policies.ts'
import type { Scope } from './needs.ts'
import { type Page, type PageRequest, paged } from './paging.ts'

export function attachedPage(
  iam: Iam,
  entity: Entity,
  options: PageRequest & { readonly pathPrefix?: string | undefined },
): Page<ManagedPolicy> {
  const attached = iam.attachments.arns(entity).map(arn => iam.managed.get(entity, arn))
  const prefix = options.pathPrefix ?? '/'
  return paged(
    attached.filter(policy => policy.path.startsWith(prefix)),
    options,
    policy => policy.name,
  )
}

export interface HoldersRequest extends PageRequest {
  readonly kind?: 'user' | 'role' | 'group' | undefined
  readonly usage?: 'PermissionsPolicy' | 'PermissionsBoundary' | undefined
  readonly pathPrefix?: string | undefined
}

export function holdersPage(iam: Iam, scope: Scope, arn: string, options: HoldersRequest): Page<Entity> {
  iam.managed.get(scope, arn)
  const kinds = options.kind ? [options.kind] : (['group', 'role', 'user'] as const)
  const prefix = options.pathPrefix ?? '/'
  const found = kinds.flatMap(kind => [
    ...(options.usage === 'PermissionsBoundary' ? [] : iam.attachments.holders(scope, arn, kind)),
    ...(options.usage === 'PermissionsPolicy' ? [] : iam.attachments.bounded(scope, arn, kind)),
  ])
  const once = new Map(found.filter(one => one.path.startsWith(prefix)).map(one => [one.id, one]))
  return paged([...once.values()], options, one => one.id)
}

export function summaryOf(iam: Iam, scope: Scope) {
  return {
    users: iam.entities.count(scope, 'user'),
    groups: iam.entities.count(scope, 'group'),
    roles: iam.entities.count(scope, 'role'),
    profiles: iam.entities.count(scope, 'profile'),
    policies: iam.managed.list(scope, 'Local').length,
    rootKeys: iam.accessKeys.list(scope, undefined).length,
  }
}
