// Which names a place in the statement can see, and what they mean: columns of the relations in its FROM, the outer
// query's, lambda parameters, WITH's queries.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import type { Captures } from './captures.ts'
import { fieldOf } from './convert-text.ts'
import type { Target } from './feeds.ts'
import { hiddenButRefused } from './hidden-columns.ts'
import { identifier } from './text.ts'
import type { Type } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'

export interface Column {
  /** In lower case; undefined for an expression without a name. */
  readonly name: string | undefined
  readonly type: Type
}

/** A column as the expressions of a SELECT reach it. */
export type Refusal = (path: string) => { readonly code: string; readonly text: string }

export interface Visible extends Column {
  /** The relation's alias, in lower case. */
  readonly relation: string | undefined
  /** Catalog and database as the FROM writes them before a table without an alias, in lower case. */
  readonly qualifier?: readonly string[]
  readonly sql: string
  /** Found by name, in no star: `"$path"` and the like. */
  readonly hidden?: boolean
  /** Hidden behind another of its name, unless the relation is named with it. */
  readonly qualifiedOnly?: boolean
  /** What is wrong with naming it here. */
  readonly refusal?: Refusal
}

/** What a WITH names, or a relation of the session. */
export interface NamedQuery {
  /** Every mention of a WITH's query, with what is asked of its rows; absent where nothing may be. */
  readonly mentions?: Target[]
  /** What the mentions are called for DuckDB. */
  readonly relations?: string[]
  /** Its name for DuckDB: a name of ours, since the statement's own could be that of a scan, or a file's. */
  readonly sql: string
  readonly columns: readonly Column[]
}

export interface Window {
  /** Its own, or that of the window that it is made of. */
  readonly order: readonly Node[]
  readonly isFramed: boolean
}

/** What a query is grouped by, as it is written. */
export interface Groups {
  readonly keys: ReadonlySet<string>
  /** Those with a TRY in them. */
  readonly triedKeys: ReadonlySet<string>
}

/** What is made before a lambda and named in it. */
export interface Lifts {
  readonly name: string
  readonly parts: string[]
}

export interface Scope {
  readonly columns: readonly Visible[]
  /** The query around this one, whose columns may be named too. */
  readonly outer: Scope | undefined
  readonly ctes: ReadonlyMap<string, NamedQuery>
  readonly lambdas: ReadonlyMap<string, Type>
  /** Queries that are made once beside those of the SELECT's own WITH, as texts of a WITH. */
  readonly sets?: string[]
  /** Of the query that an expression belongs to; absent outside of queries. */
  readonly captures?: Captures
  /** What stands beside a lambda that has captured something must do as well: DuckDB would look for all of it around the query. */
  readonly isCapturing?: boolean
  /** Beside a query's aggregates; absent inside of them, and where the query has none. */
  readonly grouped?: Groups | undefined
  /** Of the TRY that an expression stands in, where something is to be made before it. */
  readonly lifts?: Lifts | undefined
  /** Of the SELECT's WINDOW clause, by their names in lower case. */
  readonly windows: ReadonlyMap<string, Window>
}

export const emptyScope: Scope = {
  columns: [],
  outer: undefined,
  ctes: new Map(),
  lambdas: new Map(),
  windows: new Map(),
}

/** `name`, `relation.name`, `row.field`, `relation.row.field` …; throws COLUMN_NOT_FOUND or AMBIGUOUS_NAME. */
export function resolve(path: readonly string[], scope: Scope, position: Position | undefined): Value {
  const names = path.map(part => part.toLowerCase())
  for (let place: Scope | undefined = scope; place !== undefined; place = place.outer) {
    const found = inOne(names, place, position)
    if (found !== undefined) return place === scope ? found : captured(found, scope)
  }
  for (let count = 1; count < names.length; count++) {
    const before = names.slice(0, count)
    for (let place: Scope | undefined = scope; place !== undefined; place = place.outer) {
      const found = inOne(before, place, position)
      if (found !== undefined && found.type.kind !== 'row')
        throw mismatch(position, `Expression ${before.join('.')} is not of type ROW`)
    }
  }
  if (names.at(-1) === hiddenButRefused) throw unsupported(`The column "${hiddenButRefused}"`, position)
  throw unresolved(names.join('.'), position)
}

