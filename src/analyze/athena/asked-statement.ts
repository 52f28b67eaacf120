/** What a request asks for: its statement, read, with the values for its question marks; and what is refused before it is a query. */
import type { Caller } from './caller.ts'
import { parseStatement } from './ddl/parse.ts'
import { isQuery, isWriting, type Runnable } from './ddl/statement.ts'
import { placeOf, tokensOf } from './ddl/tokens.ts'
import {
  InvalidRequestException,
  malformedText,
  noParameters,
  noSuchPreparedStatement,
  nothingSelected,
  QueryFailure,
  unfinishedStatement,
} from './faults.ts'
import type { QueryRequest } from './live.ts'
import type { Engine } from './needs.ts'
import { bind, expressionOf, hasMarks } from './parameters.ts'
import type { PreparedStatements } from './prepared-statements.ts'

export interface AskedStatement {
  /** What runs: the text, or the prepared statement that it names. */
  readonly sql: string
  readonly values: readonly string[]
  readonly statement: Runnable
}

export function askedStatement(
  caller: Caller,
  { text, workGroup, parameters = [] }: Pick<QueryRequest, 'text' | 'workGroup' | 'parameters'>,
  kept: PreparedStatements,
): AskedStatement {
  const statement = parseStatement(text)
  if (statement.kind !== 'execute') {
    if (parameters.length > 0 && !isQuery(statement) && statement.kind !== 'explain') throw noParameters()
    return { sql: text, values: hasMarks(text) ? parameters.map(expressionOf) : [], statement }
  }
  // AWS takes the values either way.
  if (parameters.length > 0 && statement.values.length > 0) throw noParameters()
  caller.demandWorkGroup('athena:GetPreparedStatement', workGroup)
  const found = kept.find(caller, workGroup, statement.name)
  if (!found) throw new InvalidRequestException(noSuchPreparedStatement(statement.name, workGroup).message)
  const prepared = parseStatement(found.text)
  if (!isQuery(prepared)) throw new Error(`the prepared statement ${statement.name} is no query`)
  const values = statement.values.length > 0 ? statement.values : parameters.map(expressionOf)
  return { sql: found.text, values, statement: prepared }
}

/** A query that the parser cannot read is no query; a name that nobody knows is found when it runs. */
export async function demandReadable(engine: Pick<Engine, 'check'>, { sql, values, statement }: AskedStatement) {
  const query = queryIn(statement, sql)
  if (query === undefined) return
  const last = tokensOf(query)?.at(-2)
  if (last?.kind === 'word' && /^select$/i.test(last.text)) throw nothingSelected(placeOf(query, last.end))
  const wrong = await engine.check(bound(query, values))
  if (wrong === undefined) return
  throw last?.kind === 'word' && /^from$/i.test(last.text) ? unfinishedStatement() : malformedText(wrong.message)
}

function queryIn(statement: Runnable, sql: string): string | undefined {
  if (statement.kind === 'select') return sql
  if (statement.kind === 'explain' || statement.kind === 'createView' || isWriting(statement)) return statement.query
  return undefined
}

/** With too few values or with wrong ones it is left as it is: the query fails of that. */
function bound(query: string, values: readonly string[]): string {
  try {
    return bind(query, values)
  } catch (cause) {
    if (cause instanceof QueryFailure) return query
    throw cause
  }
}
