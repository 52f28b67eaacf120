// Partition indexes: AWS finds partitions by them faster; here partitions are found by their values in any case, so an
// index is declared, kept and shown, and active at once. The rules for it are AWS's.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { indexKeysTaken, indexNameTaken, noSuchIndex, notPartitionKeys, tooManyIndexes } from './faults.ts'
import { partitionIndexesMax } from './limits.ts'
import { existingTable, type TableRow, tableOf } from './rows.ts'
import type { CatalogTable, Column, PartitionIndex, Scope } from './table.ts'

export class PartitionIndexes {
  readonly #ledger: Ledger

  constructor({ ledger }: { readonly ledger: Ledger }) {
    this.#ledger = ledger
  }

  /** The table with its indexes; refuses an unknown one. */
  tableOf(scope: Scope, database: string, name: string): CatalogTable {
    return tableOf(existingTable(this.#ledger, scope, database, name))
  }

  create(write: Transaction, scope: Scope, database: string, name: string, index: PartitionIndex): void {
    const row = existingTable(write, scope, database, name)
    const table = tableOf(row)
    checkKeys(table.partitionKeys, index)
    // AWS looks at the number first: what is one too many and twice the same is one too many.
    if (table.indexes.length >= partitionIndexesMax) throw tooManyIndexes(partitionIndexesMax)
    checkTwins(index, table.indexes)
    keep(write, row, [...table.indexes, index])
  }

  delete(write: Transaction, scope: Scope, database: string, name: string, index: string): void {
    const row = existingTable(write, scope, database, name)
    const { indexes } = tableOf(row)
    if (!indexes.some(one => one.name === index)) throw noSuchIndex(index)
    keep(
      write,
      row,
      indexes.filter(one => one.name !== index),
    )
  }
}

/** Those that a table is made with. */
export function checkIndexes(keys: readonly Column[], indexes: readonly PartitionIndex[]): void {
  if (indexes.length > partitionIndexesMax) throw tooManyIndexes(partitionIndexesMax)
  for (const [at, index] of indexes.entries()) {
    checkKeys(keys, index)
    checkTwins(index, indexes.slice(0, at))
  }
}

function checkKeys(keys: readonly Column[], index: PartitionIndex): void {
  const known = new Set(keys.map(key => key.name.toLowerCase()))
  const strangers = index.keys.filter(key => !known.has(key.toLowerCase()))
  if (strangers.length > 0) throw notPartitionKeys(strangers)
}

/** The order of its keys matters: year, month is another index than month, year. */
function checkTwins(index: PartitionIndex, others: readonly PartitionIndex[]): void {
  if (others.some(one => one.name === index.name)) throw indexNameTaken(index.name)
  const keys = JSON.stringify(index.keys)
  const twin = others.find(one => JSON.stringify(one.keys) === keys)
  if (twin) throw indexKeysTaken(twin.name)
}

const keep = (write: Transaction, row: TableRow, indexes: readonly PartitionIndex[]) =>
  write.run('UPDATE glue_table SET indexes = ? WHERE id = ?', JSON.stringify(indexes), row.id)
