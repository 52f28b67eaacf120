/**
 * A Glue job: what is new in its source goes through SQL into a table, each record exactly once, by a bookmark.
 *
 *     const curate = job('curate', {
 *       from: raw,
 *       into: telemetry,
 *       deadLetters: bucket('temperature-analytics-bucket').prefix('dead_letters/'),
 *       required: ['device_id', 'temperature', 'timestamp'],
 *       sql: `SELECT device_id, temperature, from_unixtime(timestamp) AS event_time FROM source`,
 *       every: '5 minutes',
 *     })
 *
 * The SELECT names the table's columns, in any order; partition columns that are cut out of a moment are added, in the
 * table's zone. `source` is what is new; other tables are read by name when `reads` has them.
 */
import { type Columns, columnNamed } from '../column.ts'
import { costTags } from '../cost-tags.ts'
import { type Every, type Schedule, scheduleOf } from '../every.ts'
import { DefinitionMistake, known, list, ofKind, oneOf, told, wholeNumber } from '../mistake.ts'
import { jobName, named } from '../names.ts'
import { type Acting, frozen, type Part, type Tagged } from '../part.ts'
import { type Bucket, type Location, locationOf } from './bucket.ts'
import type { Delivery } from './delivery.ts'
import type { Files } from './files.ts'
import { actingIn, type Role } from './role.ts'
import type { Table } from './table.ts'
import { functionText, type Transform } from './transform.ts'

/** Where a job's records come from: the objects of a delivery or of a folder, or a table's rows. */
export type Source<C extends Columns = Columns> = Delivery<C> | Files<C> | Table<C, unknown>

interface Common<C extends Columns, T extends Columns> extends Tagged, Acting {
  readonly from: Source<C>
  readonly into: Table<T, unknown>
  /** `new`: what no run has taken. `all`: everything, each time. new unless given. */
  readonly takes?: 'new' | 'all'
  /** Where records go that cannot be read as the source says. Without it such a record fails the run. */
  readonly deadLetters?: Location | Bucket
  /** Columns without which a record is a dead letter. Of deliveries and files only. */
  readonly required?: readonly (keyof C & string)[]
  /** Nobody starts it but you, unless given. */
  readonly every?: Every
  /** 2880 unless given. */
  readonly timeoutMinutes?: number
}

/** By SQL. */
export interface SqlJobOptions<C extends Columns, T extends Columns> extends Common<C, T> {
  /** One SELECT in Athena's language. */
  readonly sql: string
  readonly transform?: never
  /** Tables that the SQL reads besides `source`, whole, by their names. */
  readonly reads?: readonly Table[]
  /** `append` adds rows; `replace` makes the SELECT's result the whole table, at once. append unless given. */
  readonly write?: 'append' | 'replace'
}

/** By a function. Glue runs none: on AWS such a job is written anew, as SQL or as a Lambda function. */
export interface TransformJobOptions<C extends Columns, T extends Columns> extends Common<C, T> {
  /** What the function uses must stand in it: it runs in a process of its own. */
  readonly transform: Transform<C, T>
  readonly sql?: never
  readonly reads?: never
  readonly write?: 'append'
}

export type JobOptions<C extends Columns, T extends Columns> = SqlJobOptions<C, T> | TransformJobOptions<C, T>

export interface Job<C extends Columns = Columns> extends Part {
  readonly kind: 'job'
  readonly from: Source<C>
  readonly into: Table
  /** Absent where the work is a function. */
  readonly sql?: string
  /** The text of the function. */
  readonly transform?: string
  readonly reads: readonly Table[]
  readonly write: 'append' | 'replace'
  readonly takes: 'new' | 'all'
  readonly deadLetters?: Location
  readonly required: readonly string[]
  readonly schedule?: Schedule
  readonly timeoutMinutes: number
  readonly role?: Role
  readonly tags: Readonly<Record<string, string>>
}

const optionNames = [
  'from',
  'into',
  'sql',
  'transform',
  'reads',
  'write',
  'takes',
  'deadLetters',
  'required',
  'every',
  'timeoutMinutes',
  'role',
  'tags',
]

