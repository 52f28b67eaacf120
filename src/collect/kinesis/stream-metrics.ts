// What CloudWatch shows of a stream: one series a figure, made when the stream is first used and kept, because adding to
// one is all that a put can afford. Shards and consumers have series of their own.
// https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
import { type Meter, NoMeter, type Series, type Unit } from '../../world/meter.ts'
import type { StreamIdentity } from './tables.ts'

const streamUnits = {
  IncomingBytes: 'Bytes',
  IncomingRecords: 'Count',
  WriteProvisionedThroughputExceeded: 'Count',
  ReadProvisionedThroughputExceeded: 'Count',
  'PutRecord.Bytes': 'Bytes',
  'PutRecord.Latency': 'Milliseconds',
  'PutRecord.Success': 'Count',
  'PutRecords.Bytes': 'Bytes',
  'PutRecords.Latency': 'Milliseconds',
  'PutRecords.Success': 'Count',
  'PutRecords.TotalRecords': 'Count',
  'PutRecords.SuccessfulRecords': 'Count',
  'PutRecords.FailedRecords': 'Count',
  'PutRecords.ThrottledRecords': 'Count',
  'GetRecords.Bytes': 'Bytes',
  'GetRecords.IteratorAgeMilliseconds': 'Milliseconds',
  'GetRecords.Latency': 'Milliseconds',
  'GetRecords.Records': 'Count',
  'GetRecords.Success': 'Count',
} as const satisfies Record<string, Unit>

const shardUnits = {
  IncomingBytes: 'Bytes',
  IncomingRecords: 'Count',
  OutgoingBytes: 'Bytes',
  OutgoingRecords: 'Count',
  IteratorAgeMilliseconds: 'Milliseconds',
  WriteProvisionedThroughputExceeded: 'Count',
  ReadProvisionedThroughputExceeded: 'Count',
} as const satisfies Record<string, Unit>

const consumerUnits = {
  'SubscribeToShard.Success': 'Count',
  'SubscribeToShard.RateExceeded': 'Count',
  'SubscribeToShardEvent.Bytes': 'Bytes',
  'SubscribeToShardEvent.Records': 'Count',
  'SubscribeToShardEvent.MillisBehindLatest': 'Milliseconds',
  'SubscribeToShardEvent.Success': 'Count',
} as const satisfies Record<string, Unit>

export type StreamFigure = keyof typeof streamUnits
export type ShardFigure = keyof typeof shardUnits
export type ConsumerFigure = keyof typeof consumerUnits

type Figures<Name extends string> = Readonly<Record<Name, Series>>

export class StreamMetrics {
  readonly stream: Figures<StreamFigure>
  #meter: Meter
  readonly #identity: StreamIdentity
  readonly #ofShard = new Map<string, Figures<ShardFigure>>()
  readonly #ofConsumer = new Map<string, Figures<ConsumerFigure>>()

  constructor(meter: Meter, identity: StreamIdentity) {
    this.#meter = meter
    this.#identity = identity
    this.stream = this.#figures(streamUnits, {})
  }

  /** Whoever counts for a shard asks first whether the figure is switched on. */
  shard(ShardId: string): Figures<ShardFigure> {
    return known(this.#ofShard, ShardId, () => this.#figures(shardUnits, { ShardId }))
  }

  consumer(ConsumerName: string): Figures<ConsumerFigure> {
    return known(this.#ofConsumer, ConsumerName, () => this.#figures(consumerUnits, { ConsumerName }))
  }

  /** The shard has expired. */
  endShard(id: string): void {
    this.#end(this.#ofShard, id)
  }

  endConsumer(name: string): void {
    this.#end(this.#ofConsumer, name)
  }

  end(): void {
    for (const figures of [this.stream, ...this.#ofShard.values(), ...this.#ofConsumer.values()])
      for (const series of Object.values(figures)) series.end()
    // What is still under way counts for nobody.
    this.#meter = new NoMeter()
    this.#ofShard.clear()
    this.#ofConsumer.clear()
  }

  #end(figures: Map<string, Readonly<Record<string, Series>>>, key: string): void {
    for (const series of Object.values(figures.get(key) ?? {})) series.end()
    figures.delete(key)
  }

  #figures<Name extends string>(units: Readonly<Record<Name, Unit>>, more: Readonly<Record<string, string>>) {
    const { account, region, name: StreamName } = this.#identity
    const entries = Object.entries<Unit>(units).map(([name, unit]) => {
      const dimensions = { StreamName, ...more }
      return [name, this.#meter.series({ account, region, namespace: 'AWS/Kinesis', name, dimensions, unit })]
    })
    return Object.fromEntries(entries) as Figures<Name>
  }
}

function known<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
