// How a partition is kept: what of its definition stands in its own row, and what in the storage descriptor that it shares
// with its siblings; and which rows are to be seen.
//
// A row with a batch was put in ahead of the commit that makes all of the batch's partitions appear at once: as long as the
// batch stands in glue_partition_batch nobody sees it, and whoever adds the same partition takes the row's place.
import type { Transaction } from '../../durable/ledger.ts'
import { InvalidInputException, valuesMismatch } from './faults.ts'
import { partitionPath } from './partition-path.ts'
import type { Parameters, PartitionDefinition, TableDefinition } from './table.ts'

/** The row of a table, as far as its partitions need it. */
export interface PartitionedTable {
  readonly id: number
  readonly name: string
  readonly definition: string
}

export const seen = '(batch IS NULL OR batch NOT IN (SELECT id FROM glue_partition_batch))'

export const keyOf = (values: readonly string[]): string => JSON.stringify(values)

/** Puts partitions of one table into the ledger, where there is none of their values yet. */
export class PartitionInserts {
  readonly #write: Transaction
  readonly #table: PartitionedTable
  readonly #definition: TableDefinition
  readonly #shelf: Shelf
  readonly #now: number

  constructor(write: Transaction, table: PartitionedTable, now: number) {
    this.#write = write
    this.#table = table
    this.#definition = JSON.parse(table.definition) as TableDefinition
    this.#shelf = new Shelf(write, table.id)
    this.#now = now
  }

  /** To be seen at once. */
  put(partition: PartitionDefinition): boolean {
    return this.#insert(
      partition,
      null,
      `ON CONFLICT DO UPDATE SET location = excluded.location, storage = excluded.storage,
         storage_parameters = excluded.storage_parameters, parameters = excluded.parameters,
         created_at = excluded.created_at, last_access_at = excluded.last_access_at,
         last_analyzed_at = excluded.last_analyzed_at, batch = NULL
       WHERE NOT ${seen}`,
    )
  }

  /** To be seen with the batch; false where a row is in the way, be it seen or not. */
  putAhead(partition: PartitionDefinition, batch: number): boolean {
    return this.#insert(partition, batch, 'ON CONFLICT DO NOTHING')
  }

  #insert(partition: PartitionDefinition, batch: number | null, onConflict: string): boolean {
    const row = placed(partition, this.#definition)
    const changed = this.#write.run(
      `INSERT INTO glue_partition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${onConflict}`,
      this.#table.id,
      keyOf(partition.values),
      row.location,
      this.#shelf.put(row.storage),
      row.storageParameters,
      row.parameters,
      this.#now,
      partition.lastAccessAt ?? null,
      partition.lastAnalyzedAt ?? null,
      batch,
    )
    return changed > 0
  }
}

/** The storage descriptors that a table's partitions share, by content. */
export class Shelf {
  readonly #write: Transaction
  readonly #tableId: number
  readonly #known = new Map<string, number>()

  constructor(write: Transaction, tableId: number) {
    this.#write = write
    this.#tableId = tableId
  }

  put(storage: string): number {
    const known = this.#known.get(storage)
    if (known !== undefined) return known
    const kept = this.#write.get<{ id: number }>(
      'SELECT id FROM glue_partition_storage WHERE table_id = ? AND storage = ?',
      this.#tableId,
      storage,
    )
    const id = kept?.id ?? this.#append(storage)
    this.#known.set(storage, id)
    return id
  }

  #append(storage: string): number {
    const last = this.#write.get<{ id: number }>(
      'SELECT coalesce(max(id), 0) AS id FROM glue_partition_storage WHERE table_id = ?',
      this.#tableId,
    )
    const id = (last?.id ?? 0) + 1
    this.#write.run('INSERT INTO glue_partition_storage VALUES (?, ?, ?)', this.#tableId, id, storage)
    return id
  }
}

/** Settles what the definition leaves to the table, and parts the row's own content from the shared one. */
export function placed(partition: PartitionDefinition, table: TableDefinition) {
  const { values } = partition
  if (values.length !== table.partitionKeys.length) throw valuesMismatch()
  if (values.includes('')) throw new InvalidInputException('A partition value must not be empty.')
  const { location, parameters, ...shared } = partition.storage ?? {
    ...table.storage,
    location: '',
    parameters: undefined,
  }
  const folders = partitionPath(
    table.partitionKeys.map(key => key.name),
    values,
  )
  return {
    location: partition.location ?? (location || withSlash(table.storage.location) + folders),
    storage: JSON.stringify(shared),
    storageParameters: parametersText(parameters),
    parameters: parametersText(partition.parameters),
  }
}

const withSlash = (location: string) => (location === '' || location.endsWith('/') ? location : `${location}/`)

const parametersText = (parameters: Parameters | undefined) =>
  parameters && Object.keys(parameters).length > 0 ? JSON.stringify(parameters) : null
