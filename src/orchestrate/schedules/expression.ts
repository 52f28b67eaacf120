/**
 * Schedule expressions: `rate(5 minutes)`, `cron(0 9 ? * MON-FRI *)`, `at(2025-10-15T12:30:00)`, and the instants at
 * which they fall due. Which of the three a service takes, and its error, is the service's business.
 */
import { type Cron, nextLocal, parseCron } from '../../formats/cron.ts'

export type Expression =
  | { readonly kind: 'rate'; readonly periodMilliseconds: number }
  | { readonly kind: 'cron'; readonly cron: Cron }
  | { readonly kind: 'at'; readonly local: Temporal.PlainDateTime }

const unitMilliseconds = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/**
 * undefined when the text is none of AWS's forms. Rules and triggers want the singular for 1 and the plural otherwise;
 * Scheduler takes either, and Terraform's own example says `rate(1 hours)`.
 */
export function parseExpression(text: string, options: { readonly anyNumber?: boolean } = {}): Expression | undefined {
  const form = /^(rate|cron|at)\(([^()]*)\)$/.exec(text)
  const inner = form?.[2] ?? ''
  if (form?.[1] === 'rate') return parseRate(inner, options.anyNumber ?? false)
  if (form?.[1] === 'at') return parseAt(inner)
  if (form?.[1] !== 'cron') return undefined
  const cron = parseCron(inner)
  return cron && { kind: 'cron', cron }
}

function parseRate(inner: string, anyNumber: boolean): Expression | undefined {
  const parts = /^\s*([1-9]\d{0,8})\s+(minute|hour|day)(s?)\s*$/.exec(inner)
  if (!parts || (!anyNumber && (parts[1] === '1') !== (parts[3] === ''))) return undefined
  const unit = parts[2] as keyof typeof unitMilliseconds
  return { kind: 'rate', periodMilliseconds: Number(parts[1]) * unitMilliseconds[unit] }
}

function parseAt(inner: string): Expression | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(inner)) return undefined
  try {
    return { kind: 'at', local: Temporal.PlainDateTime.from(inner, { overflow: 'reject' }) }
  } catch {
    return undefined // the 31st of February
  }
}

/** True for the time zones that the calendar data of this process knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Temporal.PlainDate(2000, 1, 1).toZonedDateTime(name)
    return !/^[+-]/.test(name) // an offset is no IANA name
  } catch {
    return false
  }
}

export interface Calendar {
  readonly timeZone: string
  /** What a rate counts from: its first occurrence. */
  readonly anchorAt: number
}

/**
 * The first occurrence after an instant (exclusive), in milliseconds since 1970 UTC.
 *
 * A local time that a change to summer time leaves out is skipped; one that occurs twice counts once, the first time.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export function nextAfter(expression: Expression, afterAt: number, calendar: Calendar): number | undefined {
  switch (expression.kind) {
    case 'rate': {
      const { periodMilliseconds } = expression
      const passed = Math.floor((afterAt - calendar.anchorAt) / periodMilliseconds)
      return calendar.anchorAt + Math.max(0, passed + 1) * periodMilliseconds
    }
    case 'at': {
      const dueAt = expression.local.toZonedDateTime(calendar.timeZone).epochMilliseconds
      return dueAt > afterAt ? dueAt : undefined
    }
    case 'cron':
      return nextOfCron(expression.cron, afterAt, calendar.timeZone)
  }
}

function nextOfCron(cron: Cron, afterAt: number, timeZone: string): number | undefined {
  let local = Temporal.Instant.fromEpochMilliseconds(afterAt).toZonedDateTimeISO(timeZone).toPlainDateTime()
  for (;;) {
    const candidate = nextLocal(cron, local)
    if (!candidate) return undefined
    const zoned = candidate.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
    const exists = zoned.toPlainDateTime().equals(candidate)
    // Within the second pass of a repeated hour the earlier reading may lie before the instant asked for.
    if (exists && zoned.epochMilliseconds > afterAt) return zoned.epochMilliseconds
    local = candidate
  }
}
