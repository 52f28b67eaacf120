// One instance of DuckDB: opened, told what it may touch, locked, used, closed. Opening one takes longer than a small
// query. After `confine` it can read the named files, read and write one directory, and change nothing of that.

import { DuckDBInstance } from '@duckdb/node-api'
import { macrosOf } from '../../sql/macros.ts'
import { list, literal } from '../../sql/text.ts'
import type { Limits } from '../protocol.ts'
import { ReadLog } from './read-log.ts'
import { Session, type Shared } from './session.ts'
import { changedWhileLocked, type Share, Tuning } from './tuning.ts'

/** What it wrote because its memory was full, inside the directory it may write. */
export function spillDirectory(directory: string): string {
  return `${directory}/spill`
}

export class Instance implements Disposable {
  readonly #database: DuckDBInstance
  readonly #shared: Shared

  private constructor(database: DuckDBInstance, shared: Shared) {
    this.#database = database
    this.#shared = shared
  }

  static async open(limits: Limits, share: Share = { threads: limits.threads }): Promise<Instance> {
    const database = await DuckDBInstance.create(':memory:', {
      threads: String(limits.threads),
      memory_limit: `${Math.floor(limits.memoryBytesMax / 1024 ** 2)}MiB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // Bytes are read from the files each time: what one statement read is neither shown to the next nor left uncounted.
      enable_external_file_cache: 'false',
      integer_division: 'true',
      lambda_syntax: 'ENABLE_SINGLE_ARROW',
      default_null_order: 'nulls_last',
    })
    const reads = await ReadLog.open(await database.connect())
    const macros = new Set<string>()
    const instance = new Instance(database, { macros, reads, tuning: new Tuning(limits, share) })
    using session = await instance.session()
    await session.run("SET GLOBAL TimeZone = 'UTC'; SET GLOBAL Calendar = 'gregorian'")
    // What almost every result needs is there before the statement comes.
    await session.run(macrosOf('athena_float() athena_timestamp()', macros).join(';\n'))
    return instance
  }

  /** Between two statements: nothing of the one is counted for the other. */
  async forget(): Promise<void> {
    await this.#shared.reads.begin()
  }

  /** Its temporary tables and views are its own and end with it. */
  async session(): Promise<Session> {
    return new Session(await this.#database.connect(), this.#shared)
  }

  /** From here on only `paths` and `directory` (where spilled data goes too) can be read, and only `directory` be written. */
  async confine(paths: readonly string[], directory: string): Promise<void> {
    using session = await this.session()
    const statements = [
      `SET temp_directory = ${literal(spillDirectory(directory))}`,
      `SET allowed_directories = ${list([`${directory}/`])}`,
      `SET allowed_paths = ${list([...new Set(paths)])}`,
      'SET enable_external_access = false',
      changedWhileLocked,
      'SET lock_configuration = true',
    ]
    await session.run(statements.join(';\n'))
  }

  [Symbol.dispose](): void {
    this.#shared.reads[Symbol.dispose]()
    this.#database.closeSync()
  }
}
