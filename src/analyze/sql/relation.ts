// What stands in a FROM: tables (scans), queries, joins, UNNEST. For each table it tells whether a condition of the WHERE
// may already be asked of its rows before the join, which is what pruning partitions means.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { coerced } from './convert.ts'
import { commonOf } from './expression.ts'
import { type Feed, mention } from './feeds.ts'
import { refuseAggregates } from './grouping.ts'
import { condition } from './operators.ts'
import type { Column, Refusal, Scope, Visible } from './scope.ts'
import type { Scan, Statement } from './statement.ts'
import { identifier } from './text.ts'
import { bigint, nameOf } from './typing/type.ts'
import { mismatch } from './value.ts'
import { expanded } from './view.ts'

export interface Relation {
  /** With its comma or its JOIN in front, except the first. */
  readonly sql: string
  readonly columns: readonly Visible[]
  /** Columns that USING or NATURAL make one, without a relation's name. */
  readonly merged?: readonly Visible[]
  readonly scan?: Scan
  /** What its columns are, unchanged, of the scans below. */
  readonly feeds?: readonly Feed[]
  /** False on the side of an outer join that is filled with NULLs: there a missing row changes the other side's. */
  readonly keepsRows: boolean
}

/** What expressions see of a FROM. A column that USING made one stands first and belongs to neither side any more. */
export function visible(from: readonly Relation[]): readonly Visible[] {
  let seen: readonly Visible[] = []
  for (const { merged = [], columns } of from) {
    const names = new Set(merged.map(({ name }) => name))
    seen = [...merged, ...[seen, columns].flat().filter(({ name }) => !names.has(name))]
  }
  return seen
}

export function relations(select: Node, statement: Statement, scope: Scope): readonly Relation[] {
  const from = select.record('from')
  const joins = select.records('joins')
  if (from === undefined) return []
  from.only('expressions')
  // RIGHT and FULL joins fill up everything before them.
  const filled = joins.some(join => ['Right', 'Full'].includes(join.text('kind') ?? ''))
  const all: Relation[] = []
  for (const [index, item] of from.list('expressions').entries()) {
    const relation = table(item, statement, beside(all, scope))
    all.push({
      ...relation,
      sql: index === 0 ? relation.sql : `, ${relation.sql}`,
      keepsRows: relation.keepsRows && !filled,
    })
  }
  for (const join of joins) all.push(joined(join, all, filled, statement, scope))
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
}

function joined(
  join: Node,
  before: readonly Relation[],
  filled: boolean,
  statement: Statement,
  scope: Scope,
): Relation {
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
  const relation = table(join.need('this'), statement, seen)
  const on = join.child('on')
  if (isUnnest(join.need('this')) && kind !== 'Cross' && kind !== 'Inner')
    return filledUnnest(join, kind, before, statement, scope)
  const using = join.texts('using').map(name => name.toLowerCase())
  if (kind === 'Inner' && on === undefined && using.length === 0)
    throw new EngineFault('syntax', at(join.position, "mismatched input: JOIN expects 'ON' or 'USING'"), join.position)
  const left = visible(before).filter(column => column.hidden !== true)
  const keepsRows = relation.keepsRows && !filled && (kind === 'Inner' || kind === 'Cross')
  if (on !== undefined) {
    refuseAggregates(on, 'JOIN clause')
    const both = { ...beside([...before, relation], scope) }
    const text = condition(statement.expression(on, both), 'JOIN ON clause', on.position)
    return { ...relation, sql: `${word} ${relation.sql} ON ${text}`, keepsRows }
  }
  if (using.length === 0) return { ...relation, sql: `${word} ${relation.sql}`, keepsRows }
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
    return { name, type, one: coerced(one, type), other: coerced(other, type) }
  })
  const merged = pairs.map(({ name, type, one, other }): Visible => {
    const sql = kind === 'Full' ? `coalesce(${one}, ${other})` : kind === 'Right' ? other : one
    return { name, type, relation: undefined, sql }
  })
  const text = pairs.map(({ one, other }) => `${one} = ${other}`).join(' AND ')
  return { ...relation, sql: `${word} ${relation.sql} ON ${text}`, merged, keepsRows }
}

const isUnnest = (node: Node): boolean =>
  node.kind === 'unnest' || (node.kind === 'alias' && node.child('this')?.kind === 'unnest')

