/**
 * One run of the simulation, all of it following from its seed:
 *
 *     1. A lake comes up on a simulated disk: a stream, a delivery stream that reads it, one for direct puts with
 *        a backup, sometimes one that cuts partitions; sometimes AWS's rates hold.
 *     2. Step after step somebody acts: producers, a resharder, two readers, a subscriber, time, whoever takes a bucket away.
 *     3. Now and then an I/O is made to fail, or the lake ends: cleanly, killed, by a power cut at some I/O. It starts again.
 *     4. At the end all is mended, and time goes on until everything has arrived.
 *     5. The checkers hold what was seen against what was acknowledged.
 */
import type { Failing } from '../../src/world/simulated/disk.ts'
import { SeededRandom } from '../../src/world/simulated/random.ts'
import { below, configure, Objects, oneOf, produce, reshard } from './actors.ts'
import { check } from './checkers.ts'
import { Reader, Subscriber, shardsOf, type Try } from './consumers.ts'
import { History } from './history.ts'
import { type Bucket, bucketsOf, firstShards, layOut, type Manner, mannerOf } from './lay-out.ts'
import { type Ending, type Members, type Tampering, World } from './world.ts'

export interface Outcome {
  readonly seed: number
  /** What was done, step by step: the same for the same seed. */
  readonly trace: readonly string[]
  readonly acknowledged: number
  readonly lives: number
  readonly objects: number
  readonly ios: number
}

export interface SimulationOptions {
  readonly steps?: number
  readonly tamper?: Tampering
}

/** Says the seed, and what was done last. */
export class SimulationFailure extends Error {
  constructor(seed: number, trace: readonly string[], cause: unknown) {
    super(
      `with BIWA_SEED=${seed}: ${cause instanceof Error ? cause.message : cause}\n  the last steps:\n    ${trace.slice(-25).join('\n    ')}`,
      { cause },
    )
  }
}

export async function simulate(seed: number, { steps = 60, tamper }: SimulationOptions = {}): Promise<Outcome> {
  const simulation = new Simulation(seed, tamper)
  try {
    await simulation.layOut()
    for (let step = 0; step < steps; step++) await simulation.step()
    return await simulation.settle()
  } catch (cause) {
    throw new SimulationFailure(seed, simulation.trace, cause)
  }
}

type Act =
  | 'produce'
  | 'put directly'
  | 'read'
  | 'subscribe'
  | 'reshard'
  | 'time'
  | 'bucket'
  | 'configure'
  | 'trouble'
  | 'end'
const weights: readonly (readonly [Act, number])[] = [
  ['produce', 10],
  ['put directly', 6],
  ['read', 8],
  ['subscribe', 4],
  ['reshard', 3],
  ['time', 7],
  ['bucket', 2],
  ['configure', 2],
  ['trouble', 4],
  ['end', 3],
]
const acts = weights.flatMap(([act, weight]) => Array<Act>(weight).fill(act)) as [Act, ...Act[]]

class Simulation {
  readonly trace: string[] = []
  readonly #seed: number
  readonly #random: SeededRandom
  readonly #world: World
  readonly #manner: Manner
  readonly #buckets: readonly [Bucket, ...Bucket[]]
  readonly #history = new History()
  readonly #objects: Objects
  readonly #gone = new Set<string>()
  /** After a failed fsync nobody knows what lasts, and only a start of the machine shows it: no other ending is survived. */
  #diskIsIll = false
  #failing = false
  #readers: readonly Reader[] = []
  #subscriber!: Subscriber

  constructor(seed: number, tamper: Tampering | undefined) {
    this.#seed = seed
    this.#manner = mannerOf(seed)
    this.#buckets = bucketsOf(this.#manner).map(([name]) => name) as [Bucket, ...Bucket[]]
    this.#random = new SeededRandom(seed ^ 0x5eed)
    this.#world = new World(seed, tamper)
    this.#objects = new Objects(this.#world)
  }

