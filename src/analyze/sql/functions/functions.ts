// All functions there are.
import type { Statement } from '../statement.ts'
import { literal } from '../text.ts'
import { date, instant } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { aggregates } from './aggregates.ts'
import { collections } from './collections.ts'
import { dateFormats } from './date-formats.ts'
import { dates } from './dates.ts'
import { durations } from './durations.ts'
import type { FunctionEntry } from './entry.ts'
import { geometries } from './geometries.ts'
import { instants } from './instants.ts'
import { lambdas } from './lambdas.ts'
import { maps } from './maps.ts'
import { scalars } from './scalars.ts'
import { sketches } from './sketches.ts'
import { windows } from './windows.ts'

export const functions: ReadonlyMap<string, FunctionEntry> = new Map(
  [
    ...scalars,
    dates,
    dateFormats,
    durations,
    instants,
    collections,
    lambdas,
    maps,
    aggregates,
    sketches,
    geometries,
    windows,
  ].flatMap(table => Object.entries(table)),
)

/** The statement's own time: one instant for the whole statement, cut to the precision that is asked for. */
export const constants: Readonly<Record<string, (statement: Statement, precision: number | undefined) => Value>> = {
  current_timestamp: (statement, precision = 3) =>
    typed(`CAST(${literal(`${text(statement, precision)}+00`)} AS TIMESTAMPTZ)`, instant('UTC', precision)),
  now: statement => typed(`CAST(${literal(`${text(statement, 3)}+00`)} AS TIMESTAMPTZ)`, instant()),
  localtimestamp: (statement, precision = 3) =>
    typed(`CAST(${literal(text(statement, precision))} AS TIMESTAMP)`, { kind: 'timestamp', precision }),
  localtime: (statement, precision = 3) =>
    typed(`CAST(${literal(text(statement, precision).slice(11))} AS TIME)`, { kind: 'time', precision }),
  current_date: statement => typed(`CAST(${literal(text(statement, 0).slice(0, 10))} AS DATE)`, date),
  current_catalog: () => typed("'awsdatacatalog'", { kind: 'varchar' }),
  current_schema: statement => typed(literal(statement.defaultDatabase), { kind: 'varchar' }),
  current_timezone: () => typed("'UTC'", { kind: 'varchar' }),
}

/** `2025-10-15 03:15:30.120` */
function text(statement: Statement, precision: number): string {
  const [day = '', clock = ''] = new Date(statement.now).toISOString().replace('Z', '').split('T')
  const [time, digits = ''] = clock.split('.')
  return `${day} ${time}${precision === 0 ? '' : `.${digits.padEnd(6, '0').slice(0, precision)}`}`
}
