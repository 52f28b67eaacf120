// A found table as the catalog keeps it: names, columns, SerDe, and the figures that AWS's crawler puts into Parameters.
// Every figure was counted or measured; where only a sample was read, the number of records is left out.
import { createHash } from 'node:crypto'
import type { CatalogTable, Column, Parameters, Serde, Storage, TableDefinition } from '../glue/table.ts'
import { serdes } from '../glue/table-format.ts'
import type { Contents, Measures } from './crawler.ts'
import type { FoundTable } from './grouping.ts'
import { mergeTypes } from './types.ts'

const formats = {
  parquet: {
    input: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    output: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  },
  text: {
    input: 'org.apache.hadoop.mapred.TextInputFormat',
    output: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  },
}

/** The folder's name as a table's: lower case, anything but letters, digits and underscores an underscore. */
export function tableName(folder: string, tablePrefix: string): string {
  return `${tablePrefix}${folder}`.toLowerCase().replace(/[^a-z0-9_]/g, '_')
}

/** For a name that a table at another place has already: AWS appends a hash as well. */
export const distinctName = (name: string, location: string) =>
  `${name}_${createHash('md5').update(location).digest('hex')}`

export function storageOf(contents: Contents, location: string, measures: Measures, crawler: string): Storage {
  const { input, output } = contents.classification === 'parquet' ? formats.parquet : formats.text
  return {
    columns: contents.columns,
    location,
    inputFormat: input,
    outputFormat: output,
    compressed: contents.compression === 'gzip',
    bucketCount: -1,
    serde: serdeOf(contents),
    bucketColumns: [],
    sortColumns: [],
    parameters: parametersOf(contents, measures, crawler),
    storedAsSubDirectories: false,
  }
}

function serdeOf({ classification, columns, csv }: Contents): Serde {
  if (classification === 'parquet') return { library: serdes.parquet, parameters: { 'serialization.format': '1' } }
  if (classification === 'json')
    return {
      library: serdes.json,
      parameters: {
        paths: columns
          .map(({ name }) => name)
          .sort()
          .join(','),
      },
    }
  const delimiter = csv?.delimiter ?? ','
  if (!csv?.quoted) return { library: serdes.delimited, parameters: { 'field.delim': delimiter } }
  return { library: serdes.csv, parameters: { separatorChar: delimiter, quoteChar: '"', escapeChar: '\\' } }
}

export function parametersOf(contents: Contents, measures: Measures, crawler: string): Parameters {
  const { objects, bytes, sampledBytes, sampledRecords, recordsExact } = measures
  return {
    CrawlerSchemaDeserializerVersion: '1.0',
    CrawlerSchemaSerializerVersion: '1.0',
    UPDATED_BY_CRAWLER: crawler,
    classification: contents.classification,
    compressionType: contents.compression,
    objectCount: String(objects),
    sizeKey: String(bytes),
    typeOfData: 'file',
    ...(sampledRecords > 0 && { averageRecordSize: String(Math.round(sampledBytes / sampledRecords)) }),
    ...(recordsExact && { recordCount: String(sampledRecords) }),
    ...(contents.csv && {
      delimiter: contents.csv.delimiter,
      columnsOrdered: 'true',
      areColumnsQuoted: String(contents.csv.quoted),
      ...(contents.csv.header && { 'skip.header.line.count': '1' }),
    }),
  }
}

export function total(measures: readonly Measures[]): Measures {
  return measures.reduce((a, b) => ({
    objects: a.objects + b.objects,
    bytes: a.bytes + b.bytes,
    sampledBytes: a.sampledBytes + b.sampledBytes,
    sampledRecords: a.sampledRecords + b.sampledRecords,
    recordsExact: a.recordsExact && b.recordsExact,
  }))
}

/**
 * The partition keys with their types. A key whose values are all plain integers is an int (or a bigint): AWS's crawler
 * says string for such keys, and then `WHERE year = 2025` fails under Athena's strict types. The difference is on purpose,
 * so that the partition filters that people write work.
 */
export function partitionKeysOf({ keys, folders }: FoundTable): readonly Column[] {
  return keys.map((name, i) => {
    const types = new Set(folders.map(({ values }) => integerType(values[i] ?? '')))
    return { name, type: types.has('string') ? 'string' : types.has('bigint') ? 'bigint' : 'int' }
  })
}

function integerType(value: string): string {
  if (!/^\d{1,18}$/.test(value)) return 'string'
  return Number(value) < 2 ** 31 ? 'int' : 'bigint'
}

/** In the files as well as in the folders: the folder's value is what Athena shows, so the column gives way. */
export function withoutKeys(contents: Contents, keys: readonly string[]): Contents {
  return { ...contents, columns: contents.columns.filter(({ name }) => !keys.includes(name)) }
}

export function newDefinition(
  name: string,
  storage: Storage,
  partitionKeys: readonly Column[],
  parameters: Parameters,
): TableDefinition {
  return { name, owner: 'owner', retention: 0, tableType: 'EXTERNAL_TABLE', storage, partitionKeys, parameters }
}

/**
 * An existing table with what was found now. People's comments stay. `merge`: columns that are not seen any more stay, and
 * those that are there keep their type.
 */
export function changedDefinition(
  table: CatalogTable,
  found: { readonly storage: Storage; readonly partitionKeys: readonly Column[]; readonly parameters: Parameters },
  merge: boolean,
): TableDefinition {
  const known = new Map(table.columns.map(column => [column.name, column]))
  const seen = new Set(found.storage.columns.map(({ name }) => name))
  const columns = merge
    ? [...table.columns, ...found.storage.columns.filter(({ name }) => !known.has(name))]
    : found.storage.columns.map(column => ({ ...known.get(column.name), ...column }))
  const { recordCount, averageRecordSize, DEPRECATED_BY_CRAWLER, ...kept } = table.parameters
  const keys = found.partitionKeys.map((key, i) => {
    const before = table.partitionKeys[i]
    return before ? { ...before, type: widerKey(before.type, key.type) } : key
  })
  return {
    ...definitionOf(table),
    storage: merge && seen.size === 0 ? table.storage : { ...found.storage, columns },
    partitionKeys: keys,
    parameters: { ...kept, ...found.parameters },
  }
}

/** What was declared wider stays so: values that are registered already must keep their meaning. */
const widerKey = (before: string, now: string) => (before === now ? before : mergeTypes(before, now))

export function definitionOf(table: CatalogTable): TableDefinition {
  const { name, description, owner, tableType, parameters, storage, partitionKeys, retention } = table
  const { viewOriginalText, viewExpandedText, lastAccessAt, lastAnalyzedAt } = table
  return {
    name,
    description,
    owner,
    tableType,
    parameters,
    storage,
    partitionKeys,
    retention,
    viewOriginalText,
    viewExpandedText,
    lastAccessAt,
    lastAnalyzedAt,
  }
}
