// AWS's numbers for Kinesis Data Streams, each with its page.

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const recordsPerPutMax = 500
export const bytesPerPutMax = 10 * 1024 * 1024

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
export const recordKibDefault = 1024
export const recordKibMax = 10240

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const recordsPerGetMax = 10_000
export const bytesPerGetMax = 10 * 1024 * 1024
export const iteratorLifeMilliseconds = 5 * 60 * 1000

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
export const shardsPerListMax = 1000
export const listTokenLifeMilliseconds = 5 * 60 * 1000

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html */
export const shardsPerDescribeMax = 100

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html */
export const streamsPerListDefault = 100

/** https://docs.aws.amazon.com/kinesis/latest/dev/kinesis-extended-retention.html */
export const retentionHoursMin = 24
export const retentionHoursMax = 8760

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html (the largest default a region has) */
export const shardsPerAccountMax = 20_000
export const onDemandStreamsMax = 50

/** https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html: a new on-demand stream has four shards. */
export const onDemandShardsAtFirst = 4
/** It is ready for twice the highest write rate of so many days, up to 10 GB/s. */
export const onDemandPeakDays = 30
export const onDemandShardsMax = 10 * 1024

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html */
export const tagsMax = 50

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
export const consumersPerStreamMax = 20

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html */
export const consumersPerListDefault = 100

/**
 * What a policy of a stream or a consumer can allow to other accounts.
 * https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
 */
export const sharedActions = {
  stream: [
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
    'kinesis:PutRecord',
    'kinesis:PutRecords',
  ],
  consumer: ['kinesis:DescribeStreamConsumer', 'kinesis:SubscribeToShard'],
} as const
export const policyBytesMax = 20 * 1024

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html */
export const warmMibpsMax = 10 * 1024

/** https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html: the commitment lasts at least a day. */
export const commitmentMilliseconds = 24 * 3_600_000

/**
 * A subscription's life, and how long one keeps a newer one out.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
 */
export const subscriptionLifeMilliseconds = 5 * 60 * 1000
export const subscriptionGraceMilliseconds = 5 * 1000
/** AWS gives no number; its clients see an event without records about that often. */
export const heartbeatMilliseconds = 5 * 1000
/** What an event holds at most: Biwa's own number, half of what a consumer gets a second. */
export const bytesPerEventMax = 1024 * 1024

/** What a shard takes and gives a second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const bytesWrittenPerSecond = 1024 * 1024
export const recordsWrittenPerSecond = 1000
export const bytesReadPerSecond = 2 * 1024 * 1024
export const getRecordsPerSecond = 5
export const getShardIteratorPerSecond = 5
