// Which of many partitions, or files, a statement's conditions let through. The plainest comparisons are told here, which a
// small query and a hundred thousand partitions both feel; DuckDB itself evaluates all others over the values.

import { type PlainTest, plainTest } from '../../sql/plain-test.ts'
import { conditionsOn, partitionConditions } from '../../sql/prune.ts'
import type { Scan, Statement } from '../../sql/statement.ts'
import { identifier } from '../../sql/text.ts'
import type { Column } from '../request.ts'
import { hiveDefaultPartition } from './partition-value.ts'
import type { Session } from './session.ts'
import { listOf } from './value-list.ts'

export interface Candidates {
  readonly columns: readonly Column[]
  /** Values in the order of the columns. */
  readonly rows: readonly (readonly string[])[]
}

/** Indexes in rising order. Undefined where the conditions cannot be evaluated: then nothing is known. */
export async function survivors(
  session: Session,
  { columns, rows }: Candidates,
  scan: Scan,
  statement: Statement,
): Promise<readonly number[] | undefined> {
  const conditions = conditionsOn(scan, columns)
  if (conditions.length === 0 || rows.length === 0) return rows.map((_, index) => index)
  const test = plainTest(conditions, columns, hiveDefaultPartition)
  const told = test && plainly(test, rows)
  if (told !== undefined) return told
  const listed = listOf(columns, rows, 'TRY_CAST')
  if (listed === undefined) return undefined
  const written = partitionConditions(scan, columns, statement).join(' AND ')
  try {
    const [row] = await session.rows(
      `SELECT string_agg(athena_place, ',' ORDER BY athena_place) FROM ${listed} AS ${identifier(scan.alias)} WHERE ${written}`,
    )
    const found = row?.[0]
    return typeof found === 'string' ? found.split(',').map(Number) : []
  } catch {
    return undefined
  }
}

/** Undefined where one of the values is not plain. */
function plainly(test: PlainTest, rows: readonly (readonly string[])[]): readonly number[] | undefined {
  const found: number[] = []
  for (const [index, row] of rows.entries()) {
    const kept = test(row)
    if (kept === undefined) return undefined
    if (kept) found.push(index)
  }
  return found
}
