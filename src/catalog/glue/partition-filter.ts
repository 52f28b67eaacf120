// The Expression of GetPartitions: a condition over the partition keys, compared as the keys' types say.
//
//   condition  = conjunction { OR conjunction }          operand = key | 'text' | number | DATE 'text' | TIMESTAMP 'text'
//   conjunction= negation { AND negation }               key     = name | "name" | `name`
//   negation   = NOT negation | '(' condition ')' | test
//   test       = operand ( = | <> | != | < | > | <= | >= ) operand
//              | key [NOT] ( IN '(' operand {, operand} ')' | BETWEEN operand AND operand | LIKE 'pattern' )
//
// Three-valued as SQL is: what has no value (Hive's default partition, text that is no number) is neither true nor false.

import { hiveNull } from './partition-path.ts'
import { type Token, tokenize, unreadable } from './partition-tokens.ts'
import { compareValues, typedValue, type Value } from './partition-value.ts'
import type { Column } from './table.ts'

export type PartitionFilter = (values: readonly string[]) => boolean

/** Undefined stands for SQL's unknown. */
type Test = (values: readonly string[]) => boolean | undefined
type Operand = { readonly kind: 'key'; readonly index: number } | { readonly kind: 'literal'; readonly text: string }

/** Throws InvalidInputException when the text is no condition over these keys. */
export function parsePartitionFilter(text: string, keys: readonly Column[]): PartitionFilter {
  if (text.trim() === '') return () => true
  const test = new Parser(text, keys).whole()
  return values => test(values) === true
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': order => order === 0,
  '<>': order => order !== 0,
  '!=': order => order !== 0,
  '<': order => order < 0,
  '>': order => order > 0,
  '<=': order => order <= 0,
  '>=': order => order >= 0,
}
/** Parentheses and NOTs inside each other; AWS's text has at most 2,048 characters, the stack must not depend on it. */
const depthMax = 100

