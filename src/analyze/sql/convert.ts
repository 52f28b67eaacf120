// A value as another type: by itself (`coerced`), because an operator or a function wants it so, or because the statement
// says CAST. Each pair of types that DuckDB casts in another way than Athena has its line; a pair that Athena does not
// cast is refused in its words.

import type { Position } from '../engine/fault.ts'
import { unsupported } from './ast.ts'
import { fromJson, toJson } from './convert-json.ts'
import { fieldOf, padded, textIn } from './convert-text.ts'
import { failed } from './failed.ts'
import { madeOnce } from './once.ts'
import { identifier } from './text.ts'
import { asDecimal, isInteger, isText, numberName } from './typing/coercion.ts'
import { duckName, fieldName } from './typing/names.ts'
import { isOfMap, isSame, isSimple, isSketch, nameOf, type Type, varchar } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'
import { wallClock } from './zones.ts'

/** For a value that turns into the type by itself. */
export const coerced = (value: Value, to: Type): string => madeOnce([value], one => typed(turned(one, to), to)).sql

function turned(value: Value, to: Type): string {
  const { sql, type: from } = value
  if (isSimple(from, 'unknown')) return isSimple(to, 'unknown') ? sql : `CAST(${sql} AS ${duckName(to)})`
  // A char is kept without the blanks at its end, and shown with them.
  if (from.kind === 'char' && to.kind === 'varchar') return padded(sql, from.length)
  if (isText(from) && to.kind === 'char') return from.kind === 'char' ? sql : `rtrim(${sql}, ' ')`
  if (isSame(from, to) || duckName(from) === duckName(to)) return sql
  if (isSimple(to, 'double')) return asDouble(value)
  return placed(value, to) ?? `CAST(${sql} AS ${duckName(to)})`
}

