// Operators: which types they take, what they give, and where DuckDB would do otherwise.
// https://trino.io/docs/current/functions/decimal.html has the sizes of decimals.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { coerced } from './convert.ts'
import { equality, isNested } from './equality.ts'
import { madeOnce } from './once.ts'
import { ordered as inOrder } from './ordering.ts'
import { inOwnType } from './own-type.ts'
import { holdsMap, inKeyOrder } from './same-maps.ts'
import { asDecimal, common, isInteger, isText, numberName } from './typing/coercion.ts'
import { duckName } from './typing/names.ts'
import { unexpectedParameters } from './typing/signature.ts'
import {
  boolean,
  daysToSeconds,
  decimal,
  isComparable,
  isOrderable,
  isSimple,
  nameOf,
  type Type,
  varchar,
} from './typing/type.ts'
import { cannotApply, mismatch, typed, type Value } from './value.ts'
import { instantAt, wallClock } from './zones.ts'

const decimalDigitsMax = 38

export type Arithmetic = '+' | '-' | '*' | '/' | '%'

export const arithmetic = (operator: Arithmetic, left: Value, right: Value, position: Position | undefined): Value =>
  madeOnce([left, right], (one, other) => calculated(operator, one, other, position))

function calculated(operator: Arithmetic, left: Value, right: Value, position: Position | undefined): Value {
  const clock = operator === '+' || operator === '-' ? withInterval(operator, left, right, position) : undefined
  if (clock !== undefined) return clock
  const scaled = scaledInterval(operator, left, right)
  if (scaled !== undefined) return scaled
  if (isSimple(left.type, 'unknown') && isSimple(right.type, 'unknown')) return typed('NULL', left.type)
  const type = common(left.type, right.type)
  const name = type && numberName(type)
  if (type === undefined || name === undefined) throw cannotApply(position, left.type, operator, right.type)
  if (name === 'decimal') return decimalArithmetic(operator, left, right, position)
  const [one, other] = [coerced(left, type), coerced(right, type)]
  if (operator === '/' || operator === '%') return divided(operator, one, other, { type, right })
  // A literal is of the smallest type to DuckDB: without the cast the sum of two would be.
  return typed(`(${one} ${operator} ${other})`, type)
}

/** Athena fails where a whole number's divisor is zero, DuckDB says NULL. */
function divided(
  operator: '/' | '%',
  one: string,
  other: string,
  of: { readonly type: Type; readonly right: Value },
): Value {
  const { type, right } = of
  const plain = operator === '/' && isInteger(type) ? `(${one} // ${other})` : `(${one} ${operator} ${other})`
  if (!isInteger(type)) {
    if (right.isNonZero) return typed(plain, type)
    const macro = operator === '/' ? 'athena_double_division' : 'athena_double_modulus'
    return typed(`CAST(${macro}(${one}, ${other}) AS ${duckName(type)})`, type)
  }
  if (right.isNonZero) return typed(plain, type)
  return typed(`athena_whole_${operator === '/' ? 'division' : 'modulus'}(${one}, ${other})`, type)
}

function decimalArithmetic(operator: Arithmetic, left: Value, right: Value, position: Position | undefined): Value {
  const one = asDecimal(left.type) ?? { precision: 1, scale: 0 }
  const other = asDecimal(right.type) ?? { precision: 1, scale: 0 }
  const scale = Math.max(one.scale, other.scale)
  const whole = Math.max(one.precision - one.scale, other.precision - other.scale)
  const bounded = (precision: number, of: number) => decimal(Math.min(decimalDigitsMax, precision), of)
  const wide = (value: Value, of: number) =>
    `CAST(${value.sql} AS DECIMAL(${Math.min(decimalDigitsMax, whole + scale + 1)},${of}))`
  if (operator === '+' || operator === '-') {
    const type = bounded(whole + scale + 1, scale)
    return typed(`CAST(${wide(left, scale)} ${operator} ${wide(right, scale)} AS ${duckName(type)})`, type)
  }
  if (operator === '*') {
    const product = one.scale + other.scale
    if (product > decimalDigitsMax)
      throw mismatch(position, `DECIMAL scale must be in range [0, precision (${decimalDigitsMax})]: ${product}`)
    const type = bounded(one.precision + other.precision, product)
    // DuckDB's product of two numbers of 18 digits has 18 digits: one of them is made wide first.
    const wideLeft = one.precision + other.precision > 18 ? wide38(left, one.scale) : exact(left)
    return typed(`CAST(${wideLeft} * ${exact(right)} AS ${duckName(type)})`, type)
  }
  if (operator === '%') {
    const type = bounded(Math.min(one.precision - one.scale, other.precision - other.scale) + scale, scale)
    return typed(`CAST(athena_whole_modulus(${wide(left, scale)}, ${wide(right, scale)}) AS ${duckName(type)})`, type)
  }
  const type = bounded(one.precision + other.scale + Math.max(0, other.scale - one.scale), scale)
  // What the engine's whole numbers cannot hold on the way is divided digit by digit.
  const digits = Math.max(one.precision - one.scale + 2 * (scale + other.scale), other.precision + other.scale)
  if (digits > decimalDigitsMax) {
    const [first, second] = [left, right].map(value => `CAST(${exact(value)} AS VARCHAR)`)
    return typed(`CAST(athena_decimal_quotient(${first}, ${second}, ${scale}) AS ${duckName(type)})`, type)
  }
  return typed(quotient(unscaled(left, scale + other.scale), unscaled(right, other.scale), type, scale), type)
}

