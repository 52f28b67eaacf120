// Firehose with a Kinesis beside it on a simulated disk, and buckets that are rows of the same ledger: all that its tests
// stand on. `start` builds the parts of a new life, first or after a crash.
import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import type { SimulatedWorld } from '../../../../test/testing/simulated-world.ts'
import type { Blob } from '../../../durable/blobs.ts'
import type { Transaction } from '../../../durable/ledger.ts'
import { Kinesis } from '../../kinesis/kinesis.ts'
import { RecordBatch } from '../../kinesis/record-batch.ts'
import type { Stream } from '../../kinesis/stream.ts'
import type { Delivery } from '../delivery.ts'
import { type DestinationChange, newDestination } from '../destination-change.ts'
import { Firehose } from '../firehose.ts'
import { TestConverter, TestFunctions, TestMeter, TestTables, testJq } from './around.ts'

export type Configuration = Omit<DestinationChange, 'roleArn' | 'bucketArn'>

export const scope = { account: '000000000000', region: 'ap-northeast-1' }
const where = { roleArn: 'arn:aws:iam::000000000000:role/firehose', bucketArn: 'arn:aws:s3:::raw' }
const settings = {
  mode: 'PROVISIONED',
  retentionHours: 24,
  recordKibMax: 1024,
  shardMetrics: [],
  distribution: 'USER_PARTITION_KEY',
} as const

/** Buckets as rows of the same ledger: what S3 is to Firehose, no more. */
export class Buckets {
  readonly #world: SimulatedWorld
  readonly #encodings = new Map<string, string | undefined>()
  /** What S3 was told of the objects of this life. */
  readonly described: { key: string; contentEncoding: string | undefined }[] = []
  missing = false

  constructor(world: SimulatedWorld) {
    this.#world = world
    world.store.ledger.define('bucket', ['CREATE TABLE bucket_object (key TEXT PRIMARY KEY, blob TEXT) STRICT'])
  }

  bucketExists(): boolean {
    return !this.missing
  }

  async take(chunks: AsyncIterable<Uint8Array>, { contentEncoding }: { contentEncoding?: string }): Promise<Blob> {
    const blob = await this.#world.store.blobs.write(chunks)
    this.#encodings.set(blob.id, contentEncoding)
    return blob
  }

  async prepare(blob: Blob): Promise<Blob> {
    return blob
  }

  discard(blob: Blob): Promise<void> {
    return this.#world.store.blobs.discard(blob)
  }

  publish(write: Transaction, _bucket: string, key: string, blob: Blob): void {
    this.#world.store.blobs.publish(write, blob)
    write.run('INSERT INTO bucket_object VALUES (?, ?)', key, blob.id)
    this.described.push({ key, contentEncoding: this.#encodings.get(blob.id) })
  }

  async objects(): Promise<readonly { key: string; text: string }[]> {
    const rows = this.#world.store.ledger.all<{ key: string; blob: string }>('SELECT * FROM bucket_object ORDER BY key')
    const read = rows.map(async ({ key, blob }) => {
      const bytes = Buffer.concat(await Array.fromAsync(this.#world.store.blobs.read(blob)))
      return { key, text: (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString() }
    })
    return Promise.all(read)
  }
}

export class Lake {
  readonly world: SimulatedWorld
  kinesis!: Kinesis
  firehose!: Firehose
  buckets!: Buckets
  denied = ''
  /** The beginning of keys that may not be written. */
  deniedKey = ''
  readonly functions = new TestFunctions()
  /** How long was waited before functions were called again. */
  readonly pauses: number[] = []
  readonly tables = new TestTables()
  readonly meter = new TestMeter()

  constructor(world: SimulatedWorld) {
    this.world = world
  }

  async start(): Promise<this> {
    this.buckets = new Buckets(this.world)
    this.kinesis = new Kinesis(this.world)
    this.firehose = new Firehose({
      ...this.world,
      streams: this.kinesis,
      target: this.buckets,
      functions: this.functions,
      pause: async milliseconds => void this.pauses.push(milliseconds),
      jq: testJq,
      converter: new TestConverter(this.world),
      tables: this.tables,
      meter: this.meter,
      assumes: () => true,
      permits: (_role, _service, action, resource) => {
        const isDeniedKey = this.deniedKey !== '' && resource.startsWith(`${where.bucketArn}/${this.deniedKey}`)
        return action !== this.denied && !isDeniedKey
      },
    })
    await this.kinesis.start()
    await this.firehose.start()
    await this.world.background.settled()
    return this
  }

  async stream(name: string, shardCount = 1): Promise<Stream> {
    return this.kinesis.create(scope, { name, shardCount, settings, tags: {} })
  }

  create(name: string, change: Configuration = {}, stream?: Stream): Promise<Delivery> {
    return this.firehose.create(scope, {
      name,
      source: stream && { streamArn: stream.arn, roleArn: where.roleArn },
      destination: newDestination({ ...where, bufferMib: 1, bufferSeconds: 60, ...change }),
      encryption: { enabled: false },
      tags: [],
    })
  }

  put(delivery: Delivery, ...texts: readonly string[]): Promise<readonly (string | undefined)[]> {
    const data = texts.map(text => Buffer.from(text))
    return this.firehose.put(delivery, data, { at: this.world.clock.now(), operation: 'PutRecordBatch' })
  }

  putInto(stream: Stream, ...texts: readonly string[]): Promise<void> {
    return this.putAt(this.world.clock.now(), stream, ...texts)
  }

  async putAt(at: number, stream: Stream, ...texts: readonly string[]): Promise<void> {
    const records = texts.map(text => ({ data: Buffer.from(text), partitionKey: text.slice(0, 12) }))
    for (const placed of await stream.put(RecordBatch.of(records), at)) assert.ok('shardId' in placed)
  }

  async texts(): Promise<readonly string[]> {
    return (await this.buckets.objects()).map(object => object.text)
  }
}
