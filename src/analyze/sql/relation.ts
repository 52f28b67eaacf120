// What stands in a FROM: tables (scans), queries, joins, UNNEST. For each table it tells whether a condition of the WHERE
// may already be asked of its rows before the join, which is what pruning partitions means.

import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import type { Scan, Scope, Statement } from './statement.ts'
import { identifier } from './text.ts'

export interface Relation {
  /** With its comma or its JOIN in front, except the first. */
  readonly sql: string
  readonly scan?: Scan
  /** False on the side of an outer join that is filled with NULLs: there a missing row changes the other side's. */
  readonly keepsRows: boolean
}

export function relations(select: Node, statement: Statement, scope: Scope): readonly Relation[] {
  const from = select.record('from')
  const joins = select.records('joins')
  if (from === undefined) return []
  from.only('expressions')
  // RIGHT and FULL joins fill up everything before them.
  const filled = joins.some(join => ['Right', 'Full'].includes(join.text('kind') ?? ''))
  const first = from.list('expressions').map((item, index): Relation => {
    const relation = table(item, statement, scope)
    return {
      ...relation,
      sql: index === 0 ? relation.sql : `, ${relation.sql}`,
      keepsRows: relation.keepsRows && !filled,
    }
  })
  return [...first, ...joins.map(join => joined(join, filled, statement, scope))]
}

const joinWords: Readonly<Record<string, string>> = {
  Inner: 'JOIN',
  Left: 'LEFT JOIN',
  Right: 'RIGHT JOIN',
  Full: 'FULL JOIN',
  Cross: 'CROSS JOIN',
  Natural: 'NATURAL JOIN',
}

function joined(join: Node, filled: boolean, statement: Statement, scope: Scope): Relation {
  join.only('this', 'on', 'using', 'kind')
  const kind = join.text('kind') ?? ''
  const word = joinWords[kind]
  if (word === undefined) throw unsupported(`${kind.toUpperCase()} JOIN`, join.need('this').position)
  const relation = table(join.need('this'), statement, scope)
  const on = join.child('on')
  const using = join.texts('using')
  if (kind === 'Inner' && on === undefined && using.length === 0) {
    throw new EngineFault('syntax', at(join.position, "mismatched input: JOIN expects 'ON' or 'USING'"), join.position)
  }
  const condition =
    on !== undefined
      ? ` ON ${statement.expression(on, scope)}`
      : using.length > 0
        ? ` USING (${using.map(identifier).join(', ')})`
        : ''
  return {
    ...relation,
    sql: `${word} ${relation.sql}${condition}`,
    keepsRows: relation.keepsRows && !filled && (kind === 'Inner' || kind === 'Cross'),
  }
}

function table(node: Node, statement: Statement, scope: Scope): Relation {
  switch (node.kind) {
    case 'table':
      return named(node, statement, scope)
    case 'subquery': {
      node.only('this', 'alias', 'column_aliases', 'lateral')
      const lateral = node.flag('lateral') ? 'LATERAL ' : ''
      return { sql: `${lateral}(${statement.query(node.need('this'), scope)})${aliased(node)}`, keepsRows: false }
    }
    case 'paren':
      return table(node.only('this').need('this'), statement, scope)
    case 'joined_table': {
      node.only('left', 'joins', 'alias')
      const left = table(node.need('left'), statement, scope)
      const joins = node.records('joins').map(join => joined(join, true, statement, scope))
      return { sql: `(${[left, ...joins].map(relation => relation.sql).join(' ')})${aliased(node)}`, keepsRows: false }
    }
    case 'alias':
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

function aliased(node: Node): string {
  const alias = node.text('alias')
  const columns = node.texts('column_aliases')
  if (alias === undefined) return ''
  return ` AS ${identifier(alias)}${columns.length > 0 ? `(${columns.map(identifier).join(', ')})` : ''}`
}

const catalogs = new Set(['awsdatacatalog'])

function named(node: Node, statement: Statement, scope: Scope): Relation {
  node.only('name', 'schema', 'catalog', 'alias', 'column_aliases')
  const name = (node.text('name') ?? '').toLowerCase()
  const database = node.text('schema')?.toLowerCase()
  const catalog = node.text('catalog')
  if (database === undefined && scope.ctes.has(name)) return { sql: identifier(name) + aliased(node), keepsRows: false }
  if (catalog !== undefined && !catalogs.has(catalog.toLowerCase())) {
    throw new EngineFault(
      'semantic',
      `CATALOG_NOT_FOUND: ${at(node.position, `Catalog '${catalog}' does not exist`)}`,
      node.position,
    )
  }
  const alias = node.text('alias')
  const scan = statement.scan({ database: database ?? statement.defaultDatabase, name }, (alias ?? name).toLowerCase())
  // Renamed columns could be taken for the table's own in a WHERE: such a scan is not pruned.
  const renamed = node.texts('column_aliases').length > 0
  return {
    sql: identifier(scan.view) + (alias === undefined ? ` AS ${identifier(name)}` : aliased(node)),
    scan,
    keepsRows: !renamed,
  }
}

/** UNNEST(a, b) AS u(x, y): one column an array, two for a map, the shorter filled with NULL. */
function unnest(node: Node, statement: Statement, scope: Scope): Relation {
  const inner = node.kind === 'alias' ? node.only('this', 'alias', 'column_aliases').need('this') : node
  if (inner.kind !== 'unnest')
    throw unsupported(`${inner.kind.replaceAll('_', ' ').toUpperCase()} in FROM`, node.position)
  inner.only('this', 'expressions', 'with_ordinality')
  const arrays = [inner.need('this'), ...inner.list('expressions')].map(part => statement.expression(part, scope))
  const ordinality = inner.flag('with_ordinality')
  const alias = (node.kind === 'alias' ? node.text('alias') : undefined) ?? 'athena_unnest'
  const names = node.kind === 'alias' ? node.texts('column_aliases') : []
  const values = names.length - (ordinality ? 1 : 0)
  const [only] = arrays
  let items = arrays.map(array => `unnest(${array})`)
  if (arrays.length === 1 && values === 2) items = [`unnest(map_keys(${only}))`, `unnest(map_values(${only}))`]
  if (ordinality) {
    const lengths = arrays.map(array => `athena_cardinality(${array})`)
    items.push(`unnest(range(1, greatest(${lengths.join(', ')}) + 1))`)
  }
  if (names.length > 0 && names.length !== items.length) {
    throw new EngineFault(
      'semantic',
      `MISMATCHED_COLUMN_ALIASES: ${at(node.position, `Column alias list has ${names.length} entries but '${alias}' has ${items.length} columns available`)}`,
    )
  }
  const columns = items.map((item, index) => `${item} AS ${identifier(names[index] ?? `athena_item_${index}`)}`)
  return { sql: `LATERAL (SELECT ${columns.join(', ')}) AS ${identifier(alias)}`, keepsRows: false }
}

/** The parts of a condition that must all hold. */
export function conjuncts(node: Node): readonly Node[] {
  if (node.kind === 'and') return [...conjuncts(node.need('left')), ...conjuncts(node.need('right'))]
  if (node.kind === 'paren') return conjuncts(node.need('this'))
  return [node]
}
