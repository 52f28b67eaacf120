// One shard: a hash range and the log of its records, opened when first needed. Positions are the log's indexes, dense
// from 0, so that a sequence number leads to its record by arithmetic.
import type { Payloads } from '../../durable/payloads.ts'
import type { LogRecord, SegmentLog } from '../../durable/segment-log.ts'
import {
  type SequenceNumber,
  type ShardId,
  sequenceNumberBehind,
  sequenceNumbers,
  sequencePrefix,
  shardIdOf,
} from './sequence.ts'
import { StoredRecord } from './stored-record.ts'
import type { ShardEnd, ShardIdentity } from './tables.ts'

export interface ReadLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

export interface ReadResult {
  readonly records: readonly StoredRecord[]
  readonly next: number
}

export class Shard {
  readonly id: ShardId
  readonly number: number
  readonly parents: readonly number[]
  readonly range: { readonly first: bigint; readonly last: bigint }
  readonly createdAt: number
  readonly logName: string
  readonly #prefix: string
  readonly #sequenceNumber: (index: number) => SequenceNumber
  readonly #open: (logName: string) => Promise<SegmentLog>
  #log: SegmentLog | undefined
  #opening: Promise<SegmentLog> | undefined
  #end: ShardEnd | undefined
  #refusal: Error | undefined
  #appends = 0
  #onIdle: (() => void) | undefined

  constructor(
    identity: ShardIdentity & { readonly end?: ShardEnd },
    { streamId, open }: { readonly streamId: string; readonly open: (logName: string) => Promise<SegmentLog> },
  ) {
    this.id = shardIdOf(identity.number)
    this.number = identity.number
    this.parents = identity.parents
    this.range = identity.range
    this.createdAt = identity.createdAt
    this.logName = `kinesis-${streamId}-${identity.number}`
    this.#prefix = sequencePrefix(identity)
    this.#sequenceNumber = sequenceNumbers(this.#prefix)
    this.#open = open
    this.#end = identity.end
  }

  /** Set once the shard is closed. */
  get ended(): ShardEnd | undefined {
    return this.#end
  }

  end(ended: ShardEnd): void {
    this.#end = ended
  }

  /** Takes no records until the next start, and says why. */
  refuse(cause: Error): void {
    this.#refusal = cause
  }

  sequenceNumber(index: number): SequenceNumber {
    return this.#sequenceNumber(index)
  }

  /** Where a reader goes on that has read all records before `index`. */
  continuationAt(index: number): SequenceNumber {
    return sequenceNumberBehind(this.#prefix, index - 1)
  }

  /** Before the first record, and after the last once it is closed. */
  get sequenceRange(): { readonly first: SequenceNumber; readonly last?: SequenceNumber } {
    return {
      first: this.sequenceNumber(-1),
      ...(this.#end && { last: this.sequenceNumber(this.#end.endIndex) }),
    }
  }

  /** Resolves after the fsync with the index of the first payload. */
  async append(payloads: Payloads, at: number): Promise<number> {
    if (this.#refusal !== undefined) throw this.#refusal
    this.#appends++
    try {
      const log = this.#log ?? (await this.#logWhenOpen())
      return await log.append(payloads, at)
    } finally {
      this.#appends--
      if (this.#appends === 0) this.#onIdle?.()
    }
  }

  /** Resolves when no append is under way. Whoever waits keeps new ones from coming. */
  async idle(): Promise<void> {
    if (this.#appends === 0) return
    await new Promise<void>(resolve => {
      this.#onIdle = resolve
    })
    this.#onIdle = undefined
  }

  /** Index of the first record that is not yet written. */
  async tip(): Promise<number> {
    return this.#end?.endIndex ?? (await this.#logWhenOpen()).end
  }

  /** Index of the first record that is kept and, arriving at or after `at`, still to be seen. */
  async indexAt(at: number): Promise<number> {
    const log = await this.#logWhenOpen()
    return Math.max(log.start, await log.indexAt(at))
  }

  /**
   * Records from `index` on that arrived at or after `since`; at least one if there is any. `next` is where to go on,
   * which is beyond `index` also when all that was asked for has expired.
   */
  async read(index: number, limits: ReadLimits, since: number): Promise<ReadResult> {
    const log = await this.#logWhenOpen()
    let first = Math.max(index, log.start)
    let records = await this.#readBeforeEnd(log, first, limits)
    if (records[0] !== undefined && records[0].at < since) {
      first = await this.indexAt(since)
      records = await this.#readBeforeEnd(log, first, limits)
    }
    return { records: records.map(record => new StoredRecord(record, this)), next: first + records.length }
  }

  /** Drops whole segments of records that arrived before `at`. */
  async trim(at: number): Promise<void> {
    const log = await this.#logWhenOpen()
    if (log.end > log.start) await log.trim(at)
  }

  /** What a log has kept of a write that failed is none of a shard that was closed without it. */
  async #readBeforeEnd(log: SegmentLog, first: number, limits: ReadLimits): Promise<readonly LogRecord[]> {
    const left = (this.#end?.endIndex ?? Number.POSITIVE_INFINITY) - first
    return left > 0 ? log.read(first, { ...limits, maxRecords: Math.min(limits.maxRecords, left) }) : []
  }

  #logWhenOpen(): Promise<SegmentLog> {
    this.#opening ??= this.#openLog()
    return this.#opening
  }

  async #openLog(): Promise<SegmentLog> {
    try {
      this.#log = await this.#open(this.logName)
      return this.#log
    } catch (cause) {
      this.#opening = undefined
      throw cause
    }
  }
}