/** Two whole numbers divided, half rounded away from zero, as a decimal of that scale. */
export const quotient = (dividend: string, divisor: string, type: Type, scale: number): string =>
  unscaledTo(`athena_quotient(${dividend}, ${divisor})`, type, scale)

/** A whole number of the decimal's smallest unit, as the decimal. DuckDB divides decimals as doubles: it multiplies. */
export function unscaledTo(sql: string, type: Type, scale: number): string {
  if (scale === 0) return `CAST(${sql} AS ${duckName(type)})`
  const unit = `CAST(0.${'0'.repeat(scale - 1)}1 AS DECIMAL(${scale},${scale}))`
  return `CAST(CAST(${sql} AS DECIMAL(${decimalDigitsMax},0)) * ${unit} AS ${duckName(type)})`
}

const wide38 = (value: Value, scale: number): string => `CAST(${value.sql} AS DECIMAL(${decimalDigitsMax},${scale}))`

const exact = (value: Value): string => {
  const size = asDecimal(value.type)
  return size === undefined ? value.sql : `CAST(${value.sql} AS DECIMAL(${size.precision},${size.scale}))`
}

/** The decimal's digits as a whole number, `scale` of them behind the point. */
export const unscaled = (value: Value, scale: number): string =>
  `CAST(CAST(${value.sql} AS DECIMAL(${decimalDigitsMax},${Math.min(scale, decimalDigitsMax - 1)})) * CAST(1${'0'.repeat(scale)} AS HUGEINT) AS HUGEINT)`

/** A date, a time or a timestamp and an interval; the type stays. Two of them have an interval between. */
function withInterval(
  operator: '+' | '-',
  left: Value,
  right: Value,
  position: Position | undefined,
): Value | undefined {
  const isSpan = (value: Value) => isSimple(value.type, 'interval day to second', 'interval year to month')
  if (isSpan(left) && isSpan(right) && isMonths(left) === isMonths(right))
    return typed(`(${left.sql} ${operator} ${right.sql})`, left.type)
  if (isSpan(right) && isClock(left.type)) return moved(left, operator, right, position)
  if (isSpan(left) && isClock(right.type) && operator === '+') return moved(right, operator, left, position)
  if (operator === '-' && isClock(left.type) && isClock(right.type)) {
    const type = common(left.type, right.type)
    if (type === undefined) return undefined
    if (type.kind === 'time')
      return typed(`to_microseconds(epoch_us(${left.sql}) - epoch_us(${right.sql}))`, daysToSeconds)
    const span = `to_microseconds(epoch_us(CAST(${coerced(left, type)} AS TIMESTAMP)) - epoch_us(CAST(${coerced(right, type)} AS TIMESTAMP)))`
    return typed(span, daysToSeconds)
  }
  return undefined
}

const isClock = (type: Type): boolean =>
  type.kind === 'timestamp' || type.kind === 'instant' || type.kind === 'time' || isSimple(type, 'date')

const isMonths = (value: Value): boolean => isSimple(value.type, 'interval year to month')

function moved(clock: Value, operator: '+' | '-', span: Value, position: Position | undefined): Value {
  const { type } = clock
  if (type.kind === 'time' && isMonths(span)) throw cannotApply(position, type, operator, span.type)
  // Months are those of the zone's calendar; all that is shorter passes everywhere alike.
  if (type.kind === 'instant' && isMonths(span))
    return typed(instantAt(`(${wallClock(clock.sql, type.zone)} ${operator} ${span.sql})`, type.zone), type)
  const by = isSimple(type, 'date') && !isMonths(span) ? wholeDays(span, operator) : span.sql
  return typed(`CAST(${clock.sql} ${operator} ${by} AS ${duckName(type)})`, type)
}

