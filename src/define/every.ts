/**
 * When something runs by itself, in EventBridge Scheduler's terms.
 *
 *     every: '5 minutes'
 *     every: cron('0 3 * * ? *', { zone: 'Asia/Tokyo' })      // minute hour day-of-month month day-of-week year
 */
import { DefinitionMistake } from './mistake.ts'

export interface Cron {
  readonly kind: 'cron'
  /** Six fields, AWS's kind of cron. */
  readonly fields: string
  /** IANA's name; UTC unless given. */
  readonly zone: string
}

type Unit = 'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days'
/** `5 minutes`, `1 hour`, `7 days`; or a `cron`. */
export type Every = `${number} ${Unit}` | Cron

export interface Schedule {
  /** `rate(5 minutes)` or `cron(…)`. */
  readonly expression: string
  readonly zone: string
}

export function cron(fields: string, { zone = 'UTC' }: { readonly zone?: string } = {}): Cron {
  if (fields.trim().split(/\s+/).length !== 6)
    throw new DefinitionMistake(
      `A cron has six fields (minute hour day-of-month month day-of-week year), such as '0 3 * * ? *': ${JSON.stringify(fields)}`,
    )
  return Object.freeze({ kind: 'cron', fields: fields.trim(), zone })
}

/** `what` begins the sentence where it is no schedule. */
export function scheduleOf(what: string, every: Every): Schedule {
  if (typeof every === 'object') return Object.freeze({ expression: `cron(${every.fields})`, zone: every.zone })
  const [, count = '', unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(every) ?? []
  if (!(Number(count) >= 1))
    throw new DefinitionMistake(
      `${what} runs every '5 minutes', '1 hour' or '7 days', or by cron('0 3 * * ? *'); this is no such time: ${JSON.stringify(every)}`,
    )
  return Object.freeze({ expression: `rate(${Number(count)} ${unit}${Number(count) === 1 ? '' : 's'})`, zone: 'UTC' })
}
