// Words that are names to Athena and words of its own to the parser, where they stand as names: they are quoted for it.
import type { Edit, Token } from './edits.ts'

const list = ['set', 'top', 'qualify', 'ilike', 'binary', 'minus', 'limit', 'offset']
const misread = new Set(list.map(word => word.toUpperCase()))

/** A quick look. */
export const mayBeName = new RegExp(
  String.raw`(?:[,(=<>+*/%|-]\s*|\b(?:select|by|where|and|or|on|distinct|not|when|then|else|case)\s+)(?:${list.join('|')})\b`,
  'i',
)

/** A name may stand on either side of them. */
const signs = ['=', '<', '>', '<=', '>=', '<>', '!=', '+', '-', '*', '/', '%', '||', ',']
const before = new Set([
  ...[...signs, '(', 'SELECT', 'BY', 'WHERE', 'AND', 'OR', 'ON', 'DISTINCT', 'NOT', 'WHEN', 'THEN', 'ELSE', 'CASE'],
])
const behind = new Set([
  ...[...signs, '', ';', ')', '.', 'FROM', 'IS', 'IN', 'AND', 'OR', 'AS', 'DESC', 'ASC', 'NULLS', 'LIKE', 'BETWEEN'],
  ...['NOT', 'WHEN', 'THEN', 'ELSE', 'END', 'GROUP', 'ORDER', 'WHERE', 'LIMIT', 'HAVING', 'UNION'],
])

export const isNamePlace = (words: readonly string[], index: number): boolean =>
  before.has(words[index - 1] ?? '') && behind.has(words[index + 1] ?? '')

export function nameEdits(token: Token, words: readonly string[], index: number): readonly Edit[] {
  if (!misread.has(words[index] ?? '') || !isNamePlace(words, index)) return []
  return [{ start: token.start, end: token.end, text: `"${token.text}"` }]
}
