// How one function of Athena is said in DuckDB's words. A function is one entry of one table; an overload is a signature as
// Athena's documentation has it and how it is written: a template (once.ts), or a function that sees the arguments and says
// the result's type itself.
//
// In an aggregate's template braces enclose the call that DISTINCT and ORDER BY go into and that FILTER and OVER follow:
// `CAST({sum($1)} AS BIGINT)`.
import type { Position } from '../../engine/fault.ts'
import type { Node } from '../ast.ts'
import type { Value } from '../value.ts'

/** Already of the type that the signature asks for. */
export interface Argument extends Value {
  readonly node: Node
  readonly lambda?: Lambda
}

/** A lambda apart, for functions that DuckDB has no such form of. */
export interface Lambda {
  /** As DuckDB's identifiers. */
  readonly names: readonly string[]
  readonly body: string
}

/** A lambda's body with its parameters being these values. */
export function applied({ names, body }: Lambda, values: readonly string[]): string {
  return names.reduceRight((inner, name, index) => `list_transform([${values[index]}], ${name} -> ${inner})[1]`, body)
}

/**
 * Gives a template too: what an argument is written as may hold anything, so it goes in last, and a writer sees $1, $2 …
 * in its place.
 */
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

/** Between quotes stands what a statement says, which a Writer may have put in: no sign in there is the template's. */
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"/.source
const braces = new RegExp(`(${quoted})|[{}]`, 'g')

/** A template cut at its marked calls; without braces, all of it is one. */
export function segments(template: string): readonly { readonly text: string; readonly isCall: boolean }[] {
  const cuts = [...template.matchAll(braces)].flatMap(found => (found[1] === undefined ? [found.index] : []))
  if (cuts.length === 0) return [{ text: template, isCall: true }]
  return [-1, ...cuts].map((cut, index) => ({ text: template.slice(cut + 1, cuts[index]), isCall: index % 2 === 1 }))
}
