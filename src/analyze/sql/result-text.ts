// How Athena writes a value of each type into its result files: an expression of DuckDB that makes the text, NULL staying
// NULL. Inside arrays, maps and rows a NULL is the word null.
import { unsupported } from './ast.ts'
import { betweenPartings, type JavaKey } from './computed/java-maps.ts'
import { decimalText, fieldOf, instantText, timestampText, timeText } from './convert-text.ts'
import { literal } from './text.ts'
import { fieldName } from './typing/names.ts'
import { isSimple, isSketch, nameOf, type Type } from './typing/type.ts'

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
      const kind = javaKey(type.key)
      const [key, item] = [nested('item.key', type.key), nested('item.value', type.value)]
      if (kind === undefined)
        return `'{' || array_to_string(list_transform(map_entries(${value}), item -> ${key} || '=' || ${item}), ', ') || '}'`
      const entry = `${parted(key, type.key)} || chr(1) || ${parted(item, type.value)}`
      return `athena_map_of_${kind}(array_to_string(list_transform(map_entries(${value}), item -> ${entry}), chr(1)))`
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

/** Inside of another value Athena prints bytes as Java calls an array of them, with a number that says nothing. */
const nested = (value: string, type: Type): string => {
  const text = isSimple(type, 'varbinary')
    ? `'[B@' || lower(hex(hash(${value}) % 4294967296))`
    : resultText(value, type)
  return `coalesce(${text}, 'null')`
}

/** Numbers and truths hold no sign that parts them. */
const parted = (text: string, type: Type): string =>
  isSimple(type, 'bigint', 'integer', 'smallint', 'tinyint', 'double', 'real', 'boolean') ? text : betweenPartings(text)

/** Keys of other types stand as they came: what Java makes of them is not known for sure. */
function javaKey(type: Type): JavaKey | undefined {
  if (type.kind === 'varchar' || type.kind === 'char') return 'text'
  if (isSimple(type, 'bigint')) return 'long'
  if (isSimple(type, 'integer', 'smallint', 'tinyint')) return 'whole'
  return isSimple(type, 'boolean') ? 'truth' : undefined
}
