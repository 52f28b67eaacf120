/**
 * The question marks of a statement and the values for them, in their order. A value is one constant expression in the
 * query's own language: 'text' in quotes, 12, DATE '2025-01-01', NULL. It stays one expression whatever it says.
 * https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
import { type Token, tokensOf } from './ddl/tokens.ts'
import { QueryFailure } from './faults.ts'

export function bind(sql: string, values: readonly string[]): string {
  const marks = marksOf(sql)
  if (marks.length !== values.length)
    throw new QueryFailure(
      'user',
      `INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected ${marks.length} but found ${values.length}`,
    )
  let bound = ''
  let from = 0
  for (const [index, mark] of marks.entries()) {
    bound += sql.slice(from, mark.offset) + constant(values[index] ?? '', index + 1)
    from = mark.end
  }
  return bound + sql.slice(from)
}

/**
 * What a client gives for a question mark: a constant expression as it is; anything else, a name or a sentence, stands
 * for its own text, as in Athena; a query in brackets is refused when it is bound. So `Otsu` and `'Otsu'` are the same value.
 */
export function expressionOf(value: string): string {
  return isConstant(value) || /^\s*\([\s(]*(?:select|with|values|table)\b/i.test(value)
    ? value
    : `'${value.replaceAll("'", "''")}'`
}

export const hasMarks = (sql: string): boolean => marksOf(sql).length > 0

const marksOf = (sql: string): readonly Token[] =>
  (tokensOf(sql) ?? []).filter(token => token.kind === 'symbol' && token.text === '?')

/** Words that name nothing, wherever they stand. */
const reserved = wordsOf('and or not is in between like as with')
const constants = wordsOf('true false null current_date current_timestamp localtime localtimestamp')
const units = wordsOf('day month year hour minute second')
const types = wordsOf(
  'date timestamp time interval decimal double varchar char bigint integer int smallint tinyint real boolean varbinary ' +
    'json array map row uuid',
)

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.split(' '))
}

function constant(value: string, place: number): string {
  if (!isConstant(value)) throw notConstant(value, place)
  const written = (tokensOf(value) ?? []).slice(0, -1)
  const text = value.slice(written[0]?.offset ?? 0, written.at(-1)?.end)
  // One token stands as it is, so that it may follow LIMIT; any other is bracketed, so that nothing beside it binds closer.
  return written.length === 1 ? text : `(${text})`
}

function isConstant(value: string): boolean {
  const written = (tokensOf(value) ?? []).slice(0, -1)
  let depth = 0
  let hasValue = false
  for (const [index, { kind, text }] of written.entries()) {
    if (kind === 'symbol' && '(['.includes(text)) depth += 1
    if (kind === 'symbol' && ')]'.includes(text)) depth -= 1
    const isCall = written[index + 1]?.text === '(' && !/^(?:select|with|values|table)$/i.test(text)
    const isName = kind === 'quoted' || (kind === 'word' && !isCall && !isOfConstant(written, index))
    const isForeign = kind === 'symbol' && (!'()[],.+-*/%<>=!|'.includes(text) || (text === ',' && depth === 0))
    // 10.0.0.1 is numbers in a row, which are no expression.
    const next = written[index + 1]
    const isRow = kind === 'number' && (next?.kind === 'number' || next?.text === '.')
    if (depth < 0 || isName || isForeign || isRow) return false
    hasValue ||= kind === 'string' || kind === 'number' || isCall || constants.has(text.toLowerCase())
  }
  return depth === 0 && hasValue
}

/**
 * Whether a word is part of a constant: a reserved one, or a type or a unit where one belongs. Elsewhere any word is the name of a
 * column, as `day` and `year` are of many tables, and queries are no constants.
 */
function isOfConstant(written: readonly Token[], index: number): boolean {
  const word = (place: number) => written[place]?.text.toLowerCase() ?? ''
  const isText = (place: number) => written[place]?.kind === 'string'
  const [before, name, behind] = [word(index - 1), word(index), word(index + 1)]
  if (reserved.has(name) || constants.has(name)) return true
  if (units.has(name)) return isText(index - 1) || (before === 'to' && units.has(word(index - 2)))
  if (name === 'to') return units.has(before) && units.has(behind)
  if (name === 'at') return behind === 'time'
  if (name === 'zone') return before === 'time'
  if (name === 'precision') return before === 'double'
  if (!types.has(name)) return false
  const isSigned = /^[+-]$/.test(behind) && isText(index + 2)
  const isCast = written.slice(0, index).some(token => token.kind === 'word' && /^as$/i.test(token.text))
  return isText(index + 1) || isSigned || isCast || behind === '[' || (name === 'time' && behind === 'zone')
}

const notConstant = (value: string, place: number) =>
  new QueryFailure(
    'user',
    `EXPRESSION_NOT_CONSTANT: line 1:1: Constant expression cannot contain column references: parameter ${place} is ` +
      `${value.slice(0, 100)}. Text stands in single quotes.`,
  )
