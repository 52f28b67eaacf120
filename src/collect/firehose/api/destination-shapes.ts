// Shapes of S3 destinations: as they are given, changed and described.
import { boolean, enumeration, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import { conversionConfiguration } from './conversion-shapes.ts'

export const roleArn = string({ min: 1, max: 512, pattern: 'arn:.*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+' })
export const keyArn = string({
  min: 1,
  max: 512,
  pattern: 'arn:.*:kms:[a-zA-Z0-9\\-]+:\\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\\-_/]+',
})
const bucketArn = string({ min: 1, max: 2048, pattern: 'arn:.*:s3:::[\\w\\.\\-]{1,255}' })
const prefix = string({ min: 0, max: 1024, pattern: '.*' })
export const destinationId = string({ min: 1, max: 100, pattern: '[a-zA-Z0-9-]+' })

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
const parameter = structure({
  ParameterName: parameterName,
  ParameterValue: string({ min: 1, max: 5120, pattern: '^(?!\\s*$).+' }),
})
export const processingConfiguration = structure({
  Enabled: optional(boolean()),
  Processors: optional(list(structure({ Type: processorType, Parameters: optional(list(parameter)) }))),
})
const partitioningConfiguration = structure({
  RetryOptions: optional(structure({ DurationInSeconds: optional(integer({ min: 0, max: 7200 })) })),
  Enabled: optional(boolean()),
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
  S3BackupMode: optional(enumeration('Disabled', 'Enabled')),
  DataFormatConversionConfiguration: optional(conversionConfiguration),
  DynamicPartitioningConfiguration: optional(partitioningConfiguration),
  FileExtension: optional(string({ min: 0, max: 128, pattern: "^$|\\.[0-9a-z!\\-_.*'()]+" })),
  CustomTimeZone: optional(string({ min: 0, max: 50, pattern: '^$|[a-zA-Z/_]+' })),
}
const where = { RoleARN: roleArn, BucketARN: bucketArn }
const optionalWhere = { RoleARN: optional(roleArn), BucketARN: optional(bucketArn) }

export const plainConfiguration = structure({ ...where, ...plainMembers })
export const plainUpdate = structure({ ...optionalWhere, ...plainMembers })
export const extendedConfiguration = structure({
  ...where,
  ...extendedMembers,
  S3BackupConfiguration: optional(plainConfiguration),
})
export const extendedUpdate = structure({
  ...optionalWhere,
  ...extendedMembers,
  S3BackupUpdate: optional(plainUpdate),
})

const described = {
  ...where,
  BufferingHints: bufferingHints,
  CompressionFormat: compressionFormat,
  EncryptionConfiguration: encryptionConfiguration,
}
export const plainDescription = structure({ ...plainMembers, ...described })
export const extendedDescription = structure({
  ...extendedMembers,
  ...described,
  S3BackupDescription: optional(plainDescription),
})
export const destinationDescription = structure({
  DestinationId: destinationId,
  S3DestinationDescription: optional(plainDescription),
  ExtendedS3DestinationDescription: optional(extendedDescription),
})
