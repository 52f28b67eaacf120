// One JSON value as a value of a Hive type, exactly as Firehose's SerDes take it: what does not fit is refused with the
// words that the service was seen to use, and never becomes NULL or another number. The result is JSON text in the form
// that `readingType` names, for DuckDB to read.

import { identifier } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import { entriesOf } from './key-order.ts'
import { nestedOf } from './nested-check.ts'
import { type ReadTimestamp, timestampText } from './timestamps.ts'

/** A number as it is written: a double may not hold all of it, and does not tell 5.0 from 5. */
export class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** As a column of text has it: a whole number as it is, another one as the shortest text of its double. */
  get shown(): string {
    if (/^-?\d+$/.test(this.text)) return this.text === '-0' ? '0' : this.text
    const value = Number(this.text)
    if (!Number.isFinite(value)) return this.text
    const shortest = Object.is(value, -0) ? '-0' : String(value)
    return /[.e]/.test(shortest) ? shortest : `${shortest}.0`
  }
}

/** Thrown where a number's own digits count and it has come as a double: parse again, to the digit. */
export const digitsNeeded = new Error('a number is needed as it is written')

export type Json = null | boolean | number | string | Digits | readonly Json[] | { readonly [key: string]: Json }

/** The value does not fit its type; the message is the service's. */
export class Misfit extends Error {
  override readonly name = 'Misfit'
}

export interface Manner {
  /** OpenX takes numbers in text, a single value for an array of one and an array for a struct; Hive's refuses them. */
  readonly lenient: boolean
  readonly timestamp: ReadTimestamp
  /** The name that a member of an object goes by. */
  readonly nameOf: (key: string) => string
  /** Whether an object in a column of text keeps its keys as they are written. */
  readonly keepsKeys?: true
  /** Whether two keys of one name are an error; else the last of them counts. */
  readonly refusesTwice?: true
}

export type ToText = (value: Json) => string

const bounds: Readonly<Record<string, bigint>> = {
  TINYINT: 1n << 7n,
  SMALLINT: 1n << 15n,
  INTEGER: 1n << 31n,
  BIGINT: 1n << 63n,
}

/** What the text is to be read as; it is then cast to the type itself. */
export function readingType(type: string): string {
  const nested = nestedOf(type)
  if (nested?.kind === 'array') return `${readingType(nested.of)}[]`
  if (nested?.kind === 'map') return `MAP(VARCHAR, ${readingType(nested.of)})`
  if (nested?.kind === 'struct') {
    return `STRUCT(${nested.fields.map(([name, of]) => `${identifier(name)} ${readingType(of)}`).join(', ')})`
  }
  const scalar = duckNameOfHive(type)
  return scalar in bounds || ['DOUBLE', 'FLOAT', 'BOOLEAN'].includes(scalar) ? scalar : 'VARCHAR'
}

export function toText(type: string, manner: Manner): ToText {
  const some = presentToText(type, manner)
  return value => (value === null ? 'null' : some(value))
}

function presentToText(type: string, manner: Manner): ToText {
  const nested = nestedOf(type)
  if (nested?.kind === 'array') return arrayToText(toText(nested.of, manner), manner)
  if (nested?.kind === 'map') return mapToText(type, toText(nested.of, manner), manner)
  if (nested?.kind === 'struct') return structToText(nested.fields, manner)
  const scalar = duckNameOfHive(type)
  const limit = bounds[scalar]
  if (limit !== undefined) return value => integer(numeral(value, manner), limit)
  if (scalar.startsWith('DECIMAL')) return value => decimal(numeral(value, manner), scalar)
  switch (scalar) {
    case 'DOUBLE':
      return value => float(value, manner, Number.MAX_VALUE)
    case 'FLOAT':
      return value => float(value, manner, 3.4028234663852886e38)
    case 'BOOLEAN':
      return value => boolean(value, manner)
    case 'DATE':
      return value => date(plain(value))
    case 'TIMESTAMP':
      return value => timestamp(plain(value), manner)
    case 'BLOB':
      return value => JSON.stringify(Buffer.from(text(value, manner)).toString('hex').replace(/../g, '\\x$&'))
    default:
      return value => JSON.stringify(text(value, manner))
  }
}

