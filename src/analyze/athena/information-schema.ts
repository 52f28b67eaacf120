/**
 * The catalog as tables: `information_schema`, which tools read to learn what there is. It is answered from the catalog,
 * reads no objects, and leaves out what the caller may not see.
 * https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
 */
import type { CatalogTable } from '../../catalog/glue/table.ts'
import { EngineFault } from '../engine/fault.ts'
import type { Column, TableReference, TableSource } from '../engine/request.ts'
import { typeOfHive } from '../sql/typing/names.ts'
import { nameOf } from '../sql/typing/type.ts'
import type { Caller } from './caller.ts'
import { QueryFailure } from './faults.ts'
import type { Catalog } from './needs.ts'
import { isView, viewOf } from './views.ts'

const own = 'information_schema'
const catalogName = 'awsdatacatalog'
/** As a list of partitions tells NULL. */
const none = '__HIVE_DEFAULT_PARTITION__'

interface Listed {
  readonly columns: readonly Column[]
  rows(catalog: Catalog, caller: Caller): Iterable<readonly string[]>
}

const text = (...names: readonly string[]): readonly Column[] => names.map(name => ({ name, type: 'string' }))
const named = text('table_catalog', 'table_schema', 'table_name')

const listed: Readonly<Record<string, Listed>> = {
  schemata: {
    columns: text('catalog_name', 'schema_name'),
    *rows(catalog, caller) {
      for (const name of [...databasesOf(catalog, caller), own].sort()) yield [catalogName, name]
    },
  },
  tables: {
    columns: [...named, ...text('table_type')],
    *rows(catalog, caller) {
      for (const table of tablesOf(catalog, caller))
        yield [catalogName, table.database, table.name, isView(table) ? 'VIEW' : 'BASE TABLE']
      for (const name of Object.keys(listed)) yield [catalogName, own, name, 'BASE TABLE']
    },
  },
  columns: {
    columns: [
      ...named,
      ...text('column_name'),
      { name: 'ordinal_position', type: 'bigint' },
      ...text('column_default', 'is_nullable', 'data_type', 'comment', 'extra_info'),
    ],
    *rows(catalog, caller) {
      for (const table of tablesOf(catalog, caller)) {
        for (const [index, { name, type, comment }] of [...table.columns, ...table.partitionKeys].entries())
          yield [
            ...[catalogName, table.database, table.name, name, String(index + 1), none, 'YES', typeName(type)],
            ...[comment ?? none, index < table.columns.length ? none : 'partition key'],
          ]
      }
      for (const [table, { columns }] of Object.entries(listed))
        for (const [index, { name, type }] of columns.entries())
          yield [catalogName, own, table, name, String(index + 1), none, 'YES', typeName(type), none, none]
    },
  },
  views: {
    columns: [...named, ...text('view_definition')],
    *rows(catalog, caller) {
      for (const table of tablesOf(catalog, caller))
        if (isView(table)) yield [catalogName, table.database, table.name, definitionOf(table)]
    },
  },
}

/** Undefined for a table of another database, or one that it does not have. */
export function informationSchema(
  catalog: Catalog,
  caller: Caller,
  reference: TableReference,
): TableSource | undefined {
  const found = reference.database === own && Object.hasOwn(listed, reference.name) ? listed[reference.name] : undefined
  if (!found) return undefined
  caller.demandDatabase('glue:GetDatabases', '*')
  return {
    ...{ ...reference, format: 'parquet', columns: [], partitionColumns: found.columns, isPartitionList: true },
    partitions: Array.from(found.rows(catalog, caller), values => ({ values })),
    files: async () => [],
  }
}

const databasesOf = (catalog: Catalog, caller: Caller): readonly string[] =>
  catalog.databases(caller).map(({ name }) => name)

function* tablesOf(catalog: Catalog, caller: Caller): Iterable<CatalogTable> {
  for (const database of databasesOf(catalog, caller))
    for (const table of catalog.tables(caller, database))
      if (caller.mayTable('glue:GetTable', database, table.name)) yield table
}

/** A type that Athena does not have is told as the catalog has it. */
function typeName(type: string): string {
  try {
    return nameOf(typeOfHive(type))
  } catch (cause) {
    if (cause instanceof EngineFault) return type
    throw cause
  }
}

function definitionOf(table: CatalogTable): string {
  try {
    return viewOf(table).sql
  } catch (cause) {
    // One that another tool wrote in its own way.
    if (cause instanceof QueryFailure) return none
    throw cause
  }
}
