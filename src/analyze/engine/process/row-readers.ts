// The reader of lines for each SerDe.

import type { RowFormat } from '../../../formats/row-format.ts'
import type { Column } from '../request.ts'
import { delimitedReader } from './delimited-reader.ts'
import { jsonReader } from './json-reader.ts'
import { openCsvReader } from './opencsv-reader.ts'
import { regexReader } from './regex-reader.ts'
import type { PlacedColumn, RowReader } from './row-reader.ts'

export interface Lines {
  readonly format: RowFormat
  /** That are asked for. */
  readonly columns: readonly PlacedColumn[]
  /** Of the table. */
  readonly all: readonly Column[]
}

/** `heads` are the beginnings of some of the files, for what can be learnt from them. */
export function rowReader({ format, columns, all }: Lines, heads: readonly string[]): RowReader {
  switch (format.serde) {
    case 'openx':
    case 'hive':
      return jsonReader(format, columns, heads)
    case 'lazy':
      return delimitedReader(format, columns)
    case 'opencsv':
      return openCsvReader(format, columns)
    case 'regex':
      return regexReader(format, columns, all)
  }
}
