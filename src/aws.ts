/**
 * Table of contents of the AWS surface: service, protocol, operations. A service joins here with one line; its operations
 * are the constants that its `api/` modules export.
 */
import * as kinesisRecords from './collect/kinesis/api/records.ts'
import * as kinesisSettings from './collect/kinesis/api/settings.ts'
import * as kinesisShards from './collect/kinesis/api/shards.ts'
import * as kinesisStreams from './collect/kinesis/api/streams.ts'
import * as kinesisTags from './collect/kinesis/api/tags.ts'
import type { Kinesis } from './collect/kinesis/kinesis.ts'
import { on, type Service, service } from './gateway/operation.ts'

/** The parts that AWS's operations work on. */
export interface Parts {
  readonly kinesis: Kinesis
}

export const awsServices = (parts: Parts): Readonly<Record<string, Service>> => ({
  kinesis: service({
    protocol: 'aws-json-1.1',
    target: 'Kinesis_20131202',
    operations: {
      ...on(parts.kinesis, kinesisStreams),
      ...on(parts.kinesis, kinesisShards),
      ...on(parts.kinesis, kinesisRecords),
      ...on(parts.kinesis, kinesisSettings),
      ...on(parts.kinesis, kinesisTags),
    },
  }),
})
