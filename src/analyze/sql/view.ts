// A view of the catalog: a query of its own, in its own database, which sees nothing of the query that names it. What comes
// out has the names and types that the view was declared with.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import type { TableReference } from '../engine/request.ts'
import type { Node } from './ast.ts'
import { coerced } from './convert.ts'
import { kept } from './feeds.ts'
import { type Column, emptyScope } from './scope.ts'
import type { Statement, Written } from './statement.ts'
import { identifier } from './text.ts'
import { turnsInto } from './typing/coercion.ts'
import { isSame, nameOf } from './typing/type.ts'

export interface View {
  /** Its tables are named with their databases. */
  readonly query: Node
  readonly columns: readonly Column[]
}

export function expanded(
  { query, columns }: View,
  { database, name }: TableReference,
  statement: Statement,
  position: Position | undefined,
): Written {
  const called = `awsdatacatalog.${database}.${name}`
  const written = analyzed(() => statement.query(query, emptyScope), called, position)
  const stale = (text: string) =>
    new EngineFault(
      'semantic',
      `VIEW_IS_STALE: ${at(position, `View '${called}' is stale or in invalid state: ${text}`)}`,
      position,
    )
  if (written.columns.length !== columns.length)
    throw stale(
      `stored view column count (${columns.length}) does not match column count derived from the view query analysis (${written.columns.length})`,
    )
  const values = columns.map(({ name: stored, type }, index) => {
    const found = written.columns[index]
    if (found === undefined || stored === undefined) throw stale(`column at position ${index} has no name`)
    const projected = `column [${found.name}] of type ${nameOf(found.type)} projected from query view at position ${index}`
    const declared = `column [${stored}] of type ${nameOf(type)} stored in view definition`
    if (found.name !== stored) throw stale(`${projected} has a different name from ${declared}`)
    if (!turnsInto(found.type, type)) throw stale(`${projected} cannot be coerced to ${declared}`)
    return `${coerced({ sql: `c${index}`, type: found.type }, type)} AS ${identifier(stored)}`
  })
  const inner = columns.map((_, index) => `c${index}`).join(', ')
  const relation = statement.name('view')
  const feeds = kept(written.feeds, place => {
    const [found, stored] = [written.columns[place], columns[place]]
    return found !== undefined && stored !== undefined && isSame(found.type, stored.type)
  })
  const { narrowed } = written
  const text = (items: readonly string[], sql: string) =>
    `SELECT ${items.join(', ')} FROM (${sql}) AS ${relation}(${inner})`
  const narrow =
    narrowed &&
    ((used: ReadonlySet<number>) =>
      text(
        values.map((value, place) => (used.has(place) ? value : 'NULL')),
        narrowed(used),
      ))
  return { sql: text(values, written.sql), columns, feeds, ...(narrow && { narrowed: narrow }) }
}

function analyzed(write: () => Written, called: string, position: Position | undefined): Written {
  try {
    return write()
  } catch (cause) {
    if (!(cause instanceof EngineFault) || cause.kind !== 'semantic') throw cause
    throw invalidView(called, cause.message, position, cause)
  }
}

/** `TABLE_NOT_FOUND: line 1:15: …` of the view's own query, told of the view. */
export const invalidView = (called: string, message: string, position?: Position, cause?: unknown): EngineFault =>
  new EngineFault(
    'semantic',
    `INVALID_VIEW: ${at(position, `Failed analyzing stored view '${called}': ${message.replace(/^[A-Z_]+: /, '')}`)}`,
    position,
    cause,
  )
