/**
 * The statements that write data: INSERT INTO, CREATE TABLE AS, UNLOAD. Their queries are the engine's to read.
 * https://docs.aws.amazon.com/athena/latest/ug/insert-into.html, create-table-as.html and unload.html beside it
 *
 *     INSERT INTO name [(column, …)] query
 *     CREATE TABLE [IF NOT EXISTS] name [COMMENT '…'] [WITH (name = value, …)] AS query [WITH [NO] DATA]
 *     UNLOAD (query) TO 's3://…' [WITH (name = value, …)]
 */
import type { Compression, DataFormat } from '../../engine/request.ts'
import { malformedStatement, noLocation, notExternal, unsupportedStatement } from '../faults.ts'
import type { Reader } from './reader.ts'
import type { CreateTableAs, Files, Insert, Unload } from './statement.ts'

const queryWords = ['SELECT', 'WITH', 'VALUES', 'TABLE', '(']

export function readInsert(reader: Reader): Insert {
  if (reader.sees('OVERWRITE')) throw unsupportedStatement(reader.place, 'INSERT OVERWRITE')
  reader.expect('INTO')
  const table = reader.tableName()
  const isColumns = reader.sees('(') && !queryWords.some(word => reader.seesAt(1, word))
  const columns = isColumns ? reader.list(() => reader.identifier()) : []
  return { kind: 'insert', table, columns, query: queryOf(reader) }
}

/** After CREATE TABLE. */
export function readCreateTableAs(reader: Reader): CreateTableAs {
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS')
  const table = reader.tableName()
  if (reader.sees('LIKE')) throw unsupportedStatement(reader.place, 'CREATE TABLE … LIKE')
  if (reader.sees('(')) throw withoutExternal(reader)
  const comment = reader.accept('COMMENT') ? { comment: reader.string() } : {}
  const options = reader.accept('WITH') ? readOptions(reader, 'table') : new Map<string, Option>()
  const location = options.get('external_location')
  const files = filesOf(options, 'parquet')
  const buckets = bucketsOf(options)
  reader.expect('AS')
  const without = reader.endsWith('WITH', 'NO', 'DATA')
  const query = queryOf(reader, without ? 3 : reader.endsWith('WITH', 'DATA') ? 2 : 0)
  for (const word of ['WITH', 'NO', 'DATA']) reader.accept(word)
  return {
    kind: 'createTableAs',
    table,
    ifNotExists,
    ...comment,
    ...(location && { location: locationOf(location) }),
    ...files,
    ...(buckets && { buckets }),
    hasData: !without,
    query,
  }
}

/** Without EXTERNAL only a table of Iceberg has its columns listed. */
function withoutExternal(reader: Reader): Error {
  const { place } = reader
  const words: string[] = []
  while (!reader.isAtEnd) words.push(reader.take().text.toUpperCase())
  if (words.includes('ICEBERG')) return unsupportedStatement(place, 'CREATE TABLE of Iceberg tables')
  return words.includes('LOCATION') ? notExternal() : noLocation()
}

export function readUnload(reader: Reader): Unload {
  const query = reader.bracketed()
  reader.expect('TO')
  const { place } = reader
  const location = locationOf({ place, value: reader.string() })
  const options = reader.accept('WITH') ? readOptions(reader, 'unload') : new Map<string, Option>()
  if (!options.has('format')) throw malformedStatement(place, "UNLOAD needs a format: WITH (format = 'PARQUET')")
  return { kind: 'unload', query, location, ...filesOf(options, 'parquet') }
}

/** Only what begins a query comes to the engine. */
export function queryOf(reader: Reader, but = 0): string {
  if (!queryWords.some(word => reader.sees(word))) throw reader.mismatch("'SELECT', 'WITH', 'VALUES', 'TABLE', '('")
  return reader.query(but)
}

interface Option {
  readonly place: string
  readonly value: string | readonly string[]
}

const known = {
  table: [
    ...['format', 'external_location', 'partitioned_by', 'field_delimiter', 'write_compression', 'table_type'],
    ...['parquet_compression', 'is_external', 'bucketed_by', 'bucket_count', 'compression_level'],
  ],
  unload: ['format', 'partitioned_by', 'field_delimiter', 'compression', 'compression_level'],
}
/** Athena's, which Biwa does not do. */
const refused = [
  ...['orc_compression', 'partitioning', 'location', 'vacuum_max'],
  ...['optimize_rewrite_delete_file_threshold', 'max_file_size'],
]

function readOptions(reader: Reader, of: keyof typeof known): ReadonlyMap<string, Option> {
  const options = new Map(
    reader.list((): readonly [string, Option] => {
      const { place } = reader
      const name = reader.identifier()
      if (!known[of].includes(name) && !refused.includes(name))
        throw malformedStatement(place, `Catalog 'awsdatacatalog' ${of} property '${name}' does not exist`)
      reader.expect('=')
      return [name, { place, value: readValue(reader) }]
    }),
  )
  // A kind of table or a format says more than a property that only it has.
  demandKind(options)
  const alien = [...options].find(([name]) => refused.includes(name))
  if (alien) throw unsupportedStatement(alien[1].place, `the property ${alien[0]}`)
  return options
}

