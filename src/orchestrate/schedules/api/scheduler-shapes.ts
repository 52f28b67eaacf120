/** Shapes that several operations of EventBridge Scheduler share. */
import { enumeration, integer, list, optional, string, structure } from '../../../gateway/shape.ts'

export const name = string({ min: 1, max: 64, pattern: '^[0-9a-zA-Z-_.]+$' })
export const clientToken = string({ min: 1, max: 64, pattern: '^[a-zA-Z0-9-_]+$' })
export const state = enumeration('ENABLED', 'DISABLED')
export const nextToken = string({ min: 1, max: 2048 })
export const maxResults = integer({ min: 1, max: 100 })
export const scheduleArn = string({ min: 1, max: 1224 })
export const tags = list(structure({ Key: string({ min: 1, max: 128 }), Value: string({ min: 1, max: 256 }) }), {
  min: 0,
  max: 200,
})
export const flexibleTimeWindow = structure({
  Mode: enumeration('OFF', 'FLEXIBLE'),
  MaximumWindowInMinutes: optional(integer({ min: 1, max: 1440 })),
})
export const target = structure({
  Arn: string({ min: 1, max: 1600 }),
  RoleArn: string({ min: 1, max: 1600, pattern: '^arn:aws(-[a-z]+)?:iam::\\d{12}:role\\/[\\w+=,.@\\/-]+$' }),
  Input: optional(string({ min: 1 })),
  RetryPolicy: optional(
    structure({
      MaximumEventAgeInSeconds: optional(integer({ min: 60, max: 86400 })),
      MaximumRetryAttempts: optional(integer({ min: 0, max: 185 })),
    }),
  ),
  KinesisParameters: optional(structure({ PartitionKey: string({ min: 1, max: 256 }) })),
})
