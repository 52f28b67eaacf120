// Shapes of destinations and sources, and the way between AWS's words and the part's.

import type { Call } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  optional,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import type { Delivery } from '../delivery.ts'
import type { Destination } from '../destination.ts'
import type { DestinationChange } from '../destination-change.ts'
import { notSupported } from '../faults.ts'
import type { Encryption } from '../tables.ts'

export const deliveryName = string({ min: 1, max: 64, pattern: '[a-zA-Z0-9_.-]+' })
export const deliveryArn = string({
  min: 1,
  max: 512,
  pattern: 'arn:.*:firehose:[a-zA-Z0-9\\-]+:\\d{12}:deliverystream/[a-zA-Z0-9._-]+',
})
export const deliveryType = enumeration('DirectPut', 'KinesisStreamAsSource', 'MSKAsSource', 'DatabaseAsSource')
export const roleArn = string({ min: 1, max: 512, pattern: 'arn:.*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+' })
const bucketArn = string({ min: 1, max: 2048, pattern: 'arn:.*:s3:::[\\w\\.\\-]{1,255}' })
const keyArn = string({
  min: 1,
  max: 512,
  pattern: 'arn:.*:kms:[a-zA-Z0-9\\-]+:\\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\\-_/]+',
})
export const streamArn = string({
  min: 1,
  max: 512,
  pattern: 'arn:.*:kinesis:[a-zA-Z0-9\\-]+:\\d{12}:stream/[a-zA-Z0-9_.-]+',
})
const prefix = string({ min: 0, max: 1024, pattern: '.*' })
export const destinationId = string({ min: 1, max: 100, pattern: '[a-zA-Z0-9-]+' })
export const versionId = string({ min: 1, max: 50, pattern: '[0-9]+' })

const bufferingHints = structure({
  SizeInMBs: optional(integer({ min: 1, max: 128 })),
  IntervalInSeconds: optional(integer({ min: 0, max: 900 })),
})
const compressionFormat = enumeration('UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY')
const encryptionConfiguration = structure({
  NoEncryptionConfig: optional(enumeration('NoEncryption')),
  KMSEncryptionConfig: optional(structure({ AWSKMSKeyARN: keyArn })),
})
const loggingOptions = structure({
  Enabled: optional(boolean()),
  LogGroupName: optional(string({ min: 0, max: 512, pattern: '[\\.\\-_/#A-Za-z0-9]*' })),
  LogStreamName: optional(string({ min: 0, max: 512, pattern: '[^:*]*' })),
})
const processorType = enumeration(
  'RecordDeAggregation',
  'Decompression',
  'CloudWatchLogProcessing',
  'Lambda',
  'MetadataExtraction',
  'AppendDelimiterToRecord',
)
const parameterName = enumeration(
  'LambdaArn',
  'NumberOfRetries',
  'MetadataExtractionQuery',
  'JsonParsingEngine',
  'RoleArn',
  'BufferSizeInMBs',
  'BufferIntervalInSeconds',
  'SubRecordType',
  'Delimiter',
  'CompressionFormat',
  'DataMessageExtraction',
)
const processingConfiguration = structure({
  Enabled: optional(boolean()),
  Processors: optional(
    list(
      structure({
        Type: processorType,
        Parameters: optional(
          list(
            structure({
              ParameterName: parameterName,
              ParameterValue: string({ min: 1, max: 5120, pattern: '^(?!\\s*$).+' }),
            }),
          ),
        ),
      }),
    ),
  ),
})

const plainMembers = {
  Prefix: optional(prefix),
  ErrorOutputPrefix: optional(prefix),
  BufferingHints: optional(bufferingHints),
  CompressionFormat: optional(compressionFormat),
  EncryptionConfiguration: optional(encryptionConfiguration),
  CloudWatchLoggingOptions: optional(loggingOptions),
}
const extendedMembers = {
  ...plainMembers,
  ProcessingConfiguration: optional(processingConfiguration),
  // The ways of saying that something is off, which Terraform and consoles send; switched on they are refused by name.
  S3BackupMode: optional(enumeration('Disabled', 'Enabled')),
  DataFormatConversionConfiguration: optional(structure({ Enabled: optional(boolean()) })),
  DynamicPartitioningConfiguration: optional(structure({ Enabled: optional(boolean()) })),
  FileExtension: optional(string({ min: 0, max: 128, pattern: "^$|\\.[0-9a-z!\\-_.*'()]+" })),
  CustomTimeZone: optional(string({ min: 0, max: 50, pattern: '^$|[a-zA-Z/_]+' })),
}
const where = { RoleARN: roleArn, BucketARN: bucketArn }
const optionalWhere = { RoleARN: optional(roleArn), BucketARN: optional(bucketArn) }

