// Where each part of a statement stands, for the words of an error. The parser tells it of names alone; here the tree is walked
// in the order in which it was written, beside the statement's tokens. Places are Athena's: of an operation its sign, of a test
// (IN, LIKE, BETWEEN …) the word that begins it, of everything else its first token.
import type { Span, Token } from './edits.ts'

type Fields = Readonly<Record<string, unknown>>

interface Placed {
  readonly parts: Fields
  readonly start: number
  readonly own: number
}

interface Walked {
  readonly value: unknown
  /** The tokens where it begins, and by which it is named. */
  readonly start: number
  readonly own: number
}

const signs: Readonly<Record<string, readonly string[]>> = {
  ...{ add: ['+'], sub: ['-'], mul: ['*'], div: ['/'], mod: ['%'], concat: ['||'] },
  ...{ eq: ['='], neq: ['<>', '!='], lt: ['<'], lte: ['<='], gt: ['>'], gte: ['>='] },
  ...{ null_safe_eq: ['IS'], null_safe_neq: ['IS'], union: ['UNION'], intersect: ['INTERSECT'], except: ['EXCEPT'] },
}
/** What begins with its first operand but is named by what follows it. */
const tests = new Set(['in', 'like', 'between', 'is_null', 'is_true', 'is_false', 'at_time_zone', 'any', 'all'])
/** What begins with its first operand and is named by it. */
const chains = new Set(['and', 'or', 'subscript', 'dot', 'alias', 'window_function', 'filter', 'within_group'])
const leading: Readonly<Record<string, string>> = {
  ...{ neg: '-', case: 'CASE', exists: 'EXISTS', paren: '(', subquery: '(', interval: 'INTERVAL' },
  ...{ null: 'NULL', values: 'VALUES' },
}
/** Lists that may have a word before their bracket. */
const lists: Readonly<Record<string, readonly string[]>> = { tuple: ['ROW', '('], array_func: ['ARRAY', '['] }
const openers: Readonly<Record<string, string>> = { '(': ')', '[': ']' }

export function placed(tree: unknown, tokens: readonly Token[], text: string): unknown {
  return new Walk(tokens, text).values(tree)
}

