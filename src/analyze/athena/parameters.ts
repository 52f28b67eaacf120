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

const marksOf = (sql: string): readonly Token[] =>
  (tokensOf(sql) ?? []).filter(token => token.kind === 'symbol' && token.text === '?')

/** Words of constants. Any other word would be the name of a column, and queries are no constants. */
const words = new Set(
  (
    'true false null and or not is in between like as at zone with to date timestamp time interval day month year hour ' +
    'minute second decimal double precision varchar char bigint integer int smallint tinyint real boolean varbinary json ' +
    'array map row uuid'
  ).split(' '),
)

function constant(value: string, place: number): string {
  const tokens = tokensOf(value)
  const [first] = tokens ?? []
  if (!tokens || !first || first.kind === 'end') throw notConstant(value, place)
  const written = tokens.slice(0, -1)
  let depth = 0
  for (const [index, { kind, text }] of written.entries()) {
    if (kind === 'symbol' && '([{'.includes(text)) depth += 1
    if (kind === 'symbol' && ')]}'.includes(text)) depth -= 1
    const isCall = written[index + 1]?.text === '(' && !/^(?:select|with|values|table)$/i.test(text)
    const isName = kind === 'quoted' || (kind === 'word' && !words.has(text.toLowerCase()) && !isCall)
    const isForeign = kind === 'symbol' && (';?'.includes(text) || (text === ',' && depth === 0))
    if (depth < 0 || isName || isForeign) throw notConstant(value, place)
  }
  if (depth !== 0) throw notConstant(value, place)
  const end = written.at(-1)?.end ?? value.length
  const text = value.slice(first.offset, end)
  // One token stands as it is, so that it may follow LIMIT; any other is bracketed, so that nothing beside it binds closer.
  return written.length === 1 ? text : `(${text})`
}

const notConstant = (value: string, place: number) =>
  new QueryFailure(
    'user',
    `EXPRESSION_NOT_CONSTANT: line 1:1: Constant expression cannot contain column references: parameter ${place} is ` +
      `${value.slice(0, 100)}. Text stands in single quotes.`,
  )
