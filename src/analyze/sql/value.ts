// A part of a statement as it is written for DuckDB, with the type that Athena gives it.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { nameOf, type Type } from './typing/type.ts'

export interface Value {
  readonly sql: string
  readonly type: Type
  /** Of a literal text: formats, units and zones are read when the statement is translated. */
  readonly text?: string
  /** Of a literal number that is no zero: nothing divides by it in vain. */
  readonly isNonZero?: boolean
  /** Of a literal number: its value as a double. */
  readonly number?: number
}

export const typed = (sql: string, type: Type): Value => ({ sql, type })

export const mismatch = (position: Position | undefined, what: string): EngineFault =>
  new EngineFault('semantic', `TYPE_MISMATCH: ${at(position, what)}`, position)

/** Of values that must become one type: the first that cannot, and all of their types. */
export function apart(
  what: string,
  values: readonly { readonly type: Type; readonly position: Position | undefined }[],
  [one, other]: readonly [Type, Type],
): EngineFault {
  const types = [...new Set(values.map(({ type }) => nameOf(type)))].join(', ')
  const first = values.find(({ type }) => nameOf(type) === nameOf(other))
  return mismatch(
    first?.position,
    `${what} must be the same type or coercible to a common type. Cannot find common type between ${nameOf(one)} and ${nameOf(other)}, all types (without duplicates): [${types}]`,
  )
}

export const cannotApply = (position: Position | undefined, left: Type, operator: string, right: Type): EngineFault =>
  mismatch(position, `Cannot apply operator: ${nameOf(left)} ${operator} ${nameOf(right)}`)
