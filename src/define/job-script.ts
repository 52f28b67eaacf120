/**
 * A job's script and arguments, made from its definition: the SELECT that somebody wrote, with its columns in the table's
 * order and types, and the partition columns cut out of a moment in the table's zone.
 *
 *     INSERT INTO "temperature"."device_telemetry"
 *     SELECT CAST("device_id" AS varchar) AS "device_id", …, CAST(year("event_time" …) AS integer) AS "year"
 *     FROM (
 *     SELECT device_id, … FROM source
 *     ) AS "selected"
 */
import { type Columns, catalogName } from './column.ts'
import { jobModule } from './job-module.ts'
import { databaseOf, type LakeDefinition } from './lake.ts'
import { DefinitionMistake } from './mistake.ts'
import type { TimePartitioning } from './partitioning.ts'
import { urlOf } from './parts/bucket.ts'
import { type Job, recordOf } from './parts/job.ts'
import type { Table } from './parts/table.ts'

export function jobScript(job: Job, definition: LakeDefinition): string {
  const { into, write, sql, transform } = job
  if (sql === undefined) return jobModule(job, transform ?? '', definition)
  const act = write === 'replace' ? 'INSERT OVERWRITE' : 'INSERT INTO'
  return `${[
    `-- ${job.name}: made from the definition of the lake ${definition.name}.`,
    `${act} ${tableIn(definition, into)}`,
    ...withClause(job, definition),
    `SELECT\n  ${[...castColumns(into), ...cutColumns(into)].join(',\n  ')}`,
    `FROM (\n${bare(sql)}\n) AS "selected"`,
  ].join('\n')}\n`
}

/** Glue's default arguments. */
export function jobArguments(job: Job, definition: LakeDefinition): Readonly<Record<string, string>> {
  const { from, into, deadLetters, takes, sql } = job
  const needed = neededOf(job)
  const database = into.database ?? databaseOf(definition)
  const bookmark = { '--job-bookmark-option': takes === 'new' ? 'job-bookmark-enable' : 'job-bookmark-disable' }
  const target = sql === undefined && {
    '--TARGET_TABLE': `${database}.${into.name}`,
    ...spelled('--TARGET_SCHEMA', into.columns),
  }
  const shared = { ...bookmark, '--DATABASE': database, ...target }
  if (from.kind === 'table')
    return {
      ...shared,
      '--SOURCE_TABLE': `${from.database ?? databaseOf(definition)}.${from.name}`,
      ...(sql === undefined && spelled('--SOURCE_SCHEMA', from.columns)),
    }
  return {
    ...shared,
    '--SOURCE_S3': urlOf(from.kind === 'files' ? from.at : from.to),
    '--SOURCE_FORMAT': from.kind === 'files' ? from.format : 'json',
    '--SOURCE_SCHEMA': schemaOf(recordOf(from)),
    ...(needed.length > 0 && { '--REQUIRED': needed.join(',') }),
    ...(deadLetters !== undefined && { '--DLQ_S3': urlOf(deadLetters) }),
  }
}

/** A function's rows hold what their types say: what is not optional is there, or the record is a dead letter. */
function neededOf({ from, required, sql }: Job): readonly string[] {
  const columns = recordOf(from)
  if (sql !== undefined) return required
  return Object.keys(columns).filter(name => required.includes(name) || columns[name]?.optional === false)
}

const schemaOf = (columns: Columns): string =>
  Object.entries(columns)
    .map(([name, { type }]) => `${name} ${type}`)
    .join(', ')

/** A module's rows of a table are spelled as the definition has them; the catalog cannot tell, since it knows no capitals. */
const spelled = (argument: string, columns: Columns): Readonly<Record<string, string>> =>
  schemaOf(columns) === catalogName(schemaOf(columns)) ? {} : { [argument]: schemaOf(columns) }

