// Queries: SELECT, set operations, VALUES, WITH. Tables become views of the session, named by the statement's scans; a
// function in a FROM is refused, whatever it is called.
import { at, EngineFault } from '../engine/fault.ts'
import { Node } from './ast.ts'
import { Captures } from './captures.ts'
import { commonOf } from './common-type.ts'
import { coerced } from './convert.ts'
import { fieldOf } from './convert-text.ts'
import { type Feed, feedsOf, isTransparent, kept, pushDown, shortened } from './feeds.ts'
import { fromText } from './from-text.ts'
import { checkAggregation, groupBy, groupsOf } from './group-by.ts'
import { groupedByMaps } from './grouped-maps.ts'
import { refuseAggregates } from './grouping.ts'
import { condition } from './operators.ts'
import { orderChecks } from './order-check.ts'
import { ordered, tail, ties } from './query-tail.ts'
import { conjuncts, type Relation, relations, visible } from './relation.ts'
import { distinctOf, holdsMap, setOfMaps } from './same-maps.ts'
import type { Column, Scope, Visible } from './scope.ts'
import { type Starred, starred, starredNode } from './star.ts'
import type { Statement, Written } from './statement.ts'
import { identifier } from './text.ts'
import { isComparable, isSame, nameOf, rowOf, unknown } from './typing/type.ts'
import { mismatch, type Value } from './value.ts'
import { namedWindows } from './window.ts'
import { withClause } from './with-clause.ts'

export function query(node: Node, statement: Statement, scope: Scope): Written {
  switch (node.kind) {
    case 'select':
      return select(node, statement, scope)
    case 'union':
      return setOperation('UNION', node, statement, scope)
    case 'intersect': {
      const bound = tighter(node)
      return bound.kind === 'intersect'
        ? setOperation('INTERSECT', bound, statement, scope)
        : statement.query(bound, scope)
    }
    case 'except':
      return setOperation('EXCEPT', node, statement, scope)
    case 'values':
      return values(node, statement, scope)
    case 'subquery': {
      node.only('this', 'order_by', 'limit', 'offset', 'fetch', 'with')
      const inner = withClause(node, statement, scope)
      const { sql, columns, feeds = [], narrowed } = statement.query(node.need('this'), inner.scope)
      const shown = isTransparent(node) ? feeds : []
      const text = (query: string): string => {
        const body = ordered(node, { sql: `(${query})`, columns }, statement, inner.scope)
        return inner.text(body) + body
      }
      const narrow = narrowed && ((used: ReadonlySet<number>) => text(narrowed(used)))
      const isNarrow = narrow !== undefined && node.record('order_by') === undefined
      return { sql: text(sql), columns, feeds: shown, ...(isNarrow && { narrowed: narrow }) }
    }
    default:
      throw new EngineFault(
        'unsupported',
        at(node.position, `Only SELECT is supported here, not ${node.kind.replaceAll('_', ' ').toUpperCase()}`),
      )
  }
}

/** INTERSECT binds tighter than UNION and EXCEPT; the parser reads them all from left to right. */
function tighter(node: Node): Node {
  const [fields = {}] = Object.values(node.tree as Readonly<Record<string, Readonly<Record<string, unknown>>>>)
  const { left: _, right, all, distinct, ...rest } = fields
  const left = node.need('left').kind === 'intersect' ? tighter(node.need('left')) : node.need('left')
  if (left.kind !== 'union' && left.kind !== 'except') return new Node('intersect', { ...fields, left: left.tree })
  const [outer = {}] = Object.values(left.tree as Readonly<Record<string, Readonly<Record<string, unknown>>>>)
  const inner = { intersect: { left: outer.right, right, all, distinct } }
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined))
  return new Node(left.kind, { ...outer, ...said, right: inner })
}

