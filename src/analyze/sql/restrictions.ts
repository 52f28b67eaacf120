// What the conditions of a scan say about single partition columns: which values, or between which, they can have. For
// partitions that are made and not looked up; what is left out here only makes more of them, which the conditions
// themselves then judge.

import type { Column } from '../engine/request.ts'
import type { Node } from './ast.ts'
import { isConstant, mentions } from './prune.ts'
import { emptyScope } from './scope.ts'
import type { Scan, Statement } from './statement.ts'
import { typeOfHive } from './typing/names.ts'
import type { Type } from './typing/type.ts'

/** Constants as DuckDB's text, both inclusive; the same twice for an equality. */
export interface Piece {
  readonly low?: string
  readonly high?: string
}

export interface Restriction {
  /** One of these is where the value lies; for each conjunct that tells it. */
  readonly demands: readonly (readonly Piece[])[]
  /** Whether there are conditions on the column that are no equalities with constants. */
  readonly others: boolean
}

/** In the order of the columns. */
export function restrictions(
  scan: Scan,
  partitionColumns: readonly Column[],
  statement: Statement,
): readonly Restriction[] {
  const reader = statement.aside()
  return partitionColumns.map(({ name, type }) => {
    const column = { name: name.toLowerCase(), type: typeOfHive(type), alias: scan.alias }
    const about = scan.conditions.filter(condition => mentions(condition, column.name))
    const demands = about.map(condition => pieces(condition, column, reader))
    const others = demands.some(demand => demand === undefined || demand.some(({ low, high }) => low !== high))
    return { demands: demands.filter(demand => demand !== undefined), others }
  })
}

interface Subject {
  readonly name: string
  readonly type: Type
  readonly alias: string
}

const ranges: Readonly<Record<string, 'low' | 'high' | 'both'>> = {
  eq: 'both',
  lt: 'high',
  lte: 'high',
  gt: 'low',
  gte: 'low',
}

/** Undefined where the condition may hold for any value. */
function pieces(node: Node, subject: Subject, statement: Statement): readonly Piece[] | undefined {
  switch (node.kind) {
    case 'paren':
      return pieces(node.need('this'), subject, statement)
    case 'and': {
      const sides = [node.need('left'), node.need('right')].map(side => pieces(side, subject, statement))
      return sides.find(side => side?.every(isEquality)) ?? sides.find(side => side !== undefined)
    }
    case 'or': {
      const [left, right] = [node.need('left'), node.need('right')].map(side => pieces(side, subject, statement))
      return left && right && [...left, ...right]
    }
    case 'in': {
      if (node.flag('not') || node.child('query') !== undefined || !isSubject(node.need('this'), subject))
        return undefined
      const values = node.list('expressions').map(item => constant(item, subject, statement))
      return values.every(value => value !== undefined) ? values.map(equality) : undefined
    }
    case 'between': {
      if (node.flag('not') || !isSubject(node.need('this'), subject)) return undefined
      const [low, high] = [node.need('low'), node.need('high')].map(end => constant(end, subject, statement))
      return low === undefined || high === undefined ? undefined : [{ low, high }]
    }
    default:
      return comparison(node, subject, statement)
  }
}

function comparison(node: Node, subject: Subject, statement: Statement): readonly Piece[] | undefined {
  const range = ranges[node.kind]
  if (range === undefined) return undefined
  const [left, right] = [node.need('left'), node.need('right')]
  const isTurned = isSubject(right, subject)
  if (!isTurned && !isSubject(left, subject)) return undefined
  const value = constant(isTurned ? left : right, subject, statement)
  if (value === undefined) return undefined
  if (range === 'both') return [equality(value)]
  return (range === 'low') === isTurned ? [{ high: value }] : [{ low: value }]
}

const equality = (value: string): Piece => ({ low: value, high: value })
const isEquality = ({ low, high }: Piece): boolean => low === high

function isSubject(node: Node, subject: Subject): boolean {
  if (node.kind === 'paren') return isSubject(node.need('this'), subject)
  if (node.kind !== 'column') return false
  const table = node.text('table')?.toLowerCase()
  return (node.text('name') ?? '').toLowerCase() === subject.name && (table === undefined || table === subject.alias)
}

/** Of another kind than the column's own its text would not compare as its value does. */
function constant(node: Node, subject: Subject, statement: Statement): string | undefined {
  if (!isConstant(node)) return undefined
  try {
    const value = statement.expression(node, emptyScope)
    return kindOf(value.type) !== undefined && kindOf(value.type) === kindOf(subject.type) ? value.sql : undefined
  } catch {
    // The statement itself will say what is wrong with it.
    return undefined
  }
}

function kindOf(type: Type): string | undefined {
  if (type.kind === 'varchar' || type.kind === 'timestamp') return type.kind
  if (type.kind !== 'simple') return undefined
  if (['tinyint', 'smallint', 'integer', 'bigint'].includes(type.name)) return 'integer'
  return type.name === 'date' ? 'date' : undefined
}
