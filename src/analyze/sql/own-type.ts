// A column of whole numbers, of decimals or of reals beside a literal that is a double: `price > 1.5`. Athena turns the column
// into doubles; DuckDB then knows nothing of its order any more and reads every row group. So the literal becomes that value of
// the column's type which parts its values as the double parts theirs.

import { asDecimal } from './typing/coercion.ts'
import { isSimple, type Type } from './typing/type.ts'
import type { Value } from './value.ts'

/** What stands behind the operator then; undefined where the column has to become a double. */
export function inOwnType(type: Type, operator: string, literal: Value): string | undefined {
  const { number } = literal
  if (number === undefined || !Number.isFinite(number)) return undefined
  const around = isSimple(type, 'real') ? reals(number) : decimals(type, number)
  if (operator === '>' || operator === '<=') return around?.last
  if (operator === '<' || operator === '>=') return around?.first
  return around?.first === around?.last ? around?.first : undefined
}

/** All of them, for an IN. */
export function allInOwnType(type: Type, literals: readonly Value[]): readonly string[] | undefined {
  const found = literals.map(literal => inOwnType(type, '=', literal))
  return found.every(sql => sql !== undefined) ? found : undefined
}

/** Of the values of a type: the first that is not below a double, and the last that is not above it. */
interface Around {
  readonly first: string
  readonly last: string
}

function reals(number: number): Around {
  const nearest = Math.fround(number)
  const written = (value: number) => `CAST('${value}' AS FLOAT)`
  return {
    first: written(nearest < number ? nextReal(nearest, 'above') : nearest),
    last: written(nearest > number ? nextReal(nearest, 'below') : nearest),
  }
}

const leastReal = 2 ** -149

/** The bits of a real, read as a whole number, count the reals from zero outwards. */
function nextReal(value: number, where: 'below' | 'above'): number {
  if (value === 0) return where === 'above' ? leastReal : -leastReal
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  const isOutwards = value > 0 === (where === 'above')
  view.setInt32(0, view.getInt32(0) + (isOutwards ? 1 : -1))
  return view.getFloat32(0)
}

const digitsMax = 38

function decimals(type: Type, number: number): Around | undefined {
  const size = asDecimal(type)
  if (size === undefined || Math.abs(number) >= 10 ** (digitsMax - 1 - size.scale)) return undefined
  const { scale } = size
  // As the engine makes doubles: what fits into 64 bits is divided, what has more digits is read from its text.
  const asDouble = (units: bigint) =>
    size.precision > 18 ? Number(decimalText(units, scale)) : Number(units) / Number(`1e${scale}`)
  const near = BigInt(Math.trunc(number * Number(`1e${scale}`)))
  const first = firstFrom(near, units => asDouble(units) >= number)
  const last = firstFrom(first, units => asDouble(units) > number) - 1n
  return { first: written(first, type, size), last: written(last, type, size) }
}

/** The least whole number that is beyond; all after it are too. */
function firstFrom(near: bigint, isBeyond: (units: bigint) => boolean): bigint {
  let [before, beyond] = [near, near]
  for (let step = 1n; isBeyond(before); step *= 2n) before -= step
  for (let step = 1n; !isBeyond(beyond); step *= 2n) beyond += step
  while (beyond - before > 1n) {
    const middle = (before + beyond) / 2n
    if (isBeyond(middle)) beyond = middle
    else before = middle
  }
  return beyond
}

function written(units: bigint, type: Type, size: { readonly precision: number; readonly scale: number }): string {
  const text = decimalText(units, size.scale)
  if (type.kind !== 'decimal') return `(${text})`
  // A number larger than all of the column's is one of more digits.
  const digits = String(units < 0n ? -units : units).length
  return `CAST('${text}' AS DECIMAL(${Math.max(size.precision, digits)},${size.scale}))`
}

function decimalText(units: bigint, scale: number): string {
  if (scale === 0) return String(units)
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
