// Tags of delivery streams, kept in the ledger alone.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { LimitExceededException } from './faults.ts'
import { tagsMax } from './limits.ts'

export interface Tag {
  readonly key: string
  readonly value: string | undefined
}

/** A delivery stream with this tag keeps to AWS's rates where others need not. */
export const isLimited = (tags: readonly Tag[]): boolean =>
  tags.some(({ key, value }) => key === 'biwa:limits' && value === 'aws')

interface Tagged {
  readonly id: string
}

/** By key. */
export function tagsOf(ledger: Pick<Ledger, 'all'>, delivery: Tagged): readonly Tag[] {
  const rows = ledger.all<{ key: string; value: string | null }>(
    'SELECT key, value FROM firehose_tag WHERE delivery = ? ORDER BY key',
    delivery.id,
  )
  return rows.map(({ key, value }) => ({ key, value: value ?? undefined }))
}

export function addTags(write: Transaction, delivery: Tagged, tags: readonly Tag[]): void {
  for (const { key, value } of tags) {
    write.run('INSERT OR REPLACE INTO firehose_tag VALUES (?, ?, ?)', delivery.id, key, value ?? null)
  }
  const row = write.get<{ count: number }>('SELECT count(*) AS count FROM firehose_tag WHERE delivery = ?', delivery.id)
  if ((row?.count ?? 0) > tagsMax) {
    throw new LimitExceededException(`A delivery stream has at most ${tagsMax} tags. Remove some first.`)
  }
}

export function removeTags(write: Transaction, delivery: Tagged, keys: readonly string[]): void {
  for (const key of keys) write.run('DELETE FROM firehose_tag WHERE delivery = ? AND key = ?', delivery.id, key)
}
