// Fields of dates and times, and moving along them. https://trino.io/docs/current/functions/datetime.html
// Fields of an instant are those of the clock in its zone. Formats are in date-formats.ts, instants in instants.ts.
import type { Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { coerced } from '../convert.ts'
import { duckName } from '../typing/names.ts'
import { bigint, date, timestamp } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { instantAt, wallClock } from '../zones.ts'
import { clock, dated, each, isOfTime, offsetOf, timed, type Unit, unitOf } from './clock.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

const field = (template: string, kinds: readonly string[], ...spans: readonly (readonly [string, string])[]) =>
  scalar(
    ...kinds.map(
      kind =>
        [`(${kind}) -> bigint`, (([part]) => typed(template.replace('?', clock(part)), bigint)) as Writer] as const,
    ),
    ...spans.map(([kind, span]) => [`(interval ${kind}) -> bigint`, span] as const),
  )

const anyTime = [...dated, 'time'] as const

/** Fields of a span count what is left of it below the next larger one. */
const ofSpan = (microseconds: number, modulus: number | undefined): readonly [string, string] => [
  'day to second',
  `CAST(trunc(epoch_us($1) / ${microseconds})${modulus === undefined ? '' : ` % ${modulus}`} AS BIGINT)`,
]
const second = 1_000_000

export const dates: FunctionTable = {
  date: scalar(
    ['(varchar) -> date', 'CAST($1 AS DATE)'],
    ['(timestamp) -> date', 'CAST($1 AS DATE)'],
    ['(timestamp with time zone) -> date', ([part]) => typed(`CAST(${clock(part)} AS DATE)`, date)],
  ),
  // The type of the date stays: DuckDB alone would make a timestamp of it.
  date_add: scalar(...anyTime.map(kind => [`(varchar, bigint, ${kind}) -> ${kind}`, dateAdd] as const)),
  // Athena counts whole units that have passed, DuckDB's date_diff counts the borders crossed.
  date_diff: scalar(...anyTime.map(kind => [`(varchar, ${kind}, ${kind}) -> bigint`, dateDiff] as const)),
  date_trunc: scalar(...anyTime.map(kind => [`(varchar, ${kind}) -> ${kind}`, dateTrunc] as const)),
  day: field('day(?)', dated, ofSpan(86_400 * second, undefined)),
  day_of_month: field('day(?)', dated, ofSpan(86_400 * second, undefined)),
  // Monday is 1 and Sunday 7.
  day_of_week: field('isodow(?)', dated),
  day_of_year: field('dayofyear(?)', dated),
  dow: field('isodow(?)', dated),
  doy: field('dayofyear(?)', dated),
  hour: field('hour(?)', timed, ofSpan(3600 * second, 24)),
  last_day_of_month: each(dated, 'date', ([part]) => typed(`last_day(${clock(part)})`, date)),
  millisecond: field('(millisecond(?) % 1000)', timed, ofSpan(1000, 1000)),
  minute: field('minute(?)', timed, ofSpan(60 * second, 60)),
  month: field('month(?)', dated, ['year to month', 'CAST(athena_month_count($1) % 12 AS BIGINT)']),
  quarter: field('quarter(?)', dated),
  second: field('second(?)', timed, ofSpan(second, 60)),
  timezone_hour: ofZone('// 60'),
  timezone_minute: ofZone('% 60'),
  week: field('week(?)', dated),
  week_of_year: field('week(?)', dated),
  year: field('year(?)', dated, ['year to month', 'CAST(trunc(athena_month_count($1) / 12) AS BIGINT)']),
  year_of_week: field('isoyear(?)', dated),
  yow: field('isoyear(?)', dated),
}

/** Both parts of an offset have its sign. */
function ofZone(part: string) {
  return scalar([
    '(timestamp with time zone) -> bigint',
    ([value]) => typed(value === undefined ? 'NULL' : `CAST((${offsetOf(value)}) ${part} AS BIGINT)`, bigint),
  ])
}

function dateAdd(parts: readonly Argument[], position: Position | undefined): Value {
  const [name, amount, value] = parts
  if (value === undefined || amount === undefined) throw unsupported('date_add', position)
  const { type } = value
  const unit = unitOf(name, type, position)
  const span = spanOf(unit, amount.sql)
  if (type.kind !== 'instant') return typed(`CAST(${value.sql} + ${span} AS ${duckName(type)})`, type)
  // Hours pass at the same pace everywhere; days and months are the zone's.
  if (isOfTime(unit)) return typed(`(${value.sql} + ${span})`, type)
  return typed(instantAt(`(${clock(value)} + ${span})`, type.zone), type)
}

const spanOf = (unit: Unit, amount: string): string =>
  unit === 'quarter'
    ? `to_months(CAST(3 * ${amount} AS INTEGER))`
    : `to_${unit}s(CAST(${amount} AS ${isOfTime(unit) ? 'BIGINT' : 'INTEGER'}))`

function dateDiff(parts: readonly Argument[], position: Position | undefined): Value {
  const [name, from, to] = parts
  if (from === undefined || to === undefined) throw unsupported('date_diff', position)
  const unit = unitOf(name, from.type, position)
  const { type } = from
  // Both on the clock of the first, or days would have different borders.
  const sides = [from, to].map(part => {
    if (type.kind === 'time') return `(DATE '2000-01-01' + ${part.sql})`
    if (type.kind === 'instant') return wallClock(part.sql, isOfTime(unit) ? 'UTC' : type.zone)
    return coerced(part, timestamp)
  })
  return typed(`date_sub('${unit}', ${sides.join(', ')})`, bigint)
}

function dateTrunc(parts: readonly Argument[], position: Position | undefined): Value {
  const [name, value] = parts
  if (value === undefined) throw unsupported('date_trunc', position)
  const { type } = value
  const unit = unitOf(name, type, position)
  if (type.kind === 'time') return typed(`CAST(date_trunc('${unit}', DATE '2000-01-01' + ${value.sql}) AS TIME)`, type)
  const cut = `date_trunc('${unit}', ${clock(value)})`
  if (type.kind === 'instant') return typed(instantAt(cut, type.zone), type)
  return typed(`CAST(${cut} AS ${duckName(type)})`, type)
}
