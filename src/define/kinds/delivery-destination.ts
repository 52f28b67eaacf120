/** Where a Firehose delivery stream puts its records, in AWS's words and in those of a plan. */

export type DestinationState = {
  readonly role: string
  readonly bucket: string
  readonly prefix: string
  readonly errors: string
  readonly buffer: { readonly seconds: number; readonly mebibytes: number }
  readonly compression: string
  readonly zone: string
  readonly newline: boolean
  /** The jq that says which folders a record goes to; null where its members do not. */
  readonly partitions: string | null
  /** The table by whose columns records become Parquet; null where they stay as they came. */
  readonly table: { readonly database: string; readonly name: string; readonly region: string } | null
}

export interface Destination {
  readonly RoleARN: string
  readonly BucketARN: string
  readonly Prefix?: string
  readonly ErrorOutputPrefix?: string
  readonly BufferingHints: { readonly SizeInMBs: number; readonly IntervalInSeconds: number }
  readonly CompressionFormat: string
  readonly CustomTimeZone?: string
  readonly ProcessingConfiguration?: { readonly Enabled?: boolean; readonly Processors?: readonly Processor[] }
  readonly DynamicPartitioningConfiguration?: { readonly Enabled?: boolean }
  readonly DataFormatConversionConfiguration?: {
    readonly Enabled?: boolean
    readonly SchemaConfiguration?: {
      readonly DatabaseName?: string
      readonly TableName?: string
      readonly Region?: string
    }
  }
}

interface Processor {
  readonly Type: string
  readonly Parameters?: readonly { readonly ParameterName: string; readonly ParameterValue: string }[]
}

/** A definition's words for Firehose's. */
const compressions: Readonly<Record<string, string>> = {
  none: 'UNCOMPRESSED',
  gzip: 'GZIP',
  zip: 'ZIP',
  snappy: 'Snappy',
  'hadoop-snappy': 'HADOOP_SNAPPY',
}
const wordOf = (format: string) => Object.keys(compressions).find(word => compressions[word] === format) ?? format

const jqQuery = 'MetadataExtractionQuery'

export function stateOf(to: Destination): DestinationState {
  const { Enabled, Processors = [] } = to.ProcessingConfiguration ?? {}
  const active = Enabled === true ? Processors : []
  const extraction = active.find(({ Type }) => Type === 'MetadataExtraction')
  const partitions = extraction?.Parameters?.find(({ ParameterName }) => ParameterName === jqQuery)?.ParameterValue
  const {
    DatabaseName = '',
    TableName = '',
    Region = '',
  } = to.DataFormatConversionConfiguration?.SchemaConfiguration ?? {}
  return {
    role: to.RoleARN,
    bucket: to.BucketARN,
    prefix: to.Prefix ?? '',
    errors: to.ErrorOutputPrefix ?? '',
    buffer: { seconds: to.BufferingHints.IntervalInSeconds, mebibytes: to.BufferingHints.SizeInMBs },
    compression: wordOf(to.CompressionFormat),
    zone: to.CustomTimeZone || 'UTC',
    newline: active.some(({ Type }) => Type === 'AppendDelimiterToRecord'),
    partitions: to.DynamicPartitioningConfiguration?.Enabled ? (partitions ?? '') : null,
    table: to.DataFormatConversionConfiguration?.Enabled
      ? { database: DatabaseName, name: TableName, region: Region }
      : null,
  }
}

/** `before` is what is there already, of which what is not wanted any more has to be switched off. */
export function destinationOf(state: DestinationState, before?: DestinationState): Destination {
  const Processors = [...extracting(state), ...(state.newline ? [delimiter] : [])]
  return {
    RoleARN: state.role,
    BucketARN: state.bucket,
    Prefix: state.prefix,
    ErrorOutputPrefix: state.errors,
    BufferingHints: { IntervalInSeconds: state.buffer.seconds, SizeInMBs: state.buffer.mebibytes },
    CompressionFormat: compressions[state.compression] ?? state.compression,
    CustomTimeZone: state.zone,
    ProcessingConfiguration: { Enabled: Processors.length > 0, Processors },
    ...(state.partitions !== null && { DynamicPartitioningConfiguration: { Enabled: true } }),
    ...(state.table !== null
      ? { DataFormatConversionConfiguration: converting(state, state.table) }
      : before?.table && { DataFormatConversionConfiguration: { Enabled: false } }),
  }
}

const delimiter: Processor = {
  Type: 'AppendDelimiterToRecord',
  Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
}

const extracting = ({ partitions }: DestinationState): readonly Processor[] =>
  partitions === null
    ? []
    : [
        {
          Type: 'MetadataExtraction',
          Parameters: [
            { ParameterName: jqQuery, ParameterValue: partitions },
            { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
          ],
        },
      ]

/** OpenX's SerDe, which matches keys without regard to case, so that `deviceId` is found for the column `deviceid`. */
const converting = (
  { role }: DestinationState,
  { database, name, region }: NonNullable<DestinationState['table']>,
) => ({
  Enabled: true,
  SchemaConfiguration: { RoleARN: role, DatabaseName: database, TableName: name, Region: region, VersionId: 'LATEST' },
  InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {} } },
  OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
})
