// Every acknowledged record is in one object, once, in its lane's order, whatever crashes and fails on the way, and at
// whichever I/O.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { tries } from '../../../test/testing/tries.ts'
import { SilentLog } from '../../world/log.ts'
import type { Failing } from '../../world/simulated/disk.ts'
import { scaleShards } from '../kinesis/resharding.ts'
import { eachText } from './testing/around.ts'
import { type Configuration, Lake, scope } from './testing/lake.ts'

type Step =
  | { readonly kind: 'put'; readonly size: number; readonly count: number }
  | { readonly kind: 'advance'; readonly seconds: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'fail'; readonly nth: number }
  | { readonly kind: 'reshard'; readonly target: number }
  | { readonly kind: 'bucket'; readonly missing: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      size: fc.nat(400_000),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('advance' as const), seconds: fc.nat(90) }) },
  // Beyond the retention of the stream.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), seconds: fc.constant(26 * 3600) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), nth: fc.integer({ min: 1, max: 30 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reshard' as const), target: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bucket' as const), missing: fc.boolean() }) },
)

for (const from of ['a stream', 'direct puts'] as const) {
  for (const way of ['as it came', 'processed and backed up'] as const) {
    test(`of ${from}, every acknowledged record is delivered once and in order, ${way}, whatever crashes and fails`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 4, maxLength: 25 }), async (seed, steps) => {
          const story = await new Story(seed, { from, way }).begin()
          for (const one of steps) await story.take(one)
          await story.end()
        }),
        { numRuns: tries(way === 'as it came' ? 40 : 20) },
      )
    })
  }
}

/** Partitioned by `p`, by a function that fails every seventh record, and backed up. */
const processed: Configuration = {
  bufferMib: 64,
  prefix: 'by/!{partitionKeyFromQuery:p}/',
  errorPrefix: 'errors/!{firehose:error-output-type}/',
  compression: 'GZIP',
  partitioning: { enabled: true, retrySeconds: undefined },
  processing: {
    enabled: true,
    processors: [
      {
        type: 'Lambda',
        parameters: [{ name: 'LambdaArn', value: 'arn:aws:lambda:ap-northeast-1:000000000000:function:transform' }],
      },
      {
        type: 'MetadataExtraction',
        parameters: [
          { name: 'MetadataExtractionQuery', value: '{p: .p}' },
          { name: 'JsonParsingEngine', value: 'JQ-1.6' },
        ],
      },
    ],
  },
  backup: {
    enabled: true,
    place: {
      roleArn: 'arn:aws:iam::000000000000:role/backup',
      bucketArn: 'arn:aws:s3:::raw',
      prefix: 'backup/',
      bufferMib: 1,
      bufferSeconds: 90,
    },
  },
}

interface Kind {
  readonly from: 'a stream' | 'direct puts'
  readonly way: 'as it came' | 'processed and backed up'
}

/** Puts numbered records, remembers which were acknowledged, and at the end holds the objects against that. */
class Story {
  readonly #seed: number
  readonly #streamed: boolean
  readonly #processed: boolean
  readonly #acknowledged = new Set<number>()
  readonly #attempted = new Map<number, number>()
  #lake!: Lake
  #next = 0

  constructor(seed: number, { from, way }: Kind) {
    this.#seed = seed
    this.#streamed = from === 'a stream'
    this.#processed = way !== 'as it came'
  }

  async begin(): Promise<this> {
    this.#lake = await new Lake(await simulatedWorld({ seed: this.#seed, log: new SilentLog() })).start()
    const stream = this.#streamed ? await this.#lake.stream('s', 2) : undefined
    this.#lake.functions.handler = eachText(text => ((numbersIn(text)[0] ?? 0) % 7 === 0 ? null : text))
    await this.#lake.create('d', this.#processed ? processed : { compression: 'GZIP' }, stream)
    return this
  }

  get ios(): number {
    return this.#lake.world.disk.ios
  }

  fail(nth: number, failing: Failing): void {
    this.#lake.world.disk.failNth(nth, failing)
  }

