/** Instants and durations as a program gives them, and the one form in which a lake gives instants back. */
import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'

/** `2025-10-15T00:00:00.000Z`: sorts as text, compares with deepEqual. */
export const isoOf = (at: number): string => new Date(at).toISOString()

/** Milliseconds since 1970 UTC. Throws LakeMistake, naming `name`. */
export function readInstant(name: string, given: string | number | Date | Temporal.Instant): number {
  const at = millisecondsOf(given)
  // What Date can show, which every part relies on.
  if (at !== undefined && Number.isInteger(at) && Math.abs(at) <= 8.64e15) return at
  throw new LakeMistake(
    `${name} must be an instant: ISO 8601 with its offset such as '2025-10-15T00:00:00+09:00', a Temporal.Instant, a Date, or milliseconds since 1970 UTC, not ${shown(given)}.`,
  )
}

function millisecondsOf(given: unknown): number | undefined {
  if (typeof given === 'number') return given
  if (given instanceof Date) return given.getTime()
  if (given instanceof Temporal.Instant) return given.epochMilliseconds
  if (typeof given !== 'string') return undefined
  try {
    return Temporal.Instant.from(given).epochMilliseconds
  } catch {
    return undefined
  }
}

const units = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds']

/** Adds a duration to an instant; days, months and years are UTC's. Throws LakeMistake. */
export function readDuration(given: string | Temporal.Duration | Temporal.DurationLike): (now: number) => number {
  const duration = durationOf(given)
  if (duration.sign < 0) throw new LakeMistake(`Time only goes on: ${shown(String(duration))} is negative.`)
  return now => {
    const at = addedTo(now, duration)
    if (at === undefined || at - now > stepMillisecondsMax) throw tooFar(String(duration), now)
    return at
  }
}

/** What falls due on the way is run and told one by one, were it only once an hour: further would take minutes, and memory. */
const stepYearsMax = 100
const stepMillisecondsMax = stepYearsMax * 366 * 86_400_000

const tooFar = (given: string, now: number) =>
  new LakeMistake(
    `Time goes on by at most ${stepYearsMax} years at once, and ${shown(given)} from ${isoOf(now)} is more.`,
  )

/** The instant, when a clock may go there from now. Throws LakeMistake. */
export function reachable(now: number, at: number): number {
  if (at < now) throw new LakeMistake(`Time only goes on: it is ${isoOf(now)} already, and ${isoOf(at)} has passed.`)
  if (at - now > stepMillisecondsMax) throw tooFar(isoOf(at), now)
  return at
}

function addedTo(now: number, duration: Temporal.Duration): number | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('UTC').add(duration).epochMilliseconds
  } catch {
    return undefined // beyond what Temporal itself can say
  }
}

function durationOf(given: unknown): Temporal.Duration {
  if (typeof given === 'object' && given !== null && !(given instanceof Temporal.Duration))
    refuseUnknown('A duration', given, units)
  try {
    return Temporal.Duration.from(given as Temporal.DurationLike)
  } catch (cause) {
    const text = typeof given === 'object' ? JSON.stringify(given) : shown(given)
    throw new LakeMistake(
      `A duration is { minutes: 5 }, 'PT5M' or a Temporal.Duration, in whole numbers, not ${text}.`,
      { cause },
    )
  }
}
