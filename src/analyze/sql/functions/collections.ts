// Arrays, maps and rows, with their lambdas. https://trino.io/docs/current/functions/array.html, …/map.html
import { daysToSeconds, rowOf } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type FunctionTable, scalar } from './entry.ts'

export const collections: FunctionTable = {
  all_match: scalar(['(array(T), function(T, boolean)) -> boolean', 'list_bool_and(list_transform($1, $2))']),
  any_match: scalar(['(array(T), function(T, boolean)) -> boolean', 'list_bool_or(list_transform($1, $2))']),
  array_distinct: scalar(['(array(E)) -> array(E)', 'list_distinct($1)']),
  array_except: scalar([
    '(array(E), array(E)) -> array(E)',
    'list_filter(list_distinct($1), athena_item -> NOT list_contains($2, athena_item))',
  ]),
  array_intersect: scalar(['(array(E), array(E)) -> array(E)', 'list_intersect($1, $2)']),
  array_join: scalar(
    ['(array(T), varchar) -> varchar', 'array_to_string($1, $2)'],
    [
      '(array(T), varchar, varchar) -> varchar',
      'array_to_string(list_transform($1, athena_item -> coalesce(CAST(athena_item AS VARCHAR), $3)), $2)',
    ],
  ),
  array_max: scalar(['(array(O)) -> O', 'list_max($1)']),
  array_min: scalar(['(array(O)) -> O', 'list_min($1)']),
  array_position: scalar([
    '(array(T), T) -> bigint',
    'CAST(coalesce(list_position($1, $2), CASE WHEN $1 IS NOT NULL THEN 0 END) AS BIGINT)',
  ]),
  array_remove: scalar([
    '(array(E), E) -> array(E)',
    'list_filter($1, athena_item -> athena_item IS DISTINCT FROM $2)',
  ]),
  array_sort: scalar(['(array(E)) -> array(E)', "list_sort($1, 'ASC', 'NULLS LAST')"]),
  array_union: scalar(['(array(E), array(E)) -> array(E)', 'list_distinct(list_concat($1, $2))']),
  arrays_overlap: scalar(['(array(E), array(E)) -> boolean', 'list_has_any($1, $2)']),
  cardinality: scalar(
    ['(array(E)) -> bigint', 'CAST(len($1) AS BIGINT)'],
    ['(map(K, V)) -> bigint', 'CAST(cardinality($1) AS BIGINT)'],
  ),
  contains: scalar(['(array(E), E) -> boolean', 'list_contains($1, $2)']),
  element_at: scalar(['(array(E), bigint) -> E', '($1)[$2]'], ['(map(K, V), K) -> V', '($1)[$2]']),
  filter: scalar(['(array(T), function(T, boolean)) -> array(T)', 'list_filter($1, $2)']),
  flatten: scalar(['(array(array(T))) -> array(T)', 'flatten($1)']),
  map: scalar(['() -> map(unknown, unknown)', 'MAP([], [])'], ['(array(K), array(V)) -> map(K, V)', 'map($1, $2)']),
  map_concat: scalar(['(map(K, V), map(K, V)...) -> map(K, V)', 'map_concat($*)']),
  map_entries: scalar([
    '(map(K, V)) -> array(T)',
    ([part]) => {
      const { key, value } = part?.type.kind === 'map' ? part.type : { key: daysToSeconds, value: daysToSeconds }
      return typed('map_entries($1)', {
        kind: 'array',
        of: rowOf([
          { name: undefined, type: key },
          { name: undefined, type: value },
        ]),
      })
    },
  ]),
  map_from_entries: scalar([
    '(array(row)) -> map(K, V)',
    ([part]) => {
      const of = part?.type.kind === 'array' ? part.type.of : undefined
      const [key, value] = of?.kind === 'row' ? of.fields : []
      return typed('map_from_entries($1)', {
        kind: 'map',
        key: key?.type ?? daysToSeconds,
        value: value?.type ?? daysToSeconds,
      })
    },
  ]),
  map_keys: scalar(['(map(K, V)) -> array(K)', 'map_keys($1)']),
  map_values: scalar(['(map(K, V)) -> array(V)', 'map_values($1)']),
  none_match: scalar(['(array(T), function(T, boolean)) -> boolean', '(NOT list_bool_or(list_transform($1, $2)))']),
  reduce: scalar([
    '(array(T), S, function(S, T, S), function(S, R)) -> R',
    'list_transform([list_reduce($1, $3, $2)], $4)[1]',
  ]),
  repeat: scalar(['(T, bigint) -> array(T)', 'list_transform(range($2), athena_item -> $1)']),
  row: scalar(['(?...) -> T', parts => typed('row($*)', rowOf(parts.map(({ type }) => ({ name: undefined, type }))))]),
  sequence: scalar(
    ['(bigint, bigint) -> array(bigint)', 'generate_series($1, $2)'],
    ['(bigint, bigint, bigint) -> array(bigint)', 'generate_series($1, $2, $3)'],
    ['(date, date) -> array(date)', 'CAST(generate_series($1, $2, INTERVAL 1 DAY) AS DATE[])'],
    ['(date, date, interval day to second) -> array(date)', 'CAST(generate_series($1, $2, $3) AS DATE[])'],
    ['(date, date, interval year to month) -> array(date)', 'CAST(generate_series($1, $2, $3) AS DATE[])'],
    ['(timestamp, timestamp, interval day to second) -> array(timestamp)', 'generate_series($1, $2, $3)'],
    ['(timestamp, timestamp, interval year to month) -> array(timestamp)', 'generate_series($1, $2, $3)'],
  ),
  slice: scalar([
    '(array(T), bigint, bigint) -> array(T)',
    'list_slice($1, $2, CASE WHEN $2 < 0 THEN least($2 + $3 - 1, -1) ELSE $2 + $3 - 1 END)',
  ]),
  transform: scalar(['(array(T), function(T, U)) -> array(U)', 'list_transform($1, $2)']),
}
