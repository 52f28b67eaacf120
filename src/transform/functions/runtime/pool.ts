/**
 * The environments of all functions: warm ones wait for the next invocation of the same version, the number of processes
 * is bounded, and one that nobody has used for a while is ended. Which invocation runs in which is the executions' business.
 */
import type { Appointment, Clock } from '../../../world/clock.ts'
import type { Log } from '../../../world/log.ts'
import { idleSecondsMax, processWaitSecondsMax } from '../limits.ts'
import type { CodeDirectory } from './code-directories.ts'
import type { Environment, KilledFor } from './environment.ts'

/** An environment with what has to be cleared away after it. */
export interface Warm {
  readonly environment: Environment
  readonly key: string
  readonly code: CodeDirectory
  readonly temporary: AsyncDisposable & { readonly path: string }
  /** Of its credentials, by the lake's clock. */
  readonly expiresAt: number
}

interface Idle {
  readonly warm: Warm
  readonly end: Appointment
}

/** Permission to have one more process. */
export interface Place {
  leave(): void
}

export class Pool {
  readonly #clock: Clock
  readonly #processesMax: number
  readonly #idle: Idle[] = []
  readonly #places = new Map<Warm, Place>()
  readonly #waiting: (() => void)[] = []
  readonly #endings = new Map<Warm, Promise<void>>()
  readonly #log: Log
  #taken = 0
  #closed = false

  /** `clock` is the machine's. */
  constructor(clock: Clock, log: Log, processesMax: number) {
    this.#clock = clock
    this.#log = log
    this.#processesMax = processesMax
  }

  /**
   * The warmest environment that fits, or a place for a new process; an idle one of others gives way. Undefined where
   * neither comes free in time.
   */
  async acquire(key: string, fits: (warm: Warm) => boolean, signal: AbortSignal): Promise<Warm | Place | undefined> {
    const until = this.#clock.now() + processWaitSecondsMax * 1000
    for (;;) {
      if (this.#closed || signal.aborted) return undefined
      const warm = this.#take(key, fits)
      if (warm !== undefined) return warm
      if (this.#taken < this.#processesMax) return this.#place()
      const oldest = this.#idle.shift()
      oldest?.end.cancel()
      if (oldest !== undefined) await this.drop(oldest.warm, 'unused')
      else if (this.#clock.now() >= until) return undefined
      else await this.#turn(until, signal)
    }
  }

  /** Belongs to the pool from now on, and is in use. */
  add(warm: Warm, place: Place): void {
    this.#places.set(warm, place)
  }

  /** Back from an invocation. */
  put(warm: Warm): void {
    if (!warm.environment.alive || this.#closed) {
      void this.drop(warm, 'unused')
      return
    }
    warm.environment.idle()
    const idle: Idle = {
      warm,
      end: this.#clock.at(this.#clock.now() + idleSecondsMax * 1000, 'an idle function environment', () => {
        this.#idle.splice(this.#idle.indexOf(idle), 1)
        void this.drop(warm, 'unused')
      }),
    }
    this.#idle.push(idle)
    this.#waiting.shift()?.()
  }

  /** Ends it; its directories and its place are free afterwards. Once only, however often it is asked. */
  drop(warm: Warm, reason: KilledFor): Promise<void> {
    const known = this.#endings.get(warm)
    if (known !== undefined) return known
    if (!this.#places.has(warm)) return Promise.resolve()
    const ending = this.#end(warm, reason)
      .catch(cause => this.#log.error("a function's directories could not be removed; the next start will", cause))
      .finally(() => this.#endings.delete(warm))
    this.#endings.set(warm, ending)
    return ending
  }

  /** Idle ones of a function that has changed or gone. */
  forget(keyPrefix: string): void {
    for (const { warm, end } of this.#idle.filter(({ warm }) => warm.key.startsWith(keyPrefix))) {
      end.cancel()
      this.#idle.splice(
        this.#idle.findIndex(idle => idle.warm === warm),
        1,
      )
      void this.drop(warm, 'unused')
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const wake of this.#waiting.splice(0)) wake()
    for (const { end } of this.#idle.splice(0)) end.cancel()
    for (const warm of this.#places.keys()) void this.drop(warm, 'caller')
    await Promise.all(this.#endings.values())
  }

  #take(key: string, fits: (warm: Warm) => boolean): Warm | undefined {
    for (let index = this.#idle.length - 1; index >= 0; index--) {
      const { warm, end } = this.#idle[index] as Idle
      if (warm.key !== key) continue
      this.#idle.splice(index, 1)
      end.cancel()
      if (warm.environment.alive && fits(warm)) return warm
      void this.drop(warm, 'unused')
    }
    return undefined
  }

  #place(): Place {
    this.#taken += 1
    let left = false
    return {
      leave: () => {
        if (left) return
        left = true
        this.#taken -= 1
        this.#waiting.shift()?.()
      },
    }
  }

  async #end(warm: Warm, reason: KilledFor): Promise<void> {
    await warm.environment.kill(reason)
    this.#places.get(warm)?.leave()
    this.#places.delete(warm)
    await Promise.all([warm.code[Symbol.asyncDispose](), warm.temporary[Symbol.asyncDispose]()])
  }

  /** Resolves when a place may be free, or when there is no more time for it. */
  #turn(until: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        end.cancel()
        signal.removeEventListener('abort', wake)
        const index = this.#waiting.indexOf(wake)
        if (index >= 0) this.#waiting.splice(index, 1)
        resolve()
      }
      const end = this.#clock.at(until, "a wait for a function's process", wake)
      signal.addEventListener('abort', wake, { once: true })
      this.#waiting.push(wake)
    })
  }
}
