/** EventBridge Scheduler's schedules. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html */
import { operation } from '../../../gateway/operation.ts'
import {
  enumeration,
  list,
  optional,
  query,
  string,
  structure,
  timestamp,
  uri,
  type Value,
  type Values,
} from '../../../gateway/shape.ts'
import { ValidationException } from '../faults.ts'
import { eventAgeSecondsMax, retryAttemptsMax } from '../limits.ts'
import { scheduleArn as arnOf, type Schedule, type ScheduleDefinition, type Scheduler } from '../scheduler.ts'
import type { Scope } from '../scope.ts'
import { pageOf } from './paging.ts'
import * as shape from './scheduler-shapes.ts'

const definition = {
  ScheduleExpression: string({ min: 1, max: 256 }),
  ScheduleExpressionTimezone: optional(string({ min: 1, max: 50 })),
  StartDate: optional(timestamp()),
  EndDate: optional(timestamp()),
  Description: optional(string({ min: 0, max: 512 })),
  State: optional(shape.state),
  FlexibleTimeWindow: shape.flexibleTimeWindow,
  ActionAfterCompletion: optional(enumeration('NONE', 'DELETE')),
  Target: shape.target,
}
const change = {
  Name: uri('Name', shape.name),
  GroupName: optional(shape.name),
  ClientToken: optional(shape.clientToken),
  ...definition,
}
const identity = { Name: uri('Name', shape.name), GroupName: optional(query('groupName', shape.name)) }

const resource = (input: { readonly Name: string; readonly GroupName?: string | undefined }, scope: Scope) =>
  arnOf(scope, input.GroupName ?? 'default', input.Name)

const passes = (input: Values<typeof change>) => ({
  service: 'scheduler.amazonaws.com',
  roles: [input.Target.RoleArn],
})

export const CreateSchedule = operation({
  http: { route: 'POST /schedules/{Name}' },
  input: change,
  output: { ScheduleArn: shape.scheduleArn },
  resource,
  passes,
  async handle(scheduler: Scheduler, input, call) {
    const { GroupName: group = 'default', Name: name, ClientToken: token } = input
    const id = { group, name, ...(token !== undefined && { token }) }
    return { ScheduleArn: await scheduler.createSchedule(call, id, definitionOf(input)) }
  },
})

export const GetSchedule = operation({
  http: { route: 'GET /schedules/{Name}' },
  input: identity,
  output: {
    Arn: optional(shape.scheduleArn),
    GroupName: optional(shape.name),
    Name: optional(shape.name),
    CreationDate: optional(timestamp()),
    LastModificationDate: optional(timestamp()),
    ...definition,
    ScheduleExpression: optional(definition.ScheduleExpression),
    FlexibleTimeWindow: optional(definition.FlexibleTimeWindow),
    Target: optional(definition.Target),
  },
  resource,
  handle: (scheduler: Scheduler, { GroupName = 'default', Name }, call) =>
    outputOf(scheduler.schedule(call, GroupName, Name)),
})

export const UpdateSchedule = operation({
  http: { route: 'PUT /schedules/{Name}' },
  input: change,
  output: { ScheduleArn: shape.scheduleArn },
  resource,
  passes,
  async handle(scheduler: Scheduler, input, call) {
    const id = { group: input.GroupName ?? 'default', name: input.Name }
    return { ScheduleArn: await scheduler.updateSchedule(call, id, definitionOf(input)) }
  },
})

export const DeleteSchedule = operation({
  http: { route: 'DELETE /schedules/{Name}' },
  input: { ...identity, ClientToken: optional(query('clientToken', shape.clientToken)) },
  output: {},
  resource,
  async handle(scheduler: Scheduler, { GroupName = 'default', Name }, call) {
    await scheduler.deleteSchedule(call, GroupName, Name)
    return {}
  },
})

