// On-demand streams grow by themselves: writing is measured by the minute, and a stream has shards for twice the highest
// minute of the last thirty days, at least four. The shards that take most are split. As far as AWS tells it does the
// same; when it joins shards again it does not tell, and here they stay.
// https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
import type { Ledger } from '../../durable/ledger.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import {
  bytesWrittenPerSecond,
  onDemandPeakDays,
  onDemandShardsAtFirst,
  onDemandShardsMax,
  recordsWrittenPerSecond,
} from './limits.ts'
import { growTo } from './resharding.ts'
import type { Arrival, Stream, Watcher } from './stream.ts'

interface Load {
  bytes: number
  records: number
}

interface OnDemandWorld {
  readonly ledger: Pick<Ledger, 'get' | 'commit'>
  readonly clock: Clock
  /** How many shards more the stream's account may have. */
  readonly shardsLeft: (stream: Stream) => number
}

const measureMilliseconds = 60_000
const dayMilliseconds = 24 * 3_600_000
const limits = { checkShardLimit: () => undefined }

export class OnDemand {
  readonly #world: OnDemandWorld
  readonly #watches = new Map<Stream, Measure>()

  constructor(world: OnDemandWorld) {
    this.#world = world
  }

  /** Measures a stream while it is in the ON_DEMAND mode: to be told when one appears or changes its mode. */
  follow(stream: Stream): void {
    const measure = this.#watches.get(stream)
    const onDemand = stream.settings.mode === 'ON_DEMAND'
    if (onDemand && measure === undefined) this.#watches.set(stream, new Measure(stream, this.#world))
    if (onDemand || measure === undefined) return
    measure.end()
    this.#watches.delete(stream)
  }

  forget(stream: Stream): void {
    this.#watches.get(stream)?.end()
    this.#watches.delete(stream)
  }

  close(): void {
    for (const measure of this.#watches.values()) measure.end()
    this.#watches.clear()
  }
}

/** Of one stream. A minute begins with the first record after the last minute that had any. */
class Measure implements Watcher {
  readonly #stream: Stream
  readonly #world: OnDemandWorld
  readonly #unwatch: () => void
  #loads = new Map<string, Load>()
  #minute: Appointment | undefined

  constructor(stream: Stream, world: OnDemandWorld) {
    this.#stream = stream
    this.#world = world
    this.#unwatch = stream.watch(this)
  }

  end(): void {
    this.#unwatch()
    this.#minute?.cancel()
  }

  arrived(shardId: string, { count, bytes }: Arrival): void {
    const load = this.#loads.get(shardId)
    if (load === undefined) this.#loads.set(shardId, { bytes, records: count })
    else {
      load.bytes += bytes
      load.records += count
    }
    if (this.#minute !== undefined) return
    const { clock } = this.#world
    const name = `measure stream ${this.#stream.name}`
    this.#minute = clock.at(clock.now() + measureMilliseconds, name, () => this.#measured())
  }

  resharded(): void {
    // Loads are told by the shards' names, and closed ones are just not looked at.
  }

  async leaving(): Promise<void> {
    // The deletion may still be refused; once it is done, `forget` ends the measuring.
  }

  async #measured(): Promise<void> {
    const loads = this.#loads
    this.#loads = new Map()
    this.#minute = undefined
    const total = { bytes: 0, records: 0 }
    for (const { bytes, records } of loads.values()) {
      total.bytes += bytes
      total.records += records
    }
    const seconds = measureMilliseconds / 1000
    const peak = await this.#peak({ bytes: total.bytes / seconds, records: total.records / seconds })
    const needed = Math.ceil(2 * shardsFor(peak))
    const wanted = Math.max(onDemandShardsAtFirst, this.#stream.settings.warmMibps ?? 0, needed)
    const open = this.#stream.openShards.length
    const target = Math.min(wanted, onDemandShardsMax, open + this.#world.shardsLeft(this.#stream))
    await growTo(limits, this.#stream, {
      target,
      now: this.#world.clock.now(),
      // By load, and where there is none to tell by, by width.
      weigh: ({ id, range }) => {
        const load = loads.get(id)
        const thousandths = load === undefined ? 0 : Math.round(1000 * shardsFor(load))
        return (BigInt(thousandths) << 128n) + range.last - range.first
      },
    })
  }

  /** The highest rates of the last days, this one among them. */
  async #peak({ bytes, records }: Load): Promise<Load> {
    const { ledger, clock } = this.#world
    const today = Math.floor(clock.now() / dayMilliseconds)
    const { id } = this.#stream
    const highest = ledger.get<{ bytes: number | null; records: number | null }>(
      'SELECT max(bytes) AS bytes, max(records) AS records FROM kinesis_peak WHERE stream = ? AND day > ?',
      id,
      today - onDemandPeakDays,
    )
    const known = { bytes: highest?.bytes ?? 0, records: highest?.records ?? 0 }
    await ledger.commit(write => {
      if (!write.get('SELECT 1 FROM kinesis_stream WHERE id = ?', id)) return
      write.run('DELETE FROM kinesis_peak WHERE stream = ? AND day <= ?', id, today - onDemandPeakDays)
      write.run(
        `INSERT INTO kinesis_peak VALUES (?, ?, ?, ?) ON CONFLICT (stream, day)
         DO UPDATE SET bytes = max(bytes, excluded.bytes), records = max(records, excluded.records)`,
        id,
        today,
        Math.ceil(bytes),
        Math.ceil(records),
      )
    })
    return { bytes: Math.max(known.bytes, bytes), records: Math.max(known.records, records) }
  }
}

/** How many shards' rates it takes, in fractions. */
const shardsFor = ({ bytes, records }: Load): number =>
  Math.max(bytes / bytesWrittenPerSecond, records / recordsWrittenPerSecond)
