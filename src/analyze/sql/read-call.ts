// Calls as the parser keeps them: well-known functions in nodes of their own, all others by name. Both become one form.
import type { Position } from '../engine/fault.ts'
import { Node, unsupported } from './ast.ts'
import { fieldFunction } from './extract.ts'
import { asLambda } from './lambda-node.ts'

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
  rand: { name: 'random', fields: ['seed', 'lower', 'upper'] },
  round: { fields: ['this', 'decimals'] },
  str_position: { name: 'strpos', fields: ['this', 'substr', 'occurrence'] },
  substring: { fields: ['this', 'start', 'length'] },
}

/** Nodes whose `expressions` are the arguments. */
const variadic = new Set(['coalesce', 'greatest', 'least', 'array_intersect', 'concat_ws'])

const modifiers = ['distinct', 'order_by', 'filter', 'ignore_nulls', 'name', 'star', 'limit', 'on_overflow']

/** `isKnown` tells the names of functions: a node of another kind is refused by its name. */
export function readCall(node: Node, isKnown: (name: string) => boolean): Call {
  if (node.kind === 'within_group') {
    node.only('this', 'order_by')
    return { ...readCall(node.need('this'), isKnown), orderBy: node.records('order_by') }
  }
  if (isFiltered(node)) {
    node.only('this', 'expression')
    return { ...readCall(node.need('this'), isKnown), filter: node.child('expression') }
  }
  const base = {
    distinct: node.flag('distinct'),
    orderBy: node.records('order_by'),
    filter: node.child('filter'),
    ignoreNulls: node.flag('ignore_nulls'),
    position: node.position,
  }
  const cut = node.kind === 'list_agg' ? node.record('on_overflow')?.record('Truncate') : undefined
  if (cut !== undefined) {
    const parts = [node.need('this'), node.child('separator') ?? literalNode('')]
    const filler = cut.only('filler', 'with_count').child('filler') ?? literalNode('...')
    const count = new Node('boolean', { value: cut.flag('with_count') })
    return { ...base, name: 'listagg on overflow truncate', parts: [...parts, filler, count] }
  }
  if (node.kind === 'trim') {
    node.only('this', 'characters', 'position')
    const name = { Both: 'trim', Leading: 'ltrim', Trailing: 'rtrim' }[node.text('position') ?? 'Both'] ?? 'trim'
    const characters = node.child('characters')
    return { ...base, name, parts: [node.need('this'), ...(characters ? [characters] : [])] }
  }
  // The form is a word, which the parser takes for a column.
  if (node.kind === 'normalize') {
    node.only('this', 'form')
    const form = node.child('form')
    const word = form && literalNode(form.text('name') ?? form.text('value') ?? '')
    return { ...base, name: 'normalize', parts: [node.need('this'), ...(word ? [word] : [])] }
  }
  if (node.kind === 'extract') {
    return { ...base, name: fieldFunction(node), parts: [node.need('this')] }
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

/** `call FILTER (WHERE …)`, where the parser knows the call and keeps it apart; `filter(list, x -> …)` is of the same kind. */
function isFiltered(node: Node): boolean {
  const condition = node.kind === 'filter' ? node.child('expression') : undefined
  return condition !== undefined && asLambda(condition).kind !== 'lambda'
}

const literalNode = (value: string): Node => new Node('literal', { literal_type: 'string', value })

/** The name of the function that a node calls; undefined for a node that may be no call. */
export function callName(node: Node): string | undefined {
  if (node.kind === 'within_group' || isFiltered(node)) return callName(node.need('this'))
  if (node.kind === 'function' || node.kind === 'aggregate_function') return node.text('name')?.toLowerCase()
  return shapes[node.kind]?.name ?? node.kind
}
