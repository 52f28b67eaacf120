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
}

export const typed = (sql: string, type: Type): Value => ({ sql, type })

export const mismatch = (position: Position | undefined, what: string): EngineFault =>
  new EngineFault('semantic', `TYPE_MISMATCH: ${at(position, what)}`, position)

export const cannotApply = (position: Position | undefined, left: Type, operator: string, right: Type): EngineFault =>
  mismatch(position, `Cannot apply operator: ${nameOf(left)} ${operator} ${nameOf(right)}`)
