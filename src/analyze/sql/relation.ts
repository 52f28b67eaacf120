// What stands in a FROM: tables (scans), queries, joins, UNNEST. For each table it tells whether a condition of the WHERE
// may already be asked of its rows before the join, which is what pruning partitions means.
import { at, EngineFault } from '../engine/fault.ts'
import { Node, unsupported } from './ast.ts'
import { aliased, checkNames } from './column-names.ts'
import { commonOf } from './common-type.ts'
import { coerced } from './convert.ts'
import { equality, isNested } from './equality.ts'
import { type Feed, mention } from './feeds.ts'
import { type FromItem, framed, fromText, placesIn } from './from-text.ts'
import { refuseAggregates } from './grouping.ts'
import { condition } from './operators.ts'
import { outerCondition } from './outer-condition.ts'
import { hoisted } from './outer-join.ts'
import { sampling } from './sampling.ts'
import type { Refusal, Scope, Visible } from './scope.ts'
import type { Scan, Statement, Written } from './statement.ts'
import { identifier } from './text.ts'
import { isComparable, nameOf } from './typing/type.ts'
import { isUnnest, noTable, unnest, unnestBeside } from './unnest.ts'
import { cannotApply, mismatch } from './value.ts'
import { expanded } from './view.ts'

/** Its text has its comma or its JOIN in front, except the first's. */
export interface Relation extends FromItem {
  readonly columns: readonly Visible[]
  /** Columns that USING or NATURAL make one, without a relation's name. */
  readonly merged?: readonly Visible[]
  readonly scan?: Scan
  /** What its columns are, unchanged, of the scans below. */
  readonly feeds?: readonly Feed[]
  /** False on the side of an outer join that is filled with NULLs: there a missing row changes the other side's. */
  readonly keepsRows: boolean
  /** Stands behind a comma. A JOIN binds tighter: its condition sees nothing before the comma. */
  readonly isBehindComma?: boolean
}

/** What expressions see of a FROM. A column that USING made one stands first and belongs to neither side any more. */
export function visible(from: readonly Relation[]): readonly Visible[] {
  const apart: Visible[] = []
  let seen: readonly Visible[] = []
  for (const { merged = [], columns, isBehindComma } of from) {
    if (isBehindComma) apart.push(...seen)
    if (isBehindComma) seen = []
    const names = new Set(merged.map(({ name }) => name))
    seen = [...merged, ...[seen, columns].flat().filter(({ name }) => !names.has(name))]
  }
  return [...apart, ...seen]
}

/** The relations that are joined to the last one: those behind the last comma. */
const sinceComma = (from: readonly Relation[]): readonly Relation[] =>
  from.slice(
    Math.max(
      0,
      from.findLastIndex(({ isBehindComma }) => isBehindComma),
    ),
  )

export function relations(select: Node, statement: Statement, scope: Scope): readonly Relation[] {
  const from = select.record('from')
  const joins = select.records('joins')
  if (from === undefined) return []
  from.only('expressions')
  // RIGHT and FULL joins fill up everything before them.
  const filled = joins.some(join => ['Right', 'Full'].includes(join.text('kind') ?? ''))
  let all: readonly Relation[] = []
  for (const [index, item] of from.list('expressions').entries()) {
    const seen = beside(all, scope)
    if (index > 0 && isUnnest(item) && !filled) {
      all = unnestBeside(item, all, statement, seen, false)
      continue
    }
    const relation = table(item, statement, seen)
    const written = framed(relation, index === 0 ? '' : ', ')
    all = [...all, { ...written, keepsRows: relation.keepsRows && !filled, isBehindComma: index > 0 }]
  }
  for (const join of joins) all = joined(join, all, filled, statement, scope)
  return all
}

/** LATERAL and UNNEST see what stands before them. */
const beside = (before: readonly Relation[], scope: Scope): Scope => ({
  ...scope,
  columns: visible(before),
  outer: scope,
})

const joinWords: Readonly<Record<string, string>> = {
  Inner: 'JOIN',
  Left: 'LEFT JOIN',
  Right: 'RIGHT JOIN',
  Full: 'FULL JOIN',
  Cross: 'CROSS JOIN',
  // A comma behind a JOIN.
  Implicit: ',',
}

