/** On whose behalf a query runs: its account and region, and what the caller may do. */
import type { Principal } from '../../gateway/operation.ts'
import { notPermitted } from './faults.ts'
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
    return resources.every(resource => this.#permits(this.#principal, action, resource))
  }

  mayTable(action: string, database: string, table: string): boolean {
    return this.may(action, ...this.#tableResources(database, table))
  }

  /** Throws QueryFailure when the caller may not. */
  demand(action: string, ...resources: readonly string[]): void {
    const refused = resources.find(resource => !this.#permits(this.#principal, action, resource))
    if (refused !== undefined) throw notPermitted(this.#principal.arn, action, refused)
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

  #tableResources(database: string, table: string): readonly string[] {
    return [this.#glue('catalog'), this.#glue(`database/${database}`), this.#glue(`table/${database}/${table}`)]
  }

  #glue(resource: string): string {
    return `arn:aws:glue:${this.region}:${this.account}:${resource}`
  }
}
