// Patterns of Java's DateTimeFormatter as prefixes use them, with the names and weeks of the United States' English.
// https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
//
//   pattern := (letters | quoted | '[' | ']' | other)*     letters: one letter repeated; quoted: '…', '' is a quote
//
// Brackets mark what may be missing; a moment misses nothing, so that they leave no trace. What Java knows and this does
// not (names of zones: V v z, padding: p) is refused when the delivery stream is made, not when it delivers.

type Time = Temporal.ZonedDateTime
type Field = readonly [format: (time: Time, width: number) => string, widths: readonly number[]]

const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
const quarters = ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter']

const digits = (value: number, width: number) => String(value).padStart(width, '0')
const padded =
  (value: (time: Time) => number): Field[0] =>
  (time, width) =>
    digits(value(time), width)
const named = (name: string, width: number) => (width === 4 ? name : width === 5 ? name.charAt(0) : name.slice(0, 3))

/** Java gives two letters the last two digits, and more than four a sign once a year needs more digits than that. */
const year = (value: (time: Time) => number): Field[0] => {
  return (time, width) => (width === 2 ? digits(value(time) % 100, 2) : digits(value(time), width))
}
const month: Field[0] = (time, width) =>
  width < 3 ? digits(time.month, width) : named(months[time.month - 1] as string, width)
const dayName: Field[0] = (time, width) => named(days[time.dayOfWeek - 1] as string, width)
const dayOfWeek: Field[0] = (time, width) =>
  width < 3 ? digits((time.dayOfWeek % 7) + 1, width) : dayName(time, width)
const quarterOf = (time: Time) => Math.ceil(time.month / 3)
const quarter: Field[0] = (time, width) => {
  if (width < 3) return digits(quarterOf(time), width)
  if (width === 4) return quarters[quarterOf(time) - 1] as string
  return width === 3 ? `Q${quarterOf(time)}` : String(quarterOf(time))
}
const era: Field[0] = (_, width) => (width === 4 ? 'Anno Domini' : width === 5 ? 'A' : 'AD')
const nanosOfDay = (time: Time) => ((time.hour * 60 + time.minute) * 60 + time.second) * 1e9 + nanosOfSecond(time)
const nanosOfSecond = (time: Time) => time.millisecond * 1e6 + time.microsecond * 1e3 + time.nanosecond

const upTo = (width: number) => Array.from({ length: width }, (_, index) => index + 1)
const two = [1, 2]
const five = [1, 2, 3, 4, 5]

const fields: Readonly<Record<string, Field>> = {
  G: [era, five],
  u: [year(time => time.year), upTo(19)],
  y: [year(time => time.year), upTo(19)],
  Y: [year(time => weekOf(time).year), upTo(19)],
  Q: [quarter, five],
  q: [quarter, five],
  M: [month, five],
  L: [month, five],
  w: [padded(time => weekOf(time).week), two],
  W: [padded(time => weekOfMonth(time)), [1]],
  d: [padded(time => time.day), two],
  D: [padded(time => time.dayOfYear), [1, 2, 3]],
  F: [padded(time => ((time.day - 1) % 7) + 1), [1]],
  E: [dayName, five],
  e: [dayOfWeek, five],
  c: [dayOfWeek, [1, 3, 4, 5]],
  a: [time => (time.hour < 12 ? 'AM' : 'PM'), [1]],
  H: [padded(time => time.hour), two],
  k: [padded(time => time.hour || 24), two],
  h: [padded(time => time.hour % 12 || 12), two],
  K: [padded(time => time.hour % 12), two],
  m: [padded(time => time.minute), two],
  s: [padded(time => time.second), two],
  S: [(time, width) => digits(nanosOfSecond(time), 9).slice(0, width), upTo(9)],
  n: [padded(nanosOfSecond), upTo(19)],
  A: [padded(time => Math.floor(nanosOfDay(time) / 1e6)), upTo(19)],
  N: [padded(nanosOfDay), upTo(19)],
  O: [(time, width) => `GMT${localOffset(time, width === 4)}`, [1, 4]],
  X: [(time, width) => (time.offsetNanoseconds === 0 ? 'Z' : offset(time, width)), five],
  x: [(time, width) => offset(time, width), five],
  Z: [zone, five],
}

