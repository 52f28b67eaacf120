// Calls: the parser keeps well-known functions in nodes of their own and all others by name; both become one call, looked
// up in the table of functions. What is not in the table is no function of this engine, whatever DuckDB may have.

import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { functions } from './functions/functions.ts'
import { type Argument, choose, type FunctionEntry, fill } from './functions/template.ts'
import { orderItems, windowSpecification } from './query.ts'
import type { Scope, Statement } from './statement.ts'
import { literal } from './text.ts'

interface Call {
  readonly name: string
  readonly parts: readonly Node[]
  readonly distinct: boolean
  readonly orderBy: readonly Node[]
  readonly filter: Node | undefined
  readonly ignoreNulls: boolean
  readonly position: Position | undefined
}

/** Nodes of the parser with other names than the function has, or other fields than `this` and `expression`. */
const shapes: Readonly<Record<string, { readonly name?: string; readonly fields: readonly string[] }>> = {
  abs: { fields: ['this'] },
  approx_distinct: { fields: ['this'] },
  count_if: { fields: ['this'] },
  if_func: { name: 'if', fields: ['condition', 'true_value', 'false_value'] },
  json_array_length: { fields: ['this'] },
  json_extract: { fields: ['this', 'path'] },
  json_extract_scalar: { fields: ['this', 'path'] },
  lag: { fields: ['this', 'offset', 'default'] },
  lead: { fields: ['this', 'offset', 'default'] },
  list_agg: { name: 'listagg', fields: ['this', 'separator'] },
  log: { fields: ['base', 'this'] },
  logical_and: { name: 'bool_and', fields: ['this'] },
  logical_or: { name: 'bool_or', fields: ['this'] },
  n_tile: { name: 'ntile', fields: ['num_buckets'] },
  nth_value: { fields: ['this', 'offset'] },
  rand: { name: 'random', fields: ['lower'] },
  round: { fields: ['this', 'decimals'] },
  str_position: { name: 'strpos', fields: ['this', 'substr'] },
  substring: { fields: ['this', 'start', 'length'] },
}

/** Nodes whose `expressions` are the arguments. */
const variadic = new Set(['coalesce', 'greatest', 'least', 'array_intersect', 'concat_ws'])

const modifiers = ['distinct', 'order_by', 'filter', 'ignore_nulls', 'name', 'star', 'limit']

export function call(node: Node, statement: Statement, scope: Scope): string {
  return writeCall(readCall(node), statement, scope, '')
}

export function windowCall(node: Node, statement: Statement, scope: Scope): string {
  node.only('this', 'over')
  const over = node.record('over')
  if (over === undefined) throw unsupported('OVER without a window', node.position)
  return writeCall(
    readCall(node.need('this')),
    statement,
    scope,
    ` OVER ${windowSpecification(over, statement, scope)}`,
  )
}

function readCall(node: Node): Call {
  if (node.kind === 'within_group') {
    node.only('this', 'order_by')
    return { ...readCall(node.need('this')), orderBy: node.records('order_by') }
  }
  if (node.kind === 'trim') return trimCall(node)
  const base = {
    distinct: node.flag('distinct'),
    orderBy: node.records('order_by'),
    filter: node.child('filter'),
    ignoreNulls: node.flag('ignore_nulls'),
    position: node.position,
  }
  if (node.kind === 'function' || node.kind === 'aggregate_function') {
    node.only('name', 'args', ...modifiers)
    return { ...base, name: (node.text('name') ?? '').toLowerCase(), parts: node.list('args') }
  }
  if (variadic.has(node.kind)) {
    node.only('expressions')
    return { ...base, name: node.kind, parts: node.list('expressions') }
  }
  const shape = shapes[node.kind] ?? { fields: ['this', 'expression'] }
  const name = shape.name ?? node.kind
  if (!functions.has(name)) throw unsupported(name.replaceAll('_', ' ').toUpperCase(), node.position)
  node.only(...shape.fields, ...modifiers)
  const parts = shape.fields.map(field => node.child(field)).filter(part => part !== undefined)
  return { ...base, name, parts }
}

