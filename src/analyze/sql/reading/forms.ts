// Forms that the parser reads only in another dress, as edits of single tokens:
//   WINDOW "w" AS (…), OVER ("w" …)          the name without its quotes
//   count(DISTINCT a, b)                      a call of a quoted name: it takes the two for one row
//   TABLESAMPLE BERNOULLI (50 + 50)           the sum in brackets of its own
//   INTERVAL '1' DAY + 2 * x                  the interval in brackets: it takes the 2 for more of it
import type { Edit, Token } from './edits.ts'

/** A quick look. */
export const mayBeForm =
  /\b(?:window|over\s*\()(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*"|\bcount\s*\(\s*distinct\b|\btablesample\b/i

/** Of the token at this place; `mark` begins the name of a call that is to be called by the rest of it. */
export function formEdits(
  tokens: readonly Token[],
  words: readonly string[],
  index: number,
  mark: string,
): readonly Edit[] {
  const token = tokens[index]
  if (token === undefined) return []
  const [word = '', next = '', before = ''] = [words[index], words[index + 1], words[index - 1]]
  if (token.type === 'QUOTED_IDENTIFIER' && (isWindow(words, index) || isBase(words, index)))
    return [{ start: token.start, end: token.end, text: windowName(token.text) }]
  if (word === 'COUNT' && next === '(' && words[index + 2] === 'DISTINCT' && before !== '.')
    return isList(words, index + 1) ? [{ start: token.start, end: token.end, text: `"${mark}count"` }] : []
  if (word === 'INTERVAL') return bracketed(tokens, index)
  if (word !== 'TABLESAMPLE' || words[index + 2] !== '(') return []
  const [open, close] = [tokens[index + 2], tokens[closing(words, index + 2)]]
  // A number stands as it is.
  if (open === undefined || close === undefined || words[index + 4] === ')') return []
  return [
    { start: open.end, end: open.end, text: '(' },
    { start: close.start, end: close.start, text: ')' },
  ]
}

/** An interval that a number or a text is added to. */
function bracketed(tokens: readonly Token[], index: number): readonly Edit[] {
  const at = (place: number) => tokens[place]?.text.toUpperCase() ?? ''
  const signed = at(index + 1) === '-' || at(index + 1) === '+' ? 1 : 0
  // A column may be called so too.
  if (tokens[index + signed + 1]?.type !== 'STRING') return []
  const unit = index + signed + 2
  const last = at(unit + 1) === 'TO' ? unit + 2 : unit
  const [first, end, added] = [tokens[index], tokens[last], tokens[last + 2]]
  if (at(last + 1) !== '+' || first === undefined || end === undefined) return []
  if (added?.type !== 'NUMBER' && added?.type !== 'STRING') return []
  return [
    { start: first.start, end: first.start, text: '(' },
    { start: end.end, end: end.end, text: ')' },
  ]
}

const isWindow = (words: readonly string[], index: number): boolean =>
  words[index - 1] === 'WINDOW' && words[index + 1] === 'AS' && words[index + 2] === '('

const afterBase = new Set([')', 'PARTITION', 'ORDER', 'ROWS', 'RANGE', 'GROUPS'])

/** Where a window may be named: OVER "w", OVER ("w" …), WINDOW v AS ("w" …). */
function isBase(words: readonly string[], index: number): boolean {
  const [opener, word] = [words[index - 1] ?? '', words[index - 2] ?? '']
  if (opener === 'OVER') return true
  return opener === '(' && (word === 'OVER' || word === 'AS') && afterBase.has(words[index + 1] ?? '')
}

/** A name without quotes that stands for one with any signs in it. */
function windowName(name: string): string {
  if (/^[a-z_]\w*$/i.test(name)) return name
  return `w_${[...name].map(sign => sign.codePointAt(0)?.toString(16)).join('_')}`
}

/** Whether the bracket holds a comma of its own. */
function isList(words: readonly string[], opener: number): boolean {
  let depth = 0
  for (let index = opener; index < words.length; index++) {
    if (words[index] === '(' || words[index] === '[') depth += 1
    if (words[index] === ')' || words[index] === ']') depth -= 1
    if (depth === 0) return false
    if (depth === 1 && words[index] === ',') return true
  }
  return false
}

function closing(words: readonly string[], opener: number): number {
  let depth = 0
  for (let index = opener; index < words.length; index++) {
    if (words[index] === '(') depth += 1
    if (words[index] === ')') depth -= 1
    if (depth === 0) return index
  }
  return -1
}