function joined(
  join: Node,
  before: readonly Relation[],
  filled: boolean,
  statement: Statement,
  scope: Scope,
): readonly Relation[] {
  join.only('this', 'on', 'using', 'kind')
  const kind = join.text('kind') ?? ''
  if (kind.startsWith('Natural'))
    throw new EngineFault(
      'semantic',
      `NOT_SUPPORTED: ${at(join.position, 'Natural join not supported')}`,
      join.position,
    )
  const word = joinWords[kind]
  if (word === undefined) throw unsupported(`${kind.toUpperCase()} JOIN`, join.need('this').position)
  const side = beside(before, scope)
  const refusal: Refusal = () => ({
    code: 'INVALID_COLUMN_REFERENCE',
    text: `LATERAL reference not allowed in ${kind.toUpperCase()} JOIN`,
  })
  const isFilling = kind === 'Right' || kind === 'Full'
  const seen = isFilling ? { ...side, columns: side.columns.map(column => ({ ...column, refusal })) } : side
  refuseCondition(join, kind)
  const node = join.need('this')
  // LEFT JOIN UNNEST(…) ON TRUE: a row whose lists are empty comes once, with NULLs.
  if (isUnnest(node) && !isFilling) return unnestBeside(node, before, statement, seen, kind === 'Left')
  const relation = isUnnest(node) ? unnest(node, statement, seen, true) : table(node, statement, seen)
  const on = join.child('on')
  const using = join.texts('using').map(name => name.toLowerCase())
  const twice = using.findIndex((name, index) => using.indexOf(name) < index)
  if (twice >= 0) {
    const place = join.records('using')[twice]?.position
    const text = at(place, `Column '${using[twice]}' appears multiple times in USING clause`)
    throw new EngineFault('semantic', `DUPLICATE_COLUMN_NAME: ${text}`, place)
  }
  const isCross = kind === 'Cross' || kind === 'Implicit'
  if (!isCross && on === undefined && using.length === 0)
    throw new EngineFault('syntax', at(join.position, "mismatched input: JOIN expects 'ON' or 'USING'"), join.position)
  const group = sinceComma(before)
  const left = visible(group).filter(column => column.hidden !== true)
  const keepsRows = relation.keepsRows && !filled && (kind === 'Inner' || isCross)
  if (on !== undefined) {
    refuseAggregates(on, 'JOIN clause')
    const both = { ...beside([...group, relation], scope) }
    if (kind === 'Inner') {
      const text = condition(statement.expression(on, both), 'JOIN ON clause', on.position)
      return [...before, { ...framed(relation, `${word} `, ` ON ${text}`), keepsRows }]
    }
    const sides = { scope: both, right: relation.columns }
    const asked = hoisted(on, statement, sides)
    const text = outerCondition(asked.on, kind, statement, sides)
    const [open, close] = asked.behind === '' ? ['', ''] : ['(', `${asked.behind})`]
    const placed = framed(relation, `${asked.beside}${word} ${open}`, `${close} ON ${text}`)
    return [...before, { ...placed, keepsRows }]
  }
  if (using.length === 0)
    return [...before, { ...framed(relation, `${word} `), keepsRows, isBehindComma: kind === 'Implicit' }]
  const pairs = using.map((name, index) => {
    const place = join.records('using')[index]?.position
    const [one, other] = [left, relation.columns].map(columns => columns.find(column => column.name === name))
    if (one === undefined || other === undefined)
      throw new EngineFault(
        'semantic',
        `COLUMN_NOT_FOUND: ${at(place, `Column '${name}' is missing from ${one === undefined ? 'left' : 'right'} side of join`)}`,
        place,
      )
    const type = commonOf([one, other], (first, second) =>
      mismatch(place, `Column types of join side do not match: ${nameOf(first)}, ${nameOf(second)}`),
    )
    if (!isComparable(type)) throw cannotApply(place, type, '=', type)
    return { name, type, one: coerced(one, type), other: coerced(other, type) }
  })
  const merged = pairs.map(({ name, type, one, other }): Visible => {
    const sql = kind === 'Full' ? `coalesce(${one}, ${other})` : kind === 'Right' ? other : one
    return { name, type, relation: undefined, sql }
  })
  const text = pairs
    .map(({ type, one, other }) => (isNested(type) ? equality(one, other, type) : `${one} = ${other}`))
    .join(' AND ')
  return [...before, { ...framed(relation, `${word} `, ` ON ${text}`), merged, keepsRows }]
}

