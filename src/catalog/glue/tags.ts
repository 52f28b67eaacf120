// Tags on Glue's resources, whoever keeps the resource: each part registers its kind, so that a tag cannot be put on
// what does not exist. Catalog tables have no tags in Glue.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { EntityNotFoundException, InvalidInputException } from './faults.ts'
import { tagsMax } from './limits.ts'
import type { Scope } from './table.ts'

export class Tags {
  readonly #ledger: Ledger
  readonly #kinds = new Map<string, (scope: Scope, name: string) => boolean>()

  constructor({ ledger }: { readonly ledger: Ledger }) {
    this.#ledger = ledger
    ledger.define('glue_tags', [
      `CREATE TABLE glue_tags (
         arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, key)
       ) WITHOUT ROWID`,
    ])
  }

  /** For the callers that have nothing else to commit with it. */
  commit<T>(change: (write: Transaction) => T): Promise<T> {
    return this.#ledger.commit(change)
  }

  /** Resources `arn:aws:glue:…:<kind>/<name>` can be tagged while `exists` says so. */
  register(kind: string, exists: (scope: Scope, name: string) => boolean): void {
    this.#kinds.set(kind, exists)
  }

  /** The tags of an existing resource. */
  list(scope: Scope, arn: string): Readonly<Record<string, string>> {
    this.#check(scope, arn)
    return this.of(arn)
  }

  of(arn: string): Readonly<Record<string, string>> {
    const rows = this.#ledger.all<{ key: string; value: string }>(
      'SELECT key, value FROM glue_tags WHERE arn = ? ORDER BY key',
      arn,
    )
    return Object.fromEntries(rows.map(row => [row.key, row.value]))
  }

  add(write: Transaction, scope: Scope, arn: string, tags: Readonly<Record<string, string>>): void {
    this.#check(scope, arn)
    this.put(write, arn, tags)
  }

  remove(write: Transaction, scope: Scope, arn: string, keys: readonly string[]): void {
    this.#check(scope, arn)
    for (const key of keys) write.run('DELETE FROM glue_tags WHERE arn = ? AND key = ?', arn, key)
  }

  /** For the part that creates the resource in the same commit. */
  put(write: Transaction, arn: string, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags))
      write.run(
        'INSERT INTO glue_tags VALUES (?, ?, ?) ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value',
        arn,
        key,
        value,
      )
    const count = write.get<{ count: number }>('SELECT count(*) AS count FROM glue_tags WHERE arn = ?', arn)?.count ?? 0
    if (count > tagsMax)
      throw new InvalidInputException(`A resource takes at most ${tagsMax} tags; ${arn} would have ${count}.`)
  }

  /** For the part that deletes the resource in the same commit. */
  clear(write: Transaction, arn: string): void {
    write.run('DELETE FROM glue_tags WHERE arn = ?', arn)
  }

  #check(scope: Scope, arn: string): void {
    const [, , , region, account, resource = ''] = arn.split(':')
    const [kind = '', ...rest] = resource.split('/')
    const exists = this.#kinds.get(kind)
    if (!exists)
      throw new InvalidInputException(
        `Resource type ${kind || '(none)'} of ${arn} cannot be tagged; these can: ${[...this.#kinds.keys()].sort().join(', ')}.`,
      )
    const own = region === scope.region && account === scope.account
    if (!own || !exists(scope, rest.join('/'))) throw new EntityNotFoundException(`Resource ${arn} not found.`)
  }
}

/** The ARN of one of Glue's resources, `glueArn(call, 'job/telemetry')`. */
export const glueArn = (scope: Scope, resource: string) => `arn:aws:glue:${scope.region}:${scope.account}:${resource}`
