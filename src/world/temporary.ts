// A directory that is gone afterwards, and a disk for it that promises nothing across a power cut: no sync of its reaches
// the platter, and its database is SQLite's own temporary one, in memory while it is small.

import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Database, Statement } from './database.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { type DiskFile, RealDisk } from './disk.ts'

/** Made at once, under the system's temporary directory; nobody else knows its name. */
export const makeTemporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'biwa-'))

export const eraseTemporaryDirectory = (path: string): Promise<void> => rm(path, { recursive: true, force: true })

export class TemporaryDisk extends RealDisk {
  override async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    return new UnsyncedFile(await super.open(path, mode))
  }

  override async syncDirectory(): Promise<void> {}

  override async database(): Promise<Database> {
    return new TemporaryDatabase()
  }

  override async lock(): Promise<DirectoryLock> {
    return { async release() {} }
  }
}

class UnsyncedFile implements DiskFile {
  readonly #file: DiskFile

  constructor(file: DiskFile) {
    this.#file = file
  }

  write(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    return this.#file.write(bytes, position)
  }

  writeDurably(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    return this.#file.write(bytes, position)
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

  async sync(): Promise<void> {}

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** Rolls back from memory; spills to an unnamed file of SQLite's when it grows. */
class TemporaryDatabase implements Database {
  readonly #database = new DatabaseSync('', { enableForeignKeyConstraints: true })

  constructor() {
    this.#database.exec(
      'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF; PRAGMA locking_mode = EXCLUSIVE',
    )
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  prepare(sql: string): Statement {
    return this.#database.prepare(sql)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  begin(): void {
    this.#database.exec('BEGIN IMMEDIATE')
  }

  commit(): void {
    this.#database.exec('COMMIT')
  }

  rollback(): void {
    if (this.inTransaction) this.#database.exec('ROLLBACK')
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {
    this.#database.close()
  }
}
