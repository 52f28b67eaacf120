// Where a delivery stream's records come from: lanes, each in order, read by index. A Kinesis stream has a lane a shard;
// a direct put has one.
import type { SegmentLog } from '../../durable/segment-log.ts'
import { userRecords } from '../../formats/aggregated-record.ts'

/** What a record carries. Its bytes lie among others' until somebody asks for them by themselves. */
export interface Content {
  readonly data: Uint8Array
  readonly dataBytes: number
  copyData(into: Buffer, offset: number): void
  /** Of a Kinesis record. */
  readonly partitionKey?: string | undefined
}

/** Where a record stood in its source. */
export interface Origin {
  readonly lane: string
  readonly index: number
  readonly at: number
}

export class SourceRecord implements Origin, Content {
  readonly lane: string
  readonly index: number
  readonly at: number
  readonly dataBytes: number
  /** What the Kinesis Producer Library packed into it. It is never delivered as one. */
  readonly packed: readonly PackedRecord[] | undefined
  readonly #content: Content

  constructor({ lane, index, at }: Origin, content: Content, packed?: readonly PackedRecord[]) {
    this.lane = lane
    this.index = index
    this.at = at
    this.dataBytes = content.dataBytes
    this.packed = packed
    this.#content = content
  }

  get data(): Uint8Array {
    return this.#content.data
  }

  get partitionKey(): string | undefined {
    return this.#content.partitionKey
  }

  copyData(into: Buffer, offset: number): void {
    this.#content.copyData(into, offset)
  }
}

/** What stands in `bytes` from `start` to `end`. */
export class Part implements Content {
  readonly #bytes: Buffer
  readonly #start: number
  readonly #end: number

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  get data(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end)
  }

  get dataBytes(): number {
    return this.#end - this.#start
  }

  copyData(into: Buffer, offset: number): void {
    this.#bytes.copy(into, offset, this.#start, this.#end)
  }
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

interface StreamRecord extends Content {
  readonly index: number
  readonly arrivedAt: number
  readonly partitionKey: string
  /** Of the data; undefined where there are none. */
  readonly firstByte: number | undefined
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

function sourceRecord(lane: string, record: StreamRecord): SourceRecord {
  const { index, arrivedAt: at } = record
  const packed = record.firstByte === packedMark ? userRecords(record.data) : undefined
  return new SourceRecord({ lane, index, at }, record, packed)
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
      (await this.#log.read(index, limits)).map(
        ({ index, at, bytes, start, end }) =>
          new SourceRecord({ lane: directLane, index, at }, new Part(bytes, start, end)),
      )
    return [{ id: directLane, parents: [], end: undefined, read, tip: async () => this.#log.end }]
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }
}
