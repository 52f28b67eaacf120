/** On whose behalf a query runs: its account and region, and what the caller may do. */
import type { Access, Principal } from '../../gateway/operation.ts'
import { notPermitted } from './faults.ts'
import type { Location } from './location.ts'
import type { Permits, Scope } from './needs.ts'

export class Caller implements Scope {
  readonly account: string
  readonly region: string
  readonly #principal: Principal
  readonly #permits: Permits

  constructor(scope: Scope, principal: Principal, permits: Permits) {
    this.account = scope.account
    this.region = scope.region
    this.#principal = principal
    this.#permits = permits
  }

  may(action: string, ...resources: readonly string[]): boolean {
    return resources.every(resource => this.#decided({ action, resource }).allowed)
  }

  mayTable(action: string, database: string, table: string): boolean {
    return this.may(action, ...this.#tableResources(database, table))
  }

  /** Throws QueryFailure when the caller may not. */
  demand(action: string, ...resources: readonly string[]): void {
    const refusal = this.refusal(action, ...resources)
    if (refusal !== undefined) throw notPermitted(refusal)
  }

  /** IAM's words for the first of them that the caller may not. */
  refusal(action: string, ...resources: readonly string[]): string | undefined {
    return this.#refusalOf(resources.map(resource => ({ action, resource })))
  }

  /**
   * A listing is asked for with its prefix, and each object by its own key: a policy may let somebody into one folder
   * alone, or keep one object from him, which a question about `folder/*` would not meet.
   */
  demandListing({ bucket, prefix }: Location): void {
    const context = { 's3:prefix': prefix }
    const refusal = this.#refusalOf([{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context }])
    if (refusal !== undefined) throw notPermitted(refusal)
  }

  demandObject(action: 's3:GetObject' | 's3:PutObject', bucket: string, key: string): void {
    this.demand(action, `arn:aws:s3:::${bucket}/${key}`)
  }

  /** As Glue asks: the catalog, the database and the table, each. */
  demandTable(action: string, database: string, table: string): void {
    this.demand(action, ...this.#tableResources(database, table))
  }

  demandDatabase(action: string, database: string): void {
    this.demand(action, this.#glue('catalog'), this.#glue(`database/${database}`))
  }

  mayDatabase(action: string, database: string): boolean {
    return this.may(action, this.#glue('catalog'), this.#glue(`database/${database}`))
  }

  demandWorkGroup(action: string, workGroup: string): void {
    this.demand(action, `arn:aws:athena:${this.region}:${this.account}:workgroup/${workGroup}`)
  }

  refusalOfTable(action: string, database: string, table: string): string | undefined {
    return this.refusal(action, ...this.#tableResources(database, table))
  }

  refusalOfDatabase(action: string, database: string): string | undefined {
    return this.refusal(action, this.#glue('catalog'), this.#glue(`database/${database}`))
  }

  #decided(access: Access) {
    return this.#permits(this.#principal, { ...access, region: this.region })
  }

  #refusalOf(questions: readonly Access[]): string | undefined {
    for (const access of questions) {
      const { allowed, message } = this.#decided(access)
      const asked = `perform: ${access.action} on resource: ${access.resource}`
      if (!allowed) return message ?? `User: ${this.#principal.arn} is not authorized to ${asked}`
    }
    return undefined
  }

  #tableResources(database: string, table: string): readonly string[] {
    return [this.#glue('catalog'), this.#glue(`database/${database}`), this.#glue(`table/${database}/${table}`)]
  }

  #glue(resource: string): string {
    return `arn:aws:glue:${this.region}:${this.account}:${resource}`
  }
}
