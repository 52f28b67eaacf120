// A parsed statement, read with care: every node is opened with the fields that its reader knows, and a field that holds
// something and is not known is refused by name. So nothing that a statement says can be dropped without a word.
// The tree itself comes from the parser in the engine's child; this file only reads it.

import { at, EngineFault, type Position } from '../engine/fault.ts'

/** One node of the tree: `{ [kind]: fields }`. */
export class Node {
  readonly kind: string
  /** Whether it stands in brackets of its own, which only the grammar asks for. */
  readonly isBracketed: boolean
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(kind: string, fields: Readonly<Record<string, unknown>>, isBracketed = false) {
    this.kind = kind
    this.isBracketed = isBracketed
    this.#fields = fields
  }

  /** Refuses whatever the node says beyond `known`. Called once by whoever translates the node. */
  only(...known: readonly string[]): this {
    for (const [name, value] of Object.entries(this.#fields)) {
      if (saysNothing(value) || silent.has(name) || known.includes(name)) continue
      throw unsupported(`${describe(name)} in ${describe(this.kind)}`, this.position)
    }
    return this
  }

  /** The child node in a field, or undefined. */
  child(name: string): Node | undefined {
    return nodeOf(this.#fields[name])
  }

  need(name: string): Node {
    const child = this.child(name)
    if (child === undefined) throw unsupported(`${describe(this.kind)} without ${describe(name)}`, this.position)
    return child
  }

  list(name: string): readonly Node[] {
    const value = this.#fields[name]
    if (!Array.isArray(value)) return []
    return value.map(item => {
      const child = nodeOf(item)
      if (child === undefined) throw unsupported(`an empty item in ${describe(this.kind)}`, this.position)
      return child
    })
  }

  /** A field that is a plain object and no node of the tree, such as an ORDER BY item or a data type. */
  record(name: string): Node | undefined {
    const value = this.#fields[name]
    return isRecord(value) ? new Node(name, value) : undefined
  }

  records(name: string): readonly Node[] {
    const value = this.#fields[name]
    return Array.isArray(value) ? value.filter(isRecord).map(item => new Node(name, item)) : []
  }

  /** Lists of nodes, as the branches of a CASE are kept. */
  lists(name: string): readonly (readonly Node[])[] {
    const value = this.#fields[name]
    if (!Array.isArray(value)) return []
    return value.map(item => (Array.isArray(item) ? item.map(nodeOf).filter(child => child !== undefined) : []))
  }

  /** The text of a field: a plain string, or the name of an identifier. */
  text(name: string): string | undefined {
    const value = this.#fields[name]
    if (typeof value === 'string') return value
    if (isRecord(value) && typeof value.name === 'string') return value.name
    return undefined
  }

  texts(name: string): readonly string[] {
    return this.records(name).map(record => record.text('name') ?? '')
  }

  number(name: string): number | undefined {
    const value = this.#fields[name]
    return typeof value === 'number' ? value : undefined
  }

  flag(name: string): boolean {
    return this.#fields[name] === true
  }

  /** The node as the parser made it. */
  get tree(): unknown {
    return { [this.kind]: this.#fields }
  }

  /** The node as the parser made it, with another field. */
  with(name: string, value: unknown): unknown {
    return { [this.kind]: { ...this.#fields, [name]: value } }
  }

  inBrackets(): Node {
    return new Node(this.kind, this.#fields, true)
  }

  raw(name: string): unknown {
    return this.#fields[name]
  }

  get position(): Position | undefined {
    return positionIn(this.#fields, 4)
  }
}

export function nodeOf(value: unknown): Node | undefined {
  if (!isRecord(value)) return undefined
  const entries = Object.entries(value)
  const [entry] = entries
  if (entries.length !== 1 || entry === undefined) return undefined
  const [kind, fields] = entry
  // An expression with a comment behind it.
  if (kind === 'annotated' && isRecord(fields)) return nodeOf(fields.this)
  // Brackets around an expression mean nothing: `GROUP BY (a)` is `GROUP BY a`, and `ORDER BY (1)` names a place.
  const inner = kind === 'paren' && isRecord(fields) ? nodeOf(fields.this) : undefined
  if (inner !== undefined && !relations.has(inner.kind)) return inner.inBrackets()
  return new Node(kind, isRecord(fields) ? fields : {})
}

/** In brackets they are tables and queries of a FROM. */
const relations = new Set([
  ...['paren', 'subquery', 'select', 'union', 'intersect', 'except', 'values'],
  ...['table', 'joined_table', 'unnest', 'alias', 'table_sample'],
])

export function unsupported(what: string, position?: Position): EngineFault {
  return new EngineFault('unsupported', at(position, `${what} is not supported by this engine yet`), position)
}

/** Fields that say where and how something was written, never what it means. */
const silent = new Set([
  'span',
  'join_mark',
  'trailing_comments',
  'leading_comments',
  'operator_comments',
  'left_comments',
  'pre_alias_comments',
  'post_select_comments',
  'comments',
  'inferred_type',
  'alias_explicit_as',
  'alias_keyword',
  'original_name',
  'nesting_group',
  'no_parens',
  'quoted',
  'integer_spelling',
  'kind_text',
  'start_side_text',
  'end_side_text',
  'explicit_asc',
  'sql_standard_syntax',
  'position_explicit',
  'from_for_syntax',
  'alias_first',
  'use_inner_keyword',
  'use_outer_keyword',
])

function saysNothing(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(name: string): string {
  return name.replaceAll('_', ' ').toUpperCase()
}

function positionIn(fields: Readonly<Record<string, unknown>>, depth: number): Position | undefined {
  const span = fields.span
  if (isRecord(span) && typeof span.line === 'number' && typeof span.start === 'number') {
    // The parser's column is that of the token's end; its length is known from the offsets.
    const length = typeof span.end === 'number' ? span.end - span.start : 0
    return { line: span.line, column: Math.max(1, Number(span.column) - length) }
  }
  if (depth === 0) return undefined
  for (const value of Object.values(fields)) {
    for (const item of Array.isArray(value) ? value.slice(0, 1) : [value]) {
      const found = isRecord(item) ? positionIn(item, depth - 1) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
