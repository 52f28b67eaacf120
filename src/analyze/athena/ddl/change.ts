/** The statements that change the catalog. Each is checked at once and made in the query's own commit. */
import type {
  CatalogTable,
  Column,
  Partition,
  PartitionDefinition,
  Storage,
  TableDefinition,
} from '../../../catalog/glue/table.ts'
import type { Transaction } from '../../../durable/ledger.ts'
import { makeDefault, takesTables } from '../default-database.ts'
import {
  ddlDatabaseExists,
  ddlDatabaseNotEmpty,
  ddlInvalid,
  ddlNoDatabase,
  ddlNoPartition,
  ddlNoTable,
  ddlPartitionExists,
  ddlPartitionSpec,
  ddlTableExists,
} from '../faults.ts'
import { isView } from '../views.ts'
import { specText } from './describe.ts'
import { type Context, databaseOf, demandDatabase, nothing, type Outcome, shown, tableOf } from './outcome.ts'
import type { Buckets, ColumnsChange, CreateTable, PartitionSpec, Statement, TableName } from './statement.ts'

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
  caller.demandDatabase('glue:GetDatabase', database)
  if (!takesTables(catalog, caller, database)) throw ddlNoDatabase(database)
  caller.demandTable('glue:CreateTable', database, name)
  if (catalog.table(caller, database, name)) {
    if (statement.ifNotExists) return nothing
    throw ddlTableExists(shown(context, statement.table))
  }
  const definition = definitionOf(statement, context.now)
  return done(write => {
    makeDefault(write, catalog, caller, database)
    catalog.createTable(write, caller, database, definition)
  })
}

function definitionOf(statement: CreateTable, now: number): TableDefinition {
  const { columns, partitionColumns, serde, inputFormat, outputFormat, location, buckets } = statement
  distinct([...columns, ...partitionColumns])
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
    storage: { columns, location, inputFormat, outputFormat, serde, ...(buckets && bucketsOf(buckets, columns)) },
    partitionKeys: partitionColumns,
  }
}

function bucketsOf({ columns: names, count, sorted }: Buckets, columns: readonly Column[]): Partial<Storage> {
  const unknown = [...names, ...sorted.map(({ column }) => column)].find(
    name => !columns.some(column => column.name === name),
  )
  if (unknown !== undefined) throw ddlInvalid(`[Error 10002]: Invalid column reference ${unknown}`)
  return {
    bucketColumns: names,
    bucketCount: count,
    // Glue's numbers for the two directions.
    sortColumns: sorted.map(({ column, order }) => ({ column, order: order === 'ascending' ? 1 : 0 })),
  }
}

