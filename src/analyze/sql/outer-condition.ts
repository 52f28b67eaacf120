// The condition of an outer join, so that the engine joins by hashes. What it says of the side whose rows are all kept is no
// filter of that side, and beside it the engine holds each row against each, however the sides are compared. So it goes into
// the key: `a.x = b.y AND a.n > 5` is `CASE WHEN a.n > 5 THEN a.x END = b.y`, which is as seldom true.
import { type Node, nodeOf } from './ast.ts'
import { commonOf } from './common-type.ts'
import { coerced } from './convert.ts'
import { isNested } from './equality.ts'
import { isCostly } from './once.ts'
import { condition } from './operators.ts'
import type { Refusal, Scope, Visible } from './scope.ts'
import type { Statement } from './statement.ts'
import { isSimple } from './typing/type.ts'

export type Side = 'left' | 'right'

/** The condition's columns, and which of them are of the relation on the right. */
export interface Joined {
  readonly scope: Scope
  readonly right: readonly Visible[]
}

const elsewhere: Refusal = () => ({ code: 'INVALID_COLUMN_REFERENCE', text: 'A column of the other side' })

/** The side whose columns alone an expression names; a side where it names none, undefined where it names both. */
export function sideOf(node: Node, statement: Statement, { scope, right }: Joined): Side | undefined {
  const ofRight = new Set(right.map(({ sql }) => sql))
  const marks = marksIn(node.tree)
  const isOf = (side: Side) => {
    if (marks.some(mark => mark !== side)) return false
    const columns = scope.columns.map(column =>
      ofRight.has(column.sql) === (side === 'right') ? column : { ...column, refusal: elsewhere },
    )
    try {
      statement.aside().expression(node, { ...scope, columns })
      return true
    } catch {
      // It names the other side's, or is wrong altogether, which has been said before.
      return false
    }
  }
  return (['left', 'right'] as const).find(isOf)
}

/** The sides of what stands for the condition's queries (outer-join.ts). */
function marksIn(tree: unknown): readonly unknown[] {
  if (Array.isArray(tree)) return tree.flatMap(marksIn)
  if (typeof tree !== 'object' || tree === null) return []
  const starred = nodeOf(tree)?.kind === 'starred' ? nodeOf(tree) : undefined
  return starred === undefined ? Object.values(tree).flatMap(marksIn) : [starred.text('side')]
}

const keeping: Readonly<Record<string, readonly Side[]>> = {
  Left: ['left'],
  Right: ['right'],
  Full: ['left', 'right'],
}

export function outerCondition(on: Node, kind: string, statement: Statement, joined: Joined): string {
  const { scope } = joined
  const whole = condition(statement.expression(on, scope), 'JOIN ON clause', on.position)
  const kept = keeping[kind] ?? []
  const parts = conjuncts(on).map(node => ({ node, side: sideOf(node, statement, joined) }))
  const isKept = ({ side }: { readonly side: Side | undefined }) => side !== undefined && kept.includes(side)
  const key = parts.find(({ node }) => keyOf(node, statement, joined) !== undefined)?.node
  const sides = key && keyOf(key, statement, joined)
  if (key === undefined || sides === undefined) return whole
  const [left, right] = [sides.left, sides.right].map(node => statement.expression(node, scope))
  if (left === undefined || right === undefined) return whole
  const type = commonOf([left, right], () => new Error('compared before'))
  const isFloat = isSimple(type, 'real', 'double')
  if (isNested(type) || [left, right].some(({ sql }) => isCostly(sql)) || (!isFloat && !parts.some(isKept)))
    return whole
  const write = (node: Node) => condition(statement.expression(node, scope), 'Logical expression term', node.position)
  const keyed = (side: Side, sql: string): string => {
    const tests = parts.filter(part => isKept(part) && part.side === side).map(({ node }) => write(node))
    // What is no number is the same as nothing, and to the engine as itself.
    if (isFloat && side === kept[0]) tests.push(`${sql} <= CAST('Infinity' AS DOUBLE)`)
    return tests.length === 0 ? sql : `CASE WHEN ${tests.join(' AND ')} THEN ${sql} END`
  }
  const equal = `${keyed('left', coerced(left, type))} = ${keyed('right', coerced(right, type))}`
  const others = parts.filter(part => part.node !== key && !isKept(part)).map(({ node }) => write(node))
  return [equal, ...others].join(' AND ')
}

/** Of an equality of one side with the other one. */
function keyOf(node: Node, statement: Statement, joined: Joined): Readonly<Record<Side, Node>> | undefined {
  if (node.kind !== 'eq') return undefined
  const [one, other] = [node.need('left'), node.need('right')]
  const [first, second] = [one, other].map(part => sideOf(part, statement, joined))
  if (first === 'left' && second === 'right') return { left: one, right: other }
  return first === 'right' && second === 'left' ? { left: other, right: one } : undefined
}

function conjuncts(node: Node): readonly Node[] {
  return node.kind === 'and' ? [...conjuncts(node.need('left')), ...conjuncts(node.need('right'))] : [node]
}