export const ListSchedules = operation({
  http: { route: 'GET /schedules' },
  input: {
    GroupName: optional(query('ScheduleGroup', shape.name)),
    NamePrefix: optional(query('NamePrefix', shape.name)),
    State: optional(query('State', shape.state)),
    NextToken: optional(query('NextToken', shape.nextToken)),
    MaxResults: optional(query('MaxResults', shape.maxResults)),
  },
  output: {
    Schedules: list(
      structure({
        Arn: optional(shape.scheduleArn),
        Name: optional(shape.name),
        GroupName: optional(shape.name),
        State: optional(shape.state),
        CreationDate: optional(timestamp()),
        LastModificationDate: optional(timestamp()),
        Target: optional(structure({ Arn: string({ min: 1, max: 1600 }) })),
      }),
    ),
    NextToken: optional(shape.nextToken),
  },
  handle(scheduler: Scheduler, input, call) {
    const filter = {
      ...(input.GroupName !== undefined && { group: input.GroupName }),
      ...(input.NamePrefix !== undefined && { prefix: input.NamePrefix }),
      ...(input.State !== undefined && { enabled: input.State === 'ENABLED' }),
    }
    const page = pageOf(
      input.NextToken,
      input.MaxResults ?? 100,
      (after, limit) => scheduler.schedules(call, { ...filter, after }, limit),
      schedule => `${schedule.group}/${schedule.name}`,
      () => new ValidationException('Invalid NextToken.'),
    )
    const Schedules = page.items.map(schedule => ({
      Arn: schedule.arn,
      Name: schedule.name,
      GroupName: schedule.group,
      State: stateOf(schedule),
      CreationDate: schedule.createdAt,
      LastModificationDate: schedule.modifiedAt,
      Target: { Arn: schedule.target.arn },
    }))
    return { Schedules, NextToken: page.next }
  },
})

function definitionOf(input: Values<typeof change>): ScheduleDefinition {
  const { Mode, MaximumWindowInMinutes: windowMinutes } = input.FlexibleTimeWindow
  if ((Mode === 'FLEXIBLE') !== (windowMinutes !== undefined))
    throw new ValidationException(
      'FlexibleTimeWindow needs MaximumWindowInMinutes when its Mode is FLEXIBLE, and takes none when it is OFF.',
    )
  return {
    expression: input.ScheduleExpression,
    timeZone: input.ScheduleExpressionTimezone ?? 'UTC',
    ...(input.StartDate !== undefined && { startAt: input.StartDate }),
    ...(input.EndDate !== undefined && { endAt: input.EndDate }),
    enabled: input.State !== 'DISABLED',
    ...(input.Description !== undefined && { description: input.Description }),
    ...(windowMinutes !== undefined && { windowMinutes }),
    deletedAfterCompletion: input.ActionAfterCompletion === 'DELETE',
    target: targetOf(input.Target),
  }
}

const targetOf = (target: Value<typeof shape.target>): ScheduleDefinition['target'] => ({
  arn: target.Arn,
  roleArn: target.RoleArn,
  ...(target.Input !== undefined && { input: target.Input }),
  ...(target.KinesisParameters && { partitionKey: target.KinesisParameters.PartitionKey }),
  retriesMax: target.RetryPolicy?.MaximumRetryAttempts ?? retryAttemptsMax,
  eventAgeSecondsMax: target.RetryPolicy?.MaximumEventAgeInSeconds ?? eventAgeSecondsMax,
})

const stateOf = (schedule: Schedule): 'ENABLED' | 'DISABLED' => (schedule.enabled ? 'ENABLED' : 'DISABLED')

const outputOf = (schedule: Schedule) => ({
  Arn: schedule.arn,
  GroupName: schedule.group,
  Name: schedule.name,
  CreationDate: schedule.createdAt,
  LastModificationDate: schedule.modifiedAt,
  ScheduleExpression: schedule.expression,
  ScheduleExpressionTimezone: schedule.timeZone,
  StartDate: schedule.startAt,
  EndDate: schedule.endAt,
  Description: schedule.description,
  State: stateOf(schedule),
  FlexibleTimeWindow:
    schedule.windowMinutes === undefined
      ? { Mode: 'OFF' as const }
      : { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: schedule.windowMinutes },
  ActionAfterCompletion: schedule.deletedAfterCompletion ? ('DELETE' as const) : ('NONE' as const),
  Target: {
    Arn: schedule.target.arn,
    RoleArn: schedule.target.roleArn,
    Input: schedule.target.input,
    RetryPolicy: {
      MaximumEventAgeInSeconds: schedule.target.eventAgeSecondsMax,
      MaximumRetryAttempts: schedule.target.retriesMax,
    },
    KinesisParameters:
      schedule.target.partitionKey === undefined ? undefined : { PartitionKey: schedule.target.partitionKey },
  },
})
