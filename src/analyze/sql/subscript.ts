// `array[1]`, `map['key']`, `row[1]`: what is not there is an error, where element_at says NULL.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { coerced } from './convert.ts'
import { fieldOf } from './convert-text.ts'
import { madeOnce } from './once.ts'
import { resultText } from './result-text.ts'
import { common, isInteger } from './typing/coercion.ts'
import { bigint, isSimple, mapOf, nameOf, unknown } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'

interface Index extends Value {
  readonly position: Position | undefined
}

export function subscript(value: Value, index: Index, position: Position | undefined): Value {
  const { type } = value
  if (type.kind === 'array' && isInteger(index.type))
    return madeOnce([value, index], (list, place) =>
      typed(`athena_item(${list.sql}, ${coerced(place, bigint)})`, type.of),
    )
  const key = type.kind === 'map' ? common(type.key, index.type) : undefined
  if (type.kind === 'map' && key !== undefined) {
    return madeOnce([value, index], (map, wanted) => {
      const [entries, asked] = [coerced(map, mapOf(key, type.value)), coerced(wanted, key)]
      return typed(`athena_entry(${entries}, ${asked}, ${resultText(asked, key)})`, type.value)
    })
  }
  if (type.kind === 'row') {
    const place = rowPlace(index, type.fields.length)
    const field = type.fields[place - 1]
    return typed(fieldOf(value.sql, place - 1), field?.type ?? unknown)
  }
  throw mismatch(position, `Cannot use ${nameOf(index.type)} for subscript of ${nameOf(type)}`)
}

function rowPlace({ sql, type, position }: Index, count: number): number {
  const number = /^\(?(-?) ?(?:CAST\()?(\d+)(?: AS BIGINT\))?\)?$/.exec(sql)
  if (number === null)
    throw new EngineFault(
      'semantic',
      `EXPRESSION_NOT_CONSTANT: ${at(position, 'Subscript expression on ROW requires a constant index')}`,
      position,
    )
  if (!isSimple(type, 'integer'))
    throw mismatch(position, `Subscript expression on ROW requires integer index, found ${nameOf(type)}`)
  const place = Number(`${number[1]}${number[2]}`)
  if (place >= 1 && place <= count) return place
  const text =
    place < 1
      ? `Invalid subscript index: ${place}. ROW indices start at 1`
      : `Subscript index out of bounds: ${place}, max value is ${count}`
  throw new EngineFault('semantic', `INVALID_FUNCTION_ARGUMENT: ${at(position, text)}`, position)
}
