// An instance of DuckDB that serves one query after another: opening one costs more than a small query, and what an
// instance may read can be said only once. It is confined to a directory of its own, once; in there each query has a
// subdirectory with second names (hard links) of the files it may read, and its result.
//
//   <directory>/spill/            an instance that wrote here is not used again
//   <directory>/<query>/0, 1 …    the files of the query that runs now; removed before the next begins
//
// Nothing of one query is there for the next: its connection with the temporary views and tables is closed, its names
// are removed, file contents are not cached, and the settings are locked before the first.

import type { Random } from '../../../world/random.ts'
import type { ScanFile } from '../request.ts'
import { exists, linked, makeDirectory, removeDirectory } from './files.ts'
import { type Instance, spillDirectory } from './instance.ts'
import type { Confined, Place } from './place.ts'
import type { Session } from './session.ts'

/** What DuckDB keeps of each query (names, statistics, fragments of memory) must not grow forever. */
const queriesMax = 200
/** Beyond this many files their second names take longer than an instance. */
const linksMax = 500

export class SharedInstance {
  readonly #instance: Instance
  readonly #directory: string
  readonly #random: Random
  #queries = 0
  #last: string | undefined
  /** Of the next query: opened while nobody waits. */
  #session: Promise<Session> | undefined

  private constructor(instance: Instance, own: string, random: Random) {
    this.#instance = instance
    this.#directory = own
    this.#random = random
  }

  /** Takes the instance. `parent` must lie in the file system of the files that are read and of the results. */
  static async open(instance: Instance, parent: string, random: Random): Promise<SharedInstance> {
    using opening = new DisposableStack()
    opening.use(instance)
    const own = `${parent}/${random.hex(16)}`
    makeDirectory(own)
    await instance.confine([], own)
    opening.move()
    return new SharedInstance(instance, own, random)
  }

  /** Runs `work` as the only query of this instance; `otherwise` is where it goes on when its files cannot be linked. */
  async run<T>(work: (place: Place) => Promise<T>, otherwise: () => Promise<Place>): Promise<T> {
    this.#queries += 1
    this.tidy()
    const own = `${this.#directory}/${this.#random.hex(16)}`
    makeDirectory(own)
    this.#last = own
    using session = await this.#takeSession()
    const confine = async (files: readonly ScanFile[]): Promise<Confined> => {
      const names = linkedIn(own, files)
      return names === undefined ? (await otherwise()).confine(files) : { session, names, directory: own }
    }
    return await work({ session, confine })
  }

  /** Removes what the last query had, once nobody waits for its answer, and makes ready for the next. */
  tidy(): void {
    if (this.#last !== undefined) removeDirectory(this.#last)
    this.#last = undefined
    this.#session ??= this.#openSession()
    // The next query is told of a failure.
    this.#session.catch(() => undefined)
  }

  async #openSession(): Promise<Session> {
    await this.#instance.forget()
    return this.#instance.session()
  }

  async #takeSession(): Promise<Session> {
    const session = this.#session ?? this.#openSession()
    this.#session = undefined
    return await session
  }

  get mayServe(): boolean {
    return this.#queries < queriesMax && !exists(spillDirectory(this.#directory))
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    session?.[Symbol.dispose]()
    this.#instance[Symbol.dispose]()
    removeDirectory(this.#directory)
  }
}

/** Undefined where one of them cannot be linked; the way without links is right for every file, also to say what is wrong. */
function linkedIn(own: string, files: readonly ScanFile[]): ReadonlyMap<string, string> | undefined {
  const paths = [...new Set(files.map(file => file.file))]
  if (paths.length > linksMax) return undefined
  const names = new Map(paths.map((path, index) => [path, `${own}/${index}`]))
  const all = [...names].every(([path, name]) => linked(path, name))
  return all ? names : undefined
}
