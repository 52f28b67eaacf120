// Arrays and rows put in order inside of an expression: by array_sort, greatest and the like, by the ORDER BY of an aggregate
// and of a window. As order-check.ts does it for a query's rows, neighbours are held against one another once the engine has
// put them in order, and a NULL inside that is come upon fails.
import type { Node } from './ast.ts'
import { isNested } from './equality.ts'
import { order } from './ordering.ts'
import type { Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import type { Type } from './typing/type.ts'

/** `value`, unless the test of one of a list's places fails. It says an order, which is never 2. */
const unlessFailing = (places: string, test: string, value: string): string =>
  `CASE WHEN list_contains(list_transform(${places}, athena_n -> ${test}), 2) THEN NULL ELSE ${value} END`

/** The list in order, NULLs last. */
export function sortedList(list: string, type: Type): string {
  const sorted = `list_sort(${list}, 'ASC', 'NULLS LAST')`
  if (!isNested(type)) return sorted
  const [one, next] = ['athena_s[athena_n]', 'athena_s[athena_n + 1]']
  const test = `CASE WHEN ${next} IS NOT NULL THEN ${order(one, next, type)} END`
  return `list_transform([${sorted}], athena_s -> ${unlessFailing('range(1, len(athena_s))', test, 'athena_s')})[1]`
}

/** The first of the greatest or the least items of a list that has no NULL, each held against the best before it. */
export function extremeOf(end: 'greatest' | 'least', list: string, type: Type): string {
  const better = `${order('athena_x', 'athena_b', type)} ${end === 'greatest' ? '>' : '<'} 0`
  const best = `list_reduce(${list}, (athena_b, athena_x) -> CASE WHEN ${better} THEN athena_x ELSE athena_b END)`
  return `CASE WHEN len(${list}) > 0 THEN ${best} END`
}

/** One item of an ORDER BY that is an array or a row, with those before it. */
export interface NestedKey {
  /** A struct: `p` holds what comes before it in the ORDER BY, `k` is the item. */
  readonly packed: string
  readonly type: Type
}

export function nestedKeys(items: readonly Node[], statement: Statement, scope: Scope): readonly NestedKey[] {
  const keys = items.map(item => statement.aside().expression(item.need('this'), scope))
  return keys.flatMap(({ sql, type }, index) => {
    if (!isNested(type)) return []
    const before = keys.slice(0, index).map(key => key.sql)
    return [{ packed: `struct_pack(p := row(${['0', ...before].join(', ')}), k := ${sql})`, type }]
  })
}

const pairOrder = (one: string, next: string, type: Type): string =>
  `CASE WHEN ${one}.k IS NOT NULL AND ${next}.k IS NOT NULL AND ${one}.p IS NOT DISTINCT FROM ${next}.p
     THEN ${order(`${one}.k`, `${next}.k`, type)} END`

/** What DISTINCT makes one is held against nothing of its own kind. */
const distinctOrder = (one: string, next: string, type: Type): string =>
  `CASE WHEN ${one}.k IS DISTINCT FROM ${next}.k THEN ${pairOrder(one, next, type)} END`

/** An aggregate of rows that it takes in the order of these keys. `listed` makes a list of a text in that order. */
export function aggregated(
  value: string,
  keys: readonly NestedKey[],
  { isDistinct, listed }: { readonly isDistinct: boolean; readonly listed: (sql: string) => string },
): string {
  const ordered = isDistinct ? distinctOrder : pairOrder
  return keys.reduce((made, { packed, type }) => {
    const all = `struct_pack(v := ${made}, l := ${listed(packed)})`
    const test = ordered('athena_g.l[athena_n]', 'athena_g.l[athena_n + 1]', type)
    return `list_transform([${all}], athena_g -> ${unlessFailing('range(1, len(athena_g.l))', test, 'athena_g.v')})[1]`
  }, value)
}

/** A window function's value of one row, whose key is held against that of the row before. `over` is the window as written. */
export function windowed(value: string, keys: readonly NestedKey[], over: string): string {
  return keys.reduce((made, { packed, type }) => {
    const all = `struct_pack(v := ${made}, a := lag(${packed})${over}, b := ${packed})`
    const test = pairOrder('athena_g.a', 'athena_g.b', type)
    return `list_transform([${all}], athena_g -> CASE WHEN ${test} = 2 THEN NULL ELSE athena_g.v END)[1]`
  }, value)
}
