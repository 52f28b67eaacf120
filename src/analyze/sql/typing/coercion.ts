// Which type turns into which by itself, and what two types have in common: the rules by which operators, CASE, IN, set
// operations and function arguments agree. https://trino.io/docs/current/language/types.html
import { type Field, isSame, isSimple, type Type } from './type.ts'

const integers = ['tinyint', 'smallint', 'integer', 'bigint'] as const
const numbers = [...integers, 'decimal', 'real', 'double'] as const
type NumberName = (typeof numbers)[number]

/** The decimal that holds every value of an integer type. */
const digits: Readonly<Record<(typeof integers)[number], number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 }

export function numberName(type: Type): NumberName | undefined {
  if (type.kind === 'decimal') return 'decimal'
  return type.kind === 'simple' ? numbers.find(name => name === type.name) : undefined
}

export const isInteger = (type: Type): boolean => isSimple(type, ...integers)
export const isText = (type: Type): boolean => type.kind === 'varchar' || type.kind === 'char'

/** A number as a decimal; undefined for those that are none exactly. */
export function asDecimal(type: Type): { readonly precision: number; readonly scale: number } | undefined {
  if (type.kind === 'decimal') return type
  const name = type.kind === 'simple' ? integers.find(one => one === type.name) : undefined
  return name && { precision: digits[name], scale: 0 }
}

/** The least type to which both turn by themselves; undefined when there is none. */
export function common(one: Type, other: Type): Type | undefined {
  if (isSame(one, other)) return one
  if (isSimple(one, 'unknown')) return other
  if (isSimple(other, 'unknown')) return one
  return commonNumber(one, other) ?? commonText(one, other) ?? commonTime(one, other) ?? commonNested(one, other)
}

/** Times and timestamps, which keep their own precision and zone where a function wants their kind. */
export const isClock = (type: Type): boolean =>
  type.kind === 'time' || type.kind === 'timestamp' || type.kind === 'instant'

/** `from` turns into `to` by itself. */
export function turnsInto(from: Type, to: Type): boolean {
  // Digits of the second and the zone are no matter of the kind of a clock.
  if (isClock(to) && to.kind === from.kind) return true
  const both = common(from, to)
  if (both === undefined) return false
  // A zone is where a clock hangs, no matter of the type.
  return isSame(both, to) || (isText(both) && isText(to) && to.kind === 'varchar' && to.length === undefined)
}

function commonNumber(one: Type, other: Type): Type | undefined {
  const [left, right] = [numberName(one), numberName(other)]
  if (left === undefined || right === undefined) return undefined
  if (left === 'double' || right === 'double') return { kind: 'simple', name: 'double' }
  if (left === 'real' || right === 'real') return { kind: 'simple', name: 'real' }
  const [first, second] = [asDecimal(one), asDecimal(other)]
  if ((left === 'decimal' || right === 'decimal') && first && second) {
    const scale = Math.max(first.scale, second.scale)
    const whole = Math.max(first.precision - first.scale, second.precision - second.scale)
    return { kind: 'decimal', precision: Math.min(38, whole + scale), scale }
  }
  return numbers.indexOf(left) > numbers.indexOf(right) ? one : other
}

/** https://trino.io/docs/current/language/types.html#char */
const charMax = 65536

function commonText(one: Type, other: Type): Type | undefined {
  if (!isText(one) || !isText(other)) return undefined
  const lengths = [one, other].map(type => ('length' in type ? type.length : undefined))
  const [left, right] = lengths
  if (one.kind === 'char' && other.kind === 'char') return { kind: 'char', length: Math.max(one.length, other.length) }
  // A char beside a varchar is compared without the blanks at its end.
  if (one.kind === 'char' || other.kind === 'char')
    return { kind: 'char', length: Math.max(left ?? charMax, right ?? charMax) }
  return left === undefined || right === undefined
    ? { kind: 'varchar' }
    : { kind: 'varchar', length: Math.max(left, right) }
}

/** date < timestamp < instant; time by itself. */
function commonTime(one: Type, other: Type): Type | undefined {
  if (one.kind === 'time' && other.kind === 'time')
    return { kind: 'time', precision: Math.max(one.precision, other.precision) }
  const order = [one, other].map(type =>
    isSimple(type, 'date') ? 0 : type.kind === 'timestamp' ? 1 : type.kind === 'instant' ? 2 : -1,
  )
  if (order.includes(-1)) return undefined
  const precision = Math.max(...[one, other].map(type => ('precision' in type ? type.precision : 0)))
  const [left = 0, right = 0] = order
  const later = left >= right ? one : other
  if (later.kind === 'timestamp') return { kind: 'timestamp', precision }
  return later.kind === 'instant' ? { kind: 'instant', precision, zone: later.zone } : later
}

function commonNested(one: Type, other: Type): Type | undefined {
  if (one.kind === 'array' && other.kind === 'array') {
    const of = common(one.of, other.of)
    return of && { kind: 'array', of }
  }
  if (one.kind === 'map' && other.kind === 'map') {
    const key = common(one.key, other.key)
    const value = common(one.value, other.value)
    return key && value && { kind: 'map', key, value }
  }
  if (one.kind === 'row' && other.kind === 'row' && one.fields.length === other.fields.length) {
    const fields: Field[] = []
    for (const [index, { name, type }] of one.fields.entries()) {
      const second = other.fields[index]
      const both = second && common(type, second.type)
      if (second === undefined || both === undefined) return undefined
      fields.push({ name: name === second.name ? name : undefined, type: both })
    }
    return { kind: 'row', fields }
  }
  return undefined
}
