// MySQL's date codes, as Athena's date_format and date_parse know them, in strftime's and strptime's.
// https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
import type { Position } from '../../engine/fault.ts'
import type { Value } from '../value.ts'
import { invalid } from './clock.ts'
import type { Printed, Read } from './date-formats.ts'

/** Codes of a day in its week and of weeks that begin on a Sunday: Athena refuses them too. */
const refused = new Set(['%D', '%U', '%u', '%V', '%w', '%X'])

const codes: Readonly<Record<string, string>> = {
  '%Y': '%Y',
  '%y': '%y',
  '%m': '%m',
  '%c': '%-m',
  '%d': '%d',
  '%e': '%-d',
  '%H': '%H',
  '%k': '%-H',
  '%h': '%I',
  '%I': '%I',
  '%l': '%-I',
  '%i': '%M',
  '%s': '%S',
  '%S': '%S',
  '%p': '%p',
  '%a': '%a',
  '%W': '%A',
  '%b': '%b',
  '%M': '%B',
  '%j': '%j',
  '%T': '%H:%M:%S',
  '%r': '%I:%M:%S %p',
  '%v': '%V',
  '%x': '%G',
  '%%': '%%',
}

/** The format cut into its codes and what stands between them. */
const cut = (format: string): readonly string[] => format.match(/%.|[^%]+|%$/gs) ?? []

function code(piece: string, fraction: string, position: Position | undefined): string {
  if (!piece.startsWith('%') || piece === '%') return piece.replaceAll('%', '%%')
  if (piece === '%f') return fraction
  if (refused.has(piece)) throw invalid(`${piece} not supported in date format string`, position)
  // Any other character stands for itself.
  return codes[piece] ?? piece.slice(1)
}

/** Athena prints milliseconds with three zeros behind them. */
export const mysqlPrinted = (format: string, _of: Value, position: Position | undefined): readonly Printed[] =>
  cut(format).map(piece => code(piece, '%g000', position))

export function mysqlRead(format: string, position: Position | undefined): Read {
  const pieces = cut(format)
  const has = (...names: readonly string[]) => pieces.some(piece => names.includes(piece))
  const fields: Read['fields'] = new Set([
    ...(has('%Y', '%y', '%x') ? (['year'] as const) : []),
    ...(has('%m', '%c', '%d', '%e', '%b', '%M', '%j') ? (['day'] as const) : []),
    ...(has('%y') ? (['pivot'] as const) : []),
    ...(has('%h', '%I', '%l') && !has('%p', '%r', '%H', '%k', '%T') ? (['half'] as const) : []),
    ...(has('%f') ? (['fraction'] as const) : []),
    ...(has('%v') ? (['week'] as const) : []),
  ])
  if (has('%v', '%x') && (!has('%v') || !has('%x') || fields.has('day') || has('%a', '%W')))
    throw invalid('%v and %x are read together and with no other code of a day: read a date', position)
  return { format: pieces.map(piece => code(piece, '%f', position)).join(''), fields }
}
