/**
 * Where an EventBridge Scheduler schedule points: any operation that the lake declares (a universal target), or one of
 * the templated targets. Everything else is refused by name when the schedule is made, not when it falls due.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
import { malformedTarget, ValidationException } from './faults.ts'
import { type Execution, scheduledEvent, withAttempt, withOccurrence } from './schedule-input.ts'

export interface ScheduleTarget {
  readonly arn: string
  readonly roleArn: string
  readonly input?: string
  /** Kinesis. */
  readonly partitionKey?: string
  readonly retriesMax: number
  readonly eventAgeSecondsMax: number
}

interface TargetCall {
  readonly service: string
  readonly operation: string
  readonly order: string
}

/** Names that AWS's Java SDK has and the lake's services have not. */
const serviceNames: Readonly<Record<string, string>> = {
  eventbridge: 'events',
  sfn: 'states',
  cloudwatch: 'monitoring',
}

/** Operations that only read are no targets, by the beginning of their names. */
const readingPrefixes = [
  'get',
  'describe',
  'list',
  'poll',
  'receive',
  'search',
  'scan',
  'query',
  'select',
  'read',
  'lookup',
  'discover',
  'validate',
  'batchGet',
  'batchDescribe',
  'batchRead',
  'transactGet',
  'adminGet',
  'adminList',
  'testMigration',
  'retrieve',
  'testConnection',
  'translateDocument',
  'isAuthorized',
]

export function checkTarget(target: ScheduleTarget, supports: (service: string, operation: string) => boolean): void {
  const universal = universalOf(target.arn)
  if (universal) {
    if (readingPrefixes.some(prefix => universal.action.startsWith(prefix)))
      throw new ValidationException(`${target.arn} is not a supported target: an operation that only reads is none.`)
    if (!supports(universal.service, universal.operation))
      throw new ValidationException(
        `${target.arn} is not a supported target: Biwa has no operation ${universal.operation} in ${universal.service}.`,
      )
    if (target.partitionKey !== undefined) throw keyWithoutStream()
    checkJson(target.input)
    return
  }
  checkTemplate(target)
}

/** The operation to call for one occurrence, and the text that `inputOf` makes its input from. */
export function targetCall(target: ScheduleTarget, execution: Execution): TargetCall {
  const universal = universalOf(target.arn)
  if (universal) {
    const { service, operation } = universal
    return { service, operation, order: withOccurrence(target.input ?? '{}', execution) }
  }
  const { service, resource } = resourceOf(target.arn)
  const text = target.input ?? JSON.stringify(scheduledEvent('aws.scheduler', execution))
  const { arn, partitionKey } = target
  const name = resource.slice(resource.indexOf('/') + 1)
  const order: TemplatedOrder =
    service === 'kinesis' ? { stream: arn, partitionKey, text } : { deliveryStream: name, text }
  return { service, operation: 'PutRecord', order: withOccurrence(`${templated}${JSON.stringify(order)}`, execution) }
}

/** The operation's input, with what is known only now: the number of the attempt. */
export function inputOf(order: string, attempt: number): Readonly<Record<string, unknown>> {
  const text = withAttempt(order, attempt)
  if (!text.startsWith(templated)) return JSON.parse(text)
  const record: TemplatedOrder = JSON.parse(text.slice(templated.length))
  const data = Buffer.from(record.text).toString('base64')
  return 'stream' in record
    ? { StreamARN: record.stream, PartitionKey: record.partitionKey, Data: data }
    : { DeliveryStreamName: record.deliveryStream, Record: { Data: data } }
}

/** Stands before the order of a templated target; an Input of JSON never begins like this. */
const templated = 'record '
type TemplatedOrder =
  | { readonly stream: string; readonly partitionKey: string | undefined; readonly text: string }
  | { readonly deliveryStream: string; readonly text: string }

function checkTemplate(target: ScheduleTarget): void {
  const { service, resource } = resourceOf(target.arn)
  const kind = `${service}:${resource.split('/')[0]}`
  if (kind !== 'kinesis:stream' && kind !== 'firehose:deliverystream')
    throw new ValidationException(
      `${target.arn} is not a supported target: Biwa invokes Kinesis streams, Firehose delivery streams, and any of its ` +
        'operations as arn:aws:scheduler:::aws-sdk:<service>:<operation>.',
    )
  const keyed = target.partitionKey !== undefined
  if (kind === 'kinesis:stream' && !keyed)
    throw new ValidationException('KinesisParameters with a PartitionKey are required for a Kinesis stream.')
  if (kind !== 'kinesis:stream' && keyed) throw keyWithoutStream()
}

const keyWithoutStream = () =>
  new ValidationException('KinesisParameters belong to a target that is a Kinesis stream, and to no other.')

/** `arn:aws:scheduler:::aws-sdk:glue:startJobRun` */
function universalOf(arn: string): { service: string; operation: string; action: string } | undefined {
  const found = /^arn:aws[\w-]*:scheduler:::aws-sdk:([a-z0-9]+):([a-z]\w*)$/.exec(arn)
  if (!found?.[1] || !found[2]) return undefined
  const [, name, action] = found
  return {
    service: serviceNames[name] ?? name,
    operation: `${action.charAt(0).toUpperCase()}${action.slice(1)}`,
    action,
  }
}

function resourceOf(arn: string): { service: string; resource: string } {
  const found = /^arn:aws[\w-]*:([a-z0-9-]+):[a-z0-9-]*:\d{0,12}:(.+)$/.exec(arn)
  if (!found?.[1] || !found[2]) throw malformedTarget()
  return { service: found[1], resource: found[2] }
}

function checkJson(input: string | undefined): void {
  if (input === undefined) return
  try {
    const value: unknown = JSON.parse(input.replace(/<aws\.scheduler\.[a-z-]+>/g, '0'))
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new SyntaxError('it is no object')
  } catch (cause) {
    throw new ValidationException(
      `The Input of a universal target is the JSON object of the operation's parameters; it cannot be read: ${(cause as Error).message}.`,
    )
  }
}
