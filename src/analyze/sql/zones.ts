// Time zones of instants: what clocks show in a zone, and which instant a clock shows. Names of places are the calendar
// library's work; UTC and fixed offsets are integer arithmetic, which takes a fifteenth of the time.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { literal } from './text.ts'

/** What clocks show in the zone at that instant. */
export function wallClock(sql: string, zone: string): string {
  const minutes = offsetMinutes(zone)
  if (minutes === undefined) return `timezone(${literal(zone)}, ${sql})`
  return minutes === 0 ? `athena_wall(${sql})` : `(athena_wall(${sql}) + ${interval(minutes)})`
}

/** The instant at which clocks of the zone show this. */
export function instantAt(wall: string, zone: string): string {
  const minutes = offsetMinutes(zone)
  if (minutes === undefined) return `timezone(${literal(zone)}, ${wall})`
  return `timezone('UTC', ${minutes === 0 ? wall : `${wall} - ${interval(minutes)}`})`
}

const interval = (minutes: number) => `to_minutes(CAST(${minutes} AS BIGINT))`

/** Undefined for the name of a place. */
export function offsetMinutes(zone: string): number | undefined {
  if (zone === 'UTC' || zone === 'Z') return 0
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  if (offset === null) return undefined
  return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]))
}

/** `+09:00` */
export function offsetName(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const size = Math.abs(minutes)
  return minutes === 0 ? 'UTC' : `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const sameAsUtc = new Set(['z', 'utc', 'gmt', 'ut', 'uct', 'zulu', 'universal', 'greenwich', 'gmt0'])
export const offsetMinutesMax = 14 * 60

/** The zone as Athena names it: UTC under one name, offsets as `+09:00`, places as they are written. Of a literal alone is its place told. */
export function zoneOf(text: string, position: Position | undefined): string {
  const name = text.trim()
  if (sameAsUtc.has(name.toLowerCase().replace(/^etc\//, ''))) return 'UTC'
  const offset = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d\d))?$/i.exec(name)
  if (offset !== null) {
    const minutes = (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0))
    if (Math.abs(minutes) <= offsetMinutesMax && Number(offset[3] ?? 0) < 60) return offsetName(minutes)
  } else if (/^[A-Za-z]/.test(name) && isPlace(name)) return name
  throw new EngineFault('semantic', `NOT_SUPPORTED: ${at(position, `Time zone not supported: ${name}`)}`, position)
}

function isPlace(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
