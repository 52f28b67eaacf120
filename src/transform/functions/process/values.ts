/**
 * Values of rows as a job's module sees them, and their form as JSON between the engine and its process. By type:
 *
 *     string · boolean                       as in JavaScript
 *     tinyint, smallint, int · float, double  number
 *     bigint                                 number where that is exact, bigint beyond 2^53; both are taken
 *     decimal                                text, '12.50'; numbers are taken too
 *     date                                   text, '2025-10-15'
 *     timestamp                              text, '2025-10-15 12:30:00.000' (UTC); a Date is taken too
 *     array · map (keys are text) · struct   array · object · object
 *
 * No value is null. Nothing is rounded or cut: what does not fit the declared type is told.
 */

export type ValueType =
  | { readonly kind: 'string' | 'boolean' | 'bigint' | 'double' | 'date' | 'timestamp' }
  | { readonly kind: 'integer'; readonly bits: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly of: ValueType }
  | { readonly kind: 'map'; readonly of: ValueType }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }

export interface Field {
  /** As it is declared, and as rows have it. */
  readonly name: string
  /** As the engine's lines have it: in lower case, since SQL tells no case apart. */
  readonly key: string
  /** As the catalog declares it. */
  readonly declared: string
  readonly type: ValueType
}

export type Row = Readonly<Record<string, unknown>>

/** A number of the text that JavaScript's would round. */
class Digits {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const textsAndBareWords = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g
/** Whole numbers that may be too long to be exact. */
const longNumber = /(?<![.\d])\d{16}/

/** One line as the engine writes it, as a row. */
export function readRow(line: string, columns: readonly Field[]): Row {
  const values = parsed(line)
  const row: Record<string, unknown> = {}
  for (const { name, key, type } of columns) row[name] = read(values[key], type)
  return row
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  const revive = longNumber.test(line) ? exactNumber : undefined
  try {
    return JSON.parse(line, revive)
  } catch {
    // The engine writes NaN and the infinities as they are, which JSON does not have.
    const quoted = line.replace(textsAndBareWords, word => (word.startsWith('"') ? word : `"${word}"`))
    return JSON.parse(quoted, revive)
  }
}

const exactNumber = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? new Digits(context?.source ?? '')
    : value

function read(value: unknown, type: ValueType): unknown {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'bigint':
      return value instanceof Digits ? BigInt(value.text) : value
    case 'double':
      return value instanceof Digits ? Number(value.text) : typeof value === 'string' ? Number(value) : value
    case 'timestamp':
      return milliseconds(String(value))
    case 'array':
      return (value as readonly unknown[]).map(each => read(each, type.of))
    case 'map':
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, read(each, type.of)]))
    case 'struct': {
      const held = value as Readonly<Record<string, unknown>>
      return Object.fromEntries(type.fields.map(field => [field.name, read(held[field.key], field.type)]))
    }
    default:
      return value
  }
}

/** At least the three digits that Athena shows; more where there are more. */
function milliseconds(text: string): string {
  const [, whole = text, digits = ''] = /^(.*?)(?:\.(\d+))?$/.exec(text) ?? []
  return `${whole}.${digits.padEnd(3, '0')}`
}

/** Says what of a row is wrong. */
export class WrongRow extends Error {
  override readonly name = 'WrongRow'
}

/** The row as one line for the engine. Throws WrongRow that names the column and the value. */
export function writeRow(row: unknown, columns: readonly Field[]): string {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new WrongRow(`is ${shown(row)} and no object. Return rows like { ${columns[0]?.name ?? 'name'}: … }.`)
  return `{${fields(row as Row, columns, '').join(',')}}`
}

