// Which of the open shards takes a hash key.
import { hashDigits, hashOfKey } from './hash.ts'
import type { Shard } from './shard.ts'

export class Route {
  /** By hash range. */
  readonly shards: readonly Shard[]
  /** Of each shard the digits of its first hash, whose order is the order of the numbers. */
  readonly #starts: readonly string[]

  constructor(open: readonly Shard[]) {
    this.shards = open.toSorted((one, other) => (one.range.first < other.range.first ? -1 : 1))
    this.#starts = this.shards.map(shard => hashDigits(shard.range.first))
  }

  ofKey(partitionKey: string): Shard {
    return this.ofHash(hashOfKey(partitionKey))
  }

  ofHash(digits: string): Shard {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as string) <= digits) low = middle
      else high = middle - 1
    }
    return this.shards[low] as Shard
  }
}
