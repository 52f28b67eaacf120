// The text of a FROM, made when all else of its query is written: only then it is known which columns of the relations beside
// an UNNEST are asked for. Those that are not would have to be read, of a wide table thousands.

export interface FromItem {
  /** With all of its columns. */
  readonly sql: string
  /** With those that are named in the text around it. Only what stands first in a FROM has it. */
  readonly narrowed?: (around: string) => string
}

/** `around`: all other text that may name columns of these. */
export function fromText([first, ...others]: readonly FromItem[], around: string): string {
  const behind = others.map(({ sql }) => sql).join(' ')
  return `${first?.narrowed?.(`${around} ${behind}`) ?? first?.sql ?? ''} ${behind}`.trim()
}

/** Columns of the relation that a text names; both names are ours, so none is missed. */
export function namedIn(text: string, relation: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(new RegExp(`\\b${relation}\\.(\\w+)`, 'g')), ([, column = '']) => column))
}
