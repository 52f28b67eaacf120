/** DESCRIBE in Hive's layout: columns, one column or a field in it, and with FORMATTED or EXTENDED everything of the table. */
import type { CatalogTable, Column, Partition, Storage } from '../../../catalog/glue/table.ts'
import type { Random } from '../../../world/random.ts'
import { splitOutside } from '../../engine/request.ts'
import type { Caller } from '../caller.ts'
import { ddlInvalid, ddlNoPartition, noSuchEntity } from '../faults.ts'
import type { Catalog } from '../needs.ts'
import { textColumn } from '../result-columns.ts'
import { isPrestoView } from '../views.ts'
import { type Context, demandDatabase, type Outcome, tableOf } from './outcome.ts'
import type { Describe, PartitionSpec, Runnable } from './statement.ts'
import { describeView } from './views.ts'

const columns = ['col_name', 'data_type', 'comment'].map(name => textColumn(name))

/** The statements that tell the columns of a table or of a view. */
export type Describing = Extract<Runnable, { readonly kind: 'describe' | 'showColumns' }>

export const isDescribing = (statement: Runnable): statement is Describing =>
  statement.kind === 'describe' || statement.kind === 'showColumns'

/** Of a view a part or more than its columns is told as of a table. */
const isWhole = (statement: Describing): boolean =>
  statement.kind === 'showColumns' ||
  (statement.path.length === 0 && statement.detail === undefined && statement.partition === undefined)

/** What is not there is refused before it becomes a query; who may not know hears of that from the query. */
export function demandDescribed(
  catalog: Catalog,
  caller: Caller,
  statement: Describing,
  contextDatabase: string | undefined,
  random: Random,
): 'table' | 'view' | 'unknown' {
  const { table } = statement
  const { database = contextDatabase ?? 'default', name } = table
  if (!caller.mayTable('glue:GetTable', database, name)) return 'unknown'
  const found = catalog.table(caller, database, name)
  if (!found) throw noSuchEntity(random.uuid())
  return isPrestoView(found) && isWhole(statement) ? 'view' : 'table'
}

export function describe(context: Context, statement: Describe): Outcome {
  const { table: name, detail, partition: spec, path } = statement
  const table = tableOf(context, name)
  if (isPrestoView(table) && isWhole(statement)) return describeView(table)
  const partition = spec && partitionOf(context, table, spec)
  const all = (partition?.storage.columns ?? table.columns).map(column => commented(table, column))
  if (path.length > 0) return { columns, lines: [lineOf(fieldOf([...all, ...table.partitionKeys], path))] }
  const lines = [...listed(all, table), ...partitionInformation(table)]
  if (detail === 'formatted') lines.push(...formatted(table, partition))
  if (detail === 'extended') {
    const label = partition ? 'Detailed Partition Information' : 'Detailed Table Information'
    lines.push(blank, `${label}\t${partition ? partitionText(table, partition) : tableText(table)}\t`)
  }
  return { columns, lines }
}

/** DESCRIBE DATABASE [EXTENDED] name */
export function describeDatabase(context: Context, name: string, isExtended: boolean): Outcome {
  demandDatabase(context, name, 'glue:GetDatabase')
  const database = context.catalog.database(context.caller, name)
  const { description = '', location = '', parameters = {} } = database ?? {}
  const properties = Object.entries(parameters).map(([key, value]) => `${key}=${value}`)
  const values = [name, description, location, 'hadoop', 'USER', ...(isExtended ? [`{${properties.join(', ')}}`] : [])]
  const names = ['db_name', 'comment', 'location', 'owner_name', 'owner_type', ...(isExtended ? ['parameters'] : [])]
  return { columns: names.map(name => textColumn(name)), lines: [values.join('\t')] }
}

const cells = (...texts: readonly string[]): string => texts.map(text => text.padEnd(20)).join('\t')
const lineOf = ({ name, type, comment }: Column): string => cells(name, type, comment ?? '')
/** What Hive asks the SerDe for has no comment of its own; of these the catalog tells all. */
const fromCatalog = /\.(?:LazySimpleSerDe|ParquetHiveSerDe|OrcSerde)$/

export const commented = ({ serde, tableType }: CatalogTable, column: Column): Column =>
  column.comment || tableType === 'VIRTUAL_VIEW' || fromCatalog.test(serde.library)
    ? column
    : { ...column, comment: 'from deserializer' }

const header = `# ${cells('col_name', 'data_type', 'comment')}`
const blank = '\t \t '
const section = (title: string): string => `# ${title}\t \t `
const listed = (all: readonly Column[], table: CatalogTable): readonly string[] =>
  [...all, ...table.partitionKeys].map(lineOf)

function partitionInformation({ partitionKeys }: CatalogTable): readonly string[] {
  return partitionKeys.length === 0
    ? []
    : [blank, section('Partition Information'), header, blank, ...partitionKeys.map(lineOf)]
}

