// Conditions and comparisons. https://trino.io/docs/current/functions/conditional.html, …/comparison.html
import { decimal } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, type FunctionTable, scalar } from './entry.ts'

/** One NULL makes the whole NULL: unlike DuckDB's. */
const anyNull = (parts: readonly Argument[], name: string) =>
  `CASE WHEN ${parts.map(part => `${part.sql} IS NULL`).join(' OR ')} THEN NULL ELSE ${name}($*) END`

const ofAll = (name: string) =>
  scalar(['(O, O...) -> O', parts => typed(anyNull(parts, name), parts[0]?.type ?? decimal(1, 0))])

export const conditions: FunctionTable = {
  coalesce: scalar(['(T, T, T...) -> T', 'coalesce($*)']),
  greatest: ofAll('greatest'),
  if: scalar(
    ['(boolean, T) -> T', 'CASE WHEN $1 THEN $2 END'],
    ['(boolean, T, T) -> T', 'CASE WHEN $1 THEN $2 ELSE $3 END'],
  ),
  least: ofAll('least'),
  nullif: scalar(['(T, T) -> T', 'nullif($1, $2)']),
  try: scalar(['(T) -> T', 'try($1)']),
}
