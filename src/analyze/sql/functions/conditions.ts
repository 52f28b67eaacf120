// Conditions and comparisons. https://trino.io/docs/current/functions/conditional.html, …/comparison.html
import { isNested } from '../equality.ts'
import { extremeOf } from '../nested-order.ts'
import { comparison, mayBeNan } from '../operators.ts'
import { common } from '../typing/coercion.ts'
import { decimal, isSame, isSimple, nameOf, unknown } from '../typing/type.ts'
import { mismatch, typed } from '../value.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

/** One NULL makes the whole NULL: unlike DuckDB's. */
const anyNull = (parts: readonly Argument[], made: string) =>
  `CASE WHEN ${parts.map(part => `${part.sql} IS NULL`).join(' OR ')} THEN NULL ELSE ${made} END`

const ofAll = (name: 'greatest' | 'least') =>
  scalar([
    '(O, O...) -> O',
    parts => {
      const type = parts[0]?.type ?? decimal(1, 0)
      const isFloat = name === 'greatest' && isSimple(type, 'real', 'double')
      if (isNested(type)) return typed(anyNull(parts, extremeOf(name, '[$*]', type)), type)
      return typed(anyNull(parts, isFloat ? 'athena_most_number([$*])' : `${name}($*)`), type)
    },
  ])

/** The first one's type stays, whatever it is compared with. */
const nullIf: Writer = ([one, other], position) => {
  const [type, against] = [one?.type ?? unknown, other?.type ?? unknown]
  const both = common(type, against)
  if (both === undefined)
    throw mismatch(position, `Types are not comparable with NULLIF: ${nameOf(type)} vs ${nameOf(against)}`)
  const isPlain = isSame(type, both) && isSame(against, both) && !isNested(both)
  // What is no number is equal to nothing, and to the engine's nullif to itself.
  const isNumber = one === undefined || other === undefined || !mayBeNan(one) || !mayBeNan(other)
  if (isPlain && isNumber) return typed('nullif($1, $2)', type)
  const [left, right] = [
    { ...one, sql: '$1', type },
    { ...other, sql: '$2', type: against },
  ]
  const equal = comparison('=', left, right, position)
  return typed(`CASE WHEN ${equal.sql} THEN NULL ELSE $1 END`, isSimple(type, 'unknown') ? both : type)
}

export const conditions: FunctionTable = {
  coalesce: scalar(['(T, T, T...) -> T', 'coalesce($*)']),
  greatest: ofAll('greatest'),
  if: scalar(
    ['(boolean, T) -> T', 'CASE WHEN $1 THEN $2 END'],
    ['(boolean, T, T) -> T', 'CASE WHEN $1 THEN $2 ELSE $3 END'],
  ),
  least: ofAll('least'),
  nullif: scalar(['(T, U) -> T', nullIf]),
  // tried.ts writes it.
  try: scalar(['(T) -> T', 'try($1)']),
}
