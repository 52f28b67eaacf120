/** Tags, in AWS's two forms and as plain data; one of them tells which lake a resource belongs to. */

export type Tags = { readonly [key: string]: string }
export const mark = 'biwa:lake'

export type AwsTags = readonly { readonly Key: string; readonly Value?: string }[]

export const awsTags = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

/** Without AWS's own, which nobody can change. */
export const tagsFrom = (given: AwsTags | undefined): Tags =>
  ownTags(Object.fromEntries((given ?? []).map(({ Key, Value = '' }) => [Key, Value])))

export const ownTags = (given: Tags | undefined): Tags =>
  Object.fromEntries(
    Object.entries(given ?? {})
      .filter(([key]) => !key.startsWith('aws:'))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** What is to be set and what to be taken away. */
function retagged(wanted: Tags, found: Tags): { readonly set: Tags; readonly taken: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => found[key] !== value)),
    taken: Object.keys(found).filter(key => wanted[key] === undefined),
  }
}

export const isEmpty = (tags: object): boolean => Object.keys(tags).length === 0

/** Has the tags set and taken away by two of AWS's operations; neither is asked for nothing. */
export async function retag(
  wanted: Tags,
  found: Tags,
  does: { set(tags: Tags): Promise<unknown>; take(keys: readonly string[]): Promise<unknown> },
): Promise<void> {
  const { set, taken } = retagged(wanted, found)
  if (taken.length > 0) await does.take(taken)
  if (!isEmpty(set)) await does.set(set)
}