const tokens = /'((?:[^']|'')*)'|([A-Za-z])\2*|[[\]]|[^A-Za-z'[\]{}#]+/gy

/** Undefined when `pattern` is sound, otherwise what is wrong with it. */
export function patternProblem(pattern: string): string | undefined {
  let end = 0
  let open = 0
  for (const [token, , letter] of pattern.matchAll(tokens)) {
    end += token.length
    if (token === '[') open++
    if (token === ']' && --open < 0) return "a ']' closes nothing"
    if (letter === undefined) continue
    const widths = fields[letter]?.[1]
    if (widths === undefined) return `the letter '${letter}' is none of ${Object.keys(fields).join(' ')}`
    if (!widths.includes(token.length)) return `'${token}' has a number of letters that '${letter}' does not take`
  }
  if (end === pattern.length) return undefined
  const rest = pattern.slice(end)
  return rest.startsWith("'") ? 'a quote is not closed' : `'${rest.charAt(0)}' is reserved: put it in single quotes`
}

export function formatTime(pattern: string, time: Time): string {
  return pattern.replace(tokens, (token: string, quoted: string | undefined, letter: string | undefined) => {
    if (letter !== undefined) return fields[letter]?.[0](time, token.length) ?? ''
    if (token === '[' || token === ']') return ''
    if (quoted === undefined) return token
    return quoted === '' ? "'" : quoted.replaceAll("''", "'")
  })
}

/** Weeks begin on Sunday; the first of a year is the one that holds its first day. */
function weekOf(time: Time): { readonly year: number; readonly week: number } {
  const sunday = time.toPlainDate().subtract({ days: time.dayOfWeek % 7 })
  const { year } = sunday.add({ days: 6 })
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 })
  const start = first.subtract({ days: first.dayOfWeek % 7 })
  return { year, week: start.until(sunday).days / 7 + 1 }
}

function weekOfMonth(time: Time): number {
  const first = time.toPlainDate().with({ day: 1 })
  return Math.floor((time.day - 1 + (first.dayOfWeek % 7)) / 7) + 1
}

interface Offset {
  readonly sign: string
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}

function offsetOf(time: Time): Offset {
  const total = Math.abs(time.offsetNanoseconds) / 1e9
  const sign = time.offsetNanoseconds < 0 ? '-' : '+'
  return { sign, hours: Math.floor(total / 3600), minutes: Math.floor(total / 60) % 60, seconds: total % 60 }
}

/** x: +09 or +0530 · xx: +0900 · xxx: +09:00 · xxxx and xxxxx: with seconds where there are some. */
function offset(time: Time, width: number): string {
  const { sign, hours, minutes, seconds } = offsetOf(time)
  const between = width === 3 || width === 5 ? ':' : ''
  const start = `${sign}${digits(hours, 2)}`
  if (width === 1 && minutes === 0) return start
  const end = width > 3 && seconds > 0 ? `${between}${digits(seconds, 2)}` : ''
  return `${start}${between}${digits(minutes, 2)}${end}`
}

/** O: +9 or +5:30 · OOOO: +09:00; nothing for no offset. */
function localOffset(time: Time, full: boolean): string {
  const { sign, hours, minutes, seconds } = offsetOf(time)
  if (time.offsetNanoseconds === 0) return ''
  const end = seconds > 0 ? `:${digits(seconds, 2)}` : ''
  if (full) return `${sign}${digits(hours, 2)}:${digits(minutes, 2)}${end}`
  return `${sign}${hours}${minutes > 0 || seconds > 0 ? `:${digits(minutes, 2)}${end}` : ''}`
}

/** Z to ZZZ: +0900 · ZZZZ: GMT+09:00 · ZZZZZ: +09:00, or Z for no offset. */
function zone(time: Time, width: number): string {
  if (width < 4) return offset(time, 2)
  if (width === 4) return `GMT${localOffset(time, true)}`
  return time.offsetNanoseconds === 0 ? 'Z' : offset(time, 5)
}
