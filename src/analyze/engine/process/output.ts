// Writing a result as files: one COPY into the scratch directory, with DuckDB's own account of every file it wrote.
// JSON that is partitioned goes through the writer of text, which alone of the two can part its rows by their values.

import { hiveNull, parseFolder } from '../../../catalog/glue/partition-path.ts'
import type { Column as Returned } from '../../sql/scope.ts'
import { identifier, literal } from '../../sql/text.ts'
import { hiveName } from '../../sql/typing/names.ts'
import { isOfMap, isSimple, isSketch, nameOf, type Type } from '../../sql/typing/type.ts'
import { wallClock } from '../../sql/zones.ts'
import { EngineFault } from '../fault.ts'
import type { Buckets, Column, Compression, DataFormat, WrittenColumn, WrittenFile, WrittenText } from '../request.ts'
import { size } from './files.ts'
import { lazyText } from './lazy-text.ts'
import { hasOwnNumbers, jsonValue } from './number-text.ts'
import type { Session } from './session.ts'

/** With how text is written; without a quote a value stands as it is, as Hive's text has it. */
export interface OutputPlan extends WrittenText {
  readonly format: DataFormat
  readonly compression: Compression
  readonly compressionLevel?: number
  /** Whether a type that Hive does not have is refused, and not written as the nearest. */
  readonly isStrict: boolean
  readonly partitionedBy: readonly string[]
  readonly buckets?: Buckets
  readonly directory: string
}

export interface Output {
  readonly files: readonly WrittenFile[]
  readonly columns: readonly Column[]
  readonly partitionColumns: readonly Column[]
  readonly rows: number
  readonly extension: string
}

export async function writeOutput(
  session: Session,
  { sql, columns: returned }: { readonly sql: string; readonly columns: readonly Returned[] },
  plan: OutputPlan,
): Promise<Output> {
  await session.plan(sql)
  const columns = checkedColumns(returned, plan)
  const inner = columns.map((_, index) => `c${index}`).join(', ')
  const extension = extensionOf(plan)
  const target = plan.partitionedBy.length > 0 ? plan.directory : `${plan.directory}/all${extension}`
  const rows = await session.rows(
    `COPY (SELECT ${valuesOf(columns, plan).join(', ')} FROM (${sql}) AS athena_output(${inner})) TO ${literal(target)} (${copyOptions(plan)})`,
  )
  const written =
    plan.format === 'parquet' ? rows.map(row => writtenFile(row, plan.partitionedBy)) : await textFiles(rows, plan)
  const files = written.filter(file => file.rows !== 0)
  return {
    files,
    ...describedColumns(columns, plan),
    rows: rows.reduce((sum, row) => sum + Number(row[plan.format === 'parquet' ? 1 : 0] ?? 0), 0),
    extension,
  }
}

/** What is in the files, and what their folders say. */
export function describedColumns(
  columns: readonly NamedColumn[],
  { partitionedBy }: OutputPlan,
): Pick<Output, 'columns' | 'partitionColumns'> {
  const hive = columns.map(column => ({ name: column.name, type: hiveName(column.type) }))
  return {
    columns: hive.filter(column => !partitionedBy.includes(column.name)),
    partitionColumns: partitionedBy.map(name => ({
      name,
      type: hive.find(column => column.name === name)?.type ?? 'string',
    })),
  }
}

/** The columns with their names, where all of them can be written. */
export function checkedColumns(returned: readonly Returned[], plan: OutputPlan): readonly NamedColumn[] {
  const columns = namedColumns(returned)
  checkNames(
    columns.map(column => column.name),
    plan.partitionedBy,
  )
  if (plan.isStrict) checkTypes(columns)
  const binary = columns.find(
    ({ type }) => plan.isStrict && plan.format !== 'parquet' && /\bvarbinary\b/.test(nameOf(type)),
  )
  if (binary)
    throw new EngineFault(
      'unsupported',
      `NOT_SUPPORTED: Column ${binary.name} holds a varbinary, which this engine does not write as text or JSON yet: write PARQUET.`,
    )
  const isQuoted = plan.format === 'csv' && plan.quote !== undefined
  const nested = columns.find(({ type }) => isQuoted && nestedKinds.includes(type.kind))
  if (nested)
    throw new EngineFault(
      'unsupported',
      `NOT_SUPPORTED: Column ${nested.name} is an array, a map or a row, which text with quotes has no form for: write PARQUET or JSON.`,
    )
  return columns
}

