// The connection of one statement to its instance of DuckDB. Each call crosses to DuckDB's threads and back, which a
// small query feels: statements whose answers nobody needs travel with another one.

import type { DuckDBConnection, DuckDBScalarFunction, Json } from '@duckdb/node-api'
import { computedOf } from '../../sql/computed/functions.ts'
import { macrosOf } from '../../sql/macros.ts'
import { register } from './computed.ts'

import type { ReadLog } from './read-log.ts'
import type { Tuning } from './tuning.ts'

interface Described {
  readonly name: string
  readonly type: string
}

/** What the sessions of one instance share. */
export interface Shared {
  /** Names of the macros and functions that it has already. */
  readonly macros: Set<string>
  readonly reads: ReadLog
  readonly tuning: Tuning
}

export class Session implements Disposable {
  readonly #connection: DuckDBConnection
  readonly #macros: Set<string>
  readonly #reads: ReadLog
  readonly #tuning: Tuning

  constructor(connection: DuckDBConnection, { macros, reads, tuning }: Shared) {
    this.#connection = connection
    this.#macros = macros
    this.#reads = reads
    this.#tuning = tuning
  }

  /** Statements before one that reads Parquet files of at most so many bytes each. */
  readingFiles(bytesMax: number): readonly string[] {
    return this.#tuning.before(bytesMax)
  }

  /** A function of this process, once for all sessions of the instance. */
  register(name: string, make: () => DuckDBScalarFunction): void {
    if (this.#macros.has(name)) return
    this.#connection.registerScalarFunction(make())
    this.#macros.add(name)
  }

  async run(sql: string): Promise<void> {
    this.#reads.used()
    await this.#define(sql)
    await this.#connection.run(sql)
  }

  /** All rows of the first statement that answers, for answers that are known to be small. */
  async rows(sql: string): Promise<readonly (readonly Json[])[]> {
    this.#reads.used()
    await this.#define(sql)
    const reader = await this.#connection.runAndReadAll(sql)
    return reader.getRowsJson()
  }

  /** What a query returns: DuckDB's names and types, without running it. */
  async describe(sql: string): Promise<readonly Described[]> {
    const rows = await this.rows(`DESCRIBE ${sql}`)
    return rows.map(row => ({ name: String(row[0]), type: String(row[1]) }))
  }

  /** As `describe`, after `views`, and with the count of the bytes that are read beginning behind it. */
  async plan(sql: string, views: readonly string[] = []): Promise<readonly Described[]> {
    const rows = await this.rows([...views, `DESCRIBE ${sql}`].join(';\n'))
    await this.#reads.begin()
    return rows.map(row => ({ name: String(row[0]), type: String(row[1]) }))
  }

  /** As `plan`, for a statement that is about to run: that will say by itself what is wrong with it. */
  async prepare(views: readonly string[]): Promise<void> {
    if (views.length > 0) await this.run(views.join(';\n'))
    await this.#reads.begin()
  }

  /** Bytes that were really read since then of these files; no file counts for more than its entry in `most`. */
  async bytesRead(most: ReadonlyMap<string, number>): Promise<number> {
    return most.size === 0 ? 0 : await this.#reads.bytes(most)
  }

  async #define(sql: string): Promise<void> {
    const needed = macrosOf(sql, this.#macros)
    // A macro may use one of these, so they come first.
    for (const [name, computed] of await computedOf([sql, ...needed].join(';\n'), this.#macros))
      register(this.#connection, name, computed)
    // Not in front of the statement: one that cannot be parsed would take them with it, and they count as defined.
    if (needed.length > 0) await this.#connection.run(needed.join(';\n'))
  }

  /** Ends what runs on it, with an error there. */
  interrupt(): void {
    this.#connection.interrupt()
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync()
  }
}
