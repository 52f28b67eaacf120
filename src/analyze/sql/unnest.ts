// UNNEST(a, b) AS u(x, y): of an array one column, of a map two; the shorter filled with NULL. Of an array of rows it is one a
// field, as in Trino, or the row itself, as in the examples of Athena's guide: the number of names tells which is meant.
// https://docs.aws.amazon.com/athena/latest/ug/filtering-with-unnest.html
//
// Beside other relations it is written as one query of them all, whose list takes the arrays apart:
//   FROM (SELECT t.c0 AS c0, unnest(t.c1) AS i0 FROM t) AS athena_unnested_1
// So the items come in their order, and nothing is joined; columns that nobody names are left out. By itself it is a query of
// its own.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { Captures } from './captures.ts'
import { aliased } from './column-names.ts'
import { type FromItem, fromText, namedIn } from './from-text.ts'
import type { Column, Scope, Visible } from './scope.ts'
import type { Statement } from './statement.ts'
import { bigint, nameOf } from './typing/type.ts'
import { mismatch } from './value.ts'

export const isUnnest = (node: Node): boolean =>
  node.kind === 'unnest' || (node.kind === 'alias' && node.child('this')?.kind === 'unnest')

interface Unnested {
  readonly sql: string
  readonly columns: readonly Visible[]
  readonly keepsRows: false
}

/** It sees what stands before it, unless it stands `alone`. */
export function unnest(node: Node, statement: Statement, scope: Scope, alone = false): Unnested {
  const captures = new Captures(statement.name('outer'))
  const lists = listsOf(node, statement, { ...scope, columns: [], outer: scope, captures }, false)
  const items = statement.name('items')
  const { text, columns } = aliased(node, aliasOf(node, statement), lists.columns, statement)
  const from = captures.sql === undefined ? '' : ` FROM ${captures.sql}`
  const inner = `(SELECT ${lists.unnested.join(', ')}${from}) AS ${items}`
  const sql = `(SELECT ${lists.values(items).join(', ')} FROM ${inner})${text}`
  return { sql: alone ? sql : `LATERAL ${sql}`, columns, keepsRows: false }
}

interface Source extends FromItem {
  readonly columns: readonly Visible[]
  readonly merged?: readonly Visible[]
}

/** The relations before it and itself; the first has all of their text. `isFilled`: a row whose lists are empty comes once, with NULLs. */
export function unnestBeside<T extends Source>(
  node: Node,
  before: readonly T[],
  statement: Statement,
  scope: Scope,
  isFilled: boolean,
): readonly (T | Unnested)[] {
  const captures = new Captures(statement.name('outer'))
  const lists = listsOf(node, statement, { ...scope, captures }, isFilled)
  const name = statement.name('unnested')
  const known = new Map<string, string>()
  const moved = (columns: readonly Visible[]): readonly Visible[] =>
    columns.map(column => {
      const place = known.get(column.sql) ?? `c${known.size}`
      known.set(column.sql, place)
      return { ...column, sql: `${name}.${place}` }
    })
  const all = before.map(one => ({
    ...one,
    ...{ sql: '', narrowed: (): string => '', naming: '' },
    columns: moved(one.columns),
    ...(one.merged && { merged: moved(one.merged) }),
  }))
  const { columns } = aliased(node, aliasOf(node, statement), lists.columns, statement)
  const values = lists.values(name)
  const written = (carried: readonly (readonly [string, string])[], relations: (around: string) => string): string => {
    const list = [...carried.map(([sql, place]) => `${sql} AS ${place}`), ...lists.unnested].join(', ')
    const from = [...(captures.sql === undefined ? [] : [captures.sql]), relations(list)].join(', ')
    return `(SELECT ${list} FROM ${from}) AS ${name}`
  }
  const narrowed = (around: string): string => {
    const asked = namedIn(around, name)
    const carried = [...known].filter(([, place]) => asked.has(place))
    return written(carried, list => fromText(before, list))
  }
  const sql = written([...known], () => before.map(one => one.sql).join(' '))
  const shown = columns.map((column, index) => ({ ...column, sql: values[index] ?? '' }))
  const [first, ...others] = all
  const whole = first === undefined ? [] : [{ ...first, sql, narrowed, naming: sql }]
  return [...whole, ...others, { sql: '', columns: shown, keepsRows: false }]
}

