// An append-only sequence of records with dense indexes, in segment files (their bytes: segment-format.ts).
//
//   append    gathers into the next batch; one durable write takes a batch; then all of it is acknowledged.
//   read      sees durable records only, and verifies each.
//   open      reads names, and the newest segment, whose torn end is cut off; older segments are looked into when needed.
//
// Guarantees: an acknowledged append survives a power cut; records are read in the order of the appends, none missing,
// none twice; `at` never falls. After a failed write or fsync the log takes no more until it is opened again, because
// nobody knows what the disk kept; on a full disk what was written is cut off, and the log goes on when there is room.
// Damage to durable records is an error that names file and position, never skipped.

import assert from 'node:assert/strict'
import type { Disk } from '../world/disk.ts'
import { isFullDisk } from '../world/full-disk.ts'
import { Batch } from './batch.ts'
import { LogFull } from './log-full.ts'
import type { LogRecord } from './log-record.ts'
import { OpenSegments } from './open-segments.ts'
import { givenPayloads, type Payloads } from './payloads.ts'
import {
  createSegment,
  listSegments,
  type OpenedSegment,
  recoverNewest,
  removeSegment,
  type Segment,
  writeSidecar,
  writeStart,
} from './segment-files.ts'
import { payloadBytesMax } from './segment-format.ts'
import { SegmentReading } from './segment-reading.ts'
import { TipWaiters } from './tip-waiters.ts'

export type { LogRecord } from './log-record.ts'

const segmentBytesDefault = 64 * 1024 * 1024

export class LogReadOnly extends Error {
  override readonly name = 'LogReadOnly'

  constructor(directory: string, cause: unknown) {
    super(
      `The log ${directory} takes no more records: an earlier write could not be made durable. ` +
        'See to the disk (space, health), then restart.',
      { cause },
    )
  }
}

export class SegmentLog {
  readonly #disk: Disk
  readonly #directory: string
  readonly #segmentBytes: number
  /** In order. The last is the newest, the only one written to. */
  readonly #segments: Segment[] = []
  readonly #opened: OpenSegments
  readonly #reading: SegmentReading
  readonly #tip = new TipWaiters()
  #newest: OpenedSegment | undefined
  /** An older Biwa began the newest, in a form that this one only reads. */
  #outdated = false
  /** How much of the newest segment its sidecar tells of. */
  #savedBytes = 0
  /** That sidecar on its way to the disk, beside the batches: who appends does not wait for it. Never rejects. */
  #saving: Promise<void> | undefined
  #nextIndex = 0
  #lastAt = 0
  #gathering: Batch | undefined
  /** Writing, sealing and trimming, one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #failure: LogReadOnly | undefined
  /** The last time that there was no room. */
  #full: LogFull | undefined
  #closed = false

  private constructor(disk: Disk, directory: string, segmentBytes: number) {
    this.#disk = disk
    this.#directory = directory
    this.#segmentBytes = segmentBytes
    this.#opened = new OpenSegments(disk)
    this.#reading = new SegmentReading(this.#segments, this.#opened)
  }

  static async open(
    disk: Disk,
    directory: string,
    options: { readonly segmentBytes?: number } = {},
  ): Promise<SegmentLog> {
    const log = new SegmentLog(disk, directory, options.segmentBytes ?? segmentBytesDefault)
    try {
      await log.#load()
      return log
    } catch (cause) {
      await log.#opened.closeAll()
      throw cause
    }
  }

  static remove(disk: Disk, directory: string): Promise<void> {
    return disk.removeDirectory(directory)
  }

  /** Index of the first record that is not yet durable. */
  get end(): number {
    return this.#newest?.index.endIndex ?? 0
  }

  /** First index still kept. */
  get start(): number {
    return this.#segments[0]?.firstIndex ?? 0
  }

