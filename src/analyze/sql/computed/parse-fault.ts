// Why a text is no date of a format, as Joda tells it: where the text leaves the format, or which of its numbers is too large.
// https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormatter.html
import { type ComputedTable, computed } from './computed.ts'

interface NumberField {
  readonly name: string
  readonly digits: number
  readonly least: number
  readonly most: number
}

const field = (name: string, digits: number, least: number, most: number): NumberField => ({
  name,
  digits,
  least,
  most,
})

/** In strptime's codes, a field before those that are shorter. */
const numbers: Readonly<Record<string, NumberField>> = {
  Y: field('year', 4, -292275054, 292278993),
  y: field('year', 2, 0, 99),
  m: field('monthOfYear', 2, 1, 12),
  j: field('dayOfYear', 3, 1, 366),
  d: field('dayOfMonth', 2, 1, 31),
  H: field('hourOfDay', 2, 0, 23),
  I: field('clockhourOfHalfday', 2, 1, 12),
  M: field('minuteOfHour', 2, 0, 59),
  S: field('secondOfMinute', 2, 0, 59),
  f: field('fractionOfSecond', 9, 0, 999_999_999),
}

const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
/** A short name is read as well as a long one, whichever the format says. */
const both = (names: readonly string[]) => [...names, ...names.map(name => name.slice(0, 3))]
const words: Readonly<Record<string, readonly string[]>> = {
  ...{ a: both(days), A: both(days), b: both(months), B: both(months), p: ['AM', 'PM'] },
}
const offset = /(?:Z|[+-]\d\d(?::?\d\d)?)/iy

interface Reading {
  /** Where the text leaves the format; its end when it does not. */
  readonly at: number
  readonly isWhole: boolean
  readonly values: ReadonlyMap<string, string>
}

/** `isRun`: what stands for itself is compared as one piece, not sign by sign. */
function readAlong(text: string, codes: string, isRun: boolean): Reading {
  const values = new Map<string, string>()
  let at = 0
  const left = (): Reading => ({ at, isWhole: false, values })
  for (const [piece] of codes.matchAll(/%-?[A-Za-z%]|[^%]+/g)) {
    const code = piece.startsWith('%') ? (piece.at(-1) ?? '') : ''
    const number = numbers[code]
    const names = words[code]
    const rest = text.slice(at)
    if (number !== undefined) {
      const digits = new RegExp(`^${code === 'y' ? '\\d{2}' : `\\d{1,${number.digits}}`}`).exec(rest)?.[0]
      if (digits === undefined) return left()
      values.set(code, digits)
      at += digits.length
    } else if (names !== undefined) {
      const name = names.find(one => rest.toLowerCase().startsWith(one.toLowerCase()))
      if (name === undefined) return left()
      at += name.length
    } else if (code === 'z') {
      offset.lastIndex = at
      const found = offset.exec(text)?.[0]
      if (found === undefined) return left()
      at += found.length
    } else {
      const plain = code === '%' ? '%' : piece
      for (const part of isRun ? [plain] : plain) {
        if (text.slice(at, at + part.length).toLowerCase() !== part.toLowerCase()) return left()
        at += part.length
      }
    }
  }
  return { at, isWhole: at === text.length, values }
}

function tooLarge(values: ReadonlyMap<string, string>): string | undefined {
  for (const [code, { name, least, most }] of Object.entries(numbers)) {
    const value = Number(values.get(code) ?? least)
    const last = code === 'd' ? daysOf(values) : most
    if (value < least || value > last) return `Value ${value} for ${name} must be in the range [${least},${last}]`
  }
  return undefined
}

function daysOf(values: ReadonlyMap<string, string>): number {
  const month = Number(values.get('m') ?? 1)
  return new Date(Date.UTC(Number(values.get('Y') ?? 2000), month, 0)).getUTCDate()
}

/** So much of the text behind the place is shown. */
const shownMax = 32

function fault(text: string, codes: string, isRun: boolean): string {
  const { at, isWhole, values } = readAlong(text, codes, isRun)
  const large = isWhole ? tooLarge(values) : undefined
  if (large !== undefined) return `Cannot parse "${text}": ${large}`
  const end = at + shownMax
  const shown = text.length <= end + 3 ? text : `${text.slice(0, end)}...`
  if (at <= 0 || isWhole) return `Invalid format: "${shown}"`
  if (at >= text.length) return `Invalid format: "${shown}" is too short`
  return `Invalid format: "${shown}" is malformed at "${shown.slice(at)}"`
}

export const parseFaults: ComputedTable = {
  athena_parse_fault: computed(['VARCHAR', 'VARCHAR', 'BOOLEAN'], 'VARCHAR', fault),
}
