// CAST to JSON and from it, by the types, one level at a time. A value of the type JSON is its text.

import { decimalText, fieldOf, textIn } from './convert-text.ts'
import { failed } from './failed.ts'
import { identifier, literal } from './text.ts'
import { isText, numberName } from './typing/coercion.ts'
import { duckName, fieldName } from './typing/names.ts'
import { isSimple, nameOf, type Type } from './typing/type.ts'
import type { Value } from './value.ts'

/** The JSON text of a value; undefined where Athena makes none of it. */
export function toJson({ sql, type }: Value): string | undefined {
  switch (type.kind) {
    case 'varchar':
    case 'char':
    case 'timestamp':
    case 'instant':
      return quoted(textIn({ sql, type }))
    case 'decimal':
      return decimalText(sql, type)
    case 'array': {
      const item = toJson({ sql: 'athena_json', type: type.of })
      return (
        item && `'[' || array_to_string(list_transform(${sql}, athena_json -> coalesce(${item}, 'null')), ',') || ']'`
      )
    }
    case 'map':
      return mapToJson(sql, type.key, type.value)
    case 'row': {
      const parts: string[] = []
      for (const [index, field] of type.fields.entries()) {
        const inner = toJson({ sql: fieldOf(sql, index), type: field.type })
        if (inner === undefined) return undefined
        parts.push(`${literal(`${JSON.stringify(field.name ?? '')}:`)} || coalesce(${inner}, 'null')`)
      }
      return `CASE WHEN ${sql} IS NULL THEN NULL ELSE '{' || ${parts.join(" || ',' || ")} || '}' END`
    }
    case 'simple':
      return simpleToJson({ sql, type })
    default:
      return undefined
  }
}

const quoted = (text: string | undefined): string | undefined => text && `CAST(to_json(${text}) AS VARCHAR)`

function simpleToJson({ sql, type }: Value): string | undefined {
  if (isSimple(type, 'json')) return sql
  if (isSimple(type, 'unknown')) return `CAST(${sql} AS VARCHAR)`
  // What is no finite number is a text.
  if (isSimple(type, 'real', 'double')) {
    const text = `${isSimple(type, 'real') ? 'athena_real' : 'athena_float'}(${sql})`
    return `CASE WHEN isfinite(${sql}) THEN ${text} ELSE '"' || ${text} || '"' END`
  }
  if (isSimple(type, 'date')) return quoted(`CAST(${sql} AS VARCHAR)`)
  return isSimple(type, 'boolean') || numberName(type) !== undefined ? `CAST(${sql} AS VARCHAR)` : undefined
}

/** The keys of a map become texts, in their order. */
function mapToJson(sql: string, key: Type, value: Type): string | undefined {
  const isKey = isText(key) || isSimple(key, 'unknown') || isSimple(key, 'boolean') || numberName(key) !== undefined
  const name = isKey ? quoted(textIn({ sql: 'athena_json.key', type: key })) : undefined
  const item = toJson({ sql: 'athena_json.value', type: value })
  if (name === undefined || item === undefined) return undefined
  const entries = `list_sort(list_transform(map_entries(${sql}), athena_json -> {'k': ${name}, 'v': coalesce(${item}, 'null')}))`
  return `'{' || array_to_string(list_transform(${entries}, athena_pair -> athena_pair.k || ':' || athena_pair.v), ',') || '}'`
}

const scalars = ['boolean', 'tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal']

type Cast = (value: Value, to: Type) => string | undefined

/** Undefined where Athena does not cast. `cast` is for the keys of a map, which are texts; `around` what it is a part of. */
export function fromJson(sql: string, to: Type, cast: Cast, around?: Type): string | undefined {
  const whole = around ?? to
  const type = literal(nameOf(whole))
  switch (to.kind) {
    case 'array': {
      const item = fromJson('athena_cast', to.of, cast, whole)
      return item && `list_transform(athena_json_items(${sql}, ${type}), athena_cast -> ${item})`
    }
    case 'map': {
      const key = cast({ sql: 'athena_cast', type: { kind: 'varchar' } }, to.key)
      const value = fromJson('athena_cast', to.value, cast, whole)
      if (key === undefined || value === undefined) return undefined
      const keys = `list_transform(athena_parts[1], athena_cast -> ${key})`
      // Of texts that are the same one counts; others may become the same key.
      const said = literal(`INVALID_CAST_ARGUMENT: Cannot cast to ${nameOf(whole)}. Duplicate keys are not allowed\n`)
      const again = `WHEN len(list_distinct(${keys})) < len(${keys}) THEN ${failed(`${said} || ${sql}`)}`
      return `list_transform([athena_json_entries(${sql}, ${type})], athena_parts -> CASE WHEN athena_parts IS NULL THEN NULL ${isText(to.key) ? '' : again}
        ELSE map(${keys}, list_transform(athena_parts[2], athena_cast -> ${value})) END)[1]`
    }
    case 'row': {
      // No name is an empty one: a list of nothing but NULLs is one constant to DuckDB, whose other items a function reads past.
      const names = to.fields.map(({ name = '' }) => literal(name))
      const parts: string[] = []
      for (const [index, field] of to.fields.entries()) {
        const inner = fromJson(`athena_parts[${index + 1}]`, field.type, cast, whole)
        if (inner === undefined) return undefined
        parts.push(`${identifier(fieldName(field, index))} := ${inner}`)
      }
      return `list_transform([athena_json_fields(${sql}, [${names.join(', ')}], ${type})],
        athena_parts -> CASE WHEN athena_parts IS NULL THEN NULL ELSE struct_pack(${parts.join(', ')}) END)[1]`
    }
  }
  if (isSimple(to, 'json')) return sql
  if (to.kind === 'varchar') {
    const text = scalarOf(sql, 'VARCHAR', around)
    return to.length === undefined ? text : `left(${text}, ${to.length})`
  }
  const name = to.kind === 'simple' ? to.name : to.kind
  if (!scalars.includes(name)) return undefined
  const shown = to.kind === 'decimal' ? `DECIMAL(${to.precision},${to.scale})` : name.toUpperCase()
  return `CAST(${scalarOf(sql, shown, around)} AS ${duckName(to)})`
}

const scalarOf = (sql: string, shown: string, around: Type | undefined): string =>
  `athena_json_as(${sql}, '${shown}', ${around === undefined ? "''" : literal(nameOf(around))})`
