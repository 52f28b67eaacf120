// The partitions of a table, made for a hundred thousand of them: a row is its values, its location and a reference to
// the storage descriptor that it shares with its siblings.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { InvalidInputException, noSuchPartition, partitionExists, valuesMismatch } from './faults.ts'
import { partitionPath } from './partition-path.ts'
import { type PartitionPlaces, RememberedPlaces } from './partition-places.ts'
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
interface Table {
  readonly id: number
  readonly name: string
  readonly definition: string
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

  constructor({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#ledger = ledger
    this.#clock = clock
  }

  get(reader: Pick<Transaction, 'get'>, table: Table, values: readonly string[]): Partition | undefined {
    const row = reader.get<PartitionRow>(
      'SELECT * FROM glue_partition WHERE table_id = ? AND partition_values = ?',
      table.id,
      keyOf(values),
    )
    return row && partitionOf(row, this.#storage(reader, table.id, row.storage))
  }

  *walk(table: Table, after = ''): Iterable<Walked> {
    const storages = new Map<number, Storage>()
    for (let position = after; ; ) {
      const rows = this.#ledger.all<PartitionRow>(
        'SELECT * FROM glue_partition WHERE table_id = ? AND partition_values > ? ORDER BY partition_values LIMIT ?',
        table.id,
        position,
        pageRows,
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
  places(table: Pick<Table, 'id'>): PartitionPlaces {
    return this.#places.of(table.id, () => {
      const partitions = this.#ledger.all<Pick<PartitionRow, 'partition_values' | 'location' | 'storage'>>(
        'SELECT partition_values, location, storage FROM glue_partition WHERE table_id = ? ORDER BY partition_values',
        table.id,
      )
      const storages = this.#ledger.all<{ readonly id: number; readonly storage: string }>(
        'SELECT id, storage FROM glue_partition_storage WHERE table_id = ?',
        table.id,
      )
      return {
        partitions: partitions.map(({ partition_values, location, storage }) => {
          return { values: JSON.parse(partition_values) as string[], location, storage }
        }),
        storages: new Map(storages.map(({ id, storage }) => [id, JSON.parse(storage) as Storage])),
      }
    })
  }

  create(write: Transaction, table: Table, partition: PartitionDefinition): void {
    if (this.add(write, table, [partition]) === 0) throw partitionExists()
  }

  add(write: Transaction, table: Table, partitions: readonly PartitionDefinition[]): number {
    this.#places.forget(table.id)
    const definition = JSON.parse(table.definition) as TableDefinition
    const shelf = new Shelf(write, table.id)
    let added = 0
    for (const partition of partitions) {
      const row = placed(partition, definition)
      added += write.run(
        'INSERT INTO glue_partition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        table.id,
        keyOf(partition.values),
        row.location,
        shelf.put(row.storage),
        row.storageParameters,
        row.parameters,
        this.#clock.now(),
        partition.lastAccessAt ?? null,
        partition.lastAnalyzedAt ?? null,
      )
    }
    return added
  }

  /** Replaces the partition of `values`; its values may change. */
  update(write: Transaction, table: Table, values: readonly string[], partition: PartitionDefinition): void {
    this.#places.forget(table.id)
    const definition = JSON.parse(table.definition) as TableDefinition
    const row = placed(partition, definition)
    const moved = keyOf(partition.values) !== keyOf(values)
    if (moved && this.get(write, table, partition.values)) throw partitionExists()
    const changed = write.run(
      `UPDATE glue_partition SET partition_values = ?, location = ?, storage = ?, storage_parameters = ?, parameters = ?,
         last_access_at = ?, last_analyzed_at = ? WHERE table_id = ? AND partition_values = ?`,
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

  delete(write: Transaction, table: Table, values: readonly string[]): void {
    this.#places.forget(table.id)
    const sql = 'DELETE FROM glue_partition WHERE table_id = ? AND partition_values = ?'
    if (write.run(sql, table.id, keyOf(values)) === 0) throw noSuchPartition()
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

/** The storage descriptors that a table's partitions share, by content. */
class Shelf {
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

const keyOf = (values: readonly string[]) => JSON.stringify(values)

/** Settles what the definition leaves to the table, and parts the row's own content from the shared one. */
function placed(partition: PartitionDefinition, table: TableDefinition) {
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
