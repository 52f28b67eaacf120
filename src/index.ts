/**
 * The package's entry: a lake inside one's own process.
 *
 *     import { openLake } from 'biwa'
 *     await using lake = await openLake({ directory: '.biwa' })
 *     const server = await lake.listen({ port: 4566, host: '127.0.0.1' })
 */
export { type ShardLimit, type StreamLoad, type StreamSize, sizeStream } from './collect/kinesis/sizing.ts'
export { Lake, LakeMistake, type LakeOptions, type Listening, openLake } from './lake.ts'
export { ConsoleLog, type Log, SilentLog } from './world/log.ts'