function trimCall(node: Node): Call {
  node.only('this', 'characters', 'position')
  const characters = node.child('characters')
  if (characters !== undefined) throw unsupported('TRIM of given characters', node.position)
  const name = { Both: 'trim', Leading: 'ltrim', Trailing: 'rtrim' }[node.text('position') ?? 'Both'] ?? 'trim'
  return {
    name,
    parts: [node.need('this')],
    distinct: false,
    orderBy: [],
    filter: undefined,
    ignoreNulls: false,
    position: node.position,
  }
}

function writeCall(made: Call, statement: Statement, scope: Scope, over: string): string {
  const special = constants[made.name]
  if (special !== undefined && over === '') return special(statement)
  const entry = functions.get(made.name)
  if (entry === undefined) {
    throw new EngineFault(
      'semantic',
      `FUNCTION_NOT_FOUND: ${at(made.position, `Function '${made.name}' not registered`)}`,
      made.position,
    )
  }
  const parts = made.parts.map(node => ({ node, sql: statement.expression(node, scope) }))
  if (typeof entry === 'object' && !Array.isArray(entry) && ('aggregate' in entry || 'window' in entry)) {
    const template = choose('aggregate' in entry ? entry.aggregate : entry.window, parts.length)
    if (template === undefined) throw wrongCount(made, parts)
    if ('window' in entry && over === '') {
      throw new EngineFault(
        'semantic',
        `${at(made.position, `Window function ${made.name} requires an OVER clause`)}`,
        made.position,
      )
    }
    return (
      aggregate(
        made,
        fill(
          template,
          parts.map(part => part.sql),
        ),
        statement,
        scope,
      ) + over
    )
  }
  if (made.distinct || made.filter !== undefined || made.orderBy.length > 0 || over !== '' || made.ignoreNulls) {
    throw new EngineFault(
      'semantic',
      at(made.position, `'${made.name}' is no aggregate: DISTINCT, ORDER BY, FILTER and OVER cannot follow it`),
      made.position,
    )
  }
  return scalar(made, entry, parts)
}

function scalar(made: Call, entry: FunctionEntry, parts: readonly Argument[]): string {
  if (typeof entry === 'object' && 'write' in entry) {
    if (parts.length < entry.least || parts.length > entry.most) throw wrongCount(made, parts)
    return entry.write(parts, made.position)
  }
  const template = typeof entry === 'string' || Array.isArray(entry) ? choose(entry, parts.length) : undefined
  if (template === undefined) throw wrongCount(made, parts)
  return fill(
    template,
    parts.map(part => part.sql),
  )
}

/** DISTINCT, ORDER BY and IGNORE NULLS stand inside the call, FILTER behind it. */
function aggregate(made: Call, written: string, statement: Statement, scope: Scope): string {
  const open = written.indexOf('(')
  const distinct = made.distinct ? 'DISTINCT ' : ''
  const order = made.orderBy.length > 0 ? ` ORDER BY ${orderItems(made.orderBy, statement, scope)}` : ''
  const nulls = made.ignoreNulls ? ' IGNORE NULLS' : ''
  const filter = made.filter === undefined ? '' : ` FILTER (WHERE ${statement.expression(made.filter, scope)})`
  return `${written.slice(0, open + 1)}${distinct}${written.slice(open + 1, -1)}${order}${nulls})${filter}`
}

function wrongCount(made: Call, parts: readonly Argument[]): EngineFault {
  return new EngineFault(
    'semantic',
    `FUNCTION_NOT_FOUND: ${at(made.position, `Unexpected parameters for function ${made.name}: it does not take ${parts.length} arguments`)}`,
    made.position,
  )
}

/** Functions of the statement's own time: one instant for the whole statement. */
const constants: Readonly<Record<string, (statement: Statement) => string>> = {
  current_timestamp: statement => instant(statement, 'TIMESTAMPTZ'),
  now: statement => instant(statement, 'TIMESTAMPTZ'),
  localtimestamp: statement => instant(statement, 'TIMESTAMP'),
  current_date: statement => `CAST(${literal(new Date(statement.now).toISOString().slice(0, 10))} AS DATE)`,
}

function instant(statement: Statement, type: string): string {
  const text = new Date(statement.now).toISOString().replace('T', ' ')
  return `CAST(${literal(type === 'TIMESTAMP' ? text.replace('Z', '') : text.replace('Z', '+00'))} AS ${type})`
}
