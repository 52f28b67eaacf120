// Dates and times. Formats are literals and are turned into DuckDB's when the statement is translated; a code that has
// no counterpart is refused by name, because printing something else would be wrong without a word.
//
// athena_wall is the UTC clock on the wall: DuckDB's own functions on instants ask its calendar library, which takes fifteen
// times as long for what is integer arithmetic in UTC.

import { EngineFault, type Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { literal } from '../text.ts'
import type { Argument, FunctionTable } from './template.ts'

const units = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']

export const dates: FunctionTable = {
  at_timezone: 'timezone($2, CAST($1 AS TIMESTAMPTZ))',
  date: 'athena_date($1)',
  // The type of the date stays: DuckDB alone would make a timestamp of it.
  date_add: { least: 3, most: 3, write: parts => dateAdd(parts) },
  // Athena counts whole units that have passed, DuckDB's date_diff counts the borders crossed.
  date_diff: {
    least: 3,
    most: 3,
    write: parts => `date_sub(${unitOf(parts[0])}, ${cast(parts[1])}, ${cast(parts[2])})`,
  },
  date_format: {
    least: 2,
    most: 2,
    write: (parts, position) => `strftime(athena_wall(${parts[0]?.sql}), ${mysqlFormat(parts[1], position)})`,
  },
  date_parse: {
    least: 2,
    most: 2,
    write: (parts, position) => `strptime(${parts[0]?.sql}, ${mysqlFormat(parts[1], position)})`,
  },
  date_trunc: {
    least: 2,
    most: 2,
    write: parts => `cast_to_type(date_trunc(${unitOf(parts[0])}, athena_wall(${parts[1]?.sql})), ${parts[1]?.sql})`,
  },
  day: 'day(athena_wall($1))',
  day_of_month: 'day(athena_wall($1))',
  // Monday is 1 and Sunday 7.
  day_of_week: 'isodow(athena_wall($1))',
  day_of_year: 'dayofyear(athena_wall($1))',
  dow: 'isodow(athena_wall($1))',
  doy: 'dayofyear(athena_wall($1))',
  format_datetime: {
    least: 2,
    most: 2,
    write: (parts, position) => `strftime(athena_wall(${parts[0]?.sql}), ${jodaFormat(parts[1], position)})`,
  },
  from_iso8601_date: 'athena_date($1)',
  from_iso8601_timestamp: 'CAST($1 AS TIMESTAMPTZ)',
  from_unixtime: ['to_timestamp(CAST($1 AS DOUBLE))', 'timezone($2, to_timestamp(CAST($1 AS DOUBLE)))'],
  hour: 'hour(athena_wall($1))',
  last_day_of_month: 'last_day($1)',
  millisecond: '(millisecond(athena_wall($1)) % 1000)',
  minute: 'minute(athena_wall($1))',
  month: 'month(athena_wall($1))',
  parse_datetime: {
    least: 2,
    most: 2,
    write: (parts, position) => `CAST(strptime(${parts[0]?.sql}, ${jodaFormat(parts[1], position)}) AS TIMESTAMPTZ)`,
  },
  quarter: 'quarter(athena_wall($1))',
  second: 'second(athena_wall($1))',
  to_iso8601: 'athena_iso8601($1)',
  to_unixtime: 'epoch($1)',
  week: 'week(athena_wall($1))',
  week_of_year: 'week(athena_wall($1))',
  year: 'year(athena_wall($1))',
  year_of_week: 'isoyear(athena_wall($1))',
  yow: 'isoyear(athena_wall($1))',
}

function dateAdd(parts: readonly Argument[]): string {
  const unit = unitOf(parts[0])
  const amount = parts[1]?.sql ?? ''
  const value = parts[2]?.sql ?? ''
  const span =
    unit === "'quarter'"
      ? `to_months(CAST(3 * (${amount}) AS INTEGER))`
      : `to_${unit.slice(1, -1)}s(CAST(${amount} AS ${wide.has(unit) ? 'BIGINT' : 'INTEGER'}))`
  return `cast_to_type(${value} + ${span}, ${value})`
}

const wide = new Set(["'second'", "'minute'", "'hour'", "'millisecond'"])

function unitOf(part: Argument | undefined): string {
  const unit = textOf(part)?.toLowerCase()
  if (unit === undefined || !units.includes(unit)) {
    throw new EngineFault(
      'semantic',
      `INVALID_FUNCTION_ARGUMENT: '${unit ?? part?.sql ?? ''}' is not a valid time unit; one of ${units.join(', ')} is`,
    )
  }
  return literal(unit)
}

/** Whole units are counted between timestamps: DuckDB has no common form for a date and a timestamp. */
function cast(part: Argument | undefined): string {
  return `CAST(${part?.sql ?? ''} AS TIMESTAMP)`
}

function textOf(part: Argument | undefined): string | undefined {
  if (part?.node.kind !== 'literal' || part.node.text('literal_type') !== 'string') return undefined
  return part.node.text('value')
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
  const format = textOf(part)
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
  const format = textOf(part)
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
