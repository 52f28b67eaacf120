// JSON. https://trino.io/docs/current/functions/json.html
import { literal } from '../text.ts'
import { varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type FunctionTable, scalar, type Writer } from './entry.ts'

/** Of a value of the type JSON and of a text that holds some. */
const ofJson = (more: string, result: string, template: string) =>
  [
    [`(json${more}) -> ${result}`, template],
    [`(varchar${more}) -> ${result}`, template],
  ] as const

/** A path of names and places that the statement spells out is DuckDB's work, many times quicker. */
const scalarAt: Writer = ([, path]) => {
  const plain = path?.text !== undefined && /^\$(?:\.[A-Za-z_][A-Za-z0-9_]*|\[\d{1,9}\])+$/.test(path.text)
  if (!plain) return typed('athena_json_extract_scalar($1, $2)', varchar)
  return typed(`athena_json_scalar_at($1, ${literal(path.text)}, ${!path.text.includes('[')})`, varchar)
}

const contains = (type: string, text: string) =>
  ofJson(`, ${type}`, 'boolean', `athena_json_array_contains($1, '${type}', ${text})`)

export const jsons: FunctionTable = {
  is_json_scalar: scalar(...ofJson('', 'boolean', 'athena_is_json_scalar($1)')),
  json_array_contains: scalar(
    ...contains('boolean', 'CAST($2 AS VARCHAR)'),
    ...contains('bigint', 'CAST($2 AS VARCHAR)'),
    ...contains('double', 'CAST($2 AS VARCHAR)'),
    ...contains('varchar', '$2'),
  ),
  json_array_get: scalar(...ofJson(', bigint', 'json', 'athena_json_array_get($1, $2)')),
  json_array_length: scalar(...ofJson('', 'bigint', 'athena_json_array_length($1)')),
  json_extract: scalar(...ofJson(', varchar', 'json', 'athena_json_extract($1, $2)')),
  json_extract_scalar: scalar(['(json, varchar) -> varchar', scalarAt], ['(varchar, varchar) -> varchar', scalarAt]),
  json_format: scalar(['(json) -> varchar', '$1']),
  json_parse: scalar(['(varchar) -> json', 'athena_json_parse($1)']),
  json_size: scalar(...ofJson(', varchar', 'bigint', 'athena_json_size($1, $2)')),
}
