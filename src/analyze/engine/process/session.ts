// The connection of one statement to its instance of DuckDB. Each call crosses to DuckDB's threads and back, which a
// small query feels: statements whose answers nobody needs travel with another one.

import type { DuckDBConnection, DuckDBScalarFunction, Json } from '@duckdb/node-api'
import { computedOf } from '../../sql/computed/functions.ts'
import { macrosOf } from '../../sql/macros.ts'
import { register } from './computed.ts'

interface Described {
  readonly name: string
  readonly type: string
}

export class Session implements Disposable {
  readonly #connection: DuckDBConnection
  readonly #macros: Set<string>

  /** `macros` are those that the instance has already; they are shared by its sessions. */
  constructor(connection: DuckDBConnection, macros: Set<string>) {
    this.#connection = connection
    this.#macros = macros
  }

  /** A function of this process, once for all sessions of the instance. */
  register(name: string, make: () => DuckDBScalarFunction): void {
    if (this.#macros.has(name)) return
    this.#connection.registerScalarFunction(make())
    this.#macros.add(name)
  }

  async run(sql: string): Promise<void> {
    await this.#define(sql)
    await this.#connection.run(sql)
  }

  /** All rows of the first statement that answers, for answers that are known to be small. */
  async rows(sql: string): Promise<readonly (readonly Json[])[]> {
    await this.#define(sql)
    const reader = await this.#connection.runAndReadAll(sql)
    return reader.getRowsJson()
  }

  /** What a query returns: DuckDB's names and types, without running it. */
  async describe(sql: string): Promise<readonly Described[]> {
    const rows = await this.rows(`DESCRIBE ${sql}`)
    return rows.map(row => ({ name: String(row[0]), type: String(row[1]) }))
  }

  /**
   * As `describe`, after `views`. The count of the bytes read begins behind it: what was opened in order to plan is not
   * part of what the query reads.
   */
  async plan(sql: string, views: readonly string[] = []): Promise<readonly Described[]> {
    const rows = await this.rows([...views, `DESCRIBE ${sql}`, 'CALL truncate_duckdb_logs()'].join(';\n'))
    return rows.map(row => ({ name: String(row[0]), type: String(row[1]) }))
  }

  /**
   * Bytes that were really read of these files since `plan`, as DuckDB's own file system logged them. It reads the head of
   * a page once more with the page, so that of a tiny file it reads more than there is: no file counts for more than
   * its entry in `most`.
   */
  async bytesRead(most: ReadonlyMap<string, number>): Promise<number> {
    if (most.size === 0) return 0
    // The library's own view that parses these messages takes five times as long.
    const rows = await this.rows(
      `SELECT json_extract_string(message, '$.path'), CAST(sum(CAST(json_extract_string(message, '$.bytes') AS BIGINT)) AS BIGINT)
       FROM duckdb_logs() WHERE type = 'FileSystem' AND json_extract_string(message, '$.op') = 'READ' GROUP BY 1`,
    )
    return rows.reduce((sum, [path, bytes]) => sum + Math.min(Number(bytes), most.get(String(path)) ?? 0), 0)
  }

  async #define(sql: string): Promise<void> {
    const needed = macrosOf(sql, this.#macros)
    // A macro may use one of these, so they come first.
    for (const [name, computed] of computedOf([sql, ...needed].join(';\n'), this.#macros))
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
