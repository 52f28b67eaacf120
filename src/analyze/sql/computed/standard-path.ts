// Paths of the SQL standard into JSON, read. https://trino.io/docs/current/functions/json.html#json-path-language
//   path      = ('lax' | 'strict') sum
//   sum       = product (('+' | '-') product)*          product = unary (('*' | '/' | '%') unary)*
//   unary     = ('+' | '-') unary | primary accessor*
//   primary   = '$' | '$name' | '@' | 'last' | literal | '(' sum ')'
//   accessor  = '.key' | '."key"' | '.*' | '..key' | '[*]' | '[' sum ['to' sum] (',' …)* ']' | '.method()' | '?(' predicate ')'
//   predicate = conjunction ('||' conjunction)*         conjunction = test ('&&' test)*
//   test      = '!' test | 'exists' '(' sum ')' | '(' predicate ')' ['is unknown'] | sum comparison sum | sum 'starts with' sum
import { ComputeFault } from './computed.ts'

export type Path =
  | { readonly kind: 'context' | 'current' | 'last' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: null | boolean | string | Exact | number }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Path; readonly right: Path }
  | { readonly kind: 'negative' | 'positive'; readonly of: Path }
  | { readonly kind: 'member' | 'descendant'; readonly of: Path; readonly key: string }
  | { readonly kind: 'members' | 'items'; readonly of: Path }
  | { readonly kind: 'subscripts'; readonly of: Path; readonly places: readonly (readonly [Path, Path?])[] }
  | { readonly kind: 'method'; readonly of: Path; readonly name: string }
  | { readonly kind: 'filter'; readonly of: Path; readonly predicate: Predicate }

export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly kind: 'not' | 'unknown'; readonly of: Predicate }
  | { readonly kind: 'exists'; readonly of: Path }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Path; readonly right: Path }
  | { readonly kind: 'starts'; readonly left: Path; readonly right: Path }

/** A number that is kept exactly: its digits, and how many of them stand behind the point. */
export interface Exact {
  readonly digits: bigint
  readonly scale: number
}

export interface StandardPath {
  readonly isLax: boolean
  readonly path: Path
}

const token =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|"((?:[^"\\]|\\.)*)"|(\$[A-Za-z_][\w]*)|([A-Za-z_]\w*)|(\.\.|&&|\|\||==|!=|<>|<=|>=|[$@.*[\](),?!<>+\-/%]))/y

interface Sign {
  readonly kind: 'number' | 'text' | 'variable' | 'word' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

const kinds = ['number', 'text', 'variable', 'word', 'sign'] as const
const methods = new Set(['double', 'ceiling', 'floor', 'abs', 'keyvalue', 'type', 'size'])
const comparisons = new Set(['==', '!=', '<>', '<', '>', '<=', '>='])

class Reader {
  readonly #text: string
  #next: Sign

  constructor(text: string) {
    this.#text = text
    this.#next = this.#scan(0)
  }

