// An append-only sequence of records with dense indexes, in segment files (their bytes: segment-format.ts).
//
//   append    gathers into the next batch; one write and one fsync take a batch; then all of it is acknowledged.
//   read      sees durable records only, and verifies each.
//   open      reads names, and the newest segment, whose torn end is cut off; older segments are looked into when needed.
//
// Guarantees: an acknowledged append survives a power cut; records are read in the order of the appends, none missing,
// none twice; `at` never falls. After a failed write or fsync the log takes no more until it is opened again, because
// nobody knows what the disk kept. Damage to durable records is an error that names file and position, never skipped.

import assert from 'node:assert/strict'
import type { Disk } from '../world/disk.ts'
import { Batch } from './batch.ts'
import { OpenSegments } from './open-segments.ts'
import {
  createSegment,
  LogDamaged,
  listSegments,
  type OpenedSegment,
  recoverNewest,
  removeSegment,
  type Segment,
  writeSidecar,
} from './segment-files.ts'
import { type LogRecord, payloadBytesMax, segmentHeader, segmentHeaderBytes } from './segment-format.ts'
import { walk } from './segment-walk.ts'
import { markSpacingBytes } from './sparse-index.ts'
import { TipWaiters } from './tip-waiters.ts'

export type { LogRecord } from './segment-format.ts'

