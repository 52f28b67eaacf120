// S3 destinations between AWS's words and the part's: what a caller gives, the roles in it, and what is described.
import type { Value } from '../../../gateway/shape.ts'
import type { Destination, Place } from '../destination.ts'
import type { DestinationChange, PlaceChange } from '../destination-change.ts'
import { InvalidArgumentException } from '../faults.ts'
import { partitioningRetrySecondsDefault } from '../limits.ts'
import { type GivenProcessor, processorsOf } from '../processors.ts'
import { conversionGiven, describeConversion } from './conversion-shapes.ts'
import type {
  destinationDescription,
  extendedConfiguration,
  extendedDescription,
  extendedUpdate,
  plainDescription,
  plainUpdate,
  processingConfiguration,
} from './destination-shapes.ts'

type Extended = Value<typeof extendedUpdate> & Pick<Value<typeof extendedConfiguration>, 'S3BackupConfiguration'>
type Plain = Value<typeof plainUpdate>
type Processing = Value<typeof processingConfiguration>
type ParameterName = NonNullable<NonNullable<Processing['Processors']>[number]['Parameters']>[number]['ParameterName']

/** AWS numbers destinations; a delivery stream has one. */
export const onlyDestination = 'destinationId-000000000001'

/** What a configuration or an update says; what it leaves out is undefined. */
export function destinationGiven(given: Extended): DestinationChange {
  const { ProcessingConfiguration, DynamicPartitioningConfiguration } = given
  return {
    ...placeGiven(given),
    processing: ProcessingConfiguration && {
      enabled: ProcessingConfiguration.Enabled ?? false,
      processors: (ProcessingConfiguration.Processors ?? []).map(({ Type, Parameters = [] }) => ({
        type: Type,
        parameters: Parameters.map(({ ParameterName, ParameterValue }) => ({
          name: ParameterName,
          value: ParameterValue,
        })),
      })),
    },
    partitioning: DynamicPartitioningConfiguration && {
      enabled: DynamicPartitioningConfiguration.Enabled ?? false,
      retrySeconds: DynamicPartitioningConfiguration.RetryOptions?.DurationInSeconds,
    },
    conversion: conversionGiven(given.DataFormatConversionConfiguration),
    backup: backupGiven(given),
    fileExtension: given.FileExtension,
    timeZone: given.CustomTimeZone,
  }
}

function backupGiven(given: Extended): DestinationChange['backup'] {
  const mode = given.S3BackupMode
  const place = placeOfBackup(given)
  if (mode === undefined && place === undefined) return undefined
  return { ...(mode && { enabled: mode === 'Enabled' }), place: place && placeGiven(place) }
}

const placeOfBackup = ({ S3BackupConfiguration, S3BackupUpdate }: Extended): Plain | undefined =>
  S3BackupConfiguration ?? S3BackupUpdate

function placeGiven(given: Plain): PlaceChange {
  const { CloudWatchLoggingOptions: logging, EncryptionConfiguration: encryption } = given
  if (encryption && (encryption.NoEncryptionConfig === undefined) === (encryption.KMSEncryptionConfig === undefined)) {
    throw new InvalidArgumentException('Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified')
  }
  return {
    roleArn: given.RoleARN,
    bucketArn: given.BucketARN,
    prefix: given.Prefix,
    errorPrefix: given.ErrorOutputPrefix,
    bufferMib: given.BufferingHints?.SizeInMBs,
    bufferSeconds: given.BufferingHints?.IntervalInSeconds,
    compression: given.CompressionFormat,
    ...(encryption && { kmsKeyArn: encryption.KMSEncryptionConfig?.AWSKMSKeyARN }),
    logging: logging && {
      enabled: logging.Enabled ?? false,
      group: logging.LogGroupName,
      stream: logging.LogStreamName,
    },
  }
}

