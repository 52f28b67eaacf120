// Queries: SELECT, set operations, VALUES, WITH. Tables become views of the session, named by the statement's scans; a
// function in a FROM is refused, whatever it is called.

import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { conjuncts, type Relation, relations } from './relation.ts'
import { type Scope, type Statement, unnamed } from './statement.ts'
import { identifier } from './text.ts'

export function query(node: Node, statement: Statement, scope: Scope): string {
  switch (node.kind) {
    case 'select':
      return select(node, statement, scope)
    case 'union':
      return setOperation('UNION', node, statement, scope)
    case 'intersect':
      return setOperation('INTERSECT', node, statement, scope)
    case 'except':
      return setOperation('EXCEPT', node, statement, scope)
    case 'values':
      node.only('expressions')
      return `VALUES ${node
        .records('expressions')
        .map(row => `(${statement.expressions(row.list('expressions'), scope)})`)
        .join(', ')}`
    case 'subquery': {
      node.only('this', 'order_by', 'limit', 'offset', 'with')
      const inner = withClause(node, statement, scope)
      return `${inner.text}(${statement.query(node.need('this'), inner.scope)})${tail(node, statement, inner.scope)}`
    }
    default:
      throw new EngineFault(
        'unsupported',
        at(node.position, `Only SELECT is supported here, not ${node.kind.replaceAll('_', ' ').toUpperCase()}`),
      )
  }
}

function setOperation(word: string, node: Node, statement: Statement, scope: Scope): string {
  node.only('left', 'right', 'all', 'distinct', 'order_by', 'limit', 'offset', 'with')
  const inner = withClause(node, statement, scope)
  const side = (name: string) => `(${statement.query(node.need(name), inner.scope)})`
  const all = node.flag('all') ? ' ALL' : ''
  return `${inner.text}${side('left')} ${word}${all} ${side('right')}${tail(node, statement, inner.scope)}`
}

function select(node: Node, statement: Statement, scope: Scope): string {
  node.only(
    ...['expressions', 'from', 'joins', 'where_clause', 'group_by', 'having'],
    ...['order_by', 'limit', 'offset', 'fetch', 'distinct', 'with', 'windows'],
  )
  const items = node.list('expressions')
  if (items.length === 0)
    throw new EngineFault(
      'syntax',
      at(node.position, "mismatched input '<EOF>'. Expecting: an expression"),
      node.position,
    )
  const inner = withClause(node, statement, scope)
  const from = relations(node, statement, inner.scope)
  const where = node.record('where_clause')?.need('this')
  if (where !== undefined) {
    for (const relation of from) {
      if (relation.scan !== undefined && relation.keepsRows) relation.scan.conditions = conjuncts(where)
    }
  }
  const parts = [
    `SELECT${node.flag('distinct') ? ' DISTINCT' : ''} ${items.map(item => selectItem(item, from, statement, inner.scope)).join(', ')}`,
  ]
  if (from.length > 0) parts.push(`FROM ${from.map(relation => relation.sql).join(' ')}`)
  if (where !== undefined) parts.push(`WHERE ${statement.expression(where, inner.scope)}`)
  const groups = groupBy(node.record('group_by'), statement, inner.scope)
  if (groups !== '') parts.push(groups)
  const having = node.record('having')?.need('this')
  if (having !== undefined) parts.push(`HAVING ${statement.expression(having, inner.scope)}`)
  const windows = node.records('windows').map(window => {
    const specification = window.only('name', 'spec').record('spec')
    return `${identifier(window.text('name') ?? '')} AS ${specification === undefined ? '()' : windowSpecification(specification, statement, inner.scope)}`
  })
  if (windows.length > 0) parts.push(`WINDOW ${windows.join(', ')}`)
  return inner.text + parts.join(' ') + tail(node, statement, inner.scope)
}

function selectItem(item: Node, from: readonly Relation[], statement: Statement, scope: Scope): string {
  if (item.kind === 'star') return star(item, from, statement)
  if (item.kind === 'alias') {
    item.only('this', 'alias')
    return `${statement.expression(item.need('this'), scope)} AS ${identifier(item.text('alias') ?? '')}`
  }
  const text = statement.expression(item, scope)
  if (item.kind === 'column') return text
  // A field of a row is called by its own name, every other expression by its place.
  return `${text} AS ${identifier(item.kind === 'dot' ? (item.text('field') ?? '') : unnamed)}`
}

/** The hidden "$path" is in a view only where the statement asks for it, and in no star. */
function star(item: Node, from: readonly Relation[], statement: Statement): string {
  item.only('table')
  const table = item.text('table')
  const hidden =
    statement.hiddenColumns &&
    from.some(
      relation => relation.scan !== undefined && (table === undefined || relation.scan.alias === table.toLowerCase()),
    )
  return `${table === undefined ? '' : `${identifier(table)}.`}*${hidden ? ' EXCLUDE ("$path")' : ''}`
}

const groupings = new Set(['rollup', 'cube', 'grouping sets'])

