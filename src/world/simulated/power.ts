// Counts the I/Os of a simulated disk, and lets one of them fail or the power go out at it.

import type { Random } from '../random.ts'

/** How the chosen I/O ends. `crash`: the power goes out while it is under way; nothing works any more until the restart. */
export type Failing = 'ENOSPC' | 'EIO' | 'crash'

export class PowerLost extends Error {
  override readonly name = 'PowerLost'

  constructor() {
    super('the power is out: this file, directory or database belongs to a world before the crash')
  }
}

/** What an I/O does in each case; what is not given does nothing before the failure is told. */
interface Effects<T> {
  done(): T
  /** A failed one may have done a part. */
  failed?(): void
  /** Reached the disk's cache as the power went out: whether it lasts is settled by the crash. */
  interrupted?(): void
}

export class Power {
  readonly #random: Random
  #count = 0
  #failAt = Number.POSITIVE_INFINITY
  #failing: Failing = 'EIO'
  #out = false
  #epoch = 0

  constructor(random: Random) {
    this.#random = random
  }

  get count(): number {
    return this.#count
  }

  /** Rises with each crash: what was opened in an earlier one is dead. */
  get epoch(): number {
    return this.#epoch
  }

  get isOut(): boolean {
    return this.#out
  }

  failNth(n: number, failing: Failing): void {
    this.#failAt = this.#count + n
    this.#failing = failing
  }

  restart(): void {
    this.#out = false
    this.#epoch++
    this.#failAt = Number.POSITIVE_INFINITY
  }

  /** Later by some turns of the microtask queue, by the seed: I/Os under way at once end in any order. */
  async later<T>(epoch: number, effects: Effects<T>): Promise<T> {
    await this.turns()
    return this.now(epoch, effects)
  }

  async turns(): Promise<void> {
    for (let turns = Math.floor(this.#random.fraction() * 4); turns >= 0; turns--) await undefined
  }

  now<T>(epoch: number, effects: Effects<T>): T {
    this.check(epoch)
    this.#count++
    if (this.#count !== this.#failAt) return effects.done()
    if (this.#failing === 'crash') {
      effects.interrupted?.()
      this.#out = true
      throw new PowerLost()
    }
    effects.failed?.()
    throw Object.assign(new Error(`${this.#failing}: the simulated disk fails this I/O`), { code: this.#failing })
  }

  check(epoch: number): void {
    if (this.#out || epoch !== this.#epoch) throw new PowerLost()
  }
}