export const plainConfiguration = structure({ ...where, ...plainMembers })
export const extendedConfiguration = structure({ ...where, ...extendedMembers })
export const plainUpdate = structure({ ...optionalWhere, ...plainMembers })
export const extendedUpdate = structure({ ...optionalWhere, ...extendedMembers })

const described = {
  ...where,
  BufferingHints: bufferingHints,
  CompressionFormat: compressionFormat,
  EncryptionConfiguration: encryptionConfiguration,
}
const destinationDescription = structure({
  DestinationId: destinationId,
  S3DestinationDescription: optional(structure({ ...plainMembers, ...described })),
  ExtendedS3DestinationDescription: optional(structure({ ...extendedMembers, ...described })),
})

const keyType = enumeration('AWS_OWNED_CMK', 'CUSTOMER_MANAGED_CMK')
export const encryptionInput = structure({ KeyARN: optional(keyArn), KeyType: keyType })

export const deliveryDescription = structure({
  DeliveryStreamName: deliveryName,
  DeliveryStreamARN: deliveryArn,
  DeliveryStreamStatus: enumeration('CREATING', 'CREATING_FAILED', 'DELETING', 'DELETING_FAILED', 'ACTIVE'),
  FailureDescription: optional(
    structure({ Type: enumeration('UNKNOWN_ERROR'), Details: string({ min: 1, max: 1024, pattern: '^(?!\\s*$).+' }) }),
  ),
  DeliveryStreamEncryptionConfiguration: optional(
    structure({
      KeyARN: optional(keyArn),
      KeyType: optional(keyType),
      Status: optional(enumeration('ENABLED', 'DISABLED')),
    }),
  ),
  DeliveryStreamType: deliveryType,
  VersionId: versionId,
  CreateTimestamp: optional(timestamp()),
  LastUpdateTimestamp: optional(timestamp()),
  Source: optional(
    structure({
      KinesisStreamSourceDescription: optional(
        structure({
          KinesisStreamARN: optional(streamArn),
          RoleARN: optional(roleArn),
          DeliveryStartTimestamp: optional(timestamp()),
        }),
      ),
    }),
  ),
  Destinations: list(destinationDescription),
  HasMoreDestinations: boolean(),
})

/** AWS numbers destinations; a delivery stream has one. */
export const onlyDestination = 'destinationId-000000000001'

/** The ARN for IAM's question. */
export const resourceOf = ({ DeliveryStreamName: name }: { readonly DeliveryStreamName: string }, call: Call): string =>
  `arn:aws:firehose:${call.region}:${call.account}:deliverystream/${name}`

/** What a configuration or an update says; what it leaves out is undefined. */
export function destinationGiven(given: Value<typeof extendedUpdate>): DestinationChange {
  refuseSwitchedOn(given)
  const { CloudWatchLoggingOptions: logging, ProcessingConfiguration: processing, EncryptionConfiguration } = given
  return {
    roleArn: given.RoleARN,
    bucketArn: given.BucketARN,
    prefix: given.Prefix,
    errorPrefix: given.ErrorOutputPrefix,
    bufferMib: given.BufferingHints?.SizeInMBs,
    bufferSeconds: given.BufferingHints?.IntervalInSeconds,
    compression: given.CompressionFormat,
    ...(EncryptionConfiguration && { kmsKeyArn: EncryptionConfiguration.KMSEncryptionConfig?.AWSKMSKeyARN }),
    logging: logging && {
      enabled: logging.Enabled ?? false,
      group: logging.LogGroupName,
      stream: logging.LogStreamName,
    },
    processing: processing && {
      enabled: processing.Enabled ?? false,
      processors: (processing.Processors ?? []).map(({ Type, Parameters }) => ({
        type: Type,
        parameters: (Parameters ?? []).map(parameter => ({
          name: parameter.ParameterName,
          value: parameter.ParameterValue,
        })),
      })),
    },
    fileExtension: given.FileExtension,
    timeZone: given.CustomTimeZone,
  }
}

