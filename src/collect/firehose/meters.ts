// What a delivery stream counts, under CloudWatch's names.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
import type { Meter, Series, Unit } from '../../world/meter.ts'
import type { FlowRecord } from './flow.ts'

interface Counted {
  readonly account: string
  readonly region: string
  readonly name: string
}

/** Of both its legs. */
export class DeliveryMeters {
  readonly #meter: Meter
  readonly #of: Counted
  readonly #series = new Map<string, Series>()

  constructor(meter: Meter, of: Counted) {
    this.#meter = meter
    this.#of = of
  }

  /** A request that was taken. */
  put(
    operation: 'PutRecord' | 'PutRecordBatch',
    of: { readonly records: number; readonly bytes: number; readonly milliseconds: number },
  ): void {
    this.#add('IncomingRecords', 'Count', of.records)
    this.#add('IncomingBytes', 'Bytes', of.bytes)
    this.#add('IncomingPutRequests', 'Count', 1)
    this.#add(`${operation}.Requests`, 'Count', 1)
    this.#add(`${operation}.Bytes`, 'Bytes', of.bytes)
    this.#add(`${operation}.Latency`, 'Milliseconds', of.milliseconds)
    if (operation === 'PutRecordBatch') this.#add('PutRecordBatch.Records', 'Count', of.records)
  }

  /** Records that were turned away for coming too fast. */
  throttled(records: number): void {
    this.#add('ThrottledRecords', 'Count', records)
  }

  /** Records read from a Kinesis stream, again if they are read again. */
  read(of: { readonly records: number; readonly bytes: number; readonly millisecondsBehind: number }): void {
    this.#add('DataReadFromKinesisStream.Records', 'Count', of.records)
    this.#add('DataReadFromKinesisStream.Bytes', 'Bytes', of.bytes)
    this.behind(of.millisecondsBehind)
  }

  /** How far the last record read is behind the newest in the Kinesis stream. */
  behind(milliseconds: number): void {
    this.#add('KinesisMillisBehindLatest', 'Milliseconds', milliseconds)
  }

  /** A call of the transforming function. */
  executed(milliseconds: number, succeeded: boolean): void {
    this.#add('ExecuteProcessing.Duration', 'Milliseconds', milliseconds)
    this.#add('ExecuteProcessing.Success', 'Count', succeeded ? 1 : 0)
  }

  /** Records of which the function made something, as they were before. */
  succeeded(records: readonly FlowRecord[]): void {
    if (records.length === 0) return
    this.#add('SucceedProcessing.Records', 'Count', records.length)
    this.#add(
      'SucceedProcessing.Bytes',
      'Bytes',
      records.reduce((sum, { raw }) => sum + raw.length, 0),
    )
  }

  /** A run of the jq query over a batch. */
  queried(milliseconds: number): void {
    this.#add('JQProcessing.Duration', 'Milliseconds', milliseconds)
  }

  converted(succeeded: Sum, failed: Sum): void {
    this.#add('SucceedConversion.Records', 'Count', succeeded.records)
    this.#add('SucceedConversion.Bytes', 'Bytes', succeeded.bytes)
    this.#add('FailedConversion.Records', 'Count', failed.records)
    this.#add('FailedConversion.Bytes', 'Bytes', failed.bytes)
  }

  /** `perSecond`: bytes of each partition in a second, over the time in which they arrived. */
  partitioned(of: {
    readonly active: number
    readonly limit: number
    readonly exceeded: boolean
    readonly perSecond: readonly number[]
  }): void {
    this.#add('ActivePartitionsLimit', 'Count', of.limit)
    this.#add('PartitionCount', 'Count', of.active)
    this.#add('PartitionCountExceeded', 'Count', of.exceeded ? 1 : 0)
    for (const bytes of of.perSecond) this.#add('PerPartitionThroughput', 'Bytes', bytes)
  }

  /** Objects that are there. Bytes are those of the records as they were put. */
  delivered(leg: LegName, of: Sum & { readonly objects: number; readonly oldestMilliseconds: number }): void {
    const way = ways[leg]
    this.#add(`${way}.Records`, 'Count', of.records)
    this.#add(`${way}.Bytes`, 'Bytes', of.bytes)
    for (let object = 0; object < of.objects; object++) this.#add(`${way}.Success`, 'Count', 1)
    if (leg === 'delivery') this.#add('DeliveryToS3.ObjectCount', 'Count', of.objects)
    this.waiting(leg, of.oldestMilliseconds)
  }

  /** An attempt that came to nothing. */
  failed(leg: LegName): void {
    this.#add(`${ways[leg]}.Success`, 'Count', 0)
  }

  /** The age of the oldest record that is not delivered yet. */
  waiting(leg: LegName, milliseconds: number): void {
    this.#add(`${ways[leg]}.DataFreshness`, 'Seconds', milliseconds / 1000)
  }

  /** When the delivery stream is gone. */
  end(): void {
    for (const series of this.#series.values()) series.end()
    this.#series.clear()
  }

  #add(name: string, unit: Unit, value: number): void {
    let series = this.#series.get(name)
    if (series === undefined) {
      const { account, region, name: stream } = this.#of
      const dimensions = { DeliveryStreamName: stream }
      series = this.#meter.series({ account, region, namespace: 'AWS/Firehose', name, dimensions, unit })
      this.#series.set(name, series)
    }
    series.add(value)
  }
}

export interface Sum {
  readonly records: number
  readonly bytes: number
}

/** The way to the destination, and the way of the records as they came to the backup. */
export type LegName = 'delivery' | 'backup'

const ways = { delivery: 'DeliveryToS3', backup: 'BackupToS3' } as const