/** What sees the relation before it is joined to it by no condition of its own. */
function refuseCondition(join: Node, kind: string): void {
  const node = join.need('this')
  const isLateral = node.kind === 'subquery' && node.flag('lateral')
  if (
    kind === 'Cross' ||
    kind === 'Implicit' ||
    !(isUnnest(node) || (isLateral && (kind === 'Full' || kind === 'Right')))
  )
    return
  const on = join.child('on')
  if (on?.kind === 'boolean' && on.flag('value')) return
  if (isLateral && kind === 'Right') throw unsupported('RIGHT JOIN LATERAL with a condition', node.position)
  const what = isLateral ? 'LATERAL relation' : 'UNNEST'
  const position = on?.position ?? node.position
  const text = at(position, `${kind.toUpperCase()} JOIN involving ${what} is only supported with condition ON TRUE`)
  throw new EngineFault('semantic', `NOT_SUPPORTED: ${text}`, position)
}

function table(node: Node, statement: Statement, scope: Scope): Relation {
  switch (node.kind) {
    case 'table': {
      const relation = named(node, statement, scope)
      return framed(relation, '', sampling(node.record('table_sample'), node.position))
    }
    case 'subquery': {
      const isInside = node.flag('modifiers_inside')
      node.only('this', 'alias', 'column_aliases', 'lateral', ...(isInside ? ['modifiers_inside', ...tails] : []))
      const parts = Object.fromEntries(['this', ...tails].map(name => [name, node.raw(name)]))
      const query = isInside ? new Node('subquery', parts) : node.need('this')
      return derived(node, query, statement, scope)
    }
    case 'values': {
      const written = statement.query(node, scope.outer ?? scope)
      const alias = node.text('alias')?.toLowerCase() ?? statement.name('values')
      const { text, columns } = aliased(node, alias, written.columns, statement)
      return { sql: `(${written.sql})${text}`, columns, keepsRows: false }
    }
    case 'table_sample': {
      node.only('this', 'sample')
      const relation = table(node.need('this'), statement, scope)
      return framed(relation, '', sampling(node.record('sample'), node.position))
    }
    case 'paren':
    case 'alias': {
      const inner = bracketed(node)
      if (inner !== undefined) return derived(node, inner, statement, scope)
      if (node.kind === 'paren') return table(node.only('this').need('this'), statement, scope)
      return joinIn(node) ? renamed(node, statement, scope) : unnest(node, statement, scope)
    }
    case 'joined_table': {
      node.only('left', 'joins', 'alias', 'column_aliases')
      if (node.text('alias') !== undefined) return renamed(node, statement, scope)
      let all: readonly Relation[] = [table(node.need('left'), statement, scope)]
      for (const join of node.records('joins')) all = joined(join, all, true, statement, scope.outer ?? scope)
      const isOne = all.filter(({ sql }) => sql !== '').length === 1
      const bracketed = (text: string) => (isOne ? text : `(${text})`)
      const sql = bracketed(all.map(one => one.sql).join(' '))
      const narrowed = (around: string) => bracketed(fromText(all, around))
      return { sql, narrowed, columns: visible(all), keepsRows: false }
    }
    case 'unnest':
      return unnest(node, statement, scope)
    case 'function':
      throw noTable(node)
    default: {
      const name = node.kind.replaceAll('_', ' ')
      throw new EngineFault(
        'semantic',
        `FUNCTION_NOT_FOUND: ${at(node.position, `Table function '${name.toLowerCase()}' not registered`)}`,
        node.position,
      )
    }
  }
}

/** A query with its name: its columns are called as that says. */
function derived(node: Node, query: Node, statement: Statement, scope: Scope): Relation {
  const isLateral = node.flag('lateral')
  const written = statement.query(query, isLateral ? scope : (scope.outer ?? scope))
  const alias = node.text('alias')?.toLowerCase() ?? statement.name('query')
  const { item, columns } = asRelation(node, alias, written, statement)
  const feeds = isLateral ? [] : (written.feeds ?? [])
  const placed = isLateral ? framed({ ...item, naming: item.sql }, 'LATERAL ') : item
  return { ...placed, columns, feeds, keepsRows: true }
}

/** A query in brackets under a name, of which only the columns are made that are named. */
function asRelation(node: Node, alias: string, { sql, narrowed, columns: given }: Written, statement: Statement) {
  const { relation, text, columns } = aliased(node, alias, given, statement)
  const narrow = narrowed && ((around: string) => `(${narrowed(placesIn(around, [relation]))})${text}`)
  const item: FromItem = { sql: `(${sql})${text}`, naming: '', ...(narrow && { narrowed: narrow }) }
  return { item, columns }
}

/** `(a JOIN b ON …) AS t (x, y)`: the alias is kept beside the join or around it. */
function joinIn(node: Node): boolean {
  const inner = node.child('this')
  return inner !== undefined && (inner.kind === 'joined_table' || (inner.kind === 'paren' && joinIn(inner)))
}

