/** One record, and the row that it becomes: what the test puts in and asks for. */
import { catalogName } from '../../define/column.ts'
import type { Answers, Field } from './answers.ts'
import { draftOf } from './draft.ts'

export interface Sample {
  /** The clock's start: an hour into a day, where days are cut. */
  readonly start: string
  /** The record's members, as TypeScript. */
  readonly record: readonly (readonly [name: string, value: string])[]
  /** The row's, by Athena's names, in the table's order; undefined where one's own SQL makes it. */
  readonly row?: readonly (readonly [name: string, value: string])[]
}

export function sampleOf(answers: Answers): Sample {
  const { record, columns, day, isDraft } = answers
  const zone = day?.zone ?? 'UTC'
  // Half an hour past midnight: in most zones another day than in UTC, so that the test sees where the day is cut.
  const moment = Temporal.ZonedDateTime.from(`2025-10-15T00:30:00[${zone}]`)
  const start = moment.add({ minutes: 30 }).toString({ timeZoneName: 'never' })
  const values = record.map(field => [field.name, literalOf(field.type, moment)] as const)
  if (!isDraft) return { start, record: values }
  const { sources } = draftOf(columns, record)
  const row = columns.map(
    ({ name, type }) => [name, readLiteral(type, sources.get(name)?.type ?? type, moment)] as const,
  )
  const parted = day === undefined ? [] : folders(day.of, row, columns, moment)
  return { start, record: values, row: [...row, ...parted].map(([name, value]) => [catalogName(name), value]) }
}

const utc = (moment: Temporal.ZonedDateTime): string => moment.toInstant().toString().replace('T', ' ').replace('Z', '')

/** What is put, as TypeScript. */
function literalOf(type: Field['type'], moment: Temporal.ZonedDateTime): string {
  switch (type) {
    case 'string':
      return "'a'"
    case 'boolean':
      return 'true'
    case 'integer':
    case 'bigint':
      return '7'
    case 'double':
      return '21.5'
    case 'date':
      return "'2025-10-15'"
    case 'timestamp':
      return `'${utc(moment)}.000'`
    case 'epochSeconds':
      return String(moment.epochMilliseconds / 1000)
    case 'epochMilliseconds':
      return String(moment.epochMilliseconds)
    default:
      return `'${decimal(type)}'`
  }
}

/** As many digits as it takes, and no more than it has. */
function decimal(type: string): string {
  const [, precision = '1', scale = '0'] = /\((\d+),(\d+)\)/.exec(type) ?? []
  const whole = Number(precision) === Number(scale) ? '0' : '7'
  return scale === '0' ? whole : `${whole}.${'5'.padEnd(Number(scale), '0')}`
}

/** What is read where a column of this type was made of a field of that. */
function readLiteral(type: Field['type'], from: Field['type'], moment: Temporal.ZonedDateTime): string {
  const put = literalOf(from, moment)
  if (type === from) return put
  if (type === 'string') return `'${put.replace(/^'|'$/g, '')}'`
  if (type === 'timestamp') return from === 'date' ? "'2025-10-15 00:00:00.000'" : `'${utc(moment)}.000'`
  return type === 'date' ? `'${utc(moment).slice(0, 10)}'` : put
}

/** The day's folders are part of the row; a date is cut as it stands. */
function folders(
  of: string,
  row: Required<Sample>['row'],
  columns: readonly Field[],
  moment: Temporal.ZonedDateTime,
): readonly (readonly [string, string])[] {
  const isDate = columns.some(({ name, type }) => name === of && type === 'date')
  const text = isDate ? row.find(([name]) => name === of)?.[1].replaceAll("'", '') : undefined
  const { year, month, day } = text === undefined ? moment : Temporal.PlainDate.from(text)
  return Object.entries({ year, month, day }).map(([name, value]) => [name, String(value)])
}
