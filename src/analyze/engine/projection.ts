// Partition projection: a table whose partitions follow from its properties instead of the catalog. These are the plain
// values that cross to the engine; the properties are read in athena/projection.ts, the partitions made in process/projected.ts.
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html

export type ProjectedColumn =
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** Whole numbers as text: they may be wider than a double holds. */
  | {
      readonly kind: 'integer'
      readonly first: string
      readonly last: string
      readonly interval: number
      readonly digits?: number
    }
  | {
      readonly kind: 'date'
      readonly first: Bound
      readonly last: Bound
      readonly format: string
      readonly interval: number
      readonly unit: DateUnit
    }
  | { readonly kind: 'injected' }

/** A point in time: milliseconds since 1970, or so many units from when the query runs. */
export type Bound = { readonly at: number } | { readonly fromNow: number; readonly unit: DateUnit }

export type DateUnit = 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds' | 'millis'

const milliseconds: Readonly<Record<Exclude<DateUnit, 'years' | 'months'>, number>> = {
  weeks: 7 * 86_400_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  millis: 1,
}

/** So many units later; a day that the month does not have becomes its last. */
export function later(from: number, amount: number, unit: DateUnit): number {
  if (unit !== 'years' && unit !== 'months') return from + amount * milliseconds[unit]
  const at = new Date(from)
  const day = at.getUTCDate()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() + amount * (unit === 'years' ? 12 : 1))
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  at.setUTCDate(Math.min(day, last))
  return at.getTime()
}

/** About how many units lie between, never too few by more than one. */
export function unitsBetween(from: number, to: number, unit: DateUnit): number {
  if (unit !== 'years' && unit !== 'months') return Math.floor((to - from) / milliseconds[unit])
  const [one, other] = [new Date(from), new Date(to)]
  const months = (other.getUTCFullYear() - one.getUTCFullYear()) * 12 + other.getUTCMonth() - one.getUTCMonth()
  return unit === 'years' ? Math.floor(months / 12) : months
}
