// A disk in memory that keeps no more than it has to. At a crash, what was not synced vanishes, tears or survives; names
// that were created, renamed or removed count only after their directory's sync; committed transactions only after the
// database's. The n-th I/O can be made to fail, or the power to go out at it. One seed gives one run.
//
// An I/O is whatever can fail: opening, reading, writing, truncating, syncing, renaming, removing, making a directory,
// committing. Looking (size, list) and closing are none.

import { dirname } from 'node:path'
import type { Database } from '../database.ts'
import { DirectoryInUse, type DirectoryLock } from '../directory-lock.ts'
import type { Disk, DiskFile } from '../disk.ts'
import type { Random } from '../random.ts'
import { DatabaseFile, SimulatedDatabase } from './database.ts'
import type { Inode } from './inode.ts'
import { Names } from './names.ts'
import { type Failing, Power } from './power.ts'
import { SeededRandom } from './random.ts'

export { type Failing, PowerLost } from './power.ts'

export class SimulatedDisk implements Disk {
  readonly #random: Random
  readonly #power: Power
  readonly #names = new Names()
  /** Each behind a file that has a name and no content of its own. */
  readonly #databases = new Map<Inode, DatabaseFile>()
  readonly #locked = new Set<string>()

  constructor({ seed = 1 }: { readonly seed?: number } = {}) {
    this.#random = new SeededRandom(seed)
    this.#power = new Power(this.#random)
  }

  /** I/Os so far. */
  get ios(): number {
    return this.#power.count
  }

  /** The n-th I/O from now on fails; 1 is the next. */
  failNth(n: number, failing: Failing): void {
    this.#power.failNth(n, failing)
  }

  /** A power cut, and the start after it: what was open is dead, locks are free, and only what lasts is there. */
  crash(): void {
    this.#names.crash(this.#random)
    for (const file of this.#databases.values()) file.crash(this.#random)
    this.#locked.clear()
    this.#power.restart()
  }

  /** The process dies and starts again: what was open is dead and locks are free, but the machine forgets nothing. */
  kill(): void {
    this.#locked.clear()
    this.#power.restart()
  }

  open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    const create = () => {
      if (this.#names.has(path)) throw fails('EEXIST', path)
      if (!this.#names.hasDirectory(dirname(path))) throw fails('ENOENT', dirname(path))
      return this.#file(this.#names.create(path))
    }
    if (mode === 'create') return this.#io({ done: create, interrupted: () => void create() })
    return this.#io({ done: () => this.#file(this.#existing(path)) })
  }

  makeDirectory(path: string): Promise<void> {
    return this.#io({ done: () => this.#names.makeDirectory(path) })
  }

  syncDirectory(path: string): Promise<void> {
    return this.#io({
      done: () => {
        if (!this.#names.hasDirectory(path)) throw fails('ENOENT', path)
        this.#names.sync(path)
      },
    })
  }

  async list(path: string): Promise<readonly string[]> {
    await this.#look()
    return this.#names.list(path)
  }

  rename(from: string, to: string): Promise<void> {
    const rename = () => {
      if (!this.#names.has(from)) throw fails('ENOENT', from)
      if (!this.#names.hasDirectory(dirname(to))) throw fails('ENOENT', dirname(to))
      this.#names.rename(from, to)
    }
    return this.#io({ done: rename, interrupted: rename })
  }

  remove(path: string): Promise<void> {
    const remove = () => {
      if (this.#names.file(path) !== undefined) this.#names.remove(path)
    }
    return this.#io({ done: remove, interrupted: remove })
  }

  removeDirectory(path: string): Promise<void> {
    const remove = () => this.#names.removeDirectory(path)
    return this.#io({ done: remove, interrupted: remove })
  }

  async size(path: string): Promise<number | undefined> {
    await this.#look()
    return this.#names.file(path)?.size
  }

  database(path: string): Promise<Database> {
    return this.#io({
      done: () => {
        const inode = this.#names.file(path) ?? this.#names.create(path)
        this.#names.sync(dirname(path))
        const file = this.#databases.get(inode) ?? new DatabaseFile()
        this.#databases.set(inode, file)
        return new SimulatedDatabase(this.#power, file)
      },
    })
  }

  async lock(path: string): Promise<DirectoryLock> {
    await this.#look()
    if (this.#locked.has(path)) throw new DirectoryInUse(dirname(path), 'this very process')
    this.#locked.add(path)
    const { epoch } = this.#power
    return {
      release: async () => {
        if (epoch === this.#power.epoch) this.#locked.delete(path)
      },
    }
  }

  #io<T>(effects: Parameters<Power['later']>[1] & { done(): T }): Promise<T> {
    return this.#power.later(this.#power.epoch, effects)
  }

  async #look(): Promise<void> {
    const { epoch } = this.#power
    await this.#power.turns()
    this.#power.check(epoch)
  }

  #existing(path: string): Inode {
    const inode = this.#names.file(path)
    if (inode === undefined) throw fails('ENOENT', path)
    return inode
  }

  #file(inode: Inode): DiskFile {
    return new SimulatedFile(this.#power, this.#random, inode)
  }
}

class SimulatedFile implements DiskFile {
  readonly #power: Power
  readonly #epoch: number
  readonly #random: Random
  readonly #inode: Inode
  #open = true

  constructor(power: Power, random: Random, inode: Inode) {
    this.#power = power
    this.#epoch = power.epoch
    this.#random = random
    this.#inode = inode
  }

  write(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    const whole = bytes instanceof Uint8Array ? bytes : Buffer.concat(bytes)
    const part = () => whole.subarray(0, Math.floor(this.#random.fraction() * whole.byteLength))
    return this.#io({
      done: () => this.#inode.write(whole, position),
      failed: () => this.#inode.write(part(), position),
      interrupted: () => this.#inode.write(whole, position),
    })
  }

  async writeDurably(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    await this.write(bytes, position)
    await this.sync()
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#io({ done: () => this.#inode.read(into, position) })
  }

  async size(): Promise<number> {
    this.#power.check(this.#epoch)
    return this.#inode.size
  }

  truncate(size: number): Promise<void> {
    const truncate = () => this.#inode.truncate(size)
    return this.#io({ done: truncate, interrupted: truncate })
  }

  sync(): Promise<void> {
    return this.#io({ done: () => this.#inode.sync(), failed: () => this.#inode.failSync() })
  }

  async close(): Promise<void> {
    if (!this.#open) throw fails('EBADF', 'a closed file')
    this.#open = false
  }

  #io<T>(effects: Parameters<Power['later']>[1] & { done(): T }): Promise<T> {
    if (!this.#open) return Promise.reject(fails('EBADF', 'a closed file'))
    return this.#power.later(this.#epoch, effects)
  }
}

function fails(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
