// What the columns that no star shows hold for a file, as a text that is cast to the column's type.

import { partitionPath } from '../../../catalog/glue/partition-path.ts'
import type { TableDescription } from '../protocol.ts'
import type { ScanFile } from '../request.ts'

/** Undefined where it is NULL. */
export function hiddenValue(name: string, file: ScanFile, table: TableDescription): string | undefined {
  switch (name) {
    case '$path':
      return file.path
    case '$file_size':
      return String(file.bytes)
    case '$file_modified_time':
      return file.modifiedAt === undefined ? undefined : instantText(file.modifiedAt)
    case '$partition':
      return partitionName(table, table.partitions[file.partition]?.values ?? [])
    default:
      throw new Error(`no hidden column ${name}`)
  }
}

/** `year=2025/month=10`, with Hive's escapes. */
export function partitionName({ partitionColumns }: TableDescription, values: readonly string[]): string {
  const names = partitionColumns.map(({ name }) => name.toLowerCase())
  return partitionPath(names, values).slice(0, -1)
}

/** S3 tells times in whole seconds. */
const instantText = (milliseconds: number): string =>
  `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}+00:00`
