// The calls of SQL/JSON, whose clauses the parser does not read. Their arguments become those of a plain call, behind a mark; what
// the clauses say is kept apart and put back into the tree.
//   json_exists(input [FORMAT JSON], 'path' [PASSING x AS n, …] [TRUE|FALSE|UNKNOWN|ERROR ON ERROR])
//   json_value (input, 'path' [PASSING …] [RETURNING type] [ERROR|NULL|DEFAULT x ON EMPTY] [… ON ERROR])
//   json_query (input, 'path' [PASSING …] [RETURNING type] [WITH|WITHOUT … WRAPPER] [KEEP|OMIT QUOTES] [… ON EMPTY] [… ON ERROR])
//   json_object([KEY] k VALUE v | k : v, … [NULL|ABSENT ON NULL] [WITH|WITHOUT UNIQUE [KEYS]] [RETURNING type])
//   json_array (v, … [NULL|ABSENT ON NULL] [RETURNING type])
import { at, EngineFault, type Position } from '../../engine/fault.ts'
import type { Edit, Token } from './edits.ts'

export const jsonCallNames: ReadonlySet<string> = new Set([
  'JSON_EXISTS',
  'JSON_VALUE',
  'JSON_QUERY',
  'JSON_OBJECT',
  'JSON_ARRAY',
])

/** What the arguments are, in their order, and what the clauses say. */
export interface JsonCall {
  readonly name: string
  readonly roles: readonly string[]
  readonly clauses: Readonly<Record<string, unknown>>
}

const word = (token: Token | undefined): string =>
  token === undefined || token.type === 'STRING' || token.type === 'QUOTED_IDENTIFIER' ? '' : token.text.toUpperCase()

const openers = new Set(['(', '[', '{'])
const closers = new Set([')', ']', '}'])

class Reader {
  readonly edits: Edit[] = []
  readonly roles: string[] = []
  readonly clauses: Record<string, unknown> = {}
  readonly names: string[] = []
  /** Arguments that are JSON: their role and their place in it. */
  readonly formats: string[] = []
  readonly #tokens: readonly Token[]
  readonly #where: (token: Token | undefined) => Position | undefined
  #at: number

  constructor(tokens: readonly Token[], from: number, where: (token: Token | undefined) => Position | undefined) {
    this.#tokens = tokens
    this.#at = from
    this.#where = where
  }

  get token(): Token | undefined {
    return this.#tokens[this.#at]
  }

