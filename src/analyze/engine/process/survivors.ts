// Which of many partitions a statement's conditions let through. DuckDB itself evaluates the conditions over the
// partitions' values, so that they have one meaning and no second interpreter; the values travel as one text a column,
// which it parses a hundred times as fast as rows of literals.

import { identifier, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import type { Column } from '../request.ts'
import { hiveDefaultPartition } from './partition-value.ts'
import type { Session } from './session.ts'

export interface Candidates {
  readonly columns: readonly Column[]
  /** How the conditions call the table. */
  readonly alias: string
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly string[])[]
}

/** Indexes in rising order. Undefined where the conditions cannot be evaluated: then nothing is known. */
export async function survivors(
  session: Session,
  { columns, alias, rows }: Candidates,
  conditions: readonly string[],
): Promise<readonly number[] | undefined> {
  if (conditions.length === 0 || rows.length === 0) return rows.map((_, index) => index)
  const separator = separatorOf(rows)
  if (separator === undefined) return undefined
  const texts = columns.map((_, place) => literal(rows.map(row => row[place] ?? hiveDefaultPartition).join(separator)))
  const lists = texts.map((text, place) => `unnest(string_split(${text}, ${literal(separator)})) AS v${place}`)
  const values = columns.map(
    ({ name, type }, place) =>
      `CAST(nullif(v${place}, ${literal(hiveDefaultPartition)}) AS ${duckNameOfHive(type)}) AS ${identifier(name)}`,
  )
  const numbered = `SELECT unnest(range(${rows.length})) AS athena_partition, ${lists.join(', ')}`
  const relation = `(SELECT athena_partition, ${values.join(', ')} FROM (${numbered})) AS ${identifier(alias)}`
  try {
    const [row] = await session.rows(
      `SELECT string_agg(athena_partition, ',' ORDER BY athena_partition) FROM ${relation} WHERE ${conditions.join(' AND ')}`,
    )
    const found = row?.[0]
    return typeof found === 'string' ? found.split(',').map(Number) : []
  } catch {
    return undefined
  }
}

/** Something that stands in none of the values. */
function separatorOf(rows: readonly (readonly string[])[]): string | undefined {
  const candidates = ['\u0001', '\u0002', '\u0003', '\u001f']
  return candidates.find(separator => !rows.some(row => row.some(value => value.includes(separator))))
}
