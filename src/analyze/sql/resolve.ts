// Which overload of a function a call means, and the arguments as it wants them. Of those that take the arguments, the one
// that changes the fewest of them; lambdas are read when the types of their parameters are known from the others.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { coerced } from './convert.ts'
import type { Argument, FunctionEntry, Lambda, Overload } from './functions/entry.ts'
import { refuseInLambda } from './grouping.ts'
import { asLambda } from './lambda-node.ts'
import { lambdaName, type Scope } from './scope.ts'
import { shown } from './shown.ts'
import type { Statement } from './statement.ts'
import { common, isClock, isText } from './typing/coercion.ts'
import { bind, filled, type Letters, type Pattern, signature, unexpectedParameters } from './typing/signature.ts'
import { isComparable, isSame, isSimple, nameOf, type Type, unknown } from './typing/type.ts'
import { apart, type Value } from './value.ts'

export interface Asked {
  readonly name: string
  readonly parts: readonly Node[]
  readonly position: Position | undefined
}

interface Candidate {
  readonly overload: Overload
  readonly parameters: readonly Pattern[]
  readonly letters: Letters
  readonly changes: number
}

/** What is to be written: the template and its arguments, or, without arguments, the text as it is. */
export interface Chosen {
  readonly template: string
  readonly parts: readonly string[]
  readonly type: Type
}

const argumentsMax = 127

export function called(given: Asked, entry: FunctionEntry, statement: Statement, scope: Scope): Chosen {
  if (given.parts.length > argumentsMax)
    throw new EngineFault(
      'semantic',
      `TOO_MANY_ARGUMENTS: ${at(given.position, `Too many arguments for function call ${given.name}()`)}`,
      given.position,
    )
  const nodes = given.parts.map(asLambda)
  const asked = { ...given, parts: nodes }
  const plain = asked.parts.map(node => (node.kind === 'lambda' ? undefined : statement.expression(node, scope)))
  const candidates = entry.overloads.flatMap(overload => candidate(overload, asked.parts, plain) ?? [])
  const best = candidates.sort((one, other) => one.changes - other.changes)[0]
  if (best === undefined) {
    const types = plain.map(
      value => value?.type ?? { kind: 'function' as const, parameters: [unknown], result: unknown },
    )
    if (asked.name === 'coalesce') refuseApart(types, asked.parts)
    const own = ownWords(asked, types)
    if (own !== undefined)
      throw new EngineFault('semantic', `TYPE_MISMATCH: ${at(asked.position, own)}`, asked.position)
    const known = entry.overloads.map(({ signature: text }) => text)
    throw new EngineFault(
      'semantic',
      `FUNCTION_NOT_FOUND: ${at(asked.position, unexpectedParameters(asked.name, types, known))}`,
      asked.position,
    )
  }
  return written(best, asked, plain, statement, scope)
}

function refuseApart(types: readonly Type[], parts: readonly Node[]): void {
  const places = types.map((type, index) => ({ type, position: parts[index]?.position }))
  types.reduce((all, type) => {
    const both = common(all, type)
    if (both === undefined) throw apart('All COALESCE operands', places, [all, type])
    return both
  }, unknown)
}

/** What is no function to Athena but a form of its language says in its own words what does not fit. */
function ownWords({ name, parts: [part] }: Asked, types: readonly Type[]): string | undefined {
  const [first, second, third] = types
  if (name === 'listagg' && first !== undefined && !isText(first))
    return `Expected expression of varchar, but '${(part && shown(part)) ?? ''}' has ${nameOf(first)} type`
  if (first === undefined || second === undefined) return undefined
  if (name !== 'if') return undefined
  if (!isSimple(first, 'boolean', 'unknown'))
    return `IF condition must evaluate to a boolean (actual: ${nameOf(first)})`
  return third === undefined ? undefined : `Result types for IF must be the same: ${nameOf(second)}, ${nameOf(third)}`
}

function candidate(
  overload: Overload,
  nodes: readonly Node[],
  plain: readonly (Value | undefined)[],
): Candidate | undefined {
  const { parameters: all, repeats, comparable } = signature(overload.signature)
  const least = repeats ? all.length - 1 : all.length
  if (nodes.length < least || (!repeats && nodes.length > all.length)) return undefined
  const last = all.at(-1)
  const parameters = nodes.map((_, index) => all[index] ?? last).filter(pattern => pattern !== undefined)
  const letters: Letters = new Map()
  for (const [index, value] of plain.entries()) {
    const pattern = parameters[index]
    if (pattern === undefined || (value === undefined) !== (pattern.kind === 'function')) return undefined
    if (value !== undefined && !bind(pattern, value.type, letters)) return undefined
  }
  const held = comparable === undefined ? undefined : letters.get(comparable)
  if (held !== undefined && !isComparable(held)) return undefined
  const changes = plain.filter((value, index) => {
    const pattern = parameters[index]
    const wanted = value && pattern && filled(pattern, letters, value.type)
    return wanted !== undefined && value !== undefined && !isSame(wanted, value.type)
  }).length
  return { overload, parameters, letters, changes }
}