const nestedKinds: readonly string[] = ['array', 'map', 'row']

export interface NamedColumn {
  readonly name: string
  readonly type: Type
}

/** What the COPY selects: the columns, or with JSON in partitions the document and the partition columns. */
export function valuesOf(columns: readonly NamedColumn[], plan: OutputPlan): readonly string[] {
  const { format, partitionedBy } = plan
  const values = columns.map(({ name, type }, index) => {
    const value = storable(`c${index}`, type)
    const isText = ['varchar', 'char', ...nestedKinds].includes(type.kind) || hasOwnNumbers(type)
    const isWritten = format === 'csv' && !partitionedBy.includes(name)
    if (format === 'json' && !partitionedBy.includes(name)) return { name, value: jsonValue(value, type) }
    return { name, value: isText && isWritten ? lazyText(value, type, plan) : value }
  })
  const selected = ({ name, value }: { readonly name: string; readonly value: string }) =>
    `${value} AS ${identifier(name)}`
  if (format !== 'json' || partitionedBy.length === 0) return values.map(selected)
  const kept = values.filter(({ name }) => !partitionedBy.includes(name))
  const fields = kept.map(({ name, value }) => `${literal(name)}: ${value}`)
  const parted = values.filter(({ name }) => partitionedBy.includes(name))
  return [`to_json({${fields.join(', ')}}) AS athena_document`, ...parted.map(selected)]
}

function namedColumns(returned: readonly Returned[]): readonly NamedColumn[] {
  return returned.map(({ name, type }, index) => {
    if (name !== undefined) return { name, type }
    throw new EngineFault(
      'semantic',
      `MISSING_COLUMN_NAME: line 1:1: Column name not specified at position ${index + 1}. Give it one with AS.`,
    )
  })
}

function checkNames(names: readonly string[], partitionedBy: readonly string[]): void {
  if (new Set(names).size < names.length) {
    throw new EngineFault(
      'semantic',
      `DUPLICATE_COLUMN_NAME: the SELECT returns a column twice: ${names.join(', ')}. Give each its own name with AS.`,
    )
  }
  for (const name of partitionedBy) {
    if (!names.includes(name))
      throw new EngineFault('semantic', `INVALID_TABLE_PROPERTY: Partition columns ${name} not present in the SELECT`)
  }
  // As Athena: the partition columns are the last ones, in the order of partitioned_by.
  const last = names.slice(names.length - partitionedBy.length)
  if (partitionedBy.length > 0 && last.join() !== partitionedBy.join()) {
    throw new EngineFault(
      'semantic',
      `HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as the table properties: [${partitionedBy.join(', ')}]`,
    )
  }
  if (partitionedBy.length > 0 && partitionedBy.length === names.length) {
    throw new EngineFault('semantic', 'INVALID_TABLE_PROPERTY: The SELECT returns nothing but partition columns')
  }
}

/** What Athena's tables cannot hold. */
function checkTypes(columns: readonly NamedColumn[]): void {
  for (const { name, type } of columns) {
    if (isSimple(type, 'unknown'))
      throw new EngineFault('semantic', `COLUMN_TYPE_UNKNOWN: line 1:1: Column type is unknown: ${name}`)
    if (isForeign(type) || type.kind === 'instant')
      throw new EngineFault('semantic', `NOT_SUPPORTED: Unsupported Hive type: ${nameOf(type)}`)
  }
}

const isForeign = (type: Type): boolean =>
  type.kind === 'time' || isSketch(type) || isOfMap(type) || isSimple(type, 'json', 'uuid', 'ipaddress', ...intervals)

/** Types that files of a lake do not know become the ones Athena would have given. */
function storable(value: string, type: Type): string {
  if (type.kind === 'instant') return wallClock(value, 'UTC')
  return isForeign(type) || isSimple(type, 'unknown') ? `CAST(${value} AS VARCHAR)` : value
}

const intervals = ['interval day to second', 'interval year to month'] as const

