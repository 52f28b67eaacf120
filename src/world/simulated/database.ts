// A simulated database: SQLite in memory, with a copy of it after each commit. Commits that were not synced survive a
// crash up to some one of them, as the frames of a -wal file do. It has no checkpoints: those are SQLite's own care.

import { DatabaseSync } from 'node:sqlite'
import type { Database, Statement } from '../database.ts'
import type { Random } from '../random.ts'
import type { Power } from './power.ts'

/** What of a database is on the platter, and what is on its way. Outlives the process, as files do. */
export class DatabaseFile {
  #durable: Uint8Array | undefined
  #committed: Uint8Array[] = []
  #doomed = false

  get newest(): Uint8Array | undefined {
    return this.#committed.at(-1) ?? this.#durable
  }

  commit(content: Uint8Array): void {
    this.#committed.push(content)
  }

  sync(): void {
    if (this.#doomed) return
    this.#durable = this.newest
    this.#committed = []
  }

  failSync(): void {
    this.#doomed = true
  }

  crash(random: Random): void {
    this.#durable = [this.#durable, ...this.#committed][Math.floor(random.fraction() * (this.#committed.length + 1))]
    this.#committed = []
    this.#doomed = false
  }
}

export class SimulatedDatabase implements Database {
  readonly #power: Power
  readonly #epoch: number
  readonly #file: DatabaseFile
  readonly #database = new DatabaseSync(':memory:')

  constructor(power: Power, file: DatabaseFile) {
    this.#power = power
    this.#epoch = power.epoch
    this.#file = file
    const content = file.newest
    if (content !== undefined) this.#database.deserialize(content)
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
    this.#power.check(this.#epoch)
    this.#database.exec('BEGIN IMMEDIATE')
  }

  commit(): void {
    const commit = () => {
      this.#database.exec('COMMIT')
      this.#file.commit(this.#database.serialize())
    }
    this.#power.now(this.#epoch, { done: commit, interrupted: commit })
  }

  rollback(): void {
    if (this.inTransaction) this.#database.exec('ROLLBACK')
  }

  sync(): Promise<void> {
    return this.#power.later(this.#epoch, { done: () => this.#file.sync(), failed: () => this.#file.failSync() })
  }

  /** SQLite syncs everything as it closes. */
  async close(): Promise<void> {
    this.#database.close()
    if (!this.#power.isOut && this.#power.epoch === this.#epoch) this.#file.sync()
  }
}
