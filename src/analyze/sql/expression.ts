// Athena's expressions, written for DuckDB. Every kind of node has its line; a kind that has none is refused by name.
// Meaning that differs between the two is mended here (operators, literals, casts) or in functions/ (calls).

import { EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { call, windowCall } from './call.ts'
import type { Scope, Statement } from './statement.ts'
import { identifier, literal } from './text.ts'
import { duckTypeOfCast } from './types.ts'

type Write = (node: Node, statement: Statement, scope: Scope) => string

export function expression(node: Node, statement: Statement, scope: Scope): string {
  const write = writers[node.kind]
  if (write !== undefined) return write(node, statement, scope)
  return call(node, statement, scope)
}

function binary(operator: string): Write {
  return (node, statement, scope) => {
    node.only('left', 'right')
    return `(${statement.expression(node.need('left'), scope)} ${operator} ${statement.expression(node.need('right'), scope)})`
  }
}

/** Plus and minus keep the type of a date to which an interval is added. */
function sum(operator: '+' | '-'): Write {
  const plain = binary(operator)
  return (node, statement, scope) => {
    node.only('left', 'right')
    const left = node.need('left')
    const right = node.need('right')
    const write = (part: Node) => statement.expression(part, scope)
    if (right.kind === 'interval' && left.kind !== 'interval') {
      return `cast_to_type(${write(left)} ${operator} ${write(right)}, ${write(left)})`
    }
    if (left.kind === 'interval' && right.kind !== 'interval' && operator === '+') {
      return `cast_to_type(${write(right)} + ${write(left)}, ${write(right)})`
    }
    return plain(node, statement, scope)
  }
}

/** Athena fails where the divisor is zero, DuckDB says NULL: the macro minds it, unless the divisor is plainly another number. */
function divide(operator: '/' | '%', macro: string, left: string, right: string): Write {
  return (node, statement, scope) => {
    node.only(left, right)
    const divisor = node.need(right)
    const parts = [statement.expression(node.need(left), scope), statement.expression(divisor, scope)] as const
    if (divisor.kind === 'literal' && Number(divisor.text('value')) !== 0)
      return `(${parts[0]} ${operator} ${parts[1]})`
    return `${macro}(${parts[0]}, ${parts[1]})`
  }
}

function unary(before: string, after = ''): Write {
  return (node, statement, scope) => {
    node.only('this', 'not')
    const not = node.flag('not') ? ' NOT' : ''
    return `(${before}${statement.expression(node.need('this'), scope)}${after.replace('?', not)})`
  }
}

const quantified: Readonly<Record<string, string>> = { Eq: '=', Neq: '<>', Gt: '>', Gte: '>=', Lt: '<', Lte: '<=' }

function comparedToAll(word: 'ANY' | 'ALL'): Write {
  return (node, statement, scope) => {
    node.only('this', 'subquery', 'op')
    const operator = quantified[node.text('op') ?? '']
    const subquery = node.need('subquery')
    if (operator === undefined || !['subquery', 'select', 'values', 'union'].includes(subquery.kind)) {
      throw unsupported(`${word} of something that is no query`, node.position)
    }
    return `(${statement.expression(node.need('this'), scope)} ${operator} ${word} (${statement.query(subquery, scope)}))`
  }
}

const writers: Readonly<Record<string, Write>> = {
  column,
  literal: literalValue,
  null: () => 'NULL',
  boolean: node => (node.only('value').flag('value') ? 'true' : 'false'),
  paren: unary(''),
  // A sign is kept apart from another sign: `--` would begin a comment.
  neg: unary('- '),
  not: unary('NOT '),
  and: binary('AND'),
  or: binary('OR'),
  eq: binary('='),
  neq: binary('<>'),
  lt: binary('<'),
  lte: binary('<='),
  gt: binary('>'),
  gte: binary('>='),
  null_safe_eq: binary('IS NOT DISTINCT FROM'),
  null_safe_neq: binary('IS DISTINCT FROM'),
  add: sum('+'),
  sub: sum('-'),
  mul: binary('*'),
  div: divide('/', 'athena_division', 'left', 'right'),
  mod: divide('%', 'athena_modulus', 'left', 'right'),
  mod_func: divide('%', 'athena_modulus', 'this', 'expression'),
  concat: binary('||'),
  is_null: unary('', ' IS? NULL'),
  is_true: unary('', ' IS? TRUE'),
  is_false: unary('', ' IS? FALSE'),
  like(node, statement, scope) {
    node.only('left', 'right', 'escape')
    const escaped = node.child('escape')
    const end = escaped === undefined ? '' : ` ESCAPE ${statement.expression(escaped, scope)}`
    return `(${statement.expression(node.need('left'), scope)} LIKE ${statement.expression(node.need('right'), scope)}${end})`
  },
  between(node, statement, scope) {
    node.only('this', 'low', 'high', 'not')
    const write = (name: string) => statement.expression(node.need(name), scope)
    return `(${write('this')}${node.flag('not') ? ' NOT' : ''} BETWEEN ${write('low')} AND ${write('high')})`
  },
  in(node, statement, scope) {
    node.only('this', 'expressions', 'query', 'not')
    const inner = node.child('query')
    const set =
      inner === undefined ? statement.expressions(node.list('expressions'), scope) : statement.query(inner, scope)
    return `(${statement.expression(node.need('this'), scope)}${node.flag('not') ? ' NOT' : ''} IN (${set}))`
  },
  exists(node, statement, scope) {
    return `(${node.only('this', 'not').flag('not') ? 'NOT ' : ''}EXISTS (${statement.query(node.need('this'), scope)}))`
  },
  any: comparedToAll('ANY'),
  all: comparedToAll('ALL'),
  subquery(node, statement, scope) {
    node.only('this')
    return `(${statement.query(node.need('this'), scope)})`
  },
  case(node, statement, scope) {
    node.only('operand', 'whens', 'else_')
    const operand = node.child('operand')
    const otherwise = node.child('else_')
    const whens = node.lists('whens').map(([when, then]) => {
      if (when === undefined || then === undefined)
        throw unsupported('A CASE branch without its two parts', node.position)
      return `WHEN ${statement.expression(when, scope)} THEN ${statement.expression(then, scope)}`
    })
    const start = operand === undefined ? 'CASE' : `CASE ${statement.expression(operand, scope)}`
    const end = otherwise === undefined ? '' : ` ELSE ${statement.expression(otherwise, scope)}`
    return `${start} ${whens.join(' ')}${end} END`
  },
  cast: castTo('CAST'),
  try_cast: castTo('TRY_CAST'),
  extract,
  interval,
  at_time_zone(node, statement, scope) {
    node.only('this', 'zone')
    // A timestamp without a zone counts as UTC, the session's zone, as in Athena.
    return `timezone(${statement.expression(node.need('zone'), scope)}, CAST(${statement.expression(node.need('this'), scope)} AS TIMESTAMPTZ))`
  },
  subscript(node, statement, scope) {
    node.only('this', 'index')
    return `athena_subscript(${statement.expression(node.need('this'), scope)}, ${statement.expression(node.need('index'), scope)})`
  },
  dot(node, statement, scope) {
    node.only('this', 'field')
    return `(${statement.expression(node.need('this'), scope)}).${identifier(node.text('field') ?? '')}`
  },
  tuple(node, statement, scope) {
    node.only('expressions')
    return `row(${statement.expressions(node.list('expressions'), scope)})`
  },
  array_func(node, statement, scope) {
    node.only('expressions')
    return `[${statement.expressions(node.list('expressions'), scope)}]`
  },
  lambda(node, statement, scope) {
    node.only('parameters', 'body')
    const names = node.texts('parameters')
    const inner: Scope = { ...scope, lambdas: new Set([...scope.lambdas, ...names.map(name => name.toLowerCase())]) }
    const parameters = names.length === 1 ? identifier(names[0] ?? '') : `(${names.map(identifier).join(', ')})`
    return `${parameters} -> ${statement.expression(node.need('body'), inner)}`
  },
  parse_json: (node, statement, scope) => `json(${statement.expression(node.only('this').need('this'), scope)})`,
  window_function: windowCall,
}

function column(node: Node, statement: Statement, scope: Scope): string {
  node.only('name', 'table')
  const name = node.text('name') ?? ''
  const table = node.text('table')
  const position = node.position
  if (name.startsWith('@')) throw unsupported('A variable', position)
  if (
    position !== undefined &&
    !scope.lambdas.has(name.toLowerCase()) &&
    !statement.columnPositions.has(name.toLowerCase())
  ) {
    statement.columnPositions.set(name.toLowerCase(), position)
  }
  return table === undefined ? identifier(name) : `${identifier(table)}.${identifier(name)}`
}

const number = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

function literalValue(node: Node): string {
  node.only('literal_type', 'value')
  const value = node.text('value') ?? ''
  switch (node.text('literal_type')) {
    case 'number':
      if (number.test(value)) return value
      break
    case 'string':
      return literal(value)
    case 'date':
      return `CAST(${literal(value)} AS DATE)`
    case 'timestamp':
      return timestamp(value)
    case 'time':
      return `CAST(${literal(value)} AS TIME)`
    case 'hex_string':
      if (/^([0-9a-fA-F]{2})*$/.test(value)) return `unhex(${literal(value)})`
      break
  }
  throw unsupported(`The literal ${value.slice(0, 40)}`, node.position)
}

/** With a zone it is an instant, without one a wall clock. DuckDB wants an offset right behind the time. */
function timestamp(value: string): string {
  const text = value.trim().replace(/\s+([+-]\d\d:?\d\d)$/, '$1')
  const zoned = /[+-]\d\d:?\d\d$/.test(text.slice(10)) || /[A-Za-z]/.test(text.slice(10).replace('T', ''))
  return `CAST(${literal(text)} AS ${zoned ? 'TIMESTAMPTZ' : 'TIMESTAMP'})`
}

const integerMacros: Readonly<Record<string, string>> = {
  TINYINT: 'athena_tinyint',
  SMALLINT: 'athena_smallint',
  INTEGER: 'athena_integer',
  BIGINT: 'athena_bigint',
}

function castTo(word: 'CAST' | 'TRY_CAST'): Write {
  return (node, statement, scope) => {
    node.only('this', 'to')
    const type = node.record('to')
    if (type === undefined) throw unsupported('A cast without a type', node.position)
    const target = duckTypeOfCast(type)
    const value = statement.expression(node.need('this'), scope)
    const length = type.number('length')
    const integer = integerMacros[target]
    let text = `CAST(${value} AS ${target})`
    if (integer !== undefined) text = `${integer}(${value})`
    else if (target === 'VARCHAR') text = `athena_varchar(${value})`
    else if (target === 'DATE') text = `athena_date(${value})`
    else if (target === 'JSON') text = `to_json(${value})`
    if (target === 'VARCHAR' && length !== undefined) text = `left(${text}, ${length})`
    return word === 'TRY_CAST' ? `try(${text})` : text
  }
}

const fields: Readonly<Record<string, string>> = {
  Year: 'year',
  Quarter: 'quarter',
  Month: 'month',
  Week: 'week',
  Day: 'day',
  DayOfWeek: 'isodow',
  DayOfYear: 'dayofyear',
  Hour: 'hour',
  Minute: 'minute',
  Second: 'second',
}

function extract(node: Node, statement: Statement, scope: Scope): string {
  node.only('this', 'field')
  const field = fields[node.text('field') ?? '']
  if (field === undefined) throw unsupported(`EXTRACT of ${node.text('field')}`, node.position)
  return `${field}(athena_wall(${statement.expression(node.need('this'), scope)}))`
}

const intervalUnits: Readonly<Record<string, string>> = {
  Second: 'SECOND',
  Minute: 'MINUTE',
  Hour: 'HOUR',
  Day: 'DAY',
  Week: 'WEEK',
  Month: 'MONTH',
  Year: 'YEAR',
}

function interval(node: Node): string {
  node.only('this', 'unit')
  const unit = node.record('unit')?.text('unit')
  const amount = node.need('this').text('value') ?? ''
  const name = intervalUnits[unit ?? '']
  if (name === undefined || !/^[+-]?\d+(\.\d+)?$/.test(amount)) {
    throw new EngineFault(
      'unsupported',
      `INTERVAL '${amount}' of this form is not supported by this engine yet; write INTERVAL '2' DAY`,
    )
  }
  return `INTERVAL ${literal(amount)} ${name}`
}
