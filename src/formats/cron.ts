/**
 * AWS's cron: which minutes of the calendar an expression names. Knows local dates and times only; what instant a local
 * time is in a time zone is `expression.ts`'s business.
 *
 *     cron(minutes hours day-of-month month day-of-week year)
 *     minutes 0-59 , - * /            month        1-12 or JAN-DEC , - * /
 *     hours   0-23 , - * /            day-of-week  1-7 from Sunday, or SUN-SAT , - * ? L #
 *     day-of-month 1-31 , - * ? / L W year         1970-2199 , - * /
 *
 * Exactly one of the two day fields is `?`. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly months: readonly number[]
  readonly years: readonly number[]
  /** The days of a month of that year, in order. */
  readonly days: (month: Temporal.PlainYearMonth) => readonly number[]
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

interface Field {
  readonly first: number
  readonly last: number
  readonly names?: readonly string[]
}
const minute: Field = { first: 0, last: 59 }
const hour: Field = { first: 0, last: 23 }
const dayOfMonth: Field = { first: 1, last: 31 }
const month: Field = { first: 1, last: 12, names: monthNames }
const dayOfWeek: Field = { first: 1, last: 7, names: weekdayNames }
const year: Field = { first: 1970, last: 2199 }

/** The schedule that the six fields between the parentheses describe; undefined when they are not AWS's cron. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/)
  const [minutesText, hoursText, daysText, monthsText, weekdaysText, yearsText] = fields
  if (fields.length !== 6 || !minutesText || !hoursText || !daysText || !monthsText || !weekdaysText || !yearsText)
    return undefined
  if ((daysText === '?') === (weekdaysText === '?')) return undefined
  const minutes = valuesOf(minutesText, minute)
  const hours = valuesOf(hoursText, hour)
  const months = valuesOf(monthsText, month)
  const years = valuesOf(yearsText, year)
  const days = weekdaysText === '?' ? daysOfMonth(daysText) : daysOfWeek(weekdaysText)
  if (!minutes || !hours || !months || !years || !days) return undefined
  return { minutes, hours, months, years, days }
}

/** The next local minute after `after` (exclusive); undefined when there is none before the year 2200. */
export function nextLocal(cron: Cron, after: Temporal.PlainDateTime): Temporal.PlainDateTime | undefined {
  const from = after.add({ minutes: 1 }).round({ smallestUnit: 'minute', roundingMode: 'floor' })
  for (const year of cron.years) {
    if (year < from.year) continue
    const sameYear = year === from.year
    for (const month of cron.months) {
      if (sameYear && month < from.month) continue
      const sameMonth = sameYear && month === from.month
      for (const day of cron.days(new Temporal.PlainYearMonth(year, month))) {
        if (sameMonth && day < from.day) continue
        const time = timeFrom(cron, sameMonth && day === from.day ? from.hour * 60 + from.minute : 0)
        if (time !== undefined) return new Temporal.PlainDateTime(year, month, day, Math.floor(time / 60), time % 60)
      }
    }
  }
  return undefined
}

/** The first minute of the day at or after `minuteOfDay`. */
function timeFrom(cron: Cron, minuteOfDay: number): number | undefined {
  for (const hour of cron.hours)
    for (const minute of cron.minutes) if (hour * 60 + minute >= minuteOfDay) return hour * 60 + minute
  return undefined
}

/** Lists, ranges, steps, names and `*`, as a sorted set of numbers. */
function valuesOf(text: string, field: Field): readonly number[] | undefined {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [range = '', stepText, tooMuch] = part.split('/')
    if (tooMuch !== undefined) return undefined
    const step = stepText === undefined ? 1 : wholeNumber(stepText)
    const bounds = boundsOf(range, field, stepText !== undefined)
    if (step === undefined || step < 1 || !bounds) return undefined
    for (let value = bounds.first; value <= bounds.last; value += step) found.add(value)
  }
  return [...found].sort((a, b) => a - b)
}

function boundsOf(range: string, field: Field, stepped: boolean): { first: number; last: number } | undefined {
  if (range === '*') return { first: field.first, last: field.last }
  const [firstText = '', lastText, tooMuch] = range.split('-')
  if (tooMuch !== undefined) return undefined
  const first = readValue(firstText, field)
  const last = lastText === undefined ? (stepped ? field.last : first) : readValue(lastText, field)
  return first === undefined || last === undefined || first > last ? undefined : { first, last }
}

function readValue(text: string, field: Field): number | undefined {
  const name = field.names?.indexOf(text.toUpperCase()) ?? -1
  const value = name >= 0 ? name + field.first : wholeNumber(text)
  return value === undefined || value < field.first || value > field.last ? undefined : value
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,4}$/.test(text) ? Number(text) : undefined)

function daysOfMonth(text: string): Cron['days'] | undefined {
  if (text === 'L') return month => [month.daysInMonth]
  if (text === 'LW') return month => [nearestWeekday(month, month.daysInMonth)]
  const near = /^(\d{1,2})W$/.exec(text)
  if (near) {
    const wanted = readValue(near[1] ?? '', dayOfMonth)
    if (wanted === undefined) return undefined
    return month => (wanted > month.daysInMonth ? [] : [nearestWeekday(month, wanted)])
  }
  const values = valuesOf(text, dayOfMonth)
  return values && (month => values.filter(day => day <= month.daysInMonth))
}

/** The Monday to Friday nearest to a day, never in another month: `1W` on a Saturday is Monday the 3rd. */
function nearestWeekday(month: Temporal.PlainYearMonth, day: number): number {
  const weekday = weekdayOf(month, day)
  if (weekday === 7) return day > 1 ? day - 1 : day + 2
  if (weekday === 1) return day < month.daysInMonth ? day + 1 : day - 2
  return day
}

function daysOfWeek(text: string): Cron['days'] | undefined {
  const last = /^(\w*)L$/i.exec(text)
  if (last) {
    // A bare L is the last day of the week, Saturday; `6L` is the month's last Friday.
    const weekday = last[1] === '' ? 7 : readValue(last[1] ?? '', dayOfWeek)
    if (weekday === undefined) return undefined
    if (last[1] === '') return month => weekdaysIn(month, new Set([7]))
    return month => weekdaysIn(month, new Set([weekday])).slice(-1)
  }
  const counted = /^(\w+)#([1-5])$/.exec(text)
  if (counted) {
    const weekday = readValue(counted[1] ?? '', dayOfWeek)
    const count = Number(counted[2])
    return weekday === undefined ? undefined : month => weekdaysIn(month, new Set([weekday])).slice(count - 1, count)
  }
  if (text.includes('/')) return undefined // AWS knows no steps over weekdays
  const values = valuesOf(text, dayOfWeek)
  if (!values) return undefined
  const wanted = new Set(values)
  return month => weekdaysIn(month, wanted)
}

const weekdaysIn = (month: Temporal.PlainYearMonth, wanted: ReadonlySet<number>): readonly number[] =>
  Array.from({ length: month.daysInMonth }, (_, index) => index + 1).filter(day => wanted.has(weekdayOf(month, day)))

/** 1 is Sunday, as AWS counts. */
const weekdayOf = (month: Temporal.PlainYearMonth, day: number): number =>
  (month.toPlainDate({ day }).dayOfWeek % 7) + 1
