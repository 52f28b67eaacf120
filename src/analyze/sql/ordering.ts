// `<` and `>` of arrays and rows as Athena has them: item by item, and an error where a NULL is come upon before the sides differ.
// DuckDB takes a NULL inside of them for the greatest value.

import { fieldOf } from './convert-text.ts'
import { failed } from './failed.ts'
import { literal } from './text.ts'
import type { Type } from './typing/type.ts'

/** Both of that type. */
export function ordered(operator: string, left: string, right: string, type: Type): string {
  return `CASE WHEN ${left} IS NULL OR ${right} IS NULL THEN NULL ELSE ${order(left, right, type)} ${operator} 0 END`
}

const refused = (what: string): string => failed(literal(`NOT_SUPPORTED: ${what} with null elements`))

/** -1, 0 or 1 of two that are not NULL. */
export function order(left: string, right: string, type: Type, depth = 0): string {
  if (type.kind === 'row') return ofRows(left, right, type.fields, depth)
  if (type.kind !== 'array') return `CASE WHEN ${left} < ${right} THEN -1 WHEN ${left} > ${right} THEN 1 ELSE 0 END`
  const [place, found] = [`athena_o${depth}`, `athena_p${depth}`]
  const [one, other] = [`(${left})[${found}]`, `(${right})[${found}]`]
  const differs = `((${left})[${place}] IS NULL OR (${left})[${place}] IS DISTINCT FROM (${right})[${place}])`
  const places = `range(1, least(len(${left}), len(${right})) + 1)`
  const first = `list_filter(${places}, ${place} -> ${differs})[1]`
  return `list_transform([${first}], ${found} -> CASE
    WHEN ${found} IS NULL THEN sign(len(${left}) - len(${right}))
    WHEN ${one} IS NULL OR ${other} IS NULL THEN ${refused('ARRAY comparison not supported for arrays')}
    ELSE ${order(one, other, type.of, depth + 1)} END)[1]`
}

type Fields = readonly { readonly type: Type }[]

function ofRows(left: string, right: string, fields: Fields, depth: number): string {
  return fields.reduceRight((rest, { type }, index) => {
    const [one, other] = [fieldOf(left, index), fieldOf(right, index)]
    const found = `athena_r${depth}_${index}`
    const fails = refused('ROW comparison not supported for fields')
    const step = `list_transform([${order(one, other, type, depth + 1)}], ${found} -> CASE WHEN ${found} <> 0 THEN ${found} ELSE ${rest} END)[1]`
    return `CASE WHEN ${one} IS NULL OR ${other} IS NULL THEN ${fails} ELSE ${step} END`
  }, '0')
}
