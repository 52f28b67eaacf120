// Dates and times. https://trino.io/docs/current/functions/datetime.html
//
// Formats are literals and are turned into DuckDB's when the statement is translated; a code that has no counterpart is
// refused by name, because printing something else would be wrong without a word. Fields of an instant are those of the
// clock in its zone.
import { EngineFault, type Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { coerced, timestampText } from '../convert.ts'
import { literal } from '../text.ts'
import { duckName } from '../typing/names.ts'
import { bigint, date, instant, isSimple, type Type, timestamp, varchar } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { instantAt, wallClock } from '../zones.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

const units = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']

/** What the clock shows: the value itself, or of an instant the clock in its zone. */
const clock = (part: Value | undefined): string =>
  part?.type.kind === 'instant' ? wallClock(part.sql, part.type.zone) : (part?.sql ?? 'NULL')

/** Signatures of a function that takes what has a date, a time or both. */
const each = (kinds: readonly string[], result: string, write: Writer) =>
  scalar(...kinds.map(kind => [`(${kind}) -> ${result}`, write] as const))

const dated = ['timestamp', 'date', 'timestamp with time zone'] as const
const timed = ['timestamp', 'time', 'timestamp with time zone'] as const

const field = (template: string, kinds: readonly string[]) =>
  each(kinds, 'bigint', ([part]) => typed(template.replace('?', clock(part)), bigint))

/** The unit first, then what it is counted on; the last argument's own type is the result's. */
const onClock = (leading: string, kinds: readonly string[], write: Writer) =>
  scalar(...kinds.map(kind => [`(${leading}, ${kind}) -> ${kind}`, write] as const))

export const dates: FunctionTable = {
  at_timezone: scalar([
    '(timestamp with time zone, varchar) -> timestamp with time zone',
    ([value, zone], position) => {
      if (zone?.text === undefined) throw unsupported('at_timezone with a zone that is no literal', position)
      return typed(value?.sql ?? 'NULL', instant(zone.text))
    },
  ]),
  with_timezone: scalar([
    '(timestamp, varchar) -> timestamp with time zone',
    ([value, zone], position) => {
      if (zone?.text === undefined) throw unsupported('with_timezone with a zone that is no literal', position)
      return typed(instantAt(value?.sql ?? 'NULL', zone.text), instant(zone.text))
    },
  ]),
  date: scalar(
    ['(varchar) -> date', 'CAST($1 AS DATE)'],
    ['(timestamp) -> date', 'CAST($1 AS DATE)'],
    ['(timestamp with time zone) -> date', ([part]) => typed(`CAST(${clock(part)} AS DATE)`, date)],
  ),
  // The type of the date stays: DuckDB alone would make a timestamp of it.
  date_add: onClock('varchar, bigint', [...dated, 'time'], parts => dateAdd(parts)),
  // Athena counts whole units that have passed, DuckDB's date_diff counts the borders crossed.
  date_diff: scalar(
    ...[...dated, 'time'].map(
      kind => [`(varchar, ${kind}, ${kind}) -> bigint`, (parts: readonly Argument[]) => dateDiff(parts)] as const,
    ),
  ),
  date_format: each2('varchar', (parts, position) =>
    typed(`strftime(${clock(parts[0])}, ${mysqlFormat(parts[1], position)})`, varchar),
  ),
  date_parse: scalar([
    '(varchar, varchar) -> timestamp',
    (parts, position) => typed(`strptime(${parts[0]?.sql}, ${mysqlFormat(parts[1], position)})`, timestamp),
  ]),
  date_trunc: onClock('varchar', [...dated, 'time'], parts => dateTrunc(parts)),
  day: field('day(?)', dated),
  day_of_month: field('day(?)', dated),
  // Monday is 1 and Sunday 7.
  day_of_week: field('isodow(?)', dated),
  day_of_year: field('dayofyear(?)', dated),
  dow: field('isodow(?)', dated),
  doy: field('dayofyear(?)', dated),
  format_datetime: each2('varchar', (parts, position) =>
    typed(`strftime(${clock(parts[0])}, ${jodaFormat(parts[1], position)})`, varchar),
  ),
  from_iso8601_date: scalar(['(varchar) -> date', 'CAST($1 AS DATE)']),
  from_iso8601_timestamp: scalar(['(varchar) -> timestamp with time zone', 'CAST($1 AS TIMESTAMPTZ)']),
  from_unixtime: scalar(
    ['(double) -> timestamp with time zone', 'to_timestamp($1)'],
    [
      '(double, varchar) -> timestamp with time zone',
      ([value, zone], position) => {
        if (zone?.text === undefined) throw unsupported('from_unixtime with a zone that is no literal', position)
        return typed(`to_timestamp(${value?.sql})`, instant(zone.text))
      },
    ],
  ),
  hour: field('hour(?)', timed),
  last_day_of_month: each(dated, 'date', ([part]) => typed(`last_day(${clock(part)})`, date)),
  millisecond: field('(millisecond(?) % 1000)', timed),
  minute: field('minute(?)', timed),
  month: field('month(?)', dated),
  parse_datetime: scalar([
    '(varchar, varchar) -> timestamp with time zone',
    (parts, position) =>
      typed(`CAST(strptime(${parts[0]?.sql}, ${jodaFormat(parts[1], position)}) AS TIMESTAMPTZ)`, instant()),
  ]),
  quarter: field('quarter(?)', dated),
  second: field('second(?)', timed),
  to_iso8601: each(dated, 'varchar', ([part]) => iso8601(part)),
  to_unixtime: scalar(['(timestamp with time zone) -> double', 'epoch($1)'], ['(timestamp) -> double', 'epoch($1)']),
  week: field('week(?)', dated),
  week_of_year: field('week(?)', dated),
  year: field('year(?)', dated),
  year_of_week: field('isoyear(?)', dated),
  yow: field('isoyear(?)', dated),
}

function each2(result: string, write: Writer) {
  return scalar(...dated.map(kind => [`(${kind}, varchar) -> ${result}`, write] as const))
}

function iso8601(part: Argument | undefined): Value {
  if (part === undefined || isSimple(part.type, 'date')) return typed(`CAST(${part?.sql} AS VARCHAR)`, varchar)
  const text = `replace(${timestampText(clock(part), 3)}, ' ', 'T')`
  if (part.type.kind !== 'instant') return typed(text, varchar)
  const { zone } = part.type
  if (zone === 'UTC') return typed(`${text} || 'Z'`, varchar)
  const minutes = `CAST((epoch_us(${clock(part)}) - epoch_us(${part.sql})) // 60000000 AS BIGINT)`
  return typed(`${text} || athena_offset(${minutes})`, varchar)
}

function dateAdd(parts: readonly Argument[]): Value {
  const unit = unitOf(parts[0])
  const amount = parts[1]?.sql ?? ''
  const value = parts[2]
  if (value === undefined) return typed('NULL', date)
  const span =
    unit === "'quarter'"
      ? `to_months(CAST(3 * (${amount}) AS INTEGER))`
      : `to_${unit.slice(1, -1)}s(CAST(${amount} AS ${wide.has(unit) ? 'BIGINT' : 'INTEGER'}))`
  const moved = `CAST(${clock(value)} + ${span} AS ${value.type.kind === 'instant' ? 'TIMESTAMP' : duckName(value.type)})`
  return typed(value.type.kind === 'instant' ? instantAt(moved, value.type.zone) : moved, value.type)
}

function dateDiff(parts: readonly Argument[]): Value {
  const [from, to] = [parts[1], parts[2]].map(part => {
    if (part?.type.kind === 'time') return `(DATE '2000-01-01' + ${part.sql})`
    return part?.type.kind === 'instant' ? clock(part) : coerced(part ?? typed('NULL', timestamp), timestamp)
  })
  return typed(`date_sub(${unitOf(parts[0])}, ${from}, ${to})`, bigint)
}

function dateTrunc(parts: readonly Argument[]): Value {
  const value = parts[1]
  if (value === undefined) return typed('NULL', date)
  const type: Type = value.type
  if (type.kind === 'time')
    return typed(`CAST(date_trunc(${unitOf(parts[0])}, DATE '2000-01-01' + ${value.sql}) AS TIME)`, type)
  const cut = `date_trunc(${unitOf(parts[0])}, ${clock(value)})`
  if (type.kind === 'instant') return typed(instantAt(cut, type.zone), type)
  return typed(`CAST(${cut} AS ${duckName(type)})`, type)
}

const wide = new Set(["'second'", "'minute'", "'hour'", "'millisecond'"])

function unitOf(part: Argument | undefined): string {
  const unit = part?.text?.toLowerCase()
  if (unit === undefined || !units.includes(unit)) {
    throw new EngineFault(
      'semantic',
      `INVALID_FUNCTION_ARGUMENT: '${unit ?? part?.sql ?? ''}' is not a valid time unit; one of ${units.join(', ')} is`,
    )
  }
  return literal(unit)
}

const mysqlCodes: Readonly<Record<string, string>> = {
  '%Y': '%Y',
  '%y': '%y',
  '%m': '%m',
  '%c': '%-m',
  '%d': '%d',
  '%e': '%-d',
  '%H': '%H',
  '%k': '%-H',
  '%h': '%I',
  '%I': '%I',
  '%l': '%-I',
  '%i': '%M',
  '%s': '%S',
  '%S': '%S',
  '%f': '%f',
  '%p': '%p',
  '%a': '%a',
  '%W': '%A',
  '%b': '%b',
  '%M': '%B',
  '%j': '%j',
  '%T': '%H:%M:%S',
  '%r': '%I:%M:%S %p',
  '%v': '%V',
  '%x': '%G',
  '%%': '%%',
}

function mysqlFormat(part: Argument | undefined, position: Position | undefined): string {
  const format = part?.text
  if (format === undefined) throw unsupported('A date format that is no literal', position)
  return literal(
    format.replace(/%./gs, code => {
      const found = mysqlCodes[code]
      if (found === undefined) throw unsupported(`The date format code '${code}'`, position)
      return found
    }),
  )
}

const jodaCodes: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  YYYY: '%Y',
  y: '%Y',
  yy: '%y',
  MMMM: '%B',
  MMM: '%b',
  MM: '%m',
  M: '%-m',
  dd: '%d',
  d: '%-d',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  SSS: '%g',
  a: '%p',
  EEEE: '%A',
  EEE: '%a',
  E: '%a',
  DDD: '%j',
  D: '%-j',
  e: '%u',
}

function jodaFormat(part: Argument | undefined, position: Position | undefined): string {
  const format = part?.text
  if (format === undefined) throw unsupported('A date format that is no literal', position)
  const translated = format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|%/g, (piece, quoted: string | undefined) => {
    if (piece === '%') return '%%'
    if (quoted !== undefined) return (quoted === '' ? "'" : quoted.replaceAll("''", "'")).replaceAll('%', '%%')
    const found = jodaCodes[piece]
    if (found === undefined) throw unsupported(`The date format code '${piece}'`, position)
    return found
  })
  return literal(translated)
}
