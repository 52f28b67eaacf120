// How one function of Athena is said in DuckDB's words. A function is one entry of one table; an overload is a signature as
// Athena's documentation has it and how it is written: a template with $1, $2 … for the arguments ($* for all, $3* for all
// from the third on), or a function that sees the arguments and says the result's type itself.
//
// In an aggregate's template braces enclose the call that DISTINCT and ORDER BY go into and that FILTER and OVER follow:
// `CAST({sum($1)} AS BIGINT)`.
import type { Position } from '../../engine/fault.ts'
import type { Node } from '../ast.ts'
import type { Value } from '../value.ts'

/** Already of the type that the signature asks for; a lambda is written with its arrow. */
export interface Argument extends Value {
  readonly node: Node
}

/** Gives a template too: what an argument is written as may hold anything, so it goes in last. */
export type Writer = (parts: readonly Argument[], position: Position | undefined) => Value

export interface Overload {
  readonly signature: string
  readonly write: string | Writer
}

export interface FunctionEntry {
  readonly kind: 'scalar' | 'aggregate' | 'window'
  readonly overloads: readonly Overload[]
}

export type FunctionTable = Readonly<Record<string, FunctionEntry>>

type Pair = readonly [signature: string, write: string | Writer]

const entry =
  (kind: FunctionEntry['kind']) =>
  (...pairs: readonly Pair[]): FunctionEntry => ({
    kind,
    overloads: pairs.map(([signature, write]) => ({ signature, write })),
  })

export const scalar = entry('scalar')
export const aggregate = entry('aggregate')
export const window = entry('window')

/** A template cut at its marked calls; without braces, all of it is one. */
export function segments(template: string): readonly { readonly text: string; readonly isCall: boolean }[] {
  if (!template.includes('{')) return [{ text: template, isCall: true }]
  return template.split(/\{([^{}]*)\}/).map((text, index) => ({ text, isCall: index % 2 === 1 }))
}

export function fill(template: string, parts: readonly string[]): string {
  return template.replace(/\$(\d?)(\*?)/g, (whole, from: string, star: string) => {
    if (star !== '') return parts.slice(from === '' ? 0 : Number(from) - 1).join(', ')
    return from === '' ? whole : (parts[Number(from) - 1] ?? 'NULL')
  })
}
