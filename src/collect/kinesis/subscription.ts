// One consumer's subscription to one shard: the shard's records, pushed as they arrive for as long as it lives. It holds
// no more than the event that is on its way: the next is read when the client has taken the one before, so a slow
// consumer costs nothing but its place in the log.
//
//   event       records, or none as a sign of life after a time without any; says where a next subscription goes on
//   last event  of a closed shard: names its children, and nowhere to go on
//   end         of its time: without a word. Taken over, or its consumer or stream gone: by a fault.
import type { Fault } from '../../gateway/fault.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import {
  bytesPerEventMax,
  bytesReadPerSecond,
  heartbeatMilliseconds,
  recordsPerGetMax,
  subscriptionLifeMilliseconds,
} from './limits.ts'
import { bytesOf } from './putting.ts'
import type { SequenceNumber } from './sequence.ts'
import type { Shard } from './shard.ts'
import type { StoredRecord } from './stored-record.ts'
import type { Stream } from './stream.ts'

export interface SubscriptionEvent {
  readonly records: readonly StoredRecord[]
  /** Undefined at the end of a closed shard. */
  readonly continuation?: SequenceNumber
  readonly children: readonly Shard[]
  readonly millisecondsBehind: number
}

interface Place {
  readonly stream: Stream
  readonly shard: Shard
  /** Of the first record to be pushed. */
  readonly index: number
  /** The name of the one that it is pushed to. */
  readonly consumer: string
}

const limits = { maxRecords: recordsPerGetMax, maxBytes: bytesPerEventMax }

export class Subscription implements AsyncIterable<SubscriptionEvent> {
  readonly startedAt: number
  readonly shard: Shard
  readonly #stream: Stream
  readonly #consumer: string
  readonly #clock: Clock
  readonly #onEnd: () => void
  readonly #expiry: Appointment
  #index: number
  /** Counts arrivals, so that none between a read and the wait after it is missed. */
  #arrivals = 0
  #wake: (() => void) | undefined
  #ended: { readonly fault?: Fault } | undefined

  constructor(
    { stream, shard, index, consumer }: Place,
    { clock, onEnd }: { readonly clock: Clock; readonly onEnd: () => void },
  ) {
    this.#stream = stream
    this.#consumer = consumer
    this.shard = shard
    this.#index = index
    this.#clock = clock
    this.#onEnd = onEnd
    this.startedAt = clock.now()
    const expiresAt = this.startedAt + subscriptionLifeMilliseconds
    this.#expiry = clock.at(expiresAt, `subscription to ${shard.id} ends`, () => this.end())
  }

  /** There is something new in the shard, or it has been closed. */
  arrived(): void {
    this.#arrivals++
    this.#wake?.()
  }

  end(fault?: Fault): void {
    if (this.#ended !== undefined) return
    this.#ended = { ...(fault !== undefined && { fault }) }
    this.#expiry.cancel()
    this.#wake?.()
    this.#onEnd()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SubscriptionEvent, void, undefined> {
    try {
      let saidAt: number | undefined
      while (this.#ended === undefined) {
        const seen = this.#arrivals
        const event = await this.#read()
        if (this.#ended !== undefined) break
        const now = this.#clock.now()
        const silent = saidAt === undefined || now - saidAt >= heartbeatMilliseconds
        const last = event.continuation === undefined
        if (silent || last || event.records.length > 0) {
          saidAt = now
          this.#count(event)
          yield event
          if (last) return
        }
        await this.#pause(event.records, { seen, saidAt: saidAt ?? now })
      }
      const { fault } = this.#ended
      if (fault !== undefined) throw fault
    } finally {
      this.end()
    }
  }

  async #read(): Promise<SubscriptionEvent> {
    const now = this.#clock.now()
    try {
      const { records, next } = await this.shard.read(this.#index, limits, this.#stream.horizon(now))
      this.#index = next
      const atTip = next >= (await this.shard.tip())
      const last = records.at(-1)
      const over = atTip && this.shard.ended !== undefined
      return {
        records,
        ...(!over && { continuation: this.shard.continuationAt(next) }),
        children: over ? this.#stream.childrenOf(this.shard) : [],
        millisecondsBehind: atTip || last === undefined ? 0 : Math.max(0, now - last.arrivedAt),
      }
    } catch (cause) {
      // A log that is being removed with its stream cannot be read: the end says so better.
      if (this.#ended === undefined) throw cause
      return { records: [], continuation: this.shard.continuationAt(this.#index), children: [], millisecondsBehind: 0 }
    }
  }

  #count({ records, millisecondsBehind }: SubscriptionEvent): void {
    const figures = this.#stream.metrics.consumer(this.#consumer)
    figures['SubscribeToShardEvent.Success'].add(1)
    figures['SubscribeToShardEvent.Bytes'].add(bytesOf(records))
    figures['SubscribeToShardEvent.Records'].add(records.length)
    figures['SubscribeToShardEvent.MillisBehindLatest'].add(millisecondsBehind)
  }

  /** Until there is more to read, and no sooner than the shard's rate allows; or until it is time for a sign of life. */
  async #pause(
    records: readonly StoredRecord[],
    { seen, saidAt }: { readonly seen: number; readonly saidAt: number },
  ): Promise<void> {
    if (this.#stream.rates !== undefined && records.length > 0) {
      const due = saidAt + Math.ceil((bytesOf(records) * 1000) / bytesReadPerSecond)
      await this.#until(due, () => this.#ended !== undefined)
    }
    if (this.#index < (await this.shard.tip())) return
    await this.#until(saidAt + heartbeatMilliseconds, () => this.#ended !== undefined || this.#arrivals !== seen)
  }

  /** Resolves when it is due, or sooner when `enough`. */
  async #until(dueAt: number, enough: () => boolean): Promise<void> {
    while (!enough() && this.#clock.now() < dueAt) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      const appointment = this.#clock.at(dueAt, `subscription to ${this.shard.id}`, resolve)
      await promise
      appointment.cancel()
      this.#wake = undefined
    }
  }
}
