/** What EventBridge's rules point at. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, list, optional, string, structure, type Value } from '../../../gateway/shape.ts'
import { ValidationException } from '../faults.ts'
import { eventAgeSecondsMax, retryAttemptsMax } from '../limits.ts'
import type { RuleTarget } from '../rule-target.ts'
import { type Rules, ruleArn } from '../rules.ts'
import * as shape from './events-shapes.ts'
import { pageOf } from './paging.ts'

const id = string({ min: 1, max: 64, pattern: '[\\.\\-_A-Za-z0-9]+' })
const failed = structure({
  TargetId: optional(id),
  ErrorCode: optional(string()),
  ErrorMessage: optional(string()),
})

export const PutTargets = operation({
  input: {
    Rule: shape.ruleName,
    EventBusName: optional(shape.busName),
    Targets: list(shape.target, { min: 1, max: 100 }),
  },
  output: { FailedEntryCount: optional(integer()), FailedEntries: optional(list(failed)) },
  resource: (input, call) => ruleArn(call, input.Rule),
  passes: input => ({ service: 'events.amazonaws.com', roles: input.Targets.map(target => target.RoleArn) }),
  async handle(rules: Rules, { Rule, EventBusName, Targets }, call) {
    shape.onDefaultBus(EventBusName, call)
    await rules.putTargets(call, Rule, Targets.map(targetOf))
    return { FailedEntryCount: 0, FailedEntries: [] }
  },
})

export const RemoveTargets = operation({
  input: {
    Rule: shape.ruleName,
    EventBusName: optional(shape.busName),
    Ids: list(id, { min: 1, max: 100 }),
    Force: optional(boolean()),
  },
  output: { FailedEntryCount: optional(integer()), FailedEntries: optional(list(failed)) },
  resource: shape.ruleOfTargets,
  async handle(rules: Rules, { Rule, EventBusName, Ids }, call) {
    shape.onDefaultBus(EventBusName, call)
    const missing = await rules.removeTargets(call, Rule, Ids)
    const FailedEntries = missing.map(TargetId => ({
      TargetId,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${Rule} does not have a target ${TargetId}.`,
    }))
    return { FailedEntryCount: FailedEntries.length, FailedEntries }
  },
})

export const ListTargetsByRule = operation({
  input: {
    Rule: shape.ruleName,
    EventBusName: optional(shape.busName),
    NextToken: optional(shape.nextToken),
    Limit: optional(shape.limit),
  },
  output: { Targets: optional(list(shape.target)), NextToken: optional(shape.nextToken) },
  resource: shape.ruleOfTargets,
  handle(rules: Rules, { Rule, EventBusName, NextToken, Limit = 100 }, call) {
    shape.onDefaultBus(EventBusName, call)
    rules.rule(call, Rule)
    const page = pageOf(
      NextToken,
      Limit,
      (after, limit) => rules.targets(call, Rule, after, limit),
      target => target.id,
      () => new ValidationException('Invalid NextToken.'),
    )
    return { Targets: page.items.map(outputOf), NextToken: page.next }
  },
})

export const ListRuleNamesByTarget = operation({
  input: {
    TargetArn: shape.arn,
    EventBusName: optional(shape.busName),
    NextToken: optional(shape.nextToken),
    Limit: optional(shape.limit),
  },
  output: { RuleNames: optional(list(shape.ruleName)), NextToken: optional(shape.nextToken) },
  handle(rules: Rules, { TargetArn, EventBusName, NextToken, Limit = 100 }, call) {
    shape.onDefaultBus(EventBusName, call)
    const page = pageOf(
      NextToken,
      Limit,
      (after, limit) => rules.rulesOf(call, TargetArn, after, limit),
      name => name,
      () => new ValidationException('Invalid NextToken.'),
    )
    return { RuleNames: page.items, NextToken: page.next }
  },
})

const targetOf = (target: Value<typeof shape.target>): RuleTarget => ({
  id: target.Id,
  arn: target.Arn,
  ...(target.RoleArn !== undefined && { roleArn: target.RoleArn }),
  ...(target.Input !== undefined && { input: target.Input }),
  ...(target.InputPath !== undefined && { inputPath: target.InputPath }),
  ...(target.KinesisParameters && { partitionKeyPath: target.KinesisParameters.PartitionKeyPath }),
  retriesMax: target.RetryPolicy?.MaximumRetryAttempts ?? retryAttemptsMax,
  eventAgeSecondsMax: target.RetryPolicy?.MaximumEventAgeInSeconds ?? eventAgeSecondsMax,
})

/** A retry policy that nobody set is not shown. */
const outputOf = (target: RuleTarget) => ({
  Id: target.id,
  Arn: target.arn,
  RoleArn: target.roleArn,
  Input: target.input,
  InputPath: target.inputPath,
  KinesisParameters: target.partitionKeyPath === undefined ? undefined : { PartitionKeyPath: target.partitionKeyPath },
  RetryPolicy:
    target.retriesMax === retryAttemptsMax && target.eventAgeSecondsMax === eventAgeSecondsMax
      ? undefined
      : { MaximumRetryAttempts: target.retriesMax, MaximumEventAgeInSeconds: target.eventAgeSecondsMax },
})
