// The long way, of records that something is done with:
//
//   stages      stages.ts: what is left of the records, and what failed
//   outputs     one a partition, one a kind of failure, gathered in a spool
//   objects     each output compressed or converted, and durable
//
// Lines of what failed come last, because conversion fails records too.
import { compressionOf, describedOf } from './compression.ts'
import { type ConversionFailure, converted } from './converting.ts'
import { delimiterOf, workOf } from './destination.ts'
import { conversionErrorLine, errorLine } from './error-line.ts'
import { type Fail, type FailureType, flowing } from './flow.ts'
import type { Frame } from './frames.ts'
import type { Gathering } from './gathering.ts'
import { activePartitionsMax } from './limits.ts'
import { errorKey, objectKey, timeOf } from './object-name.ts'
import { bufferBytes, type Order, type Prepared, type Shipment } from './order.ts'
import { type DataOutput, type Output, Outputs } from './outputs.ts'
import { Partitions } from './partitions.ts'
import { evaluatePrefix } from './prefix.ts'
import { Spool } from './spool.ts'
import { throughStages } from './stages.ts'
import { columnsOf } from './way.ts'
import type { World } from './world.ts'

/** Each holds a compressor and a writer. */
const objectsAtOnce = 4

export async function shipProcessed(gathering: Gathering, order: Order, world: World): Promise<Shipment> {
  const spool = new Spool(() => world.room.scratch())
  try {
    const run = new Run(order, world, spool)
    await run.process(gathering)
    return await run.ship()
  } finally {
    // What cannot be removed now is removed at the next start: no reason to deliver again.
    const left = (cause: unknown) =>
      world.log.warn(`${order.identity.name} left its scratch directory behind`, { cause })
    await spool[Symbol.asyncDispose]().catch(left)
  }
}

class Run {
  readonly #order: Order
  readonly #world: World
  readonly #spool: Spool
  readonly #outputs: Outputs
  readonly #partitions: Partitions | undefined
  readonly #conversion: ReturnType<typeof conversionOf>
  readonly #prepared: Prepared[] = []

