// AWS's numbers for jobs, and our own where AWS leaves it to the size of a cluster.

/** https://docs.aws.amazon.com/glue/latest/webapi/API_Job.html: 480 from Glue 5.0 on, 2,880 before. */
export const timeoutMinutesDefault = { recent: 480, older: 2880 }
/** https://docs.aws.amazon.com/glue/latest/dg/monitor-spark.html: runs are kept for 90 days. */
export const runsKeptMilliseconds = 90 * 24 * 3600 * 1000
/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobs.html, API_GetJobRuns.html */
export const pageJobsMax = 1000
export const pageRunsMax = 200
/** https://docs.aws.amazon.com/general/latest/gr/glue.html: at most 10 retries. */
export const retriesMax = 10

/** Ours: how many objects one run takes unless --BOUNDED_FILES says otherwise; the next run goes on. */
export const objectsPerRun = 100_000
/** Ours: rows that a job's module is given at once, unless --BATCH_ROWS says otherwise. */
export const batchRowsDefault = 1000
export const batchRowsMax = 100_000
/** Ours: a script is read into memory. */
export const scriptBytesMax = 1024 * 1024
/** Ours: scripts that are kept in memory between runs. */
export const scriptsHeldMax = 64