/** Labels and values in lines of their own. */
function formatted(table: CatalogTable, partition: Partition | undefined): readonly string[] {
  const storage = partition?.storage ?? table.storage
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `${`${key}:`.padEnd(20)}\t${value.padEnd(20)}\t `)
  const inner = (values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => `\t${cells(key, value)}`)
  const of = partition
    ? { 'Partition Value': `[${partition.values.join(', ')}]`, Database: table.database, Table: table.name }
    : { Database: table.database, Owner: table.owner ?? '' }
  return [
    ...[blank, section(`Detailed ${partition ? 'Partition' : 'Table'} Information`)],
    ...pairs({
      ...of,
      CreateTime: javaDate(partition?.createdAt ?? table.createdAt),
      LastAccessTime: 'UNKNOWN',
      'Protect Mode': 'None',
      ...(partition === undefined && { Retention: String(table.retention ?? 0) }),
      Location: partition?.location ?? table.location,
      ...(partition === undefined && { 'Table Type': table.tableType ?? '' }),
    }),
    `${partition ? 'Partition' : 'Table'} Parameters:\t \t `,
    ...inner(partition?.parameters ?? table.parameters),
    ...[blank, section('Storage Information')],
    ...pairs({
      'SerDe Library': storage.serde?.library ?? '',
      InputFormat: storage.inputFormat ?? '',
      OutputFormat: storage.outputFormat ?? '',
      Compressed: storage.compressed ? 'Yes' : 'No',
      'Num Buckets': String(storage.bucketCount ?? -1),
      'Bucket Columns': `[${(storage.bucketColumns ?? []).join(', ')}]`,
      'Sort Columns': `[${orders(storage).join(', ')}]`,
    }),
    ...['Storage Desc Params:\t \t ', ...inner(storage.serde?.parameters)],
  ]
}

/** As Java shows a date: `Wed Oct 15 12:30:00 UTC 2025`. */
function javaDate(at: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(at).toUTCString().split(' ')
  return `${day.slice(0, 3)} ${month} ${date} ${time} UTC ${year}`
}

// With EXTENDED Hive shows its own records as they are.

function tableText(table: CatalogTable): string {
  const { name, database, owner, createdAt, retention = 0, parameters, tableType } = table
  return `Table(tableName:${name}, dbName:${database}, owner:${owner ?? 'null'}, createTime:${seconds(createdAt)}, \
lastAccessTime:0, retention:${retention}, sd:${storageText(table.storage, table.location)}, \
partitionKeys:${fieldsText(table.partitionKeys)}, parameters:${mapText(parameters)}, \
viewOriginalText:${table.viewOriginalText ?? 'null'}, viewExpandedText:${table.viewExpandedText ?? 'null'}, \
tableType:${tableType ?? 'null'})`
}

function partitionText(
  { database, name }: CatalogTable,
  { values, createdAt, storage, location, parameters }: Partition,
) {
  return `Partition(values:[${values.join(', ')}], dbName:${database}, tableName:${name}, \
createTime:${seconds(createdAt)}, lastAccessTime:0, sd:${storageText(storage, location)}, parameters:${mapText(parameters)})`
}

function storageText(storage: Storage, location: string): string {
  const { inputFormat = '', outputFormat = '', compressed = false, bucketCount = -1, serde = {} } = storage
  return `StorageDescriptor(cols:${fieldsText(storage.columns)}, location:${location}, inputFormat:${inputFormat}, \
outputFormat:${outputFormat}, compressed:${compressed}, numBuckets:${bucketCount}, \
serdeInfo:SerDeInfo(name:${serde.name ?? 'null'}, serializationLib:${serde.library ?? ''}, \
parameters:${mapText(serde.parameters)}), bucketCols:[${(storage.bucketColumns ?? []).join(', ')}], \
sortCols:[${orders(storage).join(', ')}], parameters:${mapText(storage.parameters)}, \
skewedInfo:SkewedInfo(skewedColNames:[], skewedColValues:[], skewedColValueLocationMaps:{}), \
storedAsSubDirectories:${storage.storedAsSubDirectories ?? false})`
}

const seconds = (at: number): number => Math.floor(at / 1000)
const orders = ({ sortColumns = [] }: Storage): readonly string[] =>
  sortColumns.map(({ column, order }) => `Order(col:${column}, order:${order})`)
const fieldsText = (columns: readonly Column[]): string =>
  `[${columns.map(({ name, type, comment }) => `FieldSchema(name:${name}, type:${type}, comment:${comment ?? 'null'})`).join(', ')}]`
const mapText = (values: Readonly<Record<string, string>> = {}): string =>
  `{${Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}}`

function partitionOf({ caller, catalog }: Context, table: CatalogTable, spec: PartitionSpec): Partition {
  caller.demandTable('glue:GetPartition', table.database, table.name)
  const values = table.partitionKeys.map(key => spec[key.name] ?? '')
  const found = catalog.partition(caller, table.database, table.name, values)
  if (!found || Object.keys(spec).length !== values.length) throw ddlNoPartition(specText(spec))
  return found
}

export const specText = (spec: PartitionSpec): string =>
  Object.entries(spec)
    .map(([key, value]) => `${key}=${value}`)
    .join('/')

/** `column.field.$elem$`: a column, or what is inside its type. */
function fieldOf(all: readonly Column[], [first = '', ...rest]: readonly string[]): Column {
  const column = all.find(one => one.name.toLowerCase() === first)
  if (!column) throw ddlInvalid(`[Error 10002]: Invalid column reference ${first}`)
  let found: Column = column
  for (const part of rest) {
    const [, kind = '', inner = ''] = /^(array|map|struct)<(.*)>$/s.exec(found.type) ?? []
    const parts = splitOutside(inner)
    const type =
      kind === 'array' && part === '$elem$'
        ? inner
        : kind === 'map' && (part === '$key$' || part === '$value$')
          ? parts[part === '$key$' ? 0 : 1]
          : parts.find(field => kind === 'struct' && field.startsWith(`${part}:`))?.slice(part.length + 1)
    if (type === undefined) throw ddlInvalid(`[Error 10002]: Invalid column reference ${[first, ...rest].join('.')}`)
    found = { name: part, type, comment: 'from deserializer' }
  }
  return found
}
