/** A job's SQL against the declared columns: what it gives, what the table wants, and what does not go together. */
import type { BoundColumn, DeclaredTable } from '../analyze/engine/bind.ts'
import { BindingFault } from '../analyze/engine/bind.ts'
import type { Finding } from '../define/advice.ts'
import { type Columns, catalogName } from '../define/column.ts'
import { type Job, recordOf } from '../define/parts/job.ts'
import { partitionColumns, type Table } from '../define/parts/table.ts'

export type Bind = (sql: string, tables: readonly DeclaredTable[]) => Promise<readonly BoundColumn[]>

export async function checkJob(job: Job, bind: Bind): Promise<readonly Finding[]> {
  const part = `job ${job.name}`
  // A function's rows are typed by the compiler, and held to the table's columns when they come.
  if (job.sql === undefined) return []
  try {
    const given = await bind(job.sql, relationsOf(job))
    return mismatches(job, given).map(text => ({ level: 'mistake', part, text }))
  } catch (cause) {
    if (!(cause instanceof BindingFault)) throw cause
    const { position } = cause
    const text = `${cause.message}${adviceFor(cause.message, job)}`
    return [{ level: 'mistake', part, text, ...(position && { place: position }) }]
  }
}

function relationsOf({ from, reads }: Job): readonly DeclaredTable[] {
  const source = { name: 'source', columns: from.kind === 'table' ? allColumns(from) : columnsOf(recordOf(from)) }
  return [source, ...reads.map(table => ({ name: table.name, columns: allColumns(table) }))]
}

/** What there is instead, behind what Athena would say. */
function adviceFor(message: string, job: Job): string {
  if (message.startsWith('TABLE_NOT_FOUND'))
    return ' A job reads another table of the definition when its reads name it: reads: [tariff].'
  if (!message.startsWith('COLUMN_NOT_FOUND')) return ''
  const told = relationsOf(job).map(({ name, columns }) => `${name} has ${columns.map(one => one.name).join(', ')}`)
  return `: ${told.join('; ')}.`
}

const columnsOf = (columns: Columns) => Object.entries(columns).map(([name, { type }]) => ({ name, type }))

function allColumns(table: Table) {
  const declared = columnsOf(table.columns)
  const added = partitionColumns(table).filter(({ name }) => !declared.some(one => catalogName(one.name) === name))
  return [...declared, ...added]
}

function* mismatchesOf(job: Job, given: readonly BoundColumn[]): Generator<string> {
  const { name, columns, partitionBy } = job.into
  const wanted = Object.keys(columns)
  const names = given.map(column => catalogName(column.name))
  const unnamed = given.findIndex(({ isNamed }) => !isNamed)
  if (unnamed >= 0)
    yield `Column ${unnamed + 1} of the SELECT has no name: write … AS <name>, one of ${wanted.join(', ')}.`
  const twice = names.find((one, index) => names.indexOf(one) !== index)
  if (twice !== undefined)
    yield `The SELECT gives ${twice} twice (SQL tells no case apart): leave one out, or give it another name.`
  const cut: readonly string[] = partitionBy?.kind === 'time' ? partitionBy.units : []
  for (const [index, one] of names.entries()) {
    if (given[index]?.isNamed === false) continue
    if (cut.includes(one))
      yield `The SELECT gives ${one}, which is cut out of ${partitionBy?.of} by the table ${name}: leave it out.`
    else if (!wanted.some(column => catalogName(column) === one))
      yield `The SELECT gives ${one}, which is no column of the table ${name}; that has ${wanted.join(', ')}.`
  }
  for (const one of wanted) {
    const found = given[names.indexOf(catalogName(one))]
    const type = catalogName(columns[one]?.type ?? '')
    if (found === undefined)
      yield `The SELECT does not give ${one}, which the table ${name} has as ${type}: write … AS ${one}.`
    else if (!goesInto(found, type))
      yield `The SELECT gives ${one} as ${found.type}, and the table ${name} has it as ${type}: ${adviceOn(found, one, type)}`
  }
}
const mismatches = (job: Job, given: readonly BoundColumn[]) => [...mismatchesOf(job, given)]

const whole = ['tinyint', 'smallint', 'int', 'bigint']
const fractional = ['float', 'double']

/** Athena has no cast from a number to an instant, and that of text knows one form only. */
function adviceOn({ hiveType }: BoundColumn, name: string, wanted: string): string {
  if (wanted !== 'timestamp') return 'cast it, so that it is clear what happens to values that do not fit.'
  if (whole.includes(hiveType) || fractional.includes(hiveType))
    return `write from_unixtime(…) AS ${name} for seconds since 1970, from_unixtime(… / 1000.0) AS ${name} for milliseconds.`
  return `write from_iso8601_timestamp(…) AS ${name} for text such as 2025-10-15T21:30:00Z, CAST(… AS timestamp) AS ${name} for 2025-10-15 21:30:00.`
}

/** Nothing is lost, or only what everybody knows of: digits of a double, the zone of an instant. */
function goesInto({ type, hiveType }: BoundColumn, wanted: string): boolean {
  if (hiveType === wanted || type === 'unknown') return true
  const base = hiveType.replace(/\(.*$/, '')
  if (/^(varchar|char|string)$/.test(base)) return wanted === 'string'
  if (whole.includes(hiveType))
    return (
      whole.indexOf(wanted) >= whole.indexOf(hiveType) || fractional.includes(wanted) || wanted.startsWith('decimal')
    )
  if (fractional.includes(hiveType)) return wanted === 'double'
  if (base === 'decimal') return wanted.startsWith('decimal') || wanted === 'double'
  return base === 'date' && wanted === 'timestamp'
}
