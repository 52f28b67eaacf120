// SQL texts prepared once and kept, and rows as plain objects. It knows nothing of transactions.

import type { Database, Statement } from '../world/disk.ts'
import type { Row, Value } from './ledger.ts'

interface Prepared {
  readonly statement: Statement
  readonly columns: readonly string[]
}

// Texts are written by us, not by callers: there are some hundreds. The bound is for a text built in a loop by mistake.
const preparedMax = 1000

export class Statements {
  readonly #database: Database
  readonly #prepared = new Map<string, Prepared>()

  constructor(database: Database) {
    this.#database = database
  }

  run(sql: string, values: readonly Value[]): number {
    return Number(this.#of(sql).statement.run(...values).changes)
  }

  get<R>(sql: string, values: readonly Value[]): R | undefined {
    const { statement, columns } = this.#of(sql)
    const row = statement.get(...values)
    return row === undefined ? undefined : (rowOf(columns, row) as R)
  }

  all<R>(sql: string, values: readonly Value[]): readonly R[] {
    const { statement, columns } = this.#of(sql)
    return statement.all(...values).map(row => rowOf(columns, row) as R)
  }

  /** With a statement of its own, so that the same text may be walked twice at once. */
  *iterate<R>(sql: string, values: readonly Value[]): IterableIterator<R> {
    const { statement, columns } = this.#prepare(sql)
    for (const row of statement.iterate(...values)) yield rowOf(columns, row) as R
  }

  /** After the tables have changed: `SELECT *` has other columns then. */
  forget(): void {
    this.#prepared.clear()
  }

  #of(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    if (this.#prepared.size >= preparedMax) this.forget()
    const prepared = this.#prepare(sql)
    this.#prepared.set(sql, prepared)
    return prepared
  }

  #prepare(sql: string): Prepared {
    const statement = this.#database.prepare(sql)
    // Every integer as a bigint, or SQLite's larger ones would be an error; rowOf turns the ordinary ones to numbers.
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    return { statement, columns: statement.columns().map(column => column.name) }
  }
}

/** The driver's own objects have no prototype and are slow to copy: arrays and the columns' names make better ones. */
function rowOf(columns: readonly string[], cells: unknown): Row {
  const row: Record<string, Value> = {}
  const values = cells as readonly Value[]
  for (let i = 0; i < columns.length; i++) {
    const value = values[i] as Value
    row[columns[i] as string] = typeof value === 'bigint' ? ordinary(value) : value
  }
  return row
}

function ordinary(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
