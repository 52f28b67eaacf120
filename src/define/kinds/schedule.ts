/** Schedules of EventBridge Scheduler, named `group/schedule`; whose they are, their group tells. */
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { nextToken } from './glue.ts'
import { noSchedule, stateOf } from './schedule-group.ts'
import { mark } from './tags.ts'

export type ScheduleState = {
  readonly expression: string
  readonly zone: string
  readonly target: string
  /** JSON, as the operation is to be told. */
  readonly input: string
  readonly role: string
  readonly retries: number
  readonly retrySeconds: number
  readonly enabled: boolean
}

interface Schedule {
  readonly ScheduleExpression?: string
  readonly ScheduleExpressionTimezone?: string
  readonly State?: string
  readonly Target?: {
    readonly Arn: string
    readonly RoleArn: string
    readonly Input?: string
    readonly RetryPolicy?: { readonly MaximumEventAgeInSeconds?: number; readonly MaximumRetryAttempts?: number }
  }
}

const partsOf = (name: string) => {
  const slash = name.indexOf('/')
  return { GroupName: name.slice(0, slash), Name: name.slice(slash + 1) }
}

export const schedule = kind<ScheduleState>({
  name: 'schedule',
  within: name => `schedule-group ${partsOf(name).GroupName}`,
  summary: ({ expression, zone }) => (expression.startsWith('cron') ? `${expression} ${zone}` : expression),
  async read({ invoke }, name) {
    const found = await present<Schedule>(invoke('scheduler', 'GetSchedule', partsOf(name)), noSchedule)
    if (!found) return undefined
    const { Target } = found
    return {
      expression: found.ScheduleExpression ?? '',
      zone: found.ScheduleExpressionTimezone ?? 'UTC',
      target: Target?.Arn ?? '',
      input: Target?.Input ?? '',
      role: Target?.RoleArn ?? '',
      retries: Target?.RetryPolicy?.MaximumRetryAttempts ?? 185,
      retrySeconds: Target?.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
      enabled: found.State !== 'DISABLED',
    }
  },
  create: async (aws, name, wanted) => put('CreateSchedule', aws, name, wanted),
  change: async (aws, name, wanted) => put('UpdateSchedule', aws, name, wanted),
  async remove({ invoke }, name) {
    await present(invoke('scheduler', 'DeleteSchedule', partsOf(name)), noSchedule)
  },
  async owned(aws) {
    if ((await stateOf(aws, aws.lake))?.tags[mark] !== aws.lake) return []
    return listed(
      pages<{ Schedules: readonly { Name: string }[]; NextToken?: string }>(
        more => aws.invoke('scheduler', 'ListSchedules', { GroupName: aws.lake, ...more }),
        nextToken,
      ),
      page => page.Schedules.map(({ Name }) => `${aws.lake}/${Name}`),
    )
  },
  lakeOf: name => partsOf(name).GroupName,
})

async function put(operation: string, { invoke }: Aws, name: string, wanted: ScheduleState): Promise<void> {
  await invoke('scheduler', operation, {
    ...partsOf(name),
    ScheduleExpression: wanted.expression,
    ScheduleExpressionTimezone: wanted.zone,
    State: wanted.enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: wanted.target,
      RoleArn: wanted.role,
      Input: wanted.input,
      RetryPolicy: { MaximumEventAgeInSeconds: wanted.retrySeconds, MaximumRetryAttempts: wanted.retries },
    },
  })
}