  /** Of the segment files. */
  get bytes(): number {
    const sealed = this.#segments.slice(0, -1).reduce((sum, segment) => sum + segment.bytes, 0)
    return sealed + (this.#newest?.index.segmentBytes ?? 0)
  }

  /**
   * Resolves after the fsync with the index of the first payload. The order of calls is the order of indexes. An `at`
   * smaller than an earlier one is raised to it.
   */
  append(records: readonly Uint8Array[] | Payloads, at: number): Promise<number> {
    assert(Number.isSafeInteger(at) && at >= 0, `an instant is whole milliseconds since 1970: ${at}`)
    const payloads = 'bytesOf' in records ? records : givenPayloads(records)
    for (let nth = 0; nth < payloads.count; nth++)
      assert(payloads.bytesOf(nth) <= payloadBytesMax, `a record has at most 64 MiB: ${payloads.bytesOf(nth)}`)
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#closed) return Promise.reject(new Error(`The log ${this.#directory} is closed.`))
    if (this.#gathering === undefined) {
      this.#gathering = new Batch(this.#nextIndex)
      void this.#inTurn(() => this.#flush())
    }
    this.#lastAt = Math.max(this.#lastAt, at)
    this.#nextIndex += payloads.count
    return this.#gathering.add(payloads, this.#lastAt)
  }

  /**
   * From `index` on, or from the first kept when that is later: at most `maxRecords` with `maxBytes` of payload, but at
   * least one if there is any.
   */
  async read(
    index: number,
    limits: { readonly maxRecords: number; readonly maxBytes: number },
  ): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = []
    let bytesLeft = limits.maxBytes
    let next = Math.max(index, this.start)
    let full = false
    while (next < this.end && !full) {
      if (next < this.start) {
        // Trimmed meanwhile. What was read stays without a gap; what was not begins with what is left.
        if (records.length > 0) break
        next = this.start
      }
      const wanted = { maxRecords: limits.maxRecords - records.length, maxBytes: bytesLeft }
      next = await this.#reading.walkFrom(next, wanted, record => {
        full = records.length > 0 && (record.byteLength > bytesLeft || records.length >= limits.maxRecords)
        if (full) return false
        records.push(record)
        bytesLeft -= record.byteLength
        return true
      })
    }
    return records
  }

  /** First index whose record was appended at or after `at`; the end when there is none. */
  indexAt(at: number): Promise<number> {
    return this.#reading.indexAt(at)
  }

  /** Resolves when `end` has passed `index`, when `signal` aborts, or when the log is closed. */
  beyond(index: number, signal: AbortSignal): Promise<void> {
    if (this.end > index || this.#closed) return Promise.resolve()
    return this.#tip.wait(index, signal)
  }

  /** Drops the oldest segments, as long as all their records are older than `olderThanAt`, and there is room for that. */
  trim(olderThanAt: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closed || this.#failure !== undefined) return
      const old = await this.#reading.countOlder(olderThanAt)
      if (old === 0) return
      const isAll = old === this.#segments.length
      // What needs no room comes first.
      await this.#drop(isAll ? old - 1 : old)
      if (isAll && (await this.#begunAnew())) await this.#drop(1)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#tip.wakeAll()
    await this.#inTurn(async () => {
      try {
        await this.#saving
        if (this.#failure === undefined) await this.#saveMarks()
      } finally {
        await this.#opened.closeAll()
      }
    })
  }

  async #load(): Promise<void> {
    await this.#disk.makeDirectory(this.#directory)
    this.#segments.push(...(await listSegments(this.#disk, this.#directory)))
    await this.#disk.syncDirectory(this.#directory)
    const newest = this.#segments.at(-1)
    if (newest === undefined) return
    const { outdated, ...opened } = await recoverNewest(this.#disk, newest)
    this.#begin(newest, opened)
    if (opened.index.segmentBytes === 0) {
      const before = this.#segments.at(-2)
      const notBefore = before === undefined ? 0 : await this.#reading.use(before, async ({ index }) => index.lastAt)
      await writeStart(opened, { firstIndex: newest.firstIndex, notBefore })
    } else if (outdated && opened.index.endIndex === newest.firstIndex) {
      await writeStart(opened, { firstIndex: newest.firstIndex, notBefore: opened.index.lastAt })
    } else this.#outdated = outdated
    this.#nextIndex = opened.index.endIndex
    this.#lastAt = opened.index.lastAt
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #flush(): Promise<void> {
    // Once more round the microtasks: whoever was just acknowledged often has the next append at hand.
    await Promise.resolve()
    const batch = this.#gathering
    this.#gathering = undefined
    assert(batch !== undefined, 'a flush finds the batch it was called for')
    try {
      if (this.#failure !== undefined) throw this.#failure
      // It counted on records that there was no room for.
      if (this.#full !== undefined && batch.firstIndex !== this.end) throw this.#full
      const full = this.#outdated || (this.#newest?.index.segmentBytes ?? 0) >= this.#segmentBytes
      const newest = full ? undefined : this.#newest
      await this.#write(newest ?? (await this.#roll(batch.firstIndex)), batch)
    } catch (cause) {
      batch.reject(await this.#refusal(cause))
      if (this.#gathering === undefined) this.#nextIndex = this.end
      return
    }
    // From here the batch is durable, and readers see it.
    batch.acknowledge()
    this.#tip.wakeUpTo(this.end)
    this.#saveMarksBeside()
  }

  /** What is told to who appended: the log goes on where it is sure that nothing of the records stayed. */
  async #refusal(cause: unknown): Promise<Error> {
    if (this.#failure !== undefined) return this.#failure
    if (cause instanceof LogFull) {
      this.#full = cause
      return cause
    }
    try {
      if (!isFullDisk(cause) || this.#newest === undefined) throw cause
      const { file, index } = this.#newest
      await file.truncate(index.segmentBytes)
      await file.sync()
      this.#full = new LogFull(this.#directory, cause)
      return this.#full
    } catch (worse) {
      this.#failure = new LogReadOnly(this.#directory, worse)
      return this.#failure
    }
  }

  async #write({ file, index }: OpenedSegment, batch: Batch): Promise<void> {
    assert(batch.firstIndex === index.endIndex, 'batches are written in order')
    const position = index.segmentBytes
    await file.writeDurably(batch.close(), position)
    for (const mark of batch.marks) index.mark({ ...mark, position: position + mark.position })
    index.extend(batch.endIndex, batch.lastAt, position + batch.bytes)
  }

  /** Begins a new segment; the one before it is sealed. Half of it must not be followed by an append to the old one. */
  async #roll(firstIndex: number): Promise<OpenedSegment> {
    try {
      await this.#saveMarks()
      const before = this.#segments.at(-1)
      const { file, index, ...segment } = await createSegment(this.#disk, this.#directory, {
        firstIndex,
        notBefore: this.#newest?.index.lastAt ?? 0,
      })
      if (before !== undefined) {
        this.#segments[this.#segments.length - 1] = { ...before, bytes: this.#newest?.index.segmentBytes ?? 0 }
      }
      this.#segments.push(segment)
      return this.#begin(segment, { file, index })
    } catch (cause) {
      if (cause instanceof LogFull) throw cause
      this.#failure ??= new LogReadOnly(this.#directory, cause)
      throw this.#failure
    }
  }

  /** Whether an empty segment goes on with the indexes; on a full disk the one that would be trimmed stays until later. */
  async #begunAnew(): Promise<boolean> {
    try {
      await this.#roll(this.end)
      return true
    } catch (cause) {
      if (cause instanceof LogFull) return false
      throw cause
    }
  }

  /** From the oldest on: a crash between leaves no gap. */
  async #drop(count: number): Promise<void> {
    if (count === 0) return
    for (const segment of this.#segments.splice(0, count)) {
      await this.#opened.close(segment.firstIndex)
      await removeSegment(this.#disk, segment)
    }
    await this.#disk.syncDirectory(this.#directory)
  }

  /** Keeps what an open after a crash has to walk through short. */
  #saveMarksBeside(): void {
    const unsavedBytes = (this.#newest?.index.segmentBytes ?? 0) - this.#savedBytes
    if (this.#saving !== undefined || unsavedBytes <= this.#segmentBytes / 8) return
    this.#saving = this.#writeMarks()
      .catch(cause => {
        this.#failure ??= new LogReadOnly(this.#directory, cause)
      })
      .finally(() => {
        this.#saving = undefined
      })
  }

  /** All of them: then the next open walks through none of the segment. */
  async #saveMarks(): Promise<void> {
    await this.#saving
    if (this.#failure !== undefined) throw this.#failure
    if ((this.#newest?.index.segmentBytes ?? 0) > this.#savedBytes) await this.#writeMarks()
  }

  async #writeMarks(): Promise<void> {
    const newest = this.#segments.at(-1)
    if (newest === undefined || this.#newest === undefined) return
    const { index } = this.#newest
    const before = this.#savedBytes
    this.#savedBytes = index.segmentBytes
    try {
      await writeSidecar(this.#disk, newest.path, index)
    } catch (cause) {
      // A log does without it, and the next open walks through the segment.
      if (!isFullDisk(cause)) throw cause
      this.#savedBytes = before
    }
  }

  #begin(segment: Segment, opened: OpenedSegment): OpenedSegment {
    this.#newest = opened
    this.#outdated = false
    this.#savedBytes = 0
    this.#opened.addNewest(segment.firstIndex, opened)
    return opened
  }
}
