// How the files of a table and of its partitions are read, and whether they can be: each partition has a SerDe and columns of
// its own, which need not be its table's.

import { partitionFormat } from '../../catalog/glue/partition-format.ts'
import { partitionPath } from '../../catalog/glue/partition-path.ts'
import type { PartitionPlaces } from '../../catalog/glue/partition-places.ts'
import type { CatalogTable } from '../../catalog/glue/table.ts'
import { isSymlinked, tableFormat } from '../../catalog/glue/table-format.ts'
import { Fault } from '../../gateway/fault.ts'
import type { FileLayout, ScanFile } from '../engine/request.ts'
import { QueryFailure } from './faults.ts'
import { mismatchOf, mismatchText } from './partition-schema.ts'

export const columnOf = ({ name, type = 'string' }: { readonly name: string; readonly type?: string }) => ({
  name,
  type,
})

/** Whether files of the table can be read here, and how; else a failure that names what cannot. */
export function formatOf(table: CatalogTable): ReturnType<typeof tableFormat> {
  const name = `${table.database}.${table.name}`
  const refuse = (what: string) =>
    new QueryFailure('user', `NOT_SUPPORTED: ${name} ${what}, which Biwa does not read yet`)
  if (table.parameters.table_type?.toUpperCase() === 'ICEBERG') throw refuse('is an Iceberg table')
  return orUnsupported(() => tableFormat(unlinked(table)))
}

/** Its lists are followed before: what they name is of the SerDe alone. */
const unlinked = (table: CatalogTable) => (isSymlinked(table) ? { ...table, inputFormat: '' } : table)

export function orUnsupported<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Fault) throw new QueryFailure('user', `HIVE_UNSUPPORTED_FORMAT: ${cause.message}`, cause)
    throw cause
  }
}

/** By storage descriptor, of those of these partitions that are laid out otherwise than the table. */
export function layoutsOf(
  table: CatalogTable,
  { partitions, storages }: PartitionPlaces,
  indexes: readonly number[],
): ReadonlyMap<number, NonNullable<ScanFile['layout']>> {
  const seen = new Set<number>()
  const layouts = new Map<number, NonNullable<ScanFile['layout']>>()
  for (const index of indexes) {
    const { storage: id = -1, values = [] } = partitions[index] ?? {}
    const storage = storages.get(id)
    if (storage === undefined || seen.has(id)) continue
    seen.add(id)
    const { inputFormat = '' } = storage
    const declared = isSymlinked({ inputFormat }) ? { ...storage, inputFormat: '' } : storage
    const layout = orUnsupported(() => partitionFormat(unlinked(table), declared, values))
    if (layout) layouts.set(id, { ...layout, columns: layout.columns.map(columnOf) })
  }
  return layouts
}

/** Throws QueryFailure for the first of them whose columns are not the table's. */
export function checkSchemas(
  { database, name, columns, partitionKeys }: CatalogTable,
  layoutOf: (storage: number) => FileLayout,
  places: PartitionPlaces,
  indexes: readonly number[],
): void {
  const wrong = new Map(
    [...places.storages].flatMap(([storage, { columns: declared }]) => {
      const { format, isByPlace } = layoutOf(storage)
      const mismatch = mismatchOf(columns, declared, format === 'parquet' && !isByPlace)
      return mismatch ? [[storage, mismatch] as const] : []
    }),
  )
  if (wrong.size === 0) return
  for (const index of indexes) {
    const { values = [], storage = -1 } = places.partitions[index] ?? {}
    const mismatch = wrong.get(storage)
    if (mismatch === undefined) continue
    const keys = partitionKeys.map(key => key.name)
    throw new QueryFailure(
      'data',
      mismatchText(mismatch, `${database}.${name}`, partitionPath(keys, values).slice(0, -1)),
    )
  }
}
