/**
 * How a table's rows are spread over folders, so that a query reads only the folders it asks for. A day is a day somewhere:
 * cut in UTC, the early hours of a Japanese day lie in the folder of the day before. So the zone is said, once, here.
 *
 *     partitionBy: day('event_time', { zone: 'Asia/Tokyo' })      // year=2025/month=10/day=15/
 *     partitionBy: by('device_type')                              // device_type=thermometer/
 */
import { DefinitionMistake, known, told } from './mistake.ts'

declare const partitionRow: unique symbol

export type TimeUnit = 'year' | 'month' | 'day' | 'hour'
const units = ['year', 'month', 'day', 'hour'] as const

/** Partition columns that are cut out of a moment; they are part of the row. */
export interface TimePartitioning<Row = object, Of extends string = string> {
  readonly kind: 'time'
  /** The column that tells the moment. */
  readonly of: Of
  /** IANA's name of the zone in which hours, days, months and years are cut. */
  readonly zone: string
  /** `year`, `month`, … down to the finest one: each is an `int` partition column. */
  readonly units: readonly TimeUnit[]
  readonly [partitionRow]?: Row
}

/** Partition columns that are columns of the table as they stand. */
export interface ColumnPartitioning<Of extends string = string> {
  readonly kind: 'columns'
  readonly of: readonly Of[]
}

export type Partitioning<Time extends string = string, Any extends string = string> =
  | TimePartitioning<object, Time>
  | ColumnPartitioning<Any>

/** The columns that a partitioning adds to a row. */
export type PartitionRow<P> = P extends TimePartitioning<infer Row> ? Row : object

export interface ZoneOption {
  /** Where the day is cut: 'Asia/Tokyo'. UTC unless given. */
  readonly zone?: string
}

const cut =
  <Row>(finest: TimeUnit) =>
  <const Of extends string>(of: Of, options: ZoneOption = {}): TimePartitioning<Row, Of> => {
    known(finest, options, ['zone'])
    return Object.freeze({
      kind: 'time',
      of,
      zone: checkZone(options.zone ?? 'UTC'),
      units: Object.freeze(units.slice(0, units.indexOf(finest) + 1)),
    })
  }

/** Folders `year=2025/`, cut where the zone's year begins. */
export const year = cut<{ readonly year: number }>('year')
/** Folders `year=2025/month=10/`. */
export const month = cut<{ readonly year: number; readonly month: number }>('month')
/** Folders `year=2025/month=10/day=15/`. */
export const day = cut<{ readonly year: number; readonly month: number; readonly day: number }>('day')
/** Folders `year=2025/month=10/day=15/hour=21/`. */
export const hour = cut<{ readonly year: number; readonly month: number; readonly day: number; readonly hour: number }>(
  'hour',
)

/** Folders by the values of columns, in this order. */
export const by = <const Of extends string>(...of: readonly [Of, ...Of[]]): ColumnPartitioning<Of> =>
  Object.freeze({ kind: 'columns', of: Object.freeze(of) })

/** The zone, when it is one. */
export function checkZone(zone: string): string {
  try {
    // Stricter than Intl, which takes Java's old names too ('JST'); and AWS takes no offsets.
    if (!/^[+-]/.test(zone)) return Temporal.PlainDate.from('2000-01-01').toZonedDateTime(zone).timeZoneId
  } catch {
    // It is said below.
  }
  throw new DefinitionMistake(`There is no time zone ${told(zone)}. Write one of IANA's names, such as 'Asia/Tokyo'.`)
}
