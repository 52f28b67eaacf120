// How the files of a partition are read. A partition is declared on its own: it keeps the SerDe that its table had then, or
// has one that its table never had, and the properties of that. What the table's own properties say holds for all of them.

import { partitionPath } from './partition-path.ts'
import type { CatalogTable, Column, Storage } from './table.ts'
import { type TableFormat, tableFormat } from './table-format.ts'

export interface PartitionFormat extends TableFormat {
  /** As the partition declares them, in their order. */
  readonly columns: readonly Column[]
}

type Declared = Pick<CatalogTable, 'name' | 'parameters' | 'serde' | 'inputFormat' | 'columns' | 'partitionKeys'>

/** Undefined where it is as its table says. Throws InvalidInputException where it cannot be read here. */
export function partitionFormat(
  table: Declared,
  { serde, inputFormat = '', columns }: Pick<Storage, 'serde' | 'inputFormat' | 'columns'>,
  values: readonly string[],
): PartitionFormat | undefined {
  const { library = '', parameters = {} } = serde ?? {}
  if (library === '') return undefined
  const isTables = library === table.serde.library && inputFormat === table.inputFormat
  if (isTables && JSON.stringify(parameters) === JSON.stringify(table.serde.parameters)) return undefined
  const keys = table.partitionKeys.map(({ name }) => name)
  const own = tableFormat({
    ...{ name: `${table.name} (partition ${partitionPath(keys, values).slice(0, -1)})`, parameters: table.parameters },
    ...{ serde: { library, parameters }, inputFormat },
  })
  if (JSON.stringify(own) === JSON.stringify(tableFormat(table))) return undefined
  return { ...own, columns: columns.length > 0 ? columns : table.columns }
}
