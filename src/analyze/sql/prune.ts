// Which partitions a query needs: the conditions of its WHERE that speak of nothing but partition columns and constants,
// written for DuckDB, which evaluates them over the partitions' values. Whatever is in doubt is left out: then more is
// read, never less.

import type { Column } from '../engine/request.ts'
import type { Node } from './ast.ts'
import { emptyScope, type Visible } from './scope.ts'
import type { Scan, Statement } from './statement.ts'
import { identifier } from './text.ts'
import { typeOfHive } from './typing/names.ts'

/** Kinds whose truth depends on their operands alone. Calls are not among them: some have effects or chance. */
const plain: Readonly<Record<string, readonly string[]>> = {
  paren: ['this'],
  neg: ['this'],
  not: ['this'],
  and: ['left', 'right'],
  or: ['left', 'right'],
  eq: ['left', 'right'],
  neq: ['left', 'right'],
  lt: ['left', 'right'],
  lte: ['left', 'right'],
  gt: ['left', 'right'],
  gte: ['left', 'right'],
  add: ['left', 'right'],
  sub: ['left', 'right'],
  mul: ['left', 'right'],
  concat: ['left', 'right'],
  like: ['left', 'right', 'escape'],
  between: ['this', 'low', 'high'],
  is_null: ['this'],
  cast: ['this'],
  literal: [],
  boolean: [],
  null: [],
}

/** Conditions over the partition columns, ready for a WHERE over a relation with those columns. */
export function partitionConditions(
  scan: Scan,
  partitionColumns: readonly Column[],
  statement: Statement,
): readonly string[] {
  const names = new Set(partitionColumns.map(column => column.name.toLowerCase()))
  const aside = statement.aside()
  const columns = partitionColumns.map(
    ({ name, type }): Visible => ({
      name: name.toLowerCase(),
      type: typeOfHive(type),
      relation: scan.alias,
      sql: identifier(name),
    }),
  )
  return scan.conditions
    .filter(condition => {
      const seen: string[] = []
      return onlyAbout(condition, scan, names, seen) && seen.length > 0
    })
    .map(condition => aside.expression(condition, { ...emptyScope, columns }).sql)
}

function onlyAbout(node: Node, scan: Scan, names: ReadonlySet<string>, seen: string[]): boolean {
  if (node.kind === 'column') {
    const name = (node.text('name') ?? '').toLowerCase()
    const table = node.text('table')?.toLowerCase()
    if ((table !== undefined && table !== scan.alias) || !names.has(name)) return false
    seen.push(name)
    return true
  }
  if (node.kind === 'in') {
    if (node.child('query') !== undefined) return false
    const parts = [node.need('this'), ...node.list('expressions')]
    return parts.every(part => onlyAbout(part, scan, names, seen))
  }
  const fields = plain[node.kind]
  if (fields === undefined) return false
  return fields.every(field => {
    const part = node.child(field)
    return part === undefined || onlyAbout(part, scan, names, seen)
  })
}
