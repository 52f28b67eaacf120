// One statement of Athena's language, parsed, as DuckDB's text with the scans it needs. Only a query comes through.
import { EngineFault } from '../engine/fault.ts'
import { Node, nodeOf } from './ast.ts'
import { expression } from './expression.ts'
import { hiddenIn } from './hidden-columns.ts'
import { query } from './query.ts'
import { type Column, emptyScope } from './scope.ts'
import { Statement, type Tables, type Views } from './statement.ts'
import { identifier } from './text.ts'

export interface Translation {
  readonly sql: string
  /** What comes out, with Athena's types. */
  readonly columns: readonly Column[]
  readonly statement: Statement
}

/** The statement's one node; throws when it is none, several or no query. */
export function statementOf(tree: readonly unknown[]): Node {
  const [first, second] = tree
  if (first === undefined)
    throw new EngineFault('syntax', "line 1:1: mismatched input '<EOF>'. Expecting: 'SELECT', 'WITH', 'VALUES'")
  if (second !== undefined)
    throw new EngineFault('syntax', 'Only one sql statement is allowed. Send each statement by itself.')
  const node = first instanceof Node ? first : nodeOf(first)
  if (node === undefined) throw new EngineFault('syntax', 'The statement is no SELECT')
  return node
}

export function translate(
  node: Node,
  options: {
    readonly defaultDatabase: string
    readonly now: number
    readonly text: string
    readonly tables: Tables
    readonly views?: Views
    /** Relations of the session that are no tables of the catalog. */
    readonly relations?: ReadonlyMap<string, readonly Column[]>
  },
): Translation {
  const { defaultDatabase, now, text, tables, views } = options
  const statement = new Statement(
    { defaultDatabase, now, text, tables, ...(views && { views }), hiddenColumns: hiddenIn(text) },
    { expression, query },
  )
  const known = [...(options.relations ?? [])].map(
    ([name, found]) => [name, { sql: identifier(name), columns: found }] as const,
  )
  const { sql, columns } = query(node, statement, { ...emptyScope, ctes: new Map(known) })
  statement.settle()
  return { sql, columns, statement }
}

/** A column without a name is called by its place. */
export const shownName = ({ name }: Column, place: number): string => name ?? `_col${place}`
