/**
 * The package's entry: a lake inside one's own process.
 *
 *     import { openLake } from 'biwa'
 *     await using lake = await openLake({ directory: 'temporary', clock: 'simulated' })
 *     await lake.aws.kinesis.CreateStream({ StreamName: 'temperature-stream', ShardCount: 1 })
 */
export { BindingFault, type BoundColumn, type DeclaredTable } from './analyze/engine/bind.ts'
export { type ShardLimit, type StreamLoad, type StreamSize, sizeStream } from './collect/kinesis/sizing.ts'
export type { Finding } from './define/advice.ts'
export { ApplyFailed } from './define/apply.ts'
export type { Plan, Step } from './define/plan.ts'
export type { Access, Caller, Credentials } from './in-process/access.ts'
export { AwsError } from './in-process/aws-error.ts'
export type { Body } from './in-process/body.ts'
export type { Cell, Parameter } from './in-process/cells.ts'
export type { ClientSettings } from './in-process/client.ts'
export type { Due, LakeClock } from './in-process/clock.ts'
export type { Aws, CallOptions, Input, Output } from './in-process/door.ts'
export type { Failure } from './in-process/failures.ts'
export type { Lake } from './in-process/lake.ts'
export type { Listening, ListenOptions } from './in-process/listening.ts'
export type { LakeOptions } from './in-process/options.ts'
export { type QueryColumn, QueryFailed, type QueryOptions, type QueryResult } from './in-process/query.ts'
export { type TranscriptEntry, transcriptText } from './in-process/transcript.ts'
export { openLake } from './lake.ts'
export type { RunningBucket } from './running/buckets.ts'
export { type Check, checkDefinition } from './running/check.ts'
export { type Running, type RunningOptions, running } from './running/running.ts'
export type { RunFigures, RunningCrawler, RunningJob } from './running/runs.ts'
export type { RunningDelivery, RunningStream } from './running/streams.ts'
export type { RunningTable } from './running/tables.ts'
export { ConsoleLog, type Log, SilentLog } from './world/log.ts'
export { LakeMistake } from './world/mistake.ts'
