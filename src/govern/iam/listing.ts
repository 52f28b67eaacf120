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

/** One thing that decides in an account: somebody, or a policy. */
export interface Authorization {
  readonly section: 'user' | 'group' | 'role' | 'local policy' | 'AWS policy'
  readonly name: string
  readonly entity?: Entity
  readonly policy?: ManagedPolicy
}

/** Of AWS's own policies those that are in use. */
export function authorizationPage(
  iam: Iam,
  scope: Scope,
  sections: readonly Authorization['section'][],
  options: PageRequest,
): Page<Authorization> {
  const inUse = (policy: ManagedPolicy) => {
    const { attached, bounding } = iam.attachments.count(scope, policy.arn)
    return attached + bounding > 0
  }
  const all = sections.flatMap((section): readonly Authorization[] => {
    if (section === 'local policy' || section === 'AWS policy') {
      const policies =
        section === 'AWS policy' ? iam.managed.list(scope, 'AWS').filter(inUse) : iam.managed.list(scope, 'Local')
      return policies.map(policy => ({ section, name: policy.arn, policy }))
    }
    return iam.entities.every(scope, section).map(entity => ({ section, name: entity.name, entity }))
  })
  return paged(all, options, one => `${one.section}/${one.name}`)
}

export function summaryOf(iam: Iam, scope: Scope) {
  const own = iam.managed.list(scope, 'Local')
  return {
    users: iam.entities.count(scope, 'user'),
    groups: iam.entities.count(scope, 'group'),
    roles: iam.entities.count(scope, 'role'),
    profiles: iam.entities.count(scope, 'profile'),
    policies: own.length,
    policyVersions: own.reduce((sum, policy) => sum + iam.managed.versions(scope, policy.arn).length, 0),
    rootKeys: iam.accessKeys.list(scope, undefined).length,
  }
}
