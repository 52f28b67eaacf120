/**
 * Statistics by the minute of a bounded past: what CloudWatch answers GetMetricData from. A series keeps blocks of an
 * hour, each 60 sets of count, sum, minimum and maximum, for the hours in which it had samples. All series share one
 * bound: the oldest hour of whichever series goes first. Nothing of it is on disk.
 */

/** What CloudWatch calls a statistic set; the average is sum / count. */
export interface StatisticSet {
  readonly count: number
  readonly sum: number
  readonly minimum: number
  readonly maximum: number
}

export interface Minute extends StatisticSet {
  /** Milliseconds since 1970 UTC at which it begins. */
  readonly at: number
}

export const minuteMilliseconds = 60_000
const minutesPerBlock = 60
const fields = 4
const fieldBytes = 8

/** As long as CloudWatch keeps minutes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const hoursKept = 15 * 24
/** 16 MiB: every minute of 15 days for 22 series, or of 8 hours for 1,000. */
const blocksMax = Math.floor((16 * 1024 * 1024) / (minutesPerBlock * fields * fieldBytes))

interface Block {
  readonly hour: number
  readonly owner: MinuteHistory
  readonly values: Float64Array
}

/** The bound that all series share. */
export class MinuteBudget {
  readonly #blocksMax: number
  /** The oldest first. */
  readonly #blocks = new Set<Block>()

  constructor(max: number = blocksMax) {
    this.#blocksMax = max
  }

  take(owner: MinuteHistory, hour: number): Block {
    const block = { owner, hour, values: new Float64Array(minutesPerBlock * fields) }
    this.#blocks.add(block)
    for (const oldest of this.#blocks) {
      if (this.#blocks.size <= this.#blocksMax && oldest.hour > hour - hoursKept) break
      this.#blocks.delete(oldest)
      oldest.owner.drop(oldest.hour)
    }
    return block
  }

  giveBack(block: Block): void {
    this.#blocks.delete(block)
  }
}

/** What a series without a sample points to; there are many of those. */
const none: Float64Array = new Float64Array(fields)

export class MinuteHistory {
  readonly #budget: MinuteBudget
  readonly #blocks = new Map<number, Block>()
  /** Of the minute that samples go to; the minute that a clock shows seldom differs from the last sample's. */
  #minute = Number.NaN
  #values = none
  #place = 0

  constructor(budget: MinuteBudget) {
    this.#budget = budget
  }

  add(now: number, value: number): void {
    const minute = Math.floor(now / minuteMilliseconds)
    if (minute !== this.#minute) this.#turnTo(minute)
    const values = this.#values
    const place = this.#place
    const count = values[place] as number
    values[place] = count + 1
    values[place + 1] = (values[place + 1] as number) + value
    if (count === 0 || value < (values[place + 2] as number)) values[place + 2] = value
    if (count === 0 || value > (values[place + 3] as number)) values[place + 3] = value
  }

  /** The minutes that begin in `[from, to)` and had samples, ascending; what was dropped is not among them. */
  between(from: number, to: number): readonly Minute[] {
    const found: Minute[] = []
    const first = Math.ceil(from / minuteMilliseconds)
    const touched = [...this.#blocks.values()].filter(
      ({ hour }) => (hour + 1) * minutesPerBlock > first && hour * minutesPerBlock * minuteMilliseconds < to,
    )
    for (const { hour, values } of touched.sort((one, other) => one.hour - other.hour)) {
      for (let within = 0; within < minutesPerBlock; within++) {
        const minute = hour * minutesPerBlock + within
        const at = minute * minuteMilliseconds
        const [count = 0, sum = 0, minimum = 0, maximum = 0] = values.subarray(within * fields, (within + 1) * fields)
        if (count > 0 && minute >= first && at < to) found.push({ at, count, sum, minimum, maximum })
      }
    }
    return found
  }

  /** The budget needs it for somebody else. */
  drop(hour: number): void {
    this.#blocks.delete(hour)
    this.#minute = Number.NaN
  }

  end(): void {
    for (const block of this.#blocks.values()) this.#budget.giveBack(block)
    this.#blocks.clear()
    this.#minute = Number.NaN
  }

  #turnTo(minute: number): void {
    const hour = Math.floor(minute / minutesPerBlock)
    let block = this.#blocks.get(hour)
    if (block === undefined) {
      block = this.#budget.take(this, hour)
      this.#blocks.set(hour, block)
    }
    this.#minute = minute
    this.#values = block.values
    this.#place = (minute - hour * minutesPerBlock) * fields
  }
}
