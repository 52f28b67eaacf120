// Maps. https://trino.io/docs/current/functions/map.html
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
  map: scalar(['() -> map(unknown, unknown)', 'MAP([], [])'], ['(array(K), array(V)) -> map(K, V)', 'map($1, $2)']),
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
  map_from_entries: scalar(['(array(row)) -> map(K, V)', ofEntries(`map_from_entries(${named})`, mapOf)]),
  map_keys: scalar(['(map(K, V)) -> array(K)', 'map_keys($1)']),
  map_values: scalar(['(map(K, V)) -> array(V)', 'map_values($1)']),
  multimap_from_entries: scalar([
    '(array(row)) -> map(K, V)',
    ofEntries(`athena_multimap(${named})`, (key, value) => mapOf(key, { kind: 'array', of: value })),
  ]),
}
