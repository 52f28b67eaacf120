// The instances of DuckDB of this child: one that serves the queries, for as long as nothing went wrong in it; one for
// each job and for each query that cannot have that one; and one ready for whoever needs the next.

import type { Random } from '../../../world/random.ts'
import type { Limits } from '../protocol.ts'
import { Instance } from './instance.ts'
import { OwnPlace, type Place } from './place.ts'
import { SharedInstance } from './shared-instance.ts'
import type { Share } from './tuning.ts'

export class Instances {
  readonly #limits: Limits
  readonly #random: Random
  readonly #share: Share
  #spare: Promise<Instance> | undefined
  #shared: SharedInstance | undefined
  #sharedIn: string | undefined

  constructor(limits: Limits, random: Random) {
    this.#limits = limits
    this.#random = random
    this.#share = { threads: limits.threads }
  }

  /** How many processors the task at hand may have. */
  allow(threads: number): void {
    this.#share.threads = threads
  }

  /** Makes ready for the next task: clears up after the last, opens an instance ahead. */
  prepare(): void {
    this.#shared?.tidy()
    if (this.#spare !== undefined) return
    this.#spare = Instance.open(this.#limits, this.#share)
    // Awaited by the next task, which is told of a failure then.
    this.#spare.catch(() => undefined)
  }

  /** Another directory is another lake's, and so may be the same one: nothing of the one lake goes on for the other. */
  async leave(): Promise<void> {
    const shared = this.#shared
    this.#shared = undefined
    await shared?.close()
  }

  /** `directory` is where the instance that serves many may work; without it the query has an instance of its own. */
  async query<T>(
    resultDirectory: string,
    directory: string | undefined,
    work: (place: Place) => Promise<T>,
  ): Promise<T> {
    using own = new DisposableStack()
    const ownPlace = async () => own.use(await OwnPlace.open(await this.#take(), resultDirectory))
    if (directory === undefined) return await work(await ownPlace())
    if (this.#sharedIn !== directory) await this.leave()
    this.#sharedIn = directory
    // Whatever goes wrong in it, it is not trusted with another query.
    const shared = this.#shared ?? (await SharedInstance.open(await this.#take(), directory, this.#random))
    this.#shared = undefined
    try {
      const outcome = await shared.run(work, ownPlace)
      if (shared.mayServe) this.#shared = shared
      return outcome
    } finally {
      if (this.#shared === undefined) await shared.close()
    }
  }

  async job<T>(directory: string, paths: readonly string[], work: (place: Place) => Promise<T>): Promise<T> {
    using place = await OwnPlace.open(await this.#take(), directory, paths)
    return await work(place)
  }

  async #take(): Promise<Instance> {
    const spare = this.#spare
    this.#spare = undefined
    return spare ?? Instance.open(this.#limits, this.#share)
  }
}
