/** Glue's triggers. https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html */
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  map,
  optional,
  string,
  structure,
  type Value,
} from '../../../gateway/shape.ts'
import { InvalidInputException } from '../faults.ts'
import type { Scope } from '../scope.ts'
import { type Action, type Trigger, type Triggers, triggerArn } from '../triggers.ts'
import { pageOf } from './paging.ts'

const text = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*'
const longText = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*'
const name = string({ min: 1, max: 255, pattern: text })
const description = string({ min: 0, max: 2048, pattern: longText })
const type = enumeration('SCHEDULED', 'CONDITIONAL', 'ON_DEMAND', 'EVENT')
const state = enumeration(
  'CREATING',
  'CREATED',
  'ACTIVATING',
  'ACTIVATED',
  'DEACTIVATING',
  'DEACTIVATED',
  'DELETING',
  'UPDATING',
)
const action = structure({
  JobName: optional(name),
  Arguments: optional(map(string(), { key: string() })),
  Timeout: optional(integer({ min: 1 })),
  CrawlerName: optional(name),
})
const trigger = structure({
  Name: optional(name),
  Type: optional(type),
  State: optional(state),
  Description: optional(description),
  Schedule: optional(string()),
  Actions: optional(list(action)),
})
const page = { NextToken: optional(string()), MaxResults: optional(integer({ min: 1, max: 200 })) }

const tags = map(string({ min: 0, max: 256 }), { key: string({ min: 1, max: 128 }), min: 0, max: 50 })

const resource = (input: { readonly Name: string }, scope: Scope) => triggerArn(scope, input.Name)

export const CreateTrigger = operation({
  input: {
    Name: name,
    Type: type,
    Schedule: optional(string()),
    Actions: list(action),
    Description: optional(description),
    StartOnCreation: optional(boolean()),
    Tags: optional(tags),
  },
  output: { Name: optional(name) },
  resource,
  async handle(triggers: Triggers, input, call) {
    if (input.Type === 'CONDITIONAL' || input.Type === 'EVENT')
      throw new InvalidInputException(
        `Triggers of type ${input.Type} are not supported by Biwa yet; SCHEDULED and ON_DEMAND ones are.`,
      )
    const definition = {
      type: input.Type,
      ...(input.Schedule !== undefined && { expression: input.Schedule }),
      actions: input.Actions.map(actionOf),
      ...(input.Description !== undefined && { description: input.Description }),
    }
    const { Name: name, StartOnCreation: active = false, Tags: tags = {} } = input
    await triggers.create(call, { name, active, tags }, definition)
    return { Name: input.Name }
  },
})

export const GetTrigger = operation({
  input: { Name: name },
  output: { Trigger: optional(trigger) },
  resource,
  handle: (triggers: Triggers, { Name }, call) => ({ Trigger: outputOf(triggers.trigger(call, Name)) }),
})

export const GetTriggers = operation({
  input: { DependentJobName: optional(name), ...page },
  output: { Triggers: optional(list(trigger)), NextToken: optional(string()) },
  handle(triggers: Triggers, input, call) {
    const found = listed(triggers, input, call)
    return { Triggers: found.items.map(outputOf), NextToken: found.next }
  },
})

export const ListTriggers = operation({
  input: { DependentJobName: optional(name), Tags: optional(tags), ...page },
  output: { TriggerNames: optional(list(name)), NextToken: optional(string()) },
  handle(triggers: Triggers, input, call) {
    const found = listed(triggers, input, call)
    return { TriggerNames: found.items.map(item => item.name), NextToken: found.next }
  },
})

export const BatchGetTriggers = operation({
  input: { TriggerNames: list(name) },
  output: { Triggers: optional(list(trigger)), TriggersNotFound: optional(list(name)) },
  resource: (input, call) => input.TriggerNames.map(found => triggerArn(call, found)),
  handle(triggers: Triggers, { TriggerNames }, call) {
    const found = TriggerNames.flatMap(wanted => triggers.find(call, wanted) ?? [])
    const names = new Set(found.map(item => item.name))
    return { Triggers: found.map(outputOf), TriggersNotFound: TriggerNames.filter(wanted => !names.has(wanted)) }
  },
})

export const UpdateTrigger = operation({
  input: {
    Name: name,
    TriggerUpdate: structure({
      Name: optional(name),
      Description: optional(description),
      Schedule: optional(string()),
      Actions: optional(list(action)),
    }),
  },
  output: { Trigger: optional(trigger) },
  resource,
  async handle(triggers: Triggers, { Name, TriggerUpdate: change }, call) {
    if (change.Name !== undefined && change.Name !== Name)
      throw new InvalidInputException(
        'A trigger cannot be renamed: TriggerUpdate.Name is reserved for later use by AWS.',
      )
    const changed = await triggers.update(call, Name, {
      ...(change.Schedule !== undefined && { expression: change.Schedule }),
      ...(change.Actions !== undefined && { actions: change.Actions.map(actionOf) }),
      ...(change.Description !== undefined && { description: change.Description }),
    })
    return { Trigger: outputOf(changed) }
  },
})

export const DeleteTrigger = operation({
  input: { Name: name },
  output: { Name: optional(name) },
  resource,
  async handle(triggers: Triggers, { Name }, call) {
    await triggers.delete(call, Name)
    return { Name }
  },
})

export const StartTrigger = operation({
  input: { Name: name },
  output: { Name: optional(name) },
  resource,
  async handle(triggers: Triggers, { Name }, call) {
    await triggers.startTrigger(call, Name)
    return { Name }
  },
})

export const StopTrigger = operation({
  input: { Name: name },
  output: { Name: optional(name) },
  resource,
  async handle(triggers: Triggers, { Name }, call) {
    await triggers.stopTrigger(call, Name)
    return { Name }
  },
})

const listed = (
  triggers: Triggers,
  input: {
    readonly DependentJobName?: string | undefined
    readonly NextToken?: string | undefined
    readonly MaxResults?: number | undefined
    readonly Tags?: Readonly<Record<string, string>> | undefined
  },
  call: Scope,
) => {
  const { DependentJobName: jobName, NextToken, MaxResults = 200, Tags: tags } = input
  return pageOf(
    NextToken,
    MaxResults,
    (after, limit) => triggers.triggers(call, { jobName, tags }, after, limit),
    item => item.name,
    () => new InvalidInputException('Invalid NextToken.'),
  )
}

const actionOf = (input: Value<typeof action>): Action => ({
  ...(input.JobName !== undefined && { jobName: input.JobName }),
  ...(input.CrawlerName !== undefined && { crawlerName: input.CrawlerName }),
  ...(input.Arguments !== undefined && { arguments: input.Arguments }),
  ...(input.Timeout !== undefined && { timeoutMinutes: input.Timeout }),
})

const outputOf = (found: Trigger) => ({
  Name: found.name,
  Type: found.type,
  State: found.state,
  Description: found.description,
  Schedule: found.expression,
  Actions: found.actions.map(({ jobName, crawlerName, arguments: values, timeoutMinutes }) => ({
    JobName: jobName,
    CrawlerName: crawlerName,
    Arguments: values,
    Timeout: timeoutMinutes,
  })),
})
