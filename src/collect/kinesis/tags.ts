// Tags of streams and of their consumers, kept in the ledger alone.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { InvalidArgumentException } from './faults.ts'
import { tagsMax } from './limits.ts'

/** A stream or a consumer. */
export interface Tagged {
  readonly id: string
  readonly name: string
  readonly account: string
}

export interface Tag {
  readonly key: string
  readonly value: string
}

/** The tag that puts one stream under AWS's rates: `biwa:limits=aws`. */
const limitsTag = { key: 'biwa:limits', value: 'aws' }

export const isLimited = (tags: readonly Tag[]): boolean =>
  tags.some(({ key, value }) => key === limitsTag.key && value === limitsTag.value)

/** By key. */
export function tagsOf(ledger: Pick<Ledger, 'all'>, resource: Tagged): readonly Tag[] {
  return ledger.all<{ key: string; value: string }>(
    'SELECT key, value FROM kinesis_tag WHERE resource = ? ORDER BY key',
    resource.id,
  )
}

export function addTags(write: Transaction, resource: Tagged, tags: Readonly<Record<string, string>>): void {
  const words = Object.entries(tags).flat()
  if (words.some(word => !/^[\p{L}\p{Z}\p{N}_.:/=+\-@%]*$/u.test(word))) {
    throw new InvalidArgumentException(
      'Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.',
    )
  }
  if (Object.keys(tags).some(key => key.toLowerCase().startsWith('aws:'))) {
    throw new InvalidArgumentException('Tag keys that begin with aws: are reserved for AWS: choose another key.')
  }
  if ((tags[limitsTag.key] ?? limitsTag.value) !== limitsTag.value) {
    throw new InvalidArgumentException(
      `The tag ${limitsTag.key} takes the value ${limitsTag.value} alone: AWS's rates hold for a stream that has it.`,
    )
  }
  for (const [key, value] of Object.entries(tags)) {
    write.run('INSERT OR REPLACE INTO kinesis_tag VALUES (?, ?, ?)', resource.id, key, value)
  }
  const count = write.get<{ count: number }>(
    'SELECT count(*) AS count FROM kinesis_tag WHERE resource = ?',
    resource.id,
  )
  if ((count?.count ?? 0) > tagsMax) {
    throw new InvalidArgumentException(
      `Failed to add tags to stream ${resource.name} under account ${resource.account} ` +
        `because a given stream cannot have more than ${tagsMax} tags associated with it.`,
    )
  }
}

export function removeTags(write: Transaction, resource: Tagged, keys: readonly string[]): void {
  for (const key of keys) write.run('DELETE FROM kinesis_tag WHERE resource = ? AND key = ?', resource.id, key)
}

export function dropTags(write: Transaction, resource: Tagged): void {
  write.run('DELETE FROM kinesis_tag WHERE resource = ?', resource.id)
}