function written(
  { overload, parameters, letters }: Candidate,
  asked: Asked,
  plain: readonly (Value | undefined)[],
  statement: Statement,
  scope: Scope,
): Chosen {
  const asksBefore = scope.captures?.asked
  // A lambda can widen a letter (the state of reduce): then all is read once more with the wider type.
  let lambdas = plain.map(() => undefined as (Value & { readonly lambda: Lambda }) | undefined)
  for (let round = 0; round < 2; round++) {
    lambdas = plain.map((value, index) => {
      const pattern = parameters[index]
      const node = asked.parts[index]
      if (value !== undefined || pattern?.kind !== 'function' || node === undefined) return undefined
      return lambda(node, pattern, letters, statement, scope)
    })
    // Read twice at every level, lambdas in lambdas would take twice as long for each.
    if (lambdas.every((value, index) => value === undefined || isReadAs(value.type, parameters[index], letters))) break
  }
  // What is brought for a lambda is brought for the rest of its call too; and a lambda that names a column of its own query
  // cannot stand with one of a query around it.
  const isCapturing = scope.captures?.asked !== asksBefore || (isWithin(scope) && lambdas.some(isOfHere(scope)))
  const parts = plain.map((found, index): Argument => {
    const node = asked.parts[index]
    const pattern = parameters[index]
    const isMissing = isCapturing && scope.isCapturing !== true
    const value = found && isMissing && node ? statement.expression(node, { ...scope, isCapturing }) : found
    const given = value ?? lambdas[index]
    if (node === undefined || pattern === undefined || given === undefined)
      throw unsupported(asked.name, asked.position)
    if (value === undefined) return { ...given, node }
    const plainly = filled(pattern, letters, value.type) ?? value.type
    const wanted = isClock(plainly) && plainly.kind === value.type.kind ? value.type : plainly
    return { ...value, sql: coerced(value, wanted), type: wanted, node }
  })
  const texts = parts.map(part => part.sql)
  if (typeof overload.write !== 'string') {
    const places = parts.map((part, index) => ({ ...part, sql: `$${index + 1}` }))
    const { sql, type } = overload.write(places, asked.position)
    return { template: sql, parts: texts, type }
  }
  const sized = parts.find(part => part.type.kind === 'decimal' || part.type.kind === 'row')?.type
  const type = filled(signature(overload.signature).result, letters, sized) ?? unknown
  return { template: overload.write, parts: texts, type }
}

const isWithin = ({ outer }: Scope): boolean => outer !== undefined && (outer.columns.length > 0 || isWithin(outer))

const isOfHere =
  ({ columns }: Scope) =>
  (value: Value | undefined): boolean =>
    value !== undefined && columns.some(({ sql }) => value.sql.includes(sql))

/** Whether the letters still say of a lambda what they said when it was read. */
function isReadAs(type: Type, pattern: Pattern | undefined, letters: Letters): boolean {
  if (type.kind !== 'function' || pattern?.kind !== 'function') return true
  const same = (one: Type, part: Pattern) => isSame(one, filled(part, letters, undefined) ?? one)
  const parameters = pattern.parameters.every((part, index) => same(type.parameters[index] ?? unknown, part))
  return parameters && same(type.result, pattern.result)
}

function lambda(
  node: Node,
  pattern: Pattern & { readonly kind: 'function' },
  letters: Letters,
  statement: Statement,
  scope: Scope,
): Value & { readonly lambda: Lambda } {
  node.only('parameters', 'body')
  const names = node.texts('parameters')
  if (names.length !== pattern.parameters.length)
    throw new EngineFault(
      'semantic',
      `INVALID_PARAMETER_USAGE: ${at(node.position, `Expected a lambda that takes ${pattern.parameters.length} argument(s) but got ${names.length}`)}`,
      node.position,
    )
  const types = pattern.parameters.map(part => filled(part, letters, undefined) ?? unknown)
  const known = new Map<string, Type>(scope.lambdas)
  for (const [index, name] of names.entries()) known.set(name.toLowerCase(), types[index] ?? unknown)
  refuseInLambda(node.need('body'))
  const body = statement.expression(node.need('body'), { ...scope, lambdas: known })
  bind(pattern.result, body.type, letters)
  const wanted = filled(pattern.result, letters, undefined) ?? body.type
  const parameters = names.map(name => lambdaName(name.toLowerCase()))
  const sql = coerced(body, wanted)
  return {
    sql: `${names.length === 1 ? parameters.join() : `(${parameters.join(', ')})`} -> ${sql}`,
    type: { kind: 'function', parameters: types, result: wanted },
    lambda: { names: parameters, body: sql },
  }
}
