/**
 * Gathers the policies that speak of a caller and a resource, and has them evaluated. What was read and parsed is kept
 * until IAM changes, so a question costs microseconds.
 */
import type { Principal } from '../../gateway/operation.ts'
import type { Attachments } from './attachments.ts'
import type { Entities, Entity } from './entities.ts'
import { type ContextValues, contextOf } from './evaluate/context.ts'
import { evaluate, type Policies, type PolicyKind, type Verdict } from './evaluate/evaluate.ts'
import { type NamedPolicy, parsePolicy } from './evaluate/policy.ts'
import type { InlinePolicies } from './inline-policies.ts'
import { isAwsManaged, type ManagedPolicies } from './managed-policies.ts'
import type { Memberships } from './memberships.ts'
import type { Tags } from './needs.ts'
import type { Sessions } from './sessions.ts'

export interface AccessQuestion {
  readonly principal: Principal
  readonly action: string
  readonly resource: string
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

export interface Decision {
  readonly allowed: boolean
  readonly reason: 'explicitDeny' | 'implicitDeny' | 'allowed'
  /** AWS's words; when denied. */
  readonly message?: string
}

/** The policy of a resource, and whose it is: a bucket's, a role's trust. */
export type ResourcePolicies = (arn: string) => { readonly document?: string; readonly account?: string } | undefined

export interface Holder {
  readonly identity: readonly NamedPolicy[]
  readonly boundary: NamedPolicy | undefined
  readonly tags: Tags
}

interface Rooms {
  readonly entities: Entities
  readonly inline: InlinePolicies
  readonly managed: ManagedPolicies
  readonly attachments: Attachments
  readonly memberships: Memberships
  readonly sessions: Sessions
}

const holdersMax = 4096
const parsedMax = 4096

export class Decisions {
  readonly #rooms: Rooms
  readonly #resourcePolicies: ResourcePolicies
  readonly #holders = new Map<string, Holder>()
  readonly #parsed = new Map<string, ReturnType<typeof parsePolicy>>()

  constructor(rooms: Rooms, resourcePolicies: ResourcePolicies) {
    this.#rooms = rooms
    this.#resourcePolicies = resourcePolicies
  }

  /** IAM has changed: read everything again. */
  forget(): void {
    this.#holders.clear()
  }

  decide(question: AccessQuestion): Decision {
    const { principal, action } = question
    if (isSelfToken(principal) && /^(iam:|sts:(?!AssumeRole$))/.test(action))
      return { allowed: false, reason: 'implicitDeny', message: tokenDenial(question) }
    const verdict = this.verdict(question, this.holderOf(question.principal))
    const { decision } = verdict
    if (decision === 'allowed') return { allowed: true, reason: decision }
    return { allowed: false, reason: decision, message: denialOf(question, verdict) }
  }

  verdict(question: AccessQuestion, holder: Holder, more: Partial<Policies> = {}): Verdict {
    const { principal, action } = question
    const resource = this.#actualArn(question.resource)
    const session = principal.accessKey?.startsWith('ASIA') ? this.#rooms.sessions.find(principal.accessKey) : undefined
    const policies: Policies = {
      identity: holder.identity,
      boundary: holder.boundary,
      session: session?.policies?.map(document => this.named(document, 'session policy', 'none')),
      resource: this.#resource(resource, action),
      ...more,
    }
    const context = contextOf(() => contextFor(principal, { ...holder.tags, ...session?.tags }, question.context ?? {}))
    return evaluate({ principal, action, resource, context }, policies)
  }

