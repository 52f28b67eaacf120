// What is described, given again, is described the same: as a new destination, and as a change of the one it describes.
// Terraform and every console live on that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Value } from '../../../gateway/shape.ts'
import { changedDestination, newDestination } from '../destination-change.ts'
import type { extendedConfiguration, extendedDescription, plainConfiguration } from './destination-shapes.ts'
import { describeDestination, destinationGiven } from './destination-words.ts'

type Extended = Value<typeof extendedConfiguration>
type Plain = Value<typeof plainConfiguration>
type Described = Value<typeof extendedDescription>

const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const keyArn = 'arn:aws:kms:ap-northeast-1:000000000000:key/1'

const place = {
  Prefix: some(fc.constantFrom('', 'raw/', "!{timestamp:'y='yyyy}/", '!{firehose:random-string}')),
  ErrorOutputPrefix: fc.constantFrom('bad/', '!{firehose:error-output-type}/'),
  BufferingHints: some(
    fc.record({ SizeInMBs: fc.integer({ min: 64, max: 128 }), IntervalInSeconds: fc.integer({ min: 0, max: 900 }) }),
  ),
  EncryptionConfiguration: some(
    fc.constantFrom({ NoEncryptionConfig: 'NoEncryption' as const }, { KMSEncryptionConfig: { AWSKMSKeyARN: keyArn } }),
  ),
  CloudWatchLoggingOptions: some(
    fc.constantFrom({ Enabled: false }, { Enabled: true, LogGroupName: 'group', LogStreamName: 'stream' }),
  ),
}
const plain: fc.Arbitrary<Plain> = fc.record({
  RoleARN: fc.constant(role('backup')),
  BucketARN: fc.constant('arn:aws:s3:::backup'),
  CompressionFormat: some(fc.constantFrom('UNCOMPRESSED', 'GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY')),
  ...place,
})
const processing: fc.Arbitrary<NonNullable<Extended['ProcessingConfiguration']>> = fc.record({
  Enabled: fc.boolean(),
  Processors: fc
    .tuple(fc.boolean(), fc.boolean(), some(fc.integer({ min: 0, max: 300 })))
    .map(([lambda, delimiter, retries]) => [
      ...(lambda
        ? [
            {
              Type: 'Lambda' as const,
              Parameters: [
                ...(retries === undefined
                  ? []
                  : [{ ParameterName: 'NumberOfRetries' as const, ParameterValue: `${retries}` }]),
                {
                  ParameterName: 'LambdaArn' as const,
                  ParameterValue: 'arn:aws:lambda:ap-northeast-1:000000000000:function:f',
                },
              ],
            },
          ]
        : []),
      ...(delimiter || !lambda ? [{ Type: 'AppendDelimiterToRecord' as const, Parameters: [] }] : []),
    ]),
})
const conversion: fc.Arbitrary<NonNullable<Extended['DataFormatConversionConfiguration']>> = fc.record({
  Enabled: some(fc.boolean()),
  SchemaConfiguration: fc.record({
    RoleARN: fc.constant(role('schema')),
    DatabaseName: fc.constant('lake'),
    TableName: fc.constant('t'),
    VersionId: some(fc.constantFrom('LATEST', '3')),
  }),
  InputFormatConfiguration: fc.constantFrom(
    { Deserializer: { OpenXJsonSerDe: { CaseInsensitive: false, ColumnToJsonKeyMappings: { a: 'b c' } } } },
    { Deserializer: { HiveJsonSerDe: { TimestampFormats: ['millis'] } } },
    { Deserializer: { HiveJsonSerDe: {} } },
  ),
  OutputFormatConfiguration: fc.constantFrom(
    { Serializer: { ParquetSerDe: {} } },
    {
      Serializer: { ParquetSerDe: { Compression: 'GZIP' as const, WriterVersion: 'V1' as const, MaxPaddingBytes: 0 } },
    },
  ),
})
const extended: fc.Arbitrary<Extended> = fc.record({
  RoleARN: fc.constant(role('delivery')),
  BucketARN: fc.constant('arn:aws:s3:::raw'),
  ...place,
  ProcessingConfiguration: some(processing),
  DataFormatConversionConfiguration: some(conversion),
  S3BackupMode: some(fc.constantFrom('Enabled', 'Disabled')),
  S3BackupConfiguration: plain,
  FileExtension: some(fc.constantFrom('', '.json')),
  CustomTimeZone: some(fc.constantFrom('', 'UTC', 'Asia/Tokyo')),
})

const made = ({ RoleARN, BucketARN, ...given }: Extended) =>
  newDestination({ ...destinationGiven(given), roleArn: RoleARN, bucketArn: BucketARN })
const described = (destination: ReturnType<typeof made>): Described => {
  const { ExtendedS3DestinationDescription: description } = describeDestination(destination)
  assert.ok(description)
  return description
}
/** As it travels: without what is undefined. */
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('a description makes the destination that it describes', () => {
  fc.assert(
    fc.property(extended, given => {
      const { S3BackupDescription, ...description } = described(made(given))
      const again = made({ ...description, ...(S3BackupDescription && { S3BackupConfiguration: S3BackupDescription }) })
      assert.deepEqual(wire(described(again)), wire({ ...description, S3BackupDescription }))
    }),
  )
})

test('a description given as a change changes nothing', () => {
  fc.assert(
    fc.property(extended, given => {
      const destination = made(given)
      const { S3BackupDescription, ...description } = described(destination)
      const change = { ...description, ...(S3BackupDescription && { S3BackupUpdate: S3BackupDescription }) }
      const changed = changedDestination(destination, destinationGiven(change))
      assert.deepEqual(wire(described(changed)), wire({ ...description, S3BackupDescription }))
    }),
  )
})

test('what is given is in the description', () => {
  fc.assert(
    fc.property(extended, given => {
      const { S3BackupConfiguration, ProcessingConfiguration, DataFormatConversionConfiguration, ...rest } = given
      const description = described(made(given))
      for (const [member, value] of Object.entries(rest)) {
        if (value !== undefined) assert.deepEqual(wire(description[member as keyof Described]), wire(value), member)
      }
      assert.equal(description.S3BackupDescription?.Prefix, S3BackupConfiguration?.Prefix)
      assert.equal(description.ProcessingConfiguration?.Processors?.length, ProcessingConfiguration?.Processors?.length)
      const enabled = DataFormatConversionConfiguration && (DataFormatConversionConfiguration.Enabled ?? true)
      assert.equal(description.DataFormatConversionConfiguration?.Enabled, enabled)
    }),
  )
})
