/** What a statement of the catalog comes to: its text, and a change that is made in the commit that ends the query. */
import type { CatalogTable } from '../../../catalog/glue/table.ts'
import type { Transaction } from '../../../durable/ledger.ts'
import type { Caller } from '../caller.ts'
import { ddlNoDatabase, ddlNoTable } from '../faults.ts'
import type { Catalog, ObjectStore, PreparedPartitions } from '../needs.ts'
import type { PreparedStatements } from '../prepared-statements.ts'
import type { ColumnInfo } from '../result-columns.ts'
import type { TableName } from './statement.ts'

export interface Outcome {
  readonly columns: readonly ColumnInfo[]
  readonly lines: readonly string[]
  readonly change?: (write: Transaction) => void
  /** What is begun before that commit because it takes its time; published in it, discarded where there is none. */
  readonly ahead?: () => Promise<PreparedPartitions>
}

/** Everything a statement is run with. */
export interface Context {
  readonly caller: Caller
  readonly catalog: Catalog
  readonly s3: ObjectStore
  readonly prepared: PreparedStatements
  readonly workGroup: string
  /** Of the query's context. */
  readonly database: string
  readonly now: number
  readonly signal: AbortSignal
}

export const nothing: Outcome = { columns: [], lines: [] }

export const databaseOf = (context: Context, table: TableName): string => table.database ?? context.database

export const shown = (context: Context, table: TableName): string => `${databaseOf(context, table)}.${table.name}`

export function demandDatabase(context: Context, database: string, action: string): void {
  context.caller.demandDatabase(action, database)
  if (!context.catalog.database(context.caller, database)) throw ddlNoDatabase(database)
}

export function tableOf(context: Context, table: TableName, action = 'glue:GetTable'): CatalogTable {
  const database = databaseOf(context, table)
  context.caller.demandTable(action, database, table.name)
  const found = context.catalog.table(context.caller, database, table.name)
  if (!found) throw ddlNoTable(shown(context, table))
  return found
}
