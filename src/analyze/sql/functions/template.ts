// How one function of Athena is said in DuckDB's words. A function is one line of one table: a template with $1, $2 … for
// its arguments ($* for all of them), several templates where the number of arguments decides, or a `write` that sees
// the arguments themselves. A function that is in no table is refused by name.

import type { Position } from '../../engine/fault.ts'
import type { Node } from '../ast.ts'

/** An argument as it was parsed and as it is written for DuckDB. */
export interface Argument {
  readonly node: Node
  readonly sql: string
}

export type Writer = (parts: readonly Argument[], position: Position | undefined) => string

export type FunctionEntry =
  | string
  | readonly string[]
  /** Aggregates (and window functions) take DISTINCT, ORDER BY, FILTER and OVER, which go inside and behind the call. */
  | { readonly aggregate: string | readonly string[] }
  | { readonly window: string | readonly string[] }
  | { readonly write: Writer; readonly least: number; readonly most: number }

export type FunctionTable = Readonly<Record<string, FunctionEntry>>

/** The template for this number of arguments, or undefined when none fits. */
export function choose(templates: string | readonly string[], count: number): string | undefined {
  const all = typeof templates === 'string' ? [templates] : templates
  return all.find(template => arityOf(template) === count) ?? all.find(template => template.includes('$*') && count > 0)
}

export function arityOf(template: string): number {
  if (template.includes('$*')) return -1
  return Math.max(0, ...[...template.matchAll(/\$(\d)/g)].map(found => Number(found[1])))
}

export function fill(template: string, parts: readonly string[]): string {
  return template.replace(/\$(\d|\*)/g, (_, which: string) =>
    which === '*' ? parts.join(', ') : (parts[Number(which) - 1] ?? 'NULL'),
  )
}
