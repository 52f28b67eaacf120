// Forms of other dialects that the parser reads, and Athena's does not: what begins them is where Athena is at a loss.
import type { Token } from './edits.ts'
import { isNamePlace } from './names.ts'

/** A quick look. */
export const dialectForms = [
  String.raw`::|\{|\$\d|@\w|\bilike\b|\bqualify\b|\bselect\s+top\s+\d|\bdistinct\s+on\b|\*\s*(?:except|exclude|replace)\b`,
  String.raw`(?:^|[(,=<>+*/|[-]|\b(?:select|then|else|when|in|values|distinct|and|or|by))\s*\[`,
].join('|')

/** Behind these a value begins, and with a bracket none does. */
const beforeValues = new Set([
  ...['', '(', ',', '[', '=', '<', '>', '+', '-', '*', '/', '||', '->', 'SELECT', 'THEN', 'ELSE', 'WHEN', 'IN'],
  ...['VALUES', 'DISTINCT', 'AND', 'OR', 'BY'],
])
const queries = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', '('])

/** The token at which such a form is none of Athena's, and what Athena would take there; undefined where there is none. */
export function dialectAt(
  tokens: readonly Token[],
  words: readonly string[],
  index: number,
): readonly [number, string] | undefined {
  const [word = '', next = '', before = ''] = [words[index], words[index + 1], words[index - 1]]
  const type = tokens[index]?.type ?? ''
  if (type === 'STRING' || type === 'QUOTED_IDENTIFIER') return undefined
  if (type === 'D_COLON') return [index, "',', <EOF>"]
  if (type === 'L_BRACE' && !words.includes('MATCH_RECOGNIZE')) return [index, '<expression>']
  if (type === 'L_BRACKET' && beforeValues.has(before)) return [index, '<expression>']
  if (type === 'I_LIKE' && !isNamePlace(words, index)) return [index, '<EOF>']
  if (type === 'QUALIFY' && before === ')') return [index, '<EOF>']
  if ((type === 'PARAMETER' && word !== '?') || word.startsWith('@')) return [index, '<expression>']
  if (word === 'TOP' && before === 'SELECT' && tokens[index + 1]?.type === 'NUMBER') return [index + 1, "',', <EOF>"]
  if (word === 'DISTINCT' && next === 'ON') return [index + 1, '<expression>']
  if (word !== '*' || words[index + 2] !== '(') return undefined
  if (next === 'EXCLUDE' || next === 'REPLACE') return [index + 1, "',', <EOF>"]
  return next === 'EXCEPT' && !queries.has(words[index + 3] ?? '') ? [index + 3, '<query>'] : undefined
}