function arrayToText(element: ToText, manner: Manner): ToText {
  return value => {
    if (Array.isArray(value)) return `[${value.map(element).join(',')}]`
    if (!manner.lenient) throw misfit('java.io.IOException: Start of Array expected')
    return `[${element(value)}]`
  }
}

function mapToText(type: string, element: ToText, manner: Manner): ToText {
  const key = toText(/^map\s*<\s*([^,]+),/i.exec(type.trim())?.[1] ?? 'string', { ...manner, lenient: true })
  const keyOf = manner.lenient ? manner.nameOf : (name: string) => name
  return value => {
    // What becomes one key is one entry, the last: a map has every key once.
    const entries = new Map<string, string>()
    for (const [name, inner] of entriesOf(objectOf(value, manner))) {
      const shown = key(keyOf(name))
      entries.set(shown.startsWith('"') ? shown : `"${shown}"`, element(inner))
    }
    return `{${Array.from(entries, ([shown, inner]) => `${shown}:${inner}`).join(',')}}`
  }
}

function structToText(fields: readonly (readonly [name: string, type: string])[], manner: Manner): ToText {
  const known = fields.map(([name, type]) => {
    return { shown: JSON.stringify(name), wanted: manner.nameOf(name), to: toText(type, manner) }
  })
  return value => {
    if (manner.lenient && Array.isArray(value)) {
      return `{${known.map(({ shown, to }, index) => `${shown}:${to(value[index] ?? null)}`).join(',')}}`
    }
    const members = named(objectOf(value, manner), manner)
    return `{${known.map(({ shown, wanted, to }) => `${shown}:${to(members.get(wanted) ?? null)}`).join(',')}}`
  }
}

/** Its members by the name they go by. */
export function named(value: { readonly [key: string]: Json }, manner: Manner): ReadonlyMap<string, Json> {
  const entries = entriesOf(value)
  const members = new Map(entries.map(([key, inner]) => [manner.nameOf(key), inner]))
  if (!manner.refusesTwice || members.size === entries.length) return members
  const names = entries.map(([key]) => manner.nameOf(key))
  throw new SyntaxError(`Duplicate key "${names.find((name, index) => names.indexOf(name) !== index)}"`)
}

function objectOf(value: Json, manner: Manner): { readonly [key: string]: Json } {
  if (isObject(value)) return value
  if (!manner.lenient) throw misfit('java.io.IOException: Start of Object expected')
  if (Array.isArray(value)) throw misfit('A map column cannot hold a JSON array')
  throw misfit(`Data is not JSONObject  but ${javaClass(value)} with value ${cut(plain(value))}`)
}

function javaClass(value: Json): string {
  if (typeof value === 'string') return 'java.lang.String'
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  const isWhole = value instanceof Digits ? /^-?\d+$/.test(value.text) : Number.isInteger(value)
  return isWhole ? 'java.lang.Long' : 'java.lang.Double'
}

export function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits)
}

/** A scalar as its text. */
function plain(value: Json): string {
  if (value instanceof Digits) return value.text
  if (typeof value === 'object')
    throw misfit(`A ${Array.isArray(value) ? 'JSON array' : 'JSON object'} is no plain value`)
  return Object.is(value, -0) ? '-0.0' : String(value)
}

function text(value: Json, manner: Manner): string {
  if (value instanceof Digits) return value.shown
  if (typeof value === 'number') throw digitsNeeded
  if (typeof value !== 'object') return plain(value).toWellFormed()
  if (!manner.lenient)
    throw new Misfit('One or more fields have incorrect format. Exception when validating field (root)')
  return written(value, manner).toWellFormed()
}

/** A nested value as its text, without white space, its keys most often as they are compared. */
function written(value: Json, manner: Manner): string {
  if (value instanceof Digits) return value.shown
  if (Array.isArray(value)) return `[${value.map(inner => written(inner, manner)).join(',')}]`
  if (typeof value === 'number') throw digitsNeeded
  if (!isObject(value)) return JSON.stringify(value)
  const kept = manner.keepsKeys ? entriesOf(value) : named(value, manner)
  const members = Array.from(kept, ([key, inner]) => `${JSON.stringify(key)}:${written(inner, manner)}`)
  return `{${members.join(',')}}`
}

