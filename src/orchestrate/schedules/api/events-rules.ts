/** EventBridge's rules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html */
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, list, optional, string, structure } from '../../../gateway/shape.ts'
import { invalidRuleExpression, noSuchRule, ValidationException } from '../faults.ts'
import { type Rule, type Rules, ruleArn } from '../rules.ts'
import type { Scope } from '../scope.ts'
import * as shape from './events-shapes.ts'
import { pageOf } from './paging.ts'

const state = enumeration('ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
const description = string({ max: 512 })
const expression = string({ max: 256 })
const identity = { Name: shape.ruleName, EventBusName: optional(shape.busName) }
const bus = string({ min: 1, max: 256, pattern: '[/\\.\\-_A-Za-z0-9]+' })
const rule = {
  Name: optional(shape.ruleName),
  Arn: optional(shape.arn),
  ScheduleExpression: optional(expression),
  State: optional(state),
  Description: optional(description),
  RoleArn: optional(shape.arn),
  EventBusName: optional(bus),
}

const outputOf = (found: Rule) => ({
  Name: found.name,
  Arn: found.arn,
  ScheduleExpression: found.expression,
  State: found.enabled ? ('ENABLED' as const) : ('DISABLED' as const),
  Description: found.description,
  RoleArn: found.roleArn,
  EventBusName: 'default',
})

export const PutRule = operation({
  input: {
    Name: shape.ruleName,
    ScheduleExpression: optional(expression),
    State: optional(state),
    Description: optional(description),
    RoleArn: optional(shape.arn),
    Tags: optional(shape.tags),
    EventBusName: optional(shape.busName),
  },
  output: { RuleArn: optional(shape.arn) },
  resource: (input, call) => ruleArn(call, input.Name),
  passes: input => ({ service: 'events.amazonaws.com', roles: [input.RoleArn] }),
  async handle(rules: Rules, input, call) {
    shape.onDefaultBus(input.EventBusName, call)
    if (input.State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS')
      throw new ValidationException(`Biwa has no CloudTrail events: the State ${input.State} is not supported.`)
    if (!input.ScheduleExpression) throw invalidRuleExpression()
    const rule = {
      name: input.Name,
      expression: input.ScheduleExpression,
      enabled: input.State !== 'DISABLED',
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.RoleArn !== undefined && { roleArn: input.RoleArn }),
    }
    const tags = Object.fromEntries((input.Tags ?? []).map(tag => [tag.Key, tag.Value]))
    return { RuleArn: await rules.putRule(call, rule, tags) }
  },
})

export const DescribeRule = operation({
  input: identity,
  output: { ...rule, CreatedBy: optional(string({ min: 1, max: 128 })) },
  resource: shape.ruleOf,
  handle(rules: Rules, input, call) {
    shape.onDefaultBus(input.EventBusName, call)
    return { ...outputOf(rules.rule(call, input.Name)), CreatedBy: call.account }
  },
})

export const ListRules = operation({
  input: {
    NamePrefix: optional(shape.ruleName),
    EventBusName: optional(shape.busName),
    NextToken: optional(shape.nextToken),
    Limit: optional(shape.limit),
  },
  output: { Rules: optional(list(structure(rule))), NextToken: optional(shape.nextToken) },
  handle(rules: Rules, { NamePrefix = '', EventBusName, NextToken, Limit = 100 }, call) {
    shape.onDefaultBus(EventBusName, call)
    const page = pageOf(
      NextToken,
      Limit,
      (after, limit) => rules.rules(call, NamePrefix, after, limit),
      found => found.name,
      () => new ValidationException('Invalid NextToken.'),
    )
    return { Rules: page.items.map(outputOf), NextToken: page.next }
  },
})

/** Force is for rules that a service manages; there are none, so it changes nothing. */
export const DeleteRule = operation({
  input: { ...identity, Force: optional(boolean()) },
  output: {},
  resource: shape.ruleOf,
  async handle(rules: Rules, input, call) {
    shape.onDefaultBus(input.EventBusName, call)
    await rules.deleteRule(call, input.Name)
    return {}
  },
})

export const EnableRule = operation({
  input: identity,
  output: {},
  resource: shape.ruleOf,
  async handle(rules: Rules, input, call) {
    shape.onDefaultBus(input.EventBusName, call)
    await rules.setEnabled(call, input.Name, true)
    return {}
  },
})

export const DisableRule = operation({
  input: identity,
  output: {},
  resource: shape.ruleOf,
  async handle(rules: Rules, input, call) {
    shape.onDefaultBus(input.EventBusName, call)
    await rules.setEnabled(call, input.Name, false)
    return {}
  },
})

export const TagResource = operation({
  input: { ResourceARN: shape.arn, Tags: shape.tags },
  output: {},
  resource: input => input.ResourceARN,
  async handle(rules: Rules, { ResourceARN, Tags }, call) {
    const arn = existing(rules, ResourceARN, call)
    const tags = Object.fromEntries(Tags.map(tag => [tag.Key, tag.Value]))
    await rules.tags.change(write => rules.tags.put(write, arn, tags))
    return {}
  },
})

export const UntagResource = operation({
  input: { ResourceARN: shape.arn, TagKeys: list(string({ min: 1, max: 128 })) },
  output: {},
  resource: input => input.ResourceARN,
  async handle(rules: Rules, { ResourceARN, TagKeys }, call) {
    const arn = existing(rules, ResourceARN, call)
    await rules.tags.change(write => rules.tags.remove(write, arn, TagKeys))
    return {}
  },
})

export const ListTagsForResource = operation({
  input: { ResourceARN: shape.arn },
  output: { Tags: optional(shape.tags) },
  resource: input => input.ResourceARN,
  handle(rules: Rules, { ResourceARN }, call) {
    const tags = rules.tags.of(existing(rules, ResourceARN, call))
    return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
  },
})

function existing(rules: Rules, arn: string, call: Scope): string {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  if (arn !== ruleArn(call, name)) throw noSuchRule(name)
  return rules.rule(call, name).arn
}
