/** A running lake's tables: their rows, typed, and queries. */
import type { Columns } from '../define/column.ts'
import type { Table, TableRow } from '../define/parts/table.ts'
import type { Lake } from '../in-process/lake.ts'
import type { QueryOptions, QueryResult, Rows } from '../in-process/query.ts'

export class RunningTable<C extends Columns, P> {
  readonly #lake: Lake
  readonly #table: Table<C, P>
  readonly #database: string

  constructor(lake: Lake, table: Table<C, P>, database: string) {
    this.#lake = lake
    this.#table = table
    this.#database = database
  }

  /**
   * Athena's answer to a statement, in the table's database.
   *
   *     const { rows, scannedBytes, cost } = await app.table(telemetry).query<{ warmest: number }>(
   *       'SELECT max(temperature) AS warmest FROM device_telemetry WHERE day = 15')
   */
  query<Row = Rows>(sql: string, options: Omit<QueryOptions, 'database'> = {}): Promise<QueryResult<Row>> {
    return this.#lake.query<Row>(sql, { ...options, database: this.#database })
  }

  /** All rows, or those of a condition: `rows("device_id = 'a' AND day = 15")`. Their order is not promised. */
  async rows(where?: string): Promise<readonly TableRow<C, P>[]> {
    const { rows } = await this.query<TableRow<C, P>>(this.#select('*', where))
    return rows
  }

  async count(where?: string): Promise<number> {
    const { rows } = await this.query<{ readonly n: number }>(this.#select('count(*) AS n', where))
    return rows[0]?.n ?? 0
  }

  #select(what: string, where: string | undefined): string {
    return `SELECT ${what} FROM "${this.#table.name}"${where === undefined ? '' : ` WHERE ${where}`}`
  }
}
