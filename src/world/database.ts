// An SQLite database whose commits do not wait for the platter, and one call that does, off the main thread.
//
//   commit()  appends the changed pages to the -wal file (page cache): visible here, safe from a crash of the process,
//             not yet from a power cut.
//   sync()    fdatasync on libuv's pool: everything committed before the call survives a power cut.
//
// A -wal cut short by a power cut is read up to its last whole commit (its checksums chain), so commits last in order.
// locking_mode=EXCLUSIVE keeps the -wal one file from the first commit to the close: a descriptor opened once stays right.
//
// Checkpoint, when the -wal holds 16 MB: SQLite's own would sync everything on the main thread. Instead sync() itself first
// syncs the -wal (little of it is unsynced then) and copies its pages into the database without a sync, and then syncs the
// database on the pool. Until that has ended no commit may come: the first commit after a checkpoint starts the -wal over.

import assert from 'node:assert/strict'
import { constants, fdatasyncSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
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
  /** No commit may come until it has ended. After a failure nobody knows what lasts: do not go on committing. */
  sync(): Promise<void>
  close(): Promise<void>
}

const checkpointPages = 4000
const sqliteLocked = 6

async function syncedDirectory(path: string): Promise<void> {
  const directory = await open(path)
  await directory.sync().finally(() => directory.close())
}

/** What every database on SQLite does alike; nothing of it waits for the platter. */
export class UnsyncedDatabase implements Database {
  protected readonly database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.database = database
  }

  get inTransaction(): boolean {
    return this.database.isTransaction
  }

  prepare(sql: string): Statement {
    return this.database.prepare(sql)
  }

  exec(sql: string): void {
    this.database.exec(sql)
  }

  begin(): void {
    this.database.exec('BEGIN IMMEDIATE')
  }

  commit(): void {
    this.database.exec('COMMIT')
  }

  rollback(): void {
    if (this.inTransaction) this.database.exec('ROLLBACK')
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {
    this.database.close()
  }
}

export class SqliteDatabase extends UnsyncedDatabase {
  readonly #wal: FileHandle
  /** Closed after SQLite: closing any descriptor of the database would drop SQLite's own lock on it. */
  readonly #main: FileHandle
  readonly #countPages: Statement
  #copied = false

  private constructor(database: DatabaseSync, main: FileHandle, wal: FileHandle) {
    super(database)
    this.#main = main
    this.#wal = wal
    this.#countPages = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  }

  static async open(path: string): Promise<SqliteDatabase> {
    // SQLite would create it readable for everybody; the -wal it adds takes over the mode it finds here.
    const main = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path, { enableForeignKeyConstraints: true })
      database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
      PRAGMA synchronous = NORMAL; PRAGMA checkpoint_fullfsync = ON; PRAGMA cache_spill = OFF;
      PRAGMA trusted_schema = OFF; BEGIN IMMEDIATE; COMMIT`)
      await syncedDirectory(dirname(path))
      return new SqliteDatabase(database, main, await open(`${path}-wal`, 'r+'))
    } catch (cause) {
      database?.close()
      await main.close()
      throw cause
    }
  }

  override commit(): void {
    assert(!this.#copied, 'a commit that starts the -wal over comes after the database was synced')
    super.commit()
  }

  override async sync(): Promise<void> {
    this.#copyIfDue()
    await this.#wal.datasync()
    if (!this.#copied) return
    await this.#main.datasync()
    this.#copied = false
  }

  override async close(): Promise<void> {
    await this.#wal.close()
    await super.close()
    await this.#main.close()
  }

  #copyIfDue(): void {
    // Somebody may be walking over rows just now: then the next sync will do.
    if (this.inTransaction || this.#pagesInWal() < checkpointPages) return
    fdatasyncSync(this.#wal.fd)
    this.database.exec('PRAGMA synchronous = OFF')
    // From here until the database is synced, only the -wal is sure to hold what was committed.
    this.#copied = true
    this.database.exec('PRAGMA wal_checkpoint(PASSIVE); PRAGMA synchronous = NORMAL')
  }

  /** 0 while rows are being walked over: SQLite does not tell then, and does not checkpoint either. */
  #pagesInWal(): number {
    try {
      return Number(this.#countPages.get()?.log)
    } catch (cause) {
      if (typeof cause === 'object' && cause !== null && 'errcode' in cause && cause.errcode === sqliteLocked) return 0
      throw cause
    }
  }
}