  async take(step: Step): Promise<void> {
    const { clock } = this.#lake.world
    if (step.kind === 'put') await this.#put(step)
    if (step.kind === 'advance') await clock.advance(step.seconds * 1000)
    if (step.kind === 'fail') this.fail(step.nth, 'crash')
    if (step.kind === 'bucket') this.#lake.buckets.missing = step.missing
    if (step.kind === 'reshard' && this.#streamed) {
      const stream = this.#lake.kinesis.stream(scope, 's')
      const scaled = scaleShards(this.#lake.kinesis, stream, { target: step.target, now: clock.now() })
      await scaled.catch(() => undefined)
    }
    if (step.kind === 'crash') await this.#crash()
  }

  async end(): Promise<void> {
    await this.#crash()
    await this.#lake.world.clock.advance(1_000_000)
    const all = (await this.#lake.buckets.objects()).map(({ key, text }) => ({ key, numbers: numbersIn(text) }))
    const backedUp = all.filter(({ key }) => key.startsWith('backup/'))
    const objects = all.filter(({ key }) => !key.startsWith('backup/'))
    const delivered = this.#checkAll(objects)
    if (this.#processed) this.#checkAll(backedUp)
    const { progress } = this.#lake.firehose.delivery(scope, 'd')
    assert.deepEqual(
      [progress.deliveredRecords, progress.deliveredObjects, progress.bufferedRecords],
      [delivered.length, objects.length, 0],
    )
    assert.deepEqual(await this.#lake.world.disk.list('/lake/scratch'), [])
    const folders = Map.groupBy(all, ({ key }) => key.slice(0, key.indexOf('/', 4) + 1))
    for (const found of folders.values()) await this.#checkOrder(found.map(({ numbers }) => numbers))
  }

  #checkAll(objects: readonly { readonly numbers: readonly number[] }[]): readonly number[] {
    const delivered = objects.flatMap(({ numbers }) => numbers)
    assert.equal(new Set(delivered).size, delivered.length, 'a record is delivered once')
    for (const number of this.#acknowledged) assert.ok(delivered.includes(number), `record ${number} was acknowledged`)
    for (const number of delivered) assert.ok(this.#attempted.has(number), `record ${number} was put`)
    return delivered
  }

  /** Within an object the records of a lane are in the order of the lane, and no lane is delivered out of order. */
  async #checkOrder(objects: readonly (readonly number[])[]): Promise<void> {
    const lanes = this.#streamed ? await this.#shards() : [Array.from({ length: this.#next }, (_, number) => number)]
    for (const lane of lanes) {
      const place = new Map(lane.map((number, index) => [number, index]))
      const parts = objects.map(numbers => numbers.flatMap(number => place.get(number) ?? []))
      for (const part of parts)
        assert.deepEqual(
          part,
          part.toSorted((one, other) => one - other),
        )
      // Objects are delivered one after the other, so each holds a stretch of the lane of its own.
      const stretches = parts.filter(part => part.length > 0).map(part => [part[0] ?? 0, part.at(-1) ?? 0] as const)
      stretches.sort(([one], [other]) => one - other)
      for (let i = 1; i < stretches.length; i++) assert.ok((stretches[i]?.[0] ?? 0) > (stretches[i - 1]?.[1] ?? 0))
    }
  }

  async #shards(): Promise<readonly (readonly number[])[]> {
    const stream = this.#lake.kinesis.stream(scope, 's')
    const read = stream.shards.map(async shard => {
      const { records } = await shard.read(0, { maxRecords: 10_000, maxBytes: 1e9 }, 0)
      return records.flatMap(({ data }) => numbersIn(Buffer.from(data.subarray(0, 20)).toString()))
    })
    return Promise.all(read)
  }

  async #put({ size, count }: { readonly size: number; readonly count: number }): Promise<void> {
    const numbers = Array.from({ length: count }, () => this.#next++)
    const texts = numbers.map(number => `{"n":${number},"p":${(number % 3) + 1},"x":"${'x'.repeat(size)}"}\n`)
    for (const number of numbers) this.#attempted.set(number, size)
    try {
      if (this.#streamed) await this.#lake.putInto(this.#lake.kinesis.stream(scope, 's'), ...texts)
      else await this.#lake.put(this.#lake.firehose.delivery(scope, 'd'), ...texts)
      for (const number of numbers) this.#acknowledged.add(number)
    } catch {
      // Not acknowledged: it may be there or not, but not twice.
    }
  }

  async #crash(): Promise<void> {
    await this.#lake.world.crash()
    await this.#lake.start()
  }
}

/** Of records, and of those in the lines of an error object. */
function numbersIn(text: string): number[] {
  if (text.startsWith('{"attemptsMade"')) {
    const lines = text.trimEnd().split('\n')
    return lines.flatMap(line => numbersIn(Buffer.from(JSON.parse(line).rawData, 'base64').toString()))
  }
  return Array.from(text.matchAll(/"n":(\d+)/g), ([, number]) => Number(number))
}

for (const failing of ['crash', 'EIO', 'ENOSPC'] as const) {
  for (const way of ['as it came', 'processed and backed up'] as const) {
    test(`nothing is lost and nothing is there twice when the n-th I/O of a delivery (${way}) ends in ${failing}, for every n`, async () => {
      for (const from of ['a stream', 'direct puts'] as const) {
        let reached = true
        for (let nth = 1; reached; nth++) {
          const story = await new Story(nth, { from, way }).begin()
          await story.take({ kind: 'put', size: 100_000, count: 4 })
          const ios = story.ios
          story.fail(nth, failing)
          await story.take({ kind: 'advance', seconds: 60 })
          await story.take({ kind: 'advance', seconds: 30 })
          reached = story.ios - ios >= nth
          await story.end()
        }
      }
    })
  }
}
