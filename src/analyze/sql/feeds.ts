// Conditions travel down to the scans: a column that comes out of a query may be a column of a table unchanged, and what
// the query around it asks of that column may be asked of the table's partitions already. Only where that is certain:
// rows that are left out below could only have made rows that the condition outside drops.

import { Node, nodeOf } from './ast.ts'
import { pathOf } from './dotted-path.ts'
import { columnsIn } from './prune.ts'
import { placesOfQualified, type Visible } from './scope.ts'

/** A scan, or a mention of a WITH's query, and what must hold of its rows for them to matter. */
export interface Target {
  conditions: readonly Node[]
}

/** Of the columns of a query, by their places, the names that the target has for them. */
export interface Feed {
  readonly target: Target
  readonly names: ReadonlyMap<number, string>
}

/** What a relation of a FROM shows, and what it shows it of. */
interface Source {
  readonly columns: readonly Visible[]
  readonly feeds?: readonly Feed[]
}

/**
 * A condition with `table.column` for its `database.table.column`: of columns that are told so, `columnsIn` and the scans
 * know nothing. Where two tables have that name, it is in doubt for them, and nothing is left out.
 */
export function shortened(condition: Node, columns: readonly Visible[]): Node {
  if (columns.every(({ qualifier }) => qualifier === undefined)) return condition
  return withTree(condition, inner => {
    if (inner.kind !== 'dot') return undefined
    const names = pathOf(inner)?.map(name => name.toLowerCase()) ?? []
    if (placesOfQualified(names, columns)?.length !== names.length) return undefined
    const [table, name] = names.slice(-2)
    return { column: { name: { name, quoted: true }, table: { name: table, quoted: true } } }
  })
}

/** `alias.column` of each relation as its target knows it, for the conditions of a WHERE around it. */
export function pushDown(conditions: readonly Node[], relation: Source, all: readonly Visible[]): void {
  for (const { target, names } of relation.feeds ?? []) {
    const rename = (column: Node) => names.get(placeOf(column, relation, all))
    demand(target, renamedAll(conditions, rename))
  }
}

/** Of the columns that come out of a SELECT, by their texts, those that its relations feed. */
export function feedsOf(texts: readonly string[], from: readonly Source[]): readonly Feed[] {
  return from.flatMap(({ columns, feeds = [] }) => {
    const places = new Map(columns.map(({ sql }, place) => [sql, place]))
    return feeds.map(({ target, names }) => ({
      target,
      names: new Map(texts.flatMap((text, index) => entry(index, names.get(places.get(text) ?? -1)))),
    }))
  })
}

/** Only these columns of them. */
export function kept(feeds: readonly Feed[] | undefined, isKept: (place: number) => boolean): readonly Feed[] {
  return (feeds ?? []).map(({ target, names }) => ({
    target,
    names: new Map([...names].filter(([place]) => isKept(place))),
  }))
}

/**
 * The mentions of a WITH's query, once all are known: a row matters if it matters to one of them. `c0`, `c1` … are its
 * columns.
 */
export function settle(feeds: readonly Feed[], mentions: readonly Target[]): void {
  for (const { target, names } of feeds) {
    const rename = (column: Node) => names.get(Number((column.text('name') ?? '').slice(1)))
    const each = mentions.map(({ conditions }) => renamedAll(conditions, rename))
    if (each.length === 0 || each.some(conditions => conditions.length === 0)) continue
    const [only] = each
    if (each.length === 1 && only !== undefined) demand(target, only)
    else
      demand(target, [
        joined(
          'or',
          each.map(conditions => joined('and', conditions)),
        ),
      ])
  }
}

/** A mention of a WITH's query with this many columns. */
export function mention(columns: number): { readonly target: Target; readonly feeds: readonly Feed[] } {
  const target: Target = { conditions: [] }
  return {
    target,
    feeds: [{ target, names: new Map(Array.from({ length: columns }, (_, index) => [index, `c${index}`])) }],
  }
}

function demand(target: Target, conditions: readonly Node[]): void {
  target.conditions = [...target.conditions, ...conditions]
}

const entry = (index: number, name: string | undefined): [number, string][] =>
  name === undefined ? [] : [[index, name]]

function placeOf(column: Node, relation: Source, all: readonly Visible[]): number {
  const name = (column.text('name') ?? '').toLowerCase()
  const table = column.text('table')?.toLowerCase()
  const isMeant = (visible: Visible) =>
    visible.name === name && (table === undefined ? visible.qualifiedOnly !== true : visible.relation === table)
  const [found, ...others] = all.filter(isMeant)
  // A merged column of a join has a text of its own, or that of the side which keeps its rows.
  return found === undefined || others.length > 0 ? -1 : relation.columns.findIndex(({ sql }) => sql === found.sql)
}

type Rename = (column: Node) => string | undefined

/** Those that are about columns of the target alone, in its names. */
function renamedAll(conditions: readonly Node[], rename: Rename): readonly Node[] {
  return conditions.flatMap(condition => {
    const columns = columnsIn(condition)
    if (columns === undefined || columns.length === 0) return []
    return columns.every(column => rename(column) !== undefined) ? [renamed(condition, rename)] : []
  })
}

const renamed = (node: Node, rename: Rename): Node =>
  withTree(node, inner =>
    inner.kind === 'column' ? { column: { name: { name: rename(inner), quoted: true } } } : undefined,
  )

/** What stands for a node of the tree; undefined where it stays, and what is in it is looked at. */
type Change = (node: Node) => unknown

function withTree(node: Node, change: Change): Node {
  const [entry] = Object.entries(changed(node.tree, change) as Readonly<Record<string, unknown>>)
  const [kind, fields] = entry ?? [node.kind, {}]
  return new Node(kind, fields as Readonly<Record<string, unknown>>)
}

function changed(value: unknown, change: Change): unknown {
  if (Array.isArray(value)) return value.map(item => changed(item, change))
  if (typeof value !== 'object' || value === null) return value
  const node = nodeOf(value)
  const other = node && change(node)
  if (other !== undefined) return other
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, changed(inner, change)]))
}

function joined(kind: 'and' | 'or', nodes: readonly Node[]): Node {
  const [first, ...rest] = nodes
  if (first === undefined) throw new Error('nothing to join')
  return rest.reduce((left, right) => new Node(kind, { left: left.tree, right: right.tree }), first)
}

/** Whether a SELECT shows its relations' rows one by one, or in groups by what it shows: no window, no limit. */
export function isTransparent(select: Node): boolean {
  const limits = ['limit', 'offset', 'fetch'].some(name => select.raw(name) !== null && select.raw(name) !== undefined)
  if (limits || select.records('windows').length > 0) return false
  return (
    !holds([select.raw('expressions'), select.raw('having'), select.raw('order_by')], 'window_function') &&
    !groupsInSets(select)
  )
}

function groupsInSets(select: Node): boolean {
  const items = select.record('group_by')?.list('expressions') ?? []
  return items.some(item => item.kind === 'function' && /^(rollup|cube|grouping sets)$/i.test(item.text('name') ?? ''))
}

function holds(value: unknown, key: string): boolean {
  if (Array.isArray(value)) return value.some(item => holds(item, key))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inner]) => name === key || holds(inner, key))
}
