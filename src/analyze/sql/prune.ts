// Which partitions a query needs: the conditions of its WHERE that speak of nothing but partition columns and constants,
// written for DuckDB, which evaluates them over the partitions' values. Whatever is in doubt is left out: then more is
// read, never less.

import { at, EngineFault } from '../engine/fault.ts'
import type { Column } from '../engine/request.ts'
import type { Node } from './ast.ts'
import type { Scan, Statement } from './statement.ts'

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
  return scan.conditions
    .filter(condition => {
      const columns: string[] = []
      return onlyAbout(condition, scan, names, columns) && columns.length > 0
    })
    .map(condition => aside.expression(condition, { ctes: new Set(), lambdas: new Set() }))
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

const comparisons: Readonly<Record<string, string>> = { eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/**
 * Athena compares no text with a number; DuckDB would turn the text into one. Told for the plain case, a column of the
 * table against a literal in its WHERE, which is how people meet it (`WHERE day = 15` where day is a string).
 */
export function refuseMismatch(scan: Scan, columns: readonly Column[]): void {
  const texts = new Set(
    columns.filter(column => /^(string|varchar|char)/i.test(column.type)).map(column => column.name.toLowerCase()),
  )
  for (const condition of scan.conditions) {
    const operator = comparisons[condition.kind]
    if (operator === undefined) continue
    const sides = [condition.need('left'), condition.need('right')] as const
    const kinds = sides.map(side => sideKind(side, scan, texts))
    if (kinds.includes('varchar') && kinds.includes('integer')) {
      const position = sides.find(side => side.kind === 'column')?.position
      throw new EngineFault(
        'semantic',
        `TYPE_MISMATCH: ${at(position, `Cannot apply operator: ${kinds[0]} ${operator} ${kinds[1]}`)}`,
        position,
      )
    }
  }
}

function sideKind(node: Node, scan: Scan, texts: ReadonlySet<string>): string {
  if (node.kind === 'literal')
    return node.text('literal_type') === 'number' && /^\d+$/.test(node.text('value') ?? '') ? 'integer' : 'other'
  if (node.kind !== 'column') return 'other'
  const table = node.text('table')?.toLowerCase()
  return (table === undefined || table === scan.alias) && texts.has((node.text('name') ?? '').toLowerCase())
    ? 'varchar'
    : 'other'
}
