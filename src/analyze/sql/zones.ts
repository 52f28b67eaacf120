// Time zones of instants: what clocks show in a zone, and which instant a clock shows. Names of places are the calendar
// library's work; UTC and fixed offsets are integer arithmetic, which takes a fifteenth of the time.
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

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'UTC' || zone === 'Z') return 0
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  if (offset === null) return undefined
  return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]))
}
