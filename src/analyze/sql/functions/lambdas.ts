// Functions that take lambdas. https://trino.io/docs/current/functions/lambda.html, …/array.html, …/map.html
//
// DuckDB has transform, filter and reduce with items of one type. The others are made of these: a lambda's parameters are bound
// one after another (entry.ts's `applied`).
import { unsupported } from '../ast.ts'
import { sortedList } from '../nested-order.ts'
import { duckName } from '../typing/names.ts'
import { arrayOf, isSame, mapOf, type Type, unknown } from '../typing/type.ts'
import { typed } from '../value.ts'
import { unlessNull } from './collections.ts'
import { type Argument, applied, type FunctionTable, type Lambda, scalar, type Writer } from './entry.ts'
import { mapOfKeys } from './maps.ts'

function lambdaOf(part: Argument | undefined): Lambda {
  if (part?.lambda === undefined) throw unsupported('A function instead of a lambda')
  return part.lambda
}

const resultOf = (part: Argument | undefined): Type => (part?.type.kind === 'function' ? part.type.result : unknown)

const mapTypes = (part: Argument | undefined): { readonly key: Type; readonly value: Type } =>
  part?.type.kind === 'map' ? part.type : { key: unknown, value: unknown }

/** Items put into their places one after another: as stable as Athena's own sort. */
const sortedBy: Writer = ([list, order]) => {
  const lambda = lambdaOf(order)
  const compared = `athena_compared(${applied(lambda, ['athena_sorted', 'athena_next[1]'])})`
  const side = (test: string) => `list_filter(athena_before, athena_sorted -> ${compared} ${test})`
  const insert = `list_concat(list_concat(${side('<= 0')}, athena_next), ${side('> 0')})`
  const items = 'list_transform($1, athena_item -> [athena_item])'
  const empty = `[]::${duckName(list?.type ?? arrayOf(unknown))}`
  return typed(
    `list_reduce(${items}, (athena_before, athena_next) -> ${insert}, ${empty})`,
    list?.type ?? arrayOf(unknown),
  )
}

/** DuckDB folds items into one of their own type: a state of another travels beside them. */
const reduced: Writer = ([list, start, step, last]) => {
  const [stepLambda, lastLambda] = [lambdaOf(step), lambdaOf(last)]
  const state = start?.type ?? unknown
  const item = list?.type.kind === 'array' ? list.type.of : unknown
  const type = resultOf(last)
  if (isSame(state, item)) {
    const folded = `list_reduce($1, (${stepLambda.names.join(', ')}) -> ${stepLambda.body}, $2)`
    return typed(`CASE WHEN $1 IS NOT NULL THEN ${applied(lastLambda, [folded])} END`, type)
  }
  const pair = (first: string, second: string) =>
    `struct_pack(s := CAST(${first} AS ${duckName(state)}), x := CAST(${second} AS ${duckName(item)}))`
  const items = `list_transform($1, athena_item -> ${pair('NULL', 'athena_item')})`
  const next = pair(applied(stepLambda, ['athena_state.s', 'athena_next.x']), 'NULL')
  const folded = `(list_reduce(${items}, (athena_state, athena_next) -> ${next}, ${pair('$2', 'NULL')})).s`
  return typed(`CASE WHEN $1 IS NOT NULL THEN ${applied(lastLambda, [folded])} END`, type)
}

const zippedWith: Writer = ([one, other, join]) => {
  const parts = [one, other].filter(part => part !== undefined)
  const item = applied(lambdaOf(join), ['($1)[athena_place]', '($2)[athena_place]'])
  const sql = `list_transform(range(1, greatest(len($1), len($2)) + 1), athena_place -> ${item})`
  return typed(unlessNull(parts, sql), arrayOf(resultOf(join)))
}

const entry = ['athena_entry.key', 'athena_entry.value']

export const lambdas: FunctionTable = {
  all_match: scalar(['(array(T), function(T, boolean)) -> boolean', 'athena_every(list_transform($1, $2))']),
  any_match: scalar(['(array(T), function(T, boolean)) -> boolean', 'athena_any(list_transform($1, $2))']),
  none_match: scalar(['(array(T), function(T, boolean)) -> boolean', '(NOT athena_any(list_transform($1, $2)))']),
  array_sort: scalar(
    [
      '(array(O)) -> array(O)',
      ([list]) => {
        const type = list?.type ?? arrayOf(unknown)
        return typed(sortedList('$1', type.kind === 'array' ? type.of : unknown), type)
      },
    ],
    ['(array(T), function(T, T, bigint)) -> array(T)', sortedBy],
  ),
  filter: scalar(['(array(T), function(T, boolean)) -> array(T)', 'list_filter($1, $2)']),
  map_filter: scalar([
    '(map(K, V), function(K, V, boolean)) -> map(K, V)',
    ([map, keep]) => {
      const sql = `list_filter(map_entries($1), athena_entry -> ${applied(lambdaOf(keep), entry)})`
      return typed(`map_from_entries(${sql})`, map?.type ?? mapOf(unknown, unknown))
    },
  ]),
  map_zip_with: scalar([
    '(map(K, A), map(K, B), function(K, A, B, R)) -> map(K, R)',
    ([one, other, join]) => {
      const item = applied(lambdaOf(join), ['athena_key', '($1)[athena_key]', '($2)[athena_key]'])
      const keys = 'athena_distinct(list_concat(map_keys($1), map_keys($2)))'
      const sql = `map(${keys}, list_transform(${keys}, athena_key -> ${item}))`
      const parts = [one, other].filter(part => part !== undefined)
      return typed(unlessNull(parts, sql), mapOf(mapTypes(one).key, resultOf(join)))
    },
  ]),
  reduce: scalar(['(array(T), S, function(S, T, S), function(S, R)) -> R', reduced]),
  transform: scalar(['(array(T), function(T, U)) -> array(U)', 'list_transform($1, $2)']),
  transform_keys: scalar([
    '(map(K, V), function(K, V, R)) -> map(R, V)',
    ([map, change]) => {
      const keys = `list_transform(map_entries($1), athena_entry -> ${applied(lambdaOf(change), entry)})`
      const made = `map(${keys}, map_values($1))`
      return typed(mapOfKeys(keys, resultOf(change), made), mapOf(resultOf(change), mapTypes(map).value))
    },
  ]),
  transform_values: scalar([
    '(map(K, V), function(K, V, R)) -> map(K, R)',
    ([map, change]) => {
      const values = `list_transform(map_entries($1), athena_entry -> ${applied(lambdaOf(change), entry)})`
      return typed(`map(map_keys($1), ${values})`, mapOf(mapTypes(map).key, resultOf(change)))
    },
  ]),
  zip_with: scalar(['(array(A), array(B), function(A, B, R)) -> array(R)', zippedWith]),
}
