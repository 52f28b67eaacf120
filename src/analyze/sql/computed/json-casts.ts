// CAST of JSON to other types, one level at a time: the items of an array, the entries of an object, the fields of a row,
// and scalars as a text that DuckDB casts exactly. Of a type other than JSON, its null is NULL.
import { type ComputedTable, ComputeFault, computed } from './computed.ts'
import { doubleText, scientificText } from './java-number.ts'
import { type Json, JsonNumber, JsonObject, readJson, writeJson } from './json-text.ts'

const wrong = (what: string): ComputeFault => new ComputeFault(`INVALID_CAST_ARGUMENT: ${what}`)

function read(text: string): Json {
  const value = readJson(text)
  if (value === undefined) throw wrong(`Cannot cast '${text}': it is no JSON`)
  return value
}

/** JSON's null stays one: only what is not there is NULL. */
const inner = (value: Json | undefined): string | null => (value === undefined ? null : writeJson(value))

const kindOf = (value: Json): string =>
  value instanceof JsonObject ? '{' : Array.isArray(value) ? '[' : (inner(value) ?? 'null')

const whole: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-128n, 127n],
  SMALLINT: [-32768n, 32767n],
  INTEGER: [-2147483648n, 2147483647n],
  BIGINT: [-9223372036854775808n, 9223372036854775807n],
}

const double = /^\s*[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?)\s*$/
const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/

function scalarAs(value: string | boolean | JsonNumber, type: string): string | undefined {
  const range = whole[type]
  if (range !== undefined) {
    const number = wholeOf(value)
    return number !== undefined && number >= range[0] && number <= range[1] ? String(number) : undefined
  }
  if (type === 'VARCHAR') {
    if (!(value instanceof JsonNumber)) return String(value)
    return value.isWhole ? value.written : scientificText(Number(value.text), 19)
  }
  if (type === 'BOOLEAN') return booleanOf(value)
  const text = value instanceof JsonNumber ? value.text : typeof value === 'boolean' ? (value ? '1' : '0') : value
  if (type === 'DOUBLE' || type === 'REAL') return double.test(text) ? text.trim().replace(/[dDfF]$/, '') : undefined
  if (!decimal.test(text)) return undefined
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? []
  if (wholeDigits(text.trim(), Number(scale)) > Number(precision) - Number(scale))
    throw wrong(`Cannot cast input json to ${type}`)
  return text.trim()
}

/** How many digits stand before the point once the number is rounded to that many behind it. */
function wholeDigits(text: string, scale: number): number {
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0
  const before = digits.length - fraction.length + Number(exponent)
  const kept = before + scale
  const isCarried = kept >= 0 && /^9*$/.test(digits.slice(0, kept)) && (digits[kept] ?? '0') >= '5'
  return isCarried && kept <= digits.length ? before + 1 : before
}

function wholeOf(value: string | boolean | JsonNumber): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string') return /^[+-]?\d+$/.test(value) ? BigInt(value.replace('+', '')) : undefined
  if (value.isWhole) return BigInt(value.text)
  const number = Number(value.text)
  if (!Number.isFinite(number)) return undefined
  // Half goes away from zero.
  return BigInt(Math.sign(number) * Math.round(Math.abs(number)))
}

function booleanOf(value: string | boolean | JsonNumber): string | undefined {
  if (typeof value === 'boolean') return String(value)
  if (value instanceof JsonNumber) {
    const isBeyond = value.isWhole && BigInt.asIntN(64, BigInt(value.text)) !== BigInt(value.text)
    return isBeyond ? undefined : String(Number(value.text) !== 0)
  }
  if (/^(?:t|true|1)$/i.test(value)) return 'true'
  return /^(?:f|false|0)$/i.test(value) ? 'false' : undefined
}

export const jsonCasts: ComputedTable = {
  // `around`: the type that it is a part of; empty for a scalar by itself.
  athena_json_as: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', (text, type, around) => {
    const value = read(text)
    if (value === null) return null
    const inside = around === '' ? '' : `Cannot cast to ${around}. `
    if (value instanceof JsonObject || (typeof value === 'object' && !(value instanceof JsonNumber))) {
      const unexpected = `${inside}Unexpected token when cast to ${type.toLowerCase()}: ${kindOf(value)}`
      throw wrong(around === '' ? `Cannot cast '${text}' to ${type}` : unexpected)
    }
    const made = scalarAs(value, type)
    if (made !== undefined) return made
    if (value instanceof JsonNumber)
      throw wrong(`${inside}Cannot cast '${value.isWhole ? value.text : doubleText(Number(value.text))}' to ${type}`)
    if (type.startsWith('DECIMAL')) throw wrong(`${inside}Cannot cast '${text}' to ${type}`)
    throw wrong(`${inside}Cannot cast '${value}' to ${type === 'INTEGER' ? 'INT' : type}`)
  }),
  athena_json_items: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR[]', (text, type) => {
    const value = read(text)
    if (value === null) return null
    if (!Array.isArray(value))
      throw wrong(`Cannot cast to ${type}. Expected a json array, but got ${kindOf(value)}\n${text}`)
    return value.map(inner)
  }),
  athena_json_entries: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR[][]', (text, type) => {
    const value = read(text)
    if (value === null) return null
    if (!(value instanceof JsonObject))
      throw wrong(`Cannot cast to ${type}. Expected a json object, but got ${kindOf(value)}\n${text}`)
    return [value.entries.map(([key]) => key), value.entries.map(([, item]) => inner(item))]
  }),
  athena_json_fields: computed(['VARCHAR', 'VARCHAR[]', 'VARCHAR'], 'VARCHAR[]', (text, names, type) => {
    const value = read(text)
    if (value === null) return null
    if (value instanceof JsonObject) {
      if (names.includes(''))
        throw wrong(`Cannot cast to ${type}. Cannot cast a JSON object to a row with anonymous fields\n${text}`)
      const byName = new Map(value.entries.map(([key, item]) => [key.toLowerCase(), item]))
      return names.map(name => inner(byName.get(name?.toLowerCase() ?? '')))
    }
    if (!Array.isArray(value))
      throw wrong(`Cannot cast to ${type}. Expected a json array or object, but got ${kindOf(value)}\n${text}`)
    if (value.length !== names.length)
      throw wrong(`Cannot cast to ${type}. Expected ${names.length} fields, but got ${value.length}\n${text}`)
    return value.map(inner)
  }),
}
