// Spans of time and words for them. https://trino.io/docs/current/functions/datetime.html#duration-function
import { type FunctionTable, scalar } from './entry.ts'

export const durations: FunctionTable = {
  human_readable_seconds: scalar(['(double) -> varchar', 'athena_readable_seconds($1)']),
  parse_duration: scalar(['(varchar) -> interval day to second', 'athena_duration($1)']),
  to_milliseconds: scalar(['(interval day to second) -> bigint', 'CAST(epoch_us($1) // 1000 AS BIGINT)']),
}
