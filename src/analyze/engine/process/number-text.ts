// Numbers as files of text have them, as expressions of DuckDB, whose own are not always read elsewhere: it writes .5 where all
// digits of a decimal are behind the point, nan and inf, and all of these bare in JSON, where NaN and infinities are texts.

import { decimalText } from '../../sql/convert-text.ts'
import { literal } from '../../sql/text.ts'
import { fieldName } from '../../sql/typing/names.ts'
import { isSimple, type Type } from '../../sql/typing/type.ts'

/** Of a single number; NULL where it is. */
export function numberText(value: string, type: Type): string {
  if (type.kind === 'decimal') return decimalText(value, type)
  return `CASE WHEN isfinite(${value}) THEN CAST(${value} AS VARCHAR) WHEN isnan(${value}) THEN 'NaN'
    WHEN ${value} > 0 THEN 'Infinity' WHEN ${value} < 0 THEN '-Infinity' END`
}

/** The value itself where its type has no such number; NULL where it is. */
export function jsonValue(value: string, type: Type, level = 0): string {
  if (!hasOwnNumbers(type)) return value
  const one = `x${level}`
  switch (type.kind) {
    case 'array':
      return `list_transform(${value}, ${one} -> ${jsonValue(one, type.of, level + 1)})`
    case 'map': {
      const entry = `{key: ${one}.key, value: ${jsonValue(`${one}.value`, type.value, level + 1)}}`
      return `map_from_entries(list_transform(map_entries(${value}), ${one} -> ${entry}))`
    }
    case 'row': {
      const fields = type.fields.map(
        (field, index) =>
          `${literal(fieldName(field, index))}: ${jsonValue(`struct_extract_at(${value}, ${index + 1})`, field.type, level)}`,
      )
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(', ')}} END`
    }
    case 'decimal':
      // With a digit before the point a nought stands there; as JSON of its own it would become a double on the way.
      return type.precision < 38
        ? `CAST(${value} AS DECIMAL(${type.precision + 1}, ${type.scale}))`
        : decimalText(value, type)
    default: {
      // Of four bytes DuckDB's JSON writes a number of eight: 0.10000000149011612.
      const number = isSimple(type, 'real') ? `CAST(CAST(${value} AS VARCHAR) AS JSON)` : `to_json(${value})`
      return `CASE WHEN isfinite(${value}) THEN ${number} ELSE to_json(${numberText(value, type)}) END`
    }
  }
}

/** Whether some number of it may have a text of DuckDB's own. Keys of maps are texts in any case. */
export function hasOwnNumbers(type: Type): boolean {
  if (type.kind === 'array') return hasOwnNumbers(type.of)
  if (type.kind === 'map') return hasOwnNumbers(type.value)
  if (type.kind === 'row') return type.fields.some(field => hasOwnNumbers(field.type))
  return type.kind === 'decimal' ? type.precision === type.scale : isSimple(type, 'real', 'double')
}
