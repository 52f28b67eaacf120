// Rows of texts as a relation of DuckDB, each with its place: they travel as one text a column, which it parses a hundred
// times as fast as rows of literals.

import { identifier, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import type { Column } from '../request.ts'
import { hiveDefaultPartition } from './partition-value.ts'

/** With `athena_place` in front; Hive's default partition is NULL, and what is no value of its column an error or NULL. Undefined where no character is free to part them. */
export function listOf(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  cast: 'CAST' | 'TRY_CAST',
): string | undefined {
  const separator = separatorOf(rows)
  if (separator === undefined) return undefined
  const texts = columns.map((_, place) => literal(rows.map(row => row[place] ?? hiveDefaultPartition).join(separator)))
  const lists = texts.map((text, place) => `unnest(string_split(${text}, ${literal(separator)})) AS v${place}`)
  const values = columns.map(
    ({ name, type }, place) =>
      `${cast}(nullif(v${place}, ${literal(hiveDefaultPartition)}) AS ${duckNameOfHive(type)}) AS ${identifier(name)}`,
  )
  const numbered = `SELECT unnest(range(${rows.length})) AS athena_place, ${lists.join(', ')}`
  return `(SELECT athena_place, ${values.join(', ')} FROM (${numbered}))`
}

/** Something that stands in none of the values. */
function separatorOf(rows: readonly (readonly string[])[]): string | undefined {
  const candidates = ['\u0001', '\u0002', '\u0003', '\u001f']
  return candidates.find(separator => !rows.some(row => row.some(value => value.includes(separator))))
}
