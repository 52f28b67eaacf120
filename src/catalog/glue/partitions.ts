// The partitions of a table, made for a hundred thousand of them: a row is its values, its location and a reference to
// the storage descriptor that it shares with its siblings.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { noSuchPartition, partitionExists } from './faults.ts'
import { type PartitionBatch, PartitionBatches } from './partition-batches.ts'
import { type PartitionPlace, type PartitionPlaces, RememberedPlaces } from './partition-places.ts'
import { keyOf, type PartitionedTable, PartitionInserts, placed, Shelf, seen } from './partition-rows.ts'
import type { Parameters, Partition, PartitionDefinition, Storage, TableDefinition } from './table.ts'

interface PartitionRow {
  readonly partition_values: string
  readonly location: string
  readonly storage: number
  readonly storage_parameters: string | null
  readonly parameters: string | null
  readonly created_at: number
  readonly last_access_at: number | null
  readonly last_analyzed_at: number | null
}
/** A partition, and the position to go on after it. */
export interface Walked {
  readonly partition: Partition
  readonly position: string
}

const pageRows = 1000

export class Partitions {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #places = new RememberedPlaces()
  readonly #batches: PartitionBatches

  constructor({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#ledger = ledger
    this.#clock = clock
    this.#batches = new PartitionBatches({ ledger, clock })
  }

  get(reader: Pick<Transaction, 'get'>, table: PartitionedTable, values: readonly string[]): Partition | undefined {
    const row = reader.get<PartitionRow>(
      `SELECT * FROM glue_partition WHERE table_id = ? AND partition_values = ? AND ${seen}`,
      table.id,
      keyOf(values),
    )
    return row && partitionOf(row, this.#storage(reader, table.id, row.storage))
  }

  *walk(table: PartitionedTable, after = ''): Iterable<Walked> {
    const storages = new Map<number, Storage>()
    for (let position = after; ; ) {
      const rows = this.#ledger.all<PartitionRow>(
        `SELECT * FROM glue_partition WHERE table_id = ? AND partition_values > ? AND ${seen} ORDER BY partition_values LIMIT ${pageRows}`,
        table.id,
        position,
      )
      for (const row of rows) {
        let storage = storages.get(row.storage)
        if (!storage) {
          storage = this.#storage(this.#ledger, table.id, row.storage)
          storages.set(row.storage, storage)
        }
        yield { partition: partitionOf(row, storage), position: row.partition_values }
      }
      const last = rows.at(-1)
      if (!last || rows.length < pageRows) return
      position = last.partition_values
    }
  }

  /** Of all of them, in the order of `walk`. */
  places(table: Pick<PartitionedTable, 'id'>): PartitionPlaces {
    return this.#places.of(table.id, () => {
      const partitions: PartitionPlace[] = []
      for (const page of this.#placesByPage(table)) partitions.push(...page)
      return { partitions, storages: this.#storages(table) }
    })
  }

  /** Has them ready for `places`, with turns for others between the pages. What changes meanwhile, `places` reads anew. */
  async readPlaces(table: Pick<PartitionedTable, 'id'>): Promise<void> {
    if (this.#places.has(table.id)) return
    using reading = this.#places.reading(table.id)
    const partitions: PartitionPlace[] = []
    for (const page of this.#placesByPage(table)) {
      partitions.push(...page)
      if (page.length === pageRows) await new Promise(resolve => setImmediate(resolve))
      if (reading.isStale) return
    }
    this.#places.of(table.id, () => ({ partitions, storages: this.#storages(table) }))
  }

  *#placesByPage(table: Pick<PartitionedTable, 'id'>): Iterable<readonly PartitionPlace[]> {
    for (let after = ''; ; ) {
      const rows = this.#ledger.all<Pick<PartitionRow, 'partition_values' | 'location' | 'storage'>>(
        `SELECT partition_values, location, storage FROM glue_partition WHERE table_id = ? AND partition_values > ?
           AND ${seen} ORDER BY partition_values LIMIT ${pageRows}`,
        table.id,
        after,
      )
      yield rows.map(({ partition_values, location, storage }) => {
        return { values: JSON.parse(partition_values) as string[], location, storage }
      })
      const last = rows.at(-1)
      if (!last || rows.length < pageRows) return
      after = last.partition_values
    }
  }