/** The text of a number. */
function numeral(value: Json, manner: Manner): string {
  if (typeof value === 'string' && !manner.lenient) {
    throw misfit('Current token (VALUE_STRING) not numeric, can not use numeric value accessors')
  }
  const found = plain(value).trim()
  if (typeof value === 'boolean' || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(found)) throw noInput(found)
  return found
}

function integer(numeral: string, limit: bigint): string {
  const whole = /^([+-]?\d+)(?:\.0*)?$/.exec(numeral)?.[1]
  const value = whole === undefined ? integral(numeral) : BigInt(whole.replace('+', ''))
  if (value < -limit || value >= limit) {
    throw limit < 1n << 31n ? misfit(`Value out of range. Value:"${numeral}" Radix:10`) : noInput(numeral)
  }
  return String(value)
}

/** 1e3 is one, 2.5 is none. */
function integral(numeral: string): bigint {
  const value = Number(numeral)
  if (!Number.isSafeInteger(value)) throw noInput(numeral)
  return BigInt(value)
}

/** As Java reads the text of a double, which JSON's own numbers cannot say. */
const beyondNumerals = /^[+-]?(?:NaN|Infinity)$/

function float(found: Json, manner: Manner, most: number): string {
  if (manner.lenient && typeof found === 'string' && beyondNumerals.test(found.trim())) {
    const shown = found.trim().replace('+', '')
    return `"${shown === '-NaN' ? 'NaN' : shown}"`
  }
  const text = numeral(found, manner)
  const value = Number(text)
  if (Math.abs(value) > most) throw noInput(text)
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** Rounded to the scale; what has more digits before the point than there is room for does not fit. */
function decimal(numeral: string, type: string): string {
  const [, precision = 0, scale = 0] = (/\((\d+),(\d+)\)/.exec(type) ?? []).map(Number)
  const [, sign = '', before = '', after = '', power = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:[eE](.+))?$/.exec(numeral) ?? []
  const digits = (before + after).replace(/^0+/, '')
  if (digits === '') return '"0"'
  // The value is 0.digits * 10^point.
  const point = digits.length - after.length + Number(power)
  if (point > precision - scale) throw noInput(numeral)
  if (point < -scale) return '"0"'
  const kept = digits.padEnd(point + scale, '0')
  const rounded = BigInt(`0${kept.slice(0, point + scale)}`) + ((kept[point + scale] ?? '0') >= '5' ? 1n : 0n)
  if (String(rounded).length > precision) throw noInput(numeral)
  const shown = String(rounded).padStart(scale + 1, '0')
  return `"${sign === '-' ? '-' : ''}${shown.slice(0, shown.length - scale)}${scale > 0 ? `.${shown.slice(-scale)}` : ''}"`
}

function boolean(value: Json, manner: Manner): string {
  if (typeof value === 'boolean') return String(value)
  const found = plain(value)
  if (manner.lenient && typeof value === 'string' && /^(true|false)$/i.test(found)) return found.toLowerCase()
  throw noInput(found)
}

function date(found: string): string {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(found) ?? []
  const shown = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${shown}T00:00:00Z`)
  if (year === '' || Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== shown) throw noInput(found)
  return `"${shown}"`
}

function timestamp(found: string, manner: Manner): string {
  const at = manner.timestamp(found)
  const shown = at === undefined ? undefined : timestampText(at)
  if (shown === undefined) throw noInput(found)
  return `"${shown}"`
}

function misfit(why: string): Misfit {
  return new Misfit(`Data does not match the schema. ${why}`)
}

function noInput(found: string): Misfit {
  return misfit(`For input string: "${cut(found)}"`)
}

const shownLength = 200

function cut(found: string): string {
  return found.length > shownLength ? `${found.slice(0, shownLength)}…` : found
}
