// What the parser could not read, said as Athena says it: the place, the word that stands there, and what may stand there as far
// as the parser tells it.
import { at, EngineFault, type Position } from '../../engine/fault.ts'

const signs: Readonly<Record<string, string>> = {
  RParen: "')'",
  LParen: "'('",
  RBracket: "']'",
  Comma: "','",
  By: "'BY'",
  As: "'AS'",
  From: "'FROM'",
  Then: "'THEN'",
  End: "'END'",
  Select: "'SELECT'",
  On: "'ON'",
}

/** With these words a query begins. */
const beginnings = ['(', 'SELECT', 'TABLE', 'VALUES', 'WITH']
/** Statements around a query. */
const others = ['CREATE', 'EXPLAIN', 'INSERT', 'UNLOAD']

export function syntaxFault(error: string, sql: string, before: (position: Position) => Position): EngineFault {
  if (/Maximum call stack size exceeded/.test(error)) return tooLarge()
  const found = /^(?:Parse|Tokenization) error at line (\d+), column (\d+): (.*)$/s.exec(error)
  if (found === null) return new EngineFault('syntax', error)
  const [first = ''] = /^\s*(?:[A-Za-z_]\w*|\S)/.exec(sql) ?? []
  const word = first.trim()
  if (![...beginnings, ...others].includes(word.toUpperCase()) && /^[A-Za-z]/.test(word)) {
    const position = placeOf(sql, first.length - word.length)
    const expected = beginnings.map(one => `'${one}'`).join(', ')
    return new EngineFault('syntax', at(position, `mismatched input '${word}'. Expecting: ${expected}`), position)
  }
  const said = found[3] ?? ''
  const end = before({ line: Number(found[1]), column: Math.max(1, Number(found[2]) - 1) })
  if (said.startsWith('Unterminated')) return new EngineFault('syntax', at(end, `mismatched input: ${said}`), end)
  const { input, position } = inputTo(sql, end, said)
  if (said.includes('E_GUARD_')) return tooLarge(position)
  return new EngineFault('syntax', at(position, `mismatched input '${input}'. Expecting: ${expecting(said)}`), position)
}

/** Nested too deep, or in one chain too long, for the parser's stack: as Trino says it. */
function tooLarge(position: Position = { line: 1, column: 1 }): EngineFault {
  return new EngineFault('syntax', at(position, 'statement is too large (stack overflow while parsing)'), position)
}

function expecting(said: string): string {
  const sign = signs[/^Expected (\w+), got/.exec(said)?.[1] ?? '']
  if (sign !== undefined) return sign
  if (said.startsWith('Expected identifier')) return '<identifier>'
  if (said.startsWith('Expected table name')) return "'(', 'LATERAL', 'UNNEST', <identifier>"
  // The statement could have ended here.
  if (said.startsWith('Invalid expression / Unexpected token')) return '<EOF>'
  return said.startsWith('Unexpected token') ? '<expression>' : said
}

function placeOf(sql: string, offset: number): Position {
  const lines = sql.slice(0, offset).split('\n')
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 }
}

const last = /(?:\w+|'(?:[^']|'')*'|"(?:[^"]|"")*"|[<>!]=|<>|\|\||->|\S)$/u

/** What ends there. The parser points to the last word where it misses one behind it. */
function inputTo(
  sql: string,
  { line, column }: Position,
  said: string,
): { readonly input: string; readonly position: Position } {
  const lines = sql.trimEnd().split('\n')
  const signs = [...(lines[line - 1] ?? '')]
  const isLast = line === lines.length && column >= signs.length
  if (said.includes('end of input') || (isLast && !said.startsWith('Invalid expression')))
    return { input: '<EOF>', position: { line, column: signs.length + 1 } }
  const [input = ''] = last.exec(signs.slice(0, column).join('')) ?? []
  return { input, position: { line, column: column - [...input].length + 1 } }
}
