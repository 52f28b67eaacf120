// Shapes of a data format conversion, and the way between AWS's words and the part's. ORC is
// declared as AWS has it and refused by its name.
import {
  boolean,
  double,
  enumeration,
  integer,
  list,
  map,
  optional,
  string,
  structure,
  type Value,
} from '../../../gateway/shape.ts'
import type { Conversion, ConversionChange, Deserializer, ParquetSerializer, SchemaReference } from '../conversion.ts'
import { InvalidArgumentException, notSupported } from '../faults.ts'

const text = string({ min: 1, max: 1024, pattern: '^(?!\\s*$).+' })
const word = string({ min: 1, max: 1024, pattern: '^\\S+$' })

const openX = structure({
  ConvertDotsInJsonKeysToUnderscores: optional(boolean()),
  CaseInsensitive: optional(boolean()),
  ColumnToJsonKeyMappings: optional(map(text, { key: word })),
})
const hive = structure({ TimestampFormats: optional(list(text)) })
const parquet = structure({
  BlockSizeBytes: optional(integer({ min: 64 * 1024 * 1024 })),
  PageSizeBytes: optional(integer({ min: 64 * 1024 })),
  Compression: optional(enumeration('UNCOMPRESSED', 'GZIP', 'SNAPPY')),
  EnableDictionaryCompression: optional(boolean()),
  MaxPaddingBytes: optional(integer({ min: 0 })),
  WriterVersion: optional(enumeration('V1', 'V2')),
})
const proportion = double({ min: 0, max: 1 })
const orc = structure({
  StripeSizeBytes: optional(integer({ min: 8 * 1024 * 1024 })),
  BlockSizeBytes: optional(integer({ min: 64 * 1024 * 1024 })),
  RowIndexStride: optional(integer({ min: 1000 })),
  EnablePadding: optional(boolean()),
  PaddingTolerance: optional(proportion),
  Compression: optional(enumeration('NONE', 'ZLIB', 'SNAPPY')),
  BloomFilterColumns: optional(list(word)),
  BloomFilterFalsePositiveProbability: optional(proportion),
  DictionaryKeyThreshold: optional(proportion),
  FormatVersion: optional(enumeration('V0_11', 'V0_12')),
})
const serializerShape = structure({ ParquetSerDe: optional(parquet), OrcSerDe: optional(orc) })
const deserializerShape = structure({ OpenXJsonSerDe: optional(openX), HiveJsonSerDe: optional(hive) })
const schemaShape = structure({
  RoleARN: optional(word),
  CatalogId: optional(word),
  DatabaseName: optional(word),
  TableName: optional(word),
  Region: optional(word),
  VersionId: optional(word),
})

export const conversionConfiguration = structure({
  SchemaConfiguration: optional(schemaShape),
  InputFormatConfiguration: optional(structure({ Deserializer: optional(deserializerShape) })),
  OutputFormatConfiguration: optional(structure({ Serializer: optional(serializerShape) })),
  Enabled: optional(boolean()),
})

type Given = Value<typeof conversionConfiguration>

export function conversionGiven(given: Given | undefined): ConversionChange | undefined {
  if (given === undefined) return undefined
  const { SchemaConfiguration, InputFormatConfiguration, OutputFormatConfiguration } = given
  return {
    enabled: given.Enabled,
    schema: SchemaConfiguration && schemaGiven(SchemaConfiguration),
    input: InputFormatConfiguration && { deserializer: deserializerGiven(InputFormatConfiguration.Deserializer) },
    output: OutputFormatConfiguration && {
      serializer: serializerGiven(OutputFormatConfiguration.Serializer),
    },
  }
}

/** Only what is given, so that a change leaves the rest. */
const schemaGiven = (given: Value<typeof schemaShape>): SchemaReference => ({
  ...(given.RoleARN && { roleArn: given.RoleARN }),
  ...(given.CatalogId && { catalogId: given.CatalogId }),
  ...(given.DatabaseName && { database: given.DatabaseName }),
  ...(given.TableName && { table: given.TableName }),
  ...(given.Region && { region: given.Region }),
  ...(given.VersionId && { version: given.VersionId }),
})

function deserializerGiven(given: Value<typeof deserializerShape> = {}): Deserializer | undefined {
  const { OpenXJsonSerDe, HiveJsonSerDe } = given
  if (OpenXJsonSerDe && HiveJsonSerDe) {
    throw new InvalidArgumentException('More than one deserializer specified. Only one may be chosen.')
  }
  if (HiveJsonSerDe) return { serde: 'hive', timestampFormats: HiveJsonSerDe.TimestampFormats }
  return (
    OpenXJsonSerDe && {
      serde: 'openx',
      caseInsensitive: OpenXJsonSerDe.CaseInsensitive,
      dotsToUnderscores: OpenXJsonSerDe.ConvertDotsInJsonKeysToUnderscores,
      keyMappings: OpenXJsonSerDe.ColumnToJsonKeyMappings,
    }
  )
}

function serializerGiven(given: Value<typeof serializerShape> = {}): ParquetSerializer | undefined {
  const { ParquetSerDe, OrcSerDe } = given
  if (ParquetSerDe && OrcSerDe) {
    throw new InvalidArgumentException('More than one serializer specified. Only one may be chosen.')
  }
  if (OrcSerDe) throw notSupported('OrcSerDe', 'Use ParquetSerDe.')
  return (
    ParquetSerDe && {
      format: 'parquet',
      compression: ParquetSerDe.Compression,
      blockBytes: ParquetSerDe.BlockSizeBytes,
      pageBytes: ParquetSerDe.PageSizeBytes,
      dictionary: ParquetSerDe.EnableDictionaryCompression,
      paddingBytesMax: ParquetSerDe.MaxPaddingBytes,
      writerVersion: ParquetSerDe.WriterVersion,
    }
  )
}

/** As it was given; AWS fills nothing in either. */
export const describeConversion = (conversion: Conversion | undefined): Given | undefined =>
  conversion && {
    Enabled: conversion.enabled,
    SchemaConfiguration: conversion.schema && describeSchema(conversion.schema),
    InputFormatConfiguration: conversion.input && { Deserializer: describeDeserializer(conversion.input.deserializer) },
    OutputFormatConfiguration: conversion.output && { Serializer: describeSerializer(conversion.output.serializer) },
  }

const describeSchema = (schema: SchemaReference): Value<typeof schemaShape> => ({
  RoleARN: schema.roleArn,
  CatalogId: schema.catalogId,
  DatabaseName: schema.database,
  TableName: schema.table,
  Region: schema.region,
  VersionId: schema.version,
})

function describeDeserializer(deserializer: Deserializer | undefined): Value<typeof deserializerShape> {
  if (deserializer === undefined) return {}
  if (deserializer.serde === 'hive') return { HiveJsonSerDe: { TimestampFormats: deserializer.timestampFormats } }
  return {
    OpenXJsonSerDe: {
      ConvertDotsInJsonKeysToUnderscores: deserializer.dotsToUnderscores,
      CaseInsensitive: deserializer.caseInsensitive,
      ColumnToJsonKeyMappings: deserializer.keyMappings,
    },
  }
}

const describeSerializer = (serializer: ParquetSerializer | undefined): Value<typeof serializerShape> => ({
  ParquetSerDe: serializer && {
    BlockSizeBytes: serializer.blockBytes,
    PageSizeBytes: serializer.pageBytes,
    Compression: serializer.compression,
    EnableDictionaryCompression: serializer.dictionary,
    MaxPaddingBytes: serializer.paddingBytesMax,
    WriterVersion: serializer.writerVersion,
  },
})
