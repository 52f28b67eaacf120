// Points in time as Firehose's two JSON SerDes read them, to the microsecond and in UTC. Text that names no zone is UTC.
//
//   OpenX: 2017-02-07T15:13:01.39256Z · 2017-2-7 5:3:1[.14] · epoch seconds or milliseconds, as number or text
//   Hive:  the patterns given (Joda's), `millis`, and always yyyy-mm-dd hh:mm:ss[.fffffffff]
//   https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html

import { EngineFault } from '../fault.ts'

/** Microseconds since 1970, or undefined for what is no point in time. */
export type ReadTimestamp = (text: string) => bigint | undefined

/** An epoch below is seconds, from there on milliseconds: so the service was seen to decide. */
const millisecondsFrom = 1_000_000_000_000
const strict = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?Z?$/
const lenient = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d{1,9})?$/

export const openxTimestamp: ReadTimestamp = text => {
  const found = strict.exec(text) ?? lenient.exec(text)
  return found === null ? epoch(text.trim()) : fields(found)
}

export function hiveTimestamp(formats: readonly string[]): ReadTimestamp {
  const readers = formats.map(format => (format === 'millis' ? millis : patternReader(format)))
  return text => {
    for (const read of readers) {
      const found = read(text)
      if (found !== undefined) return found
    }
    const found = lenient.exec(text)
    return found === null ? undefined : fields(found)
  }
}

/** The years that every reader of Parquet knows. */
export function timestampText(microseconds: bigint): string | undefined {
  if (microseconds < -62_135_596_800_000_000n || microseconds > 253_402_300_799_999_999n) return undefined
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n
  const date = new Date(Number((microseconds - fraction) / 1000n)).toISOString()
  return `${date.slice(0, 10)} ${date.slice(11, 19)}.${String(fraction).padStart(6, '0')}`
}

function millis(text: string): bigint | undefined {
  return /^-?\d{1,15}$/.test(text) ? BigInt(text) * 1000n : undefined
}

function epoch(text: string): bigint | undefined {
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined
  const value = Number(text)
  if (Math.abs(value) >= 1e18) return undefined
  if (/^-?\d+$/.test(text)) return BigInt(text) * (Math.abs(value) < millisecondsFrom ? 1_000_000n : 1000n)
  return BigInt(Math.round(value * (Math.abs(value) < millisecondsFrom ? 1e6 : 1e3)))
}

/** Year, month, day, hour, minute, second, fraction with its point. */
function fields(found: readonly (string | undefined)[]): bigint | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  return instant({ year, month, day, hour, minute, second }, found[7]?.slice(1) ?? '')
}

interface Fields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

function instant(at: Fields, fraction: string, offsetMinutes = 0): bigint | undefined {
  const date = new Date(0)
  date.setUTCFullYear(at.year, at.month - 1, at.day)
  date.setUTCHours(at.hour, at.minute, at.second)
  // The calendar carries over what does not exist: then it is another day than the one named.
  const exists =
    date.getUTCMonth() === at.month - 1 && date.getUTCDate() === at.day && date.getUTCMinutes() === at.minute
  if (!exists || at.hour > 23 || at.second > 59) return undefined
  return BigInt(date.getTime() - offsetMinutes * 60_000) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Letters of Joda's DateTimeFormat that tell a point in time. */
const letters: Readonly<Record<string, (count: number) => string>> = {
  y: count => (count === 2 ? '(?<year2>\\d\\d)' : '(?<year>\\d{4})'),
  M: count => (count > 2 ? `(?<name>${months.join('|')})[a-z]*` : `(?<month>\\d{${count},2})`),
  d: count => `(?<day>\\d{${Math.min(count, 2)},2})`,
  H: count => `(?<hour>\\d{${Math.min(count, 2)},2})`,
  h: count => `(?<hour12>\\d{${Math.min(count, 2)},2})`,
  m: count => `(?<minute>\\d{${Math.min(count, 2)},2})`,
  s: count => `(?<second>\\d{${Math.min(count, 2)},2})`,
  S: count => `(?<fraction>\\d{1,${Math.max(count, 1)}})`,
  a: () => '(?<half>am|pm)',
  Z: () => '(?<offset>z|[+-]\\d\\d:?\\d\\d)',
  E: () => '[a-z]+',
}

function patternReader(format: string): ReadTimestamp {
  const expression = format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g, (part, quoted, letter) => {
    if (quoted !== undefined) return escaped(quoted === '' ? "'" : String(quoted).replaceAll("''", "'"))
    if (letter === undefined) return escaped(part)
    const known = letters[letter]
    if (known === undefined) {
      throw new EngineFault(
        'unsupported',
        `The letter '${letter}' of the timestamp format '${format}' is not supported`,
      )
    }
    return known(part.length)
  })
  const pattern = new RegExp(`^${expression}$`, 'i')
  return text => {
    const found = pattern.exec(text)?.groups
    if (found === undefined) return undefined
    const number = (name: string, otherwise: number) => (found[name] === undefined ? otherwise : Number(found[name]))
    const year2 = number('year2', 70)
    const year = number('year', year2 < 70 ? 2000 + year2 : 1900 + year2)
    const month = found.name === undefined ? number('month', 1) : months.indexOf(found.name.toLowerCase()) + 1
    const hour12 = (number('hour12', 0) % 12) + (found.half?.toLowerCase() === 'pm' ? 12 : 0)
    const at = { year, month, day: number('day', 1), hour: number('hour', hour12), minute: number('minute', 0) }
    return instant({ ...at, second: number('second', 0) }, found.fraction ?? '', minutesOf(found.offset))
  }
}

function minutesOf(offset: string | undefined): number {
  if (offset === undefined || /^z$/i.test(offset)) return 0
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
