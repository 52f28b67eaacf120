// GROUP BY, with its sets and places, and the query's aggregates beside it.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import type { Node } from './ast.ts'
import {
  aggregatesIn,
  checkGrouped,
  framesOf,
  refuseAggregates,
  refuseFilteredWindows,
  refuseNested,
  refuseOutputs,
  refuseUngroupedGrouping,
  refuseWindowsInHaving,
} from './grouping.ts'
import { holdsTry } from './macros.ts'
import { inKeyOrder } from './same-maps.ts'
import type { Groups, Refusal, Scope, Visible } from './scope.ts'
import { shown } from './shown.ts'
import type { Statement } from './statement.ts'
import { isComparable, nameOf } from './typing/type.ts'
import { mismatch } from './value.ts'

/** Where the query aggregates: beside aggregates stands only what it is grouped by. */
export function checkAggregation(node: Node, items: readonly Node[], statement: Statement, scope: Scope): Sorting {
  const group = node.record('group_by')
  const groups = group === undefined ? [] : groupItems(group, items).flatMap(leaves)
  for (const one of groups) refuseAggregates(one, 'GROUP BY clause')
  for (const set of group?.list('expressions').filter(isGroupings) ?? [])
    for (const one of leaves(set)) if (!isColumn(one, statement, scope)) throw notColumn(one)
  const aside = statement.aside()
  const keys = groups.map(one => aside.expression(one, scope).sql)
  const having = node.record('having')?.need('this')
  if (having !== undefined) refuseWindowsInHaving(having)
  for (const item of items) refuseFilteredWindows(item, node.position)
  const windows = node.records('windows').flatMap(window => partsOf(window.record('spec')))
  const results = [...items.map(plain), ...(having ? [having] : []), ...windows]
  const order = node.record('order_by')?.records('expressions') ?? []
  const sorted = order.flatMap(item => item.child('this') ?? [])
  for (const one of [...results, ...sorted]) refuseNested(one)
  const isGrouped = group !== undefined
  if (!isGrouped) for (const one of [...results, ...sorted]) refuseUngroupedGrouping(one, node.position)
  const columns = new Set(scope.columns.map(({ sql }) => sql))
  const seenIn = (scope: Scope) => ({
    ...{ keys, columns },
    write(part: Node) {
      try {
        return aside.expression(part, scope).sql
      } catch {
        return undefined
      }
    },
    readQuery(part: Node, isNamed: (sql: string) => boolean) {
      const of = (column: Visible) =>
        columns.has(column.sql) && !isNamed(column.sql) ? { ...column, refusal: ungrouped } : column
      aside.query(part, { ...scope, columns: scope.columns.map(of) })
    },
  })
  const aggregates =
    isGrouped || having !== undefined || [...results, ...sorted].some(one => aggregatesIn(one).length > 0)
  const check = (parts: readonly Node[], scope: Scope) => {
    const seen = seenIn(scope)
    for (const part of parts) checkGrouped(part, aggregates ? seen : { ...seen, columns: new Set(), readQuery() {} })
  }
  check(results, scope)
  return (outputs, seen) => {
    const names = new Set(outputs)
    const relations = new Set(scope.columns.map(({ relation }) => relation))
    const isOutput = (part: Node) => {
      const first = part.text('table')?.toLowerCase()
      if (first === undefined) return names.has((part.text('name') ?? '').toLowerCase())
      return names.has(first) && !relations.has(first)
    }
    if (aggregates) for (const part of sorted) refuseOutputs(part, isOutput)
    check(
      sorted.filter(part => part.kind !== 'literal'),
      seen,
    )
  }
}

/** What stands beside the query's aggregates; undefined where it has none. A fault in it is told when the GROUP BY is written. */
export function groupsOf(node: Node, items: readonly Node[], statement: Statement, scope: Scope): Groups | undefined {
  const group = node.record('group_by')
  const sorted = node.record('order_by')?.records('expressions') ?? []
  const results = [...items.map(plain), ...sorted.flatMap(item => item.child('this') ?? [])]
  if (group === undefined && node.record('having') === undefined && !results.some(one => aggregatesIn(one).length > 0))
    return undefined
  try {
    const named = group === undefined ? [] : groupItems(group, items).flatMap(leaves)
    const keys = new Set(named.map(one => statement.aside().expression(one, scope).sql))
    return { keys, triedKeys: new Set([...keys].filter(holdsTry)) }
  } catch (fault) {
    if (!(fault instanceof EngineFault)) throw fault
    return { keys: new Set(), triedKeys: new Set() }
  }
}

/** Checks the ORDER BY, when what it sees is known: names of columns that come out, and all columns. */
export type Sorting = (outputs: readonly (string | undefined)[], seen: Scope) => void

const ungrouped: Refusal = path => ({
  code: 'EXPRESSION_NOT_AGGREGATE',
  text: `Subquery uses '${path}' which must appear in GROUP BY clause`,
})

const partsOf = (window: Node | undefined): readonly Node[] =>
  window === undefined
    ? []
    : [
        ...window.list('partition_by'),
        ...window.records('order_by').map(item => item.need('this')),
        ...framesOf(window),
      ]

export const plain = (item: Node): Node => (item.kind === 'alias' ? item.need('this') : item)