  constructor(order: Order, world: World, spool: Spool) {
    this.#order = order
    this.#world = world
    this.#spool = spool
    this.#conversion = conversionOf(order, world)
    this.#partitions = workOf(order.destination).partitioning && partitionsOf(order, world)
    this.#outputs = new Outputs({
      spool,
      bytesMax: bufferBytes(order.destination),
      delimiter: delimiterOf(order.destination),
      framed: this.#conversion !== undefined,
    })
  }

  async process(gathering: Gathering): Promise<void> {
    const fail: Fail = (record, failure) => {
      const failed = { at: record.origin.at, raw: record.raw, part: record.part }
      const line = errorLine(failed, failure, this.#world.clock.now())
      this.#outputs.fail(failure.type, { at: failed.at, bytes: failed.raw.length }, line)
    }
    for await (const batch of throughStages(flowing(gathering), fail, this.#order, this.#world)) {
      for (const record of batch) {
        const partition = this.#partitions?.of(record)
        if (partition !== undefined && 'code' in partition) fail(record, partition)
        else this.#outputs.add(record, partition)
      }
      await this.#spool.settle()
      this.#order.signal.throwIfAborted()
    }
    if (this.#partitions) this.#tellPartitions(this.#partitions)
  }

  /** Of what is durable by then, nothing stays if any of it fails. */
  async ship(): Promise<Shipment> {
    try {
      const sum = { records: 0, bytes: 0 }
      const count = (output: Output) => {
        sum.records += output.records
        sum.bytes += output.bytes
      }
      await inParallel(this.#outputs.data, objectsAtOnce, async output => {
        count(output)
        await this.#shipData(output)
      })
      for (const [type, output] of this.#outputs.failures) {
        if (type !== 'format-conversion-failed') count(output)
        await this.#shipFailures(type, output)
      }
      return { ...sum, objects: this.#prepared }
    } catch (cause) {
      await Promise.allSettled(this.#prepared.map(({ object }) => this.#world.target.discard(object)))
      throw cause
    }
  }

  async #shipData(output: DataOutput): Promise<void> {
    const { target } = this.#world
    const { destination } = this.#order
    const key = objectKey(destination, { ...this.#named(output), ...(output.keys && { keys: output.keys }) })
    if (this.#conversion === undefined) {
      const form = compressionOf(destination)
      const content = form.compress(this.#spool.read(output.channel), this.#world.random.uuid())
      this.#prepared.push({ key, object: await target.take(content, describedOf(form)) })
    } else {
      const file = await this.#convert(output, this.#conversion)
      if (file !== undefined) {
        const blob = await this.#world.room.adopt(file)
        this.#prepared.push({ key, object: await target.prepare(blob, describedOf({})) })
      }
    }
    this.#spool.drop(output.channel)
  }

  async #convert(
    output: DataOutput,
    { conversion, columns, table }: NonNullable<ReturnType<typeof conversionOf>>,
  ): Promise<string | undefined> {
    const { backlog, meters, signal } = this.#order
    const failed = { records: 0, bytes: 0 }
    let counted: Frame | undefined
    const fail = (frame: Frame, raw: Uint8Array, { code, message }: ConversionFailure) => {
      // A record of several documents that do not fit is one record that failed.
      if (frame !== counted) {
        failed.records++
        failed.bytes += frame.raw.length
      }
      counted = frame
      const lane = backlog.lane(this.#outputs.lanes[frame.lane] ?? '')
      const sequenceNumber = lane?.sequenceNumber(frame.index)
      const endedAt = this.#world.clock.now()
      const line = conversionErrorLine({ ...frame, raw, sequenceNumber }, { code, message, endedAt, table })
      this.#outputs.fail('format-conversion-failed', { at: frame.at, bytes: raw.length }, line)
    }
    const options = { spool: this.#spool, converter: this.#world.converter, conversion, columns, signal, fail }
    const file = await converted(output, options)
    const good = { records: output.records - failed.records, bytes: output.bytes - failed.bytes }
    meters.converted(good, failed)
    return file
  }

  async #shipFailures(type: FailureType, output: Output): Promise<void> {
    const { target } = this.#world
    const key = errorKey(this.#order.destination, { ...this.#named(output), type })
    const object = await target.take(this.#spool.read(output.channel), describedOf({}))
    this.#prepared.push({ key, object })
  }

  #named({ oldestAt }: Output) {
    const { identity, version } = this.#order
    return { stream: identity.name, version, oldestAt, random: this.#world.random }
  }

  #tellPartitions({ active, exceeded }: Partitions): void {
    const perSecond = this.#outputs.data.map(({ bytes, oldestAt, newestAt }) => {
      return bytes / Math.max(1, (newestAt - oldestAt) / 1000)
    })
    this.#order.meters.partitioned({ active, limit: activePartitionsMax, exceeded, perSecond })
  }
}

function partitionsOf({ destination, backlog }: Order, { clock, random }: World): Partitions {
  const { prefix = '' } = destination
  const time = timeOf(destination, backlog.since ?? clock.now())
  return new Partitions(prefix, keys => evaluatePrefix(prefix, { time, random, keys }))
}

function conversionOf({ destination, identity }: Order, world: World) {
  const { conversion } = workOf(destination)
  return conversion && { conversion, ...columnsOf(conversion, identity, world) }
}

/** So many at once; the first failure ends it, after what is under way. */
async function inParallel<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  let isFailed = false
  const worker = async () => {
    for (const item of left) {
      if (isFailed) return
      try {
        await work(item)
      } catch (cause) {
        isFailed = true
        throw cause
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  const failed = workers.find(result => result.status === 'rejected')
  if (failed) throw failed.reason
}
