// What a stream's shards take and give a second when AWS's rates hold. A bucket holds a second's worth and fills as the
// lake's clock moves, so the same calls at the same instants always have the same outcome. What is refused takes nothing.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
import {
  bytesReadPerSecond,
  bytesWrittenPerSecond,
  getRecordsPerSecond,
  getShardIteratorPerSecond,
  onDemandShardsAtFirst,
  recordsWrittenPerSecond,
} from './limits.ts'

export class Bucket {
  #level: number
  #at: number

  constructor(perSecond: number, now: number) {
    this.#level = perSecond
    this.#at = now
  }

  /** Whether `amount` is there. One that is more than a second's worth waits for a full bucket. */
  has(amount: number, perSecond: number, now: number): boolean {
    if (now > this.#at) {
      this.#level = Math.min(perSecond, this.#level + ((now - this.#at) * perSecond) / 1000)
      this.#at = now
    }
    return this.#level >= Math.min(amount, perSecond)
  }

  /** What is taken beyond its level is owed, and comes in before the next is there. */
  take(amount: number): void {
    this.#level -= amount
  }

  /** Empties it, owing all of `amount`. */
  owe(amount: number): void {
    this.#level = -amount
  }
}

interface ShardBuckets {
  readonly bytesIn: Bucket
  readonly recordsIn: Bucket
  readonly bytesOut: Bucket
  readonly reads: Bucket
  readonly iterators: Bucket
}

/** What holds a stream's shards to a pace. */
export interface Rates {
  /** Takes a record in if the shard's rate allows, of an on-demand stream with `openShards` if the stream's does. */
  write(shard: number, bytes: number, at: { readonly now: number; readonly openShards: number | undefined }): boolean
  /** Counts a GetRecords call if the shard's rates allow. What it gave is told to `gave`. */
  read(shard: number, now: number): boolean
  /** A call that gave more than a second's worth keeps the next away for as long as all of it takes. */
  gave(shard: number, bytes: number, now: number): void
  iterator(shard: number, now: number): boolean
  forget(shard: number): void
}

export class StreamRates implements Rates {
  readonly #ofShard = new Map<number, ShardBuckets>()
  /** An on-demand stream's rate is its own: it cuts its shards by itself. */
  #whole: ShardBuckets | undefined

  write(
    shard: number,
    bytes: number,
    { now, openShards }: { readonly now: number; readonly openShards: number | undefined },
  ): boolean {
    const shards = openShards === undefined ? 1 : Math.max(openShards, onDemandShardsAtFirst)
    const { bytesIn, recordsIn } = openShards === undefined ? this.#buckets(shard, now) : this.#stream(shards, now)
    const allowed =
      recordsIn.has(1, recordsWrittenPerSecond * shards, now) && bytesIn.has(bytes, bytesWrittenPerSecond * shards, now)
    if (!allowed) return false
    recordsIn.take(1)
    bytesIn.take(bytes)
    return true
  }

  read(shard: number, now: number): boolean {
    const { reads, bytesOut } = this.#buckets(shard, now)
    if (!bytesOut.has(0, bytesReadPerSecond, now) || !reads.has(1, getRecordsPerSecond, now)) return false
    reads.take(1)
    return true
  }

  gave(shard: number, bytes: number, now: number): void {
    const { bytesOut } = this.#buckets(shard, now)
    if (bytes > bytesReadPerSecond) bytesOut.owe(bytes)
    else bytesOut.take(bytes)
  }

  iterator(shard: number, now: number): boolean {
    const { iterators } = this.#buckets(shard, now)
    if (!iterators.has(1, getShardIteratorPerSecond, now)) return false
    iterators.take(1)
    return true
  }

  forget(shard: number): void {
    this.#ofShard.delete(shard)
  }

  #buckets(shard: number, now: number): ShardBuckets {
    let buckets = this.#ofShard.get(shard)
    if (buckets === undefined) {
      buckets = full(1, now)
      this.#ofShard.set(shard, buckets)
    }
    return buckets
  }

  #stream(shards: number, now: number): ShardBuckets {
    this.#whole ??= full(shards, now)
    return this.#whole
  }
}

const full = (shards: number, now: number): ShardBuckets => ({
  bytesIn: new Bucket(bytesWrittenPerSecond * shards, now),
  recordsIn: new Bucket(recordsWrittenPerSecond * shards, now),
  bytesOut: new Bucket(bytesReadPerSecond * shards, now),
  reads: new Bucket(getRecordsPerSecond * shards, now),
  iterators: new Bucket(getShardIteratorPerSecond * shards, now),
})