function groupBy(group: Node | undefined, statement: Statement, scope: Scope): string {
  if (group === undefined) return ''
  group.only('expressions')
  const items = group.list('expressions').map(item => {
    const name = item.kind === 'function' ? (item.text('name') ?? '').toLowerCase() : ''
    if (groupings.has(name)) {
      const sets = item
        .list('args')
        .map(set =>
          set.kind === 'tuple'
            ? `(${statement.expressions(set.list('expressions'), scope)})`
            : statement.expression(set, scope),
        )
      return `${name.toUpperCase()} (${sets.join(', ')})`
    }
    return statement.expression(item, scope)
  })
  return `GROUP BY ${items.join(', ')}`
}

/** ORDER BY, LIMIT and OFFSET, which follow a SELECT as well as a set operation. */
function tail(node: Node, statement: Statement, scope: Scope): string {
  const order = node.record('order_by')?.only('expressions').records('expressions') ?? []
  const parts = order.length > 0 ? [` ORDER BY ${orderItems(order, statement, scope)}`] : []
  const fetch = node.record('fetch')?.only('direction', 'count', 'rows').need('count')
  const limit = node.record('limit')?.child('this') ?? node.child('limit') ?? fetch
  if (limit !== undefined) parts.push(` LIMIT ${statement.expression(limit, scope)}`)
  const offset = node.record('offset')?.child('this') ?? node.child('offset')
  if (offset !== undefined) parts.push(` OFFSET ${statement.expression(offset, scope)}`)
  return parts.join('')
}

/** Athena puts NULL last in both directions. */
export function orderItems(items: readonly Node[], statement: Statement, scope: Scope): string {
  return items
    .map(item => {
      item.only('this', 'desc', 'nulls_first')
      const nulls = item.flag('nulls_first') ? 'FIRST' : 'LAST'
      return `${statement.expression(item.need('this'), scope)} ${item.flag('desc') ? 'DESC' : 'ASC'} NULLS ${nulls}`
    })
    .join(', ')
}

export function windowSpecification(over: Node, statement: Statement, scope: Scope): string {
  over.only('window_name', 'partition_by', 'order_by', 'frame')
  const parts: string[] = []
  const name = over.text('window_name')
  if (name !== undefined) parts.push(identifier(name))
  const partition = over.list('partition_by')
  if (partition.length > 0) parts.push(`PARTITION BY ${statement.expressions(partition, scope)}`)
  const order = over.records('order_by')
  if (order.length > 0) parts.push(`ORDER BY ${orderItems(order, statement, scope)}`)
  const frame = over.record('frame')
  if (frame !== undefined) {
    frame.only('kind', 'start', 'end')
    const kind = { Rows: 'ROWS', Range: 'RANGE', Groups: 'GROUPS' }[frame.text('kind') ?? '']
    if (kind === undefined) throw unsupported('A window frame of this kind', frame.position)
    const end =
      frame.raw('end') === null || frame.raw('end') === undefined
        ? 'CURRENT ROW'
        : bound(frame, 'end', statement, scope)
    parts.push(`${kind} BETWEEN ${bound(frame, 'start', statement, scope)} AND ${end}`)
  }
  return `(${parts.join(' ')})`
}

const bounds: Readonly<Record<string, string>> = {
  UnboundedPreceding: 'UNBOUNDED PRECEDING',
  UnboundedFollowing: 'UNBOUNDED FOLLOWING',
  CurrentRow: 'CURRENT ROW',
}

function bound(frame: Node, name: string, statement: Statement, scope: Scope): string {
  const plain = bounds[frame.text(name) ?? '']
  if (plain !== undefined) return plain
  const side = frame.record(name)
  for (const [field, word] of [
    ['Preceding', 'PRECEDING'],
    ['Following', 'FOLLOWING'],
  ] as const) {
    const amount = side?.child(field)
    if (amount !== undefined) return `${statement.expression(amount, scope)} ${word}`
  }
  throw unsupported('A window frame of this form', frame.position)
}

/** WITH: each name is seen by those after it (and by itself when recursive). */
function withClause(node: Node, statement: Statement, scope: Scope): { readonly text: string; readonly scope: Scope } {
  const clause = node.record('with')
  if (clause === undefined) return { text: '', scope }
  clause.only('ctes', 'recursive')
  const recursive = clause.flag('recursive')
  const names = new Set(scope.ctes)
  const texts = clause.records('ctes').map(cte => {
    cte.only('alias', 'this', 'columns')
    const name = (cte.text('alias') ?? '').toLowerCase()
    if (recursive) names.add(name)
    const columns = cte.texts('columns')
    const body = statement.query(cte.need('this'), { ...scope, ctes: new Set(names) })
    names.add(name)
    return `${identifier(name)}${columns.length > 0 ? `(${columns.map(identifier).join(', ')})` : ''} AS (${body})`
  })
  return { text: `WITH ${recursive ? 'RECURSIVE ' : ''}${texts.join(', ')} `, scope: { ...scope, ctes: names } }
}