/** In AWS's words, which say more than Trino's: a caller of Lake Formation may see some columns only. */
export const unresolved = (name: string, position: Position | undefined): EngineFault => {
  const text = `Column '${name}' cannot be resolved or requester is not authorized to access requested resources`
  return new EngineFault('semantic', `COLUMN_NOT_FOUND: ${at(position, text)}`, position)
}

/** A column of a query around this one. */
function captured(value: Value, { lambdas, isCapturing, captures }: Scope): Value {
  if ((lambdas.size === 0 && isCapturing !== true) || captures === undefined) return value
  return typed(captures.add(value.sql), value.type)
}

function inOne(names: readonly string[], scope: Scope, position: Position | undefined): Value | undefined {
  const [first = '', second] = names
  const lambda = scope.lambdas.get(first)
  if (lambda !== undefined) return fields(typed(lambdaName(first), lambda), names.slice(1))
  const places = placesOfQualified(names, scope.columns)
  if (places !== undefined) {
    const qualified = only(scope.columns, column => isQualified(column, places), places, position)
    return qualified && fields(qualified, names.slice(places.length))
  }
  if (second !== undefined) {
    const qualified = only(
      scope.columns,
      column => column.relation === first && column.name === second,
      [first, second],
      position,
    )
    if (qualified !== undefined) return fields(qualified, names.slice(2))
  }
  const plain = only(scope.columns, column => column.name === first && column.qualifiedOnly !== true, [first], position)
  return plain && fields(plain, names.slice(1))
}

/** `database.table.column`, `catalog.database.table.column`: as much of the names as is one; undefined where none of them is. */
export function placesOfQualified(
  names: readonly string[],
  columns: readonly Visible[],
): readonly string[] | undefined {
  for (let count = Math.min(names.length, 4); count > 2; count--) {
    const places = names.slice(0, count)
    if (columns.some(column => isQualified(column, places))) return places
  }
  return undefined
}

function isQualified(column: Visible, names: readonly string[]): boolean {
  return column.name === names.at(-1) && isOfRelation(column, names.slice(0, -1))
}

/** Whether a name of a relation, `table`, `database.table` or `catalog.database.table`, is that of the column's. */
export function isOfRelation(
  { relation, qualifier = [] }: Pick<Visible, 'relation' | 'qualifier'>,
  names: readonly string[],
): boolean {
  const [table] = names.slice(-1)
  const before = names.slice(0, -1)
  return (
    relation !== undefined &&
    relation === table &&
    before.length <= qualifier.length &&
    before.every((name, index) => name === qualifier[qualifier.length - before.length + index])
  )
}

function only(
  columns: readonly Visible[],
  matches: (column: Visible) => boolean,
  names: readonly string[],
  position: Position | undefined,
): Value | undefined {
  const found = columns.filter(matches)
  if (found.length > 1)
    throw new EngineFault(
      'semantic',
      `AMBIGUOUS_NAME: ${at(position, `Column '${names.join('.')}' is ambiguous`)}`,
      position,
    )
  const refusal = found[0]?.refusal?.(names.join('.'))
  if (refusal !== undefined)
    throw new EngineFault('semantic', `${refusal.code}: ${at(position, refusal.text)}`, position)
  return found[0] && typed(found[0].sql, found[0].type)
}

/** Fields of a row, by name; undefined where one is not there. */
export function fields(value: Value, names: readonly string[]): Value | undefined {
  let current = value
  for (const name of names) {
    if (current.type.kind !== 'row') return undefined
    const index = current.type.fields.findIndex(field => field.name?.toLowerCase() === name)
    const field = current.type.fields[index]
    if (field === undefined) return undefined
    current = typed(fieldOf(current.sql, index), field.type)
  }
  return current
}

/** Apart from the parameters of the lambdas in the templates of functions, among which it may come to stand. */
export const lambdaName = (name: string): string => identifier(`_${name}`)
