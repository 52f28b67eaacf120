// What a table's SerDe says about its files. Readers (queries, jobs, crawlers) ask here, so that they agree.
import { InvalidInputException } from './faults.ts'
import type { CatalogTable } from './table.ts'

export interface TableFormat {
  readonly format: 'parquet' | 'json' | 'csv'
  /** With csv only. */
  readonly csv?: {
    readonly delimiter: string
    readonly quote?: string
    readonly escape?: string
    readonly skipLines: number
    readonly nullText?: string
  }
}

export const serdes = {
  parquet: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  json: 'org.openx.data.jsonserde.JsonSerDe',
  hiveJson: 'org.apache.hive.hcatalog.data.JsonSerDe',
  csv: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
  delimited: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
} as const

/** Throws InvalidInputException for a SerDe that cannot be read here. */
export function tableFormat(table: Pick<CatalogTable, 'name' | 'parameters' | 'serde'>): TableFormat {
  const { library, parameters } = table.serde
  const name = library.slice(library.lastIndexOf('.') + 1)
  // Headers are declared on the table by Athena's DDL, on the SerDe by crawlers.
  const skipLines = Number(table.parameters['skip.header.line.count'] ?? parameters['skip.header.line.count'] ?? 0)
  switch (name) {
    case 'ParquetHiveSerDe':
      return { format: 'parquet' }
    case 'JsonSerDe':
      return { format: 'json' }
    case 'OpenCSVSerde':
      return {
        format: 'csv',
        csv: {
          delimiter: parameters.separatorChar ?? ',',
          quote: parameters.quoteChar ?? '"',
          escape: parameters.escapeChar ?? '\\',
          skipLines,
        },
      }
    case 'LazySimpleSerDe': {
      const escapeText = parameters['escape.delim']
      const nullText = parameters['serialization.null.format']
      return {
        format: 'csv',
        csv: {
          // Hive's own default is the control character 1, not a comma.
          delimiter: delimiterOf(parameters['field.delim'] ?? parameters['serialization.format'] ?? '1'),
          ...(escapeText !== undefined && { escape: escapeText }),
          skipLines,
          ...(nullText !== undefined && { nullText }),
        },
      }
    }
    default:
      throw new InvalidInputException(
        `Table ${table.name} has the SerDe ${library || '(none)'}, which cannot be read here. ` +
          `These can: ${Object.values(serdes).join(', ')}.`,
      )
  }
}

/** A number is the code of the character, as Hive reads it: `1` is control-A. */
const delimiterOf = (text: string) => (/^\d{1,3}$/.test(text) ? String.fromCharCode(Number(text)) : text)
