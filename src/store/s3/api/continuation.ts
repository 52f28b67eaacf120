// ListObjectsV2's continuation tokens: where a page ended. `k` and a key, or `f` and a folder, in base64: opaque to
// clients, and of no use for anything but going on.
import { byteSuccessor } from '../byte-order.ts'
import { invalidArgument } from '../faults.ts'
import { after, type Position } from '../paging.ts'

export function continuationToken(
  last: { readonly item: { readonly key: string } } | { readonly folder: string },
): string {
  return Buffer.from('folder' in last ? `f${last.folder}` : `k${last.item.key}`).toString('base64')
}

export function positionOf(token: string): Position {
  const bytes = Buffer.from(token, 'base64')
  const text = bytes.toString()
  const [kind, name] = [text.slice(0, 1), text.slice(1)]
  const known = (kind === 'k' || kind === 'f') && name !== '' && bytes.toString('base64') === token
  if (!known) throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token)
  if (kind === 'k') return after(name, '', '')
  return { key: byteSuccessor(name) ?? name }
}
