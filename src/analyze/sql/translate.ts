// One statement of Athena's language, parsed, as DuckDB's text with the scans it needs. Only a query comes through.

import { EngineFault } from '../engine/fault.ts'
import { Node, nodeOf } from './ast.ts'
import { expression } from './expression.ts'
import { query } from './query.ts'
import { Statement, unnamed } from './statement.ts'
import { identifier } from './text.ts'

export interface Translation {
  readonly sql: string
  readonly statement: Statement
}

export function translate(
  tree: readonly unknown[],
  options: {
    readonly defaultDatabase: string
    readonly now: number
    readonly text: string
    /** Names that are relations of the session already, and no tables of the catalog. */
    readonly relations?: readonly string[]
  },
): Translation {
  const [first, second] = tree
  if (first === undefined)
    throw new EngineFault('syntax', "line 1:1: mismatched input '<EOF>'. Expecting: 'SELECT', 'WITH', 'VALUES'")
  if (second !== undefined)
    throw new EngineFault('syntax', 'Only one sql statement is allowed. Send each statement by itself.')
  const node = first instanceof Node ? first : nodeOf(first)
  if (node === undefined) throw new EngineFault('syntax', 'The statement is no SELECT')
  const statement = new Statement(options, { expression, query })
  const sql = query(node, statement, { ctes: new Set(options.relations), lambdas: new Set() })
  if (node.kind !== 'values') return { sql, statement }
  const width = node.records('expressions')[0]?.list('expressions').length ?? 0
  const names = Array.from({ length: width }, (_, index) => identifier(`${unnamed}_${index}`))
  return { sql: `SELECT * FROM (${sql}) AS athena_values(${names.join(', ')})`, statement }
}
