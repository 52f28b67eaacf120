/**
 * A whole lake on a simulated disk and clock, asked through AWS's operations alone, that can be ended at any I/O: by a
 * clean close, by the death of its process, by a power cut. Then it is opened again and time goes on.
 */
import type { HttpRequest } from '../../src/gateway/message.ts'
import { wholeBody } from '../../src/gateway/message.ts'
import type { Lake } from '../../src/in-process/lake.ts'
import { openLake } from '../../src/lake.ts'
import type { Log } from '../../src/world/log.ts'
import { type Failing, SimulatedDisk } from '../../src/world/simulated/disk.ts'
import { SeededRandom } from '../../src/world/simulated/random.ts'
import { account, region } from '../testing/lake.ts'

export type Ending = 'close' | 'kill' | 'power cut'
export type Members = Readonly<Record<string, unknown>>
/** Where a self-test breaks something: it may change what the lake answers. */
export type Tampering = (operation: string, answer: Members) => Members

export class World {
  readonly #seed: number
  readonly #disk: SimulatedDisk
  readonly #tamper: Tampering
  #lake!: Lake
  #lives = 0
  #troubled = false
  now = Date.UTC(2025, 9, 15, 3, 30)
  /** What the lake logged as failures while nothing had been done to it. */
  readonly complaints: string[] = []

  constructor(seed: number, tamper: Tampering = (_, answer) => answer) {
    this.#seed = seed
    this.#disk = new SimulatedDisk({ seed })
    this.#tamper = tamper
  }

  /** Rises with each opening. */
  get life(): number {
    return this.#lives
  }

  /** An I/O of this life has been made to fail: whatever fails now is no wonder. */
  get troubled(): boolean {
    return this.#troubled
  }

  get ios(): number {
    return this.#disk.ios
  }

  async open(): Promise<void> {
    const log: Log = {
      info() {},
      warn() {},
      error: (text, cause) => {
        if (!this.#troubled) this.complaints.push(`${text}: ${cause instanceof Error ? cause.stack : cause}`)
      },
    }
    this.#troubled = false
    this.#lives++
    this.#lake = await openLake({
      directory: '/lake',
      region,
      disk: this.#disk,
      random: new SeededRandom(this.#seed * 1_000_003 + this.#lives),
      clock: 'simulated',
      start: this.now,
      log,
    })
  }

  failNth(nth: number, failing: Failing): void {
    this.#troubled = true
    this.#disk.failNth(nth, failing)
  }

  async end(ending: Ending): Promise<void> {
    if (ending !== 'close') this.failNth(1, 'crash')
    const [closed] = await Promise.allSettled([this.#lake.close()])
    if (closed.status === 'rejected' && !this.#troubled) throw closed.reason
    // What is still under way in the life that ended meets a disk that is gone.
    if (ending === 'power cut') this.#disk.crash()
    else this.#disk.kill()
  }

  async call(service: string, operation: string, input: Members): Promise<Members> {
    return this.#tamper(operation, await this.#lake.invoke({ account, region }, service, operation, input))
  }

  async s3(
    method: string,
    path: string,
    { query = '', content = '' }: { readonly query?: string; readonly content?: string } = {},
  ): Promise<{ readonly status: number; readonly body: Buffer }> {
    const request: HttpRequest = {
      ...{ method, path, query },
      headers: { host: 'localhost' },
      body: wholeBody(Buffer.from(content)),
      signal: new AbortController().signal,
    }
    const { status, body = '' } = await this.#lake.handle(request)
    if (typeof body === 'string' || body instanceof Uint8Array) return { status, body: Buffer.from(body) }
    return { status, body: Buffer.concat(await Array.fromAsync(body)) }
  }

  /** Runs all that falls due; 0 lets what is under way come to its end. */
  async advance(milliseconds: number): Promise<void> {
    this.now += milliseconds
    await this.#lake.clock.advance({ milliseconds: milliseconds })
  }
}
