// Regular expressions. https://trino.io/docs/current/functions/regexp.html
//
// A pattern that the statement spells out and that RE2 reads the same way is DuckDB's work, many times quicker; all others
// are the engine's process' own (sql/computed/regexp.ts).
import { at, EngineFault, type Position } from '../../engine/fault.ts'
import { ComputeFault } from '../computed/computed.ts'
import { compiled, groupsOf, translated } from '../computed/regexp-pattern.ts'
import { readReplacement } from '../computed/regexp-replacement.ts'
import { literal } from '../text.ts'
import { arrayOf, bigint, boolean, type Type, varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

/** What RE2 is given; undefined where it may not be asked. A pattern that is none is refused here already. */
function quick(pattern: Argument | undefined, position: Position | undefined): string | undefined {
  if (pattern?.text === undefined) return undefined
  try {
    compiled(pattern.text)
    const { re2 } = translated(pattern.text)
    return re2 === undefined ? undefined : literal(re2)
  } catch (cause) {
    if (!(cause instanceof ComputeFault)) throw cause
    // Athena tells no place: it reads the pattern as it would another row's.
    if (!cause.message.startsWith('NOT')) throw new EngineFault('data', cause.message)
    throw new EngineFault('unsupported', atPlace(cause.message, position), position)
  }
}

const atPlace = (message: string, position: Position | undefined) =>
  message.replace(/^([A-Z_]+: )?(.*)$/s, (_, code = '', text = '') => code + at(position, text))

/** No empty match: those count in each language in its own way. */
const isNeverEmpty = (pattern: Argument | undefined): boolean =>
  pattern?.text !== undefined && !compiled(pattern.text).test('') && !/\\[AzZbB]|\(\?[=!<]|[\^$]/.test(pattern.text)

const like: Writer = ([, pattern], position) => {
  const re2 = quick(pattern, position) ?? untilEnd(pattern)
  return typed(re2 === undefined ? 'athena_regexp_like($1, $2)' : `regexp_matches($1, ${re2})`, boolean)
}

/** A dollar at the end of it all: whether a line's end that follows belongs to the match is no matter where none is shown. */
function untilEnd(pattern: Argument | undefined): string | undefined {
  const text = pattern?.text
  if (text === undefined || text.includes('|') || !/(?:^|[^\\])(?:\\\\)*\$$/.test(text)) return undefined
  const { re2 } = translated(text.slice(0, -1))
  return re2 === undefined ? undefined : literal(`${re2}\\n?\\z`)
}

const extract: Writer = ([source, pattern], position) => {
  const re2 = quick(pattern, position)
  const type = source?.type ?? varchar
  if (re2 === undefined) return typed('athena_regexp_extract($1, $2, 0)', type)
  return typed(`CASE WHEN regexp_matches($1, ${re2}) THEN regexp_extract($1, ${re2}) END`, type)
}

const replace: Writer = ([source, pattern, replacement], position) => {
  const re2 = quick(pattern, position)
  const type = replacement === undefined ? (source?.type ?? varchar) : varchar
  const pieces = replacement === undefined ? [] : replacementOf(replacement, pattern)
  if (re2 === undefined || pieces === undefined || !isNeverEmpty(pattern))
    return typed(`athena_regexp_replace($1, $2, ${replacement === undefined ? "''" : '$3'})`, type)
  const text = pieces.map(piece => (typeof piece === 'string' ? piece.replaceAll('\\', '\\\\') : `\\${piece.group}`))
  return typed(`regexp_replace($1, ${re2}, ${literal(text.join(''))}, 'g')`, type)
}

/** Undefined where the replacement is known only row by row or names what DuckDB cannot. */
function replacementOf(replacement: Argument, pattern: Argument | undefined) {
  if (replacement.text === undefined || pattern?.text === undefined) return undefined
  try {
    const pieces = readReplacement(replacement.text, groupsOf(pattern.text))
    return pieces.every(piece => typeof piece === 'string' || Number(piece.group) <= 9) ? pieces : undefined
  } catch (cause) {
    if (!(cause instanceof ComputeFault)) throw cause
    throw new EngineFault('data', cause.message)
  }
}

const count: Writer = ([, pattern], position) => {
  const re2 = quick(pattern, position)
  if (re2 === undefined || !isNeverEmpty(pattern)) return typed('athena_regexp_count($1, $2)', bigint)
  return typed(`CAST(len(regexp_extract_all($1, ${re2})) AS BIGINT)`, bigint)
}

const checked =
  (template: string, of = (source: Type): Type => source): Writer =>
  ([source, pattern], position) => {
    quick(pattern, position)
    return typed(template, of(source?.type ?? varchar))
  }

/** The lambda sees the groups of one match. */
const lambda = `list_transform([athena_regexp_pieces($1, $2)], pieces -> pieces[1][1] || array_to_string(list_transform(
  list_zip(list_transform(pieces[2:], $3), pieces[1][2:]), part -> coalesce(part[1], '') || part[2]), ''))[1]`

export const regexps: FunctionTable = {
  regexp_count: scalar(['(varchar, varchar) -> bigint', count]),
  regexp_extract: scalar(
    ['(varchar(x), varchar) -> varchar(x)', extract],
    ['(varchar(x), varchar, bigint) -> varchar(x)', checked('athena_regexp_extract($1, $2, $3)')],
  ),
  regexp_extract_all: scalar(
    ['(varchar(x), varchar) -> array(varchar(x))', checked('athena_regexp_extract_all($1, $2, 0)', arrayOf)],
    ['(varchar(x), varchar, bigint) -> array(varchar(x))', checked('athena_regexp_extract_all($1, $2, $3)', arrayOf)],
  ),
  regexp_like: scalar(['(varchar, varchar) -> boolean', like]),
  regexp_position: scalar(
    ['(varchar, varchar) -> integer', 'CAST(athena_regexp_position($1, $2, 1, 1) AS INTEGER)'],
    ['(varchar, varchar, bigint) -> integer', 'CAST(athena_regexp_position($1, $2, $3, 1) AS INTEGER)'],
    ['(varchar, varchar, bigint, bigint) -> integer', 'CAST(athena_regexp_position($1, $2, $3, $4) AS INTEGER)'],
  ),
  regexp_replace: scalar(
    ['(varchar(x), varchar) -> varchar(x)', replace],
    ['(varchar, varchar, varchar) -> varchar', replace],
    ['(varchar, varchar, function(array(varchar), varchar)) -> varchar', lambda],
  ),
  regexp_split: scalar(['(varchar(x), varchar) -> array(varchar(x))', checked('athena_regexp_split($1, $2)', arrayOf)]),
}
