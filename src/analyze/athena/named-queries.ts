/** Queries kept under a name, to be run again. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Random } from '../../world/random.ts'
import { noSuchNamedQuery, tokenReused } from './faults.ts'
import type { Scope } from './needs.ts'
import type { WorkGroupUser } from './work-groups.ts'

export interface NamedQueryDefinition {
  readonly name: string
  readonly description?: string
  readonly database: string
  readonly text: string
  readonly workGroup: string
}

export interface NamedQuery extends NamedQueryDefinition {
  readonly id: string
}

interface NamedQueryRow {
  readonly id: string
  readonly definition: string
}

const tables = `
  CREATE TABLE athena_named_query (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, work_group TEXT NOT NULL, token TEXT,
    definition TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX athena_named_query_group ON athena_named_query (account, region, work_group, id);
  CREATE UNIQUE INDEX athena_named_query_token ON athena_named_query (account, region, token) WHERE token IS NOT NULL;`

export class NamedQueries implements WorkGroupUser {
  readonly #ledger: Ledger
  readonly #random: Random

  constructor(parts: { readonly ledger: Ledger; readonly random: Random }) {
    this.#ledger = parts.ledger
    this.#random = parts.random
    this.#ledger.define('athena_named_query', [tables])
  }

  create(scope: Scope, query: NamedQueryDefinition, token: string | undefined): Promise<string> {
    const { account, region } = scope
    return this.#ledger.commit(write => {
      const sql = 'SELECT * FROM athena_named_query WHERE account = ? AND region = ? AND token = ?'
      const found = token === undefined ? undefined : write.get<NamedQueryRow>(sql, account, region, token)
      if (found && found.definition !== JSON.stringify(query)) throw tokenReused()
      if (found) return found.id
      const id = this.#random.uuid()
      write.run(
        'INSERT INTO athena_named_query VALUES (?, ?, ?, ?, ?, ?)',
        id,
        account,
        region,
        query.workGroup,
        token ?? null,
        JSON.stringify(query),
      )
      return id
    })
  }

  find({ account, region }: Scope, id: string): NamedQuery | undefined {
    const sql = 'SELECT * FROM athena_named_query WHERE id = ? AND account = ? AND region = ?'
    const row = this.#ledger.get<NamedQueryRow>(sql, id, account, region)
    return row && { ...(JSON.parse(row.definition) as NamedQueryDefinition), id }
  }

  list({ account, region }: Scope, workGroup: string, after: string, limit: number): readonly string[] {
    const sql = `SELECT id FROM athena_named_query WHERE account = ? AND region = ? AND work_group = ? AND id > ?
      ORDER BY id LIMIT ?`
    return this.#ledger.all<{ id: string }>(sql, account, region, workGroup, after, limit).map(row => row.id)
  }

  update(scope: Scope, id: string, change: Pick<NamedQueryDefinition, 'name' | 'description' | 'text'>): Promise<void> {
    return this.#ledger.commit(write => {
      const found = this.find(scope, id)
      if (!found) throw noSuchNamedQuery(id)
      const { id: _, ...definition } = { ...found, ...change }
      write.run('UPDATE athena_named_query SET definition = ? WHERE id = ?', JSON.stringify(definition), id)
    })
  }

  delete(scope: Scope, id: string): Promise<void> {
    return this.#ledger.commit(write => {
      if (!this.find(scope, id)) throw noSuchNamedQuery(id)
      write.run('DELETE FROM athena_named_query WHERE id = ?', id)
    })
  }

  isUsed(scope: Scope, workGroup: string): boolean {
    return this.list(scope, workGroup, '', 1).length > 0
  }

  forget(write: Transaction, { account, region }: Scope, workGroup: string): void {
    const sql = 'DELETE FROM athena_named_query WHERE account = ? AND region = ? AND work_group = ?'
    write.run(sql, account, region, workGroup)
  }
}
