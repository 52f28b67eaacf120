/**
 * CREATE EXTERNAL TABLE, after these words.
 * https://docs.aws.amazon.com/athena/latest/ug/create-table.html
 *
 *     [IF NOT EXISTS] name (column type [COMMENT '…'], …) [COMMENT '…'] [PARTITIONED BY (column type, …)]
 *     [CLUSTERED BY (column, …) [SORTED BY (column [ASC | DESC], …)] INTO n BUCKETS]
 *     [ROW FORMAT SERDE '…' [WITH SERDEPROPERTIES (…)] | ROW FORMAT DELIMITED [FIELDS TERMINATED BY '…' [ESCAPED BY '…']]
 *       [COLLECTION ITEMS TERMINATED BY '…'] [MAP KEYS TERMINATED BY '…'] [LINES TERMINATED BY '…'] [NULL DEFINED AS '…']]
 *     [STORED AS format [WITH SERDEPROPERTIES (…)] | STORED AS INPUTFORMAT '…' OUTPUTFORMAT '…'] LOCATION 's3://…'
 *     [TBLPROPERTIES (…)]
 */
import { serdes } from '../../../catalog/glue/table-format.ts'
import type { DataFormat } from '../../engine/request.ts'
import { malformedStatement, noLocation, unsupportedStatement } from '../faults.ts'
import type { Reader } from './reader.ts'
import type { Buckets, CreateTable, SerdeDefinition } from './statement.ts'

interface Formats {
  readonly inputFormat: string
  readonly outputFormat: string
}

const text: Formats = {
  inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
}
const parquet: Formats = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
}

/** How a new table of these files is described. */
export const storedAs = (format: DataFormat): Formats & { readonly library: string } => formatOf[format]

const formatOf: Readonly<Record<DataFormat, Formats & { readonly library: string }>> = {
  parquet: { ...parquet, library: serdes.parquet },
  json: { ...text, library: serdes.json },
  csv: { ...text, library: serdes.delimited },
}

/** Without a ROW FORMAT, what a format is read with. */
const stored: Readonly<Record<string, Formats & { readonly library: string }>> = {
  TEXTFILE: formatOf.csv,
  JSON: formatOf.json,
  PARQUET: formatOf.parquet,
}

export function readCreateTable(reader: Reader): CreateTable {
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS')
  const table = reader.tableName()
  const columns = reader.list(() => reader.column())
  const comment = reader.accept('COMMENT') ? { comment: reader.string() } : {}
  const partitionColumns = reader.accept('PARTITIONED', 'BY') ? reader.list(() => reader.column()) : []
  const buckets = reader.accept('CLUSTERED', 'BY') ? readBuckets(reader) : undefined
  const rowFormat = reader.accept('ROW', 'FORMAT') ? readRowFormat(reader) : undefined
  const storage = reader.accept('STORED', 'AS') ? readStorage(reader) : undefined
  const further = reader.accept('WITH', 'SERDEPROPERTIES') ? reader.properties() : {}
  const place = reader.place
  if (!reader.accept('LOCATION')) throw reader.isAtEnd ? noLocation() : reader.mismatch("'LOCATION'")
  const location = reader.string()
  if (!/^s3[an]?:\/\/[^/]+/.test(location))
    throw malformedStatement(place, `LOCATION must be a path like s3://bucket/folder/, and '${location}' is not`)
  const properties = reader.accept('TBLPROPERTIES') ? reader.properties() : {}
  const { library = serdes.delimited, ...formats } = storage ?? stored.TEXTFILE ?? { ...text }
  return {
    kind: 'createTable',
    table,
    ifNotExists,
    columns,
    partitionColumns,
    ...comment,
    serde: {
      library: rowFormat?.library ?? library,
      parameters: { ...(rowFormat?.parameters ?? { 'serialization.format': '1' }), ...further },
    },
    ...formats,
    location,
    ...(buckets && { buckets }),
    properties,
  }
}

function readBuckets(reader: Reader): Buckets {
  const columns = reader.list(() => reader.identifier())
  const sorted = reader.accept('SORTED', 'BY')
    ? reader.list(() => {
        const column = reader.identifier()
        const isDescending = reader.accept('DESC')
        if (!isDescending) reader.accept('ASC')
        return { column, order: isDescending ? ('descending' as const) : ('ascending' as const) }
      })
    : []
  reader.expect('INTO')
  const count = reader.integer()
  reader.expect('BUCKETS')
  return { columns, count, sorted }
}

function readRowFormat(reader: Reader): SerdeDefinition {
  if (reader.accept('SERDE')) {
    const library = reader.string()
    const parameters = reader.accept('WITH', 'SERDEPROPERTIES') ? reader.properties() : {}
    return { library, parameters: { 'serialization.format': '1', ...parameters } }
  }
  reader.expect('DELIMITED')
  const parameters: Record<string, string> = {}
  if (reader.accept('FIELDS', 'TERMINATED', 'BY')) {
    const delimiter = reader.string()
    parameters['field.delim'] = delimiter
    parameters['serialization.format'] = delimiter
    if (reader.accept('ESCAPED', 'BY')) parameters['escape.delim'] = reader.string()
  }
  // The misspelling is Hive's, and what every reader of its tables looks for.
  if (reader.accept('COLLECTION', 'ITEMS', 'TERMINATED', 'BY')) parameters['colelction.delim'] = reader.string()
  if (reader.accept('MAP', 'KEYS', 'TERMINATED', 'BY')) parameters['mapkey.delim'] = reader.string()
  if (reader.accept('LINES', 'TERMINATED', 'BY')) {
    const place = reader.place
    const delimiter = reader.string()
    if (delimiter !== '\n') throw unsupportedStatement(place, 'LINES TERMINATED BY anything but \\n')
    parameters['line.delim'] = delimiter
  }
  if (reader.accept('NULL', 'DEFINED', 'AS')) parameters['serialization.null.format'] = reader.string()
  return { library: serdes.delimited, parameters }
}

function readStorage(reader: Reader): Formats & { readonly library?: string } {
  if (reader.accept('INPUTFORMAT')) {
    const inputFormat = reader.string()
    reader.expect('OUTPUTFORMAT')
    return { inputFormat, outputFormat: reader.string() }
  }
  const { place } = reader
  const name = reader.identifier().toUpperCase()
  const formats = Object.hasOwn(stored, name) ? stored[name] : undefined
  if (!formats) throw unsupportedStatement(place, `STORED AS ${name}`)
  return formats
}
