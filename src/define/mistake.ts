/** A definition that cannot be: what is wrong, why, and what to write instead. Thrown where it is written down. */
export class DefinitionMistake extends Error {
  override readonly name = 'DefinitionMistake'
}

/** A whole number within AWS's bounds; `what` begins the sentence, as in "The shards of the stream x". */
export function wholeNumber(what: string, value: number, { min, max }: { readonly min: number; readonly max: number }) {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new DefinitionMistake(`${what} must be a whole number from ${min} to ${max}: ${told(value)}`)
  return value
}

/** A value from a definition that no compiler has seen, in a few words. */
export function told(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 128 ? `${JSON.stringify(value.slice(0, 128))}…` : JSON.stringify(value)
  if (typeof value === 'function') return `the function ${value.name}`.trim()
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Date) return String(value)
  const { kind, name } = value as { readonly kind?: unknown; readonly name?: unknown }
  return typeof kind === 'string' ? ['the', kind, name].filter(word => typeof word === 'string').join(' ') : 'an object'
}

/** Refuses what a type would have refused, for definitions written without one. */
export function known(what: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new DefinitionMistake(`${what} takes an object with ${names.join(', ')}, not ${told(options)}.`)
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw new DefinitionMistake(`${what} has no option ${name}. It takes ${names.join(', ')}.`)
}

/** One of some words, where it is given. */
export function oneOf(what: string, value: string | undefined, words: readonly string[]): void {
  if (value === undefined || words.includes(value)) return
  const last = words.at(-1)
  throw new DefinitionMistake(
    `${what} is ${words
      .slice(0, -1)
      .map(word => `'${word}'`)
      .join(', ')} or '${last}', not ${told(value)}.`,
  )
}

/** A part of one of these kinds; `write` says how one is written. */
export function ofKind(
  what: string,
  value: { readonly kind: string } | undefined,
  kinds: readonly string[],
  write: string,
) {
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind
  if (typeof kind === 'string' && kinds.includes(kind)) return
  throw new DefinitionMistake(`${what} must be ${write}, not ${told(value)}.`)
}

export function list(what: string, value: readonly unknown[], example: string): void {
  if (!Array.isArray(value))
    throw new DefinitionMistake(`${what} must be a list such as ${example}, not ${told(value)}.`)
}

/** A text, where it is given. */
export function text(what: string, value: string | undefined, example: string): void {
  if (value === undefined || typeof value === 'string') return
  throw new DefinitionMistake(`${what} must be a text such as ${example}, not ${told(value)}.`)
}

export function truth(what: string, value: boolean): void {
  if (typeof value !== 'boolean') throw new DefinitionMistake(`${what} is true or false, not ${told(value)}.`)
}
