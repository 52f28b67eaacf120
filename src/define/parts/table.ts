/**
 * A table of the catalog: typed columns over the objects of a folder.
 *
 *     const telemetry = table('device_telemetry', {
 *       at: bucket('temperature-analytics-bucket').prefix('curated/device_telemetry/'),
 *       columns: { device_id: column.string(), temperature: column.double(), event_time: column.timestamp() },
 *       partitionBy: day('event_time', { zone: 'Asia/Tokyo' }),
 *     })
 *     type Telemetry = Row<typeof telemetry>       // { device_id: string, …, year: number, month: number, day: number }
 */
import {
  type Columns,
  catalogName,
  checkColumns,
  columnNamed,
  type InLowerCase,
  type MomentNames,
  type RowOf,
} from '../column.ts'
import { DefinitionMistake, known, ofKind, oneOf, text, told } from '../mistake.ts'
import { named, tableName } from '../names.ts'
import { frozen, type Part } from '../part.ts'
import type { Partitioning, PartitionRow } from '../partitioning.ts'
import { type Bucket, type Location, locationOf } from './bucket.ts'

export type TableFormat = 'parquet' | 'json' | 'csv'

export interface TableOptions<C extends Columns, P> {
  readonly at: Location | Bucket
  readonly columns: C
  readonly partitionBy?: P
  /** The lake's own unless given. */
  readonly database?: string
  /** parquet (Snappy) unless given. `csv` is comma-separated with quotes and no header. */
  readonly format?: TableFormat
  readonly description?: string
}

export interface Table<C extends Columns = Columns, P = unknown> extends Part {
  readonly kind: 'table'
  readonly at: Location
  readonly columns: C
  readonly partitionBy?: P & Partitioning
  readonly database?: string
  readonly format: TableFormat
  readonly description?: string
}

/** A row as a query of the whole table reads it, partition columns included: its names are Athena's, in lower case. */
export type TableRow<C extends Columns, P> = InLowerCase<RowOf<C> & PartitionRow<P>>

const optionNames = ['at', 'columns', 'partitionBy', 'database', 'format', 'description']

export function table<
  const C extends Columns,
  const P extends Partitioning<MomentNames<NoInfer<C>>, keyof NoInfer<C> & string> | undefined = undefined,
>(name: string, options: TableOptions<C, P>): Table<C, P> {
  named("A table's name", name, tableName)
  const what = `The table ${name}`
  known(what, options, optionNames)
  const { partitionBy, database, format = 'parquet', description } = options
  if (database !== undefined) named("A database's name", database, tableName)
  const columns = checkColumns(`${what}: its columns`, options.columns)
  text(`${what}: description`, description, "'one row a reading'")
  oneOf(`${what}: format`, format, ['parquet', 'json', 'csv'])
  if (partitionBy !== undefined)
    ofKind(
      `${what}: partitionBy`,
      partitionBy,
      ['time', 'columns'],
      "day('event_time', { zone: 'Asia/Tokyo' }), by('region') or such",
    )
  if (partitionBy !== undefined) checkPartitioning(what, columns, partitionBy)
  if (format === 'csv') checkFlat(what, columns)
  return frozen({
    kind: 'table',
    name,
    at: locationOf(`${what}: at`, options.at),
    columns,
    ...(partitionBy !== undefined && { partitionBy }),
    ...(database !== undefined && { database }),
    format,
    ...(description !== undefined && { description }),
  }) as Table<C, P>
}

/** The catalog's names and types of the partition columns, in the order of the folders. */
export function partitionColumns({ columns, partitionBy }: Pick<Table, 'columns' | 'partitionBy'>) {
  if (partitionBy === undefined) return []
  return partitionBy.kind === 'time'
    ? partitionBy.units.map(name => ({ name: name as string, type: 'int' }))
    : partitionBy.of.map(name => ({ name: catalogName(name), type: columns[name]?.type ?? 'string' }))
}

/** https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html */
export function checkFlat(what: string, columns: Columns): void {
  for (const [name, { type }] of Object.entries(columns))
    if (/^(array|map|struct)</.test(type))
      throw new DefinitionMistake(
        `${what}: csv has single values as fields, and ${name} is ${type}. Choose another format.`,
      )
}

function checkPartitioning(what: string, columns: Columns, partitionBy: Partitioning): void {
  const names = Object.keys(columns)
  const missing = (name: string) =>
    new DefinitionMistake(
      `${what} cannot be partitioned by ${told(name)}, which is no column of it; it has ${names.join(', ')}.`,
    )
  if (partitionBy.kind === 'time') {
    const column = columnNamed(columns, partitionBy.of)
    if (typeof partitionBy.of !== 'string' || column === undefined) throw missing(partitionBy.of)
    if (column.moment === undefined)
      throw new DefinitionMistake(
        `${what} cannot be partitioned in time by ${partitionBy.of}, which is a ${column.type}: use column.timestamp(), date(), epochSeconds() or epochMilliseconds().`,
      )
    for (const unit of partitionBy.units) {
      const same = names.find(name => catalogName(name) === unit)
      if (same !== undefined)
        throw new DefinitionMistake(
          `${what} has a column ${same} and is partitioned by ${unit}: give the column another name.`,
        )
    }
    return
  }
  for (const name of partitionBy.of) {
    const column = columnNamed(columns, name)
    if (typeof name !== 'string' || column === undefined) throw missing(name)
    if (!/^(string|int|bigint|date)$/.test(column.type))
      throw new DefinitionMistake(
        `${what} cannot be partitioned by ${name}: folders are named by a string, int, bigint or date, not ${column.type}.`,
      )
  }
  const twice = partitionBy.of.find((name, index) => partitionBy.of.indexOf(name) !== index)
  if (twice !== undefined) throw new DefinitionMistake(`${what} is partitioned by ${twice} twice: once will do.`)
  if (partitionBy.of.length === 0)
    throw new DefinitionMistake(`${what} is partitioned by no column: write by('region').`)
  if (partitionBy.of.length >= names.length)
    throw new DefinitionMistake(`${what} needs a column that is not in the names of its folders.`)
}
