// The SQL standard's functions of JSON: their paths followed, and what their clauses make of the outcome.
// https://trino.io/docs/current/functions/json.html
import { type ComputedTable, ComputeFault, computed } from './computed.ts'
import { doubleText } from './java-number.ts'
import { type Json, JsonNumber, JsonObject, readJson, withoutRepeats, writeJson } from './json-text.ts'
import { exactText, PathFault } from './standard-numbers.ts'
import { standardPath } from './standard-path.ts'
import { type Item, isArray, isExact, numberIn, walked } from './standard-walk.ts'

/** What the statement says of a call, as a literal of it. */
export interface PathClauses {
  readonly path: string
  readonly names: readonly string[]
  readonly onError: string
  readonly onEmpty: string
  readonly wrapper: string
  readonly omitsQuotes: boolean
}

export interface MadeClauses {
  readonly isObject: boolean
  readonly keepsNulls: boolean
  readonly unique: boolean
}

const known = new Map<string, unknown>()
const knownMax = 200

function clausesOf<T>(text: string): T {
  const before = known.get(text)
  if (before !== undefined) return before as T
  const read = JSON.parse(text) as T
  if (known.size >= knownMax) known.clear()
  known.set(text, read)
  return read
}

const notJson = (): PathFault => new PathFault('JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: ')

function jsonOf(text: string): Json {
  const value = readJson(text)
  if (value === undefined) throw notJson()
  return withoutRepeats(value)
}

function found(input: string, { path, names }: PathClauses, values: readonly (string | null)[]): readonly Item[] {
  // What is not there is no item at all.
  const variables = new Map(
    names.map((name, index) => {
      const value = values[index] ?? undefined
      return [name, value === undefined ? [] : [jsonOf(value)]] as const
    }),
  )
  return walked(standardPath(path), jsonOf(input), variables)
}

/** What `compute` gives; on an error of the input or the path what ON ERROR says. */
function orOnError<T>({ onError }: PathClauses, compute: () => T, otherwise: (onError: string) => T): T {
  try {
    return compute()
  } catch (cause) {
    if (!(cause instanceof PathFault) || onError === 'error') throw cause
    return otherwise(onError)
  }
}

const toJson = (item: Item): Json => {
  if (typeof item === 'number') return new JsonNumber(doubleText(item))
  return typeof item === 'object' && item !== null && isExact(item) ? new JsonNumber(exactText(item)) : item
}

/** Exact numbers as they are, others as doubles are written. */
function written(item: Item): string {
  return typeof item === 'object' && item !== null && isExact(item) ? exactText(item) : writeJson(toJson(item))
}

const said: Readonly<Record<string, string>> = { 'empty array': '[]', 'empty object': '{}' }

const isSingle = (item: Item | undefined): boolean =>
  item !== undefined && (isArray(item) || item instanceof JsonObject)

const several = (what: string) => new PathFault(`${what}: JSON path found multiple items`)
const none = (what: string) => new ComputeFault(`${what}: JSON path found no items`)
const asJson = 'JSON_OUTPUT_CONVERSION_ERROR: conversion from JSON failed'
const asValue = 'JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON'
const repeated = (what: string) =>
  new ComputeFault(`JSON_OUTPUT_CONVERSION_ERROR: conversion from JSON failed: ${what}`)
const bigintMax = 2n ** 63n

/** A letter for what it is, and its text. */
function tagged(item: Item): string | null {
  if (item === null) return null
  if (typeof item === 'string') return `s${item}`
  if (typeof item === 'boolean') return `b${item}`
  if (isSingle(item))
    throw new PathFault(`${asValue}: JSON path found an item that cannot be converted to an SQL value`)
  const value = numberIn(item)
  if (typeof value === 'number') return `d${doubleText(value)}`
  if (value === undefined || value.scale > 0) return `m${value === undefined ? '' : exactText(value)}`
  if (value.digits >= bigintMax || value.digits < -bigintMax) throw notJson()
  return `i${value.digits}`
}

export const standardJsons: ComputedTable = {
  athena_path_exists: computed(['VARCHAR', 'VARCHAR', 'VARCHAR[]'], 'BOOLEAN', (input, said, values) => {
    const clauses = clausesOf<PathClauses>(said)
    return orOnError<boolean | null>(
      clauses,
      () => found(input, clauses, values).length > 0,
      onError => (onError === 'unknown' ? null : onError === 'true'),
    )
  }),
  athena_path_query: computed(['VARCHAR', 'VARCHAR', 'VARCHAR[]'], 'VARCHAR', (input, text, values) => {
    const clauses = clausesOf<PathClauses>(text)
    const { wrapper, onEmpty, omitsQuotes } = clauses
    return orOnError<string | null>(
      clauses,
      () => {
        const items = found(input, clauses, values)
        const [first] = items
        if (first === undefined) {
          if (onEmpty === 'error') throw none(asJson)
          return said[onEmpty] ?? null
        }
        const wraps =
          wrapper === 'unconditional' || (wrapper === 'conditional' && !(items.length === 1 && isSingle(first)))
        if (wraps) return `[${items.map(written).join(',')}]`
        if (items.length > 1) throw several(asJson)
        return omitsQuotes && typeof first === 'string' ? first : written(first)
      },
      onError => said[onError] ?? null,
    )
  }),
  athena_path_value: computed(['VARCHAR', 'VARCHAR', 'VARCHAR[]'], 'VARCHAR', (input, text, values) => {
    const clauses = clausesOf<PathClauses>(text)
    return orOnError<string | null>(
      clauses,
      () => {
        const [first, second] = found(input, clauses, values)
        if (second !== undefined) throw several(asValue)
        if (first !== undefined) return tagged(first)
        if (clauses.onEmpty === 'error') throw none(asValue)
        return 'e'
      },
      () => 'x',
    )
  }),
  athena_json_made: computed(['VARCHAR', 'VARCHAR[]', 'VARCHAR[]'], 'VARCHAR', (text, keys, values) => {
    const { isObject, keepsNulls, unique } = clausesOf<MadeClauses>(text)
    const items = values.map(value => (value === null ? null : jsonOf(value)))
    const kept = items.map((_, index) => index).filter(index => keepsNulls || values[index] !== null)
    if (!isObject) return writeJson(kept.map(index => items[index] ?? null))
    if (keys.includes(null))
      throw new ComputeFault(
        'JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: null value passed for JSON object key to JSON_OBJECT function',
      )
    if (unique && new Set(keys).size < keys.length) throw repeated('duplicate key passed to JSON_OBJECT function')
    const entries = new Map(kept.map(index => [keys[index] ?? '', items[index] ?? null] as const))
    if (entries.size < kept.length) throw repeated('cannot construct a JSON object with duplicate key')
    return writeJson(new JsonObject([...entries]))
  }),
}