function setOperation(word: string, node: Node, statement: Statement, scope: Scope): Written {
  node.only('left', 'right', 'all', 'distinct', 'order_by', 'limit', 'offset', 'with')
  const inner = withClause(node, statement, scope)
  const left = statement.query(node.need('left'), inner.scope)
  const right = statement.query(node.need('right'), inner.scope)
  if (left.columns.length !== right.columns.length)
    throw mismatch(
      node.position,
      `${word} query has different number of fields: ${left.columns.length}, ${right.columns.length}`,
    )
  const columns = left.columns.map((column, index) => {
    const other = right.columns[index]
    const type = commonOf(
      [column, ...(other ? [other] : [])].map(one => ({ sql: '', type: one.type })),
      (one, two) =>
        mismatch(
          node.position,
          `column ${index + 1} in ${word} query has incompatible types: ${nameOf(one)}, ${nameOf(two)}`,
        ),
    )
    return { name: column.name, type }
  })
  const all = node.flag('all') ? ' ALL' : ''
  const apart = all === '' ? columns.find(({ type }) => !isComparable(type)) : undefined
  if (apart !== undefined)
    throw mismatch(
      node.position,
      `Type ${nameOf(apart.type)} is not comparable and therefore cannot be used in ${word}`,
    )
  const isByMaps = all === '' && columns.some(({ type }) => holdsMap(type))
  const text = (used?: ReadonlySet<number>): string => {
    const [one, other] = [as(left, columns, statement, used), as(right, columns, statement, used)]
    const sql = isByMaps ? setOfMaps(word, one, other, columns, statement) : `(${one}) ${word}${all} (${other})`
    const body = ordered(node, { sql, columns }, statement, inner.scope)
    return inner.text(body) + body
  }
  const isNarrow = word === 'UNION' && node.flag('all') && node.record('order_by') === undefined
  const same = (side: Written): readonly Feed[] =>
    kept(side.feeds, place => isSame(side.columns[place]?.type ?? unknown, columns[place]?.type ?? unknown))
  const feeds = isTransparent(node) ? [...same(left), ...same(right)] : []
  return { sql: text(), columns, feeds, ...(isNarrow && { narrowed: text }) }
}

/** The query with its columns turned into these types; of those that are not used it may say NULL. */
export function as(
  written: Written,
  columns: readonly Column[],
  statement: Statement,
  used?: ReadonlySet<number>,
): string {
  const differs = written.columns.some((column, index) => !isSame(column.type, columns[index]?.type ?? column.type))
  const sql = (used && written.narrowed?.(used)) ?? written.sql
  if (!differs) return sql
  const side = statement.name('side')
  const names = written.columns.map((_, index) => `c${index}`)
  const items = written.columns.map((column, index) => {
    if (used?.has(index) === false) return 'NULL'
    const name = columns[index]?.name
    const text = coerced({ sql: `c${index}`, type: column.type }, columns[index]?.type ?? column.type)
    return name === undefined ? text : `${text} AS ${identifier(name)}`
  })
  return `SELECT ${items.join(', ')} FROM (${sql}) AS ${side}(${names.join(', ')})`
}

function values(node: Node, statement: Statement, scope: Scope): Written {
  node.only('expressions', 'alias', 'column_aliases')
  const rows = node
    .records('expressions')
    .map(row => cells(row.list('expressions').map(item => statement.expression(item, scope))))
  if (rows.length === 0)
    throw new EngineFault(
      'syntax',
      at(node.position, "mismatched input '<EOF>'. Expecting: <expression>"),
      node.position,
    )
  const width = rows[0]?.length ?? 0
  if (rows.some(row => row.length !== width))
    throw mismatch(
      node.position,
      `Values rows have mismatched sizes: ${width} vs ${rows.find(row => row.length !== width)?.length}`,
    )
  const shownRow = (row: readonly Value[] = []) => nameOf(rowOf(row.map(({ type }) => ({ name: undefined, type }))))
  const types = Array.from({ length: width }, (_, index) =>
    commonOf(
      rows.flatMap(row => row[index] ?? []),
      (_one, other) => {
        const apart = rows.find(row => row[index]?.type === other)
        return mismatch(node.position, `Values rows have mismatched types: ${shownRow(rows[0])} vs ${shownRow(apart)}`)
      },
    ),
  )
  const written = rows.map(
    row => `(${row.map((value, index) => coerced(value, types[index] ?? value.type)).join(', ')})`,
  )
  const columns = types.map(type => ({ name: undefined, type }))
  const names = types.map((_, index) => `_col${index}`).join(', ')
  return { sql: `SELECT * FROM (VALUES ${written.join(', ')}) AS ${statement.name('values')}(${names})`, columns }
}

/** A row that stands alone is its fields. */
function cells(row: readonly Value[]): readonly Value[] {
  const [only] = row
  if (row.length !== 1 || only?.type.kind !== 'row') return row
  return only.type.fields.map(({ type }, index) => ({ sql: fieldOf(only.sql, index), type }))
}

interface Item {
  /** As they stand in the list. */
  readonly listed: readonly string[]
  /** The expressions alone. */
  readonly parts: readonly string[]
  readonly columns: readonly Column[]
  /** A column of a star stands for itself. */
  readonly nodes: readonly Node[]
}

