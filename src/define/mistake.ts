/** A definition that cannot be: what is wrong, why, and what to write instead. Thrown where it is written down. */
export class DefinitionMistake extends Error {
  override readonly name = 'DefinitionMistake'
}

/** A whole number within AWS's bounds; `what` begins the sentence, as in "The shards of the stream x". */
export function wholeNumber(what: string, value: number, { min, max }: { readonly min: number; readonly max: number }) {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new DefinitionMistake(`${what} must be a whole number from ${min} to ${max}: ${value}`)
  return value
}

/** Refuses what a type would have refused, for definitions written without one. */
export function known(what: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw new DefinitionMistake(`${what} has no option ${name}. It takes ${names.join(', ')}.`)
}
