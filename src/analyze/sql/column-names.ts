// The names of a relation's columns: ` AS alias(columns)`, with every column given a name of its own, by which it is reached
// whatever it is called.
import { at, EngineFault } from '../engine/fault.ts'
import type { Node } from './ast.ts'
import type { Column, Visible } from './scope.ts'
import type { Statement } from './statement.ts'

export function aliased(node: Node, alias: string, columns: readonly Column[], statement: Statement) {
  const names = node.texts('column_aliases').map(name => name.toLowerCase())
  checkNames(node, names, alias, columns.length)
  const inner = columns.map((_, index) => `c${index}`)
  const relation = statement.name('r')
  const shown = columns.map(
    ({ name, type }, index): Visible => ({
      name: names[index] ?? name,
      type,
      relation: alias,
      sql: `${relation}.${inner[index]}`,
    }),
  )
  return { relation, text: ` AS ${relation}(${inner.join(', ')})`, columns: shown }
}

export function checkNames(node: Node, names: readonly string[], alias: string, count: number): void {
  if (names.length === 0 || names.length === count) return
  const text = `Column alias list has ${names.length} entries but '${alias}' has ${count} columns available`
  throw new EngineFault('semantic', `MISMATCHED_COLUMN_ALIASES: ${at(node.position, text)}`, node.position)
}