export function job<const C extends Columns, const T extends Columns>(name: string, options: JobOptions<C, T>): Job<C> {
  named("A job's name", name, jobName)
  const what = `The job ${name}`
  known(what, options, optionNames)
  const { from, into, sql, transform, reads = [], write = 'append', takes = 'new', deadLetters, every } = options
  const required: readonly string[] = options.required ?? []
  const { timeoutMinutes = 2880, role } = options
  actingIn(what, role, 'glue')
  ofKind(
    `${what}: from`,
    from,
    ['delivery', 'files', 'table'],
    'a delivery, files or a table (what a stream carries is read where a delivery puts it)',
  )
  if (from.kind === 'delivery' && from.into !== undefined)
    throw new DefinitionMistake(
      `${what} cannot read what the delivery ${from.name} puts into the table ${from.into.name} as Parquet: let it read the table, from: the table.`,
    )
  ofKind(`${what}: into`, into, ['table'], "a table, table('name', { at: …, columns: … })")
  oneOf(`${what}: write`, write, ['append', 'replace'])
  oneOf(`${what}: takes`, takes, ['new', 'all'])
  list(`${what}: required`, required, "['device_id']")
  list(`${what}: reads`, reads, '[tariff]')
  for (const one of reads) {
    ofKind(`${what}: what it reads`, one, ['table'], 'a table')
    if (one.name === 'source')
      throw new DefinitionMistake(
        `${what} reads a table named source, which is its SQL's name for its own source: give the table another name.`,
      )
  }
  if ((sql === undefined) === (transform === undefined))
    throw new DefinitionMistake(
      `${what} does its work either by SQL or by a function: give it sql: 'SELECT … FROM source' or transform: (rows, context) => ….`,
    )
  if (sql !== undefined && typeof sql !== 'string')
    throw new DefinitionMistake(`${what}: sql must be a text such as 'SELECT … FROM source', not ${told(sql)}.`)
  if (sql?.trim() === '') throw new DefinitionMistake(`${what} has no SQL: write SELECT … FROM source.`)
  if (transform !== undefined && (write === 'replace' || reads.length > 0))
    throw new DefinitionMistake(
      `${what} does its work by a function, which adds rows made of its source: reads and write: 'replace' go with sql.`,
    )
  checkTarget(what, into, write)
  wholeNumber(`${what}: timeoutMinutes`, timeoutMinutes, { min: 1, max: 10_080 })
  const columns = recordOf(from)
  for (const column of required)
    if (columnNamed(columns, column) === undefined)
      throw new DefinitionMistake(
        `${what} requires ${column}, which is no column of its source ${from.name}; it has ${Object.keys(columns).join(', ')}.`,
      )
  if (from.kind === 'table' && (required.length > 0 || deadLetters !== undefined))
    throw new DefinitionMistake(
      `${what} reads the table ${from.name}, whose rows have their types already: required and deadLetters are for deliveries and files.`,
    )
  if (required.length > 0 && deadLetters === undefined)
    throw new DefinitionMistake(`${what} requires columns: say with deadLetters where the records without them go.`)
  return frozen({
    kind: 'job',
    name,
    from,
    into,
    ...(sql !== undefined && { sql }),
    ...(transform !== undefined && { transform: functionText(`${what}: transform`, transform) }),
    reads,
    write,
    takes,
    ...(deadLetters !== undefined && { deadLetters: locationOf(`${what}: deadLetters`, deadLetters) }),
    required,
    ...(every !== undefined && { schedule: scheduleOf(what, every) }),
    timeoutMinutes,
    ...(role !== undefined && { role }),
    tags: costTags(what, options.tags),
  })
}

function checkTarget(what: string, { name, format, columns, partitionBy }: Table, write: Job['write']): void {
  if (write === 'replace' && partitionBy !== undefined && format !== 'parquet')
    throw new DefinitionMistake(
      `${what} replaces the table ${name}, which is ${format} with partitions: Glue replaces such a table partition by partition. Make it parquet.`,
    )
  const folders: readonly string[] = partitionBy?.kind === 'columns' ? partitionBy.of : []
  const timed = Object.entries(columns).find(
    ([column, { type }]) => /^(date|timestamp)$/.test(type) && !folders.includes(column),
  )
  if (format === 'csv' && timed !== undefined)
    throw new DefinitionMistake(
      `${what} writes the table ${name}, which is csv: there a ${timed[1].type} such as ${timed[0]} is read as a number and written as text. Make the table parquet or json, or the column a string.`,
    )
}

/** The columns that a job's SQL finds in `source`. */
export const recordOf = <C extends Columns>(source: Source<C>): C =>
  source.kind === 'table' ? source.columns : source.record
