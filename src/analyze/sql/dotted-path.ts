// The names of a dotted expression, as far as it is nothing but names.
import type { Node } from './ast.ts'

/** `a.b.c`, which may be a relation's column or fields of a row. */
export function pathOf(node: Node): readonly string[] | undefined {
  if (node.kind === 'column') {
    const table = node.text('table')
    return [...(table === undefined ? [] : [table]), node.text('name') ?? '']
  }
  if (node.kind !== 'dot') return undefined
  const inner = node.need('this')
  // `(t).a` is a field of the column `t`, never a relation's column.
  const before = inner.isBracketed ? undefined : pathOf(inner)
  return before && [...before, node.text('field') ?? '']
}
