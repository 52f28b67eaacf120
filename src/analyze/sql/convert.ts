// A value as another type: by itself (`coerced`), because an operator or a function wants it so, or because the statement
// says CAST. Each pair of types that DuckDB casts in another way than Athena has its line; a pair that Athena does not
// cast is refused in its words.
import type { Position } from '../engine/fault.ts'
import { identifier, literal } from './text.ts'
import { isInteger, isText, numberName } from './typing/coercion.ts'
import { duckName, fieldName } from './typing/names.ts'
import { isSame, isSimple, nameOf, type Type } from './typing/type.ts'
import { mismatch, type Value } from './value.ts'
import { wallClock } from './zones.ts'

/** For a value that turns into the type by itself. */
export function coerced(value: Value, to: Type): string {
  const { sql, type: from } = value
  if (isSimple(from, 'unknown')) return isSimple(to, 'unknown') ? sql : `CAST(${sql} AS ${duckName(to)})`
  if (isSame(from, to) || duckName(from) === duckName(to)) return sql
  return `CAST(${sql} AS ${duckName(to)})`
}

/** What the statement's CAST does. */
export function cast(value: Value, to: Type, position: Position | undefined): string {
  const { sql, type: from } = value
  if (isSimple(from, 'unknown')) return `CAST(${sql} AS ${duckName(to)})`
  const text = written(value, to)
  if (text === undefined) throw mismatch(position, `Cannot cast ${nameOf(from)} to ${nameOf(to)}`)
  return text
}

/** Undefined where Athena does not cast. */
function written(value: Value, to: Type): string | undefined {
  const { sql, type: from } = value
  if (isSame(from, to)) return sql
  if (isSimple(from, 'json')) return fromJson(sql, to)
  if (isText(to)) return toText(value, to)
  if (isSimple(to, 'json')) return toJson(value)
  if (isSimple(to, 'boolean')) {
    if (numberName(from) !== undefined) return `(${sql} <> 0)`
    return isText(from) ? `CAST(${sql} AS BOOLEAN)` : undefined
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
    return `map(list_transform(map_keys(${sql}), athena_cast -> ${key}), list_transform(map_values(${sql}), athena_cast -> ${item}))`
  }
  if (from.kind === 'row' && to.kind === 'row') return rowToRow(value, to)
  return toClock(value, to)
}

function toNumber({ sql, type: from }: Value, to: Type): string | undefined {
  const target = duckName(to)
  const name = numberName(from)
  if (isSimple(from, 'boolean')) return `CAST(CAST(${sql} AS INTEGER) AS ${target})`
  if (isText(from)) {
    // DuckDB takes '2.5' for an integer.
    return isInteger(to) ? `CAST(regexp_replace(${sql}, '[.eE]', '?') AS ${target})` : `CAST(${sql} AS ${target})`
  }
  if (name === undefined) return undefined
  // Half is rounded up, away from zero; DuckDB's own cast rounds a double's half to even.
  if (isInteger(to) && (name === 'double' || name === 'real')) return `CAST(round(CAST(${sql} AS DOUBLE)) AS ${target})`
  return `CAST(${sql} AS ${target})`
}

function toText(value: Value, to: Type): string | undefined {
  const text = textOf(value)
  if (text === undefined) return undefined
  const length = 'length' in to ? to.length : undefined
  if (length === undefined || (value.type.kind === 'varchar' && (value.type.length ?? Infinity) <= length)) return text
  return `left(${text}, ${length})`
}

/** The text that CAST(… AS varchar) makes. */
function textOf({ sql, type: from }: Value): string | undefined {
  switch (from.kind) {
    case 'varchar':
    case 'char':
      return sql
    case 'decimal':
      return `CAST(${sql} AS VARCHAR)`
    case 'time':
      return timeText(sql, from.precision)
    case 'timestamp':
      return timestampText(sql, from.precision)
    case 'instant':
      return instantText(sql, from)
    case 'simple':
      if (from.name === 'real' || from.name === 'double') return `athena_float(${sql})`
      if (from.name === 'varbinary') return undefined
      if (from.name === 'interval day to second') return `athena_days(${sql})`
      if (from.name === 'interval year to month') return `athena_months(${sql})`
      return `CAST(${sql} AS VARCHAR)`
    default:
      return undefined
  }
}