/** What GROUP BY names, its places in the SELECT's list being what stands there. */
export function groupItems(group: Node, items: readonly Node[]): readonly Node[] {
  if (group.flag('all') && group.list('expressions').length === 0)
    throw new EngineFault(
      'syntax',
      at(group.position, "mismatched input 'ALL'. Expecting: an expression"),
      group.position,
    )
  group.only('expressions', 'all', 'distinct')
  const listed = group.list('expressions').flatMap(item => {
    const parts = item.kind === 'tuple' ? item.list('expressions') : []
    return parts.length > 0 ? parts : [item]
  })
  return listed.map(item => {
    const text = item.kind === 'literal' && item.text('literal_type') === 'number' ? item.text('value') : undefined
    if (text === undefined || !/^\d+$/.test(text)) return item
    const place = items[Number(text) - 1]
    if (place === undefined) throw placeFault(`GROUP BY position ${text}`, item.position)
    return plain(place)
  })
}

export const placeFault = (what: string, position: Position | undefined): EngineFault =>
  new EngineFault('semantic', `INVALID_COLUMN_REFERENCE: ${at(position, `${what} is not in select list`)}`, position)

const groupings = new Set(['rollup', 'cube', 'grouping sets'])

export const isGroupings = (item: Node): boolean =>
  item.kind === 'function' && groupings.has((item.text('name') ?? '').toLowerCase())

function isColumn(one: Node, statement: Statement, scope: Scope): boolean {
  const { sql } = statement.aside().expression(one, scope)
  return scope.columns.some(column => column.sql === sql)
}

const notColumn = (one: Node): EngineFault => {
  const text = at(one.position, `GROUP BY expression must be a column reference: ${shown(one)}`)
  return new EngineFault('semantic', `INVALID_COLUMN_REFERENCE: ${text}`, one.position)
}

function leaves(item: Node): readonly Node[] {
  if (isGroupings(item)) return item.list('args').flatMap(leaves)
  return item.kind === 'tuple' ? item.list('expressions').flatMap(leaves) : [item]
}

/** `inOrder`: maps whose entries are the same in another order are one. */
export function groupBy(
  group: Node | undefined,
  items: readonly Node[],
  statement: Statement,
  scope: Scope,
  inOrder = false,
): string {
  if (group === undefined) return ''
  const key = (node: Node): string => {
    const { sql, type } = statement.expression(node, scope)
    if (!isComparable(type))
      throw mismatch(node.position, `${nameOf(type)} is not comparable, and therefore cannot be used in GROUP BY`)
    return inOrder ? inKeyOrder(sql, type) : sql
  }
  const write = (node: Node): string =>
    node.kind === 'tuple'
      ? `(${node.list('expressions').map(write).join(', ')})`
      : // A number would be a place in the list.
        `(${key(node)})`
  const named = groupItems(group, items)
  const sets = named.reduce((count, item) => count * setCount(item), 1)
  if (sets > setsMax) throw tooManySets(sets, group.position)
  if (group.flag('distinct') && named.some(isGroupings)) return `GROUP BY GROUPING SETS (${distinctSets(named, write)})`
  const texts = named.map(item => {
    if (!isGroupings(item)) return write(item)
    return `${(item.text('name') ?? '').toUpperCase()} (${item.list('args').map(write).join(', ')})`
  })
  return `GROUP BY ${texts.join(', ')}`
}

/** Trino's, before it looks which come out the same. https://trino.io/docs/current/admin/properties-general.html */
const setsMax = 2048

function setCount(item: Node): number {
  if (!isGroupings(item)) return 1
  const args = item.list('args')
  const name = (item.text('name') ?? '').toLowerCase()
  if (name === 'rollup') return args.length + 1
  return name === 'cube' ? 2 ** args.length : args.reduce((count, one) => count + setCount(one), 0)
}

function tooManySets(count: number, position: Position | undefined): EngineFault {
  const told = count > 2 ** 31 - 1 ? `more than ${2 ** 31 - 1}` : String(count)
  const text = `GROUP BY has ${told} grouping sets but can contain at most ${setsMax}`
  return new EngineFault('semantic', `TOO_MANY_GROUPING_SETS: ${at(position, text)}`, position)
}

/** Sets that come out the same, whatever the order of their columns, are one. */
function distinctSets(items: readonly Node[], write: (node: Node) => string): string {
  const sets = items
    .map(item => setsOf(item, write))
    .reduce((all, more) => all.flatMap(one => more.map(other => [...one, ...other])))
  const unique = new Map(sets.map(set => [...new Set(set)]).map(set => [JSON.stringify([...set].sort()), set] as const))
  return [...unique.values()].map(set => `(${set.join(', ')})`).join(', ')
}

function setsOf(item: Node, write: (node: Node) => string): readonly (readonly string[])[] {
  if (!isGroupings(item)) return [columnsOf(item, write)]
  const args = item.list('args')
  switch ((item.text('name') ?? '').toLowerCase()) {
    case 'rollup':
      return [...args.keys(), args.length]
        .reverse()
        .map(count => args.slice(0, count).flatMap(one => columnsOf(one, write)))
    case 'cube':
      return args
        .map(one => columnsOf(one, write))
        .reduce<readonly (readonly string[])[]>((sets, more) => sets.flatMap(set => [[...set, ...more], set]), [[]])
    default:
      return args.flatMap(one => setsOf(one, write))
  }
}

const columnsOf = (item: Node, write: (node: Node) => string): readonly string[] =>
  item.kind === 'tuple' ? item.list('expressions').map(write) : [write(item)]
