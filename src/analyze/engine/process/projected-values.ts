// The values that one projected partition column can have, as a row of them that is never written out: how many there are,
// which one stands where, and where a given one stands. A range of years costs nothing until it is asked for.

import { duckNameOfHive } from '../../sql/typing/names.ts'
import { datePattern } from '../date-pattern.ts'
import { type Bound, later, type ProjectedColumn, unitsBetween } from '../projection.ts'
import type { Column } from '../request.ts'

export interface ProjectedValues {
  /** As wide as 64 bits, as the range of an integer can be. */
  readonly count: bigint
  at(index: bigint): string
  /** Of a value as DuckDB writes the column's type; -1n where it is none of them, undefined where that cannot be told. */
  indexOf(value: string): bigint | undefined
  /** Negative, 0, positive, as DuckDB orders the column's values; absent where the row is not in that order. */
  readonly compare?: (one: string, other: string) => number
}

const byNumber = (one: string, other: string): number => {
  const [first, second] = [BigInt(one), BigInt(other)]
  return first < second ? -1 : first > second ? 1 : 0
}
const byText = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

export function projectedValues(
  projected: Exclude<ProjectedColumn, { kind: 'injected' }>,
  column: Column,
  now: number,
): ProjectedValues {
  switch (projected.kind) {
    case 'enum':
      return listed(projected.values, column)
    case 'integer':
      return integers(projected, column)
    case 'date':
      return dates(projected, column, now)
  }
}

export function listed(values: readonly string[], column: Column): ProjectedValues {
  const places = new Map(values.map((value, index) => [value, index]))
  // Of other types several texts may be one value.
  const isText = duckNameOfHive(column.type) === 'VARCHAR'
  const indexOf = (value: string) => (isText ? BigInt(places.get(value) ?? -1) : undefined)
  return { count: BigInt(values.length), at: index => values[Number(index)] ?? '', indexOf }
}

const isInteger = (column: Column): boolean =>
  ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(duckNameOfHive(column.type))

function integers(of: Extract<ProjectedColumn, { kind: 'integer' }>, column: Column): ProjectedValues {
  const [first, last, step] = [BigInt(of.first), BigInt(of.last), BigInt(of.interval)]
  const written = (value: bigint) => {
    const digits = String(value < 0n ? -value : value).padStart(of.digits ?? 0, '0')
    return value < 0n ? `-${digits}` : digits
  }
  const numeric = isInteger(column)
  const isOrdered = numeric || (first >= 0n && written(first).length === written(last).length)
  return {
    count: (last - first) / step + 1n,
    at: index => written(first + index * step),
    indexOf: text => {
      if (!/^-?\d+$/.test(text)) return -1n
      const value = BigInt(text)
      if (value < first || value > last || (value - first) % step !== 0n) return -1n
      return numeric || written(value) === text ? (value - first) / step : -1n
    },
    ...(isOrdered && { compare: numeric ? byNumber : byText }),
  }
}

function dates(of: Extract<ProjectedColumn, { kind: 'date' }>, column: Column, now: number): ProjectedValues {
  const pattern = datePattern(of.format)
  const instant = (bound: Bound) => ('at' in bound ? bound.at : later(now, bound.fromNow, bound.unit))
  // A range begins and ends with what its format can say.
  const cut = (at: number) => pattern.parse(pattern.format(at)) ?? at
  const [first, last] = [cut(instant(of.first)), cut(instant(of.last))]
  const type = duckNameOfHive(column.type)
  const time = (index: number) => later(first, index * of.interval, of.unit)
  const written = (at: number) => {
    if (type === 'DATE') return new Date(at).toISOString().slice(0, 10)
    if (type === 'TIMESTAMP') return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
    return pattern.format(at)
  }
  const parsed = (text: string) =>
    type === 'DATE' || type === 'TIMESTAMP'
      ? Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`)
      : pattern.parse(text)
  let count = last < first ? 0 : Math.floor(unitsBetween(first, last, of.unit) / of.interval) + 1
  while (count > 0 && time(count - 1) > last) count -= 1
  const indexOf = (text: string) => {
    const at = parsed(text)
    if (at === undefined || Number.isNaN(at)) return isInteger(column) ? undefined : -1n
    const about = Math.floor(unitsBetween(first, at, of.unit) / of.interval)
    for (const index of [about, about - 1, about + 1]) {
      if (index >= 0 && index < count && written(time(index)) === text) return BigInt(index)
    }
    return isInteger(column) ? undefined : -1n
  }
  const isOrdered = type === 'DATE' || type === 'TIMESTAMP' || pattern.sortsAsTime
  return {
    count: BigInt(count),
    at: index => written(time(Number(index))),
    indexOf,
    ...(isOrdered && { compare: isInteger(column) ? byNumber : byText }),
  }
}
