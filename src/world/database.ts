// An SQLite database whose commits do not wait for the platter, and one call that does, off the main thread.
//
//   commit()  appends the changed pages to the -wal file (page cache): visible here, safe from a crash of the process,
//             not yet from a power cut.
//   sync()    fdatasync of the -wal file on libuv's pool: everything committed before the call survives a power cut.
//
// Why this is right with synchronous=NORMAL: SQLite itself then syncs only around a checkpoint: the -wal before it copies
// pages into the database, the database after it, and the header when it starts the -wal over. A -wal cut short by a
// power cut is read up to its last whole commit. The -wal stays one file (one inode) from the first commit to the close
// because locking_mode=EXCLUSIVE keeps it: so the descriptor opened here stays the right one.

import { type FileHandle, open } from 'node:fs/promises'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export type Statement = StatementSync

export interface Database {
  prepare(sql: string): Statement
  exec(sql: string): void
  /** False after SQLite undid a transaction by itself (a full disk, an I/O error). */
  readonly inTransaction: boolean
  begin(): void
  commit(): void
  rollback(): void
  sync(): Promise<void>
  close(): Promise<void>
}

// 4,000 pages of 4 KiB: the -wal is copied into the database whenever it has reached 16 MB, and then started over.
const checkpointPages = 4000

export class SqliteDatabase implements Database {
  readonly #database: DatabaseSync
  readonly #walPath: string
  #wal: Promise<FileHandle> | undefined

  constructor(path: string) {
    this.#walPath = `${path}-wal`
    this.#database = new DatabaseSync(path, { enableForeignKeyConstraints: true })
    this.#database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_spill = OFF; PRAGMA trusted_schema = OFF`)
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

  async sync(): Promise<void> {
    this.#wal ??= open(this.#walPath, 'r+')
    await (await this.#wal).datasync()
  }

  async close(): Promise<void> {
    await (await this.#wal)?.close()
    this.#database.close()
  }
}
