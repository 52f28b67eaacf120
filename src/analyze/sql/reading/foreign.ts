// What other dialects write and the parser reads as something of Athena's: signs, words out of their order and functions of
// other names. Athena knows none of it, and a statement that runs here should run there.
import { at, EngineFault, type Position } from '../../engine/fault.ts'
import { dialectAt, dialectForms } from './dialects.ts'
import type { Token } from './edits.ts'

/** Names that the parser takes for others' (ifnull for coalesce, len for length …). */
const names = [
  ...['ifnull', 'iif', 'len', 'instr', 'locate', 'char_length', 'character_length', 'lcase', 'ucase', 'startswith'],
  ...[
    'dayofweek',
    'dayofmonth',
    'dayofyear',
    'weekofyear',
    'logical_or',
    'logical_and',
    'countif',
    'parse_json',
    'bit_and',
  ],
]
const calls = new Set(names.map(name => name.toUpperCase()))

/** A quick look: few statements hold any of it. */
export const mayBeForeign = new RegExp(
  [
    String.raw`==|<=>|\*\*|~|\x60|'\s*'|\blimit\s+\d+\s*(?:,|offset\b)|\bmod\s+[^(\s]|\bis\s+(?:not\s+)?(?:true|false|unknown)\b`,
    String.raw`\bminus\s*(?:select\b|\()|\binterval\s+(?:[-+]?\s*\d|[-+]?\s*'[^']*'\s*(?!(?:year|month|day|hour|minute|second)\b))`,
    String.raw`\bextract\s*\(\s*(?:'|\w+\s*,)|\bin\s*\(\s*\)`,
    String.raw`(?:^|\()(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*from\b|\b(?:${names.join('|')})\s*\(`,
    String.raw`\bas\s+(?:${'select|from|where|group|order|having|union|join|on|using|when|then|else|end|case'})\b`,
    dialectForms,
  ].join('|'),
  'i',
)

const signs = new Set(['==', '<=>', '**', '~', '!~', '~~', '!~~', '~*', '!~*'])
const operands = new Set(['VAR', 'NUMBER', 'STRING', 'QUOTED_IDENTIFIER'])
const units = new Set(['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'])
const beforeQueries = new Set(['', '(', 'UNION', 'ALL', 'INTERSECT', 'EXCEPT'])
const reserved = new Set('SELECT FROM WHERE GROUP ORDER HAVING UNION JOIN ON USING WHEN THEN ELSE END CASE'.split(' '))

export function refuseForeign(
  sql: string,
  tokens: readonly Token[],
  words: readonly string[],
  where: (token: Token | undefined) => Position | undefined,
): void {
  const marks = [...sql]
  const refuse = (index: number, expected: string): never => {
    const token = tokens[index]
    const position = where(token)
    const shown = token === undefined ? '<EOF>' : marks.slice(token.start, token.end).join('')
    throw new EngineFault('syntax', at(position, `mismatched input '${shown}'. Expecting: ${expected}`), position)
  }
  for (const [index, token] of tokens.entries()) {
    const [word = '', next = '', before = ''] = [words[index], words[index + 1], words[index - 1]]
    const dialect = dialectAt(tokens, words, index)
    if (dialect !== undefined) refuse(...dialect)
    if (token.type === 'QUOTED_IDENTIFIER' && marks[token.start] === '`') {
      const text = 'backquoted identifiers are not supported; use double quotes to quote identifiers'
      throw new EngineFault('syntax', at(where(token), text), where(token))
    }
    if (signs.has(token.text) && token.type !== 'STRING' && token.type !== 'QUOTED_IDENTIFIER')
      refuse(index, '<expression>')
    if (word === '*' && next === '*' && tokens[index + 1]?.start === token.end) refuse(index + 1, '<expression>')
    if (token.type === 'STRING' && tokens[index + 1]?.type === 'STRING') refuse(index + 1, "',', <EOF>")
    if (word === 'MOD' && isOperand(tokens[index - 1]) && isOperand(tokens[index + 1])) refuse(index + 1, "',', <EOF>")
    if (word === 'IS') truth(words, index + (next === 'NOT' ? 2 : 1), refuse)
    if (word === 'LIMIT' && words[index + 2] === ',') refuse(index + 2, '<EOF>')
    if (word === 'OFFSET' && words[index - 2] === 'LIMIT') refuse(index, '<EOF>')
    if (word === 'IN' && next === '(' && words[index + 2] === ')') refuse(index + 2, '<expression>, <query>')
    if (word === 'MINUS' && (next === 'SELECT' || next === '(')) refuse(index + 1, '<EOF>')
    if (word === 'INTERVAL') interval(tokens, words, index, refuse)
    if (word === 'EXTRACT' && next === '(' && (words[index + 3] !== 'FROM' || words[index + 2] === '"'))
      refuse(index + 2, '<identifier>')
    if (word === 'AS' && reserved.has(next)) refuse(index + 1, '<identifier>')
    if (word === 'FROM' && beforeQueries.has(before) && words[index - 2] !== 'TRIM') refuse(index, '<query>')
    if (calls.has(word) && next === '(' && isCall(words, index)) {
      const text = `Function '${token.text.toLowerCase()}' not registered`
      throw new EngineFault('semantic', `FUNCTION_NOT_FOUND: ${at(where(token), text)}`, where(token))
    }
  }
}

type Refuse = (index: number, expected: string) => never

const isOperand = (token: Token | undefined): boolean =>
  token !== undefined && (operands.has(token.type) || token.text === ')' || token.text === '(')

function truth(words: readonly string[], index: number, refuse: Refuse): void {
  if (['TRUE', 'FALSE', 'UNKNOWN'].includes(words[index] ?? '')) refuse(index, "'DISTINCT', 'NULL'")
}

/** INTERVAL [sign] 'text' unit */
function interval(tokens: readonly Token[], words: readonly string[], index: number, refuse: Refuse): void {
  const amount = words[index + 1] === '-' || words[index + 1] === '+' ? index + 2 : index + 1
  // Otherwise it is a name: `interval - 2`.
  const isAmount = tokens[amount]?.type === 'STRING' || (amount === index + 1 && tokens[amount]?.type === 'NUMBER')
  if (!isAmount) return
  if (tokens[amount]?.type !== 'STRING') refuse(amount, "'+', '-', <string>")
  if (!units.has(words[amount + 1] ?? '')) refuse(amount + 1, "'DAY', 'HOUR', 'MINUTE', 'MONTH', 'SECOND', 'YEAR'")
}

/** Not a name with a list of columns: `AS len(x)`, `WITH len(x) AS (`. */
function isCall(words: readonly string[], index: number): boolean {
  const before = words[index - 1] ?? ''
  if (['AS', 'WITH', 'RECURSIVE', '.', ')', '"'].includes(before)) return false
  let depth = 0
  for (let place = index + 1; place < words.length; place++) {
    if (words[place] === '(') depth += 1
    if (words[place] === ')') depth -= 1
    if (depth === 0) return !(words[place + 1] === 'AS' && words[place + 2] === '(')
  }
  return true
}
