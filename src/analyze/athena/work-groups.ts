/** Work groups: where results go, how much a query may scan, whether clients may choose otherwise. `primary` is always there. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { noSuchWorkGroup, primaryStays, workGroupExists, workGroupNotEmpty } from './faults.ts'
import type { Scope } from './needs.ts'

export interface WorkGroupConfiguration {
  readonly outputLocation?: string
  readonly expectedBucketOwner?: string
  readonly encryption?: 'SSE_S3'
  readonly acl?: 'BUCKET_OWNER_FULL_CONTROL'
  /** What a client says about the results is ignored, as in AWS. */
  readonly enforced: boolean
  readonly publishesMetrics: boolean
  readonly scannedBytesMax?: number
  readonly requesterPays: boolean
  readonly engineVersion: string
}

export interface WorkGroup {
  readonly name: string
  readonly enabled: boolean
  readonly description?: string
  readonly configuration: WorkGroupConfiguration
  /** Nobody created the primary one. */
  readonly createdAt?: number
}

/** What AWS's newest engine is called; the engine here speaks its language. */
export const engineVersion = 'Athena engine version 3'

const defaults: WorkGroupConfiguration = {
  enforced: false,
  publishesMetrics: false,
  requesterPays: false,
  engineVersion: 'AUTO',
}

const tables = `
  CREATE TABLE athena_work_group (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;`

/** What uses a work group and goes with it. */
export interface WorkGroupUser {
  isUsed(scope: Scope, workGroup: string): boolean
  forget(write: Transaction, scope: Scope, workGroup: string): void
}

export class WorkGroups {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #users: readonly WorkGroupUser[]

  constructor(parts: { readonly ledger: Ledger; readonly clock: Clock; readonly users: readonly WorkGroupUser[] }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#users = parts.users
    this.#ledger.define('athena_work_group', [tables])
  }

  find(scope: Scope, name: string): WorkGroup {
    const sql = 'SELECT definition FROM athena_work_group WHERE account = ? AND region = ? AND name = ?'
    const row = this.#ledger.get<{ definition: string }>(sql, scope.account, scope.region, name)
    if (row) return JSON.parse(row.definition)
    if (name === 'primary') return { name, enabled: true, configuration: defaults }
    throw noSuchWorkGroup()
  }

  /** In order of name. */
  list(scope: Scope, after: string, limit: number): readonly WorkGroup[] {
    const rows = this.#ledger.all<{ name: string }>(
      `SELECT name FROM (SELECT 'primary' AS name UNION SELECT name FROM athena_work_group WHERE account = ? AND region = ?)
       WHERE name > ? ORDER BY name LIMIT ?`,
      scope.account,
      scope.region,
      after,
      limit,
    )
    return rows.map(row => this.find(scope, row.name))
  }

  create(
    scope: Scope,
    group: {
      readonly name: string
      readonly description?: string
      readonly configuration: Partial<WorkGroupConfiguration>
    },
    also: (write: Transaction) => void,
  ): Promise<void> {
    return this.#ledger.commit(write => {
      if (group.name === 'primary' || this.#exists(scope, group.name)) throw workGroupExists()
      // Enforced and with metrics unless said otherwise, as AWS's own defaults for a new group are.
      const configuration = { ...defaults, enforced: true, publishesMetrics: true, ...group.configuration }
      this.#put(write, scope, { ...group, configuration, enabled: true, createdAt: this.#clock.now() })
      also(write)
    })
  }

  update(scope: Scope, name: string, change: (group: WorkGroup) => WorkGroup): Promise<void> {
    return this.#ledger.commit(write => this.#put(write, scope, change(this.find(scope, name))))
  }

  delete(scope: Scope, name: string, recursive: boolean, also: (write: Transaction) => void): Promise<void> {
    if (name === 'primary') throw primaryStays()
    return this.#ledger.commit(write => {
      this.find(scope, name)
      if (!recursive && this.#users.some(user => user.isUsed(scope, name))) throw workGroupNotEmpty(name)
      for (const user of this.#users) user.forget(write, scope, name)
      const { account, region } = scope
      write.run('DELETE FROM athena_work_group WHERE account = ? AND region = ? AND name = ?', account, region, name)
      also(write)
    })
  }

  #exists(scope: Scope, name: string): boolean {
    const sql = 'SELECT 1 AS found FROM athena_work_group WHERE account = ? AND region = ? AND name = ?'
    return this.#ledger.get(sql, scope.account, scope.region, name) !== undefined
  }

  #put(write: Transaction, { account, region }: Scope, group: WorkGroup): void {
    const definition = JSON.stringify(group)
    write.run('INSERT OR REPLACE INTO athena_work_group VALUES (?, ?, ?, ?)', account, region, group.name, definition)
  }
}