class Parser {
  readonly #text: string
  readonly #keys: readonly Column[]
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string, keys: readonly Column[]) {
    this.#text = text
    this.#keys = keys
    this.#tokens = tokenize(text)
  }

  whole(): Test {
    const test = this.#condition()
    if (this.#token().kind !== 'end') throw this.#unreadable('the end, AND or OR')
    return test
  }

  #condition(): Test {
    const tests = [this.#conjunction()]
    while (this.#word('OR')) tests.push(this.#conjunction())
    return values => firstDecided(tests, values, true)
  }

  #conjunction(): Test {
    const tests = [this.#negation()]
    while (this.#word('AND')) tests.push(this.#negation())
    return values => firstDecided(tests, values, false)
  }

  #negation(): Test {
    if (++this.#depth > depthMax) throw unreadable(this.#text, `at most ${depthMax} nested conditions`, this.#token())
    try {
      if (this.#word('NOT')) return negated(this.#negation())
      if (!this.#symbol('(')) return this.#test()
      const inner = this.#condition()
      this.#expect(')')
      return inner
    } finally {
      this.#depth--
    }
  }

  #test(): Test {
    const left = this.#operand()
    const operator = this.#token()
    const holds = operator.kind === 'symbol' ? comparisons[operator.text] : undefined
    if (holds) {
      this.#at++
      return this.#compared(left, this.#operand(), holds)
    }
    const reversed = this.#word('NOT')
    const test = this.#membership(left)
    return reversed ? negated(test) : test
  }

  #membership(left: Operand): Test {
    if (this.#word('IN')) {
      this.#expect('(')
      const tests: Test[] = []
      do tests.push(this.#compared(left, this.#operand(), order => order === 0))
      while (this.#symbol(','))
      this.#expect(')')
      return values => firstDecided(tests, values, true)
    }
    if (this.#word('BETWEEN')) {
      const low = this.#compared(left, this.#operand(), order => order >= 0)
      if (!this.#word('AND')) throw this.#unreadable('AND')
      const high = this.#compared(left, this.#operand(), order => order <= 0)
      return values => firstDecided([low, high], values, false)
    }
    if (this.#word('LIKE')) {
      const pattern = this.#token()
      if (pattern.kind !== 'text' || left.kind !== 'key')
        throw this.#unreadable('a key, LIKE and a pattern in single quotes')
      this.#at++
      const matches = likePattern(pattern.text)
      return values => {
        const value = values[left.index] ?? hiveNull
        return value === hiveNull ? undefined : matches(value)
      }
    }
    throw this.#unreadable('a comparison (=, <>, <, >, <=, >=), IN, BETWEEN or LIKE')
  }

  #operand(): Operand {
    const token = this.#token()
    this.#at++
    if (token.kind === 'text' || token.kind === 'number') return { kind: 'literal', text: token.text }
    if (token.kind === 'word' || token.kind === 'name') {
      const literal = this.#token()
      if (token.kind === 'word' && /^(date|timestamp)$/i.test(token.text) && literal.kind === 'text') {
        this.#at++
        return { kind: 'literal', text: literal.text }
      }
      const index = this.#keys.findIndex(key => key.name.toLowerCase() === token.text.toLowerCase())
      if (index >= 0) return { kind: 'key', index }
    }
    this.#at--
    throw this.#unreadable(
      `a value or a partition key (${this.#keys.map(key => key.name).join(', ') || 'the table has none'})`,
    )
  }

  #compared(left: Operand, right: Operand, holds: (order: number) => boolean): Test {
    // Two literals compare as text; otherwise the key's type decides for both.
    const key = left.kind === 'key' ? left : right
    const type = key.kind === 'key' ? (this.#keys[key.index]?.type ?? 'string') : 'string'
    const read = (operand: Operand): ((values: readonly string[]) => Value | undefined) => {
      if (operand.kind === 'key') return values => typedValue(type, values[operand.index] ?? hiveNull)
      const value = typedValue(type, operand.text)
      if (value === undefined) throw unreadable(this.#text, `a value of type ${type} instead of '${operand.text}'`)
      return () => value
    }
    const [readLeft, readRight] = [read(left), read(right)]
    return values => {
      const [a, b] = [readLeft(values), readRight(values)]
      return a === undefined || b === undefined ? undefined : holds(compareValues(a, b))
    }
  }

  #token(): Token {
    return this.#tokens[this.#at] as Token // the last token is `end`, and nothing steps over it
  }

  #word(word: string): boolean {
    const token = this.#token()
    if (token.kind !== 'word' || token.text.toUpperCase() !== word) return false
    this.#at++
    return true
  }

  #symbol(symbol: string): boolean {
    const token = this.#token()
    if (token.kind !== 'symbol' || token.text !== symbol) return false
    this.#at++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#symbol(symbol)) throw this.#unreadable(`"${symbol}"`)
  }

  #unreadable(expected: string) {
    return unreadable(this.#text, expected, this.#token())
  }
}

/** OR ends at the first true, AND at the first false; an unknown among the others makes the whole unknown. */
function firstDecided(tests: readonly Test[], values: readonly string[], decisive: boolean): boolean | undefined {
  let unknown = false
  for (const test of tests) {
    const result = test(values)
    if (result === decisive) return decisive
    unknown ||= result === undefined
  }
  return unknown ? undefined : !decisive
}

const negated =
  (test: Test): Test =>
  values => {
    const result = test(values)
    return result === undefined ? undefined : !result
  }

/** `%` any text, `_` any character. Greedy with one step back, so its time is bounded by length times length. */
function likePattern(pattern: string): (text: string) => boolean {
  return text => {
    let [at, from, star, mark] = [0, 0, -1, 0]
    while (from < text.length) {
      if (pattern[at] === '%') {
        star = at++
        mark = from
      } else if (at < pattern.length && (pattern[at] === '_' || pattern[at] === text[from])) {
        at++
        from++
      } else if (star >= 0) {
        at = star + 1
        from = ++mark
      } else return false
    }
    while (pattern[at] === '%') at++
    return at === pattern.length
  }
}
