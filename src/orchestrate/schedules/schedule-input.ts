/**
 * What a schedule's target is given: the Input with AWS's context attributes filled in, or the scheduled event.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export interface Execution {
  readonly arn: string
  readonly id: string
  /** When the occurrence was due. */
  readonly at: number
  readonly account: string
  readonly region: string
}

const attempt = '<aws.scheduler.attempt-number>'

/** None of these values holds a character that JSON would have to escape. */
export const withOccurrence = (input: string, execution: Execution): string =>
  input
    .replaceAll('<aws.scheduler.schedule-arn>', execution.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', instantText(execution.at))
    .replaceAll('<aws.scheduler.execution-id>', execution.id)

export const withAttempt = (input: string, number: number): string => input.replaceAll(attempt, String(number))

/** AWS's event for a templated target without an Input, and for a rule's target. */
export const scheduledEvent = (source: 'aws.scheduler' | 'aws.events', execution: Execution) => ({
  version: '0',
  id: execution.id,
  'detail-type': 'Scheduled Event',
  source,
  account: execution.account,
  time: instantText(execution.at),
  region: execution.region,
  resources: [execution.arn],
  detail: source === 'aws.scheduler' ? '{}' : {},
})

/** Whole seconds: `2025-10-15T12:30:00Z`. */
const instantText = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' })
