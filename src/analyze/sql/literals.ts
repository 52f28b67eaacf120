// Literals: numbers by their size (a point makes a double, docs/decisions/0021-a-point-makes-a-double.md), texts, dates, timestamps with and without a zone, intervals, binaries.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { literal } from './text.ts'
import { bigint, date, daysToSeconds, double, instant, integer, varbinary, yearsToMonths } from './typing/type.ts'
import { typed, type Value } from './value.ts'
import { instantAt, zoneOf } from './zones.ts'

const numeral = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const integerMax = 2147483647n
const bigintMax = 9223372036854775807n

export function literalValue(node: Node): Value {
  node.only('literal_type', 'value')
  const text = node.text('value') ?? ''
  switch (node.text('literal_type')) {
    case 'number':
      if (numeral.test(text)) return numberOf(text, node)
      break
    case 'string':
      return { sql: literal(text), type: { kind: 'varchar', length: [...text].length }, text }
    case 'date':
      return dateOf(text, node)
    case 'timestamp':
      return timestampOf(text, node)
    case 'time':
      return timeOf(text, node)
    case 'hex_string':
      if (/^([0-9a-fA-F]{2})*$/.test(text)) return typed(`unhex(${literal(text)})`, varbinary)
      break
  }
  throw unsupported(`The literal ${text.slice(0, 40)}`, node.position)
}

function numberOf(text: string, node: Node): Value {
  const number = Number(text)
  const isNonZero = number !== 0
  // To DuckDB a number with a point is a decimal: the exponent makes it what Athena reads.
  if (/[.eE]/.test(text))
    return { sql: `CAST(${text}${/[eE]/.test(text) ? '' : 'e0'} AS DOUBLE)`, type: double, isNonZero, number }
  const value = BigInt(text)
  if (value <= integerMax) return { sql: text, type: integer, isNonZero, number }
  if (value <= bigintMax) return { sql: `CAST(${text} AS BIGINT)`, type: bigint, isNonZero, number }
  throw new EngineFault('syntax', at(node.position, `Invalid numeric literal: ${text}`), node.position)
}

const day = /^(\d{4,})-(\d{1,2})-(\d{1,2})$/
const clock = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?$/
const moment = /^(\S+)(?:[ T](\d{1,2}:\S+?))?\s*(Z|[+-]\d\d?(?::?\d\d)?|[A-Za-z]+(?:\/[A-Za-z_+\-0-9]+)*)?$/

const invalid = (text: string, of: string, node: Node): EngineFault =>
  new EngineFault(
    'semantic',
    `INVALID_LITERAL: ${at(node.position, `'${text}' is not a valid ${of.toLowerCase()} literal`)}`,
    node.position,
  )

const two = (text = '0') => text.padStart(2, '0')

/** The last whole one of the engine's days. */
const yearMax = 5_881_579

/** `2025-01-02`; undefined for a day that is in no calendar. */
function dayOf(text: string): string | undefined {
  const [, year = '', month, date] = day.exec(text) ?? []
  if (month === undefined || date === undefined) return undefined
  const whole = `${year}-${two(month)}-${two(date)}`
  const isReal =
    (year.length > 4 && Number(year) <= yearMax) || new Date(`${whole}T00:00:00Z`).toJSON()?.slice(0, 10) === whole
  return isReal ? whole : undefined
}

/** `10:20:30.5`; undefined for no time of a day. More digits than the engine holds are refused. */
function clockOf(text: string, node: Node): string | undefined {
  const [, hour, minute, second, digits = ''] = clock.exec(text) ?? []
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined
  if (/[1-9]/.test(digits.slice(6))) throw unsupported('A fraction of a second finer than microseconds', node.position)
  const fraction = digits.slice(0, 6)
  return `${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}`
}

function dateOf(text: string, node: Node): Value {
  const found = dayOf(text.trim())
  if (found === undefined) throw invalid(text, 'DATE', node)
  return typed(`CAST(${literal(found)} AS DATE)`, date)
}

function timeOf(text: string, node: Node): Value {
  if (/[+-]\d\d?(:\d\d)?$/.test(text.trim())) throw unsupported('TIME WITH TIME ZONE', node.position)
  const found = clockOf(text.trim(), node)
  if (found === undefined) throw invalid(text, 'TIME', node)
  return typed(`CAST(${literal(found)} AS TIME)`, { kind: 'time', precision: fraction(text) })
}