function fields(row: Row, columns: readonly Field[], path: string): readonly string[] {
  const named = new Set<string>()
  const texts = columns.map(({ name, key, type, declared }) => {
    named.add(name)
    const value = row[name]
    const place = path + name
    if (value === undefined)
      throw new WrongRow(`has no ${place}, which is declared ${declared}. Return null where there is no value.`)
    return `${JSON.stringify(key)}:${write(value, type, place, declared)}`
  })
  const undeclared = Object.keys(row).find(name => !named.has(name))
  if (undeclared !== undefined)
    throw new WrongRow(
      `has ${path}${undeclared} (${shown(row[undeclared])}), which is not declared. Declared are ${[...named].join(', ')}.`,
    )
  return texts
}

function write(value: unknown, type: ValueType, place: string, declared: string): string {
  if (value === null) return 'null'
  const text = written(value, type, place, declared)
  if (text === undefined)
    throw new WrongRow(`has ${shown(value)} in ${place}, which is declared ${declared}${hints[type.kind] ?? ''}.`)
  return text
}

const hints: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  date: ": a text like '2025-10-15'",
  timestamp: ": a Date, or a text like '2025-10-15 12:30:00.000'",
  decimal: ": a text like '12.50' with no more digits than that",
  bigint: ': a whole number of 64 bits; beyond 2^53 a bigint',
}

/** Undefined when the value is not of the type. */
function written(value: unknown, type: ValueType, place: string, declared: string): string | undefined {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? JSON.stringify(value) : undefined
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined
    case 'integer': {
      const limit = 2 ** (type.bits - 1)
      return Number.isInteger(value) && Number(value) >= -limit && Number(value) < limit ? String(value) : undefined
    }
    case 'bigint':
      if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? String(value) : undefined
      return Number.isSafeInteger(value) ? String(value) : undefined
    case 'double':
      if (typeof value !== 'number') return undefined
      if (Object.is(value, -0)) return '-0.0'
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'decimal':
      return decimal(value, type.precision, type.scale)
    case 'date':
      return typeof value === 'string' && isDay(value) ? `"${value}"` : undefined
    case 'timestamp':
      return timestamp(value)
    case 'array':
      if (!Array.isArray(value)) return undefined
      return `[${value.map((each, index) => write(each ?? null, type.of, `${place}[${index}]`, declared)).join(',')}]`
    case 'map':
      if (!isPlain(value)) return undefined
      return `{${Object.entries(value)
        .map(([key, each]) => `${JSON.stringify(key)}:${write(each ?? null, type.of, `${place}[${key}]`, declared)}`)
        .join(',')}}`
    case 'struct':
      return isPlain(value) ? `{${fields(value, type.fields, `${place}.`).join(',')}}` : undefined
  }
}

const isPlain = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

function decimal(value: unknown, precision: number, scale: number): string | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string') return undefined
  const [, whole, digits = ''] = /^-?0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  if (whole === undefined || digits.length > scale) return undefined
  return (whole === '0' ? 0 : whole.length) <= precision - scale ? `"${text}"` : undefined
}

function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  const isLeap = y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0)
  return d >= 1 && d <= (m === 2 && isLeap ? 29 : (monthDays[m - 1] ?? 0))
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function timestamp(value: unknown): string | undefined {
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? '' : value.toISOString()
    return /^\d{4}-/.test(text) ? `"${text.slice(0, -1).replace('T', ' ')}"` : undefined
  }
  if (typeof value !== 'string') return undefined
  const [, day, hour, minute, second] = /^(\S{10}) (\d\d):(\d\d):(\d\d)(?:\.\d{1,6})?$/.exec(value) ?? []
  if (day === undefined || !isDay(day)) return undefined
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 ? `"${value}"` : undefined
}

const shownCharactersMax = 80

/** A value for a person to read. */
export function shown(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return String(value)
  if (typeof value === 'symbol') return 'a symbol'
  const text =
    value instanceof Date ? `Date ${Number.isNaN(value.getTime()) ? 'Invalid' : value.toISOString()}` : json(value)
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)) ?? String(value)
  } catch {
    return 'an object that is no JSON'
  }
}
