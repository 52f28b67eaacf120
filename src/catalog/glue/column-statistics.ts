// Statistics of columns, of a table or of a partition, as engines work them out and hand them to each other. They are kept
// and given back as they came; no query here plans by them.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { noSuchPartition } from './faults.ts'
import { seen } from './partition-rows.ts'
import { existingTable, type Reader } from './rows.ts'
import type { Scope } from './table.ts'

export interface Decimal {
  /** Big-endian two's complement, in base64. */
  readonly unscaled: string
  readonly scale: number
}
interface Range<T> {
  readonly min?: T | undefined
  readonly max?: T | undefined
  readonly nulls: number
  readonly distinct: number
}
interface Lengths {
  readonly lengthMax: number
  readonly lengthAverage: number
  readonly nulls: number
}
export type Figures =
  | { readonly kind: 'boolean'; readonly trues: number; readonly falses: number; readonly nulls: number }
  | ({ readonly kind: 'date' | 'double' | 'long' } & Range<number>)
  | ({ readonly kind: 'decimal' } & Range<Decimal>)
  | ({ readonly kind: 'string'; readonly distinct: number } & Lengths)
  | ({ readonly kind: 'binary' } & Lengths)

export interface StatisticsOfColumn {
  readonly column: string
  /** Its Hive type, as the engine saw it. */
  readonly type: string
  readonly analyzedAt: number
  readonly figures: Figures
}

/** What the statistics are of: a table, or a partition of it. */
export interface Subject {
  readonly scope: Scope
  readonly database: string
  readonly table: string
  readonly values?: readonly string[] | undefined
}

export class ColumnStatistics {
  readonly #ledger: Ledger

  constructor({ ledger }: { readonly ledger: Ledger }) {
    this.#ledger = ledger
  }

  put(write: Transaction, subject: Subject, columns: readonly StatisticsOfColumn[]): void {
    const key = keyOf(write, subject)
    for (const column of columns)
      write.run(
        `INSERT INTO glue_column_statistics VALUES (?, ?, ?, ?)
         ON CONFLICT (table_id, partition_values, column_name) DO UPDATE SET statistics = excluded.statistics`,
        ...key,
        column.column.toLowerCase(),
        JSON.stringify(column),
      )
  }

  /** Of the columns that have some. */
  get(subject: Subject, columns: readonly string[]): readonly StatisticsOfColumn[] {
    const key = keyOf(this.#ledger, subject)
    return columns.flatMap(column => {
      const row = this.#ledger.get<{ statistics: string }>(
        'SELECT statistics FROM glue_column_statistics WHERE table_id = ? AND partition_values = ? AND column_name = ?',
        ...key,
        column.toLowerCase(),
      )
      return row ? [{ ...(JSON.parse(row.statistics) as StatisticsOfColumn), column }] : []
    })
  }

  /** As in AWS it is no mistake to delete what is not there. */
  delete(write: Transaction, subject: Subject, column: string): void {
    write.run(
      'DELETE FROM glue_column_statistics WHERE table_id = ? AND partition_values = ? AND column_name = ?',
      ...keyOf(write, subject),
      column.toLowerCase(),
    )
  }

  // For the catalog, which deletes or renames what they are of in the same commit.

  drop(write: Transaction, tableId: number): void {
    write.run('DELETE FROM glue_column_statistics WHERE table_id = ?', tableId)
  }

  dropPartition(write: Transaction, tableId: number, values: readonly string[]): void {
    const sql = 'DELETE FROM glue_column_statistics WHERE table_id = ? AND partition_values = ?'
    write.run(sql, tableId, JSON.stringify(values))
  }

  movePartition(write: Transaction, tableId: number, from: readonly string[], to: readonly string[]): void {
    write.run(
      'UPDATE glue_column_statistics SET partition_values = ? WHERE table_id = ? AND partition_values = ?',
      JSON.stringify(to),
      tableId,
      JSON.stringify(from),
    )
  }
}

function keyOf(reader: Reader, { scope, database, table, values }: Subject): readonly [number, string] {
  const { id } = existingTable(reader, scope, database, table)
  if (values === undefined) return [id, '']
  const partition = JSON.stringify(values)
  const sql = `SELECT 1 FROM glue_partition WHERE table_id = ? AND partition_values = ? AND ${seen}`
  if (reader.get(sql, id, partition) === undefined) throw noSuchPartition()
  return [id, partition]
}
