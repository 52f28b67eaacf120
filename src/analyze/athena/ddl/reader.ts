/** Reads tokens one after the other, and says where and what was expected when they are others. */

import { typeDepthMax } from '../../sql/typing/names.ts'
import { malformedStatement } from '../faults.ts'
import type { ColumnDefinition, TableName } from './statement.ts'
import { placeOf, type Token, tokensOf } from './tokens.ts'

export class Reader {
  readonly sql: string
  readonly #tokens: readonly Token[]
  #next = 0
  #typeDepth = 0

  constructor(sql: string) {
    const tokens = tokensOf(sql)
    if (!tokens) throw malformedStatement('line 1:1', 'a quote or a comment is never closed')
    this.sql = sql
    this.#tokens = tokens
  }

  get peek(): Token {
    return this.#at(this.#next)
  }

  /** Where the next token stands. */
  get place(): string {
    return placeOf(this.sql, this.peek.offset)
  }

  take(): Token {
    const token = this.peek
    if (token.kind !== 'end') this.#next += 1
    return token
  }

  /** Whether the token so many after the next is this one. */
  seesAt(ahead: number, word: string): boolean {
    return isWord(this.#at(this.#next + ahead), word)
  }

  /** Whether the next tokens are these keywords or symbols, in any case. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => isWord(this.#at(this.#next + index), word))
  }

  /** Takes them if they are next. */
  accept(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false
    this.#next += words.length
    return true
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.mismatch(`'${word}'`)
  }

  mismatch(expected: string): Error {
    const { kind, text } = this.peek
    return malformedStatement(
      this.place,
      `mismatched input '${kind === 'end' ? '<EOF>' : text}'. Expecting: ${expected}`,
    )
  }

  identifier(): string {
    const { kind } = this.peek
    if (kind !== 'word' && kind !== 'quoted') throw this.mismatch('<identifier>')
    return this.take().text.toLowerCase()
  }

  /** As it is written: prepared statements tell capitals apart. */
  name(): string {
    const { kind } = this.peek
    if (kind !== 'word' && kind !== 'quoted') throw this.mismatch('<identifier>')
    return this.take().text
  }

  /** The rest of the statement as texts, cut at the commas that no bracket encloses. */
  expressions(): readonly string[] {
    const found: string[] = []
    let depth = 0
    let from = this.peek.offset
    for (;;) {
      const { kind, text, offset } = this.peek
      const isEnd = kind === 'end' || (kind === 'symbol' && text === ';')
      if (isEnd || (kind === 'symbol' && text === ',' && depth === 0)) {
        const expression = this.sql.slice(from, offset).trim()
        if (expression === '') throw this.mismatch('<expression>')
        found.push(expression)
        if (isEnd) return found
        from = offset + 1
      } else if (kind === 'symbol') depth += '([{'.includes(text) ? 1 : ')]}'.includes(text) ? -1 : 0
      this.take()
    }
  }

  get seesString(): boolean {
    return this.peek.kind === 'string' || this.peek.string !== undefined
  }

  string(): string {
    if (!this.seesString) throw this.mismatch('<string>')
    const { string, text } = this.take()
    return string ?? text
  }

  /** From 1 to what 32 bits hold. */
  integer(): number {
    const { kind, text } = this.peek
    const value = Number(text)
    if (kind !== 'number' || !Number.isInteger(value) || value < 1 || value >= 2 ** 31) throw this.mismatch('<integer>')
    this.take()
    return value
  }

  /** `table`, `database.table`, or `awsdatacatalog.database.table`. */
  tableName(): TableName {
    const parts = [this.identifier()]
    while (this.accept('.')) parts.push(this.identifier())
    if (parts.length === 3 && parts[0] === 'awsdatacatalog') parts.shift()
    const [first = '', second] = parts
    if (parts.length > 2) throw malformedStatement(this.place, `Too many parts in the table name ${parts.join('.')}`)
    // Hive takes `database.table` in one pair of back-quotes too.
    if (second === undefined && /^[^.]+\.[^.]+$/.test(first)) {
      const [database = '', name = ''] = first.split('.')
      return { database, name }
    }
    return second === undefined ? { name: first } : { database: first, name: second }
  }

  /** `database`, or `awsdatacatalog.database`. */
  databaseName(): string {
    const first = this.identifier()
    return first === 'awsdatacatalog' && this.accept('.') ? this.identifier() : first
  }

  /** `(item, item)` */
  list<T>(item: () => T): readonly T[] {
    this.expect('(')
    const items = [item()]
    while (this.accept(',')) items.push(item())
    this.expect(')')
    return items
  }

  /** `('key' = 'value', …)` */
  properties(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.list(() => {
        const key = this.string()
        this.expect('=')
        return [key, this.string()]
      }),
    )
  }

