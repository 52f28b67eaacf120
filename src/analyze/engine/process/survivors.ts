// Which of many partitions, or files, a statement's conditions let through. DuckDB itself evaluates the conditions over
// the values, so that they have one meaning and no second interpreter.

import { identifier } from '../../sql/text.ts'
import type { Column } from '../request.ts'
import type { Session } from './session.ts'
import { listOf } from './value-list.ts'

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
  const listed = listOf(columns, rows)
  if (listed === undefined) return undefined
  try {
    const [row] = await session.rows(
      `SELECT string_agg(athena_place, ',' ORDER BY athena_place) FROM ${listed} AS ${identifier(alias)} WHERE ${conditions.join(' AND ')}`,
    )
    const found = row?.[0]
    return typeof found === 'string' ? found.split(',').map(Number) : []
  } catch {
    return undefined
  }
}
