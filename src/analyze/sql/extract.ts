// EXTRACT(field FROM x), which is the field's function of x, but for what it takes.
// https://github.com/trinodb/trino/blob/432/core/trino-main/src/main/java/io/trino/sql/analyzer/ExpressionAnalyzer.java
import { at, EngineFault } from '../engine/fault.ts'
import type { Node } from './ast.ts'
import { isSimple, nameOf, type Type } from './typing/type.ts'
import { mismatch } from './value.ts'

/** The parser's names of fields where they are not those of the functions. */
const fieldFunctions: Readonly<Record<string, string>> = {
  DayOfWeek: 'day_of_week',
  DayOfYear: 'day_of_year',
  TimezoneHour: 'timezone_hour',
  TimezoneMinute: 'timezone_minute',
}

const ofMonths = ['year', 'month']
const ofTimes = ['hour', 'minute', 'second']
const ofZones = ['timezone_hour', 'timezone_minute']
const fields = new Set([
  ...[...ofMonths, ...ofTimes, ...ofZones, 'quarter', 'week', 'day', 'day_of_month', 'day_of_week', 'dow'],
  ...['day_of_year', 'doy', 'year_of_week', 'yow'],
])

export function fieldFunction(node: Node): string {
  const field = node.text('field') ?? node.record('field')?.text('Custom') ?? ''
  const name = fieldFunctions[field] ?? field.toLowerCase()
  if (fields.has(name)) return name
  const text = `INVALID_FUNCTION_ARGUMENT: ${at(node.position, `Invalid EXTRACT field: ${field.toUpperCase()}`)}`
  throw new EngineFault('semantic', text, node.position)
}

/** Throws where what has this type has no such field. */
export function checkField(node: Node, type: Type): void {
  const name = fieldFunction(node)
  if (!hasField(type, name))
    throw mismatch(node.need('this').position, `Cannot extract ${name.toUpperCase()} from ${nameOf(type)}`)
}

function hasField(type: Type, name: string): boolean {
  if (isSimple(type, 'unknown')) return true
  if (isSimple(type, 'interval year to month')) return ofMonths.includes(name)
  if (isSimple(type, 'interval day to second')) return ofTimes.includes(name) || name === 'day'
  if (type.kind === 'time') return ofTimes.includes(name)
  if (type.kind === 'instant') return true
  if (isSimple(type, 'date')) return !ofTimes.includes(name) && !ofZones.includes(name)
  return type.kind === 'timestamp' && !ofZones.includes(name)
}
