/**
 * The names that a function uses and that stand neither in it nor in every process: they would be missing where its text
 * runs. What declares a name anywhere in the text declares it for all of it, and a text that this cannot read for certain has
 * no free names: a function that would run is never refused, and one in a thousand that would not is found when it runs.
 */
import { type Token, tokensOf } from './script-tokens.ts'

export interface FreeName {
  readonly name: string
  /** Both from 1, in the function's text. */
  readonly line: number
  readonly column: number
}

/** The language's own, and those that mean something in some places alone. */
const words = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if import in instanceof let new null return static super switch this throw true try typeof var void while ' +
    'with yield async of get set arguments undefined NaN Infinity __name'
  ).split(' '),
)
/** Parentheses behind these are no parameters, though a brace follows. */
const statements = new Set(['if', 'for', 'while', 'switch', 'with', 'await'])
/** What is declared within classes, or by what a text that is run says, is not seen here. */
const unreadable = new Set(['class', 'with', 'eval'])

export function freeNamesOf(text: string): readonly FreeName[] {
  const tokens = tokensOf(text)
  if (tokens.some(token => token.kind === 'name' && unreadable.has(token.text))) return []
  const partners = partnersOf(tokens)
  if (partners === undefined) return []
  const declared = declaredIn(tokens, partners)
  const free = new Map<string, FreeName>()
  for (const [index, token] of tokens.entries()) {
    const { kind, text: name, at } = token
    if (kind !== 'name' || words.has(name) || declared.has(name) || free.has(name)) continue
    if (name in globalThis || !isUsed(tokens, index)) continue
    const before = text.slice(0, at).split('\n')
    free.set(name, { name, line: before.length, column: (before.at(-1) ?? '').length + 1 })
  }
  return [...free.values()]
}

/** Not as a property, a key of an object, a label, or what `typeof` asks about. */
function isUsed(tokens: readonly Token[], index: number): boolean {
  const [before, after] = [tokens[index - 1]?.text ?? '', tokens[index + 1]?.text ?? '']
  if (['.', '?.', 'break', 'continue', 'typeof'].includes(before)) return false
  return after !== ':' || !['{', ',', ';', '}', ')'].includes(before)
}

function declaredIn(tokens: readonly Token[], partners: ReadonlyMap<number, number>): ReadonlySet<string> {
  const declared = new Set<string>()
  const declare = (from: number, to: number) => {
    for (const { kind, text } of tokens.slice(from, to)) if (kind === 'name') declared.add(text)
  }
  const textAt = (index: number) => tokens[index]?.text ?? ''
  for (const [index, { text }] of tokens.entries()) {
    const partner = partners.get(index) ?? index
    if (text === 'const' || text === 'let' || text === 'var') declarators(tokens, partners, index + 1, declare)
    else if (text === 'function') declare(index + 1, index + 3)
    else if (text === '=>') declare(partners.get(index - 1) ?? index - 1, index)
    // Parameters: of a function, of a method (whose name is then before them), of a catch.
    else if (text === '(' && textAt(partner + 1) === '{' && !statements.has(textAt(index - 1)))
      declare(index - 1, partner)
    else if (textAt(index - 1) === 'typeof') declared.add(text)
  }
  return declared
}

/** `a = 1, { b, c: [d] } = e`: the names before each `=`, `of` or `in`. */
function declarators(
  tokens: readonly Token[],
  partners: ReadonlyMap<number, number>,
  begin: number,
  declare: (from: number, to: number) => void,
): void {
  const behind = (at: number) => (partners.get(at) ?? at) + 1
  let at = begin
  for (;;) {
    declare(at, behind(at))
    at = behind(at)
    while (at < tokens.length && !/^[,;)\]}]$/.test(tokens[at]?.text ?? '')) at = behind(at)
    if (tokens[at]?.text !== ',') return
    at += 1
  }
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Each bracket's other one, by their places; undefined where they do not match, and the text was misread. */
function partnersOf(tokens: readonly Token[]): ReadonlyMap<number, number> | undefined {
  const partners = new Map<number, number>()
  const open: number[] = []
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== 'sign') continue
    if (closing[text] !== undefined) open.push(index)
    else if (text === ')' || text === ']' || text === '}') {
      const begun = open.pop()
      if (begun === undefined || closing[tokens[begun]?.text ?? ''] !== text) return undefined
      partners.set(begun, index)
      partners.set(index, begun)
    }
  }
  return open.length === 0 ? partners : undefined
}