/** LEFT JOIN UNNEST(…) ON TRUE: a row whose lists are empty comes once, with NULLs. */
function filledUnnest(
  join: Node,
  kind: string,
  before: readonly Relation[],
  statement: Statement,
  scope: Scope,
): Relation {
  const node = join.need('this')
  if (kind !== 'Left')
    throw new EngineFault(
      'semantic',
      `NOT_SUPPORTED: ${at(node.position, `${kind.toUpperCase()} JOIN involving UNNEST is only supported with CROSS JOIN, INNER JOIN and LEFT JOIN`)}`,
      node.position,
    )
  const on = join.child('on')
  if (on?.kind !== 'boolean' || !on.flag('value'))
    throw new EngineFault(
      'semantic',
      `NOT_SUPPORTED: ${at(on?.position ?? node.position, 'LEFT JOIN involving UNNEST is only supported with condition ON TRUE')}`,
      node.position,
    )
  const relation = unnest(node, statement, beside(before, scope), true)
  return { ...relation, sql: `CROSS JOIN ${relation.sql}`, keepsRows: false }
}

function table(node: Node, statement: Statement, scope: Scope): Relation {
  switch (node.kind) {
    case 'table': {
      const relation = named(node, statement, scope)
      return sampled(relation, node.record('table_sample'), node.position)
    }
    case 'subquery': {
      node.only('this', 'alias', 'column_aliases', 'lateral')
      return derived(node, node.need('this'), statement, scope)
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
      return sampled(relation, node.record('sample'), node.position)
    }
    case 'paren':
    case 'alias': {
      const inner = bracketed(node)
      if (inner !== undefined) return derived(node, inner, statement, scope)
      return node.kind === 'alias'
        ? unnest(node, statement, scope)
        : table(node.only('this').need('this'), statement, scope)
    }
    case 'joined_table': {
      node.only('left', 'joins', 'alias')
      const all = [table(node.need('left'), statement, scope)]
      for (const join of node.records('joins')) all.push(joined(join, all, true, statement, scope.outer ?? scope))
      if (node.text('alias') !== undefined) throw unsupported('An alias of a join', node.position)
      return { sql: `(${all.map(({ sql }) => sql).join(' ')})`, columns: visible(all), keepsRows: false }
    }
    case 'unnest':
      return unnest(node, statement, scope)
    default: {
      const name = node.kind === 'function' ? node.text('name') : node.kind.replaceAll('_', ' ')
      throw new EngineFault(
        'semantic',
        `FUNCTION_NOT_FOUND: ${at(node.position, `Table function '${name?.toLowerCase()}' not registered`)}`,
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
  const { text, columns } = aliased(node, alias, written.columns, statement)
  const feeds = isLateral ? [] : (written.feeds ?? [])
  return { sql: `${isLateral ? 'LATERAL ' : ''}(${written.sql})${text}`, columns, feeds, keepsRows: true }
}

const setOperations = new Set(['union', 'intersect', 'except'])

/** The parser keeps `((… UNION …) EXCEPT …) AS t` as an expression in brackets. */
function bracketed(node: Node): Node | undefined {
  const inner = node.child('this')
  if (node.kind === 'alias') node.only('this', 'alias', 'column_aliases')
  if (inner?.kind === 'paren') return bracketed(inner.only('this'))
  return inner !== undefined && setOperations.has(inner.kind) ? inner : undefined
}

const samplings: Readonly<Record<string, string>> = { Bernoulli: 'BERNOULLI', System: 'SYSTEM' }

/** TABLESAMPLE: each row with that chance, or each piece of the table. */
function sampled(relation: Relation, sample: Node | undefined, position: Position | undefined): Relation {
  if (sample === undefined) return relation
  sample.only('method', 'size', 'explicit_method', 'method_before_size', 'unit_after_size', 'unit')
  const share = sample.child('size')
  if (share?.kind === 'literal' && share.text('literal_type') === 'string')
    throw mismatch(share.position, 'Sample percentage should be a numeric expression')
  if (share?.kind === 'neg')
    throw new EngineFault(
      'semantic',
      `NUMERIC_VALUE_OUT_OF_RANGE: ${at(share.position, 'Sample percentage must be greater than or equal to 0')}`,
      share.position,
    )
  const method = samplings[sample.text('method') ?? '']
  const size = sample.child('size')?.text('value') ?? ''
  if (method === undefined || !/^\d+(\.\d+)?$/.test(size)) throw unsupported('TABLESAMPLE of this form', position)
  if (Number(size) > 100)
    throw new EngineFault(
      'semantic',
      `NUMERIC_VALUE_OUT_OF_RANGE: ${at(share?.position, 'Sample percentage must be less than or equal to 100')}`,
      share?.position,
    )
  return { ...relation, sql: `${relation.sql} TABLESAMPLE ${method} (${size} PERCENT)` }
}

/** ` AS alias(columns)`, with every column given a name of its own, by which it is reached whatever it is called. */
function aliased(node: Node, alias: string, columns: readonly Column[], statement: Statement) {
  const names = node.texts('column_aliases').map(name => name.toLowerCase())
  checkNames(node, names, alias, columns.length)
  const inner = columns.map((_, index) => `c${index}`)
  const relation = statement.name('r')
  const shown = columns.map(
    ({ name, type }, index): Visible => ({
      name: names[index] ?? name,
      type,
      relation: alias,
      sql: `${relation}.${inner[index]}`,
    }),
  )
  return { text: ` AS ${relation}(${inner.join(', ')})`, columns: shown }
}

function checkNames(node: Node, names: readonly string[], alias: string, count: number): void {
  if (names.length === 0 || names.length === count) return
  const text = `Column alias list has ${names.length} entries but '${alias}' has ${count} columns available`
  throw new EngineFault('semantic', `MISMATCHED_COLUMN_ALIASES: ${at(node.position, text)}`, node.position)
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
    const { text, columns } = aliased(node, alias, cte.columns, statement)
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
  const reference = { database: database ?? statement.defaultDatabase, name }
  const view = statement.viewOf(reference)
  if (view !== undefined) {
    const written = expanded(view, reference, statement, node.position)
    const { text, columns } = aliased(node, alias, written.columns, statement)
    return { sql: `(${written.sql})${text}`, columns, feeds: written.feeds ?? [], keepsRows: true }
  }
  const scan = statement.scan(reference, alias)
  const relation = statement.name('t')
  const names = node.texts('column_aliases').map(column => column.toLowerCase())
  checkNames(node, names, alias, statement.columnsOf(reference).filter(column => column.hidden !== true).length)
  const columns = statement.columnsOf(reference).map(
    (column, index): Visible => ({
      name: names[index] ?? column.name,
      type: column.type,
      relation: alias,
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

/** UNNEST(a, b) AS u(x, y): of an array one column (of rows, one a field), of a map two; the shorter filled with NULL. */
function unnest(node: Node, statement: Statement, scope: Scope, isFilled = false): Relation {
  const inner = node.kind === 'alias' ? node.only('this', 'alias', 'column_aliases').need('this') : node
  if (inner.kind !== 'unnest')
    throw unsupported(`${inner.kind.replaceAll('_', ' ').toUpperCase()} in FROM`, node.position)
  inner.only('this', 'expressions', 'with_ordinality')
  const lists: {
    readonly sql: string
    readonly columns: readonly Column[]
    readonly of: (item: string) => readonly string[]
  }[] = []
  for (const part of [inner.need('this'), ...inner.list('expressions')]) {
    const value = statement.expression(part, scope)
    const { type } = value
    if (type.kind === 'map')
      lists.push({
        sql: `map_entries(${value.sql})`,
        columns: [
          { name: 'key', type: type.key },
          { name: 'value', type: type.value },
        ],
        of: item => [`${item}.key`, `${item}.value`],
      })
    else if (type.kind === 'array' && type.of.kind === 'row') {
      const { fields } = type.of
      lists.push({
        sql: value.sql,
        columns: fields.map(field => ({ name: field.name?.toLowerCase(), type: field.type })),
        of: item => fields.map((_, index) => `struct_extract_at(${item}, ${index + 1})`),
      })
    } else if (type.kind === 'array')
      lists.push({ sql: value.sql, columns: [{ name: undefined, type: type.of }], of: item => [item] })
    else throw mismatch(part.position, `Cannot unnest type: ${nameOf(type)}`)
  }
  const items = statement.name('items')
  const isOrdered = inner.flag('with_ordinality')
  const longest = `greatest(${lists.map(({ sql }) => `coalesce(len(${sql}), 0)`).join(', ')})`
  const places = `range(1, ${longest} + 1)`
  const filled = (list: string) => (isFilled ? `CASE WHEN ${longest} = 0 THEN [NULL] ELSE ${list} END` : list)
  const unnested = lists.map(({ sql }, index) => `unnest(${filled(sql)}) AS i${index}`)
  if (isOrdered) unnested.push(`unnest(${filled(places)}) AS place`)
  const values = lists.flatMap(({ of }, index) => of(`${items}.i${index}`))
  if (isOrdered) values.push(`CAST(${items}.place AS BIGINT)`)
  const columns: Column[] = lists.flatMap(list => list.columns)
  if (isOrdered) columns.push({ name: 'ordinality', type: bigint })
  const alias = ((node.kind === 'alias' ? node.text('alias') : undefined) ?? statement.name('unnest')).toLowerCase()
  const { text, columns: shown } = aliased(node, alias, columns, statement)
  return {
    sql: `LATERAL (SELECT ${values.join(', ')} FROM (SELECT ${unnested.join(', ')}) AS ${items})${text}`,
    columns: shown,
    keepsRows: false,
  }
}

/** The parts of a condition that must all hold. */
export function conjuncts(node: Node): readonly Node[] {
  if (node.kind === 'and') return [...conjuncts(node.need('left')), ...conjuncts(node.need('right'))]
  if (node.kind === 'paren') return conjuncts(node.need('this'))
  return [node]
}
