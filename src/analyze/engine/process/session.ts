// One instance of DuckDB for one statement: opened, told what it may touch, locked, used, closed. After `confine` it can
// read the named files, write into one directory and change nothing of that.

import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api'
import { macrosOf } from '../../sql/macros.ts'
import { list, literal } from '../../sql/text.ts'
import type { Limits } from '../protocol.ts'

export class Session implements AsyncDisposable {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #macros = new Set<string>()

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  static async open(limits: Limits): Promise<Session> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(limits.threads),
      memory_limit: `${Math.floor(limits.memoryBytesMax / 1024 ** 2)}MiB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      integer_division: 'true',
      lambda_syntax: 'ENABLE_SINGLE_ARROW',
      default_null_order: 'nulls_last',
    })
    const session = new Session(instance, await instance.connect())
    await session.run("SET TimeZone = 'UTC'; SET Calendar = 'gregorian'")
    // What almost every result needs is there before the statement comes.
    await session.#define('athena_float() athena_timestamp()')
    return session
  }

  /** From here on only `paths` can be read, and only `directory` (where spilled data goes too) be written. */
  async confine(paths: readonly string[], directory: string): Promise<void> {
    const statements = [
      `SET temp_directory = ${literal(`${directory}/spill`)}`,
      `SET allowed_directories = ${list([`${directory}/`])}`,
      `SET allowed_paths = ${list([...new Set(paths)])}`,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]
    await this.run(statements.join(';\n'))
  }

  async run(sql: string): Promise<void> {
    await this.#define(sql)
    await this.#connection.run(sql)
  }

  /** All rows, for answers that are known to be small. */
  async rows(sql: string): Promise<readonly (readonly Json[])[]> {
    await this.#define(sql)
    const reader = await this.#connection.runAndReadAll(sql)
    return reader.getRowsJson()
  }

  /** What a query returns: DuckDB's names and types, without running it. */
  async describe(sql: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
    const rows = await this.rows(`DESCRIBE ${sql}`)
    return rows.map(row => ({ name: String(row[0]), type: String(row[1]) }))
  }

  async #define(sql: string): Promise<void> {
    const needed = macrosOf(sql, this.#macros)
    if (needed.length > 0) await this.#connection.run(needed.join(';\n'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}
