// What one instance of DuckDB has read of its files, by its own log of its file system. The questions are prepared once and
// have a connection of their own: planning them takes longer than a small query's log takes to read. A short log is summed
// here, which takes a third of the time of having it summed; a long one is summed by DuckDB.

import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'

const messagesSummedHere = 2000

export class ReadLog implements Disposable {
  readonly #connection: DuckDBConnection
  readonly #empty: DuckDBPreparedStatement
  readonly #first: DuckDBPreparedStatement
  readonly #messagesMax: number
  readonly #sum: DuckDBPreparedStatement
  #isEmpty = false

  private constructor(
    connection: DuckDBConnection,
    statements: Readonly<Record<'empty' | 'first' | 'sum', DuckDBPreparedStatement>>,
    messagesMax: number,
  ) {
    this.#messagesMax = messagesMax
    this.#connection = connection
    this.#empty = statements.empty
    this.#first = statements.first
    this.#sum = statements.sum
  }

  static async open(connection: DuckDBConnection, messagesMax = messagesSummedHere): Promise<ReadLog> {
    await connection.run("CALL enable_logging('FileSystem', level = 'trace')")
    const empty = await connection.prepare('CALL truncate_duckdb_logs()')
    // As one text: a value takes longer to come over than it takes DuckDB to put it behind the others.
    const first = await connection.prepare(
      `SELECT count(*), coalesce(string_agg(message, ','), '') FROM (
         SELECT message FROM duckdb_logs() WHERE type = 'FileSystem' LIMIT ${messagesMax + 1})`,
    )
    // The library's own view that parses these messages takes five times as long.
    const sum = await connection.prepare(
      `SELECT json_extract_string(message, '$.path'), CAST(sum(CAST(json_extract_string(message, '$.bytes') AS BIGINT)) AS BIGINT)
       FROM duckdb_logs() WHERE type = 'FileSystem' AND json_extract_string(message, '$.op') = 'READ' GROUP BY 1`,
    )
    return new ReadLog(connection, { empty, first, sum }, messagesMax)
  }

  /** What was opened in order to plan is not part of what a query reads. */
  async begin(): Promise<void> {
    if (!this.#isEmpty) await this.#empty.run()
    this.#isEmpty = true
  }

  /** Before every statement that may read a file. */
  used(): void {
    this.#isEmpty = false
  }

  /**
   * DuckDB reads the head of a page once more with the page, so that of a tiny file it reads more than there is: no file
   * counts for more than its entry in `most`, and what is not in there does not count.
   */
  async bytes(most: ReadonlyMap<string, number>): Promise<number> {
    const read = (await this.#shortLog()) ?? (await this.#sum.runAndReadAll()).getRowsJson()
    const byPath = new Map<string, number>()
    for (const [path, bytes] of read) byPath.set(String(path), (byPath.get(String(path)) ?? 0) + Number(bytes))
    return [...byPath].reduce((sum, [path, bytes]) => sum + Math.min(bytes, most.get(path) ?? 0), 0)
  }

  /** Path and bytes of every reading; undefined where there are too many. */
  async #shortLog(): Promise<readonly (readonly [string, number])[] | undefined> {
    const [[count, messages] = []] = (await this.#first.runAndReadAll()).getRowsJson()
    if (Number(count) > this.#messagesMax) return undefined
    const all = JSON.parse(`[${messages}]`) as readonly Readonly<Record<'op' | 'path' | 'bytes', string>>[]
    return all.flatMap(({ op, path, bytes }) => (op === 'READ' ? [[path, Number(bytes)] as const] : []))
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync()
  }
}