  whole(): StandardPath {
    const isLax = this.#is('lax')
    if (!isLax && !this.#is('strict')) throw this.#wrong()
    this.#take()
    const path = this.#sum()
    if (this.#next.kind !== 'end') throw this.#wrong()
    return { isLax, path }
  }

  #scan(from: number): Sign {
    token.lastIndex = from
    const found = token.exec(this.#text)
    if (found === null) {
      if (this.#text.slice(from).trim() !== '') throw wrong(this.#text, from)
      return { kind: 'end', text: '', at: this.#text.length }
    }
    const place = kinds.findIndex((_, index) => found[index + 1] !== undefined)
    return { kind: kinds[place] ?? 'end', text: found[place + 1] ?? '', at: token.lastIndex }
  }

  #take(): Sign {
    const taken = this.#next
    this.#next = this.#scan(taken.at)
    return taken
  }

  #is(...texts: readonly string[]): boolean {
    return (this.#next.kind === 'word' || this.#next.kind === 'sign') && texts.includes(this.#next.text)
  }

  #must(text: string): void {
    if (!this.#is(text)) throw this.#wrong()
    this.#take()
  }

  #wrong(): ComputeFault {
    return wrong(this.#text, this.#next.at - this.#next.text.length)
  }

  #sum(): Path {
    let left = this.#product()
    while (this.#is('+', '-')) left = { kind: 'binary', operator: this.#take().text, left, right: this.#product() }
    return left
  }

  #product(): Path {
    let left = this.#unary()
    while (this.#is('*', '/', '%')) left = { kind: 'binary', operator: this.#take().text, left, right: this.#unary() }
    return left
  }

  #unary(): Path {
    if (this.#is('-', '+')) return { kind: this.#take().text === '-' ? 'negative' : 'positive', of: this.#unary() }
    let path = this.#primary()
    for (;;) {
      const next = this.#accessor(path)
      if (next === undefined) return path
      path = next
    }
  }

  #primary(): Path {
    const sign = this.#take()
    if (sign.kind === 'number') return { kind: 'literal', value: numberOf(sign.text) }
    if (sign.kind === 'text') return { kind: 'literal', value: unescaped(sign.text) }
    if (sign.kind === 'variable') return { kind: 'variable', name: sign.text.slice(1) }
    switch (sign.text) {
      case '$':
        return { kind: 'context' }
      case '@':
        return { kind: 'current' }
      case 'last':
        return { kind: 'last' }
      case 'null':
        return { kind: 'literal', value: null }
      case 'true':
      case 'false':
        return { kind: 'literal', value: sign.text === 'true' }
      case 'NaN':
        return { kind: 'literal', value: Number.NaN }
      case '(': {
        const inner = this.#sum()
        this.#must(')')
        return inner
      }
    }
    throw wrong(this.#text, sign.at - sign.text.length)
  }

  #accessor(of: Path): Path | undefined {
    if (this.#is('..')) {
      this.#take()
      return { kind: 'descendant', of, key: this.#key() }
    }
    if (this.#is('.')) {
      this.#take()
      if (this.#is('*')) {
        this.#take()
        return { kind: 'members', of }
      }
      const isWord = this.#next.kind === 'word'
      const key = this.#key()
      if (!isWord || !this.#is('(')) return { kind: 'member', of, key }
      this.#take()
      if (!methods.has(key)) throw new ComputeFault(`NOT_SUPPORTED: the method ${key}() of JSON paths is not supported`)
      this.#must(')')
      return { kind: 'method', of, name: key }
    }
    if (this.#is('[')) return this.#subscripts(of)
    if (!this.#is('?')) return undefined
    this.#take()
    this.#must('(')
    const predicate = this.#predicate()
    this.#must(')')
    return { kind: 'filter', of, predicate }
  }

  #key(): string {
    const { kind, text } = this.#next
    if (kind !== 'word' && kind !== 'text') throw this.#wrong()
    this.#take()
    return kind === 'text' ? unescaped(text) : text
  }

  #subscripts(of: Path): Path {
    this.#take()
    if (this.#is('*')) {
      this.#take()
      this.#must(']')
      return { kind: 'items', of }
    }
    const places: (readonly [Path, Path?])[] = []
    do {
      if (places.length > 0) this.#take()
      const from = this.#sum()
      if (this.#is('to')) {
        this.#take()
        places.push([from, this.#sum()])
      } else places.push([from])
    } while (this.#is(','))
    this.#must(']')
    return { kind: 'subscripts', of, places }
  }

  #predicate(): Predicate {
    let left = this.#conjunction()
    while (this.#is('||')) {
      this.#take()
      left = { kind: 'or', left, right: this.#conjunction() }
    }
    return left
  }

  #conjunction(): Predicate {
    let left = this.#test()
    while (this.#is('&&')) {
      this.#take()
      left = { kind: 'and', left, right: this.#test() }
    }
    return left
  }

  #test(): Predicate {
    if (this.#is('!')) {
      this.#take()
      return { kind: 'not', of: this.#test() }
    }
    if (this.#is('exists')) {
      this.#take()
      this.#must('(')
      const of = this.#sum()
      this.#must(')')
      return { kind: 'exists', of }
    }
    // A bracket may hold a predicate or a path that is compared: what reads through is what it was.
    if (this.#is('(')) {
      const begin = this.#next
      try {
        this.#take()
        const of = this.#predicate()
        this.#must(')')
        if (!this.#is('is')) return of
        this.#take()
        this.#must('unknown')
        return { kind: 'unknown', of }
      } catch {
        this.#next = begin
      }
    }
    const left = this.#sum()
    if (this.#is('starts')) {
      this.#take()
      this.#must('with')
      return { kind: 'starts', left, right: this.#sum() }
    }
    if (this.#is('like_regex'))
      throw new ComputeFault('NOT_SUPPORTED: like_regex predicates in JSON paths are not supported')
    if (!this.#is(...comparisons)) throw this.#wrong()
    return { kind: 'compare', operator: this.#take().text, left, right: this.#sum() }
  }
}

const wrong = (text: string, at: number): ComputeFault =>
  new ComputeFault(`INVALID_PATH: invalid JSON path: '${text}': unexpected '${text[at] ?? '<EOF>'}' at ${at + 1}`)

const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1')

export function numberOf(text: string): Exact | number {
  if (/[eE]/.test(text)) return Number(text)
  const [whole = '', part = ''] = text.split('.')
  return { digits: BigInt(whole + part || 0), scale: part.length }
}

const known = new Map<string, StandardPath>()
const knownMax = 200

export function standardPath(text: string): StandardPath {
  const before = known.get(text)
  if (before !== undefined) return before
  const path = new Reader(text).whole()
  if (known.size >= knownMax) known.clear()
  known.set(text, path)
  return path
}
