// Streams and delivery streams are made, cut, filled and deleted while the disk fails and the power goes: whatever may be gone
// afterwards, nothing that was acknowledged is, but what was put before a deletion that was asked for. One seed replays one run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SimulatedWorld, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { Log } from '../../world/log.ts'
import type { Failing } from '../../world/simulated/disk.ts'
import { SeededRandom } from '../../world/simulated/random.ts'
import { RecordBatch } from '../kinesis/record-batch.ts'
import { mergeShards, scaleShards, splitShard } from '../kinesis/resharding.ts'
import { Shard } from '../kinesis/shard.ts'
import type { Stream } from '../kinesis/stream.ts'
import { Lake, scope } from './testing/lake.ts'

const quiet: Log = { info() {}, warn() {}, error() {} }
const stepsPerRun = 60
const never = Number.POSITIVE_INFINITY

/** What is known from outside of a stream or a delivery stream. */
class Known {
  readonly acknowledged = new Set<string>()
  /** A deletion of it has failed: it may be gone all the same. */
  deletionFailed = false
  readonly afterFailure: string[] = []

  took(text: string): void {
    this.acknowledged.add(text)
    if (this.deletionFailed) this.afterFailure.push(text)
  }
}

class Run {
  readonly #random: SeededRandom
  readonly #lake: Lake
  readonly #streams = new Map<string, Known>()
  readonly #deliveries = new Map<string, Known>()
  #put = 0

  constructor(seed: number, world: SimulatedWorld) {
    this.#random = new SeededRandom(seed ^ 0xabc)
    this.#lake = new Lake(world)
  }

  static async of(seed: number): Promise<void> {
    const run = new Run(seed, await simulatedWorld({ seed, log: quiet }))
    await run.#lake.start()
    try {
      for (let step = 0; step < stepsPerRun; step++) await run.#step()
      await run.#startAgain()
      await run.#lake.world.clock.advance(600_000)
      await run.#checkObjects()
    } catch (cause) {
      throw new Error(`with seed ${seed}: ${(cause as Error).message}`, { cause })
    }
  }

