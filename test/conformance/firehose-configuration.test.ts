/**
 * Configurations of delivery streams through the AWS SDK, the AWS CLI and boto3: what is given is described again, with
 * what AWS fills in; a change merges as AWS merges; what AWS refuses is refused in its words.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  type ExtendedS3DestinationUpdate,
  FirehoseClient,
  type FirehoseServiceException,
  ListTagsForDeliveryStreamCommand,
  type ProcessorParameterName,
  type ProcessorType,
  StartDeliveryStreamEncryptionCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
} from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let firehose: FirehoseClient
const RoleARN = `arn:aws:iam::${account}:role/firehose`
const LambdaArn = `arn:aws:lambda:${region}:${account}:function:clean`
const KeyARN = `arn:aws:kms:${region}:${account}:key/11111111-2222-3333-4444-555555555555`

before(async () => {
  lake = await startLake({ clock: 'simulated', start: Date.UTC(2025, 9, 15) })
  firehose = new FirehoseClient(client(lake.url))
  const glue = new GlueClient(client(lake.url))
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  for (const [Name, Columns] of [
    ['readings', [{ Name: 'device', Type: 'string' }]],
    ['other', [{ Name: 'device', Type: 'string' }]],
    ['empty', []],
  ] as const) {
    const TableInput = { Name, StorageDescriptor: { Columns: [...Columns] } }
    await glue.send(new CreateTableCommand({ DatabaseName: 'lake', TableInput }))
  }
})
after(async () => {
  firehose.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

type Extended = Partial<ExtendedS3DestinationConfiguration>
const create = (name: string, extended: Extended = {}, more: Partial<CreateDeliveryStreamCommandInput> = {}) =>
  firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      ExtendedS3DestinationConfiguration: { RoleARN, BucketARN: 'arn:aws:s3:::raw', ...extended },
      ...more,
    }),
  )
async function describe(DeliveryStreamName: string) {
  const { DeliveryStreamDescription: described } = await firehose.send(
    new DescribeDeliveryStreamCommand({ DeliveryStreamName }),
  )
  return { ...described, extended: described?.Destinations?.[0]?.ExtendedS3DestinationDescription }
}
async function update(DeliveryStreamName: string, ExtendedS3DestinationUpdate: ExtendedS3DestinationUpdate) {
  const { VersionId } = await describe(DeliveryStreamName)
  await firehose.send(
    new UpdateDestinationCommand({
      DeliveryStreamName,
      CurrentDeliveryStreamVersionId: VersionId,
      DestinationId: 'destinationId-000000000001',
      ExtendedS3DestinationUpdate,
    }),
  )
  return (await describe(DeliveryStreamName)).extended
}
const processor = (Type: ProcessorType, parameters: Partial<Record<ProcessorParameterName, string>> = {}) => ({
  Type,
  Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName: ParameterName as ProcessorParameterName,
    ParameterValue,
  })),
})
const fault = (name: string, message: RegExp) => (error: FirehoseServiceException) => {
  assert.equal(error.name, name)
  assert.match(error.message, message)
  return true
}
const invalid = (message: RegExp) => fault('InvalidArgumentException', message)

const partitioned: Extended = {
  Prefix: 'c=!{partitionKeyFromQuery:customer}/',
  ErrorOutputPrefix: 'bad/!{firehose:error-output-type}/',
  BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
  DynamicPartitioningConfiguration: { Enabled: true, RetryOptions: { DurationInSeconds: 120 } },
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      processor('RecordDeAggregation', { SubRecordType: 'DELIMITED', Delimiter: 'Cg==' }),
      processor('MetadataExtraction', {
        MetadataExtractionQuery: '{customer: .customer_id}',
        JsonParsingEngine: 'JQ-1.6',
      }),
      processor('AppendDelimiterToRecord'),
    ],
  },
}
const conversion = {
  SchemaConfiguration: { RoleARN, DatabaseName: 'lake', TableName: 'readings', VersionId: 'LATEST' },
  InputFormatConfiguration: {
    Deserializer: { OpenXJsonSerDe: { CaseInsensitive: false, ColumnToJsonKeyMappings: { ts: 'timestamp' } } },
  },
  OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'GZIP', PageSizeBytes: 65536 } } },
} as const

const withTable = (TableName: string) => ({
  ...conversion,
  SchemaConfiguration: { ...conversion.SchemaConfiguration, TableName },
})

test('what is left out is described with AWS’s defaults', async () => {
  await create('plain')
  const { extended } = await describe('plain')
  assert.deepEqual(extended, {
    RoleARN,
    BucketARN: 'arn:aws:s3:::raw',
    BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 300 },
    CompressionFormat: 'UNCOMPRESSED',
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: { Enabled: false },
    S3BackupMode: 'Disabled',
  })
  await create('retried', { ...partitioned, DynamicPartitioningConfiguration: { Enabled: true } })
  const retried = (await describe('retried')).extended?.DynamicPartitioningConfiguration
  assert.deepEqual(retried, { Enabled: true, RetryOptions: { DurationInSeconds: 300 } })
  const DataFormatConversionConfiguration = { Enabled: false }
  await create('unconverted', { DataFormatConversionConfiguration })
  const unconverted = (await describe('unconverted')).extended
  assert.deepEqual(unconverted?.DataFormatConversionConfiguration, DataFormatConversionConfiguration)
})

test('partitions, their keys and their retries are described as they were given', async () => {
  await create('partitioned', partitioned)
  const { extended } = await describe('partitioned')
  for (const member of Object.keys(partitioned) as (keyof Extended)[])
    assert.deepEqual(extended?.[member as keyof typeof extended], partitioned[member], member)
})

test('a conversion is described as it was given, with a buffer of 128 MiB', async () => {
  await create('converted', { DataFormatConversionConfiguration: conversion })
  const { extended } = await describe('converted')
  assert.deepEqual(extended?.DataFormatConversionConfiguration, { ...conversion, Enabled: true })
  assert.deepEqual(extended?.BufferingHints, { SizeInMBs: 128, IntervalInSeconds: 300 })
})

test('a function is described with what holds where nothing was given', async () => {
  const Processors = [processor('Lambda', { LambdaArn })]
  await create('function', { ProcessingConfiguration: { Enabled: true, Processors } })
  const { extended } = await describe('function')
  assert.deepEqual(
    extended?.ProcessingConfiguration?.Processors?.[0]?.Parameters?.map(one => [one.ParameterName, one.ParameterValue]),
    [
      ['LambdaArn', LambdaArn],
      ['NumberOfRetries', '3'],
      ['RoleArn', RoleARN],
      ['BufferSizeInMBs', '1'],
      ['BufferIntervalInSeconds', '60'],
    ],
  )
})

test('a change of a conversion names only what changes, the table of its schema for one', async () => {
  await create('merged', { DataFormatConversionConfiguration: conversion })
  const off = await update('merged', { DataFormatConversionConfiguration: { Enabled: false } })
  assert.deepEqual(off?.DataFormatConversionConfiguration, { ...conversion, Enabled: false })
  await update('merged', { CompressionFormat: 'GZIP' })
  const on = update('merged', { DataFormatConversionConfiguration: { Enabled: true } })
  await assert.rejects(on, invalid(/^The S3 destination's compression format must be set to UNCOMPRESSED/))
  const both = await update('merged', {
    CompressionFormat: 'UNCOMPRESSED',
    DataFormatConversionConfiguration: { SchemaConfiguration: { TableName: 'other' } },
  })
  assert.deepEqual(both?.DataFormatConversionConfiguration?.SchemaConfiguration, {
    ...conversion.SchemaConfiguration,
    TableName: 'other',
  })
  assert.equal((await describe('merged')).VersionId, '4')
})

test('a backup is switched on later, changed, and never off again', async () => {
  await create('backup')
  const S3BackupUpdate = {
    RoleARN,
    BucketARN: 'arn:aws:s3:::backup',
    Prefix: 'kept/',
    CompressionFormat: 'ZIP',
  } as const
  const incomplete = update('backup', { S3BackupMode: 'Enabled' })
  await assert.rejects(incomplete, invalid(/^S3 backup destination configuration is required when enabling S3 backup/))
  const on = await update('backup', { S3BackupMode: 'Enabled', S3BackupUpdate })
  assert.deepEqual(on?.S3BackupDescription, {
    ...S3BackupUpdate,
    BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 300 },
    EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
    CloudWatchLoggingOptions: { Enabled: false },
  })
  const moved = await update('backup', { S3BackupUpdate: { Prefix: 'other/' } })
  assert.deepEqual([moved?.S3BackupMode, moved?.S3BackupDescription?.Prefix], ['Enabled', 'other/'])
  await assert.rejects(update('backup', { S3BackupMode: 'Disabled' }), invalid(/cannot be disabled/))
})

test('partitions cannot be switched on later', async () => {
  await create('later')
  await assert.rejects(update('later', partitioned), invalid(/only when a delivery stream is created/))
})

test('a hint of the throughput and a customer’s key are described', async () => {
  await create(
    'hinted',
    {},
    {
      DirectPutSourceConfiguration: { ThroughputHintInMBs: 7 },
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN },
    },
  )
  const { Source, DeliveryStreamEncryptionConfiguration } = await describe('hinted')
  assert.deepEqual(Source, { DirectPutSourceDescription: { ThroughputHintInMBs: 7 } })
  assert.deepEqual(DeliveryStreamEncryptionConfiguration, {
    KeyARN,
    KeyType: 'CUSTOMER_MANAGED_CMK',
    Status: 'ENABLED',
  })
})

const refused: readonly (readonly [what: string, extended: Extended, why: RegExp])[] = [
  [
    'an expression without an error prefix',
    { Prefix: '!{timestamp:yyyy}/' },
    /^ErrorOutputPrefix cannot be null or empty when/,
  ],
  [
    'a namespace that does not exist',
    { Prefix: '!{time:yyyy}/' },
    /^Namespace to the left of colon \(time\) is an invalid/,
  ],
  ['a letter that is none', { Prefix: '!{timestamp:yyyy/bb}/' }, /^Invalid conversion character used in the value/],
  [
    'a partition key without partitions',
    { ...partitioned, DynamicPartitioningConfiguration: { Enabled: false } },
    /^Dynamic Partitioning Namespaces can only be part/,
  ],
  [
    'a prefix that becomes too long',
    { Prefix: 'x'.repeat(513) },
    /^Length of evaluated prefix cannot be greater than 512/,
  ],
  [
    'partitions in 5 MiB',
    { ...partitioned, BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 } },
    /^BufferingHints.SizeInMBs must be at least 64 when Dynamic/,
  ],
  [
    'conversion without an input',
    { DataFormatConversionConfiguration: { Enabled: true } },
    /^InputFormatConfiguration must not be null$/,
  ],
  [
    'conversion by a table that is not there',
    { DataFormatConversionConfiguration: withTable('nowhere') },
    /^The schema is invalid\. .*nowhere/,
  ],
  [
    'conversion by a table without columns',
    { DataFormatConversionConfiguration: withTable('empty') },
    /^The schema is invalid\. The specified table has no columns\.$/,
  ],
  [
    'a query that jq cannot read',
    {
      ...partitioned,
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          processor('MetadataExtraction', {
            MetadataExtractionQuery: '{customer: .customer_id | }',
            JsonParsingEngine: 'JQ-1.6',
          }),
        ],
      },
    },
    /^MetaDataExtraction JQ Query is invalid: /,
  ],
  [
    'two deserializers',
    {
      DataFormatConversionConfiguration: {
        ...conversion,
        InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: {}, HiveJsonSerDe: {} } },
      },
    },
    /^More than one deserializer specified\. Only one may be chosen\.$/,
  ],
  [
    'a function without its ARN',
    { ProcessingConfiguration: { Enabled: true, Processors: [processor('Lambda')] } },
    /^LambdaArn is required when Lambda processor is used\.$/,
  ],
  ['a backup without a place', { S3BackupMode: 'Enabled' }, /^S3 backup destination configuration is required/],
  ['logging to nowhere', { CloudWatchLoggingOptions: { Enabled: true } }, /^CloudWatch Log Group Name is required/],
  [
    'two encryptions',
    { EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption', KMSEncryptionConfig: { AWSKMSKeyARN: KeyARN } } },
    /^Exactly one of NoEncryptionConfig or KMS/,
  ],
]
for (const [what, extended, why] of refused) {
  test(`${what} is refused`, () => assert.rejects(create('refused', extended), invalid(why)))
}

test('ORC and other destinations are refused by their names', async () => {
  const orc = {
    ...conversion,
    OutputFormatConfiguration: { Serializer: { OrcSerDe: {} } },
  }
  await assert.rejects(create('refused', { DataFormatConversionConfiguration: orc }), /OrcSerDe/)
  const HttpEndpointDestinationConfiguration = {
    EndpointConfiguration: { Url: 'https://example.com' },
    S3Configuration: { RoleARN, BucketARN: 'arn:aws:s3:::raw' },
  }
  await assert.rejects(
    firehose.send(
      new CreateDeliveryStreamCommand({ DeliveryStreamName: 'http', HttpEndpointDestinationConfiguration }),
    ),
    /HttpEndpointDestinationConfiguration/,
  )
  const type = (DeliveryStreamType: 'MSKAsSource' | 'DatabaseAsSource') => create('refused', {}, { DeliveryStreamType })
  await assert.rejects(type('MSKAsSource'), invalid(/MSKAsSource is not supported/))
  await assert.rejects(type('DatabaseAsSource'), invalid(/DatabaseAsSource is not supported/))
})

test('bounds of single members are told as AWS tells them', async () => {
  const validation = (message: RegExp) => fault('ValidationException', message)
  const tooLarge = create('refused', { BufferingHints: { SizeInMBs: 129, IntervalInSeconds: 901 } })
  await assert.rejects(
    tooLarge,
    validation(/^2 validation errors detected: .*less than or equal to 128.*less than or equal to 900/),
  )
  const extension = create('refused', { FileExtension: 'json' })
  await assert.rejects(
    extension,
    validation(/'extendedS3DestinationConfiguration.fileExtension'.*regular expression pattern/),
  )
  const page = {
    ...conversion,
    OutputFormatConfiguration: { Serializer: { ParquetSerDe: { PageSizeBytes: 1 } } },
  }
  await assert.rejects(
    create('refused', { DataFormatConversionConfiguration: page }),
    validation(
      /parquetSerDe.pageSizeBytes' failed to satisfy constraint: Member must have value greater than or equal to 65536/,
    ),
  )
})

test('sources and keys that do not go together are refused', async () => {
  const { KinesisStreamARN } = { KinesisStreamARN: `arn:aws:kinesis:${region}:${account}:stream/source` }
  await new KinesisClient(client(lake.url)).send(new CreateStreamCommand({ StreamName: 'source', ShardCount: 1 }))
  const KinesisStreamSourceConfiguration = { RoleARN, KinesisStreamARN }
  const made = (more: Partial<CreateDeliveryStreamCommandInput>) => create('refused', {}, more)
  await assert.rejects(
    made({ DeliveryStreamType: 'KinesisStreamAsSource' }),
    invalid(/^KinesisSourceStreamConfig is mandatory/),
  )
  await assert.rejects(made({ KinesisStreamSourceConfiguration }), invalid(/KinesisStreamAsSource/))
  const encrypted = made({
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration,
    DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
  })
  await assert.rejects(encrypted, invalid(/^Server side encryption from firehose is only allowed for direct put/))
  await create('from-stream', {}, { DeliveryStreamType: 'KinesisStreamAsSource', KinesisStreamSourceConfiguration })
  assert.equal((await describe('from-stream')).DeliveryStreamEncryptionConfiguration, undefined)
  await assert.rejects(
    firehose.send(new StartDeliveryStreamEncryptionCommand({ DeliveryStreamName: 'from-stream' })),
    invalid(/^Server side encryption from firehose is only allowed for direct put/),
  )
  const key = (KeyType: 'AWS_OWNED_CMK' | 'CUSTOMER_MANAGED_CMK', KeyARN?: string) =>
    made({ DeliveryStreamEncryptionConfigurationInput: { KeyType, ...(KeyARN && { KeyARN }) } })
  await assert.rejects(key('CUSTOMER_MANAGED_CMK'), invalid(/^KeyARN has to be specified when KeyType is CUSTOMER/))
  await assert.rejects(key('AWS_OWNED_CMK', KeyARN), invalid(/^KeyARN cannot be specified when KeyType is AWS_OWNED/))
})

test('a delivery stream takes fifty tags and lists them a page at a time', async () => {
  const tags = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ Key: `key-${String(from + index).padStart(2, '0')}`, Value: 'x' }))
  await create('tagged', {}, { Tags: tags(0, 50) })
  const list = (more: object) =>
    firehose.send(new ListTagsForDeliveryStreamCommand({ DeliveryStreamName: 'tagged', ...more }))
  const first = await list({ Limit: 20 })
  assert.deepEqual([first.Tags?.length, first.HasMoreTags], [20, true])
  const rest = await list({ ExclusiveStartTagKey: 'key-19' })
  assert.deepEqual([rest.Tags?.length, rest.Tags?.[0]?.Key, rest.HasMoreTags], [30, 'key-20', false])
  await firehose.send(
    new TagDeliveryStreamCommand({ DeliveryStreamName: 'tagged', Tags: [{ Key: 'key-02', Value: 'y' }] }),
  )
  await firehose.send(new UntagDeliveryStreamCommand({ DeliveryStreamName: 'tagged', TagKeys: ['key-01'] }))
  await firehose.send(new TagDeliveryStreamCommand({ DeliveryStreamName: 'tagged', Tags: [{ Key: 'a', Value: 'z' }] }))
  const all = (await list({ ExclusiveStartTagKey: 'not-there' })).Tags ?? []
  assert.deepEqual(all.slice(0, 2).concat(all.slice(-1)), [
    { Key: 'key-00', Value: 'x' },
    { Key: 'key-02', Value: 'y' },
    { Key: 'a', Value: 'z' },
  ])
  const more = firehose.send(new TagDeliveryStreamCommand({ DeliveryStreamName: 'tagged', Tags: tags(50, 1) }))
  await assert.rejects(more, fault('LimitExceededException', /at most 50 tags/))
})

test('the AWS CLI makes and changes a rich delivery stream', { skip: withoutAwsCli }, async () => {
  const firehoseWords = (...words: string[]) => ['firehose', ...words]
  const configuration = JSON.stringify({ RoleARN, BucketARN: 'arn:aws:s3:::raw', ...partitioned })
  await awsJson(
    lake.url,
    firehoseWords(
      ...['create-delivery-stream', '--delivery-stream-name', 'cli'],
      ...['--extended-s3-destination-configuration', configuration, '--tags', 'Key=team,Value=lake'],
    ),
  )
  const change = firehoseWords(
    ...['update-destination', '--delivery-stream-name', 'cli', '--current-delivery-stream-version-id', '1'],
    ...['--destination-id', 'destinationId-000000000001', '--extended-s3-destination-update'],
  )
  await awsJson(lake.url, [...change, 'FileExtension=.json,CustomTimeZone=Asia/Tokyo'])
  const { extended, VersionId } = await describe('cli')
  assert.deepEqual([VersionId, extended?.FileExtension, extended?.CustomTimeZone], ['2', '.json', 'Asia/Tokyo'])
  assert.equal(extended?.Prefix, partitioned.Prefix)
  const { code, err } = await aws(lake.url, [...change, 'FileExtension=.xml'])
  assert.notEqual(code, 0)
  assert.match(err, /\(ConcurrentModificationException\)/)
})

test('boto3 makes a delivery stream that converts, and reads it back', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3, json
firehose = boto3.client("firehose")
conversion = json.loads('''${JSON.stringify(conversion)}''')
firehose.create_delivery_stream(DeliveryStreamName="boto", ExtendedS3DestinationConfiguration={
    "RoleARN": "${RoleARN}", "BucketARN": "arn:aws:s3:::raw", "DataFormatConversionConfiguration": conversion})
described = firehose.describe_delivery_stream(DeliveryStreamName="boto")["DeliveryStreamDescription"]
extended = described["Destinations"][0]["ExtendedS3DestinationDescription"]
print(extended["DataFormatConversionConfiguration"] == {**conversion, "Enabled": True})
print(extended["BufferingHints"]["SizeInMBs"])
`,
  )
  assert.deepEqual(out.trim().split('\n'), ['True', '128'])
})
