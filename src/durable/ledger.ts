// What is known about everything: SQLite, one connection, changes gathered into transactions and fsyncs.
//
//   commit(change)   runs `change` at once, in a savepoint of the one open transaction;
//   flush            COMMIT (no fsync), then one fdatasync of the -wal on libuv's pool;
//   acknowledge      every change of that transaction, after its fsync.
//
// One flush is under way at a time; what comes meanwhile gathers in the next transaction. Hence a lone change waits for
// one fsync, and a thousand concurrent ones for two.
//
// Guarantees: a change is there wholly or not at all; a resolved commit survives a power cut; commits become durable in
// the order in which they ran. What get, all and iterate show includes changes that are not yet acknowledged and could
// still be lost: whoever must not show those reads inside a commit, which is acknowledged after everything it read.

import assert from 'node:assert/strict'
import type { Database, Disk } from '../world/disk.ts'
import { isFullDisk } from '../world/full-disk.ts'
import type { Reserve } from './reserve.ts'
import { Rooms } from './rooms.ts'
import { Statements } from './statements.ts'

export type Value = string | number | bigint | null | Uint8Array
/** A plain object keyed by column. An integer beyond 2^53 comes as a bigint, any other as a number. */
export type Row = Readonly<Record<string, Value>>

/** Inside a commit, and only until its change has returned. Synchronous. */
export interface Transaction {
  /** Rows changed. */
  run(sql: string, ...values: readonly Value[]): number
  get<R = Row>(sql: string, ...values: readonly Value[]): R | undefined
  all<R = Row>(sql: string, ...values: readonly Value[]): readonly R[]
  /** `task` runs once this change is durable, before its commit resolves; never if it is undone. It must not throw. */
  onDurable(task: () => void): void
}

export class LedgerReadOnly extends Error {
  override readonly name = 'LedgerReadOnly'

  constructor(cause: unknown) {
    super(
      'The ledger takes no more changes: an earlier one could not be made durable. ' +
        'See to the disk (space, health), then restart.',
      { cause },
    )
  }
}

/** A change that has run and waits for its transaction to be durable. */
interface Waiter {
  readonly tasks: readonly (() => void)[]
  readonly acknowledge: () => void
  readonly reject: (cause: unknown) => void
}

export class Ledger {
  readonly #database: Database
  readonly #statements: Statements
  readonly #rooms: Rooms
  #waiters: Waiter[] = []
  #flushing: Promise<void> | undefined
  #changing = false
  #closed = false
  readonly #reserve: Reserve | undefined
  #failure: LedgerReadOnly | undefined

  private constructor(database: Database, reserve: Reserve | undefined) {
    this.#reserve = reserve
    this.#database = database
    this.#statements = new Statements(database)
    this.#rooms = new Rooms(database)
  }

  /** `reserve` is for changes that make room. */
  static async open(disk: Disk, path: string, reserve?: Reserve): Promise<Ledger> {
    const database = await disk.database(path)
    try {
      const ledger = new Ledger(database, reserve)
      // A process that died may have left commits in the page cache which this one is about to show as facts.
      await database.sync()
      return ledger
    } catch (cause) {
      await database.close()
      throw cause
    }
  }