  async layOut(): Promise<void> {
    await this.#world.open()
    for (const bucket of this.#buckets) await this.#objects.bringBack(bucket)
    const consumerArn = await layOut(this.#world, this.#manner)
    this.#readers = [new Reader('reader', firstShards), new Reader('slow reader', firstShards)]
    this.#subscriber = new Subscriber(consumerArn, firstShards)
  }

  async step(): Promise<void> {
    // Somebody sees to a lake that fails, sooner or later.
    const act = this.#failing && below(this.#random, 2) === 0 ? 'end' : oneOf(this.#random, acts)
    const said = await this.#act(act)
    // What the step started comes to its end, so that the next begins from the same point whatever the machine is doing.
    await this.#world.advance(0)
    this.trace.push(`${this.trace.length}: ${said}; ${this.#world.ios} I/Os`)
  }

  /** Mends everything, lets all of it arrive, and has it checked. */
  async settle(): Promise<Outcome> {
    await this.#restart('close')
    for (const bucket of this.#buckets) await this.#objects.bringBack(bucket)
    for (let minutes = 0; minutes < 90; minutes++) await this.#world.advance(60_000)
    for (const reader of this.#readers) reader.forget()
    this.#subscriber.disconnected()
    for (const bucket of this.#buckets) await this.#objects.look(bucket)
    const attempt = this.#attempt
    const shards = (await shardsOf(attempt)) ?? []
    const whole = new Reader(
      'whole',
      shards.map(({ ShardId }) => ShardId),
    )
    for (const reader of [...this.#readers, whole])
      for (let turn = 0; !reader.atTip && turn < 10_000; turn++) {
        await reader.read(attempt, turn, 1000)
        if (this.#manner.limited) await this.#world.advance(1000)
      }
    for (let turn = 0; !this.#subscriber.atTip && turn < 100; turn++) {
      await this.#subscriber.subscribe(attempt, this.#life())
      await this.#world.advance(10_000)
    }
    await check({
      history: this.#history,
      shards,
      whole,
      consumers: [...this.#readers, this.#subscriber],
      objects: this.#objects.contents,
      attempt,
      buckets: bucketsOf(this.#manner),
    })
    if (this.#world.complaints.length > 0) throw new Error(`the lake complained: ${this.#world.complaints.join('; ')}`)
    const { life: lives, ios } = this.#world
    await this.#world.end('close')
    return {
      ...{ seed: this.#seed, trace: this.trace, lives, ios },
      acknowledged: this.#history.acknowledged('stream').length + this.#history.acknowledged('direct').length,
      objects: this.#objects.contents.size,
    }
  }

  async #act(act: Act): Promise<string> {
    const random = this.#random
    switch (act) {
      case 'produce':
        return this.#together()
      case 'put directly':
        return produce('direct', random, this.#history, this.#attempt)
      case 'read': {
        const reader = this.#readers[below(random, this.#readers.length)]
        if (below(random, 6) === 0) reader?.forget()
        const reads = reader?.name === 'reader' ? 6 : 1
        for (let read = 0; read < reads; read++)
          await reader?.read(this.#attempt, below(random, 12), 1 + below(random, 20))
        return `the ${reader?.name} has seen ${reader?.seen.length}`
      }
      case 'subscribe':
        await this.#subscriber.subscribe(this.#attempt, this.#life())
        await this.#world.advance(0)
        return `the subscriber has seen ${this.#subscriber.seen.length}`
      case 'reshard':
        return reshard(random, this.#attempt)
      case 'time': {
        const milliseconds = below(random, below(random, 5) === 0 ? 600_000 : 45_000)
        await this.#world.advance(milliseconds)
        return `${milliseconds} ms go by`
      }
      case 'bucket':
        return this.#moveBucket(oneOf(random, this.#buckets))
      case 'configure':
        return configure(random, this.#attempt)
      case 'trouble': {
        const failing = oneOf<Failing>(random, ['crash', 'crash', 'EIO', 'ENOSPC'])
        const nth = 1 + below(random, 60)
        this.#world.failNth(nth, failing)
        this.#diskIsIll ||= failing !== 'crash'
        return `I/O ${nth} from now: ${failing}`
      }
      case 'end':
        return this.#restart(oneOf(random, ['close', 'kill', 'power cut', 'power cut']))
    }
  }

  /** Puts while somebody reshards, or alone. */
  async #together(): Promise<string> {
    const puts = produce('stream', this.#random, this.#history, this.#attempt)
    if (below(this.#random, 4) > 0) return puts
    return (await Promise.all([puts, reshard(this.#random, this.#attempt)])).join(' while somebody ')
  }

  async #moveBucket(bucket: Bucket): Promise<string> {
    // To fail half-way in it is S3's tests' business, and would leave unclear what was there.
    if (this.#world.troubled) return `${bucket} is left alone`
    if (this.#gone.delete(bucket)) {
      await this.#objects.bringBack(bucket)
      return `${bucket} is made again`
    }
    await this.#objects.takeAway(bucket)
    this.#gone.add(bucket)
    return `${bucket} is taken away`
  }

  async #restart(wanted: Ending): Promise<string> {
    const ending = this.#diskIsIll ? 'power cut' : wanted
    this.#diskIsIll = false
    this.#failing = false
    await this.#world.end(ending)
    this.#subscriber.disconnected()
    for (const reader of this.#readers) reader.forget()
    await this.#world.open()
    return `${ending}; life ${this.#world.life} begins`
  }

  #life() {
    const { life } = this.#world
    const isOver = () => this.#world.life !== life || this.#world.troubled
    const broken = (cause: unknown) => void (isOver() || this.#world.complaints.push(`a subscription broke: ${cause}`))
    return { isOver: () => this.#world.life !== life, broken }
  }

  /** Fails where nothing was done to the lake, and where it answers what it should not. */
  readonly #attempt: Try = async (operation, input, allowed = []) => {
    const service = /Batch|Deliver|Destination/.test(operation) ? 'firehose' : 'kinesis'
    try {
      return (await this.#world.call(service, operation, input)) as Members
    } catch (error) {
      const { code } = error as { readonly code?: string }
      if (code !== undefined && allowed.includes(code)) return undefined
      if (this.#world.troubled) {
        this.#failing = true
        return undefined
      }
      throw new Error(`${operation} failed in a sound world: ${error}`, { cause: error })
    }
  }
}

export const described = ({ seed, acknowledged, lives, objects, ios }: Outcome): string =>
  `seed ${seed}: ${acknowledged} records acknowledged, ${lives} lives, ${objects} objects, ${ios} I/Os`
