/**
 * The words and signs of a function that has been compiled already: as much of JavaScript's grammar as telling names from
 * what only looks like one takes. A template's `${…}` comes as a pair of parentheses.
 */
export interface Token {
  readonly kind: 'name' | 'sign' | 'value'
  readonly text: string
  /** Where it begins. */
  readonly at: number
}

const blank = /(?:\s|\/\/[^\n]*|\/\*.*?\*\/)+/sy
const word = /#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy
const number = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)n?/iy
const quoted = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/sy
const expression = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
const chunk = /(?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{)/sy
const sign = /\.\.\.|=>|\?\.(?!\d)|./suy

/** Behind these an expression begins, so that a slash begins a regular expression. */
const opening = new Set('return typeof case in of do else void delete throw new instanceof yield await'.split(' '))

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  /** How many braces stand open in each `${` that stands open. */
  const templates: number[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const add = (kind: Token['kind'], said: string) => void tokens.push({ kind, text: said, at: at - said.length })
  const template = () => {
    if (take(chunk)?.endsWith('${')) {
      templates.push(0)
      add('sign', '(')
    } else add('value', '`')
  }
  while (at < text.length) {
    if (take(blank)) continue
    const slashBegins = text[at] === '/' && beginsExpression(tokens.at(-1))
    const value = (slashBegins && take(expression)) || take(quoted) || take(number)
    const name = value ? undefined : take(word)
    if (value) add('value', value)
    else if (name) add(name.startsWith('#') ? 'value' : 'name', name)
    else {
      const one = take(sign) ?? ''
      const braces = templates.at(-1)
      if (one === '`') template()
      else if (one === '}' && braces === 0) {
        templates.pop()
        add('sign', ')')
        template()
      } else {
        if (braces !== undefined && (one === '{' || one === '}'))
          templates[templates.length - 1] = braces + (one === '{' ? 1 : -1)
        add('sign', one)
      }
    }
  }
  return tokens
}

function beginsExpression(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === 'name') return opening.has(before.text)
  return before.kind === 'sign' && before.text !== ')' && before.text !== ']'
}
