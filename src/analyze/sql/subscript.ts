// `array[1]`, `map['key']`, `row[1]`: what is not there is an error, where element_at says NULL.
import type { Position } from '../engine/fault.ts'
import { coerced } from './convert.ts'
import { fieldOf } from './convert-text.ts'
import { isInteger, turnsInto } from './typing/coercion.ts'
import { bigint } from './typing/type.ts'
import { cannotApply, mismatch, typed, type Value } from './value.ts'

export function subscript(value: Value, index: Value, position: Position | undefined): Value {
  const { type } = value
  if (type.kind === 'array' && isInteger(index.type))
    return typed(`athena_item(${value.sql}, ${coerced(index, bigint)})`, type.of)
  if (type.kind === 'map' && turnsInto(index.type, type.key))
    return typed(`athena_entry(${value.sql}, ${coerced(index, type.key)})`, type.value)
  if (type.kind === 'row') {
    const place = /^\d+$/.test(index.sql) ? Number(index.sql) : Number.NaN
    const field = type.fields[place - 1]
    if (field === undefined)
      throw mismatch(position, 'Subscript expression on ROW requires a constant index within its fields')
    return typed(fieldOf(value.sql, place - 1), field.type)
  }
  throw cannotApply(position, type, '[]', index.type)
}
