// Enhanced fan-out: who is subscribed to which shard, one subscription a consumer and shard. A stream is watched only
// while somebody subscribes to it, by one watcher for all of them.
import type { Clock } from '../../world/clock.ts'
import type { Consumer, Consumers } from './consumers.ts'
import { noSuchConsumer, noSuchStream, subscribedAlready } from './faults.ts'
import { type StartingPoint, shardNamed, startingIndex } from './iterators.ts'
import { subscriptionGraceMilliseconds } from './limits.ts'
import type { Shard } from './shard.ts'
import type { Stream, Watcher } from './stream.ts'
import { Subscription } from './subscription.ts'

export class FanOut {
  readonly #clock: Clock
  readonly #consumers: Pick<Consumers, 'byArn'>
  /** The latest of each consumer and shard, by the consumer's ARN and the shard's number. */
  readonly #latest = new Map<string, Map<number, Subscription>>()
  readonly #hubs = new Map<Stream, Hub>()

  constructor({ clock, consumers }: { readonly clock: Clock; readonly consumers: Pick<Consumers, 'byArn'> }) {
    this.#clock = clock
    this.#consumers = consumers
  }

  /** A newer one takes over from an older, but not within its first seconds. */
  async subscribe(consumer: Consumer, shardId: string, from: StartingPoint): Promise<Subscription> {
    const { shard, index } = await this.#place(consumer, shardId, from)
    // What follows is one turn: of two calls at once the second sees the first.
    const before = this.#free(consumer, shard)
    const hub = this.#hubOf(consumer.stream)
    const subscription: Subscription = new Subscription(
      { stream: consumer.stream, shard, index, consumer: consumer.name },
      { clock: this.#clock, onEnd: () => this.#left(hub, subscription) },
    )
    hub.add(subscription)
    const ofConsumer = this.#latest.get(consumer.arn)
    if (ofConsumer) ofConsumer.set(shard.number, subscription)
    else this.#latest.set(consumer.arn, new Map([[shard.number, subscription]]))
    before?.end(subscribedAlready(consumer, shard.id))
    consumer.stream.metrics.consumer(consumer.name)['SubscribeToShard.Success'].add(1)
    return subscription
  }

  /** Whether it could subscribe now; throws what `subscribe` would. */
  async check(consumer: Consumer, shardId: string, from: StartingPoint): Promise<void> {
    const { shard } = await this.#place(consumer, shardId, from)
    this.#free(consumer, shard)
  }

  /** The consumer has been deregistered. */
  endConsumer(consumer: Consumer): void {
    for (const subscription of this.#latest.get(consumer.arn)?.values() ?? [])
      subscription.end(noSuchConsumer(consumer.arn, consumer.account))
    this.#latest.delete(consumer.arn)
  }

  /** The stream has been deleted, and with it these consumers. */
  endStream(stream: Stream, consumers: readonly Consumer[]): void {
    for (const { arn } of consumers) {
      for (const subscription of this.#latest.get(arn)?.values() ?? []) subscription.end(noSuchStream(stream))
      this.#latest.delete(arn)
    }
  }

  close(): void {
    for (const subscriptions of this.#latest.values()) for (const one of subscriptions.values()) one.end()
    this.#latest.clear()
  }

  async #place({ stream }: Consumer, shardId: string, from: StartingPoint) {
    const shard = shardNamed(stream, shardId)
    const index = await startingIndex({ stream, shard, asking: 'SubscribeToShard' }, from, this.#clock.now())
    return { shard, index }
  }

  /** The subscription that a new one takes over from, if there is one that lets it. */
  #free(consumer: Consumer, shard: Shard): Subscription | undefined {
    if (this.#consumers.byArn(consumer.arn) !== consumer) throw noSuchConsumer(consumer.arn, consumer.account)
    const before = this.#latest.get(consumer.arn)?.get(shard.number)
    if (before === undefined) return undefined
    if (this.#clock.now() - before.startedAt < subscriptionGraceMilliseconds) {
      consumer.stream.metrics.consumer(consumer.name)['SubscribeToShard.RateExceeded'].add(1)
      throw subscribedAlready(consumer, shard.id)
    }
    return before
  }

  #hubOf(stream: Stream): Hub {
    let hub = this.#hubs.get(stream)
    if (hub === undefined) {
      hub = new Hub(stream)
      this.#hubs.set(stream, hub)
    }
    return hub
  }

  #left(hub: Hub, subscription: Subscription): void {
    hub.remove(subscription)
    if (hub.isEmpty && this.#hubs.get(hub.stream) === hub) this.#hubs.delete(hub.stream)
  }
}

/** Tells the subscriptions to a stream's shards of what happens there. */
class Hub implements Watcher {
  readonly stream: Stream
  readonly #ofShard = new Map<string, Set<Subscription>>()
  #unwatch: (() => void) | undefined

  constructor(stream: Stream) {
    this.stream = stream
  }

  get isEmpty(): boolean {
    return this.#ofShard.size === 0
  }

  add(subscription: Subscription): void {
    this.#unwatch ??= this.stream.watch(this)
    const others = this.#ofShard.get(subscription.shard.id)
    if (others) others.add(subscription)
    else this.#ofShard.set(subscription.shard.id, new Set([subscription]))
  }

  remove(subscription: Subscription): void {
    const others = this.#ofShard.get(subscription.shard.id)
    others?.delete(subscription)
    if (others?.size === 0) this.#ofShard.delete(subscription.shard.id)
    if (!this.isEmpty) return
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  arrived(shardId: string): void {
    for (const subscription of this.#ofShard.get(shardId) ?? []) subscription.arrived()
  }

  resharded(): void {
    for (const subscriptions of this.#ofShard.values()) for (const one of subscriptions) one.arrived()
  }

  async leaving(): Promise<void> {
    // The deletion ends the subscriptions by a fault; nothing is to be read before it.
  }
}
