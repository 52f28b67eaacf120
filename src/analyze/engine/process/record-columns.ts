// How one JSON document becomes a row of declared columns: what is asked of DuckDB's json_transform, how each value is
// made of what it answers, and when a document is refused. Everything is an expression of DuckDB over `line` (the text)
// and `s` (the transformed document; NULL when the text is no JSON).

import { identifier, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import { EngineFault } from '../fault.ts'
import type { Column } from '../request.ts'
import { misfit, nestedOf } from './nested-check.ts'

export interface RecordColumns {
  readonly columns: readonly Column[]
  /** DuckDB's types, in order. */
  readonly types: readonly string[]
  /** The argument of json_transform. */
  readonly structure: string
  /** The values, in order. */
  readonly values: readonly string[]
  /** Whether the document must go to the dead letters, over `line`, `s` and the values by name v0, v1, … */
  readonly bad: string
  /** Why, for a document that must. Over `line`. */
  readonly reason: string
}

const integers = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'])

export function recordColumns(
  columns: readonly Column[],
  required: readonly string[],
  spelling: ReadonlyMap<string, string>,
): RecordColumns {
  const known = new Set(columns.map(column => column.name.toLowerCase()))
  for (const name of required) {
    if (!known.has(name.toLowerCase())) {
      throw new EngineFault(
        'semantic',
        `The required column '${name}' is not in the schema of source: ${columns.map(column => column.name).join(', ')}`,
      )
    }
  }
  const fields = columns.map(column => field(column, spelling.get(column.name) ?? column.name))
  const must = new Set(required.map(name => name.toLowerCase()))
  // Almost every document has a value in every column, and then nothing else need be asked.
  const complete = fields.map((one, index) =>
    one.suspect === undefined
      ? `v${index} IS NOT NULL`
      : `(v${index} IS NOT NULL AND NOT (${one.suspect(`v${index}`)}))`,
  )
  const problems = columns.map((column, index) => {
    const one = fields[index]
    const path = literal(one?.path ?? '')
    const wrong = [`(v${index} IS NULL AND coalesce(json_type(line, ${path}), 'NULL') <> 'NULL')`]
    if (must.has(column.name.toLowerCase())) wrong.push(`v${index} IS NULL`)
    if (one?.suspect !== undefined) wrong.push(`coalesce(json_type(line, ${path}), 'NULL') = 'BOOLEAN'`)
    if (one?.misfit !== undefined) wrong.push(one.misfit(`v${index}`))
    return wrong.join(' OR ')
  })
  const whole = ["json_type(line) <> 'OBJECT'", ...problems].join(' OR ')
  return {
    columns,
    types: fields.map(one => one.type),
    structure: literal(JSON.stringify(Object.fromEntries(fields.map(one => [one.key, one.asked])))),
    values: fields.map(one => one.value),
    bad: `CASE WHEN ${complete.join(' AND ') || 'false'} THEN false WHEN s IS NULL THEN true ELSE (${whole}) END`,
    reason: reasonOf(columns, fields, must),
  }
}

interface Field {
  readonly key: string
  readonly path: string
  readonly type: string
  /** The type in json_transform. */
  readonly asked: string
  readonly value: string
  /** Whether a value is one that json_transform makes of true and false too. */
  readonly suspect?: (value: string) => string
  /** Whether something inside a nested value does not fit. */
  readonly misfit?: (value: string) => string
}

function field(column: Column, key: string): Field {
  if (/["\\]/.test(key))
    throw new EngineFault('unsupported', `The column name '${key}' is not supported: it holds a quote or a backslash`)
  const type = duckNameOfHive(column.type)
  const base = { key, type, path: `$."${key}"`, asked: 'VARCHAR' }
  const text = `s.${identifier(key)}`
  if (type === 'VARCHAR') return { ...base, value: text }
  if (type === 'DOUBLE')
    return { ...base, asked: 'DOUBLE', value: text, suspect: value => `${value} = 0 OR ${value} = 1` }
  if (type === 'BOOLEAN')
    return { ...base, value: `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END` }
  // A cast alone would round 2.5 to an integer without a word.
  if (integers.has(type)) {
    const whole = `CASE WHEN TRY_CAST(${text} AS DOUBLE) = floor(TRY_CAST(${text} AS DOUBLE)) THEN TRY_CAST(${text} AS ${type}) END`
    return {
      ...base,
      value: `CASE WHEN contains(${text}, '.') OR contains(lower(${text}), 'e') THEN ${whole} ELSE TRY_CAST(${text} AS ${type}) END`,
    }
  }
  // An offset counts: the instant is kept, in UTC. (A plain cast to TIMESTAMP drops the offset.)
  if (type === 'TIMESTAMP') return { ...base, value: `athena_wall(TRY_CAST(${text} AS TIMESTAMPTZ))` }
  if (type === 'BLOB')
    throw new EngineFault('unsupported', `Column '${column.name}': binary in JSON is not supported by this engine yet`)
  if (/\[\]$|^(MAP|STRUCT)\(/.test(type)) {
    return {
      ...base,
      value: `try(json_transform(${text}, ${literal(JSON.stringify(structureOf(column.type)))}))`,
      // Only the document itself tells what became NULL inside.
      suspect: () => 'true',
      misfit: value => misfit(column.type, base.path, value),
    }
  }
  return { ...base, value: `TRY_CAST(${text} AS ${type})` }
}

/** json_transform's description of a nested type of the catalog. */
function structureOf(type: string): unknown {
  const nested = nestedOf(type)
  if (nested === undefined || nested.kind === 'map') return spelledType(type)
  if (nested.kind === 'array') return [structureOf(nested.of)]
  return Object.fromEntries(nested.fields.map(([name, of]) => [name, structureOf(of)]))
}

/** DuckDB's type with the fields of structs as the schema spells them: documents' keys know case. */
function spelledType(type: string): string {
  const nested = nestedOf(type)
  if (nested === undefined) return duckNameOfHive(type)
  if (nested.kind === 'array') return `${spelledType(nested.of)}[]`
  if (nested.kind === 'map') return `MAP(${duckNameOfHive(nested.key)}, ${spelledType(nested.of)})`
  return `STRUCT(${nested.fields.map(([name, of]) => `${identifier(name)} ${spelledType(of)}`).join(', ')})`
}

function reasonOf(columns: readonly Column[], fields: readonly Field[], must: ReadonlySet<string>): string {
  const cases = columns.flatMap((column, index) => {
    const path = literal(fields[index]?.path ?? '')
    const missing = must.has(column.name.toLowerCase())
      ? [
          `WHEN coalesce(json_type(line, ${path}), 'NULL') = 'NULL' THEN ${literal(`the required column ${column.name} is missing or null`)}`,
        ]
      : []
    return missing
  })
  const wrong = columns.map((column, index) => {
    const path = literal(fields[index]?.path ?? '')
    return `WHEN v${index} IS NULL AND coalesce(json_type(line, ${path}), 'NULL') <> 'NULL' OR ${fields[index]?.suspect === undefined ? 'false' : `json_type(line, ${path}) = 'BOOLEAN'`} OR ${fields[index]?.misfit?.(`v${index}`) ?? 'false'} THEN ${literal(`the value of column ${column.name} is no ${column.type}`)}`
  })
  return `CASE WHEN NOT json_valid(line) THEN 'malformed JSON' WHEN json_type(line) <> 'OBJECT' THEN 'not a JSON object' ${[...cases, ...wrong].join(' ')} ELSE 'the document does not fit the schema' END`
}
