// Athena's expressions, written for DuckDB with their types. Every kind of node has its line; a kind that has none is a
// call or is refused by name.
import { type Node, unsupported } from './ast.ts'
import { call, windowCall } from './call.ts'
import { commonOf, together } from './common-type.ts'
import { cast, coerced } from './convert.ts'
import { pathOf } from './dotted-path.ts'
import { isNested } from './equality.ts'
import { checkField } from './extract.ts'
import { jsonCall } from './json-call.ts'
import { like } from './like.ts'
import { intervalOf, leastOf, literalValue } from './literals.ts'
import { fill, isCostly, madeOnce, once } from './once.ts'
import {
  type Arithmetic,
  arithmetic,
  comparison,
  concatenation,
  condition,
  infinity,
  mayBeNan,
  notPushed,
} from './operators.ts'
import { inOwnType } from './own-type.ts'
import { refuseChained } from './precedence.ts'
import { comparedToAll, scalar, within } from './queried.ts'
import { fields, resolve, type Scope, unresolved } from './scope.ts'
import { shown } from './shown.ts'
import type { Statement } from './statement.ts'
import { subscript } from './subscript.ts'
import { withItsZone } from './text-instant.ts'
import { liftedOrKey, tryCast } from './tried.ts'
import { typeOfNode } from './type-node.ts'
import { common, isText } from './typing/coercion.ts'
import { arrayOf, boolean, instant, isSimple, nameOf, rowOf, type Type, unknown } from './typing/type.ts'
import { unicodeText } from './unicode-text.ts'
import { mismatch, typed, type Value } from './value.ts'
import { zoneOf } from './zones.ts'

type Write = (node: Node, statement: Statement, scope: Scope) => Value

export function expression(node: Node, statement: Statement, scope: Scope): Value {
  const made = liftedOrKey(node, statement, scope)
  if (made !== undefined) return made
  refuseChained(node, statement.text)
  const write = writers[node.kind]
  return write === undefined ? call(node, statement, scope) : write(node, statement, scope)
}

const computed =
  (operator: Arithmetic, left = 'left', right = 'right'): Write =>
  (node, statement, scope) => {
    node.only(left, right)
    const one = statement.expression(node.need(left), scope)
    return arithmetic(operator, one, statement.expression(node.need(right), scope), node.position)
  }

const compared =
  (operator: string): Write =>
  (node, statement, scope) => {
    node.only('left', 'right')
    const side = (name: 'left' | 'right', isCapturing: boolean | undefined) =>
      statement.expression(node.need(name), isCapturing === scope.isCapturing ? scope : { ...scope, isCapturing: true })
    const [left, right] = [side('left', scope.isCapturing), side('right', scope.isCapturing)]
    // Arrays and maps are compared by lambdas, which see no column of a query around theirs.
    const isApart = scope.captures !== undefined && scope.isCapturing !== true && isNested(left.type)
    if (isApart) return comparison(operator, side('left', true), side('right', true), node.position)
    return comparison(operator, left, right, node.position)
  }

const connected =
  (word: 'AND' | 'OR'): Write =>
  (node, statement, scope) => {
    node.only('left', 'right')
    const side = (name: string) => {
      const term = node.need(name)
      return condition(statement.expression(term, scope), 'Logical expression term', term.position)
    }
    return typed(`(${side('left')} ${word} ${side('right')})`, boolean)
  }

/** `x IS [NOT] NULL`, `x IS [NOT] TRUE` */
const tested =
  (word: string): Write =>
  (node, statement, scope) => {
    node.only('this', 'not')
    const not = node.flag('not') ? ' NOT' : ''
    return typed(`(${statement.expression(node.need('this'), scope).sql} IS${not} ${word})`, boolean)
  }

