/** Runs a statement of the catalog. */
import {
  addPartitions,
  changeColumn,
  changeColumns,
  createDatabase,
  createTable,
  dropDatabase,
  dropPartitions,
  dropTable,
  renamePartition,
  setDatabaseProperties,
  setLocation,
  setProperties,
} from './change.ts'
import { describe, describeDatabase } from './describe.ts'
import type { Context, Outcome } from './outcome.ts'
import { deallocate, prepare } from './prepared.ts'
import { repair } from './repair.ts'
import { showColumns, showCreateTable, showDatabases, showPartitions, showProperties, showTables } from './show.ts'
import type { Runnable, WritingStatement } from './statement.ts'
import { dropView, showCreateView, showViews } from './views.ts'

export type CatalogStatement = Exclude<
  Runnable,
  WritingStatement | { readonly kind: 'select' | 'createView' | 'explain' }
>

export function runStatement(context: Context, statement: CatalogStatement): Outcome | Promise<Outcome> {
  switch (statement.kind) {
    case 'dropView':
      return dropView(context, statement.table, statement.ifExists)
    case 'showViews':
      return showViews(context, statement.database, statement.pattern)
    case 'showCreateView':
      return showCreateView(context, statement.table)
    case 'prepare':
      return prepare(context, statement.name, statement.text)
    case 'deallocate':
      return deallocate(context, statement.name)
    case 'createTable':
      return createTable(context, statement)
    case 'createDatabase':
      return createDatabase(context, statement)
    case 'dropDatabase':
      return dropDatabase(context, statement)
    case 'dropTable':
      return dropTable(context, statement)
    case 'addPartitions':
      return addPartitions(context, statement)
    case 'dropPartitions':
      return dropPartitions(context, statement)
    case 'addColumns':
    case 'replaceColumns':
      return changeColumns(context, statement)
    case 'changeColumn':
      return changeColumn(context, statement)
    case 'renamePartition':
      return renamePartition(context, statement)
    case 'setLocation':
      return setLocation(context, statement)
    case 'setDatabaseProperties':
      return setDatabaseProperties(context, statement)
    case 'describeDatabase':
      return describeDatabase(context, statement.name, statement.isExtended)
    case 'setProperties':
      return setProperties(context, statement.table, statement.properties)
    case 'repair':
      return repair(context, statement.table)
    case 'showDatabases':
      return showDatabases(context, statement.pattern)
    case 'showTables':
      return showTables(context, statement.database, statement.pattern)
    case 'showPartitions':
      return showPartitions(context, statement.table)
    case 'showColumns':
      return showColumns(context, statement.table)
    case 'showCreateTable':
      return showCreateTable(context, statement.table)
    case 'showProperties':
      return showProperties(context, statement.table, statement.property)
    case 'describe':
      return describe(context, statement)
  }
}