/** A date moves by days, not by hours. */
function wholeDays(span: Value, operator: '+' | '-'): string {
  const milliseconds = /^to_milliseconds\(CAST\((-?\d+) AS BIGINT\)\)$/.exec(span.sql)?.[1]
  const what = operator === '+' ? 'add hour, minutes or seconds to' : 'subtract hour, minutes or seconds from'
  if (milliseconds === undefined) return `athena_whole_days(${span.sql}, '${what}')`
  if (BigInt(milliseconds) % 86_400_000n === 0n) return span.sql
  throw new EngineFault('semantic', `INVALID_FUNCTION_ARGUMENT: Cannot ${what} a date`)
}

/** A span times a number, or divided by one; fractions of its smallest unit are cut off. */
function scaledInterval(operator: Arithmetic, left: Value, right: Value): Value | undefined {
  const isSpan = (value: Value) => isSimple(value.type, 'interval day to second', 'interval year to month')
  const isNumber = (value: Value) => numberName(value.type) !== undefined
  const [span, factor] = operator === '*' && isSpan(right) ? [right, left] : [left, right]
  if (!isSpan(span) || !isNumber(factor) || (operator !== '*' && operator !== '/')) return undefined
  const checked = operator === '*' ? 'athena_span_factor' : 'athena_span_divisor'
  const isWhole = isInteger(factor.type) && operator === '*'
  const by = isWhole ? factor.sql : `${checked}(CAST(${factor.sql} AS DOUBLE))`
  return isMonths(span)
    ? typed(`to_months(CAST(trunc(athena_month_count(${span.sql}) ${operator} ${by}) AS INTEGER))`, span.type)
    : typed(`athena_span(epoch_us(${span.sql}) ${operator} ${by})`, span.type)
}

/** Athena names the operator that it makes the others of. */
const basic: Readonly<Record<string, string>> = { '<>': '=', '>': '<', '>=': '<=' }

export const comparison = (operator: string, left: Value, right: Value, position: Position | undefined): Value =>
  madeOnce([left, right], (one, other) => compared(operator, one, other, position))

function compared(operator: string, left: Value, right: Value, position: Position | undefined): Value {
  const type = common(left.type, right.type)
  const ordered = operator !== '=' && operator !== '<>' && !operator.startsWith('IS')
  if (type === undefined || !isComparable(type) || (ordered && !isOrderable(type))) {
    if (operator.startsWith('IS'))
      throw mismatch(position, `Cannot check if ${nameOf(left.type)} is distinct from ${nameOf(right.type)}`)
    throw cannotApply(position, left.type, basic[operator] ?? operator, right.type)
  }
  if (isNested(type) && (operator === '=' || operator === '<>')) {
    const equal = equality(coerced(left, type), coerced(right, type), type)
    return typed(operator === '=' ? `(${equal})` : `(NOT (${equal}))`, boolean)
  }
  if (isSimple(type, 'double')) {
    const own = beside(operator, left, right) ?? beside(turned[operator] ?? operator, right, left)
    if (own !== undefined) return typed(`(${own})`, boolean)
  }
  const [one, other] = [coerced(left, type), coerced(right, type)]
  if (ordered && isNested(type)) return typed(`(${inOrder(operator, one, other, type)})`, boolean)
  if (holdsMap(type)) return typed(`(${inKeyOrder(one, type)} ${operator} ${inKeyOrder(other, type)})`, boolean)
  if (operator === 'IS DISTINCT FROM') return typed(notPushed(`(${one} ${operator} ${other})`), boolean)
  const plain = `${one} ${operator} ${other}`
  if (!isSimple(type, 'real', 'double') || operator.startsWith('IS')) return typed(`(${plain})`, boolean)
  return typed(`(${plain}${withoutNan(operator, { sql: one, of: left }, { sql: other, of: right })})`, boolean)
}

/**
 * A condition that stays with its rows. Beside an OR, DuckDB asks a Parquet file's statistics about IS DISTINCT FROM, and leaves out row
 * groups of NULLs, which are distinct from every value; IS NOT DISTINCT FROM that is negated is the same.
 */
export const notPushed = (condition: string): string => `(${condition} IS TRUE)`

/** From the other side. */
const turned: Readonly<Record<string, string>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=' }

