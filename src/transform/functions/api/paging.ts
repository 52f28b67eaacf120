/** Pages of functions: the marker is the last one of the page before, so that it stays right whatever is added meanwhile. */
import { invalid } from '../faults.ts'
import type { FunctionVersion } from '../version.ts'
import { latest } from '../version.ts'

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html: 50 a page, however many are asked for. */
const pageSizeMax = 50

interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

/** `fetch` is asked for one more than the page holds, to know whether another follows. */
export function pageOf<T>(
  marker: string | undefined,
  size: number | undefined,
  fetch: (after: string, limit: number) => readonly T[],
  keyOf: (item: T) => string,
): Page<T> {
  const limit = Math.min(size ?? pageSizeMax, pageSizeMax)
  const found = fetch(decoded(marker), limit + 1)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  if (found.length <= limit || last === undefined) return { items }
  return { items, next: Buffer.from(keyOf(last)).toString('base64') }
}

export function functionPage(
  marker: string | undefined,
  size: number | undefined,
  fetch: (after: { readonly name: string; readonly number: number }, limit: number) => readonly FunctionVersion[],
): Page<FunctionVersion> {
  return pageOf(
    marker,
    size,
    (after, limit) => {
      const [, name = '', number = '-1'] = /^([a-zA-Z0-9-_]+):(\d+)$/.exec(after) ?? []
      if (after !== '' && name === '') throw invalid('The Marker is not one that an earlier page gave.')
      return fetch({ name, number: Number(number) }, limit)
    },
    one => `${one.name}:${one.version === latest ? 0 : one.version}`,
  )
}

function decoded(marker: string | undefined): string {
  // Terraform and boto3 send an empty marker for the first page.
  if (marker === undefined || marker === '') return ''
  const text = Buffer.from(marker, 'base64').toString()
  if (Buffer.from(text).toString('base64') !== marker) throw invalid('The Marker is not one that an earlier page gave.')
  return text
}