const aliasOf = (node: Node, statement: Statement): string =>
  ((node.kind === 'alias' ? node.text('alias') : undefined) ?? statement.name('unnest')).toLowerCase()

/** A call in a FROM, where Athena wants TABLE(…) around it. */
export function noTable(node: Node): EngineFault {
  const { position } = node
  const opener = position && { ...position, column: position.column + (node.text('name') ?? '').length }
  return new EngineFault('syntax', at(opener, "mismatched input '('. Expecting: ',', <EOF>"), opener)
}

interface List {
  readonly sql: string
  readonly columns: readonly Column[]
  /** The values of its columns, from an item of it. */
  readonly of: (item: string) => readonly string[]
}

function listsOf(node: Node, statement: Statement, scope: Scope, isFilled: boolean) {
  const inner = node.kind === 'alias' ? node.only('this', 'alias', 'column_aliases').need('this') : node
  if (inner.kind === 'function') throw noTable(inner)
  if (inner.kind !== 'unnest')
    throw unsupported(`${inner.kind.replaceAll('_', ' ').toUpperCase()} in FROM`, node.position)
  inner.only('this', 'expressions', 'with_ordinality')
  const parts = [inner.need('this'), ...inner.list('expressions')].map(part => listsFor(part, statement, scope))
  const isOrdered = inner.flag('with_ordinality')
  const names = node.texts('column_aliases').length - (isOrdered ? 1 : 0)
  const wholes = parts.map(({ apart, whole = apart }) => whole)
  const lists = wholes.flatMap(({ columns: all }) => all).length === names ? wholes : parts.map(({ apart }) => apart)
  const longest = `greatest(${lists.map(({ sql }) => `coalesce(len(${sql}), 0)`).join(', ')})`
  const filled = (list: string) => (isFilled ? `CASE WHEN ${longest} = 0 THEN [NULL] ELSE ${list} END` : list)
  const unnested = lists.map(({ sql }, index) => `unnest(${filled(sql)}) AS i${index}`)
  if (isOrdered) unnested.push(`unnest(${filled(`range(1, ${longest} + 1)`)}) AS place`)
  const columns: Column[] = lists.flatMap(list => list.columns)
  if (isOrdered) columns.push({ name: 'ordinality', type: bigint })
  const values = (relation: string): readonly string[] => [
    ...lists.flatMap(({ of }, index) => of(`${relation}.i${index}`)),
    ...(isOrdered ? [`CAST(${relation}.place AS BIGINT)`] : []),
  ]
  return { unnested, columns, values }
}

interface Lists {
  readonly apart: List
  /** Of rows. */
  readonly whole?: List
}

function listsFor(part: Node, statement: Statement, scope: Scope): Lists {
  const { sql, type } = statement.expression(part, scope)
  if (type.kind === 'map') {
    const columns = [
      { name: 'key', type: type.key },
      { name: 'value', type: type.value },
    ]
    return { apart: { sql: `map_entries(${sql})`, columns, of: item => [`${item}.key`, `${item}.value`] } }
  }
  if (type.kind !== 'array') throw mismatch(part.position, `Cannot unnest type: ${nameOf(type)}`)
  const whole: List = { sql, columns: [{ name: undefined, type: type.of }], of: item => [item] }
  if (type.of.kind !== 'row') return { apart: whole }
  const { fields } = type.of
  const apart: List = {
    sql,
    columns: fields.map(field => ({ name: field.name?.toLowerCase(), type: field.type })),
    of: item => fields.map((_, index) => `struct_extract_at(${item}, ${index + 1})`),
  }
  return { apart, whole }
}
