// TRY and TRY_CAST: NULL where what is tried fails.
//
// The engine's own TRY has three borders. It takes no aggregate and no window, and loses the columns that a query is grouped by: these
// are made before it, as in Trino, and named in a lambda around it. What stands twice in a statement the engine makes before
// all else, and so outside of the TRY, unless that is in a lambda. And one row that fails costs it fifty microseconds: what a
// plain test can tell of beforehand (a division, a cast) is written with that test, and is no TRY.
import type { Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { cast } from './convert.ts'
import { isAggregate } from './grouping.ts'
import { holdsTry } from './macros.ts'
import { apart, once } from './once.ts'
import { arithmetic } from './operators.ts'
import { type Lifts, lambdaName, type Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { typeOfNode } from './type-node.ts'
import { isInteger } from './typing/coercion.ts'
import { duckName } from './typing/names.ts'
import { isSimple, type Type } from './typing/type.ts'
import { typed, type Value } from './value.ts'

export function tried(node: Node, statement: Statement, scope: Scope, position: Position | undefined): Value {
  // A query's errors are not those of the expression around it, and the engine has no form for the two together.
  if (holds(node.tree, 'subquery', 'exists')) throw unsupported('try() of a subquery', position)
  const plain = quiet(node, statement, scope)
  if (plain !== undefined) return plain
  // In a lambda, columns of a query around this one are brought to it.
  const inside = { ...scope, isCapturing: true }
  if (scope.lifts !== undefined) {
    const { sql, type } = statement.expression(node, inside)
    return typed(`try(${sql})`, type)
  }
  const lifts: Lifts = { name: 'athena_tried', parts: [] }
  const { sql, type } = statement.expression(node, { ...inside, lifts })
  if (lifts.parts.length > 0) {
    const fields = lifts.parts.map((part, index) => `p${index} := ${part}`)
    return typed(`list_transform([struct_pack(${fields.join(', ')})], ${lifts.name} -> try(${sql}))[1]`, type)
  }
  // Without a column a lambda would be made while the engine plans.
  const isOfRow = holds(node.tree, 'column')
  return typed(isOfRow ? `try(list_transform([true], ${lifts.name} -> ${sql})[1])` : `try(${sql})`, type)
}

function holds(tree: unknown, ...kinds: readonly string[]): boolean {
  if (Array.isArray(tree)) return tree.some(item => holds(item, ...kinds))
  if (typeof tree !== 'object' || tree === null) return false
  return kinds.some(kind => kind in tree) || Object.values(tree).some(item => holds(item, ...kinds))
}

/** What a TRY around names of the part; or the part as the query is grouped by it; undefined where it is neither. */
export function liftedOrKey(node: Node, statement: Statement, scope: Scope): Value | undefined {
  const { lifts, grouped } = scope
  if (lifts === undefined && (grouped === undefined || grouped.triedKeys.size === 0)) return undefined
  if (atoms.has(node.kind)) return undefined
  const bare = { ...scope, grouped: undefined, lifts: undefined }
  if (lifts === undefined) {
    if (node.kind === 'column') return undefined
    const value = statement.aside().expression(node, bare)
    return grouped?.triedKeys.has(value.sql) ? value : undefined
  }
  const isBefore = node.kind === 'window_function' || isAggregate(node)
  if (!isBefore && grouped === undefined) return undefined
  const value = isBefore
    ? statement.expression(node, { ...scope, lifts: undefined })
    : statement.aside().expression(node, bare)
  const isColumn = node.kind === 'column' || node.kind === 'dot' || node.kind === 'starred'
  const isOfLambda = [...scope.lambdas.keys()].some(name => value.sql.includes(lambdaName(name)))
  if (!isBefore && (isOfLambda || !(isColumn || grouped?.keys.has(value.sql)))) return undefined
  const known = lifts.parts.indexOf(value.sql)
  const place = known < 0 ? lifts.parts.push(value.sql) - 1 : known
  return { ...value, sql: `${lifts.name}.p${place}` }
}

const atoms = new Set(['literal', 'null', 'boolean', 'interval', 'unicode_string', 'lambda'])

/** A call with the engine's TRY in it, or in a macro of it, beside aggregates and windows: its arguments are made before. */
export function beside(template: string, parts: readonly string[], scope: Scope): string {
  const isInLambda = scope.lifts !== undefined
  const isBeside = scope.grouped !== undefined || parts.some(part => part.includes(' OVER '))
  return !isInLambda && isBeside && holdsTry(template) ? apart(template, parts) : once(template, parts)
}

export function tryCast(from: Value, to: Type, scope: Scope, position: Position | undefined): string {
  const place = { type: from.type, sql: '$1' }
  const template = cast(place, to, position)
  const plain = quietCast(template)
  return plain === undefined ? beside(`try(${template})`, [from.sql], scope) : once(plain, [from.sql])
}

const read = /^(?:time_bucket\(to_microseconds\(\d+\), )?athena_to_\w+\(\$1\)(?: \+ to_microseconds\(\d+\)\))?$/
const numbers =
  /^CAST\(((?:round\()?(?:CAST\()?\$1(?: AS DOUBLE\)\))?) AS (TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL\(\d+,\d+\))\)$/

/** The template of a cast as one that says NULL where it would fail; undefined where the engine has to try. */
function quietCast(template: string): string | undefined {
  if (template === '$1' || /^CAST\(\$1 AS (?:DOUBLE|VARCHAR|DATE|TIMESTAMP)\)$/.test(template)) return template
  if (read.test(template)) return template.replace('athena_to_', 'athena_try_to_')
  const number = numbers.exec(template)
  return number ? `try_cast(${number[1]} AS ${number[2]})` : undefined
}

/** Each number and its type's least one. */
const least: Readonly<Record<string, string>> = {
  TINYINT: '-128',
  SMALLINT: '-32768',
  INTEGER: '-2147483648',
  BIGINT: '-9223372036854775808',
}

const operators = { div: '/', mod: '%', add: '+', sub: '-', mul: '*' } as const

/** What is tried as a plain expression that fails nowhere, where there is one. */
function quiet(node: Node, statement: Statement, scope: Scope): Value | undefined {
  if (scope.grouped !== undefined && scope.grouped.keys.size > 0 && !atoms.has(node.kind)) {
    const key = statement.aside().expression(node, { ...scope, grouped: undefined, lifts: undefined })
    if (scope.lifts === undefined && scope.grouped.keys.has(key.sql)) return key
  }
  const inner = (name: string) => quiet(node.need(name), statement, scope)
  if (node.kind === 'column' || atoms.has(node.kind) || node.kind === 'window_function' || isAggregate(node))
    return node.kind === 'lambda' ? undefined : statement.expression(node, scope)
  if (node.kind === 'paren') return inner('this')
  if (node.kind === 'cast' || node.kind === 'try_cast') {
    const [to, value] = [node.only('this', 'to').record('to'), inner('this')]
    if (to === undefined || value === undefined) return undefined
    const type = typeOfNode(to, node.position)
    if (type.kind === 'instant') return undefined
    const plain = quietCast(cast({ type: value.type, sql: '$1' }, type, node.position))
    return plain === undefined ? undefined : typed(once(plain, [value.sql]), type)
  }
  if (!(node.kind in operators)) return undefined
  const operator = operators[node.kind as keyof typeof operators]
  const [left, right] = [node.only('left', 'right') && inner('left'), inner('right')]
  if (left === undefined || right === undefined) return undefined
  const made = arithmetic(operator, typed('$1', left.type), typed('$2', right.type), node.position)
  const isFloat = isSimple(made.type, 'double', 'real')
  if (!isFloat && !isInteger(made.type)) return undefined
  const write = (template: string) => typed(once(template, [left.sql, right.sql]), made.type)
  if (isFloat) return write(made.sql)
  const whole = /^athena_whole_(division|modulus)\((.*)\)$/.exec(made.sql)
  return whole ? write(`athena_try_${whole[1]}(${whole[2]}, ${least[duckName(made.type)]})`) : undefined
}
