// Fields without a name in the type of a row, as in CAST(… AS ROW(bigint, decimal(10, 2))): the parser takes the first word of such
// a field for its name where brackets or words follow it.
import type { Token } from './edits.ts'

const openers = new Set(['(', '<'])
const closers = new Set([')', '>'])
/** What follows the name of a type. */
const afterName = new Set(['(', '<', 'WITH', 'PRECISION', 'DAY', 'YEAR'])

const sized = new Set([
  ...['ARRAY', 'CHAR', 'DECIMAL', 'DOUBLE', 'INTERVAL', 'MAP', 'ROW', 'TIME', 'TIMESTAMP', 'VARCHAR'],
])

/** Where such fields begin, of the type behind the word AS at that place. */
export function unnamedFields(words: readonly string[], tokens: readonly Token[], as: number): readonly number[] {
  const first = words[as + 1] ?? ''
  if (!['ARRAY', 'MAP', 'ROW'].includes(first) || !openers.has(words[as + 2] ?? '')) return []
  const found: number[] = []
  const open: string[] = []
  for (let index = as + 2; index < words.length; index++) {
    const word = words[index] ?? ''
    if (openers.has(word)) open.push(words[index - 1] ?? '')
    else if (closers.has(word)) open.pop()
    if (open.length === 0) break
    const begins = open.at(-1) === 'ROW' && (openers.has(word) || word === ',')
    const start = tokens[index + 1]
    if (begins && start && sized.has(words[index + 1] ?? '') && afterName.has(words[index + 2] ?? ''))
      found.push(start.start)
  }
  return found
}
