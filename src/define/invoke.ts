/**
 * How a definition reaches AWS: one function that runs an operation by its name, with AWS's JSON in and out (blobs in
 * base64, timestamps in seconds, a body as bytes). Whoever makes things so hands it in; nothing here knows a lake that runs.
 */
export type Invoke = (
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>

/** Where the parts of one definition are, and whose they are. */
export interface Aws {
  readonly invoke: Invoke
  readonly account: string
  readonly region: string
  /** The lake's name, which all that belongs to it carries. */
  readonly lake: string
}

/** AWS's code of an error, whichever door it came through. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return 'name' in error && typeof error.name === 'string' ? error.name : ''
}

/** What is there; undefined where AWS answers with one of these codes. */
export async function present<T>(asked: Promise<unknown>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return (await asked) as T
  } catch (error) {
    if (codes.includes(codeOf(error))) return undefined
    throw error
  }
}

/** Pages of a listing, one after the other; `next` gives the input of the page behind this one. */
export async function* pages<Page>(
  ask: (more: Readonly<Record<string, unknown>>) => Promise<unknown>,
  next: (page: Page) => Readonly<Record<string, unknown>> | undefined,
): AsyncGenerator<Page> {
  let more: Readonly<Record<string, unknown>> | undefined = {}
  while (more !== undefined) {
    const page = (await ask(more)) as Page
    yield page
    more = next(page)
  }
}

/** Those of all pages. */
export async function listed<Page, Item>(
  found: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = []
  for await (const page of found) items.push(...(itemsOf(page) ?? []))
  return items
}
