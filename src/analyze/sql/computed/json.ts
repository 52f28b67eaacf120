// Functions of JSON. A value of that type is its text, in order (json-text.ts). https://trino.io/docs/current/functions/json.html
import { type ComputedTable, computed, invalid } from './computed.ts'
import { pathOf } from './json-path.ts'
import { inOrder, type Json, JsonNumber, JsonObject, readJson, readJsonAt, writeJson } from './json-text.ts'

/** Of a scalar, as it was written; NULL of what is none. */
export function scalarText(value: Json | undefined): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return value instanceof JsonNumber ? value.text : null
}

function itemsOf(text: string): readonly Json[] | undefined {
  const value = readJson(text)
  return Array.isArray(value) ? value : undefined
}

function isWanted(item: Json, kind: string, value: string): boolean {
  if (kind === 'varchar') return item === value
  if (kind === 'boolean') return item === (value === 'true')
  if (!(item instanceof JsonNumber)) return false
  return kind === 'bigint'
    ? item.isWhole && BigInt(item.text) === BigInt(value)
    : !item.isWhole && Number(item.text) === Number(value)
}

export const jsons: ComputedTable = {
  athena_json_parse: computed(['VARCHAR'], 'VARCHAR', text => {
    const value = readJson(text)
    if (value === undefined) throw invalid(`Cannot convert value to JSON: '${text}'`)
    return writeJson(inOrder(value))
  }),
  athena_json_extract: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR', (text, path) => {
    const found = readJsonAt(text, pathOf(path))
    return found === undefined ? null : writeJson(found)
  }),
  athena_json_extract_scalar: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR', (text, path) =>
    scalarText(readJsonAt(text, pathOf(path))),
  ),
  athena_json_size: computed(['VARCHAR', 'VARCHAR'], 'BIGINT', (text, path) => {
    const found = readJsonAt(text, pathOf(path))
    if (found === undefined) return null
    if (found instanceof JsonObject) return BigInt(found.entries.length)
    return Array.isArray(found) ? BigInt(found.length) : 0n
  }),
  athena_json_array_length: computed(['VARCHAR'], 'BIGINT', text => {
    const items = itemsOf(text)
    return items === undefined ? null : BigInt(items.length)
  }),
  // A text comes without its quotes, as Athena does it too.
  athena_json_array_get: computed(['VARCHAR', 'BIGINT'], 'VARCHAR', (text, index) => {
    const item = itemsOf(text)?.at(Number(index))
    if (item === undefined || item === null) return null
    return typeof item === 'string' ? item : writeJson(item)
  }),
  athena_json_array_contains: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'BOOLEAN', (text, kind, value) => {
    const items = itemsOf(text)
    return items === undefined ? null : items.some(item => isWanted(item, kind, value))
  }),
  athena_is_json_scalar: computed(['VARCHAR'], 'BOOLEAN', text => {
    const value = readJson(text)
    if (value === undefined) throw invalid(`Invalid JSON value: ${text}`)
    return !Array.isArray(value) && !(value instanceof JsonObject)
  }),
}