function select(node: Node, statement: Statement, scope: Scope): Written {
  node.only(
    ...['expressions', 'from', 'joins', 'where_clause', 'group_by', 'having'],
    ...['order_by', 'limit', 'offset', 'fetch', 'distinct', 'with', 'windows'],
  )
  const nodes = node.list('expressions')
  if (nodes.length === 0)
    throw new EngineFault(
      'syntax',
      at(node.position, "mismatched input '<EOF>'. Expecting: an expression"),
      node.position,
    )
  const inner = withClause(node, statement, scope)
  const sets: string[] = []
  const from = relations(node, statement, { ...inner.scope, sets })
  const captures = new Captures(statement.name('outer'))
  const named = namedWindows(node.records('windows'), statement, {
    ...inner.scope,
    columns: visible(from),
    outer: inner.scope,
    captures,
    grouped: undefined,
    lifts: undefined,
  })
  const here = named.scope
  const where = node.record('where_clause')?.need('this')
  if (where !== undefined) {
    const conditions = conjuncts(shortened(where, here.columns))
    for (const relation of from) {
      if (!relation.keepsRows) continue
      if (relation.scan !== undefined) relation.scan.conditions = conditions
      else pushDown(conditions, relation, here.columns)
    }
  }
  const asked = (part: Node, what: string, scope: Scope) => {
    const value = statement.expression(part, scope)
    if (part === where) refuseAggregates(part, what)
    return condition(value, what, part.position)
  }
  // Of two errors Athena tells the one in the WHERE.
  const filter = where && asked(where, 'WHERE clause', here)
  const gathered = { ...here, grouped: groupsOf(node, nodes, statement, here) }
  const items = nodes.map(item => selectItem(item, from, statement, gathered))
  const columns = items.flatMap(item => item.columns)
  const listed = items.flatMap(item => item.nodes)
  const checkOrder = checkAggregation(node, listed, statement, here)
  const shown = items.flatMap(item => item.parts)
  const apart = node.flag('distinct') ? columns.find(({ type }) => !isComparable(type)) : undefined
  if (apart !== undefined)
    throw mismatch(node.position, `DISTINCT can only be applied to comparable types (actual: ${nameOf(apart.type)})`)
  const distinct = node.flag('distinct') ? distinctOf(shown, columns) : ''
  const parts: string[] = []
  if (filter !== undefined) parts.push(`WHERE ${filter}`)
  const groups = groupBy(node.record('group_by'), listed, statement, here)
  const groupPlace = parts.length
  if (groups !== '') parts.push(groups)
  const having = node.record('having')?.need('this')
  const kept = having && asked(having, 'HAVING clause', gathered)
  if (kept !== undefined) parts.push(`HAVING ${kept}`)
  if (named.texts.length > 0) parts.push(`WINDOW ${named.texts.join(', ')}`)
  // ORDER BY sees the SELECT's own names first, then the FROM's.
  const outputs = outputNames(columns, items, here)
  const shadowed = new Set(outputs.map(({ name }) => name))
  const seen = [
    ...outputs,
    ...here.columns.filter(({ name, relation }) => relation !== undefined || !shadowed.has(name)),
  ]
  const sorted: Scope = { ...gathered, columns: qualifiedOnly(seen, shadowed) }
  checkOrder([...shadowed], sorted)
  if (node.flag('distinct')) checkDistinct(node, items, outputs, statement, sorted)
  const checks = [
    ...ties(node, { parts: shown, columns }, statement, sorted),
    ...orderChecks(node, { parts: shown, columns }, statement, sorted),
  ]
  if (checks.length > 0) parts.push(`QUALIFY ${checks.join(' AND ')}`)
  const behind = tail(node, { parts: shown, columns }, statement, sorted)
  const others = [kept ?? '', behind, distinct, ...checks, ...named.texts]
  const maps = groupedByMaps(
    { group: node.record('group_by'), nodes: listed, parts: shown, columns, others },
    statement,
    here,
  )
  if (maps !== undefined) parts[groupPlace] = maps.groups
  // From here on nothing names columns any more.
  const brought = captures.sql === undefined ? [] : [captures.sql]
  const own = new Set(here.columns.map(({ sql }) => sql))
  const text = (used?: ReadonlySet<number>): string => {
    const isLeft = (place: number) => used?.has(place) === false && own.has(shown[place] ?? '')
    const list = items.flatMap(item => item.listed).map((item, place) => (isLeft(place) ? 'NULL' : item))
    const first = `SELECT${maps === undefined ? `${distinct} ${list.join(', ')}` : ` ${maps.list}`}`
    const sources = [...brought, ...(from.length > 0 ? [fromText(from, [first, ...parts, behind].join(' '))] : [])]
    const all = [first, ...(sources.length > 0 ? [`FROM ${sources.join(', ')}`] : []), ...parts]
    const body = all.join(' ') + behind
    return withSets(inner.text([...sets, body].join(' ')), sets) + body
  }
  const feeds = isTransparent(node)
    ? feedsOf(
        shown,
        from.filter(({ keepsRows }) => keepsRows),
      )
    : []
  return { sql: text(), columns, feeds, ...(mayNarrow(node) && { narrowed: text }) }
}

