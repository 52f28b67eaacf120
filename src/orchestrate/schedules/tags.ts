/** Tags of schedule groups and of rules, by ARN. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'

export class Tags {
  readonly #ledger: Ledger
  readonly #table: string

  constructor(ledger: Ledger, room: string) {
    this.#ledger = ledger
    this.#table = `${room}_tag`
    ledger.define(this.#table, [
      `CREATE TABLE ${this.#table} (arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
       PRIMARY KEY (arn, key)) STRICT, WITHOUT ROWID;`,
    ])
  }

  of(arn: string): Readonly<Record<string, string>> {
    const rows = this.#ledger.all<{ key: string; value: string }>(
      `SELECT key, value FROM ${this.#table} WHERE arn = ? ORDER BY key`,
      arn,
    )
    return Object.fromEntries(rows.map(row => [row.key, row.value]))
  }

  put(write: Transaction, arn: string, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags))
      write.run(`INSERT OR REPLACE INTO ${this.#table} VALUES (?, ?, ?)`, arn, key, value)
  }

  remove(write: Transaction, arn: string, keys: readonly string[]): void {
    for (const key of keys) write.run(`DELETE FROM ${this.#table} WHERE arn = ? AND key = ?`, arn, key)
  }

  clear(write: Transaction, arn: string): void {
    write.run(`DELETE FROM ${this.#table} WHERE arn = ?`, arn)
  }

  /** In a commit of its own. */
  change(change: (write: Transaction) => void): Promise<void> {
    return this.#ledger.commit(change)
  }
}
