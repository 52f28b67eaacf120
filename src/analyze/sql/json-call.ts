// json_exists, json_value, json_query, json_object and json_array: the SQL standard's functions of JSON, with their clauses.
// https://trino.io/docs/current/functions/json.html

import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { ComputeFault } from './computed/computed.ts'
import type { MadeClauses, PathClauses } from './computed/standard-json.ts'
import { type StandardPath, standardPath } from './computed/standard-path.ts'
import { cast, coerced } from './convert.ts'
import { failed as failedValue } from './failed.ts'
import { once } from './once.ts'
import type { Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { literal } from './text.ts'
import { typeOfNode } from './type-node.ts'
import { isText, numberName, turnsInto } from './typing/coercion.ts'
import { duckName } from './typing/names.ts'
import { bigint, boolean, decimal, double, isSimple, json, nameOf, type Type, varchar } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'

type Write = (node: Node) => Value

export function jsonCall(node: Node, statement: Statement, scope: Scope): Value {
  node.only(
    ...['name', 'names', 'formats', 'input', 'path', 'passing', 'keys', 'values', 'returning', 'defaultOnEmpty'],
    ...['defaultOnError', 'onEmpty', 'onError', 'onNull', 'unique', 'wrapper', 'omitsQuotes'],
  )
  const write: Write = part => statement.expression(part, scope)
  switch (node.text('name')) {
    case 'json_exists':
      return typed(`athena_path_exists(${followed(node, 'false', write)})`, boolean)
    case 'json_value':
      return scalar(node, write)
    case 'json_query':
      if (node.flag('omitsQuotes') && node.text('wrapper') !== undefined)
        throw new EngineFault(
          'semantic',
          `INVALID_FUNCTION_ARGUMENT: ${at(node.position, `OMIT QUOTES behavior specified with WITH ${node.text('wrapper')?.toUpperCase()} ARRAY WRAPPER behavior`)}`,
          node.position,
        )
      return returned(node, `athena_path_query(${followed(node, 'null', write)})`)
    default:
      return made(node, write)
  }
}

/** Whether an argument is said to be JSON, and encoded. */
const formatted = (node: Node, role: string, place: number): boolean => {
  const formats = node.raw('formats')
  return Array.isArray(formats) && formats.includes(`${role}:${place}`)
}

/** The arguments of a function that follows a path. */
function followed(node: Node, onError: string, write: Write): string {
  const text = node.need('path').text('value') ?? ''
  const names = Array.isArray(node.raw('names')) ? (node.raw('names') as readonly string[]) : []
  const place = node.need('path').position ?? node.position
  for (const name of variables(path(text, place))) {
    if (names.includes(name)) continue
    const hint = names.includes(name.toUpperCase()) ? `. Try quoting "${name}" in the PASSING clause to match case` : ''
    throw invalidPath(place, `no value passed for parameter ${name}${hint}`)
  }
  const clauses: PathClauses = {
    ...{ path: text, names, onError: node.text('onError') ?? onError, onEmpty: node.text('onEmpty') ?? 'null' },
    ...{ wrapper: node.text('wrapper') ?? 'without', omitsQuotes: node.flag('omitsQuotes') },
  }
  const passing = node.list('passing').map((part, place) => {
    const value = write(part)
    if (formatted(node, 'passing', place))
      return textOf(value, part.position ?? node.position, formatted(node, 'encoded passing', place))
    if (isSpan(value.type) || isSimple(value.type, 'uuid'))
      return nullOrJson(typed(cast(value, varchar, node.position), varchar), node.position)
    const isPlain =
      isText(value.type) || numberName(value.type) !== undefined || isSimple(value.type, 'boolean', 'unknown')
    if (!isPlain && !isSimple(value.type, 'json')) throw unsupported(`PASSING a ${nameOf(value.type)}`, node.position)
    return nullOrJson(value, node.position)
  })
  const input = textOf(
    write(node.need('input')),
    node.need('input').position ?? node.position,
    formatted(node, 'encoded input', 0),
  )
  return `${input}, ${literal(JSON.stringify(clauses))}, CAST([${passing.join(', ')}] AS VARCHAR[])`
}

const isSpan = (type: Type): boolean => isSimple(type, 'interval day to second', 'interval year to month')

/** A NULL that is passed is JSON's null. */
const nullOrJson = (value: Value, position: Position | undefined): string =>
  `coalesce(CAST(${cast(value, json, position)} AS VARCHAR), 'null')`

/** The text of a value that holds JSON; only bytes are encoded. */
function textOf(value: Value, position: Position | undefined, isEncoded: boolean): string {
  if (isEncoded && !isSimple(value.type, 'varbinary', 'unknown'))
    throw mismatch(
      position,
      `Cannot read input of type ${nameOf(value.type)} as JSON using formatting JSON ENCODING UTF8`,
    )
  if (isText(value.type) || isSimple(value.type, 'json', 'unknown'))
    return `CAST(${coerced(value, varchar)} AS VARCHAR)`
  if (isSimple(value.type, 'varbinary')) return once('athena_from_utf8($1, chr(65533))', [value.sql])
  throw mismatch(position, `Cannot read input of type ${nameOf(value.type)} as JSON using formatting JSON`)
}

const invalidPath = (position: Position | undefined, what: string): EngineFault =>
  new EngineFault('semantic', `INVALID_PATH: ${at(position, what)}`, position)

function path(text: string, position: Position | undefined): StandardPath {
  try {
    return standardPath(text)
  } catch (cause) {
    if (!(cause instanceof ComputeFault)) throw cause
    const [, code = '', what = cause.message] = /^([A-Z_]+): (.*)$/s.exec(cause.message) ?? []
    if (code === 'NOT_SUPPORTED') throw new EngineFault('unsupported', at(position, what), position)
    const first = /^\s*(?!(?:lax|strict)\b)(\w+)/.exec(text)
    if (first !== null && position !== undefined) {
      const word = { ...position, column: position.column + 1 + first[0].length - (first[1]?.length ?? 0) }
      throw new EngineFault('syntax', at(word, `mismatched input '${first[1]}' expecting {'lax', 'strict'}`), word)
    }
    throw invalidPath(position, what)
  }
}

function variables(tree: unknown): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap(variables)
  if (typeof tree !== 'object' || tree === null) return []
  const { kind, name } = tree as Readonly<Record<string, unknown>>
  return kind === 'variable' ? [String(name)] : Object.values(tree).flatMap(variables)
}

