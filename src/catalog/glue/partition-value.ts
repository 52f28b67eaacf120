// A partition value as its key's type reads it, and the order of two such values. Integers and decimals compare exactly,
// however many digits they have.
import { hiveNull } from './partition-path.ts'

/** A number is its digits without the point, and how many of them stand behind it. */
export type Value = string | { readonly digits: bigint; readonly scale: number }

const numeric = /^(tinyint|smallint|int|integer|bigint|long|decimal|double|float)\b/i

/** Undefined when the text has no value of that type. */
export function typedValue(type: string, text: string): Value | undefined {
  if (text === hiveNull) return undefined
  if (numeric.test(type)) {
    const parts = /^\s*([+-]?\d+)(?:\.(\d*))?\s*$/.exec(text)
    if (!parts) return undefined
    const fraction = (parts[2] ?? '').replace(/0+$/, '')
    return { digits: BigInt(`${parts[1]}${fraction}`), scale: fraction.length }
  }
  if (/^date$/i.test(type)) return /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? text.trim() : undefined
  // `2025-10-15 00:00:00` and `2025-10-15 00:00:00.0` are the same instant.
  if (/^timestamp/i.test(type))
    return text
      .trim()
      .replace('T', ' ')
      .replace(/\.0*$/, '')
      .replace(/(\.\d*?)0+$/, '$1')
  return text
}

/** Both of one type: below zero, zero, above zero. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' || typeof b === 'string') return a === b ? 0 : a < b ? -1 : 1
  const scale = Math.max(a.scale, b.scale)
  const [left, right] = [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale)]
  return left === right ? 0 : left < right ? -1 : 1
}
