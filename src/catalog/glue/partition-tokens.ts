// The words of a partition filter, and what is said when one does not belong where it stands.
import { InvalidInputException } from './faults.ts'

export interface Token {
  /** `name` is quoted and therefore never a keyword. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol' | 'end'
  readonly text: string
  readonly at: number
}

/** The last token is always `end`. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  const next = new RegExp(grammar.source, 'gy')
  while (next.lastIndex < text.length) {
    const at = next.lastIndex
    const groups = next.exec(text)?.groups
    if (!groups)
      throw unreadable(text, 'a name, a number, text in single quotes or an operator', {
        kind: 'symbol',
        text: text[at] ?? '',
        at,
      })
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) as [string, string]
    if (kind === 'space') continue
    if (kind === 'text') tokens.push({ kind, text: found.slice(1, -1).replaceAll("''", "'"), at })
    else if (kind === 'name') tokens.push({ kind, text: found.slice(1, -1), at })
    else tokens.push({ kind: kind as Token['kind'], text: found, at })
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

const grammar =
  /(?<space>\s+)|(?<text>'(?:[^']|'')*')|(?<name>"[^"]+"|`[^`]+`)|(?<number>-?\d+(?:\.\d+)?(?![A-Za-z_]))|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol><>|!=|<=|>=|[=<>(),])/

export function unreadable(text: string, expected: string, token?: Token) {
  const place = token ? ` at position ${token.at + 1}${token.kind === 'end' ? ' (the end)' : ` ("${token.text}")`}` : ''
  return new InvalidInputException(`The partition expression is not valid: expected ${expected}${place}: ${text}`)
}
