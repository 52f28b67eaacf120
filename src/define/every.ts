/**
 * When something runs by itself, in EventBridge Scheduler's terms.
 *
 *     every: '5 minutes'
 *     every: cron('0 3 * * ? *', { zone: 'Asia/Tokyo' })      // minute hour day-of-month month day-of-week year
 */
import { parseCron } from '../formats/cron.ts'
import { DefinitionMistake, known, told } from './mistake.ts'
import { checkZone } from './partitioning.ts'

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

export function cron(fields: string, options: { readonly zone?: string } = {}): Cron {
  known('A cron', options, ['zone'])
  const { zone = 'UTC' } = options
  const [, , dayOfMonth, , dayOfWeek, year, ...more] = typeof fields === 'string' ? fields.trim().split(/\s+/) : []
  if (year === undefined || more.length > 0)
    throw new DefinitionMistake(
      `A cron has six fields (minute hour day-of-month month day-of-week year), such as '0 3 * * ? *': ${told(fields)}`,
    )
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new DefinitionMistake(
      `A cron has a ? for the day of the month (the third field) or for the day of the week (the fifth), and only for the one that does not matter, such as '0 3 * * ? *': ${told(fields)}`,
    )
  checkFields(fields)
  return Object.freeze({ kind: 'cron', fields: fields.trim(), zone: checkZone(zone) })
}

/** AWS's bounds. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const plain = 'or a list (1,15), a range (1-5) or steps (0/15) of these'
const bounds = [
  `minute is 0 to 59, ${plain}`,
  `hour is 0 to 23, ${plain}`,
  `day of the month is 1 to 31, ${plain}, or L, LW or 15W`,
  `month is 1 to 12 or JAN to DEC, ${plain}`,
  'day of the week is 1 (Sunday) to 7 or SUN to SAT, or a list (1,7) or a range (MON-FRI) of these, or L, 6L or 2#1',
  `year is 1970 to 2199, ${plain}`,
]

/** Says which of the fields is wrong, by trying each among others that are right. */
function checkFields(text: string): void {
  const fields = text.trim().split(/\s+/)
  const wrong = fields.findIndex((field, index) => {
    const tried = ['0', '0', ...(index === 4 ? ['?', '*', '*'] : ['*', '*', '?']), '*']
    return field !== '?' && parseCron(tried.with(index, field).join(' ')) === undefined
  })
  if (wrong !== -1)
    throw new DefinitionMistake(`A cron's ${bounds[wrong]}; ${told(fields[wrong])} is none of that, in ${told(text)}.`)
  if (parseCron(text) === undefined)
    throw new DefinitionMistake(`A cron has its ? in the third or in the fifth field alone: ${told(text)}`)
}

/** `what` begins the sentence where it is no schedule. */
export function scheduleOf(what: string, every: Every): Schedule {
  if (typeof every === 'object' && every?.kind === 'cron')
    return Object.freeze({ expression: `cron(${every.fields})`, zone: every.zone })
  const [, count = '', unit = ''] = /^(\d{1,9}) (minute|hour|day)s?$/.exec(String(every)) ?? []
  if (!(Number(count) >= 1))
    throw new DefinitionMistake(
      `${what} runs every '5 minutes', '1 hour' or '7 days', or by cron('0 3 * * ? *'); this is no such time: ${told(every)}`,
    )
  return Object.freeze({ expression: `rate(${Number(count)} ${unit}${Number(count) === 1 ? '' : 's'})`, zone: 'UTC' })
}
