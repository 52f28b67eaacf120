// Literals: numbers by their size, texts, dates, timestamps with and without a zone, intervals, binaries.
import { type Node, unsupported } from './ast.ts'
import { literal } from './text.ts'
import {
  bigint,
  date,
  daysToSeconds,
  decimal,
  double,
  instant,
  integer,
  type Type,
  varbinary,
  yearsToMonths,
} from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'
import { instantAt } from './zones.ts'

const number = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const integerMax = 2147483647n
const bigintMax = 9223372036854775807n

export function literalValue(node: Node): Value {
  node.only('literal_type', 'value')
  const text = node.text('value') ?? ''
  switch (node.text('literal_type')) {
    case 'number':
      if (number.test(text)) return numberOf(text, node)
      break
    case 'string':
      return { sql: literal(text), type: { kind: 'varchar', length: [...text].length }, text }
    case 'date':
      return typed(`CAST(${literal(text)} AS DATE)`, date)
    case 'timestamp':
      return timestampOf(text)
    case 'time':
      return typed(`CAST(${literal(text)} AS TIME)`, { kind: 'time', precision: fraction(text) })
    case 'hex_string':
      if (/^([0-9a-fA-F]{2})*$/.test(text)) return typed(`unhex(${literal(text)})`, varbinary)
      break
  }
  throw unsupported(`The literal ${text.slice(0, 40)}`, node.position)
}

function numberOf(text: string, node: Node): Value {
  const isNonZero = Number(text) !== 0
  if (/[eE]/.test(text)) return { sql: `CAST(${text} AS DOUBLE)`, type: double, isNonZero }
  if (!text.includes('.')) {
    const value = BigInt(text)
    if (value <= integerMax) return { sql: text, type: integer, isNonZero }
    if (value <= bigintMax) return { sql: `CAST(${text} AS BIGINT)`, type: bigint, isNonZero }
    throw mismatch(node.position, `Invalid numeric literal: ${text}`)
  }
  const [whole = '', part = ''] = text.replace(/^0+(?=\d)/, '').split('.')
  const digits = whole === '0' ? '' : whole
  const precision = Math.max(1, digits.length + part.length)
  if (precision > 38) throw mismatch(node.position, `Invalid decimal literal: ${text}`)
  return {
    sql: `CAST(${text} AS DECIMAL(${precision},${part.length}))`,
    type: decimal(precision, part.length),
    isNonZero,
  }
}

/** With a zone it is an instant, whose clock stays in that zone; without one a wall clock. */
function timestampOf(value: string): Value {
  const text = value.trim()
  const zoned = /^(.{8,}?\d)\s*(Z|[+-]\d\d:?\d\d|[A-Za-z]+(?:\/[A-Za-z_+\-0-9]+)*)$/.exec(text)
  const precision = fraction(text)
  if (zoned === null || zoned[1] === undefined || zoned[2] === undefined)
    return typed(`CAST(${literal(text)} AS TIMESTAMP)`, { kind: 'timestamp', precision })
  const zone = zoned[2] === 'Z' ? 'UTC' : zoned[2]
  return typed(instantAt(`CAST(${literal(zoned[1].trim())} AS TIMESTAMP)`, zone), instant(zone, precision))
}

const fraction = (text: string): number => {
  const digits = /:\d\d\.(\d+)/.exec(text)?.[1]?.length ?? 0
  // Athena shows milliseconds at least.
  return Math.max(3, Math.min(9, digits))
}

const dayUnits: Readonly<Record<string, string>> = {
  Second: 'SECOND',
  Minute: 'MINUTE',
  Hour: 'HOUR',
  Day: 'DAY',
  Week: 'WEEK',
}
const monthUnits: Readonly<Record<string, string>> = { Month: 'MONTH', Year: 'YEAR' }

export function intervalOf(node: Node): Value {
  node.only('this', 'unit')
  const unit = node.record('unit')?.text('unit') ?? ''
  const amount = node.need('this').text('value') ?? ''
  const type: Type = monthUnits[unit] === undefined ? daysToSeconds : yearsToMonths
  const name = dayUnits[unit] ?? monthUnits[unit]
  if (name === undefined || !/^[+-]?\d+(\.\d+)?$/.test(amount))
    throw unsupported(`INTERVAL '${amount}' of this form (write INTERVAL '2' DAY)`, node.position)
  return typed(`INTERVAL ${literal(amount)} ${name}`, type)
}