class Walk {
  readonly #tokens: readonly Token[]
  readonly #words: readonly string[]
  readonly #closed: ReadonlyMap<number, number>
  readonly #spans: readonly Span[]
  #at = 0

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens
    this.#words = tokens.map(({ type, text: word }) => (type === 'STRING' ? "'" : word.toUpperCase()))
    this.#closed = brackets(this.#words)
    this.#spans = spansOf(tokens, text)
  }

  /** Whatever hangs in a field: a node, a list, a record with nodes in it. */
  values(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(item => this.values(item))
    if (!isRecord(value)) return value
    const [entry, ...others] = Object.entries(value)
    if (entry !== undefined && others.length === 0 && isNode(entry))
      return this.#node(entry[0], isRecord(entry[1]) ? entry[1] : {}).value
    if (isRecord(value.span)) this.#beyond(value.span)
    if (isRecord(value.spec)) return { ...value, spec: this.#window(value.spec, this.#find(['('], this.#at)) }
    return this.#fields(value)
  }

  /** Its fields stay in the parser's order: the first is what the others are about. */
  #node(kind: string, fields: Fields): Walked {
    const { parts, start, own } = this.#walked(kind, fields)
    const names = [...new Set([...Object.keys(fields), ...Object.keys(parts)])]
    return { value: { [kind]: Object.fromEntries(names.map(name => [name, parts[name]])) }, start, own }
  }

  #walked(kind: string, fields: Fields): Placed {
    if (kind === 'annotated' || kind === 'paren') return this.#wrapped(kind, fields)
    if (kind === 'column' || kind === 'identifier') return this.#name(fields)
    if (kind in signs) return this.#operation(kind, fields)
    if (tests.has(kind)) return this.#test(kind, fields)
    if (kind === 'not') return this.#not(fields)
    if (chains.has(kind)) return this.#chain(kind, fields)
    // WITH is written before what it belongs to, and kept behind it.
    const before = isRecord(fields.with) ? { with: this.values(fields.with) } : {}
    const place = this.#beginning(kind, fields)
    if (place === undefined) {
      while (this.#words[this.#at] === ',') this.#at += 1
      const start = this.#at
      return this.#made({ ...this.#fields(fields), ...before }, start)
    }
    this.#at = Math.max(this.#at, place + 1)
    const opener = [place, place + 1].find(index => this.#closed.has(index))
    const parts = this.#fields(fields)
    const isQuery = kind === 'select' || kind === 'values' || kind === 'case' || kind === 'neg' || kind === 'interval'
    if (opener !== undefined && !isQuery) this.#at = Math.max(this.#at, (this.#closed.get(opener) ?? 0) + 1)
    if (kind === 'case') this.#at = this.#find(['END'], this.#at) ?? this.#at
    return this.#made({ ...parts, ...before }, place)
  }

  /** Brackets around one expression have no place of their own. */
  #wrapped(kind: string, fields: Fields): Placed {
    const start = kind === 'paren' ? (this.#find(['('], this.#at) ?? this.#at) : this.#at
    if (kind === 'paren') this.#at = start + 1
    const inner = this.#child(fields.this)
    const closed = kind === 'paren' ? this.#closed.get(start) : undefined
    if (closed !== undefined) this.#at = Math.max(this.#at, closed + 1)
    return this.#made({ ...fields, this: inner.value }, start, inner.own)
  }

  #name(fields: Fields): Placed {
    if (!isRecord(fields.span)) return this.#made(fields, this.#at)
    const begin = Number(fields.span.start)
    const start = this.#tokens.findIndex(token => token.end > begin)
    this.#beyond(fields.span)
    return { parts: fields, start: Math.max(0, start), own: Math.max(0, start) }
  }

  #operation(kind: string, fields: Fields): Placed {
    const given = isRecord(fields.with) ? { with: this.values(fields.with) } : {}
    const left = this.#child(fields.left)
    const own = this.#find(signs[kind] ?? [], this.#at) ?? left.own
    this.#at = Math.max(this.#at, own + 1)
    const { left: _, with: __, ...rest } = fields
    return this.#made({ left: left.value, ...this.#fields(rest), ...given }, left.start, own)
  }

  #test(kind: string, fields: Fields): Placed {
    const name = kind === 'like' ? 'left' : 'this'
    const first = this.#child(fields[name])
    const own = this.#at
    const { [name]: _, ...rest } = fields
    const parts = this.#fields(rest)
    if (kind === 'in') this.#closeAfter(own)
    if (kind.startsWith('is_')) this.#at = (this.#find(['NULL', 'TRUE', 'FALSE'], own) ?? own) + 1
    return this.#made({ ...parts, [name]: first.value }, first.start, own)
  }

  /** `NOT x`, and `x NOT LIKE y`, which the parser keeps alike. */
  #not(fields: Fields): Placed {
    const start = this.#at
    const isBefore = this.#words[start] === 'NOT'
    if (isBefore) this.#at += 1
    const inner = this.#child(fields.this)
    return this.#made({ ...fields, this: inner.value }, isBefore ? start : inner.start, isBefore ? start : inner.own)
  }

  #chain(kind: string, fields: Fields): Placed {
    const name = 'this' in fields ? 'this' : 'left'
    const first = this.#child(fields[name])
    const { [name]: _, ...others } = fields
    const rest =
      kind === 'window_function' && isRecord(fields.over)
        ? { ...others, over: this.#over(fields.over) }
        : this.#fields(others)
    if (kind === 'subscript') this.#at = (this.#find([']'], this.#at) ?? this.#at) + 1
    return this.#made({ ...rest, [name]: first.value }, first.start, kind === 'alias' ? first.own : first.start)
  }

  /** What stands in the brackets behind OVER is named by its first word. */
  #over(over: Fields): Fields {
    const place = (this.#find(['OVER'], this.#at) ?? this.#at) + 1
    if (this.#words[place] === '(') return this.#window(over, place)
    this.#at = place + 1
    return { ...over, span: this.#spans[place] }
  }

  /** Its ORDER BY is named by ORDER, its frame by ROWS, RANGE or GROUPS. */
  #window(window: Fields, opener = this.#at): Fields {
    this.#at = opener + 1
    const closed = this.#closed.get(opener) ?? opener
    const partition = this.values(window.partition_by)
    const order = this.#find(['ORDER'], this.#at) ?? opener
    const [first, ...others] = (this.values(window.order_by) ?? []) as readonly Fields[]
    const framed = this.#find(['ROWS', 'RANGE', 'GROUPS'], this.#at) ?? opener
    const frame = isRecord(window.frame) ? { ...this.#fields(window.frame), span: this.#spans[framed] } : window.frame
    this.#at = Math.max(this.#at, closed + 1)
    const items = first === undefined ? [] : [{ ...first, span: this.#spans[order] }, ...others]
    return { ...window, partition_by: partition, order_by: items, frame, span: this.#spans[opener + 1] }
  }

  /** Of a literal, a cast, a call, a list: the token with which it begins. */
  #beginning(kind: string, fields: Fields): number | undefined {
    if (kind === 'literal') return this.#literal(fields)
    if (kind === 'boolean') return this.#find(['TRUE', 'FALSE'], this.#at)
    if (kind === 'cast' || kind === 'try_cast') return this.#cast()
    if (kind === 'star') return this.#star()
    if (kind === 'table') return this.#table(fields)
    if (kind === 'unnest') return this.#find(['UNNEST'], this.#at)
    if (kind in lists) return this.#find(lists[kind] ?? [], this.#at)
    // TABLE t is a SELECT to the parser.
    if (kind === 'select') return this.#find(['SELECT', 'TABLE'], this.#at)
    const word = leading[kind]
    if (word !== undefined) return this.#find([word], this.#at)
    if (kind === 'lambda') return undefined
    return this.#call(kind, fields)
  }

  #literal(fields: Fields): number | undefined {
    const isNumber = fields.literal_type === 'number'
    const found = this.#tokens.findIndex(
      ({ type }, index) =>
        index >= this.#at && (isNumber ? type === 'NUMBER' : type !== 'NUMBER' && type.endsWith('STRING')),
    )
    if (found === -1) return undefined
    const isNamed = !isNumber && fields.literal_type !== 'string' && found > this.#at
    // DATE '2024-02-29' begins with its type.
    if (!isNamed) return found
    this.#at = found + 1
    return found - 1
  }

  /** `t.*` begins with the name. */
  #star(): number | undefined {
    let place = this.#find(['*'], this.#at)
    if (place === undefined) return undefined
    this.#at = place + 1
    while (this.#words[place - 1] === '.') place -= 2
    return place
  }

  #table({ catalog, schema, name }: Fields): number | undefined {
    const begins = [catalog, schema, name].flatMap(part =>
      isRecord(part) && isRecord(part.span) ? [Number(part.span.start)] : [],
    )
    const place = this.#tokens.findIndex(token => token.end > Math.min(...begins))
    return begins.length === 0 || place === -1 ? undefined : place
  }

  #cast(): number | undefined {
    const found = this.#find(['CAST', 'TRY_CAST'], this.#at)
    const text = this.#tokens.findIndex(({ type }, index) => index >= this.#at && type === 'STRING')
    // BIGINT '9' is a cast to the parser.
    return text !== -1 && (found === undefined || text < found) && text > this.#at ? this.#at : found
  }

  #call(kind: string, fields: Fields): number | undefined {
    const given = [fields.original_name, fields.name, kind.replace(/_func$/, '')].flatMap(name =>
      typeof name === 'string' ? [name.toUpperCase()] : [],
    )
    const isCall = (index: number) => this.#words[index + 1] === '('
    const named = this.#tokens.findIndex(
      (_, index) => index >= this.#at && isCall(index) && given.includes(this.#words[index] ?? ''),
    )
    if (named !== -1) return named
    return isCall(this.#at) ? this.#at : undefined
  }

  #child(value: unknown): Walked {
    if (!isRecord(value)) return { value, start: this.#at, own: this.#at }
    const [entry, ...others] = Object.entries(value)
    if (entry === undefined || others.length > 0 || !isNode(entry))
      return { value: this.values(value), start: this.#at, own: this.#at }
    return this.#node(entry[0], isRecord(entry[1]) ? entry[1] : {})
  }

  #fields(fields: Fields): Record<string, unknown> {
    const isKept = (name: string) => name === 'span' || name === 'with'
    const parts = Object.entries(fields).map(([name, value]) => [name, isKept(name) ? value : this.values(value)])
    const { fetch } = fields
    if (!isRecord(fetch)) return Object.fromEntries(parts)
    const place = this.#words.findLastIndex((word, index) => word === 'FETCH' && index <= this.#at)
    return { ...Object.fromEntries(parts), fetch: { ...fetch, span: this.#spans[place] } }
  }

  #made(fields: Fields, start: number, own = start): Placed {
    return { parts: { ...fields, span: this.#spans[own] ?? fields.span }, start, own }
  }

  #find(words: readonly string[], from: number): number | undefined {
    for (let index = from; index < this.#words.length; index++)
      if (words.includes(this.#words[index] ?? '')) return index
    return undefined
  }

  #closeAfter(own: number): void {
    const opener = this.#find(['('], own)
    if (opener !== undefined) this.#at = Math.max(this.#at, (this.#closed.get(opener) ?? 0) + 1)
  }

  #beyond(span: Fields): void {
    const end = Number(span.end)
    while (this.#at < this.#tokens.length && (this.#tokens[this.#at]?.end ?? 0) <= end) this.#at += 1
  }
}

function brackets(words: readonly string[]): ReadonlyMap<number, number> {
  const open: number[] = []
  const closed = new Map<number, number>()
  for (const [index, word] of words.entries()) {
    if (word in openers) open.push(index)
    else if (word === ')' || word === ']') closed.set(open.pop() ?? -1, index)
  }
  return closed
}

/** In one pass: a statement may have a hundred thousand tokens. */
function spansOf(tokens: readonly Token[], text: string): readonly Span[] {
  const breaks = [...text].flatMap((sign, index) => (sign === '\n' ? [index] : []))
  let line = 0
  return tokens.map(({ start, end }) => {
    while (line < breaks.length && (breaks[line] ?? 0) < start) line += 1
    return { start, end, line: line + 1, column: end - (line === 0 ? -1 : (breaks[line - 1] ?? 0)) }
  })
}

/** `{ this: … }` is a record with one field. */
const isNode = ([kind, fields]: readonly [string, unknown]): boolean =>
  (isRecord(fields) || kind === 'null') && kind !== 'this' && kind !== 'name' && !/^[A-Z]/.test(kind)

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
