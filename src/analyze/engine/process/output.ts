// Writing a job's result: one COPY into the scratch directory, with DuckDB's own account of every file it wrote.

import type { Column as Returned } from '../../sql/scope.ts'
import { identifier, literal } from '../../sql/text.ts'
import { hiveName } from '../../sql/typing/names.ts'
import { isSimple, type Type } from '../../sql/typing/type.ts'
import { wallClock } from '../../sql/zones.ts'
import { EngineFault } from '../fault.ts'
import type { Column, Compression, DataFormat, WrittenColumn, WrittenFile } from '../request.ts'
import { size } from './files.ts'
import type { Session } from './session.ts'

export interface OutputPlan {
  readonly format: DataFormat
  readonly compression: Compression
  readonly delimiter: string
  readonly partitionedBy: readonly string[]
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
  const columns = namedColumns(returned)
  checkNames(
    columns.map(column => column.name),
    plan.partitionedBy,
  )
  if (plan.format !== 'parquet' && plan.partitionedBy.length > 0) {
    throw new EngineFault(
      'unsupported',
      `Partitioned output in ${plan.format} is not supported by this engine yet: write PARQUET, or leave out the partitions.`,
    )
  }
  const inner = columns.map((_, index) => `c${index}`).join(', ')
  const values = columns.map((column, index) => `${storable(`c${index}`, column.type)} AS ${identifier(column.name)}`)
  const extension = extensionOf(plan)
  const target = plan.partitionedBy.length > 0 ? plan.directory : `${plan.directory}/all${extension}`
  const rows = await session.rows(
    `COPY (SELECT ${values.join(', ')} FROM (${sql}) AS athena_output(${inner})) TO ${literal(target)} (${copyOptions(plan)})`,
  )
  const written =
    plan.format === 'parquet' ? rows.map(row => writtenFile(row, plan.partitionedBy)) : [await textFile(target, rows)]
  const files = written.filter(file => file.rows > 0)
  const hive = columns.map(column => ({ name: column.name, type: hiveName(column.type) }))
  return {
    files,
    columns: hive.filter(column => !plan.partitionedBy.includes(column.name)),
    partitionColumns: plan.partitionedBy.map(name => ({
      name,
      type: hive.find(column => column.name === name)?.type ?? 'string',
    })),
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    extension,
  }
}

function namedColumns(returned: readonly Returned[]) {
  return returned.map(({ name, type }, index) => {
    if (name !== undefined) return { name, type }
    throw new EngineFault(
      'semantic',
      `COLUMN_NAME_NOT_SPECIFIED: Column name not specified at position ${index + 1}. Give it one with AS.`,
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

/** Types that files of a lake do not know become the ones Athena would have given. */
function storable(value: string, type: Type): string {
  if (type.kind === 'instant') return wallClock(value, 'UTC')
  const isText = type.kind === 'time' || isSimple(type, 'json', 'uuid', 'unknown', ...intervals)
  return isText ? `CAST(${value} AS VARCHAR)` : value
}

const intervals = ['interval day to second', 'interval year to month'] as const

function extensionOf(plan: OutputPlan): string {
  const compressed = { GZIP: '.gz', ZSTD: '.zst', NONE: '', SNAPPY: '' }[plan.compression]
  return plan.format === 'parquet' ? '.parquet' : `.${plan.format}${compressed}`
}

function copyOptions(plan: OutputPlan): string {
  const names = {
    NONE: plan.format === 'parquet' ? 'uncompressed' : 'none',
    SNAPPY: 'snappy',
    GZIP: 'gzip',
    ZSTD: 'zstd',
  }
  const options = [`FORMAT ${plan.format}`, `COMPRESSION ${names[plan.compression]}`]
  if (plan.format === 'parquet') options.push('RETURN_STATS')
  if (plan.format === 'csv') options.push('HEADER false', `DELIMITER ${literal(plan.delimiter)}`, "NULLSTR '\\N'")
  if (plan.partitionedBy.length > 0) {
    options.push(
      `PARTITION_BY (${plan.partitionedBy.map(identifier).join(', ')})`,
      `FILE_EXTENSION ${literal(extensionOf(plan).slice(1))}`,
    )
  }
  return options.join(', ')
}

/** Of text files DuckDB tells the number of rows and nothing else. */
async function textFile(file: string, rows: readonly (readonly unknown[])[]): Promise<WrittenFile> {
  return { file, rows: Number(rows[0]?.[0] ?? 0), bytes: await size(file), partition: [], columns: [] }
}

/** filename, count, file_size_bytes, footer_size_bytes, column_statistics, partition_keys */
function writtenFile(row: readonly unknown[], partitionedBy: readonly string[]): WrittenFile {
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
