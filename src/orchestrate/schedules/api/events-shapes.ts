/** Shapes that several operations of EventBridge share. */
import { integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import { noSuchBus } from '../faults.ts'
import { ruleArn } from '../rules.ts'
import type { Scope } from '../scope.ts'

export const ruleName = string({ min: 1, max: 64, pattern: '[\\.\\-_A-Za-z0-9]+' })
export const busName = string({
  min: 1,
  max: 1600,
  pattern: '(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus\\/)?[/\\.\\-_A-Za-z0-9]+',
})
export const arn = string({ min: 1, max: 1600 })
export const nextToken = string({ min: 1, max: 2048 })
export const limit = integer({ min: 1, max: 100 })
export const tags = list(structure({ Key: string({ min: 1, max: 128 }), Value: string({ min: 0, max: 256 }) }))
export const target = structure({
  Id: string({ min: 1, max: 64, pattern: '[\\.\\-_A-Za-z0-9]+' }),
  Arn: arn,
  RoleArn: optional(arn),
  Input: optional(string({ max: 8192 })),
  InputPath: optional(string({ max: 256 })),
  KinesisParameters: optional(structure({ PartitionKeyPath: string({ max: 256 }) })),
  RetryPolicy: optional(
    structure({
      MaximumRetryAttempts: optional(integer({ min: 0, max: 185 })),
      MaximumEventAgeInSeconds: optional(integer({ min: 60, max: 86400 })),
    }),
  ),
})

/** Only the default bus is there; it may be named by its ARN. */
export function onDefaultBus(name: string | undefined, { account, region }: Scope): void {
  const arnOfDefault = `arn:aws:events:${region}:${account}:event-bus/default`
  if (name !== undefined && name !== 'default' && name !== arnOfDefault) throw noSuchBus(name)
}

export const ruleOf = (input: { readonly Name: string }, scope: Scope): string => ruleArn(scope, input.Name)
export const ruleOfTargets = (input: { readonly Rule: string }, scope: Scope): string => ruleArn(scope, input.Rule)
