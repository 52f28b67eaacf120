// `*`, `t.*` and `row.*`, with the names of `AS (…)`: which columns they stand for.
import { at, EngineFault } from '../engine/fault.ts'
import { Node } from './ast.ts'
import { fieldOf } from './convert-text.ts'
import { type Relation, visible } from './relation.ts'
import { isOfRelation, resolve, type Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import type { Type } from './typing/type.ts'
import { mismatch, type Value } from './value.ts'

export interface Starred {
  readonly name: string | undefined
  readonly type: Type
  readonly sql: string
  readonly relation?: string | undefined
  /** From 1, among the columns of its star. */
  readonly place?: number
}

/** Undefined for an item that is no star. */
export function starred(
  item: Node,
  from: readonly Relation[],
  statement: Statement,
  scope: Scope,
): readonly Starred[] | undefined {
  const star = item.kind === 'alias' ? item.need('this') : item
  const isOfRow = star.kind === 'dot' && star.text('field') === '*'
  if (star.kind !== 'star' && !isOfRow) return undefined
  const columns = isOfRow
    ? fieldsOf(statement.expression(star.need('this'), scope), star)
    : ofRelations(star, from, scope)
  if (item.kind !== 'alias') return columns
  const names = item.only('this', 'alias', 'column_aliases').records('column_aliases')
  if (names.length !== columns.length)
    throw new EngineFault(
      'semantic',
      `MISMATCHED_COLUMN_ALIASES: ${at(names[0]?.position, `Column alias list has ${names.length} entries but relation has ${columns.length} columns`)}`,
      names[0]?.position,
    )
  return columns.map((column, index) => ({ ...column, name: names[index]?.text('name')?.toLowerCase() }))
}

/** As an expression that GROUP BY and ORDER BY may name by its place. */
export const starredNode = (column: Starred): Node => new Node('starred', { ...column })

function ofRelations(star: Node, from: readonly Relation[], scope: Scope): readonly Starred[] {
  star.only('table')
  const table = star.text('table')?.toLowerCase()
  const path = table?.split('.') ?? []
  const shown = visible(from).filter(
    column => column.hidden !== true && (table === undefined || isOfRelation(column, path)),
  )
  if (shown.length > 0) return shown
  if (table === undefined)
    throw new EngineFault(
      'semantic',
      `COLUMN_NOT_FOUND: ${at(star.position, 'SELECT * not allowed in queries without FROM clause')}`,
      star.position,
    )
  const around = outer(path, scope)
  if (around.length > 0) return around
  const row = path.length > 1 ? found(path, scope) : undefined
  if (row !== undefined) return fieldsOf(row, star)
  throw new EngineFault(
    'semantic',
    `TABLE_NOT_FOUND: ${at(star.position, `Unable to resolve reference ${table}`)}`,
    star.position,
  )
}

/** A relation of the query around this one. */
function outer(path: readonly string[], scope: Scope): readonly Starred[] {
  for (let place = scope.outer; place !== undefined; place = place.outer) {
    const columns = place.columns.filter(column => column.hidden !== true && isOfRelation(column, path))
    if (columns.some(({ name }) => name === undefined))
      throw new EngineFault(
        'semantic',
        'NOT_SUPPORTED: SELECT * from outer scope table not supported with anonymous columns',
      )
    if (columns.length > 0) return columns
  }
  return []
}

function found(path: readonly string[], scope: Scope): Value | undefined {
  try {
    return resolve(path, scope, undefined)
  } catch (cause) {
    if (cause instanceof EngineFault && /^(?:COLUMN_NOT_FOUND|TYPE_MISMATCH)/.test(cause.message)) return undefined
    throw cause
  }
}

function fieldsOf({ sql, type }: Value, star: Node): readonly Starred[] {
  if (type.kind !== 'row') throw mismatch(star.position, 'expected expression of type Row')
  return type.fields.map((field, index) => ({
    name: field.name?.toLowerCase(),
    type: field.type,
    sql: fieldOf(sql, index),
  }))
}
