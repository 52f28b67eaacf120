// Where the records of a put went, in columns: of most puts every record went to the shard and the index behind the one before.
import type { SequenceNumber, ShardId } from './sequence.ts'
import type { Shard } from './shard.ts'

/** Where a record went. */
export interface Place {
  readonly shardId: ShardId
  readonly sequenceNumber: SequenceNumber
}

/** Its shard's log could not take it, or the shard's rate did not allow it. */
export interface Failure {
  readonly failure: unknown
  readonly throttled?: true
}

export type Placed = Place | Failure

export class Placements {
  readonly count: number
  readonly #shards: (Shard | undefined)[]
  readonly #indexes: Float64Array
  readonly #failures = new Map<number, Failure>()

  constructor(count: number) {
    this.count = count
    this.#shards = new Array(count)
    this.#indexes = new Float64Array(count)
  }

  /** By the place of the record in the request. */
  get failures(): ReadonlyMap<number, Failure> {
    return this.#failures
  }

  put(nth: number, shard: Shard, index: number): void {
    this.#shards[nth] = shard
    this.#indexes[nth] = index
  }

  fail(nth: number, failure: Failure): void {
    this.#failures.set(nth, failure)
  }

  /** Of a record that has not failed. */
  shardOf(nth: number): Shard {
    return this.#shards[nth] as Shard
  }

  /** In its shard's log, of a record that has not failed. */
  indexOf(nth: number): number {
    return this.#indexes[nth] as number
  }

  at(nth: number): Placed {
    const failure = this.#failures.get(nth)
    if (failure !== undefined) return failure
    const shard = this.shardOf(nth)
    return { shardId: shard.id, sequenceNumber: shard.sequenceNumber(this.indexOf(nth)) }
  }

  *[Symbol.iterator](): Generator<Placed> {
    for (let nth = 0; nth < this.count; nth++) yield this.at(nth)
  }
}
