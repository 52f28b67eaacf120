/** A mistake in how a lake was to be opened, reached or moved: what happened, why, what to do. */
export class LakeMistake extends Error {
  override readonly name = 'LakeMistake'
}

/** Names from strangers, cut to what a line of text can bear. */
export const shown = (value: unknown): string => {
  const text =
    typeof value === 'string'
      ? `'${value}'`
      : typeof value === 'object' && value !== null
        ? objectShown(value)
        : String(value)
  return text.length > 64 ? `${text.slice(0, 64)}…` : text
}

/** A list, or what has no words of its own, by its kind: a Date or a Temporal.Duration says itself what it is. */
function objectShown(value: object): string {
  if (Array.isArray(value)) return 'a list'
  const text = String(value)
  return text.startsWith('[object ') ? 'an object' : text
}

/** Throws for what is no object, as programs without types may give it, and for the first key that is not among those known. */
export function refuseUnknown(what: string, given: object, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new LakeMistake(`${what} takes an object with ${known.join(', ')}, not ${shown(given)}.`)
  const unknown = Object.keys(given).find(key => !known.includes(key))
  if (unknown === undefined) return
  throw new LakeMistake(`${what} takes no ${shown(unknown)}. It takes ${known.join(', ')}.`)
}
