/** What is known of a request besides who, what and on what: condition keys in lower case with their values. */

export type Context = Pick<ReadonlyMap<string, readonly string[]>, 'get'>

export type ContextValues = Readonly<Record<string, string | readonly string[] | undefined>>

/** Put together when a policy first asks for a key: most ask for none. */
export function contextOf(gather: () => readonly ContextValues[]): Context {
  let gathered: ReadonlyMap<string, readonly string[]> | undefined
  return {
    get: key => {
      gathered ??= mapOf(gather())
      return gathered.get(key)
    },
  }
}

function mapOf(sources: readonly ContextValues[]): ReadonlyMap<string, readonly string[]> {
  const context = new Map<string, readonly string[]>()
  for (const source of sources)
    for (const [key, value] of Object.entries(source))
      if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value)
  return context
}