function distinct(columns: readonly Column[]): readonly Column[] {
  const names = columns.map(column => column.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw ddlInvalid(`[Error 10036]: Duplicate column name: ${twice}`)
  return columns
}

/** The data stays: external tables are a description of objects. */
export function dropTable(context: Context, { table, ifExists }: Of<'dropTable'>): Outcome {
  const { caller, catalog } = context
  const database = databaseOf(context, table)
  caller.demandTable('glue:DeleteTable', database, table.name)
  const found = catalog.table(caller, database, table.name)
  if (!found) {
    if (ifExists) return nothing
    throw ddlNoTable(shown(context, table))
  }
  if (isView(found)) throw ddlInvalid('[Error 10129]: Cannot drop a view with DROP TABLE')
  return done(write => catalog.deleteTable(write, caller, database, table.name))
}

/** The data stays as it is: columns are found by their names, in text by their places. */
export function changeColumns(context: Context, { kind, table, partition, columns }: ColumnsChange): Outcome {
  const changed = (storage: Storage): Storage => {
    const all = kind === 'addColumns' ? [...storage.columns, ...columns] : columns
    return { ...storage, columns: distinct(all) }
  }
  if (partition)
    return alteredPartition(context, table, partition, found => ({ ...found, storage: changed(found.storage) }))
  return altered(context, table, found => ({ ...found, storage: changed(found.storage) }))
}

export function changeColumn(context: Context, { table, name, column, after }: Of<'changeColumn'>): Outcome {
  return altered(context, table, found => {
    const { columns } = found.storage
    const at = columns.findIndex(one => one.name === name)
    if (at < 0) throw ddlInvalid(`[Error 10002]: Invalid column reference ${name}`)
    const rest = columns.filter((_, index) => index !== at)
    const behind = after === undefined || after === null ? -1 : rest.findIndex(one => one.name === after)
    if (typeof after === 'string' && behind < 0) throw ddlInvalid(`[Error 10002]: Invalid column reference ${after}`)
    const changed = distinct(rest.toSpliced(after === undefined ? at : behind + 1, 0, column))
    return { ...found, storage: { ...found.storage, columns: changed } }
  })
}

export function setLocation(context: Context, { table, partition, location }: Of<'setLocation'>): Outcome {
  const moved = (storage: Storage): Storage => ({ ...storage, location })
  if (partition)
    return alteredPartition(context, table, partition, found => ({ ...found, location, storage: moved(found.storage) }))
  return altered(context, table, found => ({ ...found, storage: moved(found.storage) }))
}

/** The objects stay where they are, and with them the partition's location. */
export function renamePartition(context: Context, { table, from, to }: Of<'renamePartition'>): Outcome {
  const { caller, catalog } = context
  return alteredPartition(context, table, from, (found, at) => {
    const values = valuesOf(at, to)
    if (catalog.partition(caller, at.database, at.name, values)) throw ddlPartitionExists(specText(to))
    return { ...found, values }
  })
}

export function setDatabaseProperties(context: Context, { name, properties }: Of<'setDatabaseProperties'>): Outcome {
  const { caller, catalog } = context
  demandDatabase(context, name, 'glue:UpdateDatabase')
  return done(write => {
    const found = catalog.database(caller, name)
    if (!found) throw ddlNoDatabase(name)
    const { createdAt: _, ...definition } = found
    catalog.updateDatabase(write, caller, name, { ...definition, parameters: { ...found.parameters, ...properties } })
  })
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
  const found = tableOf(context, table, 'glue:UpdateTable')
  const { database } = found
  if (isView(found)) throw ddlInvalid('[Error 10131]: To alter a view you need to use the ALTER VIEW command.')
  // Read again inside the commit: another statement may have changed it since.
  return done(write => catalog.updateTable(write, caller, database, change(tableOf(context, table))))
}

function alteredPartition(
  context: Context,
  name: TableName,
  spec: PartitionSpec,
  change: (found: Partition, table: CatalogTable) => PartitionDefinition,
): Outcome {
  const { caller, catalog } = context
  const table = partitioned(context, name, 'glue:UpdatePartition', spec)
  const values = valuesOf(table, spec)
  return done(write => {
    const found = catalog.partition(caller, table.database, table.name, values)
    if (!found) throw ddlNoPartition(specText(spec))
    catalog.updatePartition(write, caller, table.database, table.name, values, change(found, table))
  })
}

/** One value for each partition key. */
function valuesOf(table: CatalogTable, spec: PartitionSpec): readonly string[] {
  checkKeys(table, spec)
  return table.partitionKeys.map(key => {
    const value = Object.hasOwn(spec, key.name) ? spec[key.name] : undefined
    if (value === undefined) throw ddlInvalid(`[Error 10214]: The partition spec misses the key ${key.name}`)
    return value
  })
}

export function addPartitions(context: Context, statement: Of<'addPartitions'>): Outcome {
  const { caller, catalog } = context
  const table = partitioned(context, statement.table, 'glue:BatchCreatePartition', statement.partitions[0]?.spec)
  const partitions = statement.partitions.map(({ spec, location }): PartitionDefinition => {
    const values = valuesOf(table, spec)
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
  const table = partitioned(context, statement.table, 'glue:BatchDeletePartition', statement.partitions[0])
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

function partitioned(context: Context, name: TableName, action: string, spec: PartitionSpec = {}): CatalogTable {
  const table = tableOf(context, name)
  if (table.partitionKeys.length === 0) throw ddlPartitionSpec(spec)
  context.caller.demandTable(action, table.database, table.name)
  return table
}

function checkKeys(table: CatalogTable, spec: PartitionSpec): void {
  const unknown = Object.keys(spec).find(name => !table.partitionKeys.some(key => key.name === name))
  if (unknown !== undefined) throw ddlInvalid(`[Error 10098]: ${unknown} is no partition key of ${table.name}`)
}

const done = (change: (write: Transaction) => void): Outcome => ({ ...nothing, change })
