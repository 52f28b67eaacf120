// The columns that every table has and no star shows: which object a row lies in, and what is known of that object.
// `"$bucket"`, which bucketed tables have, is refused by name.
// https://trino.io/docs/current/connector/hive.html#metadata-columns
import type { Column } from '../engine/request.ts'

export type HiddenName = '$path' | '$file_size' | '$file_modified_time' | '$partition'

/** With their types as the catalog would write them. */
export const hiddenColumns: readonly (Column & { readonly name: HiddenName })[] = [
  { name: '$path', type: 'string' },
  { name: '$file_size', type: 'bigint' },
  { name: '$file_modified_time', type: 'timestamp(3) with time zone' },
  // Of partitioned tables only.
  { name: '$partition', type: 'string' },
]

export const hiddenButRefused = '$bucket'

/** Those that a text may mean: what is found too much costs a column that nobody reads. */
export function hiddenIn(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase()
  return new Set(hiddenColumns.map(({ name }) => name).filter(name => lower.includes(name)))
}
