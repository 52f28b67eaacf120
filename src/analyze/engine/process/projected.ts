// The partitions of a table with partition projection that a statement may need: of each column the values that its
// conditions leave, then all combinations, then whatever else the conditions say. What is never needed is never made.

import { conditionsOn } from '../../sql/prune.ts'
import { type Piece, type Restriction, restrictions } from '../../sql/restrictions.ts'
import type { Scan, Statement } from '../../sql/statement.ts'
import { EngineFault } from '../fault.ts'
import type { ProjectedColumn } from '../projection.ts'
import type { TableDescription } from '../protocol.ts'
import type { Column } from '../request.ts'
import { listed, type ProjectedValues, projectedValues } from './projected-values.ts'
import type { Session } from './session.ts'
import { survivors } from './survivors.ts'

/** Athena plans no more for one table. */
const partitionsMax = 1_000_000

type Row = readonly string[]

export async function projectedPartitions(
  session: Session,
  scan: Scan,
  table: TableDescription,
  statement: Statement,
): Promise<readonly Row[]> {
  const restricted = restrictions(scan, table.partitionColumns, statement)
  const constants = await valuesOf(session, restricted)
  const columns: (readonly string[])[] = []
  for (const [index, column] of table.partitionColumns.entries()) {
    const projected = table.projection?.[index]
    const restriction = restricted[index]
    if (projected === undefined || restriction === undefined) throw new Error(`no projection of column ${column.name}`)
    columns.push(columnValues(projected, { column, restriction, constants, now: statement.now }, table))
  }
  const own = async (column: Column, values: readonly string[]) => {
    const rows = values.map(value => [value])
    const kept = await survivors(session, { columns: [column], rows }, scan, statement)
    return kept?.map(index => values[index] ?? '') ?? values
  }
  const narrowed: (readonly string[])[] = []
  for (const [index, column] of table.partitionColumns.entries()) narrowed.push(await own(column, columns[index] ?? []))
  const rows = product(narrowed, table)
  const several = conditionsOn(scan, table.partitionColumns)
  const singles = table.partitionColumns.flatMap(column => conditionsOn(scan, [column]))
  if (several.length === singles.length) return rows
  const kept = await survivors(session, { columns: table.partitionColumns, rows }, scan, statement)
  return kept?.map(index => rows[index] ?? []) ?? rows
}

/** What the constants of the conditions are, by their text; all in one question. Empty where one cannot be evaluated. */
async function valuesOf(
  session: Session,
  restricted: readonly Restriction[],
): Promise<ReadonlyMap<string, string | null>> {
  const pieces = restricted.flatMap(({ demands }) => demands.flat())
  const texts = [...new Set(pieces.flatMap(({ low, high }) => [low, high]).filter(text => text !== undefined))]
  if (texts.length === 0) return new Map()
  try {
    const [row] = await session.rows(`SELECT ${texts.map(text => `CAST(${text} AS VARCHAR)`).join(', ')}`)
    return new Map(texts.map((text, index) => [text, typeof row?.[index] === 'string' ? row[index] : null]))
  } catch {
    // The statement itself will say what is wrong with it.
    return new Map()
  }
}

interface Asked {
  readonly column: Column
  readonly restriction: Restriction
  readonly constants: ReadonlyMap<string, string | null>
  readonly now: number
}

function columnValues(projected: ProjectedColumn, asked: Asked, table: TableDescription): readonly string[] {
  const { column, restriction, constants, now } = asked
  if (projected.kind === 'injected') {
    const equal = restriction.demands.map(demand => demand.map(({ low }) => constants.get(low ?? '')))
    const [first] = equal
    if (first === undefined || restriction.others)
      throw new EngineFault(
        'semantic',
        `CONSTRAINT_VIOLATION: For the injected projected partition column ${column.name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
      )
    const given = [...new Set(first)].filter(value => value !== null && value !== undefined)
    return chosen(listed(given, column), { demands: [], others: false }, constants, table)
  }
  return chosen(projectedValues(projected, column, now), restriction, constants, table)
}

type Interval = readonly [from: bigint, to: bigint]

/** Each value once, however often the row has it. */
function chosen(
  values: ProjectedValues,
  restriction: Restriction,
  constants: ReadonlyMap<string, string | null>,
  table: TableDescription,
): readonly string[] {
  let left: readonly Interval[] = [[0n, values.count]]
  for (const demand of restriction.demands) {
    const allowed = demand.map(piece => interval(values, piece, constants))
    left = union(left.flatMap(one => allowed.map(other => [larger(one[0], other[0]), smaller(one[1], other[1])])))
  }
  const count = left.reduce((sum, [from, to]) => sum + to - from, 0n)
  if (count > partitionsMax) throw tooMany(table)
  const found = new Set<string>()
  for (const [from, to] of left) for (let index = from; index < to; index += 1n) found.add(values.at(index))
  return [...found]
}

const larger = (one: bigint, other: bigint) => (one > other ? one : other)
const smaller = (one: bigint, other: bigint) => (one < other ? one : other)

/** Without overlaps, in order. */
function union(intervals: readonly (readonly bigint[])[]): readonly Interval[] {
  const sorted = intervals.map(([from = 0n, to = 0n]): Interval => [from, to]).filter(([from, to]) => from < to)
  sorted.sort(([one], [other]) => (one < other ? -1 : 1))
  const merged: Interval[] = []
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) merged[merged.length - 1] = [last[0], larger(last[1], to)]
    else merged.push([from, to])
  }
  return merged
}

function interval(
  values: ProjectedValues,
  { low, high }: Piece,
  constants: ReadonlyMap<string, string | null>,
): Interval {
  const everything: Interval = [0n, values.count]
  const [lowest, highest] = [low, high].map(text => (text === undefined ? undefined : constants.get(text)))
  // Nothing is equal to NULL, less or greater.
  if (lowest === null || highest === null) return [0n, 0n]
  if (low !== undefined && low === high && lowest !== undefined) {
    const index = values.indexOf(lowest)
    if (index !== undefined) return index < 0n ? [0n, 0n] : [index, index + 1n]
  }
  const { compare } = values
  if (compare === undefined) return everything
  const from = lowest === undefined ? 0n : firstWhere(values, value => compare(value, lowest) >= 0)
  const to = highest === undefined ? values.count : firstWhere(values, value => compare(value, highest) > 0)
  return [from, larger(from, to)]
}

/** The first index from which on all values are so. */
function firstWhere(values: ProjectedValues, holds: (value: string) => boolean): bigint {
  let [from, to] = [0n, values.count]
  while (from < to) {
    const middle = (from + to) / 2n
    if (holds(values.at(middle))) to = middle
    else from = middle + 1n
  }
  return from
}

function product(columns: readonly (readonly string[])[], table: TableDescription): readonly Row[] {
  const count = columns.reduce((all, values) => all * values.length, 1)
  if (count > partitionsMax) throw tooMany(table)
  let rows: Row[] = [[]]
  for (const values of columns) rows = rows.flatMap(row => values.map(value => [...row, value]))
  return rows
}

function tooMany(table: TableDescription): EngineFault {
  return new EngineFault(
    'semantic',
    `HIVE_EXCEEDED_PARTITION_LIMIT: Query over table '${table.database}.${table.name}' can potentially read more than ${partitionsMax} partitions. Restrict its partition columns in the WHERE, or make the ranges of its projection smaller.`,
  )
}
