/** EventBridge Scheduler's schedule groups and their tags (schedules themselves have none). */
import { operation } from '../../../gateway/operation.ts'
import { enumeration, list, optional, query, string, structure, timestamp, uri } from '../../../gateway/shape.ts'
import { noSuchGroup, ValidationException } from '../faults.ts'
import { type Group, groupArn, type Scheduler } from '../scheduler.ts'
import type { Scope } from '../scope.ts'
import { pageOf } from './paging.ts'
import * as shape from './scheduler-shapes.ts'

const groupState = enumeration('ACTIVE', 'DELETING')
const group = {
  Arn: optional(shape.scheduleArn),
  Name: optional(shape.name),
  State: optional(groupState),
  CreationDate: optional(timestamp()),
  LastModificationDate: optional(timestamp()),
}
const resourceArn = uri(
  'ResourceArn',
  string({
    min: 1,
    max: 1011,
    pattern: '^arn:aws(-[a-z]+)?:scheduler:[a-z0-9\\-]+:\\d{12}:schedule-group\\/[0-9a-zA-Z-_.]+$',
  }),
)
const resource = (input: { readonly Name: string }, scope: Scope) => groupArn(scope, input.Name)
const tagged = (input: { readonly ResourceArn: string }) => input.ResourceArn

const outputOf = ({ arn, name, createdAt, modifiedAt }: Group) => ({
  Arn: arn,
  Name: name,
  State: 'ACTIVE' as const,
  CreationDate: createdAt,
  LastModificationDate: modifiedAt,
})

export const CreateScheduleGroup = operation({
  http: { route: 'POST /schedule-groups/{Name}' },
  input: {
    Name: uri('Name', shape.name),
    ClientToken: optional(shape.clientToken),
    Tags: optional(shape.tags),
  },
  output: { ScheduleGroupArn: string({ min: 1, max: 1224 }) },
  resource,
  async handle(scheduler: Scheduler, { Name, Tags = [], ClientToken }, call) {
    const tags = Object.fromEntries(Tags.map(tag => [tag.Key, tag.Value]))
    return { ScheduleGroupArn: await scheduler.createGroup(call, Name, tags, ClientToken) }
  },
})

export const GetScheduleGroup = operation({
  http: { route: 'GET /schedule-groups/{Name}' },
  input: { Name: uri('Name', shape.name) },
  output: group,
  resource,
  handle: (scheduler: Scheduler, { Name }, call) => outputOf(scheduler.group(call, Name)),
})

export const DeleteScheduleGroup = operation({
  http: { route: 'DELETE /schedule-groups/{Name}' },
  input: { Name: uri('Name', shape.name), ClientToken: optional(query('clientToken', shape.clientToken)) },
  output: {},
  resource,
  async handle(scheduler: Scheduler, { Name }, call) {
    await scheduler.deleteGroup(call, Name)
    return {}
  },
})

export const ListScheduleGroups = operation({
  http: { route: 'GET /schedule-groups' },
  input: {
    NamePrefix: optional(query('NamePrefix', shape.name)),
    NextToken: optional(query('NextToken', shape.nextToken)),
    MaxResults: optional(query('MaxResults', shape.maxResults)),
  },
  output: { ScheduleGroups: list(structure(group)), NextToken: optional(shape.nextToken) },
  handle(scheduler: Scheduler, { NamePrefix = '', NextToken, MaxResults = 100 }, call) {
    const page = pageOf(
      NextToken,
      MaxResults,
      (after, limit) => scheduler.groups(call, NamePrefix, after, limit),
      found => found.name,
      () => new ValidationException('Invalid NextToken.'),
    )
    return { ScheduleGroups: page.items.map(outputOf), NextToken: page.next }
  },
})

export const TagResource = operation({
  http: { route: 'POST /tags/{ResourceArn}' },
  input: { ResourceArn: resourceArn, Tags: shape.tags },
  output: {},
  resource: tagged,
  async handle(scheduler: Scheduler, { ResourceArn, Tags }, call) {
    const arn = existing(scheduler, ResourceArn, call)
    const tags = Object.fromEntries(Tags.map(tag => [tag.Key, tag.Value]))
    await scheduler.tags.change(write => scheduler.tags.put(write, arn, tags))
    return {}
  },
})

export const UntagResource = operation({
  http: { route: 'DELETE /tags/{ResourceArn}' },
  input: {
    ResourceArn: resourceArn,
    TagKeys: query('TagKeys', list(string({ min: 1, max: 128 }), { min: 0, max: 200 })),
  },
  output: {},
  resource: tagged,
  async handle(scheduler: Scheduler, { ResourceArn, TagKeys }, call) {
    const arn = existing(scheduler, ResourceArn, call)
    await scheduler.tags.change(write => scheduler.tags.remove(write, arn, TagKeys))
    return {}
  },
})

export const ListTagsForResource = operation({
  http: { route: 'GET /tags/{ResourceArn}' },
  input: { ResourceArn: resourceArn },
  output: { Tags: optional(shape.tags) },
  resource: tagged,
  handle(scheduler: Scheduler, { ResourceArn }, call) {
    const tags = scheduler.tags.of(existing(scheduler, ResourceArn, call))
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
  },
})

function existing(scheduler: Scheduler, arn: string, call: Scope): string {
  const name = arn.slice(arn.indexOf('/') + 1)
  if (arn !== groupArn(call, name)) throw noSuchGroup(name)
  return scheduler.group(call, name).arn
}