  /** Everything that speaks of a user, of a role's session or of nobody. */
  holderOf(principal: Principal): Holder {
    const id = principal.kind === 'role' ? (principal.id.split(':')[0] ?? '') : principal.id
    if (principal.kind !== 'user' && principal.kind !== 'role') return { identity: [], boundary: undefined, tags: {} }
    const known = this.#holders.get(id)
    if (known) return known
    const entity = this.#rooms.entities.byId(id)
    if (!entity) return { identity: [], boundary: undefined, tags: {} }
    const holder = this.holderOfEntity(entity)
    if (this.#holders.size >= holdersMax) this.#holders.clear()
    this.#holders.set(id, holder)
    return holder
  }

  named(document: string, id: string, origin: NamedPolicy['origin']): NamedPolicy {
    let policy = this.#parsed.get(document)
    if (!policy) {
      policy = parsePolicy(document)
      if (this.#parsed.size >= parsedMax) this.#parsed.clear()
      this.#parsed.set(document, policy)
    }
    return { ...policy, id, origin }
  }

  holderOfEntity(entity: Entity): Holder {
    const groups = entity.kind === 'user' ? this.#rooms.memberships.holders(entity) : []
    const boundary = entity.boundary === undefined ? undefined : this.#managed(entity.boundary)
    return {
      identity: [entity, ...groups].flatMap(one => this.#policiesOf(one)),
      // A boundary whose policy is gone bounds everything.
      boundary:
        entity.boundary === undefined
          ? undefined
          : (boundary ?? this.named('{"Statement":[]}', entity.boundary, 'none')),
      tags: entity.tags,
    }
  }

  #policiesOf(entity: Entity): readonly NamedPolicy[] {
    const origin = entity.kind === 'user' || entity.kind === 'group' ? entity.kind : 'role'
    const inline = this.#rooms.inline.all(entity).map(({ name, document }) => this.named(document, name, origin))
    const attached = this.#rooms.attachments.arns(entity).map(arn => this.#managed(arn))
    return [...inline, ...attached.filter(policy => policy !== undefined)]
  }

  #managed(arn: string): NamedPolicy | undefined {
    const document = this.#rooms.managed.documentInForce(arn)
    return document === undefined
      ? undefined
      : this.named(document, arn, isAwsManaged(arn) ? 'aws-managed' : 'user-managed')
  }

  /**
   * Whoever asks about a user or a role knows its name, not always its path. The policies speak of the whole ARN, and a
   * Deny on `role/admin/*` must not be passed by.
   */
  #actualArn(arn: string): string {
    const [, account, type, name] =
      /^arn:aws:iam::(\d{12}):(user|role|group|instance-profile)\/([^/*]+)$/.exec(arn) ?? []
    if (account === undefined || name === undefined) return arn
    const kind = type === 'instance-profile' ? 'profile' : (type as 'user' | 'role' | 'group')
    return this.#rooms.entities.find({ account }, kind, name)?.arn ?? arn
  }

  /** A role is a resource too: its trust policy says who may assume it. */
  #resource(arn: string, action: string): Policies['resource'] {
    const account = arn.split(':')[4] || undefined
    const role = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn)
    if (role?.[1] && role[2]) {
      const trust = this.#rooms.entities.find({ account: role[1] }, 'role', role[2])?.trust
      const policy = trust === undefined ? undefined : this.named(trust, arn, 'resource')
      return { account, policy, decides: action.startsWith('sts:') }
    }
    const found = this.#resourcePolicies(arn)
    return {
      account: found?.account ?? account,
      policy: found?.document === undefined ? undefined : this.named(found.document, arn, 'resource'),
    }
  }
}

/**
 * What GetSessionToken gave without a second factor: it reaches neither IAM nor, but for AssumeRole, STS.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export const isSelfToken = (principal: Principal): boolean =>
  (principal.kind === 'user' || principal.kind === 'root') && (principal.accessKey?.startsWith('ASIA') ?? false)

const tokenDenial = ({ principal, action, resource }: AccessQuestion): string =>
  `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} with credentials of GetSessionToken: sign with the long-lived access key`

const principalTypes: Readonly<Record<Principal['kind'], string>> = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  service: 'Service',
  anonymous: 'Anonymous',
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function contextFor(principal: Principal, tags: Tags, given: ContextValues): readonly ContextValues[] {
  const known = principal.kind !== 'anonymous' && principal.kind !== 'service'
  const own: ContextValues = {
    'aws:PrincipalType': principalTypes[principal.kind],
    ...(known && {
      'aws:userid': principal.id,
      'aws:PrincipalAccount': principal.account,
      'aws:PrincipalArn': principal.kind === 'role' ? roleArnOf(principal) : principal.arn,
    }),
    ...(principal.kind === 'user' && { 'aws:username': principal.arn.slice(principal.arn.lastIndexOf('/') + 1) }),
    'aws:PrincipalIsAWSService': String(principal.kind === 'service'),
  }
  const tagged = Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]))
  return [given, own, tagged]
}

const roleArnOf = (session: Principal): string =>
  `arn:aws:iam::${session.account}:role/${session.arn.split('/')[1] ?? ''}`

const articles: Readonly<Record<PolicyKind, string>> = {
  'identity-based policy': 'an identity-based policy',
  'resource-based policy': 'a resource-based policy',
  'permissions boundary': 'a permissions boundary',
  'session policy': 'a session policy',
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function denialOf(
  { principal, action, resource }: AccessQuestion,
  { decision, by = 'identity-based policy' }: Verdict,
): string {
  if (principal.kind === 'anonymous') return 'Access Denied'
  // S3 alone puts the resource in quotes.
  const what = action.startsWith('s3:') ? `"${resource}"` : resource
  const why =
    decision === 'explicitDeny'
      ? `with an explicit deny in ${articles[by]}`
      : `because no ${by} allows the ${action} action`
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${what} ${why}`
}
