// For the tests of this folder: functions on a data directory of their own, with real processes, and a clock that stands
// still until it is moved. Packages are made here as zip programs make them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { strToU8, type Zippable, zipSync } from 'fflate'
import { Store } from '../../../durable/store.ts'
import { Background } from '../../../world/background.ts'
import { SystemClock } from '../../../world/clock.ts'
import { RealDisk } from '../../../world/disk.ts'
import { SilentLog } from '../../../world/log.ts'
import type { Meter, MetricName, Series } from '../../../world/meter.ts'
import { SystemRandom } from '../../../world/random.ts'
import { SimulatedClock } from '../../../world/simulated/clock.ts'
import { Functions } from '../functions.ts'
import { arnOf, type FunctionName } from '../name.ts'
import type { Invocation } from '../runtime/invocation.ts'
import type { SettingsChange } from '../settings.ts'

export const scope = { account: '111111111111', region: 'ap-northeast-1' }
export const role = 'arn:aws:iam::111111111111:role/function'
export const startAt = Date.UTC(2025, 9, 15, 12)

export type Files = Readonly<Record<string, string>>

export const zipOf = (files: Files): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])) as Zippable)

export class Bench {
  readonly directory: string
  /** `Invocations` and so on, summed up. */
  readonly counted = new Counted()
  functions!: Functions
  clock!: SimulatedClock
  #store!: Store
  #background!: Background

  private constructor(directory: string) {
    this.directory = directory
  }

  /** Gone when the test ends. */
  static async for(context: TestContext): Promise<Bench> {
    const bench = await Bench.in(await mkdtemp(join(tmpdir(), 'biwa-functions-')))
    context.after(async () => {
      await bench.close()
      await rm(bench.directory, { recursive: true, force: true })
    })
    return bench
  }

  static async in(directory: string): Promise<Bench> {
    const bench = new Bench(directory)
    await bench.open(startAt)
    return bench
  }

  async open(now: number): Promise<void> {
    const log = new SilentLog()
    const random = new SystemRandom()
    const realClock = new SystemClock(log)
    const background = new Background(log)
    const clock = new SimulatedClock({ startAt: now, background })
    this.#background = background
    this.clock = clock
    this.#store = await Store.open({ disk: new RealDisk(), random, clock, directory: this.directory, log })
    const { ledger, blobs } = this.#store
    this.functions = new Functions({
      ...{ ledger, blobs, clock, realClock, random, background, log, meter: this.counted },
      objects: {
        open: () => {
          throw new Error('no package of these tests is in S3')
        },
      },
      roles: {
        assumable: () => true,
        lend: async (_role, session, seconds) => ({
          ...{ accessKeyId: `ASIA-${session}`, secretAccessKey: 'secret', sessionToken: 'token' },
          expiresAt: clock.now() + seconds * 1000,
        }),
      },
      endpoint: () => 'http://127.0.0.1:4566',
    })
    await this.functions.start()
  }

  async close(): Promise<void> {
    await this.#background.close()
    await this.functions.close()
    await this.#store.close()
  }

  /** The events that were accepted have been tried. */
  settled(): Promise<void> {
    return this.#background.settled()
  }

  async create(name: string, files: Files, settings: SettingsChange = {}): Promise<FunctionName> {
    const id = { ...scope, name }
    const wanted = { runtime: 'nodejs22.x', handler: 'index.handler', timeoutSeconds: 20, role, ...settings }
    await this.functions.create(id, wanted, { zip: zipOf(files) }, { published: false, tags: {} })
    return id
  }

  invoke(id: FunctionName, event: unknown = {}, signal = new AbortController().signal): Promise<Invocation> {
    return this.functions.invoke(arnOf(id), Buffer.from(JSON.stringify(event)), { signal })
  }
}

class Counted implements Meter {
  readonly sums: Record<string, number> = {}

  series({ name }: MetricName): Series {
    const add = (value: number) => {
      this.sums[name] = (this.sums[name] ?? 0) + value
    }
    return { add, end() {} }
  }
}

/** The answer as a value. */
export const answerOf = (invocation: Invocation): unknown =>
  JSON.parse(Buffer.from(invocation.payload).toString('utf8'))

/** `{ errorType, errorMessage }` of an invocation that failed. */
export const errorOf = (invocation: Invocation): { readonly errorType: string; readonly errorMessage: string } =>
  answerOf(invocation) as { readonly errorType: string; readonly errorMessage: string }
