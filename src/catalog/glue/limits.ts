// AWS's numbers for the Data Catalog.

/** https://docs.aws.amazon.com/glue/latest/dg/monitor-tags.html */
export const tagsMax = 50
/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabases.html, API_GetTables.html */
export const pageTablesMax = 100
/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html */
export const pagePartitionsMax = 1000
/** https://docs.aws.amazon.com/glue/latest/dg/partition-indexes.html */
export const partitionIndexesMax = 3
/** https://docs.aws.amazon.com/glue/latest/dg/glue-resource-policies.html */
export const policyBytesMax = 10 * 1024