  async #step(): Promise<void> {
    const name = this.#below(2) === 0 ? 'a' : 'b'
    const act = this.#below(10)
    if (act < 5) await this.#withStream(name)
    else if (act < 7) await this.#withDelivery(name)
    else if (act === 7) await tried(this.#lake.world.clock.advance(this.#below(90_000)))
    else if (act === 8)
      this.#lake.world.disk.failNth(1 + this.#below(12), this.#oneOf<Failing>('EIO', 'ENOSPC', 'crash'))
    else if (this.#below(2) === 0) await this.#startAgain()
  }

  async #withStream(name: string): Promise<void> {
    const stream = this.#lake.kinesis.streams(scope).find(one => one.name === name)
    const known = this.#streams.get(name)
    if (known === undefined || stream === undefined) {
      if (known === undefined && (await tried(this.#lake.stream(name, 1 + this.#below(3)))))
        this.#streams.set(name, new Known())
    } else if (this.#below(10) === 0) {
      if (await tried(this.#lake.kinesis.remove(stream).then(() => true))) this.#streams.delete(name)
      else known.deletionFailed = true
    } else if (this.#below(4) === 0) await tried(this.#reshard(stream))
    else {
      const texts = this.#texts()
      const records = texts.map(text => ({ data: Buffer.from(text), partitionKey: text }))
      const placed = await tried(stream.put(RecordBatch.of(records), this.#lake.world.clock.now()))
      for (const [nth, place] of [...(placed ?? [])].entries()) if (!('failure' in place)) known.took(texts[nth] ?? '')
    }
  }

  async #withDelivery(name: string): Promise<void> {
    const delivery = this.#lake.firehose.deliveries(scope).find(({ identity }) => identity.name === name)
    const known = this.#deliveries.get(name)
    if (known === undefined || delivery === undefined) {
      if (known === undefined && (await tried(this.#lake.create(name)))) this.#deliveries.set(name, new Known())
    } else if (this.#below(5) === 0) {
      if (await tried(this.#lake.firehose.remove(delivery).then(() => true))) this.#deliveries.delete(name)
      else known.deletionFailed = true
    } else {
      const texts = this.#texts()
      if (await tried(this.#lake.put(delivery, ...texts))) for (const text of texts) known.took(text)
    }
  }

  #reshard(stream: Stream): Promise<unknown> {
    const now = this.#lake.world.clock.now()
    const open = stream.openShards
    const at = this.#below(open.length)
    const [shard, next] = [open[at] ?? assert.fail(), open[at + 1]]
    const kind = this.#oneOf('scale', 'merge', 'split')
    if (kind === 'scale') {
      const target = Math.min(open.length * 2, 1 + this.#below(5))
      return scaleShards(this.#lake.kinesis, stream, { target, now })
    }
    if (kind === 'merge' && next) return mergeShards(stream, { shardId: shard.id, adjacent: next.id, now })
    const middle = String((shard.range.first + shard.range.last) / 2n)
    return splitShard(this.#lake.kinesis, stream, { shardId: shard.id, at: middle, now })
  }

  /** A power cut: what a failed I/O has left is known only then. */
  async #startAgain(): Promise<void> {
    const { world, firehose } = this.#lake
    firehose.close()
    await tried(world.background.close())
    world.disk.failNth(never, 'EIO')
    await world.crash()
    await this.#lake.start()
    const streams = this.#lake.kinesis.streams(scope)
    const deliveries = this.#lake.firehose.deliveries(scope).map(({ identity }) => identity.name)
    settle(this.#streams, new Set(streams.map(({ name }) => name)))
    settle(this.#deliveries, new Set(deliveries))
    for (const stream of streams) await this.#checkStream(stream)
  }

  async #checkStream(stream: Stream): Promise<void> {
    const found: string[] = []
    for (const shard of stream.shards) {
      const everything = { maxRecords: 10_000, maxBytes: 64 * 1024 * 1024 }
      const { records } = await shard.read(0, everything, 0)
      found.push(...records.map(({ data }) => Buffer.from(data).toString()))
    }
    assert.equal(new Set(found).size, found.length, `nothing is in ${stream.name} twice`)
    const lost = this.#streams.get(stream.name)?.acknowledged.difference(new Set(found))
    assert.deepEqual([...(lost ?? [])], [], `nothing is lost of ${stream.name}`)
  }

  async #checkObjects(): Promise<void> {
    const found = (await this.#lake.texts()).join('').split(';')
    assert.equal(new Set(found).size, found.length, 'nothing was delivered twice')
    for (const [name, { acknowledged }] of this.#deliveries)
      assert.deepEqual(
        [...acknowledged.difference(new Set(found.map(text => `${text};`)))],
        [],
        `${name} has delivered all`,
      )
  }

  #texts(): readonly string[] {
    return Array.from({ length: 1 + this.#below(6) }, () => `record ${this.#put++};`)
  }

  #below(count: number): number {
    return Math.floor(this.#random.fraction() * count)
  }

  #oneOf<T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.#below(choices.length)] ?? choices[0]
  }
}

/** Undefined where it failed: why is not what is asked here. */
const tried = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)

/** Compares what is there after a start with what may be, and takes it for what there is from now on. */
function settle(known: Map<string, Known>, there: ReadonlySet<string>): void {
  for (const [name, one] of known) {
    if (there.has(name)) known.set(name, settled(one))
    else {
      assert.ok(one.deletionFailed, `${name} is gone, and nobody deleted it`)
      assert.deepEqual(one.afterFailure, [], `${name} is gone with what it took after its deletion had failed`)
      known.delete(name)
    }
  }
  // Making it failed, and it was made.
  for (const name of there) if (!known.has(name)) known.set(name, new Known())
}

function settled({ acknowledged }: Known): Known {
  const again = new Known()
  for (const text of acknowledged) again.took(text)
  return again
}

test('what was acknowledged is there, whatever was made, cut and deleted while the disk failed', async () => {
  for (let seed = 1; seed <= 50; seed++) await Run.of(seed)
})

test('this finds shards that go on taking records after a reshard that may have happened', async context => {
  context.mock.method(Shard.prototype, 'refuse', () => {})
  await assert.rejects(async () => {
    for (let seed = 1; seed <= 1000; seed++) await Run.of(seed)
  }, /nothing is lost|took after its deletion/)
})