const writers: Readonly<Record<string, Write>> = {
  column,
  literal: literalValue,
  interval: intervalOf,
  unicode_string: node => literalValue(unicodeText(node)),
  null: () => typed('NULL', unknown),
  boolean: node => typed(node.only('value').flag('value') ? 'true' : 'false', boolean),
  paren(node, statement, scope) {
    node.only('this')
    const inner = statement.expression(node.need('this'), scope)
    return { ...inner, sql: `(${inner.sql})` }
  },
  // A sign is kept apart from another sign: `--` would begin a comment.
  neg(node, statement, scope) {
    node.only('this')
    const least = leastOf(node.need('this'))
    if (least !== undefined) return least
    const value = statement.expression(node.need('this'), scope)
    if (isText(value.type) || isSimple(value.type, 'boolean', 'date', 'json'))
      throw mismatch(node.position, `Cannot negate ${nameOf(value.type)}`)
    const negated = { ...value, sql: `(- ${value.sql})` }
    return value.number === undefined ? negated : { ...negated, number: -value.number }
  },
  not(node, statement, scope) {
    node.only('this')
    const denied = node.need('this')
    const found = statement.expression(denied, scope)
    const value = denied.kind === 'null_safe_eq' ? { ...found, sql: notPushed(found.sql) } : found
    return typed(`(NOT ${condition(value, 'Value of logical NOT expression', denied.position)})`, boolean)
  },
  and: connected('AND'),
  or: connected('OR'),
  eq: compared('='),
  neq: compared('<>'),
  lt: compared('<'),
  lte: compared('<='),
  gt: compared('>'),
  gte: compared('>='),
  null_safe_eq: compared('IS NOT DISTINCT FROM'),
  null_safe_neq: compared('IS DISTINCT FROM'),
  add: computed('+'),
  sub: computed('-'),
  mul: computed('*'),
  div: computed('/'),
  mod: computed('%'),
  mod_func: computed('%', 'this', 'expression'),
  concat(node, statement, scope) {
    node.only('left', 'right')
    const left = statement.expression(node.need('left'), scope)
    return concatenation(left, statement.expression(node.need('right'), scope), node.position)
  },
  is_null: tested('NULL'),
  is_true: tested('TRUE'),
  is_false: tested('FALSE'),
  like(node, statement, scope) {
    node.only('left', 'right', 'escape')
    const [left, right, sign] = ['left', 'right', 'escape'].map(name => {
      const part = node.child(name)
      return part && { ...statement.expression(part, scope), position: part.position }
    })
    if (left === undefined || right === undefined) throw unsupported('LIKE', node.position)
    return like(left, right, sign)
  },
  between(node, statement, scope) {
    node.only('this', 'low', 'high', 'not')
    const [value, low, high] = ['this', 'low', 'high'].map(name => statement.expression(node.need(name), scope))
    if (value === undefined || low === undefined || high === undefined) throw unsupported('BETWEEN', node.position)
    const type = commonOf([value, low, high], () =>
      mismatch(
        node.position,
        `Cannot check if ${nameOf(value.type)} is BETWEEN ${nameOf(low.type)} and ${nameOf(high.type)}`,
      ),
    )
    const not = node.flag('not') ? ' NOT' : ''
    if (isNested(type)) {
      return madeOnce([value, low, high], (one, least, most) => {
        const [above, below] = [comparison('>=', one, least, node.position), comparison('<=', one, most, node.position)]
        return typed(`(${not} (${above.sql} AND ${below.sql}))`, boolean)
      })
    }
    const own = isSimple(type, 'double')
      ? [inOwnType(value.type, '>=', low), inOwnType(value.type, '<=', high)].filter(end => end !== undefined)
      : []
    if (own.length === 2) return typed(`(${value.sql}${not} BETWEEN ${own.join(' AND ')})`, boolean)
    return madeOnce([value, low, high], (...ends) => {
      const [sought, least, most] = ends.map(end => coerced(end, type))
      // What is no number is above nothing, and nothing is below it; beside a NULL it stays NULL.
      return typed(
        mayBeNan(high)
          ? `(${not} (${sought} BETWEEN ${least} AND ${most} AND (${most} <= ${infinity} OR ${sought} IS NULL)))`
          : `(${sought}${not} BETWEEN ${least} AND ${most})`,
        boolean,
      )
    })
  },
  in: within,
  exists(node, statement, scope) {
    node.only('this', 'not')
    const not = node.flag('not') ? 'NOT ' : ''
    const { sql, narrowed } = statement.query(node.need('this'), { ...scope })
    return typed(`(${not}EXISTS (${narrowed?.(new Set()) ?? sql}))`, boolean)
  },
  any: comparedToAll('ANY'),
  all: comparedToAll('ALL'),
  subquery(node, statement, scope) {
    node.only('this')
    const inner = scalar(node.need('this'), statement, scope)
    return { ...inner, sql: `(${inner.sql})` }
  },
  case: caseOf,
  cast: castOf(false),
  try_cast: castOf(true),
  extract(node, statement, scope) {
    checkField(node.only('this', 'field'), statement.expression(node.need('this'), scope).type)
    return call(node, statement, scope)
  },
  at_time_zone(node, statement, scope) {
    node.only('this', 'zone')
    const value = statement.expression(node.need('this'), scope)
    const given = statement.expression(node.need('zone'), scope)
    const zone = given.text ?? offsetOfSpan(given)
    if (zone === undefined) throw unsupported('AT TIME ZONE with a zone that is no literal', node.position)
    if (value.type.kind !== 'instant' && value.type.kind !== 'timestamp')
      throw mismatch(
        node.need('this').position,
        `Type of value must be a time or timestamp with or without time zone (actual ${nameOf(value.type)})`,
      )
    // A timestamp without a zone counts as UTC, the session's zone.
    return typed(coerced(value, instant('UTC')), instant(zoneOf(zone, undefined), value.type.precision))
  },
  subscript(node, statement, scope) {
    node.only('this', 'index')
    const value = statement.expression(node.need('this'), scope)
    const index = node.need('index')
    return subscript(value, { ...statement.expression(index, scope), position: index.position }, node.position)
  },
  dot(node, statement, scope) {
    node.only('this', 'field')
    const path = pathOf(node)
    if (path !== undefined) return resolve(path, scope, node.position)
    const value = statement.expression(node.need('this'), scope)
    const name = (node.text('field') ?? '').toLowerCase()
    const found = fields(value, [name])
    if (found === undefined && value.type.kind === 'row') throw unresolved(name, node.position)
    if (found === undefined)
      throw mismatch(node.position, `Expression ${shown(node.need('this')) ?? name} is not of type ROW`)
    return found
  },
  tuple: rowValue,
  array_func(node, statement, scope) {
    node.only('expressions')
    const nodes = node.list('expressions')
    const items = nodes.map(item => statement.expression(item, scope))
    const of = together(items, nodes, 'All ARRAY elements')
    const type = arrayOf(of)
    if (items.length === 0) return typed('[]', type)
    return typed(`[${items.map(item => coerced(item, of)).join(', ')}]`, type)
  },
  parse_json: (node, statement, scope) => call(node, statement, scope),
  json_call: jsonCall,
  window_function: windowCall,
  // A column of a star, which GROUP BY and ORDER BY name by its place.
  starred: node => typed(node.text('sql') ?? '', node.raw('type') as Type),
  lambda(node) {
    throw mismatch(node.position, 'Lambda expression should always be used inside a function')
  },
}