const withSets = (own: string, sets: readonly string[]): string =>
  sets.length === 0 ? own : `${own === '' ? 'WITH ' : `${own.trimEnd()}, `}${sets.join(', ')} `

/** Whether a column of its list may be left out: where rows are made one by it, or are ordered by its place, it may not. */
function mayNarrow(node: Node): boolean {
  if (node.flag('distinct') || node.record('group_by') !== undefined || node.record('having') !== undefined)
    return false
  const order = node.record('order_by')?.records('expressions') ?? []
  return order.every(item => item.child('this')?.kind !== 'literal')
}

/** A column that comes out as it is stays what it is, so that an aggregate may take it; other outputs have but their names. */
function outputNames(columns: readonly Column[], items: readonly Item[], scope: Scope): readonly Visible[] {
  const parts = items.flatMap(item => item.parts)
  const plain = new Set(scope.columns.map(({ sql }) => sql))
  return columns.flatMap(({ name, type }, index) => {
    if (name === undefined) return []
    const part = parts[index] ?? ''
    return [{ name, type, relation: undefined, sql: plain.has(part) ? part : identifier(name) }]
  })
}

/** Rows that DISTINCT made one have no other columns to be ordered by. */
function checkDistinct(
  node: Node,
  items: readonly Item[],
  named: readonly Visible[],
  statement: Statement,
  scope: Scope,
) {
  const known = new Set([...items.flatMap(({ parts }) => parts), ...named.map(({ sql }) => sql)])
  for (const item of node.record('order_by')?.records('expressions') ?? []) {
    const part = item.need('this')
    const { sql } = statement.aside().expression(part, scope)
    // What comes out anew each time is not what stands in the list.
    if (part.kind === 'literal' || (known.has(sql) && !/\b(?:random|uuid)\(/.test(sql))) continue
    throw new EngineFault(
      'semantic',
      `EXPRESSION_NOT_IN_DISTINCT: ${at(node.position, 'For SELECT DISTINCT, ORDER BY expressions must appear in select list')}`,
      node.position,
    )
  }
}

/** Columns of the FROM that an output's name hides are reached by their relation's name alone. */
function qualifiedOnly(columns: readonly Visible[], shadowed: ReadonlySet<string | undefined>): readonly Visible[] {
  return columns.map(column =>
    column.relation !== undefined && shadowed.has(column.name) ? { ...column, qualifiedOnly: true } : column,
  )
}

function selectItem(item: Node, from: readonly Relation[], statement: Statement, scope: Scope): Item {
  const columns = starred(item, from, statement, scope)
  if (columns !== undefined) return starItem(columns)
  const isAliased = item.kind === 'alias'
  const node = isAliased ? item.only('this', 'alias').need('this') : item
  const value = statement.expression(node, scope)
  const name = isAliased ? (item.text('alias') ?? '').toLowerCase() : nameIn(node)
  const column = { name, type: value.type }
  return {
    listed: [name === undefined ? value.sql : `${value.sql} AS ${identifier(name)}`],
    parts: [value.sql],
    columns: [column],
    nodes: [item],
  }
}

/** A column and a field of a row are called by their own names, every other expression by its place. */
function nameIn(node: Node): string | undefined {
  if (node.kind === 'column') return (node.text('name') ?? '').toLowerCase()
  return node.kind === 'dot' ? (node.text('field') ?? '').toLowerCase() : undefined
}

const starItem = (shown: readonly Starred[]): Item => ({
  listed: shown.map(({ name, sql }) => (name === undefined ? sql : `${sql} AS ${identifier(name)}`)),
  parts: shown.map(({ sql }) => sql),
  columns: shown.map(({ name, type }) => ({ name, type })),
  nodes: shown.map((column, index) => starredNode({ ...column, place: index + 1 })),
})
