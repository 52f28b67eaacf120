// A call of a function, looked up in the tables of functions. What is in no table is no function of this engine, whatever
// DuckDB may have.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { calledAt } from './called-at.ts'
import { segments } from './functions/entry.ts'
import { constants, functions } from './functions/functions.ts'
import { refused } from './functions/refused.ts'
import { aggregated, nestedKeys, windowed } from './nested-order.ts'
import { fill } from './once.ts'
import { condition } from './operators.ts'
import { type Call, readCall } from './read-call.ts'
import { called } from './resolve.ts'
import type { Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { beside, tried } from './tried.ts'
import { nameOf, type Type } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'
import { orderItems, overWindow } from './window.ts'
import { baseOf, checkOrdered } from './window-rules.ts'

const isKnown = (name: string): boolean => functions.has(name) || name in constants

export function call(node: Node, statement: Statement, scope: Scope): Value {
  const read = readCall(node, isKnown)
  const [part, ...others] = read.parts
  const isTry = read.name === 'try' && part !== undefined && others.length === 0 && notOfScalars(read, '') === undefined
  return isTry ? tried(part, statement, scope, read.position) : writeCall(read, statement, scope, '')
}

export function windowCall(node: Node, statement: Statement, scope: Scope): Value {
  node.only('this', 'over')
  const over = node.record('over')
  if (over === undefined) throw unsupported('OVER without a window', node.position)
  const written = ` OVER ${overWindow(over, statement, scope)}`
  const read = readCall(node.need('this'), isKnown)
  if (read.name === 'lag' || read.name === 'lead') checkOrdered(read.name, over, scope)
  const value = writeCall(read, statement, scope, written)
  const order = [...(baseOf(over, scope)?.order ?? []), ...over.records('order_by')]
  return { ...value, sql: windowed(value.sql, nestedKeys(order, statement, scope), written) }
}

function writeCall(read: Call, statement: Statement, scope: Scope, over: string): Value {
  const made = { ...read, position: calledAt(read.name, read.position, statement.text) }
  const constant = over === '' ? constants[made.name] : undefined
  if (constant !== undefined && made.parts.length <= 1) return constant(statement, precisionOf(made))
  const entry = functions.get(made.name)
  if (entry === undefined && refused.has(made.name)) throw unsupported(`The function ${made.name}`, made.position)
  if (entry === undefined)
    throw new EngineFault(
      'semantic',
      `FUNCTION_NOT_FOUND: ${at(made.position, `Function '${made.name}' not registered`)}`,
      made.position,
    )
  if (entry.kind === 'window' && over === '')
    throw new EngineFault(
      'semantic',
      `MISSING_OVER: ${at(made.position, `Window function ${made.name} requires an OVER clause`)}`,
      made.position,
    )
  if (over !== '' && made.distinct)
    throw new EngineFault(
      'semantic',
      `NOT_SUPPORTED: ${at(made.position, `DISTINCT in window function parameters not yet supported: ${made.name}`)}`,
      made.position,
    )
  if (made.name.startsWith('listagg') && made.orderBy.length === 0)
    throw new EngineFault(
      'syntax',
      at(made.position, "mismatched input: listagg expects 'WITHIN GROUP'"),
      made.position,
    )
  if (entry.kind === 'aggregate' && made.ignoreNulls)
    throw new EngineFault(
      'semantic',
      `NULL_TREATMENT_NOT_ALLOWED: ${at(made.position, `Cannot specify null treatment clause for ${made.name} function`)}`,
      made.position,
    )
  if (made.distinct) checkDistinctOrder(made, statement, scope)
  // Inside of an aggregate are the rows that it is made of.
  const seen = entry.kind === 'aggregate' && over === '' ? { ...scope, grouped: undefined } : scope
  const { template, parts, type } = called(made, entry, statement, seen)
  if (entry.kind !== 'scalar') {
    const { order, inside, behind } = modifiers(made, statement, seen, over)
    const texts = segments(template).map(({ text, isCall }) => {
      if (!isCall) return fill(text, parts)
      const open = text.indexOf('(') + 1
      // What is counted apart by itself is so once.
      const before = text.startsWith('DISTINCT ', open) ? '' : inside.before
      return `${text.slice(0, open)}${before}${fill(text.slice(open, -1), parts)}${inside.after})${behind}`
    })
    const keys = nestedKeys(made.orderBy, statement, scope)
    const listed = (key: string) => `list(${key}${order})${behind}`
    return typed(aggregated(texts.join(''), keys, { isDistinct: made.distinct, listed }), type)
  }
  const wrong = notOfScalars(made, over)
  if (wrong !== undefined) throw new EngineFault('semantic', wrong, made.position)
  return typed(beside(template, parts, scope), type)
}

/** Values that DISTINCT made one have nothing else to be ordered by. */
function checkDistinctOrder({ parts, orderBy }: Call, statement: Statement, scope: Scope): void {
  const write = (node: Node) => statement.aside().expression(node, scope).sql
  if (orderBy.length === 0) return
  const known = new Set(parts.map(write))
  for (const item of orderBy) {
    const key = item.need('this')
    if (known.has(write(key))) continue
    const text = 'For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments'
    throw new EngineFault('semantic', `EXPRESSION_NOT_IN_DISTINCT: ${at(key.position, text)}`, key.position)
  }
}

/** What only aggregates and window functions take. */
function notOfScalars(
  { name, distinct, filter, orderBy, ignoreNulls, position }: Call,
  over: string,
): string | undefined {
  if (over !== '') return `FUNCTION_NOT_WINDOW: ${at(position, `Not a window function: ${name}`)}`
  const said = (text: string) => `FUNCTION_NOT_AGGREGATE: ${at(position, text)}`
  if (distinct) return said('DISTINCT is not supported for non-aggregation functions')
  if (orderBy.length > 0) return said('ORDER BY is only valid for aggregation functions')
  if (filter !== undefined) return said('Filter is only valid for aggregation functions')
  if (!ignoreNulls) return undefined
  return `NULL_TREATMENT_NOT_ALLOWED: ${at(position, 'Cannot specify null treatment clause for a function that is no window function')}`
}

/** Of `current_timestamp(6)`. */
function precisionOf({ name, parts, position }: Call): number | undefined {
  const [part] = parts
  if (part === undefined) return undefined
  const text = part.text('value') ?? ''
  if (!/^\d+$/.test(text) || Number(text) > 6) throw unsupported(`${name} of this precision`, position)
  return Number(text)
}

/** DISTINCT, ORDER BY and IGNORE NULLS stand inside each marked call, FILTER and OVER behind it. */
function modifiers(made: Call, statement: Statement, scope: Scope, over: string) {
  const unorderable = (type: Type) =>
    mismatch(made.position, `ORDER BY can only be applied to orderable types (actual: ${nameOf(type)})`)
  const order = made.orderBy.length > 0 ? ` ORDER BY ${orderItems(made.orderBy, statement, scope, unorderable)}` : ''
  const filter =
    made.filter === undefined
      ? ''
      : ` FILTER (WHERE ${condition(statement.expression(made.filter, scope), 'Filter expression', made.position)})`
  return {
    order,
    inside: { before: made.distinct ? 'DISTINCT ' : '', after: `${order}${made.ignoreNulls ? ' IGNORE NULLS' : ''}` },
    behind: filter + over,
  }
}
