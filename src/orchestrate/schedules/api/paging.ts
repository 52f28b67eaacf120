/** Pages by name: the token is the last name of the page before, so that it stays right whatever is added meanwhile. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

/** `fetch` is asked for one more than the page holds, to know whether another follows. */
export function pageOf<T>(
  token: string | undefined,
  size: number,
  fetch: (after: string, limit: number) => readonly T[],
  nameOf: (item: T) => string,
  invalid: () => Error,
): Page<T> {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString()
  if (token !== undefined && Buffer.from(after).toString('base64url') !== token) throw invalid()
  const found = fetch(after, size + 1)
  const items = found.slice(0, size)
  const last = items.at(-1)
  return found.length > size && last !== undefined
    ? { items, next: Buffer.from(nameOf(last)).toString('base64url') }
    : { items }
}
