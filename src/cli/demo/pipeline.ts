/**
 * The pipeline of the demo, laid out by the very AWS operations a person would call: buckets, roles, stream, delivery,
 * job, crawler. Names are those of the runbook that Biwa grew from.
 */
export type Invoke = (
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>

export const region = 'ap-northeast-1'
export const account = '000000000000'
export const rawBucket = 'temperature-data-bucket'
export const analyticsBucket = 'temperature-analytics-bucket'
export const stream = 'temperature-stream'
export const delivery = 'temperature-to-s3'
export const job = 'curate-temperature'
export const crawler = 'curated-crawler'
export const database = 'temperature'
export const bufferSeconds = 60
export const bufferMebibytes = 5
const script = 'scripts/curate.sql'
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`

/** Athena's SQL. `source` is what the job found new; what cannot be read goes to the dead letters before it gets here. */
const curate = `UNLOAD (
  SELECT device_id, temperature, precipitation, wind, weather,
         from_unixtime("timestamp") AS event_time,
         year(from_unixtime("timestamp")) AS year,
         month(from_unixtime("timestamp")) AS month
  FROM source
) TO '\${TARGET_S3}'
WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['year', 'month'])
`

export const jobArguments = {
  '--job-bookmark-option': 'job-bookmark-enable',
  '--SOURCE_S3': `s3://${rawBucket}/raw_data/`,
  '--TARGET_S3': `s3://${analyticsBucket}/curated/device_telemetry/`,
  '--DLQ_S3': `s3://${analyticsBucket}/dlq/`,
  '--SOURCE_SCHEMA':
    'device_id string, temperature double, timestamp double, precipitation double, wind double, weather string',
  '--REQUIRED': 'device_id,temperature,timestamp',
}

/** Each step is done when its promise resolves; the text says what stands then. */
export const steps: readonly (readonly [string, (invoke: Invoke) => Promise<void>])[] = [
  [
    `S3       ${rawBucket}, ${analyticsBucket}: versioned, encrypted, closed to the public`,
    async invoke => {
      for (const Bucket of [rawBucket, analyticsBucket]) {
        await invoke('s3', 'CreateBucket', { Bucket, CreateBucketConfiguration: { LocationConstraint: region } })
        await invoke('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } })
        const closed = {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        }
        await invoke('s3', 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration: closed })
      }
    },
  ],
  [
    'IAM      one role each for delivery, job and crawler',
    async invoke => {
      for (const [name, service] of [
        ['delivery', 'firehose'],
        ['job', 'glue'],
        ['crawler', 'glue'],
      ] as const) {
        const trust = {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' },
          ],
        }
        await invoke('iam', 'CreateRole', {
          RoleName: `temperature-${name}`,
          AssumeRolePolicyDocument: JSON.stringify(trust),
        })
      }
    },
  ],
  [
    `Kinesis  ${stream}: one shard, 1 MB/s or 1,000 records/s`,
    async invoke => {
      await invoke('kinesis', 'CreateStream', { StreamName: stream, ShardCount: 1 })
    },
  ],
  [
    `Firehose ${delivery}: gzip, ${bufferMebibytes} MiB or ${bufferSeconds} s, a newline after each record`,
    async invoke => {
      await invoke('firehose', 'CreateDeliveryStream', {
        DeliveryStreamName: delivery,
        DeliveryStreamType: 'KinesisStreamAsSource',
        KinesisStreamSourceConfiguration: {
          RoleARN: role('temperature-delivery'),
          KinesisStreamARN: `arn:aws:kinesis:${region}:${account}:stream/${stream}`,
        },
        ExtendedS3DestinationConfiguration: {
          RoleARN: role('temperature-delivery'),
          BucketARN: `arn:aws:s3:::${rawBucket}`,
          Prefix: 'raw_data/',
          BufferingHints: { IntervalInSeconds: bufferSeconds, SizeInMBs: bufferMebibytes },
          CompressionFormat: 'GZIP',
          ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] },
        },
      })
    },
  ],
  [
    `Glue     ${job}: new objects to Snappy Parquet by year and month, dead letters aside`,
    async invoke => {
      await invoke('s3', 'PutObject', {
        Bucket: analyticsBucket,
        Key: script,
        Body: Buffer.from(curate),
        ContentLength: Buffer.byteLength(curate),
      })
      await invoke('glue', 'CreateJob', {
        Name: job,
        Role: role('temperature-job'),
        Command: { Name: 'glueetl', ScriptLocation: `s3://${analyticsBucket}/${script}` },
        DefaultArguments: jobArguments,
      })
    },
  ],
  [
    `Glue     ${crawler}: the table and its partitions into the database ${database}`,
    async invoke => {
      await invoke('glue', 'CreateDatabase', { DatabaseInput: { Name: database } })
      await invoke('glue', 'CreateCrawler', {
        Name: crawler,
        Role: role('temperature-crawler'),
        DatabaseName: database,
        Targets: { S3Targets: [{ Path: jobArguments['--TARGET_S3'] }] },
      })
    },
  ],
]

export const query = `SELECT device_id, count(*) AS days, round(avg(temperature), 2) AS avg_temp, max(temperature) AS warmest_day
FROM device_telemetry
WHERE year = 2015 AND month = 7
GROUP BY device_id
ORDER BY avg_temp DESC`