/** `INTERVAL '-02:30' HOUR TO MINUTE` as the zone `-02:30`. */
function offsetOfSpan({ sql, type }: Value): string | undefined {
  const milliseconds = /^to_milliseconds\(CAST\((-?\d+) AS BIGINT\)\)$/.exec(sql)?.[1]
  if (milliseconds === undefined || !isSimple(type, 'interval day to second')) return undefined
  const minutes = Number(milliseconds) / 60_000
  if (!Number.isInteger(minutes)) return undefined
  const two = (value: number) => String(value).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

function column(node: Node, _statement: Statement, scope: Scope): Value {
  node.only('name', 'table')
  const name = node.text('name') ?? ''
  if (name.startsWith('@')) throw unsupported('A variable', node.position)
  const table = node.text('table')
  return resolve(table === undefined ? [name] : [table, name], scope, node.position)
}

function rowValue(node: Node, statement: Statement, scope: Scope): Value {
  node.only('expressions')
  const items = node.list('expressions').map(item => statement.expression(item, scope))
  return typed(
    `row(${items.map(item => item.sql).join(', ')})`,
    rowOf(items.map(({ type }) => ({ name: undefined, type }))),
  )
}

function caseOf(node: Node, statement: Statement, scope: Scope): Value {
  node.only('operand', 'whens', 'else_')
  const operand = node.child('operand')
  const compareTo = operand && statement.expression(operand, scope)
  if (compareTo === undefined || !isCostly(compareTo.sql)) return branched(node, compareTo, statement, scope)
  // Bound, it is made before the branches are, which then stand in a lambda: there the engine takes no query.
  const bound = { ...compareTo, sql: '$1' }
  const { sql, type } = branched(node, bound, statement, { ...scope, isCapturing: true })
  const write = /\bSELECT\b/.test(sql) ? fill : once
  return typed(write(sql, [compareTo.sql]), type)
}

function branched(node: Node, compareTo: Value | undefined, statement: Statement, scope: Scope): Value {
  const branches = node.lists('whens').map(([when, then]) => {
    if (when === undefined || then === undefined)
      throw unsupported('A CASE branch without its two parts', node.position)
    const value = statement.expression(when, scope)
    if (compareTo && common(compareTo.type, value.type) === undefined)
      throw mismatch(
        when.position,
        `CASE operand type does not match WHEN clause operand type: ${nameOf(compareTo.type)} vs ${nameOf(value.type)}`,
      )
    const test = compareTo
      ? comparison('=', compareTo, value, when.position).sql
      : condition(value, 'CASE WHEN clause', when.position)
    return { test, then, result: statement.expression(then, scope) }
  })
  const otherwise = node.child('else_')
  const last = otherwise && statement.expression(otherwise, scope)
  const results = [...branches.map(({ result }) => result), ...(last ? [last] : [])]
  const nodes = [...branches.map(({ then }) => then), ...(otherwise ? [otherwise] : [])]
  const type = together(results, nodes, 'All CASE results')
  const whens = branches.map(({ test, result }) => `WHEN ${test} THEN ${coerced(result, type)}`).join(' ')
  return typed(`CASE ${whens}${last ? ` ELSE ${coerced(last, type)}` : ''} END`, type)
}

function castOf(tries: boolean): Write {
  return (node, statement, scope) => {
    node.only('this', 'to')
    const to = node.record('to')
    if (to === undefined) throw unsupported('A cast without a type', node.position)
    const type = typeOfNode(to, node.position)
    const value = statement.expression(node.need('this'), scope)
    // An instant keeps its own zone through a cast.
    const from = withItsZone(value, type)
    const sql = tries ? tryCast(from, type, scope, node.position) : cast(from, type, node.position)
    const kept = type.kind === 'instant' && from.type.kind === 'instant' ? { ...type, zone: from.type.zone } : type
    return typed(sql, kept)
  }
}