/** Fields of rows turn into others by their places, where DuckDB's cast goes by their names and drops what has none. */
function placed({ sql, type: from }: Value, to: Type): string | undefined {
  if (!holdsRows(from)) return undefined
  const item = (type: Type, other: Type) => coerced({ sql: 'athena_cast', type }, other)
  if (from.kind === 'array' && to.kind === 'array')
    return `list_transform(${sql}, athena_cast -> ${item(from.of, to.of)})`
  if (from.kind === 'map' && to.kind === 'map') return mapped(sql, item(from.key, to.key), item(from.value, to.value))
  if (from.kind !== 'row' || to.kind !== 'row') return undefined
  const parts = to.fields.map((field, index) => {
    const part = coerced({ sql: fieldOf(sql, index), type: from.fields[index]?.type ?? field.type }, field.type)
    return `${identifier(fieldName(field, index))} := ${part}`
  })
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${parts.join(', ')}) END`
}

function holdsRows(type: Type): boolean {
  if (type.kind === 'array') return holdsRows(type.of)
  return type.kind === 'row' || (type.kind === 'map' && (holdsRows(type.key) || holdsRows(type.value)))
}

const mapped = (sql: string, key: string, value: string): string =>
  `map(list_transform(map_keys(${sql}), athena_cast -> ${key}), list_transform(map_values(${sql}), athena_cast -> ${value}))`

/** What the statement's CAST does. */
export function cast(value: Value, to: Type, position: Position | undefined): string {
  const { sql, type: from } = value
  if (isSimple(from, 'unknown')) return `CAST(${sql} AS ${duckName(to)})`
  if (isSketch(from) || isOfMap(from)) throw unsupported(`A cast of the type ${nameOf(from)}`, position)
  return madeOnce([value], one => {
    const text = written(one, to)
    if (text === undefined) throw mismatch(position, `Cannot cast ${nameOf(from)} to ${nameOf(to)}`)
    return typed(text, to)
  }).sql
}

/** Undefined where Athena does not cast. */
function written(value: Value, to: Type): string | undefined {
  const { sql, type: from } = value
  if (isSame(from, to)) return sql
  if (isSimple(from, 'unknown')) return `CAST(${sql} AS ${duckName(to)})`
  if (isText(to)) return toText(value, to)
  if (isSimple(from, 'json')) return fromJson(sql, to, written)
  if (isSimple(to, 'json')) return toJson(value)
  if (isSimple(to, 'boolean')) {
    if (numberName(from) !== undefined) return `(${sql} <> 0)`
    return isText(from) ? `athena_to_boolean(${coerced(value, varchar)})` : undefined
  }
  if (numberName(to) !== undefined) return toNumber(value, to)
  if (from.kind === 'array' && to.kind === 'array') {
    const inner = written({ sql: 'athena_cast', type: from.of }, to.of)
    return inner && `list_transform(${sql}, athena_cast -> ${inner})`
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const key = written({ sql: 'athena_cast', type: from.key }, to.key)
    const item = written({ sql: 'athena_cast', type: from.value }, to.value)
    if (key === undefined || item === undefined) return undefined
    return mapped(sql, key, item)
  }
  if (from.kind === 'row' && to.kind === 'row') return rowToRow(value, to)
  return toClock(value, to)
}

function toNumber({ sql, type: from }: Value, to: Type): string | undefined {
  const target = duckName(to)
  const name = numberName(from)
  if (isSimple(from, 'boolean')) return `CAST(CAST(${sql} AS INTEGER) AS ${target})`
  if (isText(from)) {
    const text = coerced({ sql, type: from }, varchar)
    return to.kind === 'decimal' ? decimalOfText(text, to) : `athena_to_${numberName(to)}(${text})`
  }
  if (name === undefined) return undefined
  // What is too large for it is infinite.
  if (isSimple(to, 'real') && name !== 'real')
    return `coalesce(try_cast(${sql} AS FLOAT), CAST(sign(${sql}) * CAST('Infinity' AS FLOAT) AS FLOAT))`
  // Half is rounded up, away from zero; DuckDB's own cast rounds a double's half to even.
  if (isInteger(to) && (name === 'double' || name === 'real')) return `CAST(round(CAST(${sql} AS DOUBLE)) AS ${target})`
  if (isSimple(to, 'double')) return asDouble({ sql, type: from })
  if (to.kind === 'decimal' && (name === 'double' || name === 'real')) return decimalOfFloat({ sql, type: from }, to)
  const [given, asked] = [asDecimal(from), asDecimal(to)]
  if (given === undefined || asked === undefined || from.kind === to.kind) return `CAST(${sql} AS ${target})`
  if (given.precision - given.scale < asked.precision - asked.scale) return `CAST(${sql} AS ${target})`
  const shown = to.kind === 'decimal' ? `DECIMAL(${to.precision}, ${to.scale})` : nameOf(to).toUpperCase()
  const kind = from.kind === 'decimal' ? '' : `${nameOf(from).toUpperCase()} `
  const number = from.kind === 'decimal' ? 'CAST(athena_number AS DECIMAL(38,0))' : 'athena_number'
  const fail = failed(`'INVALID_CAST_ARGUMENT: Cannot cast ${kind}''' || ${number} || ''' to ${shown}'`)
  return `list_transform([${sql}], athena_number -> coalesce(try_cast(athena_number AS ${target}),
    CASE WHEN athena_number IS NOT NULL THEN ${fail} END))[1]`
}

/**
 * Athena rounds the digits that the number is shown with, DuckDB the number that is held: 1.005 is a bit less. The text
 * costs twelve times as much, so that only what lies near a half or has many digits goes that way. A lambda costs half as much
 * again: a column stands by itself.
 */
function decimalOfFloat({ sql, type: from }: Value, to: Type & { readonly kind: 'decimal' }): string {
  const isReal = isSimple(from, 'real')
  const isColumn = /^\w+\."\w+"$/.test(sql)
  const number = isColumn ? sql : 'athena_number'
  const units = `(CAST(${number} AS DOUBLE) * 1e${to.scale})`
  const [many, near] = isReal ? ['1e5', '2e-2'] : ['1e9', '1e-5']
  const fail = failed(
    `'INVALID_CAST_ARGUMENT: Cannot cast ${isReal ? 'REAL' : 'DOUBLE'} ''' || athena_float(${number}) || ''' to DECIMAL(${to.precision}, ${to.scale})'`,
  )
  const plain = `try_cast(${number} AS ${duckName(to)})`
  const written = `coalesce(
    CASE WHEN abs(${units}) < ${many} AND abs(abs(${units}) % 1 - 0.5) > ${near} THEN ${plain} END,
    CASE WHEN ${plain} IS NOT NULL THEN coalesce(try_cast(CAST(${number} AS VARCHAR) AS ${duckName(to)}), ${plain}) END,
    CASE WHEN ${number} IS NOT NULL THEN ${fail} END)`
  return isColumn ? written : `list_transform([${sql}], athena_number -> ${written})[1]`
}

/** DuckDB divides a decimal of many digits as a double, which costs the last one. */
const asDouble = ({ sql, type }: Value): string =>
  type.kind === 'decimal' && type.precision > 18 ? `CAST(CAST(${sql} AS VARCHAR) AS DOUBLE)` : `CAST(${sql} AS DOUBLE)`

/** The engine does not count the digits of a text with an exponent. */
function decimalOfText(sql: string, to: Type & { readonly kind: 'decimal' }): string {
  const fail = (what: string) =>
    failed(
      `'INVALID_CAST_ARGUMENT: Cannot cast VARCHAR ''' || athena_text || ''' to DECIMAL(${to.precision}, ${to.scale}). ${what}'`,
    )
  return `list_transform([${sql}], athena_text -> CASE WHEN athena_text IS NULL THEN NULL
    WHEN NOT regexp_full_match(athena_text, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?') THEN ${fail('Value is not a number.')}
    WHEN athena_text ILIKE '%e%' AND try_cast(CAST(athena_text AS DOUBLE) AS ${duckName(to)}) IS NULL
      THEN ${fail('Value too large.')}
    ELSE coalesce(try_cast(athena_text AS ${duckName(to)}), ${fail('Value too large.')}) END)[1]`
}

function toText(value: Value, to: Type): string | undefined {
  // What is no text becomes a varchar, never a char.
  if (to.kind === 'char' && !isText(value.type)) return undefined
  const isFloat = isSimple(value.type, 'real', 'double')
  const text = isSimple(value.type, 'json')
    ? fromJson(value.sql, varchar, written)
    : isFloat
      ? scientific(value)
      : textIn(value)
  if (text === undefined) return undefined
  const length = 'length' in to ? to.length : undefined
  if (to.kind === 'char') return `rtrim(left(${text}, ${to.length}), ' ')`
  if (length === undefined || (value.type.kind === 'varchar' && (value.type.length ?? Infinity) <= length)) return text
  // A number that does not fit is an error, a text is cut.
  if (isText(value.type)) return `left(${text}, ${length})`
  const shown = isFloat ? `${textIn(value)} || ' (' || athena_text || ')'` : 'athena_text'
  const fail = failed(`'INVALID_CAST_ARGUMENT: Value ' || ${shown} || ' cannot be represented as varchar(${length})'`)
  return `list_transform([${text}], athena_text -> CASE WHEN length(athena_text) > ${length} THEN ${fail} ELSE athena_text END)[1]`
}

/** As the standard has it, unlike a result file: `1.5E0`. A real has seven digits. */
const scientific = ({ sql, type }: Value): string =>
  `athena_scientific(CAST(${sql} AS VARCHAR), ${isSimple(type, 'real') ? 6 : 19})`

function rowToRow({ sql, type: from }: Value, to: Type): string | undefined {
  if (from.kind !== 'row' || to.kind !== 'row' || from.fields.length !== to.fields.length) return undefined
  const parts: string[] = []
  for (const [index, field] of to.fields.entries()) {
    const source = from.fields[index]
    if (source === undefined) return undefined
    const inner = written({ sql: fieldOf(sql, index), type: source.type }, field.type)
    if (inner === undefined) return undefined
    parts.push(`${identifier(fieldName(field, index))} := ${inner}`)
  }
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${parts.join(', ')}) END`
}

function toClock({ sql, type: from }: Value, to: Type): string | undefined {
  const isDate = isSimple(from, 'date')
  if (isSimple(to, 'date')) {
    if (from.kind === 'instant') return `CAST(${wallClock(sql, from.zone)} AS DATE)`
    if (isText(from)) return `athena_to_date(${coerced({ sql, type: from }, varchar)})`
    return from.kind === 'timestamp' ? `CAST(${sql} AS DATE)` : undefined
  }
  if (to.kind === 'timestamp') {
    if (from.kind === 'instant') return rounded(wallClock(sql, from.zone), from, to)
    if (from.kind === 'timestamp') return rounded(sql, from, to)
    if (isText(from)) return readClock('athena_to_timestamp', coerced({ sql, type: from }, varchar), to)
    return isDate ? `CAST(${sql} AS TIMESTAMP)` : undefined
  }
  if (to.kind === 'instant') {
    if (from.kind === 'instant') return rounded(sql, from, to)
    if (isText(from)) return readClock('athena_to_instant', coerced({ sql, type: from }, varchar), to)
    return isDate || from.kind === 'timestamp' ? `CAST(${sql} AS TIMESTAMPTZ)` : undefined
  }
  if (to.kind === 'time') {
    if (isText(from)) {
      const text = coerced({ sql, type: from }, varchar)
      return to.precision < 6 ? timeIn(`athena_to_time(${text})`, undefined, to) : readClock('athena_to_time', text, to)
    }
    if (from.kind === 'instant') return timeIn(`CAST(${wallClock(sql, from.zone)} AS TIME)`, from, to)
    if (from.kind === 'time') return timeIn(sql, from, to)
    return from.kind === 'timestamp' ? timeIn(`CAST(${sql} AS TIME)`, from, to) : undefined
  }
  if (isSimple(to, 'uuid')) {
    if (isSimple(from, 'varbinary')) return `athena_uuid_of(${sql})`
    return isText(from) ? `athena_to_uuid(${coerced({ sql, type: from }, varchar)})` : undefined
  }
  if (isSimple(to, 'ipaddress')) {
    if (isSimple(from, 'varbinary')) return `athena_ip_of(${sql})`
    return isText(from) ? `athena_ip_in(${coerced({ sql, type: from }, varchar)})` : undefined
  }
  if (isSimple(to, 'varbinary')) {
    if (isSimple(from, 'ipaddress')) return sql
    if (isSimple(from, 'uuid')) return `unhex(replace(CAST(${sql} AS VARCHAR), '-', ''))`
    return isText(from) ? `encode(${sql})` : undefined
  }
  return undefined
}

type Precise = { readonly precision: number }

/** The engine cuts off what is below a microsecond: it is rounded where the type ends there, and refused where it goes on. */
function readClock(macro: string, text: string, to: Precise): string {
  const read = `${macro}(${text})`
  if (to.precision < 6) return rounded(read, undefined, to)
  if (to.precision === 6)
    return `(${read} + to_microseconds(CASE WHEN regexp_matches(${text}, '[.]\\d{6}[5-9]') THEN 1 ELSE 0 END))`
  const fail = failed(`'NOT_SUPPORTED: this engine holds microseconds, not the finer seconds of ' || ${text}`)
  return `CASE WHEN regexp_matches(${text}, '[.]\\d{6}\\d*[1-9]') THEN ${fail} ELSE ${read} END`
}

/** A time of the day behind the last one is the first one. */
function timeIn(sql: string, from: Precise | undefined, to: Precise): string {
  const day = `(DATE '2000-01-01' + ${sql})`
  const text = rounded(day, from, to)
  return text === day ? sql : `CAST(${text} AS TIME)`
}

/** To fewer digits of the second than there may be, half away from the past. */
function rounded(sql: string, from: Precise | undefined, to: Precise): string {
  if (to.precision >= 6 || (from !== undefined && from.precision <= to.precision)) return sql
  const unit = 10 ** (6 - to.precision)
  return `time_bucket(to_microseconds(${unit}), ${sql} + to_microseconds(${unit / 2}))`
}
