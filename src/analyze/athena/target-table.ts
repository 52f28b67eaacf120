// How new files of a table are to be, so that they are read as its old ones are; what cannot be written so is refused by name.

import { partitionFormat } from '../../catalog/glue/partition-format.ts'
import { partitionPath } from '../../catalog/glue/partition-path.ts'
import type { CatalogTable, Column, Partition } from '../../catalog/glue/table.ts'
import { tableFormat } from '../../catalog/glue/table-format.ts'
import type { RowFormat } from '../../formats/row-format.ts'
import type { Compression, TargetTable, WrittenText } from '../engine/request.ts'
import { QueryFailure } from './faults.ts'
import { orUnsupported } from './layouts.ts'

const compressions: Readonly<Record<string, Compression>> = {
  ...{ SNAPPY: 'SNAPPY', GZIP: 'GZIP', ZSTD: 'ZSTD', LZ4: 'LZ4', NONE: 'NONE', UNCOMPRESSED: 'NONE' },
}

/** A partition reads its files by its own SerDe, and these are to be the table's. */
export function checkLayout(table: CatalogTable, { storage, values }: Partition): void {
  if (orUnsupported(() => partitionFormat(table, storage, values)) === undefined) return
  throw new QueryFailure(
    'user',
    `NOT_SUPPORTED: Inserting into the partition ${partitionPath(namesOf(table.partitionKeys), values).slice(0, -1)} is not supported here: its ` +
      `SerDe or that one's properties are not those of its table ${table.database}.${table.name}`,
  )
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name)

/** How a table's new files are to be, so that they are read as its old ones are. */
export function describedTarget(table: CatalogTable): TargetTable {
  const refuse = (what: string) =>
    new QueryFailure('user', `NOT_SUPPORTED: Inserting into ${what} is not supported here`)
  if (table.parameters.table_type?.toUpperCase() === 'ICEBERG') throw refuse('an Iceberg table')
  if (table.storage.bucketColumns?.length) throw refuse('a bucketed table')
  // Its properties say where its partitions lie: rows in folders of Hive's kind might be where no query looks.
  if (table.parameters['projection.enabled']?.toLowerCase() === 'true')
    throw refuse('a table with partition projection')
  const { format, csv, rows } = orUnsupported(() => tableFormat(table))
  // Only what these read is what they would find written.
  if (format === 'csv' && rows?.serde !== 'lazy') throw refuse(`a table of ${table.serde.library}`)
  if (rows?.serde === 'openx' && Object.keys(rows.keyMappings).length > 0) throw refuse('a table with mapped keys')
  if (rows && 'rowsIn' in rows && rows.rowsIn !== undefined) throw refuse('a table of documents that hold several rows')
  if (csv && csv.skipLines > 0) throw refuse('a table with skip.header.line.count')
  const named = ['write.compression', 'write_compression', 'parquet.compression', 'parquet.compress']
  const text = named.flatMap(name => table.parameters[name] ?? [])[0]?.toUpperCase() ?? 'GZIP'
  const compression = compressions[text]
  if (!compression || ((compression === 'SNAPPY' || compression === 'LZ4') && format !== 'parquet'))
    throw refuse(`a table with ${text} files`)
  return {
    ...{ database: table.database, name: table.name, columns: table.columns, partitionColumns: table.partitionKeys },
    ...{ format, compression },
    ...(rows?.serde === 'lazy' && { csv: writtenText(rows) }),
  }
}

/** Below the third level of nesting the separators are control characters, and they are escaped in every text too. */
function writtenText({ separators, escape: mark, nullText }: Extract<RowFormat, { serde: 'lazy' }>): WrittenText {
  const characters = [...separators, '\u0004', '\u0005', '\u0006', '\u0007', '\b'].join('')
  return {
    ...{ delimiter: separators[0], nullText, separators: separators.slice(1) },
    ...(mark !== undefined && { escape: { mark, characters: mark + characters } }),
  }
}
