// Which partitions a query needs: the conditions of its WHERE that speak of nothing but partition columns and constants,
// written for DuckDB, which evaluates them over the partitions' values. Whatever is in doubt is left out: then more is
// read, never less.

import type { Column } from '../engine/request.ts'
import { Node } from './ast.ts'
import { readCall } from './read-call.ts'
import { emptyScope, type Visible } from './scope.ts'
import type { Scan, Statement } from './statement.ts'
import { identifier } from './text.ts'
import { typeOfHive } from './typing/names.ts'

/** Kinds whose truth depends on their operands alone. */
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
  div: ['left', 'right'],
  mod: ['left', 'right'],
  concat: ['left', 'right'],
  like: ['left', 'right', 'escape'],
  between: ['this', 'low', 'high'],
  is_null: ['this'],
  cast: ['this'],
  try_cast: ['this'],
  interval: ['this'],
  at_time_zone: ['this', 'zone'],
  literal: [],
  boolean: [],
  null: [],
  current_date: [],
  current_timestamp: [],
}

/** Functions of their arguments and of when the query runs; others may have effects, or answer by chance. */
const functions = new Set([
  ...['current_date', 'current_timestamp', 'localtimestamp', 'now', 'date', 'date_add', 'date_diff', 'date_format'],
  ...['date_parse', 'date_trunc', 'format_datetime', 'parse_datetime', 'from_iso8601_date', 'from_iso8601_timestamp'],
  ...['from_unixtime', 'to_unixtime', 'to_iso8601', 'last_day_of_month', 'at_timezone', 'year', 'quarter', 'month'],
  ...['week', 'day', 'day_of_month', 'day_of_week', 'day_of_year', 'hour', 'minute', 'second', 'abs', 'mod', 'floor'],
  ...[
    'ceil',
    'ceiling',
    'round',
    'concat',
    'lower',
    'upper',
    'substr',
    'substring',
    'replace',
    'trim',
    'ltrim',
    'rtrim',
  ],
  ...['lpad', 'rpad', 'length', 'strpos', 'starts_with', 'split_part', 'reverse', 'coalesce', 'nullif', 'if'],
  ...['greatest', 'least', 'regexp_like', 'regexp_extract', 'regexp_replace'],
])

/** Conditions over the partition columns, ready for a WHERE over a relation with those columns. */
export function partitionConditions(
  scan: Scan,
  partitionColumns: readonly Column[],
  statement: Statement,
): readonly string[] {
  const aside = statement.aside()
  const columns = partitionColumns.map(
    ({ name, type }): Visible => ({
      name: name.toLowerCase(),
      type: typeOfHive(type),
      relation: scan.alias,
      sql: identifier(name),
    }),
  )
  return conditionsOn(scan, partitionColumns).map(
    condition => aside.expression(condition, { ...emptyScope, columns }).sql,
  )
}

/** As they are in the statement. */
export function conditionsOn(scan: Scan, partitionColumns: readonly Column[]): readonly Node[] {
  const names = new Set(partitionColumns.map(column => column.name.toLowerCase()))
  return scan.conditions.filter(condition => {
    const columns = columnsIn(condition)
    return columns !== undefined && columns.length > 0 && columns.every(column => isOf(column, scan, names))
  })
}

function isOf(column: Node, scan: Scan, names: ReadonlySet<string>): boolean {
  const table = column.text('table')?.toLowerCase()
  return (table === undefined || table === scan.alias) && names.has((column.text('name') ?? '').toLowerCase())
}

/** Whether it is the same for every row, and can be known before any is read. */
export const isConstant = (node: Node): boolean => columnsIn(node)?.length === 0

/** The columns that a condition names; undefined where its truth may depend on more than their values. */
export function columnsIn(node: Node): readonly Node[] | undefined {
  if (node.kind === 'column') return [node]
  const found: Node[] = []
  for (const part of partsOf(node) ?? [undefined]) {
    const inner = part && columnsIn(part)
    if (inner === undefined) return undefined
    found.push(...inner)
  }
  return found
}

function partsOf(node: Node): readonly Node[] | undefined {
  if (node.kind === 'in') {
    return node.child('query') === undefined ? [node.need('this'), ...node.list('expressions')] : undefined
  }
  if (node.kind === 'case') {
    const others = ['operand', 'else_'].map(field => node.child(field)).filter(part => part !== undefined)
    return [...others, ...node.lists('whens').flat()]
  }
  const fields = plain[node.kind]
  if (fields !== undefined) return fields.map(field => node.child(field)).filter(part => part !== undefined)
  try {
    const call = readCall(node, name => functions.has(name))
    const isPlain = functions.has(call.name) && !call.distinct && call.filter === undefined && call.orderBy.length === 0
    return isPlain ? call.parts : undefined
  } catch {
    // Of a form that is not a call of one of these functions.
    return undefined
  }
}

/** Whether a column of this name stands anywhere in it. */
export function mentions(node: Node, name: string): boolean {
  return stands(node.tree, name)
}

function stands(value: unknown, name: string): boolean {
  if (Array.isArray(value)) return value.some(item => stands(item, name))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => {
    if (key !== 'column' || typeof inner !== 'object' || inner === null) return stands(inner, name)
    return (new Node('column', inner as Readonly<Record<string, unknown>>).text('name') ?? '').toLowerCase() === name
  })
}
