// The records of one delivery, taken from the lanes of a backlog in the order of their arrival, each lane in its own order,
// children after their parents. Where they end is settled by the records alone (size, and time since the first), so that
// an attempt after a failure or a crash ends at the same one. Holds a piece a lane, whatever the size of it all.
import type { Lane } from './backlog.ts'
import type { SourceRecord } from './source.ts'

export interface GatheringLimits {
  /** It ends with the record that reaches this. */
  readonly bytes: number
  /** Records that arrive this long after the first are the next delivery's. */
  readonly milliseconds: number
}

export interface Taken {
  readonly next: number
  readonly records: number
  readonly bytes: number
  /** Arrival of the first record that was left, where it was seen. */
  readonly leftAt: number | undefined
  /** Records that were no longer there to be read. */
  readonly lost: number
}

const pieceBytesAll = 8 * 1024 * 1024
/** What is read at a time is taken apart in one go: more would keep those who put records waiting. */
const pieceBytesMax = 256 * 1024
const pieceBytesMin = 64 * 1024
const batchBytes = 128 * 1024

export class Gathering {
  readonly #cursors: readonly Cursor[]
  readonly #limits: GatheringLimits
  /** As they lie in the source; what is packed into one counts as one. */
  records = 0
  bytes = 0
  oldestAt: number | undefined
  newestAt: number | undefined

  constructor(lanes: readonly Lane[], limits: GatheringLimits) {
    const pieceBytes = Math.min(pieceBytesMax, Math.max(pieceBytesMin, pieceBytesAll / Math.max(1, lanes.length)))
    this.#cursors = lanes.map(lane => new Cursor(lane, Math.floor(pieceBytes)))
    this.#limits = limits
  }

  /** What was taken of each lane, once all batches were read. */
  get taken(): ReadonlyMap<Lane, Taken> {
    const used = this.#cursors.filter(({ lane, next }) => next > lane.next)
    return new Map(
      used.map(({ lane, next, records, bytes, head, lost }) => [
        lane,
        { next, records, bytes, leftAt: head?.at, lost },
      ]),
    )
  }

  /** Some hundred kilobytes at a time. */
  async *batches(): AsyncGenerator<readonly SourceRecord[]> {
    let batch: SourceRecord[] = []
    let end = this.bytes + batchBytes
    while (await this.#load()) {
      if (!this.#takeRun(batch, end)) break
      if (this.bytes < end) continue
      yield batch
      batch = []
      end = this.bytes + batchBytes
    }
    if (batch.length > 0) yield batch
  }

  /** Sees to it that each lane that may be read has its next record at hand; answers whether there is one. */
  async #load(): Promise<boolean> {
    let some = false
    for (const cursor of this.#cursors) {
      if (cursor.isSpent || !this.#isReadable(cursor)) continue
      if (cursor.head === undefined) await cursor.load()
      some ||= cursor.head !== undefined
    }
    return some
  }

  /** Takes from the lane whose next record arrived first, until another's turn comes. False when it is the end of it all. */
  #takeRun(batch: SourceRecord[], endBytes: number): boolean {
    const { oldest, until, isBefore } = this.#turn()
    if (oldest === undefined) return false
    for (let record = oldest.head; record !== undefined; record = oldest.head) {
      if (this.bytes >= endBytes || record.at > until || (record.at === until && !isBefore)) return true
      if (this.#isFull(record.at)) return false
      oldest.advance()
      this.records++
      this.bytes += record.dataBytes
      this.oldestAt ??= record.at
      if (this.newestAt === undefined || record.at > this.newestAt) this.newestAt = record.at
      batch.push(record)
    }
    return true
  }

  /** Of two records of one instant that of the earlier lane comes first. */
  #turn(): { oldest: Cursor | undefined; until: number; isBefore: boolean } {
    let oldest: Cursor | undefined
    let oldestAt = Number.POSITIVE_INFINITY
    let until = Number.POSITIVE_INFINITY
    let isBefore = true
    for (const cursor of this.#cursors) {
      const at = cursor.open ? cursor.head?.at : undefined
      if (at === undefined) continue
      if (at < oldestAt) {
        if (oldest !== undefined) {
          until = oldestAt
          isBefore = false
        }
        oldest = cursor
        oldestAt = at
      } else if (at < until) {
        until = at
        isBefore = true
      }
    }
    return { oldest, until, isBefore }
  }

  #isFull(nextAt: number): boolean {
    if (this.oldestAt === undefined) return false
    return this.bytes >= this.#limits.bytes || nextAt >= this.oldestAt + this.#limits.milliseconds
  }

  #isReadable(cursor: Cursor): boolean {
    cursor.open ||= cursor.lane.parents.every(id => {
      const parent = this.#cursors.find(other => other.lane.id === id)
      if (parent === undefined) return true
      // A parent that never held anything is at its end before its own parents are.
      return this.#isReadable(parent) && parent.lane.end !== undefined && parent.next >= parent.lane.end
    })
    return cursor.open
  }
}

/** Reads one lane up to what was counted when it began. */
class Cursor {
  readonly lane: Lane
  readonly #end: number
  readonly #pieceBytes: number
  #piece: readonly SourceRecord[] = []
  #place = 0
  open = false
  next: number
  lost = 0
  records = 0
  bytes = 0

  constructor(lane: Lane, pieceBytes: number) {
    this.lane = lane
    this.next = lane.next
    this.#end = lane.counted
    this.#pieceBytes = pieceBytes
  }

  get head(): SourceRecord | undefined {
    const record = this.#piece[this.#place]
    return record !== undefined && record.index < this.#end ? record : undefined
  }

  get isSpent(): boolean {
    return this.next >= this.#end
  }

  advance(): void {
    const record = this.#piece[this.#place++] as SourceRecord
    this.next = record.index + 1
    this.records++
    this.bytes += record.dataBytes
  }

  async load(): Promise<void> {
    this.#piece = await this.lane.read(this.next, { maxRecords: 50_000, maxBytes: this.#pieceBytes })
    this.#place = 0
    // What is missing before the piece expired in its stream before it could be delivered.
    const found = this.head?.index ?? this.#end
    this.lost += found - this.next
    this.next = found
  }
}
