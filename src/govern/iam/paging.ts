/** Lists in pages: the marker names the last item of the page before, so that nothing is skipped or shown twice. */
import { badMarker } from './faults.ts'
import { itemsPerPage } from './limits.ts'

export interface PageRequest {
  readonly marker?: string | undefined
  readonly itemsMax?: number | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly truncated: boolean
  readonly marker?: string
}

export interface Cut {
  /** Only items after this one; '' from the start. */
  readonly after: string
  /** One more than the page holds, to know whether there is more. */
  readonly limit: number
}

export function cutOf({ marker, itemsMax }: PageRequest): Cut {
  const limit = (itemsMax ?? itemsPerPage) + 1
  if (marker === undefined) return { after: '', limit }
  const after = Buffer.from(marker, 'base64url').toString('utf8')
  if (after === '' || Buffer.from(after).toString('base64url') !== marker) throw badMarker()
  return { after, limit }
}

/** `found`: up to `cut.limit` items in order of `keyOf`. */
export function pageOf<T>(found: readonly T[], cut: Cut, keyOf: (item: T) => string): Page<T> {
  const items = found.slice(0, cut.limit - 1)
  const last = items.at(-1)
  if (found.length < cut.limit || last === undefined) return { items, truncated: false }
  return { items, truncated: true, marker: Buffer.from(keyOf(last)).toString('base64url') }
}

/** For short lists that are in memory anyway. */
export function paged<T>(all: readonly T[], request: PageRequest, keyOf: (item: T) => string): Page<T> {
  const cut = cutOf(request)
  const found = all.filter(item => keyOf(item) > cut.after).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return pageOf(found.slice(0, cut.limit), cut, keyOf)
}
