// Conversion of JSON to Parquet: what is kept of its configuration, what a change leaves as it was, and what AWS refuses.
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
import { InvalidArgumentException, notSupported } from './faults.ts'

/** The Glue table whose columns the records become; while conversion is off any of it may be missing. */
export interface SchemaReference {
  readonly roleArn?: string
  /** The account unless given. */
  readonly catalogId?: string
  readonly database?: string
  readonly table?: string
  /** The delivery stream's unless given. */
  readonly region?: string
  /** `LATEST` unless given. */
  readonly version?: string
}

export interface OpenXDeserializer {
  readonly serde: 'openx'
  readonly caseInsensitive?: boolean | undefined
  readonly dotsToUnderscores?: boolean | undefined
  /** Column to key of the JSON. */
  readonly keyMappings?: Readonly<Record<string, string>> | undefined
}

export interface HiveDeserializer {
  readonly serde: 'hive'
  readonly timestampFormats?: readonly string[] | undefined
}

export type Deserializer = OpenXDeserializer | HiveDeserializer

/** All but the compression are hints about the file's layout: kept, returned, and left to the engine. */
export interface ParquetSerializer {
  readonly format: 'parquet'
  readonly compression?: 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY' | undefined
  readonly blockBytes?: number | undefined
  readonly pageBytes?: number | undefined
  readonly dictionary?: boolean | undefined
  readonly paddingBytesMax?: number | undefined
  readonly writerVersion?: 'V1' | 'V2' | undefined
}

/** `undefined` for a serde that was named by neither of its names. */
export interface Conversion {
  readonly enabled: boolean
  readonly schema: SchemaReference | undefined
  readonly input: { readonly deserializer: Deserializer | undefined } | undefined
  readonly output: { readonly serializer: ParquetSerializer | undefined } | undefined
}

export interface ConversionChange {
  readonly enabled?: boolean | undefined
  readonly schema?: SchemaReference | undefined
  readonly input?: Conversion['input']
  readonly output?: Conversion['output']
}

/** A conversion that is at work, with everything that was left out. */
export interface ActiveConversion {
  readonly schema: Readonly<{
    roleArn: string
    catalogId: string | undefined
    database: string
    table: string
    region: string | undefined
    /** Undefined for the latest. */
    version: string | undefined
  }>
  readonly input:
    | Readonly<{
        serde: 'openx'
        caseInsensitive: boolean
        dotsToUnderscores: boolean
        keyMappings: Readonly<Record<string, string>>
      }>
    | Readonly<{ serde: 'hive'; timestampFormats: readonly string[] }>
  readonly output: Readonly<{ format: 'parquet'; compression: 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY' }>
}

/** A member at a time, the schema's too; on unless it is said to be off. */
export function changedConversion(
  now: Conversion | undefined,
  given: ConversionChange | undefined,
): Conversion | undefined {
  if (given === undefined) return now
  return {
    enabled: given.enabled ?? true,
    schema: given.schema ? { ...now?.schema, ...given.schema } : now?.schema,
    input: given.input ?? now?.input,
    output: given.output ?? now?.output,
  }
}

/** Undefined when there is none, or it is switched off. Throws InvalidArgumentException in AWS's order of questions. */
export function activeConversion(conversion: Conversion | undefined): ActiveConversion | undefined {
  if (!conversion?.enabled) return undefined
  const input = present('InputFormatConfiguration', conversion.input)
  const output = present('OutputFormatConfiguration', conversion.output)
  const schema = present('SchemaConfiguration', conversion.schema)
  const deserializer = present('Deserializer', input.deserializer)
  const serializer = present('Serializer', output.serializer)
  if (serializer.writerVersion === 'V2') {
    throw notSupported('WriterVersion V2 of ParquetSerDe', 'Use V1, the default.')
  }
  return {
    schema: {
      roleArn: filled('RoleArn', schema.roleArn),
      database: filled('DatabaseName', schema.database),
      table: filled('TableName', schema.table),
      catalogId: schema.catalogId,
      region: schema.region,
      version: schema.version === 'LATEST' ? undefined : schema.version,
    },
    input:
      deserializer.serde === 'hive'
        ? { serde: 'hive', timestampFormats: deserializer.timestampFormats ?? [] }
        : {
            serde: 'openx',
            caseInsensitive: deserializer.caseInsensitive ?? true,
            dotsToUnderscores: deserializer.dotsToUnderscores ?? false,
            keyMappings: deserializer.keyMappings ?? {},
          },
    output: { format: 'parquet', compression: serializer.compression ?? 'SNAPPY' },
  }
}

function present<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new InvalidArgumentException(`${name} must not be null`)
  return value
}

function filled(name: string, value: string | undefined): string {
  if (!value) throw new InvalidArgumentException(`SchemaConfiguration.${name} must not be null or empty`)
  return value
}