const segmentBytesDefault = 64 * 1024 * 1024
const readPieceBytesMax = 4 * 1024 * 1024

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
  readonly #tip = new TipWaiters()
  #newest: OpenedSegment | undefined
  #nextIndex = 0
  #lastAt = 0
  #gathering: Batch | undefined
  /** Writing, sealing and trimming, one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #failure: LogReadOnly | undefined
  #closed = false

  private constructor(disk: Disk, directory: string, segmentBytes: number) {
    this.#disk = disk
    this.#directory = directory
    this.#segmentBytes = segmentBytes
    this.#opened = new OpenSegments(disk)
  }

  static async open(
    disk: Disk,
    directory: string,
    options: { readonly segmentBytes?: number } = {},
  ): Promise<SegmentLog> {
    const log = new SegmentLog(disk, directory, options.segmentBytes ?? segmentBytesDefault)
    await disk.makeDirectory(directory)
    log.#segments.push(...(await listSegments(disk, directory)))
    await disk.syncDirectory(directory)
    const newest = log.#segments.at(-1)
    if (newest !== undefined) {
      const opened = await recoverNewest(disk, newest)
      log.#begin(newest, opened)
      log.#nextIndex = opened.index.endIndex
      log.#lastAt = opened.index.lastAt
    }
    const before = log.#segments.at(-2)
    if (before !== undefined && log.#newest?.index.firstAt === undefined) {
      log.#lastAt = await log.#opened.use(before, async ({ index }) => index.lastAt)
    }
    return log
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
  append(payloads: readonly Uint8Array[], at: number): Promise<number> {
    assert(Number.isSafeInteger(at) && at >= 0, `an instant is whole milliseconds since 1970: ${at}`)
    for (const { byteLength } of payloads)
      assert(byteLength <= payloadBytesMax, `a record has at most 64 MiB: ${byteLength}`)
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#closed) return Promise.reject(new Error(`The log ${this.#directory} is closed.`))
    if (this.#gathering === undefined) {
      this.#gathering = new Batch(this.#nextIndex)
      void this.#inTurn(() => this.#flush())
    }
    this.#lastAt = Math.max(this.#lastAt, at)
    this.#nextIndex += payloads.length
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
      next = await this.#walkFrom(next, bytesLeft, record => {
        full = records.length > 0 && (record.payload.byteLength > bytesLeft || records.length >= limits.maxRecords)
        if (full) return false
        records.push(record)
        bytesLeft -= record.payload.byteLength
        return true
      })
    }
    return records
  }

  /** First index whose record was appended at or after `at`; the end when there is none. */
  async indexAt(at: number): Promise<number> {
    let low = 0
    let high = this.#segments.length
    const segments = [...this.#segments]
    while (low < high) {
      const middle = (low + high) >>> 1
      const firstAt = await this.#opened.use(segments[middle] as Segment, async ({ index }) => index.firstAt)
      if (firstAt !== undefined && firstAt < at) low = middle + 1
      else high = middle
    }
    // The last segment that begins before the instant: the record is in it, or it is the first of the next.
    const segment = segments[low - 1]
    if (segment === undefined) return this.start
    const from = await this.#opened.use(segment, async ({ index }) => index.lastBefore(at)?.index ?? index.firstIndex)
    return this.#walkFrom(from, readPieceBytesMax, record => record.at < at)
  }

  /** Resolves when `end` has passed `index`, when `signal` aborts, or when the log is closed. */
  beyond(index: number, signal: AbortSignal): Promise<void> {
    if (this.end > index || this.#closed) return Promise.resolve()
    return this.#tip.wait(index, signal)
  }

  /** Drops the oldest segments, as long as all their records are older than `olderThanAt`. */
  trim(olderThanAt: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closed || this.#failure !== undefined) return
      const old = await this.#countOlder(olderThanAt)
      if (old === 0) return
      // All of it: an empty segment goes on with the indexes.
      if (old === this.#segments.length) await this.#roll(this.end)
      for (const segment of this.#segments.splice(0, old)) {
        await this.#opened.close(segment.firstIndex)
        await removeSegment(this.#disk, segment)
      }
      await this.#disk.syncDirectory(this.#directory)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#tip.wakeAll()
    await this.#inTurn(() => this.#opened.closeAll())
  }

  /** Visits records from `index` to the end of its segment, until told to stop. Answers the index to go on with. */
  #walkFrom(index: number, bytes: number, visit: (record: LogRecord) => boolean): Promise<number> {
    const segment = this.#segments.findLast(({ firstIndex }) => firstIndex <= index)
    assert(segment !== undefined, `record ${index} lies in a segment`)
    return this.#opened.use(segment, async ({ file, index: marks }) => {
      const mark = marks.lastUpTo(index)
      assert(mark !== undefined, `${segment.path} has a mark for record ${index}`)
      let next = index
      const end = await walk(file, {
        from: mark.position,
        to: marks.segmentBytes,
        firstIndex: mark.index,
        pieceBytes: Math.min(readPieceBytesMax, bytes + 2 * markSpacingBytes),
        visit(header, held, offset) {
          if (header.index < index) return true
          const payload = held.subarray(offset, offset + header.payloadBytes)
          if (!visit({ index: header.index, at: header.at, payload })) return false
          next = header.index + 1
          return true
        },
      })
      if (end.broken) throw new LogDamaged(segment.path, end.position, 'a record does not verify')
      return next
    })
  }

  async #countOlder(olderThanAt: number): Promise<number> {
    let count = 0
    for (const segment of this.#segments) {
      const older = await this.#opened.use(
        segment,
        async ({ index }) => index.firstAt !== undefined && index.lastAt < olderThanAt,
      )
      if (!older) break
      count++
    }
    return count
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
      const full = (this.#newest?.index.segmentBytes ?? 0) >= this.#segmentBytes
      const newest = full ? await this.#roll(batch.firstIndex) : (this.#newest ?? (await this.#roll(0)))
      await this.#write(newest, batch)
    } catch (cause) {
      this.#failure ??= new LogReadOnly(this.#directory, cause)
      batch.reject(this.#failure)
      return
    }
    // From here the batch is durable, and readers see it.
    batch.acknowledge()
    this.#tip.wakeUpTo(this.end)
  }

  async #write({ file, index }: OpenedSegment, batch: Batch): Promise<void> {
    assert(batch.firstIndex === index.endIndex, 'batches are written in order')
    const header = index.segmentBytes === 0 ? [segmentHeader(index.firstIndex)] : []
    const position = index.segmentBytes === 0 ? segmentHeaderBytes : index.segmentBytes
    const pieces = batch.close()
    await file.write([...header, ...pieces], index.segmentBytes)
    await file.sync()
    for (const mark of batch.marks) index.mark({ ...mark, position: position + mark.position })
    index.extend(batch.endIndex, batch.lastAt, position + batch.bytes)
  }

  /** Begins a new segment; the one before it is sealed. */
  async #roll(firstIndex: number): Promise<OpenedSegment> {
    const before = this.#segments.at(-1)
    if (before !== undefined && this.#newest !== undefined) {
      await writeSidecar(this.#disk, before.path, this.#newest.index)
      this.#segments[this.#segments.length - 1] = { ...before, bytes: this.#newest.index.segmentBytes }
    }
    const { file, index, ...segment } = await createSegment(this.#disk, this.#directory, firstIndex)
    this.#segments.push(segment)
    return this.#begin(segment, { file, index })
  }

  #begin(segment: Segment, opened: OpenedSegment): OpenedSegment {
    this.#newest = opened
    this.#opened.addNewest(segment.firstIndex, opened)
    return opened
  }
}
