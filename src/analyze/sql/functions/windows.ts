// Window functions; every aggregate is one too. https://trino.io/docs/current/functions/window.html
import { type FunctionTable, window } from './entry.ts'

export const windows: FunctionTable = {
  cume_dist: window(['() -> double', 'cume_dist()']),
  dense_rank: window(['() -> bigint', 'dense_rank()']),
  first_value: window(['(T) -> T', 'first_value($1)']),
  lag: window(
    ['(T) -> T', 'lag($1)'],
    ['(T, bigint) -> T', 'lag($1, athena_place_offset($2, 0))'],
    ['(T, bigint, T) -> T', 'lag($1, athena_place_offset($2, 0), $3)'],
  ),
  last_value: window(['(T) -> T', 'last_value($1)']),
  lead: window(
    ['(T) -> T', 'lead($1)'],
    ['(T, bigint) -> T', 'lead($1, athena_place_offset($2, 0))'],
    ['(T, bigint, T) -> T', 'lead($1, athena_place_offset($2, 0), $3)'],
  ),
  nth_value: window(['(T, bigint) -> T', 'nth_value($1, athena_place_offset($2, 1))']),
  ntile: window(['(bigint) -> bigint', 'ntile($1)']),
  percent_rank: window(['() -> double', 'percent_rank()']),
  rank: window(['() -> bigint', 'rank()']),
  row_number: window(['() -> bigint', 'row_number()']),
}
