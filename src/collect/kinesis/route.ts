// Which of the open shards takes a hash key. A partition key is routed by the first 32 bits of its hash; only where a shard
// begins among the keys that share these is all of the hash worked out.
import { hashDigits, hashOfKey } from './hash.ts'
import { md5Top } from './md5.ts'
import type { Shard } from './shard.ts'

export class Route {
  /** By hash range. */
  readonly shards: readonly Shard[]
  /** Of each shard the digits of its first hash, and the first 32 bits of that. */
  readonly #starts: readonly string[]
  readonly #tops: readonly number[]

  constructor(open: readonly Shard[]) {
    this.shards = open.toSorted((one, other) => (one.range.first < other.range.first ? -1 : 1))
    this.#starts = this.shards.map(shard => hashDigits(shard.range.first))
    this.#tops = this.#starts.map(digits => Number.parseInt(digits.slice(0, 8), 16))
  }

  ofKey(partitionKey: string): Shard {
    const top = md5Top(partitionKey)
    if (top === undefined) return this.ofHash(hashOfKey(partitionKey))
    const place = lastUpTo(this.#tops, top)
    return this.#tops[place] === top ? this.ofHash(hashOfKey(partitionKey)) : (this.shards[place] as Shard)
  }

  ofHash(digits: string): Shard {
    return this.shards[lastUpTo(this.#starts, digits)] as Shard
  }
}

/** The first where there is none. */
function lastUpTo<T extends string | number>(ascending: readonly T[], value: T): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((ascending[middle] as T) <= value) low = middle
    else high = middle - 1
  }
  return low
}