const returning = (node: Node): Type | undefined => {
  const to = node.child('returning')?.record('to')
  return to && typeOfNode(to)
}

/** JSON as what RETURNING says: text or, encoded, bytes. */
function returned(node: Node, sql: string): Value {
  const type = returning(node) ?? varchar
  if (isText(type)) return typed(cast(typed(sql, varchar), type, node.position), type)
  if (isSimple(type, 'varbinary')) return typed(`encode(${sql})`, type)
  throw mismatch(node.position, `Cannot output JSON value as ${nameOf(type)} using formatting JSON`)
}

/** What comes back is a letter, which says what was found, and its text. */
function scalar(node: Node, write: Write): Value {
  const type = returning(node) ?? varchar
  const result = duckName(type)
  const onError = node.text('onError') ?? 'null'
  const otherwise = (name: string) => {
    const part = node.child(name)
    if (part === undefined) return `CAST(NULL AS ${result})`
    const value = write(part)
    if (!turnsInto(value.type, type))
      throw mismatch(
        node.position,
        `Function JSON_VALUE default ${name === 'defaultOnEmpty' ? 'ON EMPTY' : 'ON ERROR'} result must evaluate to a ${nameOf(type)} (actual: ${nameOf(value.type)})`,
      )
    return coerced(value, type)
  }
  const [empty, failed] = [otherwise('defaultOnEmpty'), otherwise('defaultOnError')]
  const refused = failedValue(
    "'JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: JSON path found an item that cannot be converted to an SQL value'",
  )
  const text = 'substr(athena_tagged, 2)'
  const turned = (value: Value) => {
    const sql = castOrNothing(value, type)
    if (sql === undefined) return onError === 'error' ? refused : failed
    if (onError === 'error') return sql
    return onError === 'default' ? `coalesce(try(${sql}), ${failed})` : `try(${sql})`
  }
  const exact = isText(type) ? typed(text, varchar) : typed(`CAST(${text} AS DECIMAL(38,18))`, decimal(38, 18))
  const branches = [
    ['e', empty],
    ['x', failed],
    ['s', turned(typed(text, varchar))],
    ['b', turned(typed(`(${text} = 'true')`, boolean))],
    ['i', turned(typed(`CAST(${text} AS BIGINT)`, bigint))],
    ['d', turned(typed(`CAST(${text} AS DOUBLE)`, double))],
    ['m', turned(exact)],
  ].map(([letter, sql]) => `WHEN '${letter}' THEN ${sql}`)
  const body = `CASE left(athena_tagged, 1) ${branches.join(' ')} END`
  const sql = `athena_path_value(${followed(node, 'null', write)})`
  return typed(`list_transform([${sql}], athena_tagged -> ${body})[1]`, type)
}

function castOrNothing(value: Value, type: Type): string | undefined {
  try {
    return cast(value, type, undefined)
  } catch {
    // Athena does not cast the one to the other: it is an error of the value, which ON ERROR decides about.
    return undefined
  }
}

const givesJson = new Set(['json_query', 'json_object', 'json_array'])

function refusedUnique(position: Position | undefined): EngineFault {
  const text = 'WITH UNIQUE KEYS behavior is not supported for JSON_OBJECT function when input expression has FORMAT'
  return new EngineFault('semantic', `NOT_SUPPORTED: ${at(position, text)}`, position)
}

function made(node: Node, write: Write): Value {
  const isObject = node.text('name') === 'json_object'
  const clauses: MadeClauses = {
    isObject,
    keepsNulls: isObject ? node.text('onNull') !== 'absent' : node.text('onNull') === 'null',
    unique: node.flag('unique'),
  }
  const values = node.list('values').map((part, place) => {
    const value = write(part)
    const isJson = part.kind === 'json_call' && givesJson.has(part.text('name') ?? '')
    const isFormatted = formatted(node, 'value', place)
    if (isFormatted && isObject && node.flag('unique')) throw refusedUnique(node.position)
    if (isJson || isFormatted)
      return textOf(value, part.position ?? node.position, formatted(node, 'encoded value', place))
    if (isSimple(value.type, 'unknown')) return 'CAST(NULL AS VARCHAR)'
    const isPlain = isText(value.type) || numberName(value.type) !== undefined || isSimple(value.type, 'boolean')
    const plain = isPlain ? value : typed(cast(value, varchar, node.position), varchar)
    return `CAST(${cast(plain, json, node.position)} AS VARCHAR)`
  })
  const keys = node.list('keys').map(part => {
    const value = write(part)
    if (!isText(value.type) && !isSimple(value.type, 'unknown'))
      throw mismatch(node.position, `Function JSON_OBJECT key must be of character string type: ${nameOf(value.type)}`)
    return coerced(value, varchar)
  })
  const list = (items: readonly string[]) => `CAST([${items.join(', ')}] AS VARCHAR[])`
  return returned(node, `athena_json_made(${literal(JSON.stringify(clauses))}, ${list(keys)}, ${list(values)})`)
}