function demandKind(options: ReadonlyMap<string, Option>): void {
  const type = options.get('table_type')
  if (type && textOf(type).toUpperCase() !== 'HIVE')
    throw unsupportedStatement(type.place, `CREATE TABLE … WITH (table_type = '${textOf(type)}')`)
  const format = options.get('format')
  if (format && !Object.hasOwn(formats, textOf(format).toUpperCase()))
    throw unsupportedStatement(format.place, `the format ${textOf(format)}`)
}

function readValue(reader: Reader): string | readonly string[] {
  if (reader.accept('ARRAY')) {
    reader.expect('[')
    const values = reader.accept(']') ? [] : [reader.string()]
    if (values.length > 0) {
      while (reader.accept(',')) values.push(reader.string())
      reader.expect(']')
    }
    return values
  }
  const { kind } = reader.peek
  if (kind === 'number' || reader.sees('TRUE') || reader.sees('FALSE')) return reader.take().text.toLowerCase()
  return reader.string()
}

const formats: Readonly<Record<string, DataFormat>> = { PARQUET: 'parquet', JSON: 'json', TEXTFILE: 'csv' }

function filesOf(options: ReadonlyMap<string, Option>, otherwise: DataFormat): Files {
  if (options.has('is_external') && textOf(options.get('is_external')) !== 'true')
    throw unsupportedStatement(options.get('is_external')?.place ?? '', 'CREATE TABLE … WITH (is_external = false)')
  const asked = options.get('format')
  const format = (asked && formats[textOf(asked).toUpperCase()]) ?? otherwise
  const compression = compressionOf(options, format)
  const compressionLevel = levelOf(options.get('compression_level'), format, compression)
  const delimiter = options.get('field_delimiter')
  if (delimiter && format !== 'csv')
    throw malformedStatement(delimiter.place, 'field_delimiter can only be specified with the format TEXTFILE')
  const parting = delimiter && textOf(delimiter).replace(/^\\t$/, '\t')
  if (delimiter && [...(parting ?? '')].length !== 1)
    throw malformedStatement(delimiter.place, 'field_delimiter must be a single character')
  const partitions = options.get('partitioned_by')
  if (partitions && typeof partitions.value === 'string')
    throw malformedStatement(partitions.place, "partitioned_by is an array: ARRAY[ 'column' ]")
  return {
    format,
    compression,
    ...(compressionLevel !== undefined && { compressionLevel }),
    partitionedBy: partitions ? [...partitions.value].map(name => name.toLowerCase()) : [],
    // Hive's own delimiter, as Athena's.
    delimiter: parting ?? '\u0001',
  }
}

function bucketsOf(options: ReadonlyMap<string, Option>): CreateTableAs['buckets'] {
  const [columns, count] = [options.get('bucketed_by'), options.get('bucket_count')]
  if (!columns && !count) return undefined
  if (!columns || !count)
    throw malformedStatement((columns ?? count)?.place ?? '', 'bucketed_by and bucket_count are given together')
  if (typeof columns.value === 'string' || columns.value.length === 0)
    throw malformedStatement(columns.place, "bucketed_by is an array: ARRAY[ 'column' ]")
  if (!/^[1-9]\d{0,8}$/.test(textOf(count)))
    throw malformedStatement(count.place, 'bucket_count must be a whole number greater than 0')
  return { columns: columns.value.map(name => name.toLowerCase()), count: Number(textOf(count)) }
}

function compressionOf(options: ReadonlyMap<string, Option>, format: DataFormat): Compression {
  const names = format === 'parquet' ? ['write_compression', 'parquet_compression'] : ['write_compression']
  const given = [...names, 'compression'].flatMap(name => options.get(name) ?? [])
  const [asked] = given
  const foreign = format === 'parquet' ? undefined : options.get('parquet_compression')
  if (foreign)
    throw malformedStatement(foreign.place, 'parquet_compression can only be specified with the format PARQUET')
  if (given.length > 1) throw malformedStatement(asked?.place ?? '', 'The compression is said twice')
  const name = asked ? textOf(asked).toUpperCase() : 'GZIP'
  const allowed: readonly Compression[] =
    format === 'parquet' ? ['GZIP', 'SNAPPY', 'ZSTD', 'LZ4', 'NONE'] : ['GZIP', 'ZSTD', 'NONE']
  const found = allowed.find(one => one === (name === 'UNCOMPRESSED' ? 'NONE' : name))
  if (!found) throw unsupportedStatement(asked?.place ?? '', `the compression ${name} with ${format}`)
  return found
}

/** https://docs.aws.amazon.com/athena/latest/ug/compression-support-zstd-levels.html */
function levelOf(option: Option | undefined, format: DataFormat, compression: Compression): number | undefined {
  if (!option) return undefined
  const level = Number(textOf(option))
  if (!Number.isInteger(level) || level < 1 || level > 22)
    throw malformedStatement(option.place, 'compression_level must be a whole number from 1 to 22')
  if (compression !== 'ZSTD')
    throw malformedStatement(option.place, 'compression_level can only be specified with the compression ZSTD')
  if (format !== 'parquet') throw unsupportedStatement(option.place, `compression_level with ${format}`)
  return level
}

const textOf = (option: Option | undefined): string => String(option?.value ?? '')

function locationOf(option: Option): string {
  const text = textOf(option)
  if (!/^s3[an]?:\/\/[^/]+/.test(text))
    throw malformedStatement(option.place, `A location must be a path like s3://bucket/folder/, and '${text}' is not`)
  return text.endsWith('/') ? text : `${text}/`
}
