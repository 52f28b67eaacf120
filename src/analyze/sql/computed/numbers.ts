// Numbers in other bases and in buckets. https://trino.io/docs/current/functions/math.html
import { type ComputedTable, ComputeFault, computed, invalid } from './computed.ts'
import { doubleText, scientificText } from './java-number.ts'

const bigintMax = 9223372036854775807n

function checkRadix(radix: bigint): void {
  if (radix < 2n || radix > 36n) throw invalid('Radix must be between 2 and 36')
}

function fromBase(text: string, radix: bigint): bigint {
  checkRadix(radix)
  const digits = text.replace(/^[+-]/, '').toLowerCase()
  const known = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, Number(radix))
  const wrong = invalid(`Not a valid base-${radix} number: ${text}`)
  if (digits === '' || [...digits].some(digit => !known.includes(digit))) throw wrong
  const size = [...digits].reduce((sum, digit) => sum * radix + BigInt(known.indexOf(digit)), 0n)
  const value = text.startsWith('-') ? -size : size
  if (value > bigintMax || value < -bigintMax - 1n) throw wrong
  return value
}

/** From DuckDB's shortest text of a floating-point number. */
const floatText = (text: string): string => doubleText(floatOf(text))

/** The same, of a number of four bytes that has nine digits there: eight, if they tell it, half to the even one. */
function realText(text: string): string {
  const value = floatOf(text)
  const shorter = Number(scientificText(value, 7))
  return doubleText(Math.fround(shorter) === Math.fround(value) ? shorter : value)
}

function floatOf(text: string): number {
  const special = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }[text]
  return special ?? Number(text)
}

/** Half is rounded away from zero. */
function quotientText(dividend: string, divisor: string, scale: bigint): string {
  const [one, other] = [unscaled(dividend), unscaled(divisor)]
  if (other.digits === 0n) throw new ComputeFault('DIVISION_BY_ZERO: Division by zero')
  const shift = BigInt(other.scale - one.scale) + scale
  const above = one.digits * 10n ** (shift > 0n ? shift : 0n)
  const below = other.digits * 10n ** (shift < 0n ? -shift : 0n)
  const [size, by] = [above < 0n ? -above : above, below < 0n ? -below : below]
  const rounded = (2n * size + by) / (2n * by)
  const text = String(rounded).padStart(Number(scale) + 1, '0')
  const point = text.length - Number(scale)
  return `${above < 0n !== below < 0n ? '-' : ''}${text.slice(0, point)}${scale > 0n ? '.' : ''}${text.slice(point)}`
}

function unscaled(text: string): { readonly digits: bigint; readonly scale: number } {
  return { digits: BigInt(text.replace('.', '')), scale: text.split('.')[1]?.length ?? 0 }
}

/** Java's own algorithms, which this process' language has too; those of the C library differ in the last digit. */
const ofDouble = (compute: (value: number) => number) => computed(['DOUBLE'], 'DOUBLE', compute)

export const numbers: ComputedTable = {
  athena_cbrt: ofDouble(Math.cbrt),
  athena_cosh: ofDouble(Math.cosh),
  athena_sinh: ofDouble(Math.sinh),
  athena_tanh: ofDouble(Math.tanh),
  athena_decimal_quotient: computed(['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR', quotientText),
  athena_real_text: computed(['VARCHAR'], 'VARCHAR', realText),
  athena_float_text: computed(['VARCHAR'], 'VARCHAR', floatText),
  /** From DuckDB's shortest text of the number. */
  athena_scientific: computed(['VARCHAR', 'BIGINT'], 'VARCHAR', (text, fractionMax) =>
    scientificText(floatOf(text), Number(fractionMax)),
  ),
  athena_from_base: computed(['VARCHAR', 'BIGINT'], 'BIGINT', fromBase),
  athena_to_base: computed(['BIGINT', 'BIGINT'], 'VARCHAR', (value, radix) => {
    checkRadix(radix)
    return value.toString(Number(radix))
  }),
  /** `side` is 1 for the upper bound of Wilson's interval and -1 for the lower. */
  athena_wilson: computed(['BIGINT', 'BIGINT', 'DOUBLE', 'DOUBLE'], 'DOUBLE', (successes, trials, z, side) => {
    if (successes < 0n) throw invalid('number of successes must not be negative')
    if (trials <= 0n) throw invalid('number of trials must be positive')
    if (successes > trials) throw invalid('number of successes must not be larger than number of trials')
    if (!(z >= 0)) throw invalid('z-score must not be negative')
    const [s, n] = [Number(successes), Number(trials)]
    const p = s / n
    return (p + (z * z) / (2 * n) + side * (z * Math.sqrt((p * (1 - p) + (z * z) / (4 * n)) / n))) / (1 + (z * z) / n)
  }),
  athena_width_bucket: computed(['DOUBLE', 'DOUBLE', 'DOUBLE', 'BIGINT'], 'BIGINT', (operand, one, other, count) => {
    if (count <= 0n) throw invalid('bucketCount must be greater than 0')
    if (Number.isNaN(operand)) throw invalid('operand must not be NaN')
    if (!Number.isFinite(one)) throw invalid('first bound must be finite')
    if (!Number.isFinite(other)) throw invalid('second bound must be finite')
    if (one === other) throw invalid('bounds cannot equal each other')
    const [lower, upper] = [Math.min(one, other), Math.max(one, other)]
    const inside = () => BigInt(Math.trunc((Number(count) * (operand - lower)) / (upper - lower) + 1))
    if (operand >= upper && count === bigintMax)
      throw new ComputeFault(`NUMERIC_VALUE_OUT_OF_RANGE: Bucket for value ${operand} is out of range`)
    const place = operand < lower ? 0n : operand >= upper ? count + 1n : inside()
    return one > other ? count - place + 1n : place
  }),
}
