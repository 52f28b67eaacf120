// What Athena's grammar does not put together: the sides of a comparison and of a test are values, so a test of a test
// wants brackets, as in `(a = b) = c`. https://github.com/trinodb/trino/blob/432/core/trino-parser/src/main/antlr4/io/trino/sql/parser/SqlBase.g4
import { at, EngineFault, type Position } from '../engine/fault.ts'
import type { Node } from './ast.ts'

/** Its sides, of each kind that makes a boolean of values. */
const sides: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['eq', 'neq', 'lt', 'lte', 'gt', 'gte', 'null_safe_eq', 'null_safe_neq'].map(kind => [kind, ['left', 'right']]),
  ),
  like: ['left', 'right', 'escape'],
  between: ['this', 'low', 'high'],
  in: ['this'],
  is_null: ['this'],
  any: ['this'],
  all: ['this'],
}

const isTest = (node: Node | undefined): boolean =>
  node !== undefined && !node.isBracketed && (node.kind in sides || node.kind === 'not')

/** `text` is the statement as it was sent. */
export function refuseChained(node: Node, text: string): void {
  const [first, ...others] = sides[node.kind] ?? []
  if (first === undefined) return
  const behind = others.map(name => node.child(name)).find(isTest)
  if (isTest(node.child(first))) throw unexpected(node.position, text)
  if (behind !== undefined) throw unexpected(behind.position, text)
}

function unexpected(position: Position | undefined, text: string): EngineFault {
  const line = text.split('\n')[(position?.line ?? 1) - 1] ?? ''
  const rest = [...line].slice((position?.column ?? 1) - 1).join('')
  const [input = ''] = /^(?:\w+|<>|!=|[<>]=|\S)/.exec(rest) ?? []
  return new EngineFault('syntax', at(position, `mismatched input '${input}'. Expecting: <EOF>`), position)
}
