// A call of a function, looked up in the tables of functions. What is in no table is no function of this engine, whatever
// DuckDB may have.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { calledAt } from './called-at.ts'
import { fill, segments } from './functions/entry.ts'
import { constants, functions } from './functions/functions.ts'
import { refused } from './functions/refused.ts'
import { condition } from './operators.ts'
import { type Call, readCall } from './read-call.ts'
import { called } from './resolve.ts'
import type { Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { typed, type Value } from './value.ts'
import { orderItems, overWindow } from './window.ts'

const isKnown = (name: string): boolean => functions.has(name) || name in constants

export function call(node: Node, statement: Statement, scope: Scope): Value {
  return writeCall(readCall(node, isKnown), statement, scope, '')
}

export function windowCall(node: Node, statement: Statement, scope: Scope): Value {
  node.only('this', 'over')
  const over = node.record('over')
  if (over === undefined) throw unsupported('OVER without a window', node.position)
  const written = ` OVER ${overWindow(over, statement, scope)}`
  return writeCall(readCall(node.need('this'), isKnown), statement, scope, written)
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
  const { template, parts, type } = called(made, entry, statement, scope)
  if (entry.kind !== 'scalar') {
    const { inside, behind } = modifiers(made, statement, scope, over)
    const texts = segments(template).map(({ text, isCall }) => {
      if (!isCall) return fill(text, parts)
      const open = text.indexOf('(') + 1
      return `${text.slice(0, open)}${inside.before}${fill(text.slice(open, -1), parts)}${inside.after})${behind}`
    })
    return typed(texts.join(''), type)
  }
  const wrong = notOfScalars(made, over)
  if (wrong !== undefined) throw new EngineFault('semantic', wrong, made.position)
  return typed(fill(template, parts), type)
}

/** What only aggregates and window functions take. */
function notOfScalars(
  { name, distinct, filter, orderBy, ignoreNulls, position }: Call,
  over: string,
): string | undefined {
  if (over !== '') return `FUNCTION_NOT_WINDOW: ${at(position, `Not a window function: ${name}`)}`
  const what = distinct ? 'DISTINCT' : orderBy.length > 0 ? 'ORDER BY' : filter === undefined ? undefined : 'FILTER'
  if (what !== undefined)
    return `FUNCTION_NOT_AGGREGATE: ${at(position, `${what} is not supported for non-aggregation functions: '${name}' is no aggregate`)}`
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
  const order = made.orderBy.length > 0 ? ` ORDER BY ${orderItems(made.orderBy, statement, scope)}` : ''
  const filter =
    made.filter === undefined
      ? ''
      : ` FILTER (WHERE ${condition(statement.expression(made.filter, scope), 'Filter expression', made.position)})`
  return {
    inside: { before: made.distinct ? 'DISTINCT ' : '', after: `${order}${made.ignoreNulls ? ' IGNORE NULLS' : ''}` },
    behind: filter + over,
  }
}
