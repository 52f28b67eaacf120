/**
 * AWS's numbers for functions, and Biwa's own where a process on this machine stands for AWS's fleet.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mebibyte = 1024 * 1024

export const timeoutSecondsDefault = 3
export const memoryMebibytesDefault = 128
export const storageMebibytesDefault = 512
export const nameCharactersMax = 64
/** Zipped, when it comes with the request. From S3 it is held to the unzipped size alone. */
export const zippedBytesMax = 50 * mebibyte
export const unzippedBytesMax = 250 * mebibyte
/** Of all functions and versions of an account in a region: 75 GB. */
export const codeStorageBytesMax = 75 * 1024 * mebibyte
export const environmentBytesMax = 4096
export const syncPayloadBytesMax = 6 * mebibyte
/** The answer, with a hundred bytes for what AWS wraps around it. */
export const answerBytesMax = 6 * mebibyte + 100
export const asyncPayloadBytesMax = mebibyte
export const logTailBytes = 4096
/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: the Init phase. */
export const initSecondsMax = 10
/** Executions at once, running or waiting for a process; the account's, in a region. */
export const concurrentExecutionsMax = 1000
/** What reserving must leave to the functions without a reservation. */
export const unreservedExecutionsMin = 100
export const policyBytesMax = 20_480
export const tagsMax = 50
/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const asyncRetryDelaysSeconds = [60, 120]
export const asyncEventAgeSecondsMax = 6 * 3600

/** Biwa's own: an execution waits so long for a free process before it is turned away. */
export const processWaitSecondsMax = 30
/** Biwa's own: a warm environment without work is ended. */
export const idleSecondsMax = 300
/** Biwa's own: how long the credentials of an environment last; it is replaced before they end. */
export const credentialSeconds = 12 * 3600

/** Biwa's own: what the module of a job may take. Its rows come and go in batches. */
export const batchMemoryMebibytes = 1024
/** At once, of all jobs; the next one waits, and its run's time goes on. */
export const batchProcessesMax = 4
export const batchStorageMebibytes = 256 * 1024