  /**
   * Declares the tables of room `name` at start. `versions[i]` is the DDL that brings it from version i to i + 1.
   * Refuses data that a newer Biwa wrote.
   */
  define(name: string, versions: readonly string[]): void {
    assert(!this.#database.inTransaction, 'tables are defined before anything is committed')
    this.#rooms.define(name, versions)
    this.#statements.forget()
  }

  get<R = Row>(sql: string, ...values: readonly Value[]): R | undefined {
    return this.#statements.get<R>(sql, values)
  }

  all<R = Row>(sql: string, ...values: readonly Value[]): readonly R[] {
    return this.#statements.all<R>(sql, values)
  }

  /** Row by row. To be walked without awaiting anything between: an open walk keeps the -wal from being started over. */
  iterate<R = Row>(sql: string, ...values: readonly Value[]): IterableIterator<R> {
    return this.#statements.iterate<R>(sql, values)
  }

  /** Runs `change` at once, all or nothing (a throw undoes it and rejects); resolves after the fsync that makes it durable. */
  commit<T>(change: (write: Transaction) => T): Promise<T> {
    assert(!this.#changing, 'a commit never runs inside a commit: hand its transaction on')
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#closed) return Promise.reject(new Error('The ledger is closed: the lake is shutting down.'))
    const tasks: (() => void)[] = []
    let result: T
    try {
      if (!this.#database.inTransaction) this.#database.begin()
      result = this.#apply(change, tasks)
    } catch (cause) {
      // SQLite may have undone the whole transaction (a full disk, an I/O error): then nothing gathered in it is left.
      if (!this.#database.inTransaction) this.#rejectGathered(cause)
      else this.#flushSoon()
      return Promise.reject(cause)
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiters.push({ tasks, acknowledge: () => resolve(result), reject })
      this.#flushSoon()
    })
  }

  /** As `commit`, for a change that makes room: where the disk is full it takes of what is kept for that. */
  async commitRoom<T>(change: (write: Transaction) => T): Promise<T> {
    try {
      return await this.commit(change)
    } catch (cause) {
      if (!isFullDisk(cause) || this.#failure !== undefined || this.#reserve === undefined) throw cause
      return await this.#reserve.lend(() => this.commit(change))
    } finally {
      // What was given up may have room again. Nobody waits for it.
      void this.#reserve?.make()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    while (this.#flushing !== undefined) await this.#flushing
    await this.#reserve?.close()
    await this.#database.close()
  }

  #apply<T>(change: (write: Transaction) => T, tasks: (() => void)[]): T {
    const statements = this.#statements
    const write = new OpenTransaction(statements, tasks)
    statements.run('SAVEPOINT change', [])
    this.#changing = true
    try {
      const result = change(write)
      assert(!(result instanceof Promise), 'a change is synchronous: await before the commit, not inside it')
      statements.run('RELEASE change', [])
      return result
    } catch (cause) {
      if (this.#database.inTransaction) {
        statements.run('ROLLBACK TO change', [])
        statements.run('RELEASE change', [])
      }
      throw cause
    } finally {
      write.end()
      this.#changing = false
    }
  }

  #flushSoon(): void {
    if (this.#flushing !== undefined) return
    this.#flushing = this.#flush()
  }

  /** Goes on as long as changes gather. Begins after a turn of the microtask queue, so that a tick's changes go together. */
  async #flush(): Promise<void> {
    await Promise.resolve()
    while (this.#database.inTransaction) {
      const waiters = this.#waiters
      this.#waiters = []
      try {
        this.#database.commit()
      } catch (cause) {
        this.#database.rollback()
        for (const waiter of waiters) waiter.reject(cause)
        continue
      }
      try {
        if (waiters.length > 0) await this.#database.sync()
      } catch (cause) {
        this.#failure = new LedgerReadOnly(cause)
        this.#database.rollback()
        for (const waiter of [...waiters, ...this.#waiters.splice(0)]) waiter.reject(this.#failure)
        break
      }
      // From here these changes are durable; a crash before this line may or may not have kept them.
      for (const waiter of waiters) {
        for (const task of waiter.tasks) task()
        waiter.acknowledge()
      }
      // Who was acknowledged often has the next change at hand: let it come along.
      await Promise.resolve()
    }
    this.#flushing = undefined
  }

  #rejectGathered(cause: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(cause)
  }
}

class OpenTransaction implements Transaction {
  readonly #statements: Statements
  readonly #tasks: (() => void)[]
  #open = true

  constructor(statements: Statements, tasks: (() => void)[]) {
    this.#statements = statements
    this.#tasks = tasks
  }

  run(sql: string, ...values: readonly Value[]): number {
    return this.#live().run(sql, values)
  }

  get<R = Row>(sql: string, ...values: readonly Value[]): R | undefined {
    return this.#live().get<R>(sql, values)
  }

  all<R = Row>(sql: string, ...values: readonly Value[]): readonly R[] {
    return this.#live().all<R>(sql, values)
  }

  onDurable(task: () => void): void {
    this.#live()
    this.#tasks.push(task)
  }

  end(): void {
    this.#open = false
  }

  #live(): Statements {
    assert(this.#open, 'a transaction is used only until its change has returned')
    return this.#statements
  }
}
