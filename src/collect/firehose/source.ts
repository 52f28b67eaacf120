// Where a delivery stream's records come from: lanes, each in order, read by index. A Kinesis stream has a lane a shard;
// a direct put has one.
import type { SegmentLog } from '../../durable/segment-log.ts'
import { userRecords } from '../../formats/aggregated-record.ts'

export interface SourceRecord {
  readonly lane: string
  readonly index: number
  readonly at: number
  readonly data: Uint8Array
  /** Of a Kinesis record. */
  readonly partitionKey?: string
  /** What the Kinesis Producer Library packed into it. It is never delivered as one. */
  readonly packed?: readonly PackedRecord[]
}

export interface PackedRecord {
  readonly partitionKey: string
  readonly data: Uint8Array
}

export interface ReadLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

export interface SourceLane {
  readonly id: string
  /** Lanes that are delivered to their ends before this one begins. */
  readonly parents: readonly string[]
  /** Where it ends, once it does. */
  readonly end: number | undefined
  /** At least one record if there is any; none at the tip. */
  read(index: number, limits: ReadLimits): Promise<readonly SourceRecord[]>
  tip(): Promise<number>
  /** As the source numbers its records, where it does. */
  sequenceNumber?(index: number): string
}

export interface Arrival {
  readonly index: number
  readonly count: number
  readonly bytes: number
  readonly at: number
}

export interface Watcher {
  arrived(lane: string, arrival: Arrival): void
  /** There are other lanes now, or a lane has ended. */
  resharded(): void
  leaving(): Promise<void>
  /** Arrival of the oldest record of a lane that is not delivered: the source keeps it, whatever its retention. */
  oldestWanted?(lane: string): number | undefined
}

export interface Source {
  /** Tells a source from another that had its name before. */
  readonly id: string
  /** Of a Kinesis stream. */
  readonly streamArn?: string
  lanes(): readonly SourceLane[]
  watch(watcher: Watcher): () => void
  /** All that arrived before `at` is delivered. */
  release(at: number): Promise<void>
}

/** What Firehose needs of a Kinesis stream. */
export interface SourceStream {
  readonly id: string
  readonly arn: string
  readonly shards: readonly SourceShard[]
  watch(watcher: Watcher): () => void
}

interface SourceShard {
  readonly id: string
  readonly number: number
  readonly parents: readonly number[]
  readonly ended: { readonly endIndex: number } | undefined
  tip(): Promise<number>
  read(index: number, limits: ReadLimits, since: number): Promise<{ readonly records: readonly StreamRecord[] }>
  sequenceNumber(index: number): string
}

interface StreamRecord {
  readonly index: number
  readonly arrivedAt: number
  readonly partitionKey: string
  readonly data: Uint8Array
}

/** The first byte of what the Kinesis Producer Library packs. */
const packedMark = 0xf3

export function kinesisSource(stream: SourceStream): Source {
  const laneOf = (shard: SourceShard, ids: ReadonlyMap<number, string>): SourceLane => ({
    id: shard.id,
    parents: shard.parents.flatMap(number => ids.get(number) ?? []),
    get end() {
      return shard.ended?.endIndex
    },
    async read(index, limits) {
      // What is out of the stream's retention but still on the disk is delivered all the same.
      const { records } = await shard.read(index, limits, 0)
      return records.map(record => sourceRecord(shard.id, record))
    },
    tip: () => shard.tip(),
    sequenceNumber: index => shard.sequenceNumber(index),
  })
  return {
    id: stream.id,
    streamArn: stream.arn,
    lanes() {
      const ids = new Map(stream.shards.map(shard => [shard.number, shard.id]))
      return stream.shards.map(shard => laneOf(shard, ids))
    },
    watch: watcher => stream.watch(watcher),
    // The stream keeps its records for its other readers.
    release: async () => undefined,
  }
}

function sourceRecord(lane: string, { index, arrivedAt: at, partitionKey, data }: StreamRecord): SourceRecord {
  const packed = data[0] === packedMark ? userRecords(data) : undefined
  return packed === undefined
    ? { lane, index, at, data, partitionKey }
    : { lane, index, at, data, partitionKey, packed }
}

export const directLane = 'direct'

/** Records put straight to Firehose, in a log of their own. */
export class DirectSource implements Source {
  readonly id = directLane
  readonly #log: SegmentLog
  readonly #watchers = new Set<Watcher>()

  constructor(log: SegmentLog) {
    this.#log = log
  }

  /** Resolves after the fsync with the first one's index. */
  async append(data: readonly Uint8Array[], at: number): Promise<number> {
    const index = await this.#log.append(data, at)
    const bytes = data.reduce((sum, { length }) => sum + length, 0)
    for (const watcher of this.#watchers) watcher.arrived(directLane, { index, count: data.length, bytes, at })
    return index
  }

  release(at: number): Promise<void> {
    return this.#log.trim(at)
  }

  lanes(): readonly SourceLane[] {
    const read = async (index: number, limits: ReadLimits) =>
      (await this.#log.read(index, limits)).map(({ index, at, payload }) => ({
        lane: directLane,
        index,
        at,
        data: payload,
      }))
    return [{ id: directLane, parents: [], end: undefined, read, tip: async () => this.#log.end }]
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}
