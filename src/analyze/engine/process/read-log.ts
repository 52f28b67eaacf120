// What one instance of DuckDB has read of its files, by its own log of its file system. The questions are prepared once and
// have a connection of their own: planning them takes longer than a small query's log takes to read.

import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'

export class ReadLog implements Disposable {
  readonly #connection: DuckDBConnection
  readonly #empty: DuckDBPreparedStatement
  readonly #sum: DuckDBPreparedStatement

  private constructor(connection: DuckDBConnection, empty: DuckDBPreparedStatement, sum: DuckDBPreparedStatement) {
    this.#connection = connection
    this.#empty = empty
    this.#sum = sum
  }

  static async open(connection: DuckDBConnection): Promise<ReadLog> {
    await connection.run("CALL enable_logging('FileSystem', level = 'trace')")
    const empty = await connection.prepare('CALL truncate_duckdb_logs()')
    // The library's own view that parses these messages takes five times as long.
    const sum = await connection.prepare(
      `SELECT json_extract_string(message, '$.path'), CAST(sum(CAST(json_extract_string(message, '$.bytes') AS BIGINT)) AS BIGINT)
       FROM duckdb_logs() WHERE type = 'FileSystem' AND json_extract_string(message, '$.op') = 'READ' GROUP BY 1`,
    )
    return new ReadLog(connection, empty, sum)
  }

  /** What was opened in order to plan is not part of what a query reads. */
  async begin(): Promise<void> {
    await this.#empty.run()
  }

  /**
   * DuckDB reads the head of a page once more with the page, so that of a tiny file it reads more than there is: no file
   * counts for more than its entry in `most`, and what is not in there does not count.
   */
  async bytes(most: ReadonlyMap<string, number>): Promise<number> {
    const reader = await this.#sum.runAndReadAll()
    return reader
      .getRowsJson()
      .reduce((sum, [path, bytes]) => sum + Math.min(Number(bytes), most.get(String(path)) ?? 0), 0)
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync()
  }
}
