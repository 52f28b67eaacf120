// What has arrived at a delivery stream and is not yet delivered: per lane how much, since when. Counts only; the
// records stay where they are durable and are read again when they are delivered.
//
// A lane's state is two indexes: `next`, from which nothing is delivered (the checkpoint in the ledger), and `counted`,
// up to which arrivals are in the sums. Arrivals are told in order; one that does not begin at `counted` belongs to what
// the first count is about to read.
import { Gathering, type GatheringLimits, type Taken } from './gathering.ts'
import type { Arrival, ReadLimits, Source, SourceLane, SourceRecord } from './source.ts'

const countPiece: ReadLimits = { maxRecords: 50_000, maxBytes: 1024 * 1024 }

export class Lane {
  readonly id: string
  readonly parents: readonly string[]
  readonly #source: SourceLane
  next: number
  counted: number
  records = 0
  bytes = 0
  /** Arrival of the first record that is not delivered. */
  since: number | undefined
  /** Arrival of the newest record that is known of. */
  newestAt: number | undefined

  constructor(source: SourceLane, next: number) {
    this.id = source.id
    this.parents = source.parents
    this.#source = source
    this.next = next
    this.counted = next
  }

  get end(): number | undefined {
    return this.#source.end
  }

  sequenceNumber(index: number): string | undefined {
    return this.#source.sequenceNumber?.(index)
  }

  read(index: number, limits: ReadLimits): Promise<readonly SourceRecord[]> {
    return this.#source.read(index, limits)
  }

  arrived({ index, count, bytes, at }: Arrival): void {
    if (index !== this.counted) return
    this.counted += count
    this.records += count
    this.bytes += bytes
    this.since ??= at
    this.newestAt = at
  }

  /** Counts what lies between `counted` and the tip. */
  async count(): Promise<void> {
    for (;;) {
      const tip = await this.#source.tip()
      const records = await this.read(this.counted, countPiece)
      if (records.length === 0 && tip <= this.counted) return
      // What is before the tip and cannot be read has expired. Read again from the tip, where arrivals may be meanwhile.
      if (records.length === 0) this.counted = tip
      // While this was read arrivals were told too: what they counted is not counted again.
      for (const { index, at, dataBytes } of records) {
        if (index < this.counted) continue
        this.counted = index + 1
        this.records++
        this.bytes += dataBytes
        this.since ??= at
        this.newestAt = at
      }
    }
  }

  async settle({ next, records, bytes, leftAt, lost }: Taken): Promise<void> {
    this.next = next
    if (lost > 0) {
      this.counted = next
      this.records = 0
      this.bytes = 0
      this.since = undefined
      return this.count()
    }
    this.records -= records
    this.bytes -= bytes
    this.since = undefined
    if (this.records === 0) return
    this.since = leftAt ?? (await this.read(next, { maxRecords: 1, maxBytes: 1 }))[0]?.at
  }
}

export class Backlog {
  readonly source: Source
  readonly #lanes = new Map<string, Lane>()
  /** Lanes that had a position and went before this began. */
  #strays: readonly string[]
  #bytes = 0
  #records = 0
  #since: number | undefined

  /** `positions`: the checkpoint of every lane that has one. */
  constructor(source: Source, positions: ReadonlyMap<string, number>) {
    this.source = source
    for (const lane of source.lanes()) {
      const next = positions.get(lane.id)
      if (next !== undefined) this.#lanes.set(lane.id, new Lane(lane, next))
    }
    this.#strays = [...positions.keys()].filter(id => !this.#lanes.has(id))
  }

  /** Of all lanes' data. */
  get bytes(): number {
    return this.#bytes
  }

  get records(): number {
    return this.#records
  }

  /** Arrival of the oldest record. */
  get since(): number | undefined {
    return this.#since
  }

  /** Arrival of the newest record that is known of, delivered or not. */
  get newestAt(): number | undefined {
    let newest: number | undefined
    for (const { newestAt } of this.#lanes.values()) {
      if (newestAt !== undefined) newest = Math.max(newest ?? newestAt, newestAt)
    }
    return newest
  }

  lane(id: string): Lane | undefined {
    return this.#lanes.get(id)
  }

  /** From which of each lane nothing is delivered. */
  get positions(): readonly { readonly lane: string; readonly next: number }[] {
    return [...this.#lanes.values()].map(({ id, next }) => ({ lane: id, next }))
  }

  arrived(lane: string, arrival: Arrival): void {
    const known = this.#lanes.get(lane)
    if (known === undefined) return
    const { bytes, records } = known
    known.arrived(arrival)
    // Incrementally: this runs with every put, however many lanes there are.
    this.#bytes += known.bytes - bytes
    this.#records += known.records - records
    if (known.since !== undefined) this.#since = Math.min(this.#since ?? known.since, known.since)
  }

  /**
   * Takes on the lanes that descend from those it has, from their beginnings; lets go of those that are gone. A lane
   * without an ancestor here was closed before the delivery stream began. Answers the new ones and those that are gone.
   */
  async refresh(): Promise<{ readonly born: readonly string[]; readonly gone: readonly string[] }> {
    const born: string[] = []
    const present = this.source.lanes()
    const ids = new Set(present.map(lane => lane.id))
    const gone = [...this.#strays, ...this.#lanes.keys()].filter(id => !ids.has(id))
    this.#strays = []
    for (const lane of present) {
      if (this.#lanes.has(lane.id) || !lane.parents.some(parent => this.#lanes.has(parent))) continue
      this.#lanes.set(lane.id, new Lane(lane, 0))
      born.push(lane.id)
    }
    // After the lanes that descend from them were found by them.
    for (const id of gone) this.#lanes.delete(id)
    for (const lane of this.#lanes.values()) await lane.count()
    this.#sum()
    return { born, gone }
  }

  gather(limits: GatheringLimits): Gathering {
    return new Gathering([...this.#lanes.values()], limits)
  }

  async settle(taken: ReadonlyMap<Lane, Taken>): Promise<void> {
    for (const [lane, part] of taken) await lane.settle(part)
    this.#sum()
  }

  #sum(): void {
    const lanes = [...this.#lanes.values()]
    this.#bytes = lanes.reduce((sum, lane) => sum + lane.bytes, 0)
    this.#records = lanes.reduce((sum, lane) => sum + lane.records, 0)
    this.#since = lanes.reduce<number | undefined>((oldest, { since }) => {
      return since === undefined ? oldest : Math.min(oldest ?? since, since)
    }, undefined)
  }
}