  #storages(table: Pick<PartitionedTable, 'id'>): ReadonlyMap<number, Storage> {
    const storages = this.#ledger.all<{ readonly id: number; readonly storage: string }>(
      'SELECT id, storage FROM glue_partition_storage WHERE table_id = ?',
      table.id,
    )
    return new Map(storages.map(({ id, storage }) => [id, JSON.parse(storage) as Storage]))
  }

  create(write: Transaction, table: PartitionedTable, partition: PartitionDefinition): void {
    if (this.add(write, table, [partition]) === 0) throw partitionExists()
  }

  add(write: Transaction, table: PartitionedTable, partitions: readonly PartitionDefinition[]): number {
    this.#places.forget(table.id)
    const inserts = new PartitionInserts(write, table, this.#clock.now())
    let added = 0
    for (const partition of partitions) if (inserts.put(partition)) added += 1
    return added
  }

  /** As `add`, some at a time, and all to be seen when what it resolves with is published. */
  addAhead(
    table: PartitionedTable,
    partitions: readonly PartitionDefinition[],
    signal: AbortSignal,
  ): Promise<PartitionBatch> {
    return this.#batches.put(table, partitions, signal)
  }

  /** Inside the caller's commit; `table` is as that commit finds it. */
  publish(write: Transaction, table: PartitionedTable, batch: PartitionBatch): void {
    this.#places.forget(table.id)
    const late = this.#batches.publish(write, table, batch)
    if (late.length > 0) this.add(write, table, late)
  }

  discard(batch: PartitionBatch): Promise<void> {
    return this.#batches.discard(batch)
  }

  /** Takes away what earlier processes put in ahead and did not publish. */
  sweep(signal: AbortSignal): Promise<void> {
    return this.#batches.sweep(signal)
  }

  /** Replaces the partition of `values`; its values may change. */
  update(write: Transaction, table: PartitionedTable, values: readonly string[], partition: PartitionDefinition): void {
    this.#places.forget(table.id)
    const definition = JSON.parse(table.definition) as TableDefinition
    const row = placed(partition, definition)
    const moved = keyOf(partition.values) !== keyOf(values)
    if (moved && this.get(write, table, partition.values)) throw partitionExists()
    // One that nobody sees yet makes way.
    if (moved) this.#deleteRow(write, table.id, partition.values)
    const changed = write.run(
      `UPDATE glue_partition SET partition_values = ?, location = ?, storage = ?, storage_parameters = ?, parameters = ?,
         last_access_at = ?, last_analyzed_at = ? WHERE table_id = ? AND partition_values = ? AND ${seen}`,
      keyOf(partition.values),
      row.location,
      new Shelf(write, table.id).put(row.storage),
      row.storageParameters,
      row.parameters,
      partition.lastAccessAt ?? null,
      partition.lastAnalyzedAt ?? null,
      table.id,
      keyOf(values),
    )
    if (changed === 0) throw noSuchPartition()
  }

  delete(write: Transaction, table: PartitionedTable, values: readonly string[]): void {
    this.#places.forget(table.id)
    if (!this.get(write, table, values)) throw noSuchPartition()
    this.#deleteRow(write, table.id, values)
  }

  #deleteRow(write: Transaction, tableId: number, values: readonly string[]): void {
    write.run('DELETE FROM glue_partition WHERE table_id = ? AND partition_values = ?', tableId, keyOf(values))
  }

  drop(write: Transaction, tableId: number): void {
    this.#places.forget(tableId)
    write.run('DELETE FROM glue_partition WHERE table_id = ?', tableId)
    write.run('DELETE FROM glue_partition_storage WHERE table_id = ?', tableId)
  }

  #storage(reader: Pick<Transaction, 'get'>, tableId: number, id: number): Storage {
    const sql = 'SELECT storage FROM glue_partition_storage WHERE table_id = ? AND id = ?'
    const row = reader.get<{ storage: string }>(sql, tableId, id)
    if (!row)
      throw new Error(`storage descriptor ${id} of table ${tableId} must be there while a partition refers to it`)
    return JSON.parse(row.storage) as Storage
  }
}

function partitionOf(row: PartitionRow, shared: Storage): Partition {
  const own = row.storage_parameters === null ? {} : { parameters: JSON.parse(row.storage_parameters) as Parameters }
  return {
    values: JSON.parse(row.partition_values) as string[],
    location: row.location,
    storage: { ...shared, location: row.location, ...own },
    parameters: row.parameters === null ? {} : (JSON.parse(row.parameters) as Parameters),
    createdAt: row.created_at,
    lastAccessAt: row.last_access_at ?? undefined,
    lastAnalyzedAt: row.last_analyzed_at ?? undefined,
  }
}
