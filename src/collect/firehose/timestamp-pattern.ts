// The part of Java's DateTimeFormatter patterns that prefixes are made of:
//
//   pattern := (letters | quoted | other)*      letters: one letter repeated; quoted: '…', '' is a quote
//
// A letter that Java knows and this does not is refused when the delivery stream is made, not when it delivers.

type Field = (time: Temporal.ZonedDateTime, width: number) => string

const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')

const digits = (value: number, width: number) => String(value).padStart(width, '0')
const year: Field = (time, width) => (width === 2 ? digits(time.year % 100, 2) : digits(time.year, width))
const text = (name: string, width: number) => (width === 4 ? name : width === 5 ? name.charAt(0) : name.slice(0, 3))
const month: Field = (time, width) =>
  width < 3 ? digits(time.month, width) : text(months[time.month - 1] as string, width)

const fields: Readonly<Record<string, Field>> = {
  y: year,
  u: year,
  M: month,
  L: month,
  d: (time, width) => digits(time.day, width),
  D: (time, width) => digits(time.dayOfYear, width),
  E: (time, width) => text(days[time.dayOfWeek - 1] as string, width),
  a: time => (time.hour < 12 ? 'AM' : 'PM'),
  H: (time, width) => digits(time.hour, width),
  k: (time, width) => digits(time.hour || 24, width),
  h: (time, width) => digits(time.hour % 12 || 12, width),
  K: (time, width) => digits(time.hour % 12, width),
  m: (time, width) => digits(time.minute, width),
  s: (time, width) => digits(time.second, width),
  S: (time, width) => (digits(time.millisecond, 3) + digits(time.microsecond, 3)).padEnd(width, '0').slice(0, width),
}
const widthMax: Readonly<Record<string, number>> = { y: 10, u: 10, M: 5, L: 5, E: 5, a: 1, D: 3, S: 9 }

const tokens = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/gy

/** Undefined when `pattern` is sound, otherwise what is wrong with it. */
export function patternProblem(pattern: string): string | undefined {
  let end = 0
  for (const token of pattern.matchAll(tokens)) {
    end = token.index + token[0].length
    const letter = token[2]
    if (letter === undefined) continue
    if (fields[letter] === undefined) return `the letter '${letter}' is none of ${Object.keys(fields).join(' ')}`
    if (token[0].length > (widthMax[letter] ?? 2)) return `'${token[0]}' has too many letters`
  }
  return end === pattern.length ? undefined : 'a quote is not closed'
}

export function formatTime(pattern: string, time: Temporal.ZonedDateTime): string {
  return pattern.replace(tokens, (token: string, quoted: string | undefined, letter: string | undefined) => {
    if (letter !== undefined) return fields[letter]?.(time, token.length) ?? ''
    if (quoted === undefined) return token
    return quoted === '' ? "'" : quoted.replaceAll("''", "'")
  })
}
