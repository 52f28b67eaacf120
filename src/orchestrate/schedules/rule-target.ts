/** Where a rule points, what of the event it is given, and what a rule cannot point at. */
import type { Invocation } from './agenda.ts'
import { invalidRuleTarget, ruleCannotStartJob, ValidationException } from './faults.ts'
import { targetsPerRuleMax } from './limits.ts'

export interface RuleTarget {
  readonly id: string
  readonly arn: string
  readonly roleArn?: string
  /** Replaces the event. */
  readonly input?: string
  /** The part of the event that is given, `$.detail`. */
  readonly inputPath?: string
  /** Kinesis: the part of the event that is the partition key; the event's id unless given. */
  readonly partitionKeyPath?: string
  readonly retriesMax: number
  readonly eventAgeSecondsMax: number
}

type Event = Readonly<Record<string, unknown>> & { readonly id: string }

export function checkTarget(target: RuleTarget, targets: number): void {
  const { arn } = target
  if (/^arn:aws[\w-]*:glue:[^:]*:\d*:job\//.test(arn)) throw ruleCannotStartJob(arn)
  if (/^arn:aws[\w-]*:glue:[^:]*:\d*:workflow\//.test(arn))
    throw invalidRuleTarget(arn, 'Biwa has no Glue workflows yet; a Glue trigger of type SCHEDULED starts its jobs.')
  if (!/^arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+$/.test(arn))
    throw invalidRuleTarget(arn, 'Provided Arn is not in correct format.')
  if (!kindOf(arn))
    throw invalidRuleTarget(arn, 'Biwa delivers events to Kinesis streams and Firehose delivery streams only.')
  if (target.roleArn === undefined) throw new ValidationException(`RoleArn is required for target ${arn}.`)
  if (target.input !== undefined && target.inputPath !== undefined)
    throw new ValidationException(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.id}.`,
    )
  if (target.partitionKeyPath !== undefined && kindOf(arn) !== 'kinesis')
    throw new ValidationException(`Parameter(s) KinesisParameters not valid for target ${target.id}.`)
  for (const path of [target.inputPath, target.partitionKeyPath])
    if (path !== undefined && !/^\$(\.[\w-]+)*$/.test(path))
      throw new ValidationException(
        `The path ${path} of target ${target.id} is not valid. Biwa reads $ and $.member.member.`,
      )
  if (target.input !== undefined && !isJson(target.input))
    throw new ValidationException(`JSON syntax error in the Input of target ${target.id}.`)
  if (targets > targetsPerRuleMax)
    throw new ValidationException(
      `The requested resource exceeds the maximum number allowed: ${targetsPerRuleMax} targets a rule.`,
    )
}

export function targetCall(target: RuleTarget, event: Event): Invocation {
  const { arn, roleArn, retriesMax, eventAgeSecondsMax } = target
  const text = target.input ?? JSON.stringify(at(event, target.inputPath ?? '$') ?? {})
  const data = Buffer.from(text).toString('base64')
  const key = target.partitionKeyPath === undefined ? event.id : at(event, target.partitionKeyPath)
  const order =
    kindOf(arn) === 'kinesis'
      ? { StreamARN: arn, PartitionKey: typeof key === 'string' ? key : JSON.stringify(key ?? event.id), Data: data }
      : { DeliveryStreamName: arn.slice(arn.indexOf('/') + 1), Record: { Data: data } }
  return {
    service: kindOf(arn) ?? '',
    operation: 'PutRecord',
    order: JSON.stringify(order),
    ...(roleArn !== undefined && { roleArn }),
    retriesMax,
    eventAgeSecondsMax,
  }
}

const kindOf = (arn: string): 'kinesis' | 'firehose' | undefined =>
  /^arn:aws[\w-]*:kinesis:[^:]+:\d{12}:stream\/.+/.test(arn)
    ? 'kinesis'
    : /^arn:aws[\w-]*:firehose:[^:]+:\d{12}:deliverystream\/.+/.test(arn)
      ? 'firehose'
      : undefined

/** `$.detail.state` of an event; undefined where there is nothing. */
function at(event: Event, path: string): unknown {
  let value: unknown = event
  for (const name of path.split('.').slice(1))
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined
  return value
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
