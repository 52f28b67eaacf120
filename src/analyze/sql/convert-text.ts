// Values as the text that CAST(… AS varchar) makes of them.
import { literal } from './text.ts'
import type { Value } from './value.ts'
import { wallClock } from './zones.ts'

export const padded = (sql: string, length: number): string =>
  `CASE WHEN length(${sql}) < ${length} THEN rpad(${sql}, ${length}, ' ') ELSE ${sql} END`

/** DuckDB leaves out the zero in front of the point where there can be no other digit. */
export const decimalText = (sql: string, type: { readonly precision: number; readonly scale: number }): string =>
  type.precision === type.scale
    ? `regexp_replace(CAST(${sql} AS VARCHAR), '^(-?)[.]', '\\10.')`
    : `CAST(${sql} AS VARCHAR)`

/** Undefined for what has no text. */
export function textIn({ sql, type: from }: Value): string | undefined {
  switch (from.kind) {
    case 'varchar':
      return sql
    case 'char':
      return padded(sql, from.length)
    case 'decimal':
      return decimalText(sql, from)
    case 'time':
      return timeText(sql, from.precision)
    case 'timestamp':
      return timestampText(sql, from.precision)
    case 'instant':
      return instantText(sql, from)
    case 'simple':
      if (from.name === 'double') return `athena_float(${sql})`
      if (from.name === 'real') return `athena_real(${sql})`
      if (from.name === 'varbinary') return undefined
      if (from.name === 'ipaddress') return `athena_ip_text(${sql})`
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

/** Rows are structs whose fields are reached by place, since names may repeat or be missing. */
export const fieldOf = (sql: string, index: number): string => `struct_extract_at(${sql}, ${index + 1})`
