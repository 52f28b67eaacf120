// Every acknowledged record is in one object, once, in its lane's order, whatever crashes and fails on the way, and at
// whichever I/O.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { SilentLog } from '../../world/log.ts'
import type { Failing } from '../../world/simulated/disk.ts'
import { scaleShards } from '../kinesis/resharding.ts'
import { Lake, scope } from './testing/lake.ts'

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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), nth: fc.integer({ min: 1, max: 30 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reshard' as const), target: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bucket' as const), missing: fc.boolean() }) },
)

for (const from of ['a stream', 'direct puts']) {
  test(`of ${from}, every acknowledged record is delivered once and in order, whatever crashes and fails`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 4, maxLength: 25 }), async (seed, steps) => {
        const story = await new Story(seed, from === 'a stream').begin()
        for (const one of steps) await story.take(one)
        await story.end()
      }),
      { numRuns: 60 },
    )
  })
}

/** Puts numbered records, remembers which were acknowledged, and at the end holds the objects against that. */
class Story {
  readonly #seed: number
  readonly #streamed: boolean
  readonly #acknowledged = new Set<number>()
  readonly #attempted = new Map<number, number>()
  #lake!: Lake
  #next = 0

  constructor(seed: number, streamed: boolean) {
    this.#seed = seed
    this.#streamed = streamed
  }

  async begin(): Promise<this> {
    this.#lake = await new Lake(await simulatedWorld({ seed: this.#seed, log: new SilentLog() })).start()
    const stream = this.#streamed ? await this.#lake.stream('s', 2) : undefined
    await this.#lake.create('d', { compression: 'GZIP' }, stream)
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
    const objects = await this.#lake.buckets.objects()
    const delivered = objects.flatMap(({ text }) => numbersIn(text))
    assert.equal(new Set(delivered).size, delivered.length, 'a record is delivered once')
    for (const number of this.#acknowledged) assert.ok(delivered.includes(number), `record ${number} was acknowledged`)
    for (const number of delivered) assert.ok(this.#attempted.has(number), `record ${number} was put`)
    const { progress } = this.#lake.firehose.delivery(scope, 'd')
    assert.deepEqual(
      [progress.deliveredRecords, progress.deliveredObjects, progress.bufferedRecords],
      [delivered.length, objects.length, 0],
    )
    await this.#checkOrder(objects.map(({ text }) => numbersIn(text)))
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
      return records.map(({ data }) => Number.parseInt(Buffer.from(data.subarray(0, 12)).toString(), 10))
    })
    return Promise.all(read)
  }

  async #put({ size, count }: { readonly size: number; readonly count: number }): Promise<void> {
    const numbers = Array.from({ length: count }, () => this.#next++)
    const texts = numbers.map(number => `${number} ${'x'.repeat(size)}\n`)
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

function numbersIn(text: string): number[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => Number.parseInt(line, 10))
}

for (const failing of ['crash', 'EIO', 'ENOSPC'] as const) {
  test(`nothing is lost and nothing is there twice when the n-th I/O of a delivery ends in ${failing}, for every n`, async () => {
    for (const streamed of [true, false]) {
      let reached = true
      for (let nth = 1; reached; nth++) {
        const story = await new Story(nth, streamed).begin()
        await story.take({ kind: 'put', size: 100_000, count: 4 })
        const ios = story.ios
        story.fail(nth, failing)
        await story.take({ kind: 'advance', seconds: 60 })
        reached = story.ios - ios >= nth
        await story.end()
      }
    }
  })
}
