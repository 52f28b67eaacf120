/**
 * The statements around a query: CREATE VIEW, EXPLAIN, PREPARE, EXECUTE.
 *
 *     CREATE [OR REPLACE] VIEW name AS query
 *     EXPLAIN [(FORMAT TEXT | GRAPHVIZ | JSON, TYPE LOGICAL | VALIDATE | IO)] query
 *     EXPLAIN ANALYZE [(FORMAT TEXT | JSON)] query
 *     PREPARE name FROM statement                     EXECUTE name [USING value, …]
 */
import { malformedStatement, unsupportedStatement } from '../faults.ts'
import { queryOf } from './read-write.ts'
import type { Reader } from './reader.ts'
import type { Explain, Statement } from './statement.ts'

/** After CREATE [OR REPLACE] VIEW. */
export function readCreateView(reader: Reader, isReplacing: boolean): Statement {
  const table = reader.tableName()
  if (reader.sees('(')) throw unsupportedStatement(reader.place, 'CREATE VIEW with a list of columns')
  for (const word of ['COMMENT', 'SECURITY'])
    if (reader.sees(word)) throw unsupportedStatement(reader.place, `CREATE VIEW … ${word}`)
  reader.expect('AS')
  return { kind: 'createView', table, isReplacing, query: queryOf(reader) }
}

const types = { LOGICAL: 'logical', VALIDATE: 'validate', IO: 'io' } as const
const formats = { TEXT: 'text', JSON: 'json', GRAPHVIZ: 'graphviz' } as const

export function readExplain(reader: Reader): Explain {
  const isAnalyzing = reader.accept('ANALYZE')
  let type: Explain['type'] = 'logical'
  let format: Explain['format'] = 'text'
  if (reader.sees('(') && ['TYPE', 'FORMAT'].some(word => reader.seesAt(1, word))) {
    reader.list(() => {
      const { place } = reader
      if (reader.accept('FORMAT')) format = chosen(reader, formats, 'EXPLAIN (FORMAT')
      else if (reader.accept('TYPE')) type = chosen(reader, types, 'EXPLAIN (TYPE')
      else throw reader.mismatch("'FORMAT', 'TYPE'")
      if (isAnalyzing && (type !== 'logical' || format === 'graphviz'))
        throw malformedStatement(place, 'EXPLAIN ANALYZE takes FORMAT TEXT or JSON alone')
    })
  }
  for (const word of ['INSERT', 'CREATE', 'UNLOAD', 'VERBOSE'])
    if (reader.sees(word)) throw unsupportedStatement(reader.place, `EXPLAIN ${word}`)
  return { kind: 'explain', isAnalyzing, type, format, query: queryOf(reader) }
}

function chosen<T>(reader: Reader, choices: Readonly<Record<string, T>>, of: string): T {
  const { place } = reader
  const word = reader.identifier().toUpperCase()
  const found = Object.hasOwn(choices, word) ? choices[word] : undefined
  if (found === undefined) throw unsupportedStatement(place, `${of} ${word})`)
  return found
}

/** EXECUTE name [USING value, …] */
export function readExecute(reader: Reader): Statement {
  const name = reader.name()
  const values = reader.accept('USING') ? reader.expressions() : []
  return { kind: 'execute', name, values }
}
