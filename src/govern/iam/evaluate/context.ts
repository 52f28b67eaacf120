/** What is known of a request besides who, what and on what: condition keys in lower case with their values. */

export type Context = ReadonlyMap<string, readonly string[]>

export type ContextValues = Readonly<Record<string, string | readonly string[] | undefined>>

export function contextOf(...sources: readonly ContextValues[]): Context {
  const context = new Map<string, readonly string[]>()
  for (const source of sources)
    for (const [key, value] of Object.entries(source))
      if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value)
  return context
}
