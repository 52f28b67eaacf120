// Which files of a scan are read by one and the same reader, and what that is to look for. A partition may be laid out otherwise
// than its table; then a column of the table is the one at its place among the partition's, as in Hive, or in Parquet the one
// of its name. What a partition does not have is NULL.

import type { TableDescription } from '../protocol.ts'
import type { Column, FileLayout } from '../request.ts'
import { namesAt, plainBytesIn } from './parquet-schema.ts'
import type { PlacedColumn } from './row-reader.ts'
import type { LocalFile } from './scan.ts'

export interface LaidOut {
  readonly layout: FileLayout
  /** What its lines hold. */
  readonly all: readonly Column[]
  /** Of the columns that are asked for those that are there, each by the name that it has there. */
  readonly columns: readonly PlacedColumn[]
  /** By their names in the table, in the same order. */
  readonly names: readonly string[]
}

/** Files that are read together, in their order. */
export function readTogether(
  files: readonly LocalFile[],
  table: FileLayout,
  columns: readonly PlacedColumn[],
): readonly (readonly LocalFile[])[] {
  const groups = new Map<string, LocalFile[]>()
  for (const file of files) {
    if (file.bytes === 0) continue
    const { layout, compression } = file
    // Of two files that call their columns differently neither's names are the other's.
    const { format, isByPlace = false } = layout ?? table
    const names = isByPlace ? namesAt(file, columns) : undefined
    const plain = format === 'parquet' ? plainBytesIn(file, columns, isByPlace) : undefined
    const key = layout || names || plain ? JSON.stringify([compression, layout, names, plain]) : compression
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [file])
    else group.push(file)
  }
  return [...groups.values()]
}

export function laidOut(table: TableDescription, own: LocalFile['layout'], columns: readonly PlacedColumn[]): LaidOut {
  const layout = own ?? table
  if (own === undefined || layout.format === 'parquet')
    return { layout, all: table.columns, columns, names: columns.map(({ name }) => name) }
  const found = columns.flatMap(column => {
    const there = own.columns[column.place]
    return there ? [{ ...column, name: there.name, called: column.name }] : []
  })
  return { layout, all: own.columns, columns: found, names: found.map(({ called }) => called) }
}
