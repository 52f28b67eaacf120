// Calls as the parser keeps them: well-known functions in nodes of their own, all others by name. Both become one form.
import type { Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'

export interface Call {
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
  parse_json: { name: 'json_parse', fields: ['this'] },
  rand: { name: 'random', fields: ['lower'] },
  round: { fields: ['this', 'decimals'] },
  str_position: { name: 'strpos', fields: ['this', 'substr'] },
  substring: { fields: ['this', 'start', 'length'] },
}

/** Nodes whose `expressions` are the arguments. */
const variadic = new Set(['coalesce', 'greatest', 'least', 'array_intersect', 'concat_ws'])

const modifiers = ['distinct', 'order_by', 'filter', 'ignore_nulls', 'name', 'star', 'limit']

const fieldFunctions: Readonly<Record<string, string>> = {
  Year: 'year',
  Quarter: 'quarter',
  Month: 'month',
  Week: 'week',
  Day: 'day',
  DayOfWeek: 'day_of_week',
  DayOfYear: 'day_of_year',
  Hour: 'hour',
  Minute: 'minute',
  Second: 'second',
}

/** `isKnown` tells the names of functions: a node of another kind is refused by its name. */
export function readCall(node: Node, isKnown: (name: string) => boolean): Call {
  if (node.kind === 'within_group') {
    node.only('this', 'order_by')
    return { ...readCall(node.need('this'), isKnown), orderBy: node.records('order_by') }
  }
  const base = {
    distinct: node.flag('distinct'),
    orderBy: node.records('order_by'),
    filter: node.child('filter'),
    ignoreNulls: node.flag('ignore_nulls'),
    position: node.position,
  }
  if (node.kind === 'trim') {
    node.only('this', 'characters', 'position')
    const name = { Both: 'trim', Leading: 'ltrim', Trailing: 'rtrim' }[node.text('position') ?? 'Both'] ?? 'trim'
    const characters = node.child('characters')
    return { ...base, name, parts: [node.need('this'), ...(characters ? [characters] : [])] }
  }
  if (node.kind === 'extract') {
    const name = fieldFunctions[node.text('field') ?? '']
    if (name === undefined) throw unsupported(`EXTRACT of ${node.text('field')}`, node.position)
    return { ...base, name, parts: [node.need('this')] }
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
  if (!isKnown(name)) throw unsupported(name.replaceAll('_', ' ').toUpperCase(), node.position)
  node.only(...shape.fields, ...modifiers)
  const parts = shape.fields.map(field => node.child(field)).filter(part => part !== undefined)
  return { ...base, name, parts }
}
