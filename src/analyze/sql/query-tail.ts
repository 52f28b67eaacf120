// What stands behind a query: ORDER BY, LIMIT and OFFSET, FETCH FIRST.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, nodeOf, unsupported } from './ast.ts'
import { placeFault } from './group-by.ts'
import { type Listed, orderChecks } from './order-check.ts'
import type { Scope } from './scope.ts'
import { shown } from './shown.ts'
import type { Statement, Written } from './statement.ts'
import { identifier } from './text.ts'
import { isSimple, nameOf, type Type } from './typing/type.ts'
import { mismatch, type Value } from './value.ts'
import { orderItems } from './window.ts'

/** A query with what stands behind it, where its ORDER BY sees only what comes out of it. */
export function ordered(node: Node, { sql, columns }: Written, statement: Statement, scope: Scope): string {
  if (node.record('order_by') === undefined) return sql + tail(node, { parts: [], columns }, statement, scope)
  const name = statement.name('ordered')
  const parts = columns.map((_, index) => `${name}.c${index}`)
  const shown = columns.map(({ name: own }, index) =>
    own === undefined ? parts[index] : `${parts[index]} AS ${identifier(own)}`,
  )
  const visible = columns.flatMap(({ name: own, type }, index) => [
    { name: own, type, relation: undefined, sql: parts[index] ?? '' },
  ])
  const sorted = { ...scope, columns: visible }
  const checks = orderChecks(node, { parts, columns }, statement, sorted)
  const kept = checks.length === 0 ? '' : ` QUALIFY ${checks.join(' AND ')}`
  const names = columns.map((_, index) => `c${index}`).join(', ')
  return `SELECT ${shown.join(', ')} FROM (${sql}) AS ${name}(${names})${kept}${tail(node, { parts, columns }, statement, sorted)}`
}

const unorderable =
  (query: Node) =>
  (type: Type, item: Node): Error =>
    mismatch(
      query.position,
      `Type ${nameOf(type)} is not orderable, and therefore cannot be used in ORDER BY: ${shown(item) ?? item.kind}`,
    )

/** The place in the list, from 1, that an item of an ORDER BY may be. */
function placeOf(item: Node): number | undefined {
  const place = item.child('this')
  const text = place?.kind === 'literal' && place.text('literal_type') === 'number' ? place.text('value') : undefined
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** An item that is a place as what stands there. */
function resolved(item: Node, { parts, columns }: Listed): Node {
  const index = (placeOf(item) ?? 0) - 1
  const [sql, type] = [parts[index], columns[index]?.type]
  return (sql !== undefined && type && nodeOf(item.with('this', { starred: { sql, type } }))) || item
}

/** ORDER BY, LIMIT and OFFSET, which follow a SELECT as well as a set operation. */
export function tail(node: Node, listed: Listed, statement: Statement, scope: Scope): string {
  const items = node.record('order_by')?.only('expressions').records('expressions') ?? []
  const order = items.map(item => {
    const place = placeOf(item)
    if (place !== undefined && (place < 1 || place > listed.columns.length))
      throw placeFault(`ORDER BY position ${place}`, item.child('this')?.position)
    const type = listed.columns[(place ?? 0) - 1]?.type
    // What is no number comes first by an expression (orderItems); else the place says it, and nothing is made twice.
    const isTurned = type !== undefined && isSimple(type, 'real', 'double') && item.flag('nulls_first')
    return isTurned ? resolved(item, listed) : item
  })
  const parts = order.length > 0 ? [` ORDER BY ${orderItems(order, statement, scope, unorderable(node))}`] : []
  const write = (part: Node): Value => statement.expression(counted(part), scope)
  const fetch = node
    .record('fetch')
    ?.only('direction', 'count', 'rows', ...(node.kind === 'select' ? ['with_ties'] : []))
  const hasTies = fetch?.flag('with_ties') === true
  const limit = amount(node, 'limit') ?? fetch?.child('count')
  const isAll = limit?.kind === 'column' && limit.text('name')?.toLowerCase() === 'all'
  if (limit !== undefined && !isAll && !hasTies) parts.push(` LIMIT ${write(limit).sql}`)
  else if (fetch !== undefined && !hasTies) parts.push(' LIMIT 1')
  const offset = amount(node, 'offset')
  if (offset !== undefined && !hasTies) parts.push(` OFFSET ${write(offset).sql}`)
  return parts.join('')
}

const operators: Readonly<Record<string, string>> = { neg: '-', add: '+', sub: '-', mul: '*', div: '/', mod: '%' }

/** A whole number, which may stand in brackets: no expression, and nothing below zero. */
function counted(node: Node): Node {
  if (node.kind === 'paren') return counted(node.need('this'))
  if (node.kind === 'literal' && node.text('literal_type') === 'number' && /^\d+$/.test(node.text('value') ?? ''))
    return node
  throw new EngineFault(
    'syntax',
    at(
      node.position,
      `mismatched input '${node.text('value') ?? operators[node.kind] ?? node.text('name') ?? '('}'. Expecting: 'ALL', '?', <integer>`,
    ),
    node.position,
  )
}

/** As conditions of a QUALIFY. FETCH FIRST … WITH TIES: of the rows behind the OFFSET so many, and those that the ORDER BY puts beside the last of them. */
export function ties(node: Node, listed: Listed, statement: Statement, scope: Scope): readonly string[] {
  const fetch = node.record('fetch')
  if (fetch?.flag('with_ties') !== true) return []
  const order = node.record('order_by')?.records('expressions') ?? []
  if (order.length === 0)
    throw new EngineFault(
      'semantic',
      `MISSING_ORDER_BY: ${at(fetch.position, 'FETCH FIRST WITH TIES clause requires ORDER BY')}`,
      fetch.position,
    )
  if (node.flag('distinct')) throw unsupported('FETCH FIRST WITH TIES of SELECT DISTINCT', node.position)
  const items = orderItems(
    order.map(item => resolved(item, listed)),
    statement,
    scope,
    unorderable(node),
  )
  const number = (part: Node | undefined, otherwise: string) =>
    part === undefined ? otherwise : statement.expression(counted(part), scope).sql
  const offset = number(amount(node, 'offset'), '0')
  const over = `OVER (ORDER BY ${items})`
  const last = `${offset} + ${number(fetch.child('count'), '1')}`
  return [`rank() ${over} <= ${last}`, ...(offset === '0' ? [] : [`row_number() ${over} > ${offset}`])]
}

/** A SELECT keeps its LIMIT in a record, a set operation as it is. */
function amount(node: Node, name: string): Node | undefined {
  const record = node.record(name)
  return record?.raw('this') === undefined ? node.child(name) : record.only('this', 'rows').child('this')
}
