// What functions of dates and times share: which clock a value shows, the units they count in, zones that are named in the
// statement. Units, zones and formats must be literals, because they are read when the statement is translated.
import { EngineFault, type Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { isSimple, type Type } from '../typing/type.ts'
import type { Value } from '../value.ts'
import { wallClock, zoneOf } from '../zones.ts'
import { type Argument, scalar, type Writer } from './entry.ts'

export const dated = ['timestamp', 'date', 'timestamp with time zone'] as const
export const timed = ['timestamp', 'time', 'timestamp with time zone'] as const

/** What the clock shows: the value itself, or of an instant the clock in its zone. */
export const clock = (part: Value | undefined): string =>
  part?.type.kind === 'instant' ? wallClock(part.sql, part.type.zone) : (part?.sql ?? 'NULL')

/** As a timestamp, so that a date has an hour too. */
export const stamp = (part: Value | undefined): string =>
  part !== undefined && isSimple(part.type, 'date') ? `CAST(${part.sql} AS TIMESTAMP)` : clock(part)

/** Minutes by which the clock of an instant is ahead of UTC. */
export const offsetOf = (part: Value): string => `(epoch_us(${clock(part)}) - epoch_us(${part.sql})) // 60000000`

/** Signatures of a function that takes what has a date, a time or both. */
export const each = (kinds: readonly string[], result: string, write: Writer) =>
  scalar(...kinds.map(kind => [`(${kind}) -> ${result}`, write] as const))

/** As Athena says it where it comes upon a value: without a place in front. */
export const invalid = (what: string, position?: Position): EngineFault =>
  new EngineFault('semantic', `INVALID_FUNCTION_ARGUMENT: ${what}`, position)

/** The literal text of an argument. */
export function textOf(part: Argument | undefined, what: string, position: Position | undefined): string {
  if (part?.text === undefined) throw unsupported(`${what} that is no literal`, position)
  return part.text
}

export const zoneArgument = (part: Argument | undefined, position: Position | undefined): string =>
  zoneOf(textOf(part, 'A time zone', position), undefined)

const dateUnits = ['day', 'week', 'month', 'quarter', 'year'] as const
const timeUnits = ['millisecond', 'second', 'minute', 'hour'] as const
export type Unit = (typeof dateUnits)[number] | (typeof timeUnits)[number]

export const isOfTime = (unit: Unit): boolean => timeUnits.some(one => one === unit)

/** Of a date the units from the day on, of a time those below it. */
export function unitOf(part: Argument | undefined, of: Type, position: Position | undefined): Unit {
  const text = textOf(part, 'A unit of time', position)
  const [known, name] = isSimple(of, 'date')
    ? ([dateUnits, 'DATE'] as const)
    : of.kind === 'time'
      ? ([timeUnits, 'TIME'] as const)
      : ([[...timeUnits, ...dateUnits], 'TIMESTAMP'] as const)
  const found = known.find(unit => unit === text.toLowerCase())
  if (found === undefined) throw invalid(`'${text}' is not a valid ${name} field`, position)
  return found
}
