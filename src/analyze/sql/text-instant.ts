// A text that the statement spells out, cast to an instant: it keeps the zone that it names. What only the data hold is the
// engine's work, which knows the instant and not the zone.
import { EngineFault } from '../engine/fault.ts'
import { literal } from './text.ts'
import { instant, type Type } from './typing/type.ts'
import { typed, type Value } from './value.ts'
import { instantAt, zoneOf } from './zones.ts'

const moment =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?\s*(Z|[+-]\d\d:\d\d|[A-Za-z]+(?:\/[A-Za-z_+\-0-9]+)*)\s*$/

/** What is to be cast: a text that names a zone is an instant there already. */
export function withItsZone(value: Value, to: Type): Value {
  const spelled =
    to.kind === 'instant' && value.text !== undefined ? instantInText(value.text, to.precision) : undefined
  return spelled === undefined ? value : typed(spelled.sql, instant(spelled.zone, 6))
}

/** Undefined for a text without a zone, and for one that is no instant or finer than the engine: its cast fails when it is made. */
function instantInText(text: string, precision: number): { readonly sql: string; readonly zone: string } | undefined {
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', digits = '', named] =
    moment.exec(text) ?? []
  if (named === undefined || (precision > 6 && /[1-9]/.test(digits.slice(6)))) return undefined
  const isUp = precision === 6 && /^[5-9]/.test(digits.slice(6))
  const [date, clock] = [[year, month, day].map(two).join('-'), [hour, minute, second].map(two).join(':')]
  if (new Date(`${date}T${clock}Z`).toJSON()?.slice(0, 19) !== `${date}T${clock}`) return undefined
  try {
    const zone = zoneOf(named, undefined)
    const wall = `CAST(${literal(`${date} ${clock}.${digits.slice(0, 6) || '0'}`)} AS TIMESTAMP)`
    return { sql: instantAt(isUp ? `(${wall} + to_microseconds(1))` : wall, zone), zone }
  } catch (cause) {
    if (cause instanceof EngineFault) return undefined
    throw cause
  }
}

const two = (text: string) => text.padStart(2, '0')
