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

/** In the order in which they were added first. */
export function tagsOf(ledger: Pick<Ledger, 'all'>, delivery: Tagged): readonly Tag[] {
  const rows = ledger.all<{ key: string; value: string | null }>(
    'SELECT key, value FROM firehose_tag WHERE delivery = ? ORDER BY place, key',
    delivery.id,
  )
  return rows.map(({ key, value }) => ({ key, value: value ?? undefined }))
}

export function addTags(write: Transaction, delivery: Tagged, tags: readonly Tag[]): void {
  const of = 'FROM firehose_tag WHERE delivery = ?'
  const last = write.get<{ place: number | null }>(`SELECT max(place) AS place ${of}`, delivery.id)
  for (const [index, { key, value }] of tags.entries()) {
    write.run(
      `INSERT INTO firehose_tag (delivery, key, value, place) VALUES (?, ?, ?, ?)
       ON CONFLICT (delivery, key) DO UPDATE SET value = excluded.value`,
      delivery.id,
      key,
      value ?? null,
      (last?.place ?? -1) + 1 + index,
    )
  }
  const row = write.get<{ count: number }>(`SELECT count(*) AS count ${of}`, delivery.id)
  if ((row?.count ?? 0) > tagsMax) {
    throw new LimitExceededException(`A delivery stream has at most ${tagsMax} tags. Remove some first.`)
  }
}

export function removeTags(write: Transaction, delivery: Tagged, keys: readonly string[]): void {
  for (const key of keys) write.run('DELETE FROM firehose_tag WHERE delivery = ? AND key = ?', delivery.id, key)
}