export function extensionOf(plan: OutputPlan): string {
  const compressed = { GZIP: '.gz', ZSTD: '.zst', NONE: '', SNAPPY: '', LZ4: '' }[plan.compression]
  return plan.format === 'parquet' ? '.parquet' : `.${plan.format}${compressed}`
}

export function copyOptions(plan: OutputPlan): string {
  const names = {
    NONE: plan.format === 'parquet' ? 'uncompressed' : 'none',
    SNAPPY: 'snappy',
    GZIP: 'gzip',
    ZSTD: 'zstd',
    LZ4: 'lz4',
  }
  const partitioned = plan.partitionedBy.length > 0
  const format = plan.format === 'json' && partitioned ? 'csv' : plan.format
  const options = [`FORMAT ${format}`, `COMPRESSION ${names[plan.compression]}`]
  if (plan.compressionLevel !== undefined) options.push(`COMPRESSION_LEVEL ${plan.compressionLevel}`)
  options.push(plan.format === 'parquet' ? 'RETURN_STATS' : 'RETURN_FILES')
  if (plan.format === 'csv')
    options.push('HEADER false', `DELIMITER ${literal(plan.delimiter)}`, `NULLSTR ${literal(plan.nullText ?? '\\N')}`)
  if (plan.format === 'csv' && plan.quote === undefined) options.push("QUOTE ''", "ESCAPE ''")
  // One column, so that no delimiter is ever written, and no value is quoted.
  if (plan.format === 'json' && partitioned) options.push('HEADER false', "QUOTE ''", "ESCAPE ''")
  if (partitioned) {
    options.push(
      `PARTITION_BY (${plan.partitionedBy.map(identifier).join(', ')})`,
      `FILE_EXTENSION ${literal(extensionOf(plan).slice(1))}`,
    )
  }
  return options.join(', ')
}

/** Of text files DuckDB tells their names and the number of rows in all of them. */
export async function textFiles(
  [told = []]: readonly (readonly unknown[])[],
  { partitionedBy }: OutputPlan,
): Promise<readonly WrittenFile[]> {
  const rows = Number(told[0] ?? 0)
  const files = Array.isArray(told[1]) ? told[1].map(String) : []
  return Promise.all(
    files.map(async file => {
      const folders = file.split('/').slice(0, -1)
      const partition = partitionedBy.map((name, index) => {
        const value = parseFolder(folders[folders.length - partitionedBy.length + index] ?? '')?.value
        return [name, value === undefined || value === hiveNull ? null : value] as const
      })
      const counted = partitionedBy.length === 0 ? { rows } : {}
      return { file, bytes: size(file), partition, columns: [], ...counted }
    }),
  )
}

/** filename, count, file_size_bytes, footer_size_bytes, column_statistics, partition_keys */
export function writtenFile(row: readonly unknown[], partitionedBy: readonly string[]): WrittenFile {
  const keys = entries(row[5])
  return {
    file: String(row[0]),
    rows: Number(row[1]),
    bytes: Number(row[2]),
    partition: partitionedBy.map(name => {
      const value = keys.get(name)
      return [name, value === undefined || value === null ? null : String(value)] as const
    }),
    columns: [...entries(row[4])].map(([name, statistics]) => writtenColumn(name, entries(statistics))),
  }
}

function writtenColumn(name: string, statistics: ReadonlyMap<string, unknown>): WrittenColumn {
  const [minimum, maximum, nulls] = ['min', 'max', 'null_count'].map(key => statistics.get(key))
  return {
    // Nested columns come as quoted paths; a plain one is a path of one part.
    name: /^"(?:[^"]|"")*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name,
    ...(minimum === undefined || minimum === null ? {} : { minimum: String(minimum) }),
    ...(maximum === undefined || maximum === null ? {} : { maximum: String(maximum) }),
    ...(nulls === undefined || nulls === null ? {} : { nulls: Number(nulls) }),
  }
}

/** A MAP as DuckDB's driver gives it in JSON: a list of key and value. */
function entries(map: unknown): ReadonlyMap<string, unknown> {
  if (!Array.isArray(map)) return new Map()
  return new Map(map.map((entry: { key: unknown; value: unknown }) => [String(entry.key), entry.value]))
}
