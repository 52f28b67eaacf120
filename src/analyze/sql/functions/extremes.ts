// max, min, max_by and min_by. https://trino.io/docs/current/functions/aggregate.html
// What is no number is the greatest of all to DuckDB; to Athena it is the least where the greatest is asked for, and the
// greatest where the least is (MaxAggregationFunction.java, COMPARISON_UNORDERED_FIRST). So the greatest number is the one whose
// opposite is the least.
import { isNested } from '../equality.ts'
import { order } from '../ordering.ts'
import { arrayOf, isSimple, type Type, unknown } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, aggregate, type FunctionTable, type Writer } from './entry.ts'

type End = 'max' | 'min'

const typeOf = (part: Argument | undefined): Type => part?.type ?? unknown
const isFloat = (type: Type): boolean => isSimple(type, 'real', 'double')

const one =
  (end: End): Writer =>
  ([part]) => {
    const type = typeOf(part)
    if (isNested(type)) return typed(compared(end, '$1', type, `{${end}($1)}`), type)
    return typed(end === 'max' && isFloat(type) ? '(- {min(- $1)})' : `${end}($1)`, type)
  }

const several =
  (end: End): Writer =>
  ([part]) => {
    const type = typeOf(part)
    const opposites = 'list_transform({min(- $1, $2)}, athena_i -> - athena_i)'
    return typed(end === 'max' && isFloat(type) ? opposites : `${end}($1, $2)`, arrayOf(type))
  }

const oneBy =
  (end: End): Writer =>
  ([part, key]) => {
    const [type, by] = [typeOf(part), typeOf(key)]
    if (isNested(by)) return typed(compared(end, '$2', by, `{arg_${end}_null($1, $2)}`), type)
    return typed(end === 'max' && isFloat(by) ? 'arg_min_null($1, - $2)' : `arg_${end}_null($1, $2)`, type)
  }

const severalBy =
  (end: End): Writer =>
  ([part, key]) => {
    const isOpposite = end === 'max' && isFloat(typeOf(key))
    return typed(isOpposite ? 'arg_min($1, - $2, $3)' : `arg_${end}($1, $2, $3)`, arrayOf(typeOf(part)))
  }

/** `found`, once the first or the last of all has been held against each of the others: a NULL inside may not decide. */
function compared(end: End, key: string, type: Type, found: string): string {
  const all = `struct_pack(m := {${end}(${key})}, l := {list(${key})}, f := ${found})`
  // The others are cut out by their place once: a lambda would look for it again for each of them.
  const place = 'list_position(athena_m.l, athena_m.m)'
  const others = `list_concat(athena_m.l[:${place} - 1], athena_m.l[${place} + 1:])`
  const orders = `list_transform(${others}, athena_i -> CASE WHEN athena_i IS NOT NULL THEN ${order('athena_m.m', 'athena_i', type)} END)`
  return `list_transform([${all}], athena_m -> CASE WHEN athena_m.m IS NULL OR list_contains(${orders}, 2) THEN NULL ELSE athena_m.f END)[1]`
}

const ends = (end: End): FunctionTable => ({
  [end]: aggregate(['(O) -> O', one(end)], ['(O, bigint) -> array(O)', several(end)]),
  [`${end}_by`]: aggregate(['(T, O) -> T', oneBy(end)], ['(T, O, bigint) -> array(T)', severalBy(end)]),
})

export const extremes: FunctionTable = { ...ends('max'), ...ends('min') }