/** With a literal that becomes a value of the other's type. */
function beside(operator: string, value: Value, literal: Value): string | undefined {
  const bound = inOwnType(value.type, operator, literal)
  if (bound === undefined) return undefined
  const plain = `${value.sql} ${operator} ${bound}`
  if (operator === 'IS DISTINCT FROM') return notPushed(`(${plain})`)
  const sides = [
    { sql: value.sql, of: value },
    { sql: bound, of: literal },
  ] as const
  return operator.startsWith('IS') ? plain : plain + withoutNan(operator, ...sides)
}

interface Side {
  readonly sql: string
  readonly of: Value
}

export const infinity = "CAST('Infinity' AS DOUBLE)"

/** A literal is a number, and so is a value of another type that became one. */
export const mayBeNan = ({ type, isNonZero }: Value): boolean =>
  isNonZero === undefined && isSimple(type, 'real', 'double')

/** DuckDB takes what is no number for the largest of all and for equal to itself; Athena compares it with nothing. */
function withoutNan(operator: string, left: Side, right: Side): string {
  const mayBe = ({ of }: Side) => mayBeNan(of)
  // Beside a NULL it stays NULL.
  if (operator === '<>') {
    return mayBe(left) && mayBe(right) ? ` OR (${left.sql} > ${infinity} AND ${right.sql} IS NOT NULL)` : ''
  }
  const [greater, other] = operator.startsWith('<') ? [right, left] : [left, right]
  if ((operator === '=' && !mayBe(right)) || !mayBe(greater)) return ''
  const isNumber = `${greater.sql} <= ${infinity}`
  return other.of.isNonZero === undefined ? ` AND (${isNumber} OR ${other.sql} IS NULL)` : ` AND ${isNumber}`
}

export const concatenation = (left: Value, right: Value, position: Position | undefined): Value =>
  madeOnce([left, right], (one, other) => concatenated(one, other, position))

function concatenated(left: Value, right: Value, position: Position | undefined): Value {
  // A char is shown with the blanks at its end.
  const shown = (value: Value) => (value.type.kind === 'char' ? coerced(value, varchar) : value.sql)
  const plain = `(${shown(left)} || ${shown(right)})`
  if (left.type.kind === 'array' || right.type.kind === 'array') {
    const both = common(left.type, right.type)
    if (both !== undefined) return typed(`athena_joined(${coerced(left, both)}, ${coerced(right, both)})`, both)
    const made = withItem(left, right, 'append') ?? withItem(right, left, 'prepend')
    if (made === undefined) throw notJoined(left.type, right.type, position)
    return made
  }
  if (isSimple(left.type, 'varbinary') && isSimple(right.type, 'varbinary')) return typed(plain, left.type)
  const isTextual = (type: Type) => isText(type) || isSimple(type, 'unknown')
  if (!isTextual(left.type) || !isTextual(right.type)) throw notJoined(left.type, right.type, position)
  return typed(plain, varchar)
}

/** A list and one item more at an end of it; an item may be a list itself. */
function withItem(list: Value, item: Value, end: 'append' | 'prepend'): Value | undefined {
  const of = list.type.kind === 'array' ? common(list.type.of, item.type) : undefined
  if (of === undefined) return undefined
  const type: Type = { kind: 'array', of }
  const [items, one] = [coerced(list, type), coerced(item, of)]
  return typed(end === 'append' ? `athena_appended(${items}, ${one})` : `athena_prepended(${one}, ${items})`, type)
}

const concats = ['(E, array(E)) E', '(array(E)) E', '(array(E), E) E', '(char(x), char(y))', '(varbinary)', '(varchar)']

/** To Athena `||` is a call of concat. */
function notJoined(left: Type, right: Type, position: Position | undefined): EngineFault {
  const said = at(position, unexpectedParameters('concat', [left, right], concats))
  return new EngineFault('semantic', `FUNCTION_NOT_FOUND: ${said}`, position)
}

/** A condition: of WHERE, AND, CASE WHEN … */
export function condition(value: Value, what: string, position: Position | undefined): string {
  if (isSimple(value.type, 'boolean')) return value.sql
  if (isSimple(value.type, 'unknown')) return `CAST(${value.sql} AS BOOLEAN)`
  const isClause = ['WHERE clause', 'HAVING clause', 'JOIN ON clause'].includes(what)
  const actual = isClause ? `: actual type ${nameOf(value.type)}` : ` (actual: ${nameOf(value.type)})`
  throw mismatch(position, `${what} must evaluate to a boolean${actual}`)
}
