// The text of a FROM, made when all else of its query is written: only then it is known which columns of its relations are
// asked for. Those that are not would have to be read, of a wide table thousands.

export interface FromItem {
  /** With all of its columns. */
  readonly sql: string
  /** With those that are named in the text around it. */
  readonly narrowed?: (around: string) => string
  /** The part of its text that may name columns of the items beside it, and its own; absent: all of it. */
  readonly naming?: string
}

/** `around`: all other text that may name columns of these. */
export function fromText(items: readonly FromItem[], around: string): string {
  const all = [around, ...items.map(({ sql, naming = sql }) => naming)].join(' ')
  const texts = items.map(({ sql, narrowed }) => narrowed?.(all) ?? sql)
  return texts.filter(text => text !== '').join(' ')
}

/** An item with text in front of it and behind it. */
export function framed<T extends FromItem>(item: T, before: string, after = ''): T {
  const { sql, narrowed, naming = sql } = item
  const text = (inner: string) => `${before}${inner}${after}`
  const narrow = narrowed && ((around: string) => text(narrowed(around)))
  return { ...item, sql: text(sql), naming: text(naming), ...(narrow && { narrowed: narrow }) }
}

/** Columns of the relation that a text names; both names are ours, so none is missed. */
export function namedIn(text: string, relation: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(new RegExp(`\\b${relation}\\.(\\w+)`, 'g')), ([, column = '']) => column))
}

/** The places of those columns, of a relation that calls its columns c0, c1 … */
export function placesIn(text: string, relations: readonly string[]): ReadonlySet<number> {
  return new Set(relations.flatMap(relation => [...namedIn(text, relation)].map(name => Number(name.slice(1)))))
}
