/**
 * Views as Athena keeps them in the catalog, where other tools write and read them too.
 *
 *     TableType VIRTUAL_VIEW, ViewExpandedText  (slash-star) Presto View (star-slash)
 *     ViewOriginalText  (slash-star) Presto View: <base64> (star-slash), of JSON:
 *         {"originalSql": "SELECT …", "catalog": "awsdatacatalog", "schema": "db", "columns": [{"name": "a", "type": "integer"}]}
 */
import type { CatalogTable, TableDefinition } from '../../catalog/glue/table.ts'
import type { Column, ExplainResult } from '../engine/request.ts'
import { duplicateColumn, QueryFailure, unnamedColumn } from './faults.ts'

export interface View {
  readonly sql: string
  /** In which names without a database are meant. */
  readonly database: string
  /** With Athena's types. */
  readonly columns: readonly Column[]
}

export const isView = ({ tableType }: Pick<CatalogTable, 'tableType'>): boolean => tableType === 'VIRTUAL_VIEW'

/** One that can be asked: Hive's own views are none. */
export const isPrestoView = (table: Pick<CatalogTable, 'tableType' | 'viewOriginalText'>): boolean =>
  isView(table) && /^\/\* Presto View: /.test(table.viewOriginalText?.trim() ?? '')

export function viewDefinition(
  name: string,
  { sql, database }: Pick<View, 'sql' | 'database'>,
  columns: ExplainResult['columns'],
): TableDefinition {
  const names = columns.map(column => column.name)
  for (const [index, column] of columns.entries()) {
    if (!column.isNamed) throw unnamedColumn(index + 1)
    if (names.indexOf(column.name) !== index) throw duplicateColumn(column.name)
  }
  const view = {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: columns.map(column => ({ name: column.name, type: column.type })),
  }
  return {
    name,
    tableType: 'VIRTUAL_VIEW',
    owner: 'hadoop',
    parameters: { presto_view: 'true', comment: 'Presto View' },
    viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(view)).toString('base64')} */`,
    viewExpandedText: '/* Presto View */',
    storage: { columns: columns.map(({ name, hiveType }) => ({ name, type: hiveType })), location: '', serde: {} },
    partitionKeys: [],
  }
}

/** Throws QueryFailure for a view that another tool wrote in another way, Hive's own among them. */
export function viewOf(table: Pick<CatalogTable, 'database' | 'name' | 'viewOriginalText'>): View {
  const called = `awsdatacatalog.${table.database}.${table.name}`
  const refuse = (what: string) => new QueryFailure('schema', `INVALID_VIEW: View '${called}' ${what}`)
  const text = /^\/\* Presto View: ([A-Za-z0-9+/=\s]+) \*\/$/.exec(table.viewOriginalText?.trim() ?? '')?.[1]
  if (text === undefined) throw refuse('is not written as a Presto view. Make it again with CREATE OR REPLACE VIEW.')
  let view: unknown
  try {
    view = JSON.parse(Buffer.from(text, 'base64').toString())
  } catch {
    throw refuse('holds no JSON. Make it again with CREATE OR REPLACE VIEW.')
  }
  if (!isRecord(view) || typeof view.originalSql !== 'string' || !Array.isArray(view.columns))
    throw refuse('lacks its originalSql or its columns. Make it again with CREATE OR REPLACE VIEW.')
  const columns = view.columns.map((column: unknown) => {
    if (!isRecord(column) || typeof column.name !== 'string' || typeof column.type !== 'string')
      throw refuse('has a column without a name or a type. Make it again with CREATE OR REPLACE VIEW.')
    return { name: column.name, type: column.type }
  })
  return {
    sql: view.originalSql,
    database: typeof view.schema === 'string' ? view.schema.toLowerCase() : table.database,
    columns,
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
