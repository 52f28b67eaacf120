// An expression as Athena's messages show it: every operation in brackets, names as they were written; undefined for one that has
// no short form here.
import type { Node } from './ast.ts'
import { functions } from './functions/functions.ts'
import { callName } from './read-call.ts'

const operators: Readonly<Record<string, string>> = {
  ...{ add: '+', sub: '-', mul: '*', div: '/', mod: '%', concat: '||' },
  ...{ eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=', and: 'AND', or: 'OR' },
  ...{ null_safe_eq: 'IS NOT DISTINCT FROM', null_safe_neq: 'IS DISTINCT FROM', like: 'LIKE' },
}

const types: Readonly<Record<string, string>> = {
  ...{ var_char: 'VARCHAR', big_int: 'BIGINT', small_int: 'SMALLINT', tiny_int: 'TINYINT', int: 'INTEGER' },
  ...{ float: 'REAL', double: 'DOUBLE', boolean: 'BOOLEAN', date: 'DATE', json: 'JSON', var_binary: 'VARBINARY' },
}

type Form = (node: Node) => string | undefined

export function shown(node: Node): string | undefined {
  const operator = operators[node.kind]
  if (operator !== undefined) return filled`(${part(node, 'left')} ${operator} ${part(node, 'right')})`
  const form = forms[node.kind]
  return form === undefined ? called(node) : form(node)
}

const part = (node: Node, name: string): string | undefined => {
  const child = node.child(name)
  return child && shown(child)
}

const all = (nodes: readonly Node[]): string | undefined => {
  const texts = nodes.map(shown)
  return texts.includes(undefined) ? undefined : texts.join(', ')
}

/** Undefined where a part of it is. */
function filled(texts: TemplateStringsArray, ...parts: readonly (string | undefined)[]): string | undefined {
  if (parts.includes(undefined)) return undefined
  return texts.map((text, index) => `${text}${parts[index] ?? ''}`).join('')
}

const forms: Readonly<Record<string, Form>> = {
  column(node) {
    const table = node.text('table')
    return `${table === undefined ? '' : `${table}.`}${node.text('name')}`
  },
  dot: node => filled`${part(node, 'this')}.${node.text('field')}`,
  paren: node => part(node, 'this'),
  literal(node) {
    const value = node.text('value') ?? ''
    const kind = node.text('literal_type')
    if (kind === 'number') return value
    const text = `'${value.replaceAll("'", "''")}'`
    return kind === 'string' ? text : `${kind?.toUpperCase()} ${text}`
  },
  null: () => 'null',
  boolean: node => String(node.flag('value')),
  neg: node => filled`-${part(node, 'this')}`,
  not: node => filled`(NOT ${part(node, 'this')})`,
  is_null: node => filled`(${part(node, 'this')} IS ${node.flag('not') ? 'NOT NULL' : 'NULL'})`,
  in(node) {
    const text = filled`(${part(node, 'this')} IN (${all(node.list('expressions'))}))`
    if (node.child('query') !== undefined) return undefined
    return node.flag('not') ? filled`(NOT ${text})` : text
  },
  between(node) {
    const text = filled`(${part(node, 'this')} BETWEEN ${part(node, 'low')} AND ${part(node, 'high')})`
    return node.flag('not') ? filled`(NOT ${text})` : text
  },
  case(node) {
    const whens = node
      .lists('whens')
      .map(([when, then]) => when && then && filled`WHEN ${shown(when)} THEN ${shown(then)}`)
    if (whens.includes(undefined)) return undefined
    const operand = node.child('operand')
    const otherwise = node.child('else_')
    const start = operand === undefined ? '' : filled`${shown(operand)} `
    const end = otherwise === undefined ? '' : filled` ELSE ${shown(otherwise)}`
    return filled`(CASE ${start}${whens.join(' ')}${end} END)`
  },
  cast: node => filled`CAST(${part(node, 'this')} AS ${types[node.record('to')?.text('data_type') ?? '']})`,
  try_cast: node => filled`TRY_CAST(${part(node, 'this')} AS ${types[node.record('to')?.text('data_type') ?? '']})`,
  subscript: node => filled`${part(node, 'this')}[${part(node, 'index')}]`,
  array_func: node => filled`ARRAY[${all(node.list('expressions'))}]`,
  tuple: node => filled`ROW (${all(node.list('expressions'))})`,
  coalesce: node => filled`COALESCE(${all(node.list('expressions'))})`,
  if_func(node) {
    const otherwise = node.child('false_value')
    const end = otherwise === undefined ? '' : filled`, ${shown(otherwise)}`
    return filled`IF(${part(node, 'condition')}, ${part(node, 'true_value')}${end})`
  },
  window_function(node) {
    const isPlain = JSON.stringify(node.raw('over'))?.includes('"this"') !== true
    return isPlain ? filled`${part(node, 'this')} OVER ()` : undefined
  },
}

function called(node: Node): string | undefined {
  const name = callName(node)
  if (name === 'count' && node.flag('star')) return 'count(*)'
  if (name === undefined || !functions.has(name)) return undefined
  const given = ['args', 'expressions'].map(field => node.list(field)).find(list => list.length > 0)
  const parts = given ?? ['this', 'expression'].flatMap(field => node.child(field) ?? [])
  const texts = all(parts)
  if (name === 'nullif') return filled`NULLIF(${texts})`
  return name === 'grouping' ? filled`GROUPING (${texts})` : filled`${name}(${texts})`
}
