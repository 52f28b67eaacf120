// A table of the catalog as a query: the declared columns of the declared types over exactly the files that
// the catalog names, with the partitions' values from the catalog and never from a path.

import type { RowFormat } from '../../../formats/row-format.ts'
import { identifier, list, literal } from '../../sql/text.ts'
import { duckNameOfHive, typeOfHive } from '../../sql/typing/names.ts'
import { EngineFault } from '../fault.ts'
import type { TableDescription } from '../protocol.ts'
import type { Column, CsvLayout, FileLayout, ScanFile } from '../request.ts'
import { hiddenValue } from './hidden-value.ts'
import { type LaidOut, laidOut, readTogether } from './laid-out.ts'
import { lineScan } from './line-scan.ts'
import { type FileColumn, fileColumns } from './parquet-schema.ts'
import { textOfBytes } from './parquet-text.ts'
import { partitionValue } from './partition-value.ts'
import type { PlacedColumn } from './row-reader.ts'
import type { Session } from './session.ts'
import type { Compression } from './text-stream.ts'
import { listOf } from './value-list.ts'

export interface ScanPlan {
  readonly view: string
  readonly table: TableDescription
  /** Of its own columns those that the statement asks for: a table may have thousands. */
  readonly columns: readonly PlacedColumn[]
  readonly files: readonly LocalFile[]
  /** Those that the statement asks for. */
  readonly hidden: readonly Column[]
  /** Of a list of partitions the rows. */
  readonly rows?: readonly (readonly string[])[]
}

/** A file where it lies for the statement. */
export interface LocalFile extends ScanFile {
  readonly compression: Compression
  /** Where it lies for everybody; what is there never changes. */
  readonly blob: string
}

/** A table as a query over its files. */
export interface ScanQuery {
  /** By which the statement knows it. */
  readonly name: string
  readonly sql: string
  /** Statements that make what it names; they may stand for those of an earlier one. */
  readonly first: readonly string[]
}

export async function scanQuery(session: Session, plan: ScanPlan): Promise<ScanQuery> {
  const name = identifier(plan.view)
  if (plan.rows !== undefined) return { name, sql: partitionList(plan.table, plan.rows), first: [] }
  const parts: Part[] = []
  for (const files of readTogether(plan.files, plan.table, plan.columns))
    parts.push(await part(session, plan, files, `${plan.view}_files_${parts.length}`))
  if (parts.length === 0) parts.push({ select: nothing(plan), first: [] })
  return { name, sql: parts.map(one => one.select).join(' UNION ALL '), first: parts.flatMap(one => one.first) }
}

interface Part {
  readonly select: string
  /** Statements that make what it names. */
  readonly first: readonly string[]
}

/** Files that are read together, with what the catalog knows of each. */
async function part(session: Session, plan: ScanPlan, files: readonly LocalFile[], filesTable: string): Promise<Part> {
  const { table, hidden } = plan
  const { source, declared } = await relation(session, plan, files)
  const names = [...table.partitionColumns, ...hidden].map(column => identifier(column.name))
  const rows = files.map(file => [
    ...partitionValues(table, file.partition),
    ...hidden.map(column => partitionValue(hiddenValue(column.name, file, table), column)),
  ])
  const runs = names.map((_, place) => runsOf(rows.map(row => row[place] ?? 'NULL')))
  if (runs.every(({ length }) => length <= runsMax)) {
    const known = names.map((name, place) => `${ofItsFile(runs[place] ?? [])} AS ${name}`)
    return {
      select: `SELECT ${listed([...declared, ...known])} FROM ${source}`,
      first: [],
    }
  }
  const numbered = rows.map((row, index) => `(${[String(index), ...row].join(', ')})`)
  const creation = `CREATE OR REPLACE TEMP TABLE ${identifier(filesTable)} AS SELECT * FROM (VALUES ${numbered.join(', ')}) AS t(${['athena_file', ...names].join(', ')})`
  const columns = [...declared, ...names.map(name => `athena_files.${name}`)]
  const select = `SELECT ${listed(columns)} FROM ${source} JOIN ${identifier(filesTable)} AS athena_files ON file_index = athena_files.athena_file`
  return { select, first: [creation] }
}

/** A view has a column, be it that nobody asks for one. */
const listed = (columns: readonly string[]): string => columns.join(', ') || 'NULL AS athena_nothing'

/** With more, the expression takes longer to plan than a join takes to run. */
const runsMax = 256

interface Run {
  /** Of the first of some files one behind the other that have the value. */
  readonly index: number
  readonly value: string
}

function runsOf(values: readonly string[]): readonly Run[] {
  const runs: Run[] = []
  for (const [index, value] of values.entries()) if (value !== runs.at(-1)?.value) runs.push({ index, value })
  return runs
}

/** Found by halves: a join would cost every row more, also where nobody asks for the column. */
function ofItsFile(runs: readonly Run[]): string {
  const middle = Math.ceil(runs.length / 2)
  const [first] = runs
  const second = runs[middle]
  if (second === undefined) return first?.value ?? 'NULL'
  return `CASE WHEN file_index < ${second.index} THEN ${ofItsFile(runs.slice(0, middle))} ELSE ${ofItsFile(runs.slice(middle))} END`
}

