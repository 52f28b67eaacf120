// One object's records, taken from the lanes of a backlog in the order of their arrival, each lane in its own order,
// children after their parents. Where the object ends is settled by the records alone (size, and time since the first),
// so that an attempt after a failure or a crash ends at the same one. Holds a piece a lane, whatever the object's size.
import type { Lane } from './backlog.ts'
import type { SourceRecord } from './source.ts'

export interface GatheringLimits {
  /** The object ends with the record that reaches this. */
  readonly bytes: number
  /** Records that arrive this long after the first are the next object's. */
  readonly milliseconds: number
  readonly delimiter: Uint8Array | undefined
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
const pieceBytesMax = 1024 * 1024
const pieceBytesMin = 64 * 1024
const chunkBytes = 64 * 1024

export class Gathering {
  readonly #cursors: readonly Cursor[]
  readonly #limits: GatheringLimits
  records = 0
  bytes = 0
  oldestAt: number | undefined
  newestAt: number | undefined

  constructor(lanes: readonly Lane[], limits: GatheringLimits) {
    const pieceBytes = Math.min(pieceBytesMax, Math.max(pieceBytesMin, pieceBytesAll / Math.max(1, lanes.length)))
    this.#cursors = lanes.map(lane => new Cursor(lane, Math.floor(pieceBytes)))
    this.#limits = limits
  }

  /** What was taken of each lane, once all chunks were read. */
  get taken(): ReadonlyMap<Lane, Taken> {
    const used = this.#cursors.filter(({ lane, next }) => next > lane.next)
    return new Map(
      used.map(({ lane, next, records, bytes, head, lost }) => [
        lane,
        { next, records, bytes, leftAt: head?.at, lost },
      ]),
    )
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const { delimiter } = this.#limits
    let parts: Uint8Array[] = []
    let size = 0
    for (let cursor = await this.#oldest(); cursor !== undefined; cursor = await this.#oldest()) {
      const record = cursor.head as SourceRecord
      if (this.#isFull(record.at)) break
      cursor.advance()
      this.records++
      this.bytes += record.data.length
      this.oldestAt ??= record.at
      this.newestAt = Math.max(this.newestAt ?? 0, record.at)
      parts.push(record.data)
      if (delimiter) parts.push(delimiter)
      size += record.data.length + (delimiter?.length ?? 0)
      if (size < chunkBytes) continue
      yield Buffer.concat(parts)
      parts = []
      size = 0
    }
    if (size > 0) yield Buffer.concat(parts)
  }

  #isFull(nextAt: number): boolean {
    if (this.oldestAt === undefined) return false
    return this.bytes >= this.#limits.bytes || nextAt >= this.oldestAt + this.#limits.milliseconds
  }

  /** The readable cursor whose next record arrived first. */
  async #oldest(): Promise<Cursor | undefined> {
    let oldest: Cursor | undefined
    for (const cursor of this.#cursors) {
      if (cursor.isSpent || !this.#isReadable(cursor)) continue
      if (cursor.head === undefined) await cursor.load()
      if (cursor.head !== undefined && (oldest?.head === undefined || cursor.head.at < oldest.head.at)) oldest = cursor
    }
    return oldest
  }

  #isReadable(cursor: Cursor): boolean {
    cursor.open ||= cursor.lane.parents.every(id => {
      const parent = this.#cursors.find(other => other.lane.id === id)
      return parent === undefined || (parent.lane.end !== undefined && parent.next >= parent.lane.end)
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
    this.bytes += record.data.length
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
