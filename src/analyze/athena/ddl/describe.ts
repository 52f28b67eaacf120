/** DESCRIBE in Hive's layout: columns, one column or a field in it, and with FORMATTED or EXTENDED everything of the table. */
import type { CatalogTable, Column, Partition } from '../../../catalog/glue/table.ts'
import { splitOutside } from '../../engine/request.ts'
import { ddlInvalid, ddlNoPartition } from '../faults.ts'
import { textColumn } from '../result-columns.ts'
import { type Context, demandDatabase, type Outcome, tableOf } from './outcome.ts'
import type { Describe, PartitionSpec } from './statement.ts'

const columns = ['col_name', 'data_type', 'comment'].map(textColumn)

export function describe(context: Context, { table: name, detail, partition: spec, path }: Describe): Outcome {
  const table = tableOf(context, name)
  const partition = spec && partitionOf(context, table, spec)
  const all = partition?.storage.columns ?? table.columns
  if (path.length > 0) return { columns, lines: [lineOf(fieldOf([...all, ...table.partitionKeys], path))] }
  if (detail === undefined) return { columns, lines: [...listed(all, table), ...partitionInformation(table)] }
  const whole = detailsOf(table, partition)
  if (detail === 'formatted')
    return { columns, lines: [header, blank, ...all.map(lineOf), ...partitionInformation(table), ...formatted(whole)] }
  const flat = Object.entries({ ...whole.table, ...whole.storage }).map(([key, value]) => `${key}:${value}`)
  const label = partition ? 'Detailed Partition Information' : 'Detailed Table Information'
  return {
    columns,
    lines: [...listed(all, table), ...partitionInformation(table), blank, `${label}\t${flat.join(', ')}\t`],
  }
}

/** DESCRIBE DATABASE [EXTENDED] name */
export function describeDatabase(context: Context, name: string, isExtended: boolean): Outcome {
  demandDatabase(context, name, 'glue:GetDatabase')
  const database = context.catalog.database(context.caller, name)
  const { description = '', location = '', parameters = {} } = database ?? {}
  const properties = Object.entries(parameters).map(([key, value]) => `${key}=${value}`)
  const values = [name, description, location, 'hadoop', 'USER', ...(isExtended ? [`{${properties.join(', ')}}`] : [])]
  const names = ['db_name', 'comment', 'location', 'owner_name', 'owner_type', ...(isExtended ? ['parameters'] : [])]
  return { columns: names.map(textColumn), lines: [values.join('\t')] }
}

const cells = (...texts: readonly string[]): string => texts.map(text => text.padEnd(20)).join('\t')
const lineOf = ({ name, type, comment }: Column): string => cells(name, type, comment ?? '')
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

function detailsOf(table: CatalogTable, partition: Partition | undefined) {
  const storage = partition?.storage ?? table.storage
  const instant = (at: number) => new Date(at).toUTCString()
  return {
    table: {
      ...(partition && { 'Partition Value': `[${partition.values.join(', ')}]` }),
      Database: table.database,
      Table: table.name,
      Owner: table.owner ?? '',
      CreateTime: instant(partition?.createdAt ?? table.createdAt),
      LastAccessTime: 'UNKNOWN',
      Retention: String(table.retention ?? 0),
      Location: partition?.location ?? table.location,
      'Table Type': table.tableType ?? '',
    },
    parameters: partition?.parameters ?? table.parameters,
    storage: {
      'SerDe Library': storage.serde?.library ?? '',
      InputFormat: storage.inputFormat ?? '',
      OutputFormat: storage.outputFormat ?? '',
      Compressed: storage.compressed ? 'Yes' : 'No',
      'Num Buckets': String(storage.bucketCount ?? -1),
      'Bucket Columns': `[${(storage.bucketColumns ?? []).join(', ')}]`,
      'Sort Columns': `[${(storage.sortColumns ?? []).map(({ column }) => column).join(', ')}]`,
    },
    serde: storage.serde?.parameters ?? {},
  }
}

function formatted({ table, parameters, storage, serde }: ReturnType<typeof detailsOf>): readonly string[] {
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `${`${key}:`.padEnd(20)}\t${value.padEnd(20)}\t `)
  const inner = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `\t${cells(key, value)}`)
  return [
    ...[blank, section('Detailed Table Information'), ...pairs(table)],
    ...['Table Parameters:\t \t ', ...inner(parameters)],
    ...[blank, section('Storage Information'), ...pairs(storage)],
    ...['Storage Desc Params:\t \t ', ...inner(serde)],
  ]
}

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