  column(): ColumnDefinition {
    const name = this.identifier()
    const type = this.type()
    return this.accept('COMMENT') ? { name, type, comment: this.string() } : { name, type }
  }

  /** A Hive type as the catalog writes it: `array<struct<a:int,b:decimal(10,2)>>`. */
  type(): string {
    const place = this.place
    const name = this.identifier()
    if (name === 'array') return `array<${this.#inAngles(() => this.type())}>`
    if (name === 'map')
      return `map<${this.#inAngles(() => {
        const key = this.type()
        this.expect(',')
        return `${key},${this.type()}`
      })}>`
    if (name === 'struct') return `struct<${this.#inAngles(() => this.#fields())}>`
    if (!primitives.has(name)) throw malformedStatement(place, `Unknown type '${name}'`)
    const sizes = this.sees('(') ? this.list(() => this.#number()) : []
    // Hive's DECIMAL has ten digits, none of them behind the point.
    if (name === 'decimal') return `decimal(${sizes[0] ?? 10},${sizes[1] ?? 0})`
    if (sizes.length === 0) return name === 'integer' ? 'int' : name
    return `${name}(${sizes.join(',')})`
  }

  /** The rest of the statement, of which `but` tokens at the end are left; a query that keeps its place in the text. */
  query(but = 0): string {
    const first = this.peek
    const last = this.#tokens.length - 1 - Number(this.#at(this.#tokens.length - 2).text === ';') - but
    if (this.#next >= last) throw this.mismatch("'SELECT', 'WITH', 'VALUES', 'TABLE', '('")
    this.#next = last
    return padded(this.sql, first.offset, this.#at(last - 1).end)
  }

  /** Whether the statement ends with these words. */
  endsWith(...words: readonly string[]): boolean {
    const last = this.#tokens.length - 1 - Number(this.#at(this.#tokens.length - 2).text === ';')
    return words.every((word, index) => isWord(this.#at(last - words.length + index), word))
  }

  /** `( query )`: what stands between the brackets, at its place in the text. */
  bracketed(): string {
    this.expect('(')
    const from = this.peek.offset
    for (let depth = 1; ; ) {
      const { kind, text, offset } = this.peek
      if (kind === 'end') throw this.mismatch("')'")
      if (kind === 'symbol') depth += text === '(' ? 1 : text === ')' ? -1 : 0
      this.take()
      if (depth === 0) return padded(this.sql, from, offset)
    }
  }

  get isAtEnd(): boolean {
    return this.peek.kind === 'end' || this.sees(';')
  }

  end(): void {
    this.accept(';')
    if (this.peek.kind !== 'end') throw this.mismatch('<EOF>')
  }

  #fields(): string {
    const fields: string[] = []
    do {
      const name = this.identifier()
      this.expect(':')
      fields.push(`${name}:${this.type()}`)
      // A type has no place for it.
      if (this.accept('COMMENT')) this.string()
    } while (this.accept(','))
    return fields.join(',')
  }

  #inAngles<T>(inner: () => T): T {
    if (this.#typeDepth === typeDepthMax)
      throw malformedStatement(this.place, `The type nests deeper than ${typeDepthMax} levels`)
    this.expect('<')
    this.#typeDepth += 1
    const value = inner()
    this.#typeDepth -= 1
    this.expect('>')
    return value
  }

  #number(): string {
    if (this.peek.kind !== 'number') throw this.mismatch('<integer>')
    return this.take().text
  }

  #at(index: number): Token {
    return this.#tokens[Math.min(index, this.#tokens.length - 1)] ?? { kind: 'end', text: '', offset: 0, end: 0 }
  }
}

/** A part of the text with blanks in place of what stands before it: its errors name their place in the whole. */
const padded = (sql: string, from: number, to: number): string =>
  sql.slice(0, from).replace(/[^\n]/gu, ' ') + sql.slice(from, to)

const isWord = (token: Token, word: string): boolean =>
  (token.kind === 'word' || token.kind === 'symbol') && token.text.toUpperCase() === word

/** https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
const primitives = new Set([
  ...['boolean', 'tinyint', 'smallint', 'int', 'integer', 'bigint', 'double', 'float', 'decimal'],
  ...['char', 'varchar', 'string', 'binary', 'date', 'timestamp'],
])
