/** The statements that only tell: SHOW … and DESCRIBE, in Hive's layout. */
import { partitionPath } from '../../../catalog/glue/partition-path.ts'
import type { CatalogTable, Storage } from '../../../catalog/glue/table.ts'
import { ddlNotPartitioned } from '../faults.ts'
import { databasePattern } from '../name-pattern.ts'
import { textColumn } from '../result-columns.ts'
import { isPrestoView, isView } from '../views.ts'
import { commented } from './describe.ts'
import { matcher } from './matcher.ts'
import { type Context, demandDatabase, type Outcome, shown, tableOf } from './outcome.ts'
import type { TableName } from './statement.ts'
import { describeView } from './views.ts'

export function showDatabases({ caller, catalog }: Context, pattern?: string): Outcome {
  caller.demandDatabase('glue:GetDatabases', '*')
  const names = catalog.databases(caller).map(database => database.name)
  return {
    columns: [textColumn('database_name')],
    lines: names.filter(pattern === undefined ? () => true : databasePattern(pattern)),
  }
}

export function showTables(context: Context, named: string | undefined, pattern?: string): Outcome {
  const database = named ?? context.database
  demandDatabase(context, database, 'glue:GetTables')
  const names = context.catalog.tables(context.caller, database).map(table => table.name)
  return { columns: [textColumn('tab_name')], lines: names.filter(matcher(pattern)) }
}

export function showPartitions(context: Context, table: TableName): Outcome {
  const { database, name, partitionKeys } = tableOf(context, table)
  if (partitionKeys.length === 0) throw ddlNotPartitioned(shown(context, table))
  context.caller.demandTable('glue:GetPartitions', database, name)
  const keys = partitionKeys.map(key => key.name)
  const lines: string[] = []
  for (const { values } of context.catalog.partitions(context.caller, database, name))
    lines.push(partitionPath(keys, values).slice(0, -1))
  return { columns: [textColumn('partition')], lines }
}

export function showColumns(context: Context, table: TableName): Outcome {
  const found = tableOf(context, table)
  if (isPrestoView(found)) return describeView(found)
  const { columns, partitionKeys } = found
  const lines = [...columns, ...partitionKeys].map(column => column.name.padEnd(20))
  return { columns: [textColumn('field')], lines }
}

export function showProperties(context: Context, table: TableName, property: string | undefined): Outcome {
  const { parameters } = tableOf(context, table)
  const columns = [textColumn('prpt_name'), textColumn('prpt_value')]
  if (property === undefined)
    return { columns, lines: Object.entries(parameters).map(([key, value]) => `${key}\t${value}`) }
  const missing = `Table ${shown(context, table)} does not have property: ${property}`
  return { columns, lines: [Object.hasOwn(parameters, property) ? `${property}\t${parameters[property]}` : missing] }
}

export function showCreateTable(context: Context, name: TableName): Outcome {
  const table = tableOf(context, name)
  return { columns: [textColumn('createtab_stmt')], lines: statementOf(table) }
}

function statementOf(table: CatalogTable): readonly string[] {
  // As Hive shows it, which does not read the view; SHOW CREATE VIEW does.
  if (isView(table)) return [`CREATE VIEW \`${table.name}\` AS ${table.viewExpandedText ?? ''}`]
  const comment = table.description ?? table.parameters.comment
  const properties = Object.entries(table.parameters)
    .filter(([key]) => key !== 'EXTERNAL' && key !== 'comment')
    .sort(byKey)
  const serde = Object.entries(table.serde.parameters).sort(byKey)
  return [
    `CREATE EXTERNAL TABLE \`${table.name}\`(`,
    ...closing(table.columns.map(column => columnText(commented(table, column)))),
    ...(comment === undefined ? [] : [`COMMENT ${quoted(comment)}`]),
    ...(table.partitionKeys.length > 0 ? ['PARTITIONED BY ( ', ...closing(table.partitionKeys.map(columnText))] : []),
    ...bucketLines(table.storage),
    'ROW FORMAT SERDE ',
    `  ${quoted(table.serde.library)} `,
    ...(serde.length > 0 ? ['WITH SERDEPROPERTIES ( ', ...closing(serde.map(pair))] : []),
    'STORED AS INPUTFORMAT ',
    `  ${quoted(table.inputFormat)} `,
    'OUTPUTFORMAT ',
    `  ${quoted(table.outputFormat)}`,
    'LOCATION',
    `  ${quoted(table.location)}`,
    ...(properties.length > 0 ? ['TBLPROPERTIES (', ...closing(properties.map(pair))] : []),
  ]
}

function bucketLines({ bucketColumns = [], sortColumns = [], bucketCount = 0 }: Storage): readonly string[] {
  if (bucketColumns.length === 0) return []
  const sorted = sortColumns.map(({ column, order }) => `${column} ${order === 1 ? 'ASC' : 'DESC'}`)
  return [
    ...['CLUSTERED BY ( ', ...closing(bucketColumns)],
    ...(sorted.length > 0 ? ['SORTED BY ( ', ...closing(sorted)] : []),
    `INTO ${bucketCount} BUCKETS`,
  ]
}

/** Lines of a list whose last one closes the bracket. */
const closing = (items: readonly string[]): readonly string[] =>
  items.map((item, index) => `  ${item}${index === items.length - 1 ? ')' : ', '}`)

const byKey = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1)
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\t': '\\t', '\r': '\\r' }
const quoted = (text: string): string => `'${text.replace(/[\\'\n\t\r]/g, sign => escapes[sign] ?? sign)}'`
const pair = ([key, value]: readonly [string, string]): string => `${quoted(key)}=${quoted(value)}`
const columnText = (column: { readonly name: string; readonly type: string; readonly comment?: string | undefined }) =>
  `\`${column.name}\` ${column.type}${column.comment ? ` COMMENT ${quoted(column.comment)}` : ''}`
