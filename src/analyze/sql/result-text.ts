// How Athena writes a value of each type into its result files: an expression of DuckDB that makes the text, NULL staying
// NULL. Inside arrays, maps and rows a NULL is the word null.

import { identifier } from './text.ts'
import { type DuckType, widenedIntegers } from './types.ts'

export function resultText(value: string, type: DuckType): string {
  if (widenedIntegers.has(type.name)) return `CAST(CAST(${value} AS BIGINT) AS VARCHAR)`
  switch (type.name) {
    case 'DOUBLE':
    case 'FLOAT':
      return `athena_float(${value})`
    case 'TIMESTAMP':
    case 'TIMESTAMP_NS':
      return `athena_timestamp(${value})`
    case 'TIMESTAMP WITH TIME ZONE':
      return `athena_instant(${value})`
    case 'TIME':
      return `athena_time(${value})`
    case 'BLOB':
      return `athena_binary(${value})`
    case 'LIST':
      return type.element === undefined ? text(value) : listText(value, type.element)
    case 'MAP':
      return type.key === undefined || type.element === undefined ? text(value) : mapText(value, type.key, type.element)
    case 'STRUCT':
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${structText(value, type.fields ?? [])} END`
    case 'VARCHAR':
      return value
    default:
      return text(value)
  }
}

function text(value: string): string {
  return `CAST(${value} AS VARCHAR)`
}

function nested(value: string, type: DuckType): string {
  return `coalesce(${resultText(value, type)}, 'null')`
}

// Lambdas of different depth need different names only in the reader's eye: each sees its own.
function listText(value: string, element: DuckType): string {
  return `'[' || array_to_string(list_transform(${value}, item -> ${nested('item', element)}), ', ') || ']'`
}

function mapText(value: string, key: DuckType, element: DuckType): string {
  const entry = `${nested('item.key', key)} || '=' || ${nested('item.value', element)}`
  return `'{' || array_to_string(list_transform(map_entries(${value}), item -> ${entry}), ', ') || '}'`
}

function structText(value: string, fields: readonly (readonly [string, DuckType])[]): string {
  const parts = fields.map(([name, type], index) =>
    name === ''
      ? `'field${index}=' || ${nested(`(${value})[${index + 1}]`, type)}`
      : `'${name.replaceAll("'", "''")}=' || ${nested(`(${value}).${identifier(name)}`, type)}`,
  )
  return `'{' || ${parts.length === 0 ? "''" : parts.join(" || ', ' || ")} || '}'`
}
