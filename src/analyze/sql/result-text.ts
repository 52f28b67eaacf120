// How Athena writes a value of each type into its result files: an expression of DuckDB that makes the text, NULL staying
// NULL. Inside arrays, maps and rows a NULL is the word null.
import { unsupported } from './ast.ts'
import { decimalText, fieldOf, instantText, timestampText, timeText } from './convert-text.ts'
import { literal } from './text.ts'
import { fieldName } from './typing/names.ts'
import { isSketch, nameOf, type Type } from './typing/type.ts'

export function resultText(value: string, type: Type): string {
  switch (type.kind) {
    case 'varchar':
      return value
    case 'char':
      return `rpad(${value}, ${type.length}, ' ')`
    case 'decimal':
      return decimalText(value, type)
    case 'time':
      return timeText(value, type.precision)
    case 'timestamp':
      return timestampText(value, type.precision)
    case 'instant':
      return instantText(value, type)
    case 'array':
      return `'[' || array_to_string(list_transform(${value}, item -> ${nested('item', type.of)}), ', ') || ']'`
    case 'map': {
      const entry = `${nested('item.key', type.key)} || '=' || ${nested('item.value', type.value)}`
      return `'{' || array_to_string(list_transform(map_entries(${value}), item -> ${entry}), ', ') || '}'`
    }
    case 'row': {
      // One call and not a chain: a thousand fields would be too deep for DuckDB.
      const parts = type.fields.flatMap((field, index) => [
        literal(`${index === 0 ? '' : ', '}${fieldName(field, index)}=`),
        nested(fieldOf(value, index), field.type),
      ])
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE concat(${["'{'", ...parts, "'}'"].join(', ')}) END`
    }
    case 'simple':
      if (isSketch(type)) throw unsupported(`A result of the type ${nameOf(type)}, whose binary form is Athena's own,`)
      if (type.name === 'double') return `athena_float(${value})`
      if (type.name === 'real') return `athena_real(${value})`
      if (type.name === 'varbinary') return `athena_binary(${value})`
      if (type.name === 'BingTile') return `athena_geo_tile_text(${value})`
      if (type.name === 'ipaddress') return `athena_ip_text(${value})`
      if (type.name === 'interval day to second') return `athena_days(${value})`
      if (type.name === 'interval year to month') return `athena_months(${value})`
      return `CAST(${value} AS VARCHAR)`
    default:
      return `CAST(${value} AS VARCHAR)`
  }
}

const nested = (value: string, type: Type): string => `coalesce(${resultText(value, type)}, 'null')`
