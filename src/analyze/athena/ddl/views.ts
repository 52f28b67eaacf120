/** The statements over views but CREATE VIEW, which asks the engine what the view's query gives. */
import type { CatalogTable } from '../../../catalog/glue/table.ts'
import { noSuchView } from '../faults.ts'
import { textColumn } from '../result-columns.ts'
import { isView, viewOf } from '../views.ts'
import { matcher } from './matcher.ts'
import { type Context, databaseOf, demandDatabase, nothing, type Outcome, tableOf } from './outcome.ts'
import type { TableName } from './statement.ts'

export function dropView(context: Context, table: TableName, ifExists: boolean): Outcome {
  const { caller, catalog } = context
  const database = databaseOf(context, table)
  caller.demandTable('glue:DeleteTable', database, table.name)
  const found = catalog.table(caller, database, table.name)
  if (found && isView(found))
    return { ...nothing, change: write => catalog.deleteTable(write, caller, database, table.name) }
  if (ifExists && !found) return nothing
  throw noSuchView(database, table.name, found !== undefined)
}

export function showViews(context: Context, named: string | undefined, pattern?: string): Outcome {
  const database = named ?? context.database
  demandDatabase(context, database, 'glue:GetTables')
  const views = context.catalog.tables(context.caller, database).filter(isView)
  return { columns: [textColumn('views', 'varchar')], lines: views.map(view => view.name).filter(matcher(pattern)) }
}

/** What DESCRIBE and SHOW COLUMNS answer of a view: its columns with the types of a query. */
export function describeView(table: CatalogTable): Outcome {
  const lines = viewOf(table).columns.map(({ name, type }) => `${name}\t${type}`)
  return { columns: ['column', 'type'].map(name => textColumn(name, 'varchar')), lines }
}

export function showCreateView(context: Context, name: TableName): Outcome {
  const table = tableOf(context, name)
  if (!isView(table)) throw noSuchView(table.database, table.name, true)
  const { sql } = viewOf(table)
  const lines = [`CREATE VIEW awsdatacatalog.${table.database}.${table.name} AS`, ...sql.split('\n')]
  return { columns: [textColumn('create view', 'varchar')], lines }
}
