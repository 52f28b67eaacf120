// Maps. https://trino.io/docs/current/functions/map.html
import { fieldOf } from '../convert-text.ts'
import { isNested } from '../equality.ts'
import { failed } from '../failed.ts'
import { resultText } from '../result-text.ts'
import { mapOf, type Type, unknown } from '../typing/type.ts'
import { mismatch, typed } from '../value.ts'
import { entryType, unlessNull } from './collections.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

/** The key's and the value's type of an array of rows of two. */
function pairOf(part: Argument | undefined): readonly [Type, Type] | undefined {
  const of = part?.type.kind === 'array' ? part.type.of : undefined
  const [key, value, more] = of?.kind === 'row' ? of.fields : []
  return key === undefined || value === undefined || more !== undefined ? undefined : [key.type, value.type]
}

/** Whether a NULL is inside of a value that is there: nothing is known to be the same. */
function isUnsure(sql: string, type: Type, depth = 0): string {
  if (type.kind === 'row') {
    const fields = type.fields.map((field, index) => isUnsure(fieldOf(sql, index), field.type, depth + 1))
    const nulls = type.fields.map((_, index) => `${fieldOf(sql, index)} IS NULL`)
    return `(${[...nulls, ...fields].join(' OR ')})`
  }
  if (type.kind === 'array') {
    const item = `athena_u${depth}`
    const inner = `list_filter(${sql}, ${item} -> ${item} IS NULL OR ${isUnsure(item, type.of, depth + 1)})`
    return `(coalesce(len(${inner}), 0) > 0)`
  }
  return 'false'
}

/** A map of these keys, of which none may come twice: the first that does is named. */
export function mapOfKeys(keys: string, key: Type, made: string): string {
  const again = `list_filter(${keys}, (athena_key, athena_place) -> list_position(${keys}, athena_key) < athena_place)[1]`
  const said = `'INVALID_FUNCTION_ARGUMENT: Duplicate map keys (' || ${resultText(again, key)} || ') are not allowed'`
  if (isNested(key)) {
    const unsure = `list_filter(${keys}, athena_key -> ${isUnsure('athena_key', key)})`
    const refused = `'INVALID_FUNCTION_ARGUMENT: map key cannot be indeterminate: ' || ${resultText(`${unsure}[1]`, key)}`
    const once = `CASE WHEN len(list_distinct(${keys})) < list_count(${keys}) THEN ${failed(said)} ELSE ${made} END`
    return `CASE WHEN len(${unsure}) > 0 THEN ${failed(refused)} ELSE ${once} END`
  }
  return `CASE WHEN len(list_distinct(${keys})) < list_count(${keys}) THEN ${failed(said)} ELSE ${made} END`
}

const made: Writer = ([keys, values]) => {
  const [key, value] = [keys, values].map(part => (part?.type.kind === 'array' ? part.type.of : unknown))
  return typed(mapOfKeys('$1', key ?? unknown, 'map($1, $2)'), mapOf(key ?? unknown, value ?? unknown))
}

const ofEntries =
  (template: string, type: (key: Type, value: Type) => Type): Writer =>
  ([part], position) => {
    const pair = pairOf(part)
    if (pair === undefined) throw mismatch(position, 'Entries of a map are rows of a key and a value')
    return typed(template, type(pair[0], pair[1]))
  }

/** Rows are reached by place: their fields may have any names. */
const named =
  'list_transform($1, athena_pair -> struct_pack(k := struct_extract_at(athena_pair, 1), v := struct_extract_at(athena_pair, 2)))'

export const maps: FunctionTable = {
  map: scalar(['() -> map(unknown, unknown)', 'MAP([], [])'], ['(array(K), array(V)) -> map(K, V) K:comparable', made]),
  map_concat: scalar([
    '(map(K, V), map(K, V)...) -> map(K, V)',
    parts => typed(unlessNull(parts, 'map_concat($*)'), parts[0]?.type ?? mapOf(unknown, unknown)),
  ]),
  map_entries: scalar([
    '(map(K, V)) -> array(T)',
    ([part]) => {
      const { key, value } = part?.type.kind === 'map' ? part.type : { key: unknown, value: unknown }
      return typed('map_entries($1)', { kind: 'array', of: entryType(key, value) })
    },
  ]),
  map_from_entries: scalar([
    '(array(row)) -> map(K, V)',
    ([part], position) => {
      const { sql, type } = ofEntries(`map_from_entries(${named})`, mapOf)(part === undefined ? [] : [part], position)
      const key = type.kind === 'map' ? type.key : unknown
      return typed(mapOfKeys('list_transform($1, athena_pair -> struct_extract_at(athena_pair, 1))', key, sql), type)
    },
  ]),
  map_keys: scalar(['(map(K, V)) -> array(K)', 'map_keys($1)']),
  map_values: scalar(['(map(K, V)) -> array(V)', 'map_values($1)']),
  multimap_from_entries: scalar([
    '(array(row)) -> map(K, V)',
    ofEntries(`athena_multimap(${named})`, (key, value) => mapOf(key, { kind: 'array', of: value })),
  ]),
}
