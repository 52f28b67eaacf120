// The text that the catalog keeps of a partition's value, as a value of its column.
import { literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import type { Column } from '../request.ts'

/** Hive's name for a partition whose value is NULL. */
export const hiveDefaultPartition = '__HIVE_DEFAULT_PARTITION__'

export function partitionValue(value: string | undefined, column: Column): string {
  const type = duckNameOfHive(column.type)
  return value === undefined || value === hiveDefaultPartition
    ? `CAST(NULL AS ${type})`
    : `CAST(${literal(value)} AS ${type})`
}
