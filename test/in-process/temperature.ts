/** The temperature pipeline inside a lake of a test: stream, delivery, job, crawler, and what a producer sends. */
import type { Lake } from '../../src/in-process/lake.ts'

export const start = '2025-10-15T00:00:00Z'
export const region = 'ap-northeast-1'
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`

const curate = `UNLOAD (
  SELECT device_id, temperature, from_unixtime("timestamp") AS event_time,
         year(from_unixtime("timestamp")) AS year
  FROM source
) TO '\${TARGET_S3}'
WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['year'])
`

export async function layOut({ aws }: Pick<Lake, 'aws'>): Promise<void> {
  for (const Bucket of ['raw', 'curated'])
    await aws.s3.CreateBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } })
  await aws.kinesis.CreateStream({ StreamName: 'temperature-stream', ShardCount: 1 })
  await aws.firehose.CreateDeliveryStream({
    DeliveryStreamName: 'temperature-to-s3',
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: {
      RoleARN: role('delivery'),
      KinesisStreamARN: `arn:aws:kinesis:${region}:000000000000:stream/temperature-stream`,
    },
    ExtendedS3DestinationConfiguration: {
      RoleARN: role('delivery'),
      BucketARN: 'arn:aws:s3:::raw',
      Prefix: 'raw_data/',
      BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 5 },
      CompressionFormat: 'GZIP',
      ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
    },
  })
  await aws.s3.PutObject({ Bucket: 'curated', Key: 'scripts/curate.sql', Body: curate })
  await aws.glue.CreateJob({
    Name: 'curate',
    Role: role('job'),
    Command: { Name: 'glueetl', ScriptLocation: 's3://curated/scripts/curate.sql' },
    DefaultArguments: {
      '--job-bookmark-option': 'job-bookmark-enable',
      '--SOURCE_S3': 's3://raw/raw_data/',
      '--TARGET_S3': 's3://curated/telemetry/',
      '--DLQ_S3': 's3://curated/dlq/',
      '--SOURCE_SCHEMA': 'device_id string, temperature double, timestamp double',
      '--REQUIRED': 'device_id,temperature,timestamp',
    },
  })
  await aws.glue.CreateDatabase({ DatabaseInput: { Name: 'temperature' } })
  await aws.glue.CreateCrawler({
    Name: 'crawler',
    Role: role('crawler'),
    DatabaseName: 'temperature',
    Targets: { S3Targets: [{ Path: 's3://curated/telemetry/' }] },
  })
}

export async function put({ aws, clock }: Pick<Lake, 'aws' | 'clock'>, count: number): Promise<void> {
  const timestamp = clock.now().epochMilliseconds / 1000
  for (let at = 0; at < count; at += 500) {
    const Records = Array.from({ length: Math.min(500, count - at) }, (_, place) => {
      const device_id = `sensor-${(at + place) % 10}`
      return {
        PartitionKey: device_id,
        Data: JSON.stringify({ device_id, temperature: 20 + ((at + place) % 10), timestamp }),
      }
    })
    await aws.kinesis.PutRecords({ StreamName: 'temperature-stream', Records })
  }
}

export const averages =
  'SELECT device_id, avg(temperature) AS avg_temp, count(*) AS readings FROM telemetry GROUP BY device_id ORDER BY device_id'

/** Puts, delivers, curates, catalogues and asks. */
export async function runAll(lake: Lake, count: number) {
  await put(lake, count)
  await lake.clock.advance({ minutes: 1 })
  await lake.aws.glue.StartJobRun({ JobName: 'curate' })
  await lake.clock.settle()
  await lake.aws.glue.StartCrawler({ Name: 'crawler' })
  await lake.clock.settle()
  return lake.query<{ device_id: string; avg_temp: number; readings: number }>(averages, { database: 'temperature' })
}
