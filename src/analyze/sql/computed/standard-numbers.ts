// Numbers in the SQL standard's paths into JSON: exact ones as SQL computes with integers and decimals, others as doubles.
import { ComputeFault } from './computed.ts'
import type { Exact } from './standard-path.ts'

export type PathNumber = Exact | number

/** What a path cannot do with its input; ON ERROR says what comes of it. */
export class PathFault extends ComputeFault {}

export const failed = (what: string): PathFault =>
  new PathFault(`PATH_EVALUATION_ERROR: path evaluation failed: ${what}`)

export const toDouble = (value: PathNumber): number => (typeof value === 'number' ? value : Number(exactText(value)))

export function exactText({ digits, scale }: Exact): string {
  if (scale === 0) return String(digits)
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

const scaled = ({ digits, scale }: Exact, to: number): bigint => digits * 10n ** BigInt(to - scale)

export function computed(operator: string, left: PathNumber, right: PathNumber): PathNumber {
  if (typeof left === 'number' || typeof right === 'number') return ofDoubles(operator, toDouble(left), toDouble(right))
  const scale = Math.max(left.scale, right.scale)
  const [one, other] = [scaled(left, scale), scaled(right, scale)]
  if (operator === '+') return { digits: one + other, scale }
  if (operator === '-') return { digits: one - other, scale }
  if (operator === '*') return { digits: left.digits * right.digits, scale: left.scale + right.scale }
  if (other === 0n) throw failed('Division by zero')
  if (operator === '%') return { digits: one % other, scale }
  if (scale === 0) return { digits: one / other, scale }
  return { digits: rounded(one * 10n ** BigInt(scale), other), scale }
}

/** Half away from zero. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const size = (value: bigint) => (value < 0n ? -value : value)
  const quotient = (2n * size(dividend) + size(divisor)) / (2n * size(divisor))
  return dividend < 0n !== divisor < 0n ? -quotient : quotient
}

function ofDoubles(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    default:
      return left % right
  }
}

export function compared(left: PathNumber, right: PathNumber): number {
  if (typeof left === 'number' || typeof right === 'number') {
    const [one, other] = [toDouble(left), toDouble(right)]
    return one < other ? -1 : one > other ? 1 : one === other ? 0 : Number.NaN
  }
  const scale = Math.max(left.scale, right.scale)
  const [one, other] = [scaled(left, scale), scaled(right, scale)]
  return one < other ? -1 : one > other ? 1 : 0
}

export function changed(method: string, value: PathNumber): PathNumber {
  if (typeof value === 'number')
    return method === 'abs' ? Math.abs(value) : method === 'floor' ? Math.floor(value) : Math.ceil(value)
  const { digits, scale } = value
  if (method === 'abs') return { digits: digits < 0n ? -digits : digits, scale }
  const unit = 10n ** BigInt(scale)
  const rest = ((digits % unit) + unit) % unit
  return { digits: (digits - rest) / unit + (method === 'ceiling' && rest > 0n ? 1n : 0n), scale: 0 }
}
