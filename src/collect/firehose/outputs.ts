// What a delivery with processing is about to write: an output for each partition and one for each kind of failure. They
// gather in a spool, because they fill at the same time and are written one after the other.
import type { FailureType, FlowRecord } from './flow.ts'
import { frameOf } from './frames.ts'
import type { PartitionKeys } from './prefix.ts'
import type { Channel, Spool } from './spool.ts'

/** Becomes one object. */
export interface Output {
  readonly channel: Channel
  /** As they were put. */
  readonly records: number
  readonly bytes: number
  readonly oldestAt: number
  readonly newestAt: number
}

export interface DataOutput extends Output {
  readonly keys: PartitionKeys | undefined
}

interface Filling extends DataOutput {
  /** As they will be written, without what is put between them. */
  dataBytes: number
  records: number
  bytes: number
  oldestAt: number
  newestAt: number
}

interface Options {
  readonly spool: Spool
  /** Another object of the same partition begins behind the record that reaches this. */
  readonly bytesMax: number
  readonly delimiter: Uint8Array | undefined
  /** The records are spooled with where they came from: they will be converted. */
  readonly framed: boolean
}

export class Outputs {
  readonly #options: Options
  readonly #open = new Map<string, Filling>()
  readonly #full: Filling[] = []
  readonly #failures = new Map<FailureType, Filling>()
  /** Names of lanes, by the number that frames have. */
  readonly lanes: string[] = []
  readonly #laneNumbers = new Map<string, number>()

  constructor(options: Options) {
    this.#options = options
  }

  get data(): readonly DataOutput[] {
    return [...this.#full, ...this.#open.values()]
  }

  get failures(): ReadonlyMap<FailureType, Output> {
    return this.#failures
  }

  add(record: FlowRecord, partition: { readonly id: string; readonly keys: PartitionKeys } | undefined): void {
    const { spool, delimiter, framed, bytesMax } = this.#options
    const id = partition?.id ?? ''
    let output = this.#open.get(id)
    if (output === undefined) {
      output = this.#newOutput(record.origin.at, partition?.keys)
      this.#open.set(id, output)
    }
    count(output, record.origin.at, record.raw.length)
    if (framed) spool.add(output.channel, ...frameOf(record, this.#laneNumber(record.origin.lane)))
    else if (delimiter) spool.add(output.channel, record.data, delimiter)
    else spool.add(output.channel, record.data)
    output.dataBytes += record.data.length
    if (output.dataBytes < bytesMax) return
    this.#open.delete(id)
    this.#full.push(output)
  }

  fail(type: FailureType, failed: { readonly at: number; readonly bytes: number }, line: Uint8Array): void {
    let output = this.#failures.get(type)
    if (output === undefined) {
      output = this.#newOutput(failed.at, undefined)
      this.#failures.set(type, output)
    }
    count(output, failed.at, failed.bytes)
    this.#options.spool.add(output.channel, line)
  }

  #newOutput(at: number, keys: PartitionKeys | undefined): Filling {
    return {
      channel: this.#options.spool.channel(),
      keys,
      records: 0,
      bytes: 0,
      dataBytes: 0,
      oldestAt: at,
      newestAt: at,
    }
  }

  #laneNumber(lane: string): number {
    const known = this.#laneNumbers.get(lane)
    if (known !== undefined) return known
    this.#laneNumbers.set(lane, this.lanes.length)
    return this.lanes.push(lane) - 1
  }
}

function count(output: Filling, at: number, bytes: number): void {
  output.records++
  output.bytes += bytes
  output.oldestAt = Math.min(output.oldestAt, at)
  output.newestAt = Math.max(output.newestAt, at)
}
