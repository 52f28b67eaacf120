// `FROM (SELECT …) UNION …`, `WHERE a > (SELECT …) UNION …`: the parser takes a query in brackets for the first part of the
// UNION behind it. Where one ends, so that it can be given a name, or be made the argument of a call.

const starts = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE'])
const setWords = new Set(['UNION', 'INTERSECT', 'EXCEPT'])
/** What may follow a query in brackets that is itself a part of a query in brackets. */
const within = new Set([')', 'UNION', 'INTERSECT', 'EXCEPT', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH'])
const clauses = new Set(['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT', 'ON'])

/** The places of the closing brackets; `words` are the statement's, in capitals, texts hidden. */
export function unnamedQueries(words: readonly string[]): readonly number[] {
  const closed = closings(words)
  const found: number[] = []
  // The clause that each open bracket is in, the innermost last.
  const inside: string[] = ['']
  for (const [index, word] of words.entries()) {
    if (clauses.has(word)) inside[inside.length - 1] = word
    if (word === ')') inside.pop()
    if (word !== '(') continue
    const end = closed.get(index)
    const before = words[index - 1] ?? ''
    const isInFrom =
      before === 'JOIN' ||
      (before === 'FROM' && words[index - 2] !== 'DISTINCT') ||
      (before === ',' && inside.at(-1) === 'FROM')
    if (end !== undefined && isInFrom && setWords.has(words[end + 1] ?? '') && isQuery(words, index, closed))
      found.push(end)
    inside.push('')
  }
  return found
}

/** Behind these a value stands. */
const beforeValues = new Set([
  ...['=', '<>', '!=', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '||', 'SELECT', 'VALUES', 'WHERE', 'HAVING'],
  ...['BY', 'ON', 'AND', 'OR', 'NOT', 'BETWEEN', 'LIKE'],
])

/** `WHERE a > (SELECT …) UNION …`: queries that are values, and the last thing of a query. Their brackets' places. */
export function queriesBeforeSets(words: readonly string[]): readonly (readonly [number, number])[] {
  const closed = closings(words)
  const found: (readonly [number, number])[] = []
  const inside: string[] = ['']
  for (const [index, word] of words.entries()) {
    if (clauses.has(word)) inside[inside.length - 1] = word
    if (word === ')') inside.pop()
    if (word !== '(') continue
    const end = closed.get(index)
    const [before = '', further = ''] = [words[index - 1], words[index - 2]]
    const isValue =
      beforeValues.has(before) ||
      (before === ',' && inside.at(-1) !== 'FROM' && inside.at(-1) !== '') ||
      (before === 'DISTINCT' && further === 'SELECT') ||
      (before === 'ALL' && further === 'SELECT') ||
      (before === 'FROM' && further === 'DISTINCT')
    if (end !== undefined && isValue && setWords.has(words[end + 1] ?? '') && isQuery(words, index, closed))
      found.push([index, end])
    inside.push('')
  }
  return found
}

/** Not a join in brackets, which may begin with a query as well. */
function isQuery(words: readonly string[], opener: number, closed: ReadonlyMap<number, number>): boolean {
  const next = opener + 1
  if (words[next] !== '(') return starts.has(words[next] ?? '')
  return isQuery(words, next, closed) && within.has(words[(closed.get(next) ?? 0) + 1] ?? '')
}

function closings(words: readonly string[]): ReadonlyMap<number, number> {
  const open: number[] = []
  const closed = new Map<number, number>()
  for (const [index, word] of words.entries()) {
    if (word === '(') open.push(index)
    else if (word === ')') closed.set(open.pop() ?? -1, index)
  }
  return closed
}

const queryWords = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', '('])

/** Where the query of a WITH begins that stands in brackets: `WITH w AS (…) (SELECT …) ORDER BY 1`. */
export function bracketedBodies(words: readonly string[]): readonly number[] {
  const open: number[] = []
  const found: number[] = []
  for (const [index, word] of words.entries()) {
    if (word === '(') open.push(index)
    if (word !== ')') continue
    const start = open.pop() ?? 0
    const isNamed = words[start - 1] === 'AS' && words[index + 1] === '('
    if (isNamed && queryWords.has(words[index + 2] ?? '')) found.push(index + 1)
  }
  return found
}
