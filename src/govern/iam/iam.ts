/**
 * IAM and STS: who there is, what he may, and temporary credentials. The rooms hold the things; this file is the door for
 * the gateway (whose key is it, may he) and for the parts (may this role do that for this service).
 */
import type { Ledger } from '../../durable/ledger.ts'
import type { Principal } from '../../gateway/operation.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import { AccessKeys } from './access-keys.ts'
import { Aliases } from './aliases.ts'
import { Attachments } from './attachments.ts'
import { type AccessQuestion, type Decision, Decisions, type ResourcePolicies } from './decisions.ts'
import { Entities, type Entity } from './entities.ts'
import { InlinePolicies } from './inline-policies.ts'
import { ManagedPolicies } from './managed-policies.ts'
import { Memberships } from './memberships.ts'
import type { Needs } from './needs.ts'
import { Sessions } from './sessions.ts'
import { iamTables } from './tables.ts'

export interface IamNeeds {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  /** False in open mode: then every role may do everything. */
  readonly enforced: boolean
  /** The policy and the owner of a resource that has a policy of its own (a bucket). */
  readonly resourcePolicy: ResourcePolicies
}

export interface Credential {
  readonly secret: string
  readonly sessionToken?: string
  readonly principal: Principal
  /** Its time is over. */
  readonly expired?: boolean
}

const credentialsMax = 1000

export class Iam {
  readonly aliases: Aliases
  readonly entities: Entities
  readonly inline: InlinePolicies
  readonly managed: ManagedPolicies
  readonly attachments: Attachments
  readonly memberships: Memberships
  readonly accessKeys: AccessKeys
  readonly sessions: Sessions
  readonly decisions: Decisions
  readonly clock: Clock
  readonly enforced: boolean
  /** Of the keys that requests were lately signed with: each request asks. */
  readonly #credentials = new Map<string, Credential>()

  constructor({ ledger, clock, random, background, enforced, resourcePolicy }: IamNeeds) {
    ledger.define('iam', iamTables)
    const forget = () => {
      this.decisions.forget()
      this.#credentials.clear()
    }
    const change: Needs['change'] = async work => {
      try {
        return await ledger.commit(write => {
          const result = work(write)
          forget()
          return result
        })
      } catch (cause) {
        // What was read meanwhile may have been undone.
        forget()
        throw cause
      }
    }
    const needs: Needs = { ledger, clock, random, background, change }
    this.clock = clock
    this.enforced = enforced
    this.aliases = new Aliases(needs)
    this.entities = new Entities(needs)
    this.inline = new InlinePolicies(needs)
    this.managed = new ManagedPolicies(needs)
    this.attachments = new Attachments(needs, this.managed)
    this.memberships = new Memberships(needs)
    this.accessKeys = new AccessKeys(needs)
    this.sessions = new Sessions(needs)
    this.decisions = new Decisions(this, resourcePolicy)
  }

  /** Whose access key it is; undefined for one that nobody has or that is inactive. */
  credential(accessKey: string): Credential | undefined {
    if (accessKey.startsWith('ASIA')) {
      const session = this.sessions.find(accessKey)
      return (
        session && {
          secret: session.secret,
          sessionToken: session.token,
          principal: { ...session.principal, accessKey },
          expired: session.expiresAt <= this.clock.now(),
        }
      )
    }
    const known = this.#credentials.get(accessKey)
    if (known) return known
    const found = this.#lasting(accessKey)
    if (found && this.#credentials.size < credentialsMax) this.#credentials.set(accessKey, found)
    return found
  }

  /** The credential of a key that does not expire. */
  #lasting(accessKey: string): Credential | undefined {
    const key = this.accessKeys.find(accessKey)
    if (!key?.active) return undefined
    if (key.owner === undefined) return { secret: key.secret, principal: { ...rootOf(key.account), accessKey } }
    const user = this.entities.byId(key.owner)
    return user && { secret: key.secret, principal: { ...userPrincipal(user), accessKey } }
  }

  decide(question: AccessQuestion): Decision {
    return this.decisions.decide(question)
  }

  /** For the gateway: a request was signed with this key. Only long-lived ones tell of their last use. */
  used(accessKey: string, where: { readonly service: string; readonly region: string }): void {
    if (accessKey.startsWith('AKIA')) this.accessKeys.used(accessKey, { ...where, at: this.clock.now() })
  }

  /** The role as a service acts in it; undefined when there is none or when it does not trust the service. */
  assumed(roleArn: string, service: string, session: string): Principal | undefined {
    const role = this.roleOf(roleArn)
    if (!role) return undefined
    if (this.enforced && !this.#trusts(role, service)) return undefined
    return rolePrincipal(role, session)
  }

  /** May the service, acting in the role, do this? Always in open mode. */
  permits(roleArn: string, service: string, action: string, resource: string): boolean {
    if (!this.enforced) return true
    const principal = this.assumed(roleArn, service, service.split('.')[0] ?? service)
    return principal !== undefined && this.decide({ principal, action, resource }).allowed
  }

  /** The account's root key, made the first time it is asked for. */
  async root(account: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
    const known = this.accessKeys.list({ account }, undefined).find(key => key.active)
    const { key, secret } = known ?? (await this.accessKeys.create({ account }, undefined))
    return { accessKeyId: key, secretAccessKey: secret }
  }

  roleOf(arn: string): Entity | undefined {
    const parts = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn)
    const role = parts?.[1] && parts[2] ? this.entities.find({ account: parts[1] }, 'role', parts[2]) : undefined
    return role?.arn === arn ? role : undefined
  }

  #trusts(role: Entity, service: string): boolean {
    const principal: Principal = { kind: 'service', account: role.account, arn: service, id: service }
    return this.decide({ principal, action: 'sts:AssumeRole', resource: role.arn }).allowed
  }
}

export const rootOf = (account: string): Principal => ({
  kind: 'root',
  account,
  arn: `arn:aws:iam::${account}:root`,
  id: account,
})

export const userPrincipal = (user: Entity): Principal => ({
  kind: 'user',
  account: user.account,
  arn: user.arn,
  id: user.id,
})

export const rolePrincipal = (role: Entity, session: string): Principal => ({
  kind: 'role',
  account: role.account,
  arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${session}`,
  id: `${role.id}:${session}`,
})
