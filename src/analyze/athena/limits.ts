/** Athena's numbers, each with its page. */

/** https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
export const queryBytesMax = 262_144
/** A SELECT's timeout: 30 minutes. */
export const queryMillisecondsMax = 30 * 60_000
/** DDL statements at once. */
export const statementsMax = 20
/** Queries that may wait, beyond those that run. */
export const queuedQueriesMax = 200

/** Partitions that one statement writes. https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html */
export const partitionsWrittenMax = 100

/** In one work group. https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements-querying.html */
export const preparedStatementsMax = 1000

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_ResultReuseByAgeConfiguration.html */
export const reuseMinutesDefault = 60

/** The history of queries is kept for 45 days. https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html */
export const historyMilliseconds = 45 * 24 * 3_600_000

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
export const resultRowsMax = 1000
/** More than that is refused as no number of rows at all, before the query is looked for. */
export const resultRowsAskedMax = 100_000

/** Of a ClientRequestToken, beside its 128 characters. */
export const tokenBytesMax = 128

/** Not AWS's: how long an answer about a query that is under way may wait for its end. */
export const answerMillisecondsMax = 25
