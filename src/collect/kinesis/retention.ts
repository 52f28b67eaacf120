// Gives back the disk space of records that have expired, and forgets closed shards that have none left. Reading does not
// wait for it: a stream's horizon hides what has expired on time. What a delivery stream holds back it leaves on disk.
import type { Store } from '../../durable/store.ts'
import type { Background } from '../../world/background.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import type { Stream } from './stream.ts'

const sweepMilliseconds = 3_600_000

interface RetentionWorld {
  readonly store: Pick<Store, 'ledger' | 'removeLog'>
  readonly clock: Clock
  readonly background: Background
  readonly streams: () => Iterable<Stream>
}

export class Retention {
  readonly #world: RetentionWorld
  #sweep: Appointment | undefined
  #isClosed = false

  constructor(world: RetentionWorld) {
    this.#world = world
  }

  async start(): Promise<void> {
    await this.removeDoomed()
    this.#sweepLater()
  }

  close(): void {
    this.#isClosed = true
    this.#sweep?.cancel()
  }

  /** Removes the logs whose stream or shard is gone; what a crash left of them too. */
  async removeDoomed(): Promise<void> {
    const { store } = this.#world
    const { ledger } = store
    for (const { name } of ledger.all<{ name: string }>('SELECT name FROM kinesis_doomed_log')) {
      await store.removeLog(name)
      await ledger.commit(write => write.run('DELETE FROM kinesis_doomed_log WHERE name = ?', name))
    }
  }

  #sweepLater(): void {
    const { clock, streams } = this.#world
    this.#sweep = clock.at(clock.now() + sweepMilliseconds, 'kinesis retention', async () => {
      try {
        for (const stream of streams()) await this.#expire(stream)
      } finally {
        // Also after one that failed: what it left is the next one's.
        if (!this.#isClosed) this.#sweepLater()
      }
    })
  }

  async #expire(stream: Stream): Promise<void> {
    const { store, clock, background } = this.#world
    for (const shard of stream.shards) {
      if (background.closing.aborted) return
      const horizon = stream.expiredBefore(shard, clock.now())
      if (shard.ended === undefined || shard.ended.closedAt >= horizon) {
        await shard.trim(horizon)
        continue
      }
      await store.ledger.commitRoom(write => {
        write.run('DELETE FROM kinesis_shard WHERE stream = ? AND number = ?', stream.id, shard.number)
        write.run('INSERT INTO kinesis_doomed_log VALUES (?)', shard.logName)
      })
      stream.forget(shard)
    }
    await this.removeDoomed()
  }
}
