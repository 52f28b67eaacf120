/** Names that point to a version of a function. Sharing invocations between two versions by weight is not supported. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Random } from '../../world/random.ts'
import { aliasExists, noSuchAlias, staleRevision } from './faults.ts'
import { arnOf, type FunctionName, unqualified } from './name.ts'
import type { Registry } from './registry.ts'

export interface Alias {
  readonly arn: string
  readonly name: string
  readonly version: string
  readonly description: string
  readonly revision: string
}

interface AliasRow {
  readonly alias: string
  readonly version: string
  readonly description: string
  readonly revision: string
}

const where = 'account = ? AND region = ? AND name = ?'

export class Aliases {
  readonly #ledger: Ledger
  readonly #random: Random
  readonly #registry: Registry

  constructor(of: { ledger: Ledger; random: Random; registry: Registry }) {
    this.#ledger = of.ledger
    this.#random = of.random
    this.#registry = of.registry
  }

  create(id: FunctionName, alias: string, version: string, description: string): Promise<Alias> {
    return this.#ledger.commit(write => {
      this.#registry.version(id, version)
      if (this.find(id, alias) !== undefined) throw aliasExists(aliasArn(id, alias))
      write.run(
        'INSERT INTO functions_alias VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...keyOf(id),
        ...[alias, version, description, this.#random.uuid()],
      )
      return this.get(id, alias)
    })
  }

  update(
    id: FunctionName,
    alias: string,
    change: { readonly version?: string; readonly description?: string; readonly revision?: string },
  ): Promise<Alias> {
    return this.#ledger.commit(write => {
      const before = this.get(id, alias)
      if (change.revision !== undefined && change.revision !== before.revision) throw staleRevision()
      const version = change.version ?? before.version
      this.#registry.version(id, version)
      write.run(
        `UPDATE functions_alias SET version = ?, description = ?, revision = ? WHERE ${where} AND alias = ?`,
        ...[version, change.description ?? before.description, this.#random.uuid()],
        ...keyOf(id),
        alias,
      )
      return this.get(id, alias)
    })
  }

  /** No error when there is none, as AWS. */
  delete(id: FunctionName, alias: string): Promise<void> {
    return this.#ledger.commit(write => {
      write.run(`DELETE FROM functions_alias WHERE ${where} AND alias = ?`, ...keyOf(id), alias)
    })
  }

  clear(write: Transaction, id: FunctionName): void {
    write.run(`DELETE FROM functions_alias WHERE ${where}`, ...keyOf(id))
  }

  find(id: FunctionName, alias: string): Alias | undefined {
    const row = this.#ledger.get<AliasRow>(
      `SELECT * FROM functions_alias WHERE ${where} AND alias = ?`,
      ...keyOf(id),
      alias,
    )
    return row && fromRow(id, row)
  }

  get(id: FunctionName, alias: string): Alias {
    const found = this.find(id, alias)
    if (found === undefined) throw noSuchAlias(aliasArn(id, alias))
    return found
  }

  list(id: FunctionName, version: string | undefined, after: string, limit: number): readonly Alias[] {
    return this.#ledger
      .all<AliasRow>(
        `SELECT * FROM functions_alias WHERE ${where} AND alias > ? AND coalesce(?, version) = version
         ORDER BY alias LIMIT ?`,
        ...keyOf(id),
        ...[after, version ?? null, limit],
      )
      .map(row => fromRow(id, row))
  }
}

const keyOf = ({ account, region, name }: FunctionName) => [account, region, name] as const
const aliasArn = (id: FunctionName, alias: string) => arnOf({ ...unqualified(id), qualifier: alias })

const fromRow = (id: FunctionName, row: AliasRow): Alias => ({
  arn: aliasArn(id, row.alias),
  name: row.alias,
  version: row.version,
  description: row.description,
  revision: row.revision,
})