  is(...words: readonly string[]): boolean {
    return words.every((one, index) => word(this.#tokens[this.#at + index]) === one)
  }

  /** Takes the words away, leaving `text` in their place. */
  take(count: number, text = ' '): void {
    const [first, last] = [this.token, this.#tokens[this.#at + count - 1]]
    if (first === undefined || last === undefined) throw this.unexpected()
    this.edits.push({ start: first.start, end: last.end, text })
    this.#at += count
  }

  keep(): void {
    this.#at += 1
  }

  insert(text: string): void {
    const place = this.#tokens[this.#at - 1]?.end ?? 0
    this.edits.push({ start: place, end: place, text })
  }

  /** An argument up to its comma, the end of the call or where a clause begins. */
  argument(role: string, ends: () => boolean = () => false): void {
    const from = this.#at
    let depth = 0
    while (this.token !== undefined) {
      const text = word(this.token)
      if (depth === 0 && (text === ',' || text === ')' || (this.#at > from && ends()))) break
      if (openers.has(text)) depth += 1
      if (closers.has(text)) depth -= 1
      this.#at += 1
    }
    if (this.#at === from) throw this.unexpected()
    this.roles.push(role)
    this.#format()
  }

  #format(): void {
    if (!this.is('FORMAT', 'JSON')) return
    const role = this.roles.at(-1) ?? ''
    this.formats.push(`${role}:${this.roles.filter(one => one === role).length - 1}`)
    this.take(2)
    if (!this.is('ENCODING')) return
    this.take(1)
    this.formats.push(`encoded ${this.formats.at(-1)}`)
    if (!this.is('UTF8'))
      throw new EngineFault(
        'unsupported',
        at(this.#where(this.token), `ENCODING ${word(this.token)} is not supported by this engine yet`),
        this.#where(this.token),
      )
    this.take(1)
  }

  returning(): void {
    if (!this.is('RETURNING')) return
    this.take(1, ', CAST(NULL AS')
    const isDouble = this.is('DOUBLE', 'PRECISION')
    this.keep()
    if (isDouble) this.keep()
    if (this.is('(')) {
      while (this.token !== undefined && !this.is(')')) this.keep()
      this.keep()
    }
    if (this.is('WITH', 'TIME', 'ZONE')) for (let count = 0; count < 3; count++) this.keep()
    this.insert(')')
    this.roles.push('returning')
    this.#format()
  }

  end(): void {
    if (!this.is(')')) throw this.unexpected()
  }

  unexpected(): EngineFault {
    const position = this.#where(this.token)
    const text = this.token === undefined ? '<EOF>' : this.token.text
    return new EngineFault('syntax', at(position, `mismatched input '${text}'. Expecting: ')', ','`), position)
  }
}

/** `from`: the call's name. */
export function readJsonCall(
  tokens: readonly Token[],
  from: number,
  mark: string,
  where: (token: Token | undefined) => Position | undefined,
): { readonly call: JsonCall; readonly edits: readonly Edit[] } {
  const name = word(tokens[from])
  const reader = new Reader(tokens, from, where)
  reader.take(1, 'athena_json')
  reader.keep()
  reader.insert(`"${mark}"`)
  if (name === 'JSON_OBJECT' || name === 'JSON_ARRAY') made(reader, name === 'JSON_OBJECT')
  else read(reader, name)
  reader.end()
  const { roles, clauses, edits, names, formats } = reader
  return { call: { name: name.toLowerCase(), roles, clauses: { ...clauses, names, formats } }, edits }
}

function made(reader: Reader, isObject: boolean): void {
  const nulls = () => reader.is('NULL', 'ON', 'NULL') || reader.is('ABSENT', 'ON', 'NULL')
  const uniques = () => reader.is('WITH', 'UNIQUE') || reader.is('WITHOUT', 'UNIQUE')
  const clause = () => nulls() || uniques() || reader.is('RETURNING')
  const value = () => reader.argument('value', () => clause() || reader.is('FORMAT', 'JSON'))
  let isFirst = true
  while (!reader.is(')') && !clause()) {
    if (isFirst) reader.insert(',')
    else if (reader.is(',')) reader.keep()
    else throw reader.unexpected()
    isFirst = false
    if (isObject) {
      if (reader.is('KEY')) reader.take(1)
      reader.argument('key', () => reader.is(':') || reader.is('VALUE'))
      if (!reader.is(':') && !reader.is('VALUE')) throw reader.unexpected()
      reader.take(1, ',')
    }
    value()
  }
  if (nulls()) {
    reader.clauses.onNull = reader.is('NULL') ? 'null' : 'absent'
    reader.take(3)
  }
  if (isObject && uniques()) {
    if (reader.is('WITH')) reader.clauses.unique = true
    reader.take(2)
    if (reader.is('KEYS')) reader.take(1)
  }
  reader.returning()
}

function read(reader: Reader, name: string): void {
  reader.insert(',')
  reader.argument('input', () => reader.is('FORMAT', 'JSON'))
  if (!reader.is(',')) throw reader.unexpected()
  reader.keep()
  if (reader.token?.type !== 'STRING') throw reader.unexpected()
  reader.keep()
  reader.roles.push('path')
  passed(reader)
  if (name !== 'JSON_EXISTS') reader.returning()
  if (name === 'JSON_QUERY') {
    wrapper(reader)
    if (reader.is('KEEP', 'QUOTES') || reader.is('OMIT', 'QUOTES')) {
      if (reader.is('OMIT')) reader.clauses.omitsQuotes = true
      reader.take(2)
      if (reader.is('ON', 'SCALAR', 'STRING')) reader.take(3)
    }
  }
  for (let count = 0; count < 2; count++) behaviour(reader, name)
}

function passed(reader: Reader): void {
  if (!reader.is('PASSING')) return
  reader.take(1, ',')
  for (;;) {
    reader.argument('passing', () => reader.is('AS') || reader.is('FORMAT', 'JSON'))
    if (!reader.is('AS')) throw reader.unexpected()
    reader.take(1)
    // A name without quotes is in capitals, and the path tells capitals from others.
    const { type = '', text = '' } = reader.token ?? {}
    reader.names.push(type === 'QUOTED_IDENTIFIER' ? text : text.toUpperCase())
    reader.take(1)
    if (!reader.is(',')) return
    reader.keep()
  }
}

function wrapper(reader: Reader): void {
  const without = reader.is('WITHOUT')
  if (!without && !reader.is('WITH')) return
  reader.take(1)
  if (!without) reader.clauses.wrapper = reader.is('CONDITIONAL') ? 'conditional' : 'unconditional'
  if (!without && (reader.is('CONDITIONAL') || reader.is('UNCONDITIONAL'))) reader.take(1)
  if (reader.is('ARRAY')) reader.take(1)
  if (!reader.is('WRAPPER')) throw reader.unexpected()
  reader.take(1)
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  JSON_EXISTS: ['TRUE', 'FALSE', 'UNKNOWN', 'ERROR'],
  JSON_VALUE: ['ERROR', 'NULL'],
  JSON_QUERY: ['ERROR', 'NULL', 'EMPTY ARRAY', 'EMPTY OBJECT'],
}

/** `… ON EMPTY` or `… ON ERROR`, in this order. */
function behaviour(reader: Reader, name: string): void {
  const isOn = (event: string) => reader.is('ON', event)
  const done = (said: string) => {
    const event = isOn('EMPTY') ? 'onEmpty' : 'onError'
    if ((!isOn('EMPTY') && !isOn('ERROR')) || reader.clauses.onError !== undefined || event in reader.clauses)
      throw reader.unexpected()
    if (event === 'onEmpty' && name === 'JSON_EXISTS') throw reader.unexpected()
    reader.clauses[event] = said
    reader.take(2)
    return event
  }
  if (name === 'JSON_VALUE' && reader.is('DEFAULT')) {
    reader.take(1, ',')
    reader.argument('default', () => isOn('EMPTY') || isOn('ERROR'))
    reader.roles[reader.roles.length - 1] = done('default') === 'onEmpty' ? 'defaultOnEmpty' : 'defaultOnError'
    return
  }
  const found = allowed[name]?.find(one => reader.is(...one.split(' ')))
  if (found === undefined) return
  reader.take(found.split(' ').length)
  done(found.toLowerCase())
}
