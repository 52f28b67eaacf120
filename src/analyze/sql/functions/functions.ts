// All functions there are.
import type { Statement } from '../statement.ts'
import { literal } from '../text.ts'
import { date, instant, timestamp } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { aggregates } from './aggregates.ts'
import { collections } from './collections.ts'
import { dates } from './dates.ts'
import type { FunctionEntry } from './entry.ts'
import { binaries, conditions, jsons, numbers } from './numbers.ts'
import { strings } from './strings.ts'

export const functions: ReadonlyMap<string, FunctionEntry> = new Map(
  [strings, numbers, conditions, binaries, jsons, dates, collections, aggregates].flatMap(table =>
    Object.entries(table),
  ),
)

/** The statement's own time: one instant for the whole statement. */
export const constants: Readonly<Record<string, (statement: Statement) => Value>> = {
  current_timestamp: statement => now(statement),
  now: statement => now(statement),
  localtimestamp: statement => typed(`CAST(${literal(text(statement))} AS TIMESTAMP)`, timestamp),
  current_date: statement => typed(`CAST(${literal(text(statement).slice(0, 10))} AS DATE)`, date),
  current_timezone: () => typed("'UTC'", { kind: 'varchar' }),
}

const now = (statement: Statement): Value =>
  typed(`CAST(${literal(`${text(statement)}+00`)} AS TIMESTAMPTZ)`, instant())

const text = (statement: Statement): string => new Date(statement.now).toISOString().replace('T', ' ').replace('Z', '')
