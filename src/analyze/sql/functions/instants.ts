// Instants: from and to Unix time and ISO 8601, and the zone that their clock hangs in.
// https://trino.io/docs/current/functions/datetime.html
//
// A zone belongs to a type here, so it must be known when the statement is translated. An offset inside of a text that is
// no literal is honoured, but its clock is then shown in UTC.
import type { Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { timestampText } from '../convert-text.ts'
import { literal } from '../text.ts'
import { instant, isSimple, varchar } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { instantAt, offsetMinutes, offsetMinutesMax, offsetName, zoneOf } from '../zones.ts'
import { clock, dated, each, invalid, offsetOf, zoneArgument } from './clock.ts'
import { type Argument, type FunctionTable, scalar } from './entry.ts'

/** Milliseconds, halves rounded up. */
const atUnixTime = 'make_timestamptz(CAST(floor($1 * 1000 + 0.5) AS BIGINT) * 1000)'

export const instants: FunctionTable = {
  at_timezone: scalar([
    '(timestamp with time zone, varchar) -> timestamp with time zone',
    ([value, zone], position) => {
      const precision = value?.type.kind === 'instant' ? value.type.precision : 3
      return typed(value?.sql ?? 'NULL', instant(zoneArgument(zone, position), precision))
    },
  ]),
  with_timezone: scalar([
    '(timestamp, varchar) -> timestamp with time zone',
    ([value, part], position) => {
      const zone = zoneArgument(part, position)
      const precision = value?.type.kind === 'timestamp' ? value.type.precision : 3
      return typed(instantAt(value?.sql ?? 'NULL', zone), instant(zone, precision))
    },
  ]),
  from_iso8601_date: scalar(['(varchar) -> date', 'athena_iso_date($1)']),
  from_iso8601_timestamp: scalar([
    '(varchar) -> timestamp with time zone',
    ([part], position) =>
      part?.text === undefined ? typed('athena_iso_instant($1)', instant()) : isoInstant(part.text, 3, position),
  ]),
  from_iso8601_timestamp_nanos: scalar([
    '(varchar) -> timestamp(9) with time zone',
    ([part], position) =>
      part?.text === undefined
        ? typed('athena_iso_instant_nanos($1)', instant('UTC', 9))
        : isoInstant(part.text, 9, position),
  ]),
  from_unixtime: scalar(
    ['(double) -> timestamp with time zone', atUnixTime],
    [
      '(double, varchar) -> timestamp with time zone',
      ([, zone], position) => typed(atUnixTime, instant(zoneArgument(zone, position))),
    ],
    [
      '(double, bigint, bigint) -> timestamp with time zone',
      ([, hours, minutes], position) => {
        const offset = 60 * whole(hours, position) + whole(minutes, position)
        if (Math.abs(offset) > offsetMinutesMax) throw invalid(`Invalid offset minutes ${offset}`, position)
        return typed(atUnixTime, instant(zoneOf(offsetName(offset), undefined)))
      },
    ],
  ),
  // Nanoseconds that the engine's microseconds do not hold are refused when they come.
  from_unixtime_nanos: scalar(
    ['(bigint) -> timestamp(9) with time zone', () => typed('athena_unix_nanos($1)', instant('UTC', 9))],
    [
      '(decimal(p,s)) -> timestamp(9) with time zone',
      () => typed('athena_unix_nanos(CAST(round($1) AS HUGEINT))', instant('UTC', 9)),
    ],
  ),
  to_iso8601: each(dated, 'varchar', ([part]) => iso8601(part)),
  to_unixtime: scalar(['(timestamp with time zone) -> double', 'epoch($1)'], ['(timestamp) -> double', 'epoch($1)']),
}

/** A literal whole number, which may have a sign. */
function whole(part: Argument | undefined, position: Position | undefined): number {
  const isNegative = part?.node.kind === 'neg'
  const text = (isNegative ? part.node.child('this') : part?.node)?.text('value') ?? ''
  if (!/^\d+$/.test(text)) throw unsupported('from_unixtime with an offset that is no literal', position)
  return isNegative ? -Number(text) : Number(text)
}

function iso8601(part: Argument | undefined): Value {
  if (part === undefined || isSimple(part.type, 'date')) return typed(`CAST(${part?.sql} AS VARCHAR)`, varchar)
  const precision = 'precision' in part.type ? (part.type.precision ?? 3) : 3
  const text = `replace(${timestampText(clock(part), precision)}, ' ', 'T')`
  if (part.type.kind !== 'instant') return typed(text, varchar)
  const minutes = offsetMinutes(part.type.zone)
  if (minutes === 0) return typed(`(${text} || 'Z')`, varchar)
  const offset = minutes === undefined ? `athena_offset(${offsetOf(part)})` : literal(offsetName(minutes))
  return typed(`(${text} || ${offset})`, varchar)
}

const isoForm = /^([^T]+)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** A literal keeps its own offset. */
function isoInstant(text: string, precision: number, position: Position | undefined): Value {
  const found = isoForm.exec(text)
  const day = found?.[1]
  if (found === null || day === undefined) throw invalid(`Invalid format: "${text}"`, position)
  const [, , hour = '00', minute = '00', second = '00', fraction = '', zone] = found
  if (precision > 6 && /[1-9]/.test(fraction.slice(6)))
    throw unsupported('A fraction of a second finer than microseconds', position)
  const clockText = `${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, Math.min(precision, 6))}`
  const wall = `(athena_iso_date(${literal(day)}) + TIME ${literal(clockText)})`
  const name = zoneOf(zone ?? 'UTC', undefined)
  return typed(instantAt(wall, name), instant(name, precision))
}
