/** Statements kept under a name in a work group, to be run with values for their question marks. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { noSuchPreparedStatement, preparedStatementExists, tooManyPreparedStatements } from './faults.ts'
import { preparedStatementsMax } from './limits.ts'
import type { Scope } from './needs.ts'
import type { WorkGroupUser } from './work-groups.ts'

export interface PreparedDefinition {
  readonly name: string
  readonly workGroup: string
  readonly text: string
  readonly description?: string
}

export interface PreparedStatement extends PreparedDefinition {
  readonly modifiedAt: number
}

interface Row {
  readonly name: string
  readonly work_group: string
  readonly text: string
  readonly description: string | null
  readonly modified_at: number
}

const tables = `
  CREATE TABLE athena_prepared_statement (
    account TEXT NOT NULL, region TEXT NOT NULL, work_group TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,
    description TEXT, modified_at INTEGER NOT NULL, PRIMARY KEY (account, region, work_group, name))
  STRICT, WITHOUT ROWID;`

const inGroup = 'account = ? AND region = ? AND work_group = ?'

export class PreparedStatements implements WorkGroupUser {
  readonly #ledger: Ledger
  readonly #clock: Clock

  constructor(parts: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#ledger.define('athena_prepared_statement', [tables])
  }

  create(write: Transaction, { account, region }: Scope, statement: PreparedDefinition): void {
    const { workGroup, name, text, description } = statement
    const sql = `SELECT count(*) AS n FROM athena_prepared_statement WHERE ${inGroup}`
    if ((write.get<{ n: number }>(sql, account, region, workGroup)?.n ?? 0) >= preparedStatementsMax)
      throw tooManyPreparedStatements(preparedStatementsMax)
    const added = write.run(
      'INSERT INTO athena_prepared_statement VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...[account, region, workGroup, name, text],
      description ?? null,
      this.#clock.now(),
    )
    if (added === 0) throw preparedStatementExists(name, workGroup)
  }

  /** In a commit of its own. */
  add(scope: Scope, statement: PreparedDefinition): Promise<void> {
    return this.#ledger.commit(write => this.create(write, scope, statement))
  }

  find({ account, region }: Scope, workGroup: string, name: string): PreparedStatement | undefined {
    const sql = `SELECT * FROM athena_prepared_statement WHERE ${inGroup} AND name = ?`
    const row = this.#ledger.get<Row>(sql, account, region, workGroup, name)
    return row && fromRow(row)
  }

  get(scope: Scope, workGroup: string, name: string): PreparedStatement {
    const found = this.find(scope, workGroup, name)
    if (!found) throw noSuchPreparedStatement(name, workGroup)
    return found
  }

  /** In order of name. */
  list({ account, region }: Scope, workGroup: string, after: string, limit: number): readonly PreparedStatement[] {
    const sql = `SELECT * FROM athena_prepared_statement WHERE ${inGroup} AND name > ? ORDER BY name LIMIT ?`
    return this.#ledger.all<Row>(sql, account, region, workGroup, after, limit).map(fromRow)
  }

  update({ account, region }: Scope, { workGroup, name, text, description }: PreparedDefinition): Promise<void> {
    return this.#ledger.commit(write => {
      const changed = write.run(
        `UPDATE athena_prepared_statement SET text = ?, description = ?, modified_at = ? WHERE ${inGroup} AND name = ?`,
        ...[text, description ?? null, this.#clock.now(), account, region, workGroup, name],
      )
      if (changed === 0) throw noSuchPreparedStatement(name, workGroup)
    })
  }

  delete(write: Transaction, { account, region }: Scope, workGroup: string, name: string): void {
    const sql = `DELETE FROM athena_prepared_statement WHERE ${inGroup} AND name = ?`
    if (write.run(sql, account, region, workGroup, name) === 0) throw noSuchPreparedStatement(name, workGroup)
  }

  /** In a commit of its own. */
  remove(scope: Scope, workGroup: string, name: string): Promise<void> {
    return this.#ledger.commit(write => this.delete(write, scope, workGroup, name))
  }

  isUsed(scope: Scope, workGroup: string): boolean {
    return this.list(scope, workGroup, '', 1).length > 0
  }

  forget(write: Transaction, { account, region }: Scope, workGroup: string): void {
    write.run(`DELETE FROM athena_prepared_statement WHERE ${inGroup}`, account, region, workGroup)
  }
}

const fromRow = (row: Row): PreparedStatement => ({
  name: row.name,
  workGroup: row.work_group,
  text: row.text,
  ...(row.description !== null && { description: row.description }),
  modifiedAt: row.modified_at,
})
