// User-defined functions of databases: what Hive and Spark register there. They are kept and shown; no engine here runs them.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { functionExists, noSuchDatabase, noSuchFunction } from './faults.ts'
import { databaseKey, hasDatabase } from './rows.ts'
import type { CatalogFunction, FunctionDefinition, Scope } from './table.ts'

interface FunctionRow {
  readonly database: string
  readonly name: string
  readonly definition: string
  readonly created_at: number
}

export class UserFunctions {
  readonly #ledger: Ledger
  readonly #clock: Clock

  constructor({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#ledger = ledger
    this.#clock = clock
  }

  create(write: Transaction, scope: Scope, database: string, definition: FunctionDefinition): void {
    if (!hasDatabase(write, scope, database)) throw noSuchDatabase(database)
    const added = write.run(
      'INSERT INTO glue_function VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...databaseKey(scope, database),
      definition.name.toLowerCase(),
      JSON.stringify({ ...definition, name: undefined }),
      this.#clock.now(),
    )
    if (added === 0) throw functionExists()
  }

  get(scope: Scope, database: string, name: string): CatalogFunction {
    if (!hasDatabase(this.#ledger, scope, database)) throw noSuchDatabase(database)
    const row = this.#ledger.get<FunctionRow>(
      'SELECT * FROM glue_function WHERE account = ? AND region = ? AND database = ? AND name = ?',
      ...databaseKey(scope, database),
      name.toLowerCase(),
    )
    if (!row) throw noSuchFunction(name)
    return functionOf(row)
  }

  /** In order of database and name; of all databases where none is named. */
  list(scope: Scope, database: string | undefined): readonly CatalogFunction[] {
    if (database !== undefined && !hasDatabase(this.#ledger, scope, database)) throw noSuchDatabase(database)
    const rows = this.#ledger.all<FunctionRow>(
      'SELECT * FROM glue_function WHERE account = ? AND region = ? AND (? IS NULL OR database = ?) ORDER BY database, name',
      scope.account,
      scope.region,
      database?.toLowerCase() ?? null,
      database?.toLowerCase() ?? null,
    )
    return rows.map(functionOf)
  }

  /** Replaces the definition; the name may change. */
  update(write: Transaction, scope: Scope, database: string, name: string, definition: FunctionDefinition): void {
    if (!hasDatabase(write, scope, database)) throw noSuchDatabase(database)
    const renamed = definition.name.toLowerCase() !== name.toLowerCase()
    if (renamed && this.list(scope, database).some(one => one.name === definition.name.toLowerCase()))
      throw functionExists()
    const changed = write.run(
      'UPDATE glue_function SET name = ?, definition = ? WHERE account = ? AND region = ? AND database = ? AND name = ?',
      definition.name.toLowerCase(),
      JSON.stringify({ ...definition, name: undefined }),
      ...databaseKey(scope, database),
      name.toLowerCase(),
    )
    if (changed === 0) throw noSuchFunction(name)
  }

  delete(write: Transaction, scope: Scope, database: string, name: string): void {
    if (!hasDatabase(write, scope, database)) throw noSuchDatabase(database)
    const gone = write.run(
      'DELETE FROM glue_function WHERE account = ? AND region = ? AND database = ? AND name = ?',
      ...databaseKey(scope, database),
      name.toLowerCase(),
    )
    if (gone === 0) throw noSuchFunction(name)
  }

  /** For the catalog, which deletes the database in the same commit. */
  dropAll(write: Transaction, database: ReturnType<typeof databaseKey>): void {
    write.run('DELETE FROM glue_function WHERE account = ? AND region = ? AND database = ?', ...database)
  }
}

const functionOf = (row: FunctionRow): CatalogFunction => ({
  ...(JSON.parse(row.definition) as Omit<FunctionDefinition, 'name'>),
  name: row.name,
  database: row.database,
  createdAt: row.created_at,
})
