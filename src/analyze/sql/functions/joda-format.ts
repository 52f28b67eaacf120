// Joda's format letters, as Athena's format_datetime and parse_datetime know them. The number of a letter says how many
// digits there are at least, or whether a name is short (up to three) or full.
// https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
import type { Position } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { literal } from '../text.ts'
import type { Value } from '../value.ts'
import { offsetMinutes } from '../zones.ts'
import { invalid, offsetOf, stamp } from './clock.ts'
import type { Printed, Read } from './date-formats.ts'
import type { Argument } from './entry.ts'

interface Piece {
  readonly letter: string
  readonly count: number
  /** What stands for itself. */
  readonly text?: string
}

function cut(format: string): readonly Piece[] {
  // A quote that is not closed encloses all that follows.
  const pieces = format.matchAll(/'((?:[^']|'')*)(?:'|$)|([A-Za-z])\2*|[^A-Za-z']+/g)
  return [...pieces].map(([piece, quoted, letter]) => {
    if (letter !== undefined) return { letter, count: piece.length }
    const text = piece === "''" ? "'" : (quoted?.replaceAll("''", "'") ?? piece)
    return { letter: '', count: 0, text }
  })
}

const number =
  (expression: string) =>
  (count: number): Printed =>
  value =>
    `format('{:0${count}d}', ${expression.replaceAll('?', stamp(value))})`

const name =
  (short: string, full: string) =>
  (count: number): Printed =>
    count >= 4 ? full : short

/** Milliseconds are all there are; further digits are zeros, fewer are cut off. */
const fraction = (count: number): Printed => {
  if (count === 3) return '%g'
  return count > 3
    ? `%g${'0'.repeat(count - 3)}`
    : (value: Argument) => `left(strftime(${stamp(value)}, '%g'), ${count})`
}

const year = (count: number): Printed => (count === 2 ? '%y' : number('year(?)')(count))

const printed: Readonly<Record<string, (count: number) => Printed>> = {
  G: () => value => `CASE WHEN year(${stamp(value)}) > 0 THEN 'AD' ELSE 'BC' END`,
  C: number('year(?) // 100'),
  Y: year,
  y: year,
  x: count => (count === 2 ? value => `right(strftime(${stamp(value)}, '%G'), 2)` : number('isoyear(?)')(count)),
  w: number('week(?)'),
  e: number('isodow(?)'),
  E: name('%a', '%A'),
  D: number('dayofyear(?)'),
  M: count => (count > 2 ? name('%b', '%B')(count) : number('month(?)')(count)),
  d: number('day(?)'),
  a: () => '%p',
  K: number('hour(?) % 12'),
  h: number('(hour(?) + 11) % 12 + 1'),
  H: number('hour(?)'),
  k: number('(hour(?) + 23) % 24 + 1'),
  m: number('minute(?)'),
  s: number('second(?)'),
  S: fraction,
}

/** Two digits, the most usual form, are strftime's own. */
const two: Readonly<Record<string, string>> = { M: '%m', d: '%d', h: '%I', H: '%H', m: '%M', s: '%S', w: '%V' }

export function jodaPrinted(format: string, of: Value, position: Position | undefined): readonly Printed[] {
  return cut(format).map(({ letter, count, text }) => {
    if (text !== undefined) return text.replaceAll('%', '%%')
    if (letter === 'z' || letter === 'Z') return zone(letter, count, of, position)
    const known = (count === 2 ? two[letter] : undefined) ?? printed[letter]?.(count)
    if (known === undefined) throw invalid(`Illegal pattern component: ${letter.repeat(count)}`, position)
    return known
  })
}

function zone(letter: string, count: number, of: Value, position: Position | undefined): Printed {
  if (of.type.kind !== 'instant')
    throw invalid(
      "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ information",
      position,
    )
  const name = of.type.zone
  const minutes = offsetMinutes(name)
  if (letter === 'z') {
    if (minutes === undefined) throw unsupported(`The name of the time zone ${name} (the letter z)`, position)
    return () => literal(minutes === 0 ? (count >= 4 ? 'Coordinated Universal Time' : 'UTC') : name)
  }
  if (count >= 3) return () => literal(name)
  return value => {
    const text = `athena_offset(${offsetOf(value)})`
    return count === 2 ? text : `replace(${text}, ':', '')`
  }
}

const read: Readonly<Record<string, string>> = {
  ...{ M: '%m', d: '%d', D: '%j', H: '%H', h: '%I', m: '%M', s: '%S', S: '%f', a: '%p', Z: '%z' },
  ...{ y: '%Y', Y: '%Y' },
}

export function jodaRead(format: string, position: Position | undefined): Read {
  const fields = new Set<'year' | 'day' | 'zone' | 'pivot' | 'fraction' | 'half'>()
  const codes = cut(format).map(({ letter, count, text }) => {
    if (text !== undefined) return text.replaceAll('%', '%%')
    if (letter === 'E') return count >= 4 ? '%A' : '%a'
    // Which century two digits are of depends on the year in which they are read; a zone by its name on its history.
    const isKnown = !('yY'.includes(letter) && count === 2) && !(letter === 'Z' && count > 2)
    const code = isKnown ? read[letter] : undefined
    if (code === undefined)
      throw unsupported(`The date format code '${letter.repeat(count)}' in parse_datetime`, position)
    if ('yY'.includes(letter)) fields.add('year')
    if ('MdD'.includes(letter)) fields.add('day')
    if (letter === 'Z') fields.add('zone')
    if (letter === 'S') fields.add('fraction')
    return letter === 'M' && count > 2 ? (count === 3 ? '%b' : '%B') : code
  })
  if (codes.includes('%I') && !codes.includes('%p') && !codes.includes('%H')) fields.add('half')
  return { format: codes.join(''), fields }
}
