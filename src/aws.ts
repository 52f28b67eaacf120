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
import * as eventsRules from './orchestrate/schedules/api/events-rules.ts'
import * as eventsTargets from './orchestrate/schedules/api/events-targets.ts'
import * as glueTriggers from './orchestrate/schedules/api/glue-triggers.ts'
import * as schedulerGroups from './orchestrate/schedules/api/scheduler-groups.ts'
import * as schedulerSchedules from './orchestrate/schedules/api/scheduler-schedules.ts'
import type { Schedules } from './orchestrate/schedules/schedules.ts'

/** The parts that AWS's operations work on. */
export interface Parts {
  readonly kinesis: Kinesis
  readonly schedules: Schedules
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
  events: service({
    protocol: 'aws-json-1.1',
    target: 'AWSEvents',
    operations: { ...on(parts.schedules.rules, eventsRules), ...on(parts.schedules.rules, eventsTargets) },
  }),
  glue: service({
    protocol: 'aws-json-1.1',
    target: 'AWSGlue',
    operations: { ...on(parts.schedules.triggers, glueTriggers) },
  }),
  scheduler: service({
    protocol: 'rest-json',
    operations: {
      ...on(parts.schedules.scheduler, schedulerSchedules),
      ...on(parts.schedules.scheduler, schedulerGroups),
    },
  }),
})
