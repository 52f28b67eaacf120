// Queries where values stand: as a value, behind IN, behind ANY and ALL.
import { type Node, unsupported } from './ast.ts'
import { together } from './common-type.ts'
import { coerced } from './convert.ts'
import { equality, isNested } from './equality.ts'
import { madeOnce } from './once.ts'
import { comparison, mayBeNan } from './operators.ts'
import { allInOwnType } from './own-type.ts'
import { holdsMap, inKeyOrder } from './same-maps.ts'
import type { Scope } from './scope.ts'
import type { Statement, Writers } from './statement.ts'
import { common } from './typing/coercion.ts'
import { boolean, isComparable, isOrderable, isSimple, nameOf, rowOf, type Type } from './typing/type.ts'
import { cannotApply, mismatch, typed, type Value } from './value.ts'

/** A query in the place of a value: its column, or a row of its columns. */
export function scalar(node: Node, statement: Statement, scope: Scope): Value {
  const { sql, columns } = statement.query(node, scope)
  const [only] = columns
  if (columns.length === 1 && only !== undefined) return typed(sql, only.type)
  const names = columns.map((_, index) => `c${index}`).join(', ')
  const type = rowOf(columns.map(({ name, type }) => ({ name, type })))
  return typed(`SELECT row(${names}) FROM (${sql}) AS ${statement.name('row')}(${names})`, type)
}

export const quantified: Readonly<Record<string, string>> = {
  Eq: '=',
  Neq: '<>',
  Gt: '>',
  Gte: '>=',
  Lt: '<',
  Lte: '<=',
}

export const comparedToAll =
  (word: 'ANY' | 'ALL'): Writers['expression'] =>
  (node, statement, scope) => {
    node.only('this', 'subquery', 'op')
    const operator = quantified[node.text('op') ?? '']
    const subquery = node.need('subquery')
    if (operator === undefined || !['subquery', 'select', 'values', 'union'].includes(subquery.kind))
      throw unsupported(`${word} of something that is no query`, node.position)
    const left = statement.expression(node.need('this'), scope)
    const right = scalar(subquery, statement, scope)
    const both = common(left.type, right.type)
    if (both === undefined) throw apartIn(rowOf([{ name: undefined, type: left.type }]), right.type, node)
    if (operator !== '=' && operator !== '<>' && !isOrderable(both))
      throw mismatch(
        node.position,
        `Type [row(${nameOf(both)})] must be orderable in order to be used in quantified comparison`,
      )
    comparison(operator, left, typed('NULL', right.type), node.position)
    return typed(`(${left.sql} ${operator} ${word} (${right.sql}))`, boolean)
  }

export function within(node: Node, statement: Statement, scope: Scope): Value {
  node.only('this', 'expressions', 'query', 'not')
  const value = statement.expression(node.need('this'), scope)
  const not = node.flag('not') ? ' NOT' : ''
  const inner = node.child('query') ?? setOperation(node.list('expressions'))
  if (inner !== undefined && value.type.kind === 'row') return rowWithin(value, inner, not, node, statement, scope)
  if (inner !== undefined) {
    const found = scalar(inner, statement, scope)
    if (common(value.type, found.type) === undefined)
      throw apartIn(rowOf([{ name: undefined, type: value.type }]), found.type, node)
    if (!holdsMap(found.type)) return typed(`(${value.sql}${not} IN (${found.sql}))`, boolean)
    const name = statement.name('maps')
    const ordered = `SELECT ${inKeyOrder(`${name}.c0`, found.type)} FROM (${found.sql}) AS ${name}(c0)`
    return typed(`(${inKeyOrder(value.sql, found.type)}${not} IN (${ordered}))`, boolean)
  }
  const nodes = node.list('expressions')
  const items = nodes.map(item => statement.expression(item, scope))
  const type = together([value, ...items], [node.need('this'), ...nodes], 'IN value and list items')
  if (!isComparable(type)) throw cannotApply(node.position, type, '=', type)
  // One by one: a NULL inside may leave it open.
  if (isNested(type)) {
    return madeOnce([value, ...items], (one, ...others) => {
      const same = others.map(item => equality(coerced(one, type), coerced(item, type), type))
      return typed(`(${not} (${same.join(' OR ')}))`, boolean)
    })
  }
  const own = isSimple(type, 'double') ? allInOwnType(value.type, items) : undefined
  if (own !== undefined) return typed(`(${value.sql}${not} IN (${own.join(', ')}))`, boolean)
  const sought = coerced(value, type)
  const list = (some: readonly Value[]) => `IN (${some.map(item => coerced(item, type)).join(', ')})`
  // What is no number is equal to nothing, and not found by the engine's IN either.
  const open = mayBeNan(value) ? items.filter(mayBeNan) : []
  if (open.length === 0) return typed(`(${sought}${not} ${list(items)})`, boolean)
  const plain = items.filter(item => !mayBeNan(item))
  const found = plain.length === 0 ? [] : [`${sought} ${list(plain)}`]
  const same = open.map(item => comparison('=', value, item, node.position).sql)
  return typed(`(${not} (${[...found, ...same].join(' OR ')}))`, boolean)
}

/** `IN ((SELECT …) UNION (SELECT …))`, which the parser takes for a list of one. */
function setOperation([only, more]: readonly Node[]): Node | undefined {
  if (only === undefined || more !== undefined) return undefined
  return only.kind === 'paren' ? setOperation([only.need('this')]) : setOperations.has(only.kind) ? only : undefined
}

const setOperations = new Set(['union', 'intersect', 'except'])

const apartIn = (value: Type, found: Type, node: Node): Error => {
  const row = found.kind === 'row' ? found : rowOf([{ name: undefined, type: found }])
  return mismatch(
    node.position,
    `Value expression and result of subquery must be of the same type: ${nameOf(value)} vs ${nameOf(row)}`,
  )
}

/** `(a, b) IN (SELECT x, y …)` */
function rowWithin(value: Value, inner: Node, not: string, node: Node, statement: Statement, scope: Scope): Value {
  const { sql, columns } = statement.query(inner, scope)
  const [only] = columns
  const type =
    columns.length === 1 && only?.type.kind === 'row'
      ? only.type
      : rowOf(columns.map(column => ({ name: undefined, type: column.type })))
  const both = common(value.type, type)
  if (both === undefined) throw apartIn(value.type, type, node)
  const name = statement.name('rows')
  const names = columns.map((_, index) => `c${index}`).join(', ')
  const row = type === only?.type ? `${name}.c0` : `row(${names})`
  const rows = `SELECT ${coerced(typed(row, type), both)} FROM (${sql}) AS ${name}(${names})`
  return typed(`(${coerced(value, both)}${not} IN (${rows}))`, boolean)
}