function refuseSwitchedOn(given: Value<typeof extendedUpdate>): void {
  if (given.S3BackupMode === 'Enabled') throw notSupported('S3BackupMode Enabled', 'Leave it out, or Disabled.')
  if (given.DataFormatConversionConfiguration?.Enabled) {
    throw notSupported('DataFormatConversionConfiguration', 'Convert with a Glue job instead.')
  }
  if (given.DynamicPartitioningConfiguration?.Enabled) {
    throw notSupported('DynamicPartitioningConfiguration', 'Use the timestamp namespace in Prefix.')
  }
}

function describePlain(destination: Destination) {
  const { kmsKeyArn, logging } = destination
  return {
    RoleARN: destination.roleArn,
    BucketARN: destination.bucketArn,
    Prefix: destination.prefix,
    ErrorOutputPrefix: destination.errorPrefix,
    BufferingHints: { SizeInMBs: destination.bufferMib, IntervalInSeconds: destination.bufferSeconds },
    CompressionFormat: destination.compression,
    EncryptionConfiguration: kmsKeyArn
      ? { KMSEncryptionConfig: { AWSKMSKeyARN: kmsKeyArn } }
      : { NoEncryptionConfig: 'NoEncryption' as const },
    CloudWatchLoggingOptions: {
      Enabled: logging?.enabled ?? false,
      LogGroupName: logging?.group,
      LogStreamName: logging?.stream,
    },
  }
}

function describeDestination(destination: Destination) {
  const { processing } = destination
  return {
    DestinationId: onlyDestination,
    S3DestinationDescription: describePlain(destination),
    ExtendedS3DestinationDescription: {
      ...describePlain(destination),
      ProcessingConfiguration: processing && {
        Enabled: processing.enabled,
        Processors: processing.processors.map(({ type, parameters }) => ({
          Type: type as 'AppendDelimiterToRecord',
          Parameters: parameters.map(({ value }) => ({ ParameterName: 'Delimiter' as const, ParameterValue: value })),
        })),
      },
      S3BackupMode: 'Disabled' as const,
      FileExtension: destination.fileExtension,
      CustomTimeZone: destination.timeZone,
    },
  }
}

export const encryptionGiven = (given: Value<typeof encryptionInput> | undefined): Encryption =>
  given === undefined ? { enabled: false } : { enabled: true, keyType: given.KeyType, keyArn: given.KeyARN }

export function describeDelivery(delivery: Delivery): Value<typeof deliveryDescription> {
  const { identity, state, failure } = delivery
  const { source } = identity
  const { encryption } = state
  return {
    DeliveryStreamName: identity.name,
    DeliveryStreamARN: delivery.arn,
    // In AWS it is CREATING for about a minute; here it delivers from the moment the answer goes out.
    DeliveryStreamStatus: 'ACTIVE',
    FailureDescription: failure && {
      Type: 'UNKNOWN_ERROR',
      Details: `Delivery is held back and retried (attempt ${failure.attempts}): ${failure.message}`.slice(0, 1024),
    },
    DeliveryStreamEncryptionConfiguration: encryption.enabled
      ? { KeyARN: encryption.keyArn, KeyType: encryption.keyType, Status: 'ENABLED' }
      : { Status: 'DISABLED' },
    DeliveryStreamType: source ? 'KinesisStreamAsSource' : 'DirectPut',
    VersionId: String(state.version),
    CreateTimestamp: identity.createdAt,
    LastUpdateTimestamp: state.updatedAt,
    Source: source && {
      KinesisStreamSourceDescription: {
        KinesisStreamARN: source.streamArn,
        RoleARN: source.roleArn,
        DeliveryStartTimestamp: identity.createdAt,
      },
    },
    Destinations: [describeDestination(state.destination)],
    HasMoreDestinations: false,
  }
}