interface Relation {
  readonly source: string
  /** The declared columns, each with its name. */
  readonly declared: readonly string[]
}

async function relation(
  session: Session,
  { table, columns: asked }: ScanPlan,
  files: readonly LocalFile[],
): Promise<Relation> {
  const [{ compression, layout: own } = { compression: 'none' as const, layout: undefined }] = files
  const { layout, all, columns, names } = laidOut(table, own, asked)
  const { source, values } = await valuesOf(session, { layout, all, columns, files, compression })
  const found = new Map(names.map((name, index) => [name, values[index]]))
  return {
    source,
    declared: asked.map(({ name, type }) => {
      return `${found.get(name) ?? `CAST(NULL AS ${duckNameOfHive(type)})`} AS ${identifier(name)}`
    }),
  }
}

interface Read extends Omit<LaidOut, 'names'> {
  readonly files: readonly LocalFile[]
  readonly compression: Compression
}

/** A relation, and over it an expression for each column. */
async function valuesOf(
  session: Session,
  { layout, all, columns, files, compression }: Read,
): Promise<{ readonly source: string; readonly values: readonly string[] }> {
  const format = layout.rows ?? (layout.format === 'json' ? openxDefault : undefined)
  if (format !== undefined) {
    const { sql, values } = await lineScan(session, { format, columns, all, files, compression })
    return { source: `${sql} AS athena_lines`, values }
  }
  const paths = list(files.map(file => file.file))
  if (layout.format !== 'parquet') {
    const options = csvOptions(layout, all)
    const source = `read_csv(${paths}, compression = '${compression}', hive_partitioning = false, ${options})`
    return { source, values: columns.map(declaredText) }
  }
  const held = fileColumns(files, columns, layout.isByPlace === true)
  return {
    source: `read_parquet(${paths}, union_by_name = ${files.length > 1}, hive_partitioning = false)`,
    values: columns.map(column => declaredParquet(column, held.get(column.name.toLowerCase()))),
  }
}

const openxDefault: RowFormat = {
  ...{ serde: 'openx', caseInsensitive: true, dotsToUnderscores: false, keyMappings: {}, ignoreMalformed: false },
}

const csvDefault: CsvLayout = { delimiter: ',', skipLines: 0 }

function csvOptions({ csv: layout = csvDefault }: FileLayout, all: readonly Column[]): string {
  const columns = all.map(column => `${literal(column.name)}: 'VARCHAR'`)
  return [
    `columns = {${columns.join(', ')}}`,
    `delim = ${literal(layout.delimiter)}`,
    `quote = ${literal(layout.quote ?? '')}`,
    `escape = ${literal(layout.escape ?? layout.quote ?? '')}`,
    `skip = ${layout.skipLines}`,
    `nullstr = ${literal(layout.nullText ?? '\\N')}`,
    'header = false, auto_detect = false, null_padding = true, strict_mode = false',
  ].join(', ')
}

/** One that no file has is NULL. */
function declaredParquet(column: Column, held: FileColumn | undefined): string {
  const type = duckNameOfHive(column.type)
  if (held === undefined) return `CAST(NULL AS ${type})`
  const value = identifier(held.name)
  // Of the same type the cast is none.
  return `CAST(${textOfBytes(value, held.element, typeOfHive(column.type)) ?? value} AS ${type})`
}

function declaredText(column: Column): string {
  const type = duckNameOfHive(column.type)
  const name = identifier(column.name)
  if (type === 'VARCHAR') return name
  if (/[[(]/.test(type) && !/^DECIMAL\([^)]*\)$/.test(type)) {
    throw new EngineFault(
      'unsupported',
      `Column '${column.name}' of type ${column.type} in a text table is not supported by this engine yet`,
    )
  }
  // Hive's text tables say NULL where a field does not fit the declared type.
  return `TRY_CAST(nullif(${name}, '') AS ${type})`
}

function partitionValues(table: TableDescription, partition: number): readonly string[] {
  const values = table.partitions[partition]?.values
  if (values === undefined && table.partitionColumns.length > 0) {
    throw new EngineFault(
      'data',
      `HIVE_METASTORE_ERROR: a file of ${table.database}.${table.name} belongs to no partition`,
    )
  }
  return table.partitionColumns.map((column, index) => partitionValue(values?.[index], column))
}

function partitionList(table: TableDescription, rows: readonly (readonly string[])[]): string {
  const columns = table.partitionColumns
  if (rows.length === 0) return nothing({ view: '', table, columns: [], files: [], hidden: [] })
  const listed = listOf(columns, rows, 'CAST')
  if (listed === undefined)
    throw new EngineFault(
      'unsupported',
      `The partitions of ${table.database}.${table.name} have values with control characters, which this engine does not list yet`,
    )
  return `SELECT ${columns.map(({ name }) => identifier(name)).join(', ')} FROM ${listed}`
}

function nothing(plan: ScanPlan): string {
  const columns = [...plan.columns, ...plan.table.partitionColumns, ...plan.hidden].map(
    column => `CAST(NULL AS ${duckNameOfHive(column.type)}) AS ${identifier(column.name)}`,
  )
  return `SELECT ${listed(columns)} WHERE false`
}
