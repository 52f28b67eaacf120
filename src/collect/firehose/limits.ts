// AWS's numbers for Firehose, each with its page.

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
export const recordsPerBatchMax = 500
export const bytesPerBatchMax = 4 * 1024 * 1024
export const recordBytesMax = 1000 * 1024

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
export const bufferMibDefault = 5
export const bufferSecondsDefault = 300

/** https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
export const deliveryStreamsMax = 5000
export const prefixCharactersMax = 512

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html */
export const listedDefault = 10

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_TagDeliveryStream.html */
export const tagsMax = 50
