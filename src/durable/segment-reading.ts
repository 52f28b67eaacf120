// Finds and reads records in the segments of one log. It sees what the segments' indexes say is durable, and checks on the
// way that the segments join without a gap.

import assert from 'node:assert/strict'
import type { LogRecord } from './log-record.ts'
import type { OpenSegments } from './open-segments.ts'
import { LogDamaged, type OpenedSegment, type Segment } from './segment-files.ts'
import { walk } from './segment-walk.ts'
import { markSpacingBytes } from './sparse-index.ts'

/** How much a reader takes at most. */
export interface Wanted {
  readonly maxRecords: number
  readonly maxBytes: number
}
const oneMark: Wanted = { maxRecords: Number.POSITIVE_INFINITY, maxBytes: markSpacingBytes }

const pieceBytesMax = 4 * 1024 * 1024

export class SegmentReading {
  /** The log's own list, in order; the last is the newest. */
  readonly #segments: readonly Segment[]
  readonly #opened: OpenSegments

  constructor(segments: readonly Segment[], opened: OpenSegments) {
    this.#segments = segments
    this.#opened = opened
  }

  /**
   * Visits records from `index` to the end of its segment, until told to stop. `wanted` is how much the caller takes at
   * most. Answers the index to go on with: that of the record at which it was told to stop, or one that was not seen.
   */
  walkFrom(index: number, wanted: Wanted, visit: (record: LogRecord) => boolean): Promise<number> {
    const segment = this.#segments.findLast(({ firstIndex }) => firstIndex <= index)
    assert(segment !== undefined, `record ${index} lies in a segment`)
    return this.use(segment, opened => this.#walk(segment, opened, index, wanted, visit))
  }

  /** The first index appended at or after `at`, or the one after the last. Looks into as few segments as it can. */
  async indexAt(at: number): Promise<number> {
    const segments = [...this.#segments]
    let low = 0
    let high = segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const segment = segments[middle] as Segment
      // Trimmed while the one before was looked into: what is left decides.
      if (!this.#segments.includes(segment)) return this.indexAt(at)
      const firstAt = await this.use(segment, async ({ index }) => index.firstAt)
      if (firstAt !== undefined && firstAt < at) low = middle + 1
      else high = middle
    }
    // The last segment that begins before the instant: the record is in it, or it is the first of the next.
    const segment = segments[low - 1]
    if (segment === undefined) return segments[0]?.firstIndex ?? 0
    if (!this.#segments.includes(segment)) return this.indexAt(at)
    return this.use(segment, async opened => {
      const from = opened.index.lastBefore(at) ?? { index: segment.firstIndex }
      return this.#walk(segment, opened, from.index, oneMark, record => record.at < at)
    })
  }

  /** How many of the oldest segments have only records older than `at`. */
  async countOlder(at: number): Promise<number> {
    let count = 0
    for (const segment of [...this.#segments]) {
      const older = await this.use(segment, async ({ index }) => index.firstAt !== undefined && index.lastAt < at)
      if (!older) break
      count++
    }
    return count
  }

  /** The segment is one of the log's when this is called: then its file is not removed before it is open. */
  use<T>(segment: Segment, work: (opened: OpenedSegment) => Promise<T>): Promise<T> {
    return this.#opened.use(segment, opened => {
      const next = this.#segments[this.#segments.indexOf(segment) + 1]
      const { endIndex, segmentBytes } = opened.index
      if (this.#segments.includes(segment) && next !== undefined && next.firstIndex !== endIndex) {
        throw new LogDamaged(
          segment.path,
          segmentBytes,
          `it ends before record ${endIndex}, the next is ${next.firstIndex}`,
        )
      }
      return work(opened)
    })
  }

  async #walk(
    segment: Segment,
    { file, index: marks }: OpenedSegment,
    index: number,
    wanted: Wanted,
    visit: (record: LogRecord) => boolean,
  ): Promise<number> {
    const mark = marks.lastUpTo(index)
    assert(mark !== undefined && index < marks.endIndex, `${segment.path} has record ${index}`)
    let next = index
    // As many bytes as so many records of this segment have on average; if that is too little, another piece is read.
    const average = Math.ceil(marks.segmentBytes / (marks.endIndex - marks.firstIndex))
    const bytes = Math.min(wanted.maxBytes, wanted.maxRecords * average)
    const end = await walk(file, {
      from: mark.position,
      to: marks.segmentBytes,
      firstIndex: mark.index,
      visitFrom: index,
      pieceBytes: Math.min(pieceBytesMax, bytes + 2 * markSpacingBytes),
      visit(record) {
        if (!visit(record)) return false
        next = record.index + 1
        return true
      },
    })
    if (end.broken) throw new LogDamaged(segment.path, end.position, 'a record does not verify')
    return next
  }
}
