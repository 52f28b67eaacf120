/** What stands in the simulated lake when the actors begin. Each seed has its own manner of it. */
import { account, region } from '../testing/lake.ts'
import { StreamName } from './consumers.ts'
import type { Put } from './history.ts'
import type { World } from './world.ts'

export interface Manner {
  /** AWS's rates hold for the stream: some records are refused, some reads must wait. */
  readonly limited: boolean
  /** A further delivery stream makes a prefix of each record's key, which jq finds in it. */
  readonly partitioned: boolean
  readonly compression: 'GZIP' | 'UNCOMPRESSED'
}

export const mannerOf = (seed: number): Manner => ({
  limited: seed % 4 === 1,
  partitioned: seed % 8 === 6,
  compression: seed % 3 === 0 ? 'UNCOMPRESSED' : 'GZIP',
})

/** By name, with what is to be found there. */
const contents = {
  'of-stream': 'stream',
  'of-direct': 'direct',
  'backup-of-direct': 'direct',
  partitioned: 'stream',
} as const satisfies Record<string, Put['into']>
export type Bucket = keyof typeof contents

export const bucketsOf = ({ partitioned }: Manner): readonly (readonly [Bucket, Put['into']])[] =>
  (Object.entries(contents) as [Bucket, Put['into']][]).filter(([name]) => partitioned || name !== 'partitioned')

export const streamArn = `arn:aws:kinesis:${region}:${account}:stream/${StreamName}`
export const firstShards = ['shardId-000000000000', 'shardId-000000000001'] as const

/** Answers the ARN of the stream's one registered consumer. The buckets are there. */
export async function layOut(world: World, { limited, partitioned, compression }: Manner): Promise<string> {
  await world.call('kinesis', 'CreateStream', { StreamName, ShardCount: firstShards.length })
  if (limited) await world.call('kinesis', 'AddTagsToStream', { StreamName, Tags: { 'biwa:limits': 'aws' } })
  const RoleARN = `arn:aws:iam::${account}:role/any`
  const destination = (bucket: Bucket, SizeInMBs: number, IntervalInSeconds: number) => ({
    ...{ RoleARN, BucketARN: `arn:aws:s3:::${bucket}` },
    BufferingHints: { SizeInMBs, IntervalInSeconds },
  })
  const ofStream = {
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: { RoleARN, KinesisStreamARN: streamArn },
  }
  await world.call('firehose', 'CreateDeliveryStream', {
    ...{ DeliveryStreamName: 'of-stream', ...ofStream },
    ExtendedS3DestinationConfiguration: { ...destination('of-stream', 1, 60), CompressionFormat: compression },
  })
  await world.call('firehose', 'CreateDeliveryStream', {
    DeliveryStreamName: 'direct',
    ExtendedS3DestinationConfiguration: {
      ...destination('of-direct', 1, 20),
      S3BackupMode: 'Enabled',
      S3BackupConfiguration: destination('backup-of-direct', 1, 90),
    },
  })
  if (partitioned)
    await world.call('firehose', 'CreateDeliveryStream', {
      ...{ DeliveryStreamName: 'partitioned', ...ofStream },
      ExtendedS3DestinationConfiguration: {
        ...destination('partitioned', 64, 60),
        Prefix: 'key=!{partitionKeyFromQuery:key}/',
        ErrorOutputPrefix: 'errors/',
        DynamicPartitioningConfiguration: { Enabled: true },
        ProcessingConfiguration: { Enabled: true, Processors: [byJq('{key: .key}')] },
      },
    })
  const consumer = { StreamARN: streamArn, ConsumerName: 'subscriber' }
  const registered = await world.call('kinesis', 'RegisterStreamConsumer', consumer)
  return (registered.Consumer as { readonly ConsumerARN: string }).ConsumerARN
}

const byJq = (query: string) => ({
  Type: 'MetadataExtraction',
  Parameters: [
    { ParameterName: 'MetadataExtractionQuery', ParameterValue: query },
    { ParameterName: 'JsonParsingEngine', ParameterValue: 'JQ-1.6' },
  ],
})