/** With a zone it is an instant, whose clock stays in that zone; without one a wall clock. */
function timestampOf(text: string, node: Node): Value {
  const [, first = '', second, zone] = moment.exec(text.trim()) ?? []
  const found = dayOf(first)
  const time = second === undefined ? '00:00:00' : clockOf(second, node)
  if (found === undefined || time === undefined) throw invalid(text, 'TIMESTAMP', node)
  const precision = fraction(text)
  const wall = `CAST(${literal(`${found} ${time}`)} AS TIMESTAMP)`
  if (zone === undefined) return typed(wall, { kind: 'timestamp', precision })
  const name = zoneOf(zone, node.position)
  return typed(instantAt(wall, name), instant(name, precision))
}

const fraction = (text: string): number => {
  const digits = /:\d\d?\.(\d+)/.exec(text)?.[1]?.length ?? 0
  // Athena shows milliseconds at least.
  return Math.max(3, Math.min(12, digits))
}

const units = ['Day', 'Hour', 'Minute', 'Second']
const seconds: Readonly<Record<string, number>> = { Day: 86400, Hour: 3600, Minute: 60, Second: 1 }
const parts: Readonly<Record<string, string>> = {
  Day: '(\\d+)',
  Hour: '(\\d+)',
  Minute: '(\\d+)',
  Second: '(\\d+(?:\\.\\d{1,9})?)',
}

/** INTERVAL '2' DAY, INTERVAL '3 04:05' DAY TO MINUTE, INTERVAL '1-2' YEAR TO MONTH, each with a sign. The last units may lack. */
export function intervalOf(node: Node): Value {
  node.only('this', 'unit')
  const unit = node.record('unit')
  const from = unit?.text('unit') ?? unit?.text('this') ?? ''
  const to = unit?.text('expression') ?? from
  const outer = node.need('this')
  const amount = (outer.kind === 'neg' ? outer.need('this') : outer).text('value')
  if (amount === undefined || outer.isBracketed)
    throw unsupported('INTERVAL of something that is no text', node.position)
  const [, sign = '', text = ''] = /^\s*([+-]?)\s*(.*?)\s*$/.exec(amount) ?? []
  const isNegative = (sign === '-') !== (outer.kind === 'neg')
  const [type, count] = yearUnits.includes(from)
    ? ([yearsToMonths, months(text, from, to)] as const)
    : ([daysToSeconds, milliseconds(text, from, to)] as const)
  if (count === undefined) throw invalid(amount, 'INTERVAL', node)
  const signed = `CAST(${isNegative ? '-' : ''}${count} AS ${type === yearsToMonths ? 'INTEGER' : 'BIGINT'})`
  return typed(type === yearsToMonths ? `to_months(${signed})` : `to_milliseconds(${signed})`, type)
}

const yearUnits = ['Year', 'Month']

function months(text: string, from: string, to: string): bigint | undefined {
  const found = (from === to ? /^(\d{1,8})$/ : /^(\d{1,8})(?:-(\d{1,8}))?$/).exec(text)
  if (found === null || (from !== to && to !== 'Month')) return undefined
  return BigInt(found[1] ?? 0) * (from === 'Year' ? 12n : 1n) + BigInt(found[2] ?? 0)
}

function milliseconds(text: string, from: string, to: string): bigint | undefined {
  const asked = units.slice(units.indexOf(from), units.indexOf(to) + 1)
  if (!units.includes(from) || asked.length === 0) return undefined
  // A day is followed by a space, an hour and a minute by a colon.
  const pattern = asked.reduceRight((rest, unit, index) => {
    if (index === 0) return parts[unit] + rest
    return `(?:${asked[index - 1] === 'Day' ? ' ' : ':'}${parts[unit]}${rest})?`
  }, '')
  const found = new RegExp(`^${pattern}$`).exec(text)
  if (found === null) return undefined
  return asked.reduce((sum, unit, index) => {
    const [whole = '0', digits = ''] = (found[index + 1] ?? '0').split('.')
    return sum + BigInt(whole) * 1000n * BigInt(seconds[unit] ?? 0) + BigInt(digits.padEnd(3, '0').slice(0, 3))
  }, 0n)
}

/** The sign belongs to the number: what has no positive counterpart is of the type whose least it is. */
export function leastOf(node: Node): Value | undefined {
  if (node.kind !== 'literal' || node.text('literal_type') !== 'number') return undefined
  const text = node.text('value')
  const least = { isNonZero: true, number: -Number(text) }
  if (text === String(integerMax + 1n)) return { sql: `CAST(-${text} AS INTEGER)`, type: integer, ...least }
  if (text === String(bigintMax + 1n)) return { sql: `CAST(-${text} AS BIGINT)`, type: bigint, ...least }
  return undefined
}