/** `2025-10-15 12:30:00.000`, with as many digits of the second as the type has. */
export function timestampText(sql: string, precision: number): string {
  if (precision === 3) return `athena_timestamp(${sql})`
  const whole = `strftime(${sql}, '%Y-%m-%d %H:%M:%S.%f')`
  if (precision === 0) return `left(${whole}, 19)`
  if (precision > 6) return `${whole} || ${literal('0'.repeat(precision - 6))}`
  return precision === 6 ? whole : `left(${whole}, ${20 + precision})`
}

/** `12:30:00.000`, with as many digits of the second as the type has. */
export function timeText(sql: string, precision: number): string {
  return precision === 3
    ? `athena_time(${sql})`
    : `substr(${timestampText(`(DATE '2000-01-01' + ${sql})`, precision)}, 12)`
}

export function instantText(sql: string, type: { readonly zone: string; readonly precision: number }): string {
  return `${timestampText(wallClock(sql, type.zone), type.precision)} || ${literal(` ${type.zone}`)}`
}

function toJson({ sql, type: from }: Value): string | undefined {
  if (from.kind === 'timestamp' || from.kind === 'instant') return `to_json(${textOf({ sql, type: from })})`
  if (isSimple(from, 'varbinary') || from.kind === 'function') return undefined
  return `to_json(${sql})`
}

function fromJson(sql: string, to: Type): string | undefined {
  if (isText(to)) return `json_extract_string(${sql}, '$')`
  if (to.kind === 'timestamp' || to.kind === 'instant' || to.kind === 'time' || isSimple(to, 'varbinary'))
    return undefined
  if (isInteger(to)) return `CAST(round(CAST(json_extract_string(${sql}, '$') AS DECIMAL(38,9))) AS ${duckName(to)})`
  if (to.kind === 'simple' || to.kind === 'decimal') return `CAST(json_extract_string(${sql}, '$') AS ${duckName(to)})`
  return `CAST(${sql} AS ${duckName(to)})`
}

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

/** Rows are structs whose fields are reached by place, since names may repeat or be missing. */
export const fieldOf = (sql: string, index: number): string => `struct_extract_at(${sql}, ${index + 1})`

function toClock({ sql, type: from }: Value, to: Type): string | undefined {
  const isDate = isSimple(from, 'date')
  if (isSimple(to, 'date')) {
    if (from.kind === 'instant') return `CAST(${wallClock(sql, from.zone)} AS DATE)`
    return from.kind === 'timestamp' || isText(from) ? `CAST(${sql} AS DATE)` : undefined
  }
  if (to.kind === 'timestamp') {
    if (from.kind === 'instant') return rounded(wallClock(sql, from.zone), from, to)
    if (from.kind === 'timestamp') return rounded(sql, from, to)
    if (isText(from)) return rounded(`CAST(${sql} AS TIMESTAMP)`, undefined, to)
    return isDate ? `CAST(${sql} AS TIMESTAMP)` : undefined
  }
  if (to.kind === 'instant') {
    if (from.kind === 'instant') return rounded(sql, from, to)
    return isDate || isText(from) || from.kind === 'timestamp' ? `CAST(${sql} AS TIMESTAMPTZ)` : undefined
  }
  if (to.kind === 'time') {
    if (from.kind === 'instant') return `CAST(${wallClock(sql, from.zone)} AS TIME)`
    return from.kind === 'timestamp' || isText(from) || from.kind === 'time' ? `CAST(${sql} AS TIME)` : undefined
  }
  if (isSimple(to, 'uuid')) return isText(from) ? `CAST(${sql} AS UUID)` : undefined
  if (isSimple(to, 'varbinary')) return isText(from) ? `encode(${sql})` : undefined
  return undefined
}

/** To fewer digits of the second than there may be, half away from the past. */
function rounded(sql: string, from: { readonly precision: number } | undefined, to: { readonly precision: number }) {
  if (to.precision >= 6 || (from !== undefined && from.precision <= to.precision)) return sql
  const unit = 10 ** (6 - to.precision)
  return `time_bucket(to_microseconds(${unit}), ${sql} + to_microseconds(${unit / 2}))`
}
