// A disk that is full whenever it is told so: what would need room fails as the system's calls and SQLite's do then. Reading,
// renaming and removing go on.

import type { Database, Statement } from './database.ts'
import type { DirectoryLock } from './directory-lock.ts'
import type { Disk, DiskFile } from './disk.ts'

/** Asked before each write. */
type IsFull = () => boolean

export class FillingDisk implements Disk {
  readonly #disk: Disk
  readonly #isFull: IsFull

  constructor(disk: Disk, isFull: IsFull) {
    this.#disk = disk
    this.#isFull = isFull
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    if (mode === 'create' && this.#isFull()) throw noRoom(path)
    const file = await this.#disk.open(path, mode)
    return mode === 'read' ? file : new FillingFile(file, path, this.#isFull)
  }

  async makeDirectory(path: string): Promise<void> {
    if (this.#isFull()) throw noRoom(path)
    await this.#disk.makeDirectory(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#disk.syncDirectory(path)
  }

  list(path: string): Promise<readonly string[]> {
    return this.#disk.list(path)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#disk.rename(from, to)
  }

  remove(path: string): Promise<void> {
    return this.#disk.remove(path)
  }

  removeDirectory(path: string): Promise<void> {
    return this.#disk.removeDirectory(path)
  }

  size(path: string): Promise<number | undefined> {
    return this.#disk.size(path)
  }

  async database(path: string): Promise<Database> {
    return new FillingDatabase(await this.#disk.database(path), this.#isFull)
  }

  lock(path: string): Promise<DirectoryLock> {
    return this.#disk.lock(path)
  }
}

const noRoom = (path: string) =>
  Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), { code: 'ENOSPC', path })

class FillingFile implements DiskFile {
  readonly #file: DiskFile
  readonly #path: string
  readonly #isFull: IsFull

  constructor(file: DiskFile, path: string, isFull: IsFull) {
    this.#file = file
    this.#path = path
    this.#isFull = isFull
  }

  async write(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    if (this.#isFull()) throw noRoom(this.#path)
    await this.#file.write(bytes, position)
  }

  async writeDurably(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    if (this.#isFull()) throw noRoom(this.#path)
    await this.#file.writeDurably(bytes, position)
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#file.read(into, position)
  }

  size(): Promise<number> {
    return this.#file.size()
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size)
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** https://sqlite.org/rescode.html#full */
const sqliteFull = 13

class FillingDatabase implements Database {
  readonly #database: Database
  readonly #isFull: IsFull

  constructor(database: Database, isFull: IsFull) {
    this.#database = database
    this.#isFull = isFull
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  prepare(sql: string): Statement {
    return this.#database.prepare(sql)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  begin(): void {
    this.#database.begin()
  }

  /** SQLite undoes a transaction that it has no room for. */
  commit(): void {
    if (this.#isFull()) {
      this.#database.rollback()
      throw Object.assign(new Error('database or disk is full'), { errcode: sqliteFull })
    }
    this.#database.commit()
  }

  rollback(): void {
    this.#database.rollback()
  }

  sync(): Promise<void> {
    return this.#database.sync()
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}