/** In lower case, as the catalog has it. */
const quoted = (name: string) => `"${catalogName(name)}"`
const tableIn = (definition: LakeDefinition, { database = databaseOf(definition), name }: Table) =>
  `${quoted(database)}.${quoted(name)}`

/** A semicolon at the end would end the statement around it. */
const bare = (sql: string) => sql.trim().replace(/;\s*$/, '')

/** `source` where it is a table, and tables of other databases by their names alone. */
function withClause({ from, into, reads }: Job, definition: LakeDefinition): readonly string[] {
  const home = into.database ?? databaseOf(definition)
  const elsewhere = reads.filter(({ database = databaseOf(definition) }) => database !== home)
  const relations = [
    ...(from.kind === 'table' ? [['source', from] as const] : []),
    ...elsewhere.map(table => [table.name, table] as const),
  ].map(([name, table]) => `${quoted(name)} AS (SELECT * FROM ${tableIn(definition, table)})`)
  return relations.length === 0 ? [] : [`WITH ${relations.join(', ')}`]
}

/** In the order of the catalog: those that folders are named by come last. */
function castColumns({ columns, partitionBy }: Table): readonly string[] {
  const folders: readonly string[] = partitionBy?.kind === 'columns' ? partitionBy.of : []
  const names = [...Object.keys(columns).filter(name => !folders.includes(name)), ...folders]
  return names.map(name => {
    const type = sqlType(typeOf(columns, name))
    // An instant with a zone becomes the wall clock of UTC, which is what a column without a zone is taken for.
    const value = type === 'timestamp' ? inZone(instant(name), 'UTC') : quoted(name)
    return `CAST(${value} AS ${type}) AS ${quoted(name)}`
  })
}

function cutColumns({ columns, partitionBy }: Table): readonly string[] {
  if (partitionBy?.kind !== 'time') return []
  const moment = momentOf(columns, partitionBy)
  return partitionBy.units.map(unit => `CAST(${unit}(${moment}) AS integer) AS ${quoted(unit)}`)
}

/** The wall clock of the table's zone. A date has none: it is the day that it says. */
function momentOf(columns: Columns, { of, zone }: TimePartitioning): string {
  switch (columns[of]?.moment) {
    case 'date':
      return `CAST(${quoted(of)} AS timestamp)`
    case 'epochSeconds':
      return inZone(`from_unixtime(${quoted(of)})`, zone)
    case 'epochMilliseconds':
      return inZone(`from_unixtime(${quoted(of)} / 1000e0)`, zone)
    default:
      return inZone(instant(of), zone)
  }
}

/** A wall clock without a zone is UTC's. */
const instant = (name: string) => `CAST(${quoted(name)} AS timestamp with time zone)`
const inZone = (moment: string, zone: string) => `${moment} AT TIME ZONE '${zone}'`

const typeOf = (columns: Columns, name: string): string => {
  const type = columns[name]?.type
  if (type === undefined) throw new DefinitionMistake(`There is no column ${name}.`)
  return type
}

const words: Readonly<Record<string, string>> = { string: 'varchar', int: 'integer' }

/** Hive's type in the words of Athena's queries. */
export function sqlType(hive: string): string {
  const [, outer, inner] = /^(array|map|struct)<(.*)>$/s.exec(hive) ?? []
  if (outer === undefined || inner === undefined) return words[hive] ?? hive
  const parts = cutAtCommas(inner)
  if (outer !== 'struct') return `${outer}(${parts.map(sqlType).join(', ')})`
  const fields = parts.map(part => {
    const colon = part.indexOf(':')
    return `${quoted(part.slice(0, colon))} ${sqlType(part.slice(colon + 1))}`
  })
  return `row(${fields.join(', ')})`
}

/** Those that no bracket encloses. */
function cutAtCommas(text: string): readonly string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (const [at, sign] of [...text].entries()) {
    if (sign === '<' || sign === '(') depth++
    else if (sign === '>' || sign === ')') depth--
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}
