// AWS's numbers for Firehose, each with its page.

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
export const recordsPerBatchMax = 500
export const bytesPerBatchMax = 4 * 1024 * 1024
export const recordBytesMax = 1000 * 1024

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
export const bufferMibDefault = 5
export const bufferSecondsDefault = 300

/** https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html, dynamic-partitioning-enable.html */
export const largeBufferMibMin = 64
export const largeBufferMibDefault = 128

/** https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html, APIReference/API_ProcessorParameter.html */
export const lambdaRetries = 3
export const lambdaRetriesMax = 300
export const lambdaBufferMib = 1
export const lambdaBufferSeconds = 60
export const transformBufferMibMin = 0.2
export const transformBufferMibMax = 3
export const transformBufferSecondsMax = 900
export const processorsMax = 5

/** https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html */
export const partitioningRetrySecondsDefault = 300

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html: what holds more is not taken apart. */
export const partsPerRecordMax = 500

/** Of an event and of an answer. https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html */
export const transformPayloadBytesMax = 6 * 1024 * 1024

/** https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
export const deliveryStreamsMax = 5000
/** Of one delivery stream, in a second. */
export const directPutQuota = { requests: 1000, records: 100_000, bytes: 1024 * 1024 }
export const directPutQuotaLarge = { requests: 2000, records: 500_000, bytes: 5 * 1024 * 1024 }
export const largeQuotaRegions: readonly string[] = ['us-east-1', 'us-west-2', 'eu-west-1']
export const controlCallsPerSecond = 5
export const prefixCharactersMax = 512
export const activePartitionsMax = 500

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html */
export const listedDefault = 10

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_TagDeliveryStream.html */
export const tagsMax = 50

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html */
export const encryptionChangesPerDay = 25
