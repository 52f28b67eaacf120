// Dates and times to text and back, with MySQL's codes (date_format, date_parse) and Joda's letters (format_datetime,
// parse_datetime). https://trino.io/docs/current/functions/datetime.html
//
// Formats are literals and are taken apart when the statement is translated; what cannot be done exactly is refused by name.
import type { Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { literal } from '../text.ts'
import { instant, timestamp, varchar } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { zoneOf } from '../zones.ts'
import { dated, stamp, textOf } from './clock.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'
import { jodaPrinted, jodaRead } from './joda-format.ts'
import { mysqlPrinted, mysqlRead } from './mysql-format.ts'

/** A part of a format that prints: a code of strftime, or an expression made from the value. */
export type Printed = string | ((value: Argument) => string)

export interface Read {
  /** In strptime's codes. */
  readonly format: string
  /** What the codes tell: a text without a year gets one. */
  readonly fields: ReadonlySet<'year' | 'day' | 'week' | 'zone' | 'pivot' | 'fraction' | 'half'>
}

const formatted = (read: (format: string, of: Value, position: Position | undefined) => readonly Printed[]): Writer =>
  function write([value, format], position) {
    if (value === undefined) throw unsupported('A format of nothing', position)
    const pieces = joined(read(textOf(format, 'A date format', position), value, position))
    if (pieces.length === 0) return typed(`CASE WHEN ${value.sql} IS NOT NULL THEN '' END`, varchar)
    const texts = pieces.map(piece =>
      typeof piece === 'string' ? `strftime(${stamp(value)}, ${literal(piece)})` : piece(value),
    )
    return typed(texts.length === 1 ? (texts[0] ?? '') : `(${texts.join(' || ')})`, varchar)
  }

/** Neighbouring codes are one call. */
function joined(pieces: readonly Printed[]): readonly Printed[] {
  const all: Printed[] = []
  for (const piece of pieces) {
    const last = all.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') all[all.length - 1] = last + piece
    else all.push(piece)
  }
  return all
}

/** `isRun`: of the words of an error (computed/parse-fault.ts). A text without a year is of 1970, or of 2000 if it has a month or a day. */
function parsed(text: string, { format, fields }: Read, isRun: boolean): string {
  const year = fields.has('day') ? '2000 ' : '1970 '
  const [whole, of] = fields.has('year') ? [text, format] : [`(${literal(year)} || ${text})`, `%Y ${format}`]
  // A week is read with one of its days: its first.
  const [source, codes] = fields.has('week') ? [`(${whole} || ' 1')`, `${of} %u`] : [whole, of]
  // The engine reads six digits of a second.
  const cut = fields.has('fraction') ? `regexp_replace(${source}, '(\\.\\d{6})\\d{1,3}', '\\1')` : source
  const isTrimmed = /^\s|\s$/.test(format)
  const parsed = `athena_parsed${isTrimmed ? '_loosely' : ''}(${cut}, ${literal(codes)}, ${text}, ${literal(format)}, ${isRun})`
  const value = fields.has('week') ? `athena_of_week(${parsed}, ${text})` : parsed
  // Twelve is the first hour of a half of the day; without the word for it, of the first half.
  const hour = fields.has('half') ? `athena_first_half(${value})` : value
  const year69 = fields.has('pivot') ? `athena_pivot(${hour})` : hour
  return fields.has('fraction') ? `date_trunc('millisecond', ${year69})` : year69
}

const offset = /(Z|[+-]\d\d:?\d\d)$/

function parseDatetime([text, format]: readonly Argument[], position: Position | undefined): Value {
  if (text === undefined) throw unsupported('parse_datetime', position)
  const read = jodaRead(textOf(format, 'A date format', position), position)
  if (!read.fields.has('zone')) return typed(`CAST(${parsed(text.sql, read, true)} AS TIMESTAMPTZ)`, instant())
  const source = `regexp_replace(${text.sql}, 'Z$', '+00:00')`
  const moment = `CAST(${parsed(source, read, true)} AS TIMESTAMPTZ)`
  const zone = text.text === undefined ? undefined : offset.exec(text.text)?.[1]
  return typed(moment, instant(zone === undefined ? 'UTC' : zoneOf(zone, undefined)))
}

export const dateFormats: FunctionTable = {
  date_format: scalar(...dated.map(kind => [`(${kind}, varchar) -> varchar`, formatted(mysqlPrinted)] as const)),
  date_parse: scalar([
    '(varchar, varchar) -> timestamp',
    ([text, format], position) => {
      const read = mysqlRead(textOf(format, 'A date format', position), position)
      return typed(parsed(text?.sql ?? 'NULL', read, false), timestamp)
    },
  ]),
  format_datetime: scalar(...dated.map(kind => [`(${kind}, varchar) -> varchar`, formatted(jodaPrinted)] as const)),
  parse_datetime: scalar(['(varchar, varchar) -> timestamp with time zone', parseDatetime]),
}
