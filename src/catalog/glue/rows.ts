// The catalog's rows in the ledger as the catalog's plain values, and how they are found.
import type { Transaction } from '../../durable/ledger.ts'
import { noSuchDatabase, noSuchTable } from './faults.ts'
import type {
  CatalogDatabase,
  CatalogTable,
  DatabaseDefinition,
  PartitionIndex,
  Scope,
  TableDefinition,
} from './table.ts'

export interface DatabaseRow {
  readonly name: string
  readonly definition: string
  readonly created_at: number
}
export interface TableRow {
  readonly id: number
  readonly account: string
  readonly region: string
  readonly database: string
  readonly name: string
  readonly version: number
  readonly definition: string
  readonly indexes: string
  readonly created_by: string | null
  readonly created_at: number
  readonly updated_at: number
}
/** The ledger, or a transaction of it. */
export type Reader = Pick<Transaction, 'get' | 'all'>

export const databaseKey = (scope: Scope, name: string) => [scope.account, scope.region, name.toLowerCase()] as const

export function hasDatabase(reader: Reader, scope: Scope, name: string): boolean {
  const sql = 'SELECT 1 FROM glue_database WHERE account = ? AND region = ? AND name = ?'
  return reader.get(sql, ...databaseKey(scope, name)) !== undefined
}

export function tableRow(reader: Reader, scope: Scope, database: string, name: string): TableRow | undefined {
  return reader.get<TableRow>(
    'SELECT * FROM glue_table WHERE account = ? AND region = ? AND database = ? AND name = ?',
    ...databaseKey(scope, database),
    name.toLowerCase(),
  )
}

/** The table's row, or Glue's fault for a missing database or table. */
export function existingTable(reader: Reader, scope: Scope, database: string, name: string): TableRow {
  const row = tableRow(reader, scope, database, name)
  if (row) return row
  throw hasDatabase(reader, scope, database) ? noSuchTable(name) : noSuchDatabase(database)
}

export const definitionText = (definition: TableDefinition) => JSON.stringify({ ...definition, name: undefined })

export function databaseOf(row: DatabaseRow): CatalogDatabase {
  const definition = JSON.parse(row.definition) as DatabaseDefinition
  return { ...definition, parameters: definition.parameters ?? {}, name: row.name, createdAt: row.created_at }
}

export function tableOf(row: TableRow): CatalogTable {
  const definition = JSON.parse(row.definition) as TableDefinition
  const { storage } = definition
  return {
    ...definition,
    name: row.name,
    account: row.account,
    region: row.region,
    database: row.database,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by ?? undefined,
    indexes: JSON.parse(row.indexes) as PartitionIndex[],
    location: storage.location,
    columns: storage.columns,
    inputFormat: storage.inputFormat ?? '',
    outputFormat: storage.outputFormat ?? '',
    serde: { library: storage.serde?.library ?? '', parameters: storage.serde?.parameters ?? {} },
  }
}
