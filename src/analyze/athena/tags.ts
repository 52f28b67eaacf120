/** Tags of work groups and data catalogs, by ARN. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'

const tables = `
  CREATE TABLE athena_tag (arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key))
  STRICT, WITHOUT ROWID;`

export class Tags {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    ledger.define('athena_tag', [tables])
  }

  of(arn: string): readonly { readonly key: string; readonly value: string }[] {
    return this.#ledger.all('SELECT key, value FROM athena_tag WHERE arn = ? ORDER BY key', arn)
  }

  put(write: Transaction, arn: string, tags: readonly (readonly [key: string, value: string])[]): void {
    for (const [key, value] of tags) write.run('INSERT OR REPLACE INTO athena_tag VALUES (?, ?, ?)', arn, key, value)
  }

  clear(write: Transaction, arn: string): void {
    write.run('DELETE FROM athena_tag WHERE arn = ?', arn)
  }

  /** In commits of their own. */
  add(arn: string, tags: readonly (readonly [key: string, value: string])[]): Promise<void> {
    return this.#ledger.commit(write => this.put(write, arn, tags))
  }

  remove(arn: string, keys: readonly string[]): Promise<void> {
    return this.#ledger.commit(write => {
      for (const key of keys) write.run('DELETE FROM athena_tag WHERE arn = ? AND key = ?', arn, key)
    })
  }
}
