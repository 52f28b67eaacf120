// One page of a listing in UTF-8 byte order, keys below a common prefix rolled up into one folder. Works on any walk
// through rows ordered by key; a folder is never walked through but sought past, so that a page costs as many seeks as
// it has entries, however many keys there are.
import { byteSuccessor } from './byte-order.ts'

/** Where a walk begins: with the first row of `key`, or within it after `past`. */
export interface Position {
  readonly key: string
  readonly past?: string | number
}

/** An upper bound that no key reaches: in SQLite every BLOB is greater than every TEXT. */
const beyondAllKeys = new Uint8Array()
export type Bound = string | Uint8Array

const batchMin = 1
const batchMax = 512

export interface Page<T> {
  readonly items: readonly T[]
  readonly folders: readonly string[]
  /** There is more, after `last`. */
  readonly truncated: boolean
  /** The last entry, in order, of items and folders. */
  readonly last: { readonly item: T } | { readonly folder: string } | undefined
}

export interface PageRequest {
  readonly prefix: string
  /** Empty: nothing is rolled up. */
  readonly delimiter: string
  readonly from: Position
  readonly limit: number
}

export function takePage<T extends { readonly key: string }>(
  { prefix, delimiter, from, limit }: PageRequest,
  walk: (from: Position, below: Bound) => Iterable<T>,
): Page<T> {
  const items: T[] = []
  const folders: string[] = []
  let last: Page<T>['last']
  const below = byteSuccessor(prefix) ?? beyondAllKeys
  let position: Position | undefined = inByteOrder(from.key, prefix) < 0 ? { key: prefix } : from
  while (position !== undefined && limit > 0) {
    const rows: Iterable<T> = walk(position, below)
    position = undefined
    for (const item of rows) {
      if (items.length + folders.length === limit) return { items, folders, truncated: true, last }
      const folder = folderOf(item.key, prefix, delimiter)
      if (folder === undefined) {
        items.push(item)
        last = { item }
        continue
      }
      folders.push(folder)
      last = { folder }
      const next = byteSuccessor(folder)
      position = next === undefined ? undefined : { key: next }
      break
    }
  }
  return { items, folders, truncated: false, last }
}

/**
 * The rows of a walk, few at first and more as more are wanted: who leaves at the first has not paid for a thousand. There
 * are few limits, for `fetch` to write into its SQL: SQLite prepares a statement anew whenever a LIMIT is bound, which takes
 * several times as long as to find a row.
 */
export function* inBatches<Row>(
  from: Position,
  fetch: (from: Position, limit: number) => readonly Row[],
  positionAfter: (row: Row) => Position,
): Iterable<Row> {
  let position = from
  for (let limit = batchMin; ; limit = Math.min(limit * 8, batchMax)) {
    const rows = fetch(position, limit)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    position = positionAfter(last)
  }
}

/** The key up to and with the first delimiter after the prefix. */
export function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** Right after `key`; when it is itself a folder of this listing, after all that lies in it. */
export function after(key: string, prefix: string, delimiter: string): Position {
  if (key !== '' && folderOf(key, prefix, delimiter) === key) {
    const next = byteSuccessor(key)
    if (next !== undefined) return { key: next }
  }
  return key === '' ? { key } : { key: `${key}\0` }
}

const inByteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