/** The join's columns, which are those of one relation now. */
function renamed(node: Node, statement: Statement, scope: Scope): Relation {
  const plain = new Node(node.kind, { left: node.raw('left'), joins: node.raw('joins') })
  const inner = node.kind === 'alias' ? node.only('this', 'alias', 'column_aliases').need('this') : plain
  const { sql, columns } = table(inner, statement, scope)
  const shown = columns.filter(({ hidden }) => hidden !== true)
  const { text, columns: called } = aliased(node, node.text('alias')?.toLowerCase() ?? '', shown, statement)
  const items = shown.map(column => column.sql).join(', ')
  return { sql: `(SELECT ${items} FROM ${sql})${text}`, columns: called, keepsRows: false }
}

/** What may follow a query in the brackets of a FROM: `((SELECT …) ORDER BY 1)`. */
const tails = ['order_by', 'limit', 'offset', 'fetch']

const queries = new Set(['union', 'intersect', 'except', 'values', 'select', 'subquery'])

/** The parser keeps `((… UNION …) EXCEPT …) AS t` and `((VALUES …)) AS t` as expressions in brackets. */
function bracketed(node: Node): Node | undefined {
  const inner = node.child('this')
  if (node.kind === 'alias') node.only('this', 'alias', 'column_aliases')
  if (inner?.kind === 'paren') return bracketed(inner.only('this'))
  return inner !== undefined && queries.has(inner.kind) ? inner : undefined
}

const catalogs = new Set(['awsdatacatalog'])

function named(node: Node, statement: Statement, scope: Scope): Relation {
  node.only('name', 'schema', 'catalog', 'alias', 'column_aliases', 'table_sample')
  const name = (node.text('name') ?? '').toLowerCase()
  const database = node.text('schema')?.toLowerCase()
  const catalog = node.text('catalog')
  const alias = (node.text('alias') ?? name).toLowerCase()
  const cte = database === undefined ? scope.ctes.get(name) : undefined
  if (cte !== undefined) {
    const { relation, text, columns } = aliased(node, alias, cte.columns, statement)
    cte.relations?.push(relation)
    const { target, feeds } = mention(columns.length)
    cte.mentions?.push(target)
    return { sql: cte.sql + text, columns, feeds, keepsRows: true }
  }
  if (catalog !== undefined && !catalogs.has(catalog.toLowerCase()))
    throw new EngineFault(
      'semantic',
      `CATALOG_NOT_FOUND: ${at(node.position, `Catalog '${catalog}' does not exist`)}`,
      node.position,
    )
  const before = [catalog?.toLowerCase(), database].filter(part => part !== undefined)
  const qualifier = node.text('alias') === undefined && before.length > 0 ? { qualifier: before } : {}
  const reference = { database: database ?? statement.defaultDatabase, name }
  const view = statement.viewOf(reference)
  if (view !== undefined) {
    const written = expanded(view, reference, statement, node.position)
    const { item, columns } = asRelation(node, alias, written, statement)
    const named = columns.map(column => ({ ...column, ...qualifier }))
    return { ...item, columns: named, feeds: written.feeds ?? [], keepsRows: true }
  }
  const scan = statement.scan(reference, alias)
  const { relation } = scan
  const names = node.texts('column_aliases').map(column => column.toLowerCase())
  checkNames(node, names, alias, statement.columnsOf(reference).filter(column => column.hidden !== true).length)
  const columns = statement.columnsOf(reference).map(
    (column, index): Visible => ({
      name: names[index] ?? column.name,
      type: column.type,
      relation: alias,
      ...qualifier,
      sql: `${relation}.${identifier(column.name ?? '')}`,
      ...(column.hidden && { hidden: true }),
    }),
  )
  // Renamed columns could be taken for the table's own in a WHERE: there only what is told by place is asked.
  const own = new Map(statement.columnsOf(reference).map(({ name: column = '' }, index) => [index, column]))
  const feeds = [{ target: scan, names: own }]
  const isOwn = names.length === 0
  return { sql: `${identifier(scan.view)} AS ${relation}`, columns, ...(isOwn && { scan }), feeds, keepsRows: true }
}

/** The parts of a condition that must all hold. */
export function conjuncts(node: Node): readonly Node[] {
  if (node.kind === 'and') return [...conjuncts(node.need('left')), ...conjuncts(node.need('right'))]
  if (node.kind === 'paren') return conjuncts(node.need('this'))
  return [node]
}
