/** The statements that change the catalog. Each is checked at once and made in the query's own commit. */
import type { CatalogTable, PartitionDefinition, TableDefinition } from '../../../catalog/glue/table.ts'
import type { Transaction } from '../../../durable/ledger.ts'
import {
  ddlDatabaseExists,
  ddlDatabaseNotEmpty,
  ddlInvalid,
  ddlNoDatabase,
  ddlNoPartition,
  ddlNoTable,
  ddlNotPartitioned,
  ddlPartitionExists,
  ddlTableExists,
} from '../faults.ts'
import { type Context, databaseOf, demandDatabase, nothing, type Outcome, shown, tableOf } from './outcome.ts'
import type { ColumnDefinition, CreateTable, PartitionSpec, Statement, TableName } from './statement.ts'

type Of<Kind extends Statement['kind']> = Extract<Statement, { readonly kind: Kind }>

export function createDatabase(context: Context, statement: Of<'createDatabase'>): Outcome {
  const { caller, catalog } = context
  const { name, ifNotExists, comment, location, properties } = statement
  caller.demandDatabase('glue:CreateDatabase', name)
  if (catalog.database(caller, name)) {
    if (ifNotExists) return nothing
    throw ddlDatabaseExists(name)
  }
  const described = comment === undefined ? {} : { description: comment }
  const definition = { name, ...described, ...(location !== undefined && { location }), parameters: properties }
  return done(write => catalog.createDatabase(write, caller, definition))
}

export function dropDatabase(context: Context, { name, ifExists, cascade }: Of<'dropDatabase'>): Outcome {
  const { caller, catalog } = context
  caller.demandDatabase('glue:DeleteDatabase', name)
  if (!catalog.database(caller, name)) {
    if (ifExists) return nothing
    throw ddlNoDatabase(name)
  }
  return done(write => {
    if (!cascade && catalog.tables(caller, name).length > 0) throw ddlDatabaseNotEmpty(name)
    catalog.deleteDatabase(write, caller, name)
  })
}

export function createTable(context: Context, statement: CreateTable): Outcome {
  const { caller, catalog } = context
  const database = databaseOf(context, statement.table)
  const { name } = statement.table
  demandDatabase(context, database, 'glue:GetDatabase')
  caller.demandTable('glue:CreateTable', database, name)
  if (catalog.table(caller, database, name)) {
    if (statement.ifNotExists) return nothing
    throw ddlTableExists(shown(context, statement.table))
  }
  const definition = definitionOf(statement, context.now)
  return done(write => catalog.createTable(write, caller, database, definition))
}

function definitionOf(statement: CreateTable, now: number): TableDefinition {
  const { columns, partitionColumns, serde, inputFormat, outputFormat, location } = statement
  const names = [...columns, ...partitionColumns].map(column => column.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw ddlInvalid(`[Error 10036]: Duplicate column name: ${twice}`)
  return {
    name: statement.table.name,
    tableType: 'EXTERNAL_TABLE',
    owner: 'hadoop',
    ...(statement.comment !== undefined && { description: statement.comment }),
    parameters: {
      EXTERNAL: 'TRUE',
      transient_lastDdlTime: String(Math.floor(now / 1000)),
      ...statement.properties,
    },
    storage: { columns, location, inputFormat, outputFormat, serde },
    partitionKeys: partitionColumns,
  }
}

/** The data stays: external tables are a description of objects. */
export function dropTable(context: Context, { table, ifExists }: Of<'dropTable'>): Outcome {
  const { caller, catalog } = context
  const database = databaseOf(context, table)
  caller.demandTable('glue:DeleteTable', database, table.name)
  if (!catalog.table(caller, database, table.name)) {
    if (ifExists) return nothing
    throw ddlNoTable(shown(context, table))
  }
  return done(write => catalog.deleteTable(write, caller, database, table.name))
}

export function addColumns(context: Context, table: TableName, columns: readonly ColumnDefinition[]): Outcome {
  return altered(context, table, found => ({
    ...found,
    storage: { ...found.storage, columns: [...found.storage.columns, ...columns] },
  }))
}

export function setLocation(context: Context, table: TableName, location: string): Outcome {
  return altered(context, table, found => ({ ...found, storage: { ...found.storage, location } }))
}

export function setProperties(
  context: Context,
  table: TableName,
  properties: Readonly<Record<string, string>>,
): Outcome {
  return altered(context, table, found => ({ ...found, parameters: { ...found.parameters, ...properties } }))
}

function altered(context: Context, table: TableName, change: (found: CatalogTable) => TableDefinition): Outcome {
  const { caller, catalog } = context
  const { database } = tableOf(context, table, 'glue:UpdateTable')
  // Read again inside the commit: another statement may have changed it since.
  return done(write => catalog.updateTable(write, caller, database, change(tableOf(context, table))))
}

export function addPartitions(context: Context, statement: Of<'addPartitions'>): Outcome {
  const { caller, catalog } = context
  const table = partitioned(context, statement.table, 'glue:BatchCreatePartition')
  const partitions = statement.partitions.map(({ spec, location }): PartitionDefinition => {
    const values = table.partitionKeys.map(key => {
      const value = Object.hasOwn(spec, key.name) ? spec[key.name] : undefined
      if (value === undefined) throw ddlInvalid(`[Error 10214]: The partition spec misses the key ${key.name}`)
      return value
    })
    checkKeys(table, spec)
    return location === undefined
      ? { values }
      : { values, location: location.endsWith('/') ? location : `${location}/` }
  })
  return done(write => {
    const added = catalog.addPartitions(write, caller, table.database, table.name, partitions)
    if (added < partitions.length && !statement.ifNotExists) throw ddlPartitionExists(shown(context, statement.table))
  })
}

/** A spec that names some of the keys drops every partition that fits it. */
export function dropPartitions(context: Context, statement: Of<'dropPartitions'>): Outcome {
  const { caller, catalog } = context
  const table = partitioned(context, statement.table, 'glue:BatchDeletePartition')
  for (const spec of statement.partitions) checkKeys(table, spec)
  const keys = table.partitionKeys.map(key => key.name)
  return done(write => {
    const all = [...catalog.partitions(caller, table.database, table.name)].map(partition => partition.values)
    const dropped = new Set<readonly string[]>()
    for (const spec of statement.partitions) {
      const fitting = all.filter(values =>
        keys.every((key, index) => !Object.hasOwn(spec, key) || spec[key] === values[index]),
      )
      if (fitting.length === 0 && !statement.ifExists) throw ddlNoPartition(specText(spec))
      for (const values of fitting) dropped.add(values)
    }
    for (const values of dropped) catalog.deletePartition(write, caller, table.database, table.name, values)
  })
}

function partitioned(context: Context, name: TableName, action: string): CatalogTable {
  const table = tableOf(context, name)
  if (table.partitionKeys.length === 0) throw ddlNotPartitioned(shown(context, name))
  context.caller.demandTable(action, table.database, table.name)
  return table
}

function checkKeys(table: CatalogTable, spec: PartitionSpec): void {
  const unknown = Object.keys(spec).find(name => !table.partitionKeys.some(key => key.name === name))
  if (unknown !== undefined) throw ddlInvalid(`[Error 10098]: ${unknown} is no partition key of ${table.name}`)
}

const specText = (spec: PartitionSpec): string =>
  Object.entries(spec)
    .map(([key, value]) => `${key}=${value}`)
    .join('/')

const done = (change: (write: Transaction) => void): Outcome => ({ ...nothing, change })
