/** SQL that somebody typed, bound by the engine against the columns they named, before anything is written. */
import { type Column, column } from '../../define/column.ts'
import { bucket } from '../../define/parts/bucket.ts'
import { files } from '../../define/parts/files.ts'
import { job } from '../../define/parts/job.ts'
import { table } from '../../define/parts/table.ts'
import { openLake } from '../../lake.ts'
import { checkJob } from '../../running/bound-job.ts'
import { type Answers, type Field, wrong } from './answers.ts'

/** The SQL, when it makes of the record's columns the table's. */
export async function boundSql(
  sql: string,
  { table: name, columns, record }: Pick<Answers, 'table' | 'columns' | 'record'>,
): Promise<string> {
  const place = bucket('somewhere')
  const from = files(place.prefix('from/'), { record: columnsOf(record) })
  const into = table(name, { at: place.prefix('into/'), columns: columnsOf(columns) })
  await using lake = await openLake({ directory: 'temporary', clock: 'simulated' })
  const findings = await checkJob(job(name, { from, into, sql }), (text, tables) => lake.bind(text, tables))
  const [found] = findings.filter(({ level }) => level === 'mistake')
  if (found) throw wrong(found.text)
  return sql
}

const columnsOf = (fields: readonly Field[]): Readonly<Record<string, Column>> =>
  Object.fromEntries(fields.map(field => [field.name, columnOf(field)]))

function columnOf({ type, optional }: Field): Column {
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type) ?? []
  if (precision !== undefined) return column.decimal(Number(precision), Number(scale), { optional })
  return column[type as Exclude<typeof type, `decimal${string}`>]({ optional })
}
