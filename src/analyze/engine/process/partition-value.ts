// The text that the catalog keeps of a partition's value, as a value of its column.
import { literal } from '../../sql/text.ts'
import { duckNameOfHive, typeOfHive } from '../../sql/typing/names.ts'
import { nameOf } from '../../sql/typing/type.ts'
import type { Column } from '../request.ts'

/** Hive's name for a partition whose value is NULL. */
export const hiveDefaultPartition = '__HIVE_DEFAULT_PARTITION__'

/** Whole numbers and dates in the form that is certainly one. */
const plain = /^(?:[+-]?\d{1,9}|\d{4}-(?:0[1-9]|1[0-2])-(?:[01]\d|2[0-8]))$/

/** What is no value of its column is an error of the whole partition, `key=value`. */
export function partitionValue(value: string | undefined, column: Column): string {
  const type = duckNameOfHive(column.type)
  if (value === undefined || value === hiveDefaultPartition) return `CAST(NULL AS ${type})`
  const text = literal(value)
  if (type === 'VARCHAR' || plain.test(value)) return `CAST(${text} AS ${type})`
  const shown = nameOf(typeOfHive(column.type)).toUpperCase()
  const error = `HIVE_INVALID_PARTITION_VALUE: Invalid partition value '${value}' for ${shown} partition key: ${column.name}=${value}`
  return `coalesce(TRY_CAST(${text} AS ${type}), CAST(error(${literal(error)}) AS ${type}))`
}
