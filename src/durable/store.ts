// A data directory, open: the lock, the format's version, the ledger, the blobs, and the logs by name. It knows nothing of
// what is kept there. docs/internals/data-directory.md says what lies where, byte by byte.

import { join } from 'node:path'
import type { Clock } from '../world/clock.ts'
import type { Disk } from '../world/disk.ts'
import { isFullDisk } from '../world/full-disk.ts'
import type { Log } from '../world/log.ts'
import type { Random } from '../world/random.ts'
import { Blobs } from './blobs.ts'
import { explained } from './data-directory-mistake.ts'
import { beginErasure, completeErasure } from './erasing.ts'
import { claimFormat, refuseForeign } from './format.ts'
import { Ledger } from './ledger.ts'
import { Reserve } from './reserve.ts'
import { SegmentLog } from './segment-log.ts'

interface StoreOptions {
  readonly disk: Disk
  readonly random: Random
  readonly clock: Clock
  readonly directory: string
  readonly log: Log
  /** Of the logs' segment files. */
  readonly segmentBytes?: number
  /** Some room is kept for deleting on a full disk: `reserve.ts`. */
  readonly keepsReserve?: boolean
}

const reserveIn = (directory: string): string => join(directory, 'reserve')

export class Store {
  readonly ledger: Ledger
  readonly blobs: Blobs
  readonly directory: string
  readonly #options: StoreOptions
  readonly #release: () => Promise<void>
  readonly #logs = new Map<string, Promise<SegmentLog>>()
  readonly #removals = new Map<string, Promise<void>>()

  private constructor(options: StoreOptions, ledger: Ledger, blobs: Blobs, release: () => Promise<void>) {
    this.#options = options
    this.directory = options.directory
    this.ledger = ledger
    this.blobs = blobs
    this.#release = release
  }

  /** Throws DirectoryInUse when another process has it, and refuses what is not Biwa's or a newer Biwa's. */
  static async open(options: StoreOptions): Promise<Store> {
    const { disk, directory } = options
    try {
      return await Store.#open(options).catch(async cause => {
        // What the reserve is for can be done only once the lake is open.
        if (!isFullDisk(cause) || (await disk.size(reserveIn(directory))) === undefined) throw cause
        await disk.remove(reserveIn(directory))
        return await Store.#open(options, { spent: true })
      })
    } catch (cause) {
      throw explained(directory, cause)
    }
  }

  static async #open(options: StoreOptions, reserving: { readonly spent?: boolean } = {}): Promise<Store> {
    const { disk, directory } = options
    // Asked before the lock as well, which would leave its file in somebody else's directory.
    await refuseForeign(disk, directory)
    await disk.makeDirectory(directory)
    const lock = await disk.lock(join(directory, 'lock'))
    try {
      await claimFormat(disk, directory)
      await completeErasure(disk, directory)
      const reserve = options.keepsReserve ? await Reserve.open(disk, reserveIn(directory), reserving) : undefined
      const ledger = await Ledger.open(disk, join(directory, 'ledger.sqlite'), reserve)
      try {
        const blobs = await Blobs.open({ ...options, ledger })
        return new Store(options, ledger, blobs, () => lock.release())
      } catch (cause) {
        await ledger.close()
        throw cause
      }
    } catch (cause) {
      await lock.release()
      throw cause
    }
  }

  /** Empties a directory that is not open: all that a store keeps, and nothing else that lies there. */
  static async erase(disk: Disk, directory: string): Promise<void> {
    const lock = await disk.lock(join(directory, 'lock'))
    try {
      await beginErasure(disk, directory)
      await completeErasure(disk, directory)
    } finally {
      await lock.release()
    }
  }

  /** The log of that name, made if it is missing; the same one for everybody who asks while it is open. */
  log(name: string): Promise<SegmentLog> {
    const known = this.#logs.get(name)
    if (known !== undefined) return known
    const opening = this.#openAfterRemoval(name)
    this.#logs.set(name, opening)
    // What could not be opened is tried afresh the next time.
    opening.catch(() => this.#logs.delete(name))
    return opening
  }

  /** The log is gone when this resolves, whatever happens then. No error when there is none. */
  async removeLog(name: string): Promise<void> {
    const known = this.#logs.get(name)
    this.#logs.delete(name)
    const removal = this.#remove(this.#logDirectory(name), known)
    this.#removals.set(name, removal)
    await removal.finally(() => this.#removals.delete(name))
  }

  /** All of it is closed, and the lock released, even where something fails; then that is thrown. */
  async close(): Promise<void> {
    // The last deferred comes first.
    const steps = new AsyncDisposableStack()
    steps.defer(() => this.#release())
    steps.defer(() => this.blobs.removed())
    steps.defer(() => this.ledger.close())
    steps.defer(() => this.blobs.close())
    for (const opening of this.#logs.values()) {
      const [opened] = await Promise.allSettled([opening])
      if (opened.status === 'fulfilled') steps.defer(() => opened.value.close())
    }
    await steps.disposeAsync()
  }

  async #openAfterRemoval(name: string): Promise<SegmentLog> {
    await Promise.allSettled([this.#removals.get(name)])
    return SegmentLog.open(this.#options.disk, this.#logDirectory(name), this.#options)
  }

  async #remove(directory: string, opening: Promise<SegmentLog> | undefined): Promise<void> {
    const { disk, random } = this.#options
    await (await opening)?.close()
    if ((await disk.list(directory)).length === 0) return
    // Renamed first: a removal that dies half-way must not leave half a log under its name. Scratch is swept at start.
    const condemned = join(this.directory, 'scratch', random.hex(16))
    await disk.rename(directory, condemned)
    await disk.syncDirectory(join(this.directory, 'logs'))
    await disk.removeDirectory(condemned)
  }

  #logDirectory(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name)) {
      throw new Error(`A log's name is 1 to 200 letters, digits, dots, dashes and underscores, not "${name}".`)
    }
    return join(this.directory, 'logs', name)
  }
}
