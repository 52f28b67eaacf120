// AWS's numbers for crawlers, and our own for how much a crawl looks at.

/** https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html: the first megabyte decides. */
export const sampleBytesMax = 1024 * 1024
/** Ours: of text, so many files of a folder are looked into unless SampleSize says otherwise; of Parquet all footers. */
export const textFilesPerFolder = 10
/** https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html */
export const similarSchemaShare = 0.7
/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlers.html */
export const pageCrawlersMax = 1000
/** https://docs.aws.amazon.com/glue/latest/dg/console-crawlers.html: a year of history. */
export const crawlsKeptMilliseconds = 365 * 24 * 3600 * 1000