/** Every role that Firehose is to act in. */
export function rolesIn(given: Extended | undefined): readonly (string | undefined)[] {
  if (given === undefined) return []
  const parameters = (given.ProcessingConfiguration?.Processors ?? []).flatMap(({ Parameters = [] }) => Parameters)
  return [
    given.RoleARN,
    placeOfBackup(given)?.RoleARN,
    given.DataFormatConversionConfiguration?.SchemaConfiguration?.RoleARN,
    ...parameters.filter(({ ParameterName }) => ParameterName === 'RoleArn').map(parameter => parameter.ParameterValue),
  ]
}

export const describeDestination = (destination: Destination): Value<typeof destinationDescription> => ({
  DestinationId: onlyDestination,
  S3DestinationDescription: describePlace(destination),
  ExtendedS3DestinationDescription: describeExtended(destination),
})

function describeExtended(destination: Destination): Value<typeof extendedDescription> {
  const { partitioning, backup } = destination
  return {
    ...describePlace(destination),
    ProcessingConfiguration: describeProcessing(destination),
    S3BackupMode: backup?.enabled ? 'Enabled' : 'Disabled',
    S3BackupDescription: backup?.place && describePlace(backup.place),
    DataFormatConversionConfiguration: describeConversion(destination.conversion),
    DynamicPartitioningConfiguration: partitioning && {
      Enabled: partitioning.enabled,
      RetryOptions: retriesOf(partitioning),
    },
    FileExtension: destination.fileExtension,
    CustomTimeZone: destination.timeZone,
  }
}

/** AWS tells the seconds that hold where none were given, once partitioning is on. */
function retriesOf({ enabled, retrySeconds }: NonNullable<Destination['partitioning']>) {
  const seconds = retrySeconds ?? (enabled ? partitioningRetrySecondsDefault : undefined)
  return seconds === undefined ? undefined : { DurationInSeconds: seconds }
}

function describePlace(place: Place): Value<typeof plainDescription> {
  const { kmsKeyArn, logging } = place
  return {
    RoleARN: place.roleArn,
    BucketARN: place.bucketArn,
    Prefix: place.prefix,
    ErrorOutputPrefix: place.errorPrefix,
    BufferingHints: { SizeInMBs: place.bufferMib, IntervalInSeconds: place.bufferSeconds },
    CompressionFormat: place.compression,
    EncryptionConfiguration: kmsKeyArn
      ? { KMSEncryptionConfig: { AWSKMSKeyARN: kmsKeyArn } }
      : { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: {
      Enabled: logging?.enabled ?? false,
      LogGroupName: logging?.group,
      LogStreamName: logging?.stream,
    },
  }
}

function describeProcessing({ processing, roleArn }: Destination): Processing | undefined {
  if (processing === undefined) return undefined
  return {
    Enabled: processing.enabled,
    Processors: processing.processors.map(processor => ({
      Type: processor.type as NonNullable<Processing['Processors']>[number]['Type'],
      Parameters: (processing.enabled ? parametersOf(processor, roleArn) : processor.parameters).map(
        ({ name, value }) => ({
          ParameterName: name as ParameterName,
          ParameterValue: value,
        }),
      ),
    })),
  }
}

/** AWS tells a function's parameters with what holds where one was left out. */
function parametersOf(processor: GivenProcessor, roleArn: string): GivenProcessor['parameters'] {
  const [lambda] = processorsOf({ enabled: true, processors: processor.type === 'Lambda' ? [processor] : [] })
  if (lambda?.kind !== 'lambda') return processor.parameters
  const values = [
    { name: 'LambdaArn', value: lambda.arn },
    { name: 'NumberOfRetries', value: String(lambda.retries) },
    { name: 'RoleArn', value: lambda.roleArn ?? roleArn },
    { name: 'BufferSizeInMBs', value: String(lambda.bufferMib) },
    { name: 'BufferIntervalInSeconds', value: String(lambda.bufferSeconds) },
  ]
  return values.map(({ name, value }) => processor.parameters.find(given => given.name === name) ?? { name, value })
}
