// The Data Catalog: databases and tables of every account and region, all in the ledger. Changes happen inside the
// caller's commit, so that a crawl or a job can register what it wrote in the very transaction that publishes it.
// Partitions of a table are in `partitions.ts`; this class hands them on. What else hangs on databases and tables has rooms
// of its own: `functions`, `indexes`, `policies`, `statistics`.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { CatalogPolicies } from './catalog-policies.ts'
import { ColumnStatistics } from './column-statistics.ts'
import {
  ConcurrentModificationException,
  databaseExists,
  InvalidInputException,
  noSuchDatabase,
  tableExists,
} from './faults.ts'
import { UserFunctions } from './functions.ts'
import { checkIndexes, PartitionIndexes } from './partition-indexes.ts'
import type { PartitionPlaces } from './partition-places.ts'
import { Partitions } from './partitions.ts'
import {
  type DatabaseRow,
  databaseKey,
  databaseOf,
  definitionText,
  existingTable,
  hasDatabase,
  type TableRow,
  tableOf,
  tableRow,
} from './rows.ts'
import { catalogTables } from './schema.ts'
import type {
  CatalogDatabase,
  CatalogTable,
  DatabaseDefinition,
  Partition,
  PartitionDefinition,
  PartitionIndex,
  Scope,
  TableDefinition,
} from './table.ts'
import { glueArn, type Tags } from './tags.ts'

/** Partitions that are durable, and seen once they are published. */
export interface PreparedPartitions {
  publish(write: Transaction): void
  discard(): Promise<void>
}

export class Catalog {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #tags: Tags
  readonly #partitions: Partitions
  readonly functions: UserFunctions
  readonly indexes: PartitionIndexes
  readonly policies: CatalogPolicies
  readonly statistics: ColumnStatistics

  constructor({ ledger, clock, tags }: { readonly ledger: Ledger; readonly clock: Clock; readonly tags: Tags }) {
    this.#ledger = ledger
    this.#clock = clock
    this.#tags = tags
    ledger.define('glue_catalog', catalogTables)
    this.#partitions = new Partitions({ ledger, clock })
    this.functions = new UserFunctions({ ledger, clock })
    this.indexes = new PartitionIndexes({ ledger })
    this.policies = new CatalogPolicies({ ledger, clock })
    this.statistics = new ColumnStatistics({ ledger })
    tags.register('database', (scope, name) => this.database(scope, name) !== undefined)
  }

  /** Takes away the partitions that a crash left half added, some at a time. */
  sweep(signal: AbortSignal): Promise<void> {
    return this.#partitions.sweep(signal)
  }

  /** For the callers that have nothing else to commit with it. */
  commit<T>(change: (write: Transaction) => T): Promise<T> {
    return this.#ledger.commit(change)
  }

  database(scope: Scope, name: string): CatalogDatabase | undefined {
    const row = this.#ledger.get<DatabaseRow>(
      'SELECT * FROM glue_database WHERE account = ? AND region = ? AND name = ?',
      ...databaseKey(scope, name),
    )
    return row && databaseOf(row)
  }

  databases(scope: Scope): readonly CatalogDatabase[] {
    const rows = this.#ledger.all<DatabaseRow>(
      'SELECT * FROM glue_database WHERE account = ? AND region = ? ORDER BY name',
      scope.account,
      scope.region,
    )
    return rows.map(databaseOf)
  }

  createDatabase(
    write: Transaction,
    scope: Scope,
    definition: DatabaseDefinition,
    tags: Readonly<Record<string, string>> = {},
  ): void {
    const key = databaseKey(scope, definition.name)
    const added = write.run(
      'INSERT INTO glue_database VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ...key,
      JSON.stringify({ ...definition, name: undefined }),
      this.#clock.now(),
    )
    if (added === 0) throw databaseExists()
    this.#tags.put(write, glueArn(scope, `database/${key[2]}`), tags)
  }

  /** Makes the database unless it is there. */
  ensureDatabase(write: Transaction, scope: Scope, name: string): void {
    if (!hasDatabase(write, scope, name)) this.createDatabase(write, scope, { name })
  }

  updateDatabase(write: Transaction, scope: Scope, name: string, definition: DatabaseDefinition): void {
    if (definition.name.toLowerCase() !== name.toLowerCase())
      throw new InvalidInputException(`A database keeps its name: ${name} cannot become ${definition.name}.`)
    const changed = write.run(
      'UPDATE glue_database SET definition = ? WHERE account = ? AND region = ? AND name = ?',
      JSON.stringify({ ...definition, name: undefined }),
      ...databaseKey(scope, name),
    )
    if (changed === 0) throw noSuchDatabase(name)
  }

  /** With its tables and their partitions, as Glue does. */
  deleteDatabase(write: Transaction, scope: Scope, name: string): void {
    const key = databaseKey(scope, name)
    if (write.run('DELETE FROM glue_database WHERE account = ? AND region = ? AND name = ?', ...key) === 0)
      throw noSuchDatabase(name)
    this.#tags.clear(write, glueArn(scope, `database/${key[2]}`))
    this.functions.dropAll(write, key)
    const tables = write.all<{ id: number }>(
      'SELECT id FROM glue_table WHERE account = ? AND region = ? AND database = ?',
      ...key,
    )
    for (const { id } of tables) this.#dropTable(write, id)
  }

  table(scope: Scope, database: string, name: string): CatalogTable | undefined {
    const row = tableRow(this.#ledger, scope, database, name)
    return row && tableOf(row)
  }

  /** In order of name; empty when there is no such database. */
  tables(scope: Scope, database: string): readonly CatalogTable[] {
    const rows = this.#ledger.all<TableRow>(
      'SELECT * FROM glue_table WHERE account = ? AND region = ? AND database = ? ORDER BY name',
      ...databaseKey(scope, database),
    )
    return rows.map(tableOf)
  }

  /** One page, in order of name, after the table called `after`. */
  tablesAfter(scope: Scope, database: string, after: string, limit: number): readonly CatalogTable[] {
    if (!this.database(scope, database)) throw noSuchDatabase(database)
    const rows = this.#ledger.all<TableRow>(
      'SELECT * FROM glue_table WHERE account = ? AND region = ? AND database = ? AND name > ? ORDER BY name LIMIT ?',
      ...databaseKey(scope, database),
      after,
      limit,
    )
    return rows.map(tableOf)
  }

  /** Of every database, in order of database and name. */
  everyTable(scope: Scope): readonly CatalogTable[] {
    const rows = this.#ledger.all<TableRow>(
      'SELECT * FROM glue_table WHERE account = ? AND region = ? ORDER BY database, name',
      scope.account,
      scope.region,
    )
    return rows.map(tableOf)
  }

  createTable(
    write: Transaction,
    scope: Scope,
    database: string,
    definition: TableDefinition,
    by: { readonly createdBy?: string; readonly indexes?: readonly PartitionIndex[] } = {},
  ): void {
    if (!hasDatabase(write, scope, database)) throw noSuchDatabase(database)
    checkKeys(definition)
    checkIndexes(definition.partitionKeys, by.indexes ?? [])
    const now = this.#clock.now()
    const added = write.run(
      `INSERT INTO glue_table (account, region, database, name, version, definition, indexes, created_by, created_at, updated_at)
       VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ...databaseKey(scope, database),
      definition.name.toLowerCase(),
      definitionText(definition),
      JSON.stringify(by.indexes ?? []),
      by.createdBy ?? null,
      now,
      now,
    )
    if (added === 0) throw tableExists()
  }

  /** Replaces the definition; the one before stays as a version unless `archive` is false. */
  updateTable(
    write: Transaction,
    scope: Scope,
    database: string,
    definition: TableDefinition,
    options: { readonly archive?: boolean; readonly expectedVersion?: number } = {},
  ): void {
    const row = existingTable(write, scope, database, definition.name)
    if (options.expectedVersion !== undefined && options.expectedVersion !== row.version)
      throw new ConcurrentModificationException(
        `Update table failed due to concurrent modifications: table ${row.name} has version ${row.version}, not ${options.expectedVersion}.`,
      )
    checkKeys(definition)
    if (options.archive !== false)
      write.run(
        'INSERT INTO glue_table_version VALUES (?, ?, ?, ?)',
        row.id,
        row.version,
        row.definition,
        row.updated_at,
      )
    write.run(
      'UPDATE glue_table SET definition = ?, version = version + 1, updated_at = ? WHERE id = ?',
      definitionText(definition),
      this.#clock.now(),
      row.id,
    )
  }

  /** With its partitions and versions. */
  deleteTable(write: Transaction, scope: Scope, database: string, name: string): void {
    this.#dropTable(write, existingTable(write, scope, database, name).id)
  }

  /** The table as it was, newest first; the present one among them. */
  tableVersions(scope: Scope, database: string, name: string): readonly CatalogTable[] {
    const row = existingTable(this.#ledger, scope, database, name)
    const older = this.#ledger.all<Pick<TableRow, 'version' | 'definition' | 'updated_at'>>(
      'SELECT version, definition, updated_at FROM glue_table_version WHERE table_id = ? ORDER BY version DESC',
      row.id,
    )
    return [tableOf(row), ...older.map(version => tableOf({ ...row, ...version }))]
  }

  deleteTableVersion(write: Transaction, scope: Scope, database: string, name: string, version: number): boolean {
    const row = existingTable(write, scope, database, name)
    if (version === row.version)
      throw new InvalidInputException(
        `Version ${version} of table ${row.name} is the current one and cannot be deleted.`,
      )
    return write.run('DELETE FROM glue_table_version WHERE table_id = ? AND version = ?', row.id, version) > 0
  }

  partition(scope: Scope, database: string, table: string, values: readonly string[]): Partition | undefined {
    const row = tableRow(this.#ledger, scope, database, table)
    return row && this.#partitions.get(this.#ledger, row, values)
  }

  /** In order of the values' text, read in pages: the walk may be interrupted by awaits. Empty without such a table. */
  *partitions(scope: Scope, database: string, table: string): Iterable<Partition> {
    const row = tableRow(this.#ledger, scope, database, table)
    if (row) for (const { partition } of this.#partitions.walk(row)) yield partition
  }

  /** Values and locations of all partitions, in that order, and the name of this very list. Empty without such a table. */
  partitionPlaces(scope: Scope, database: string, table: string): PartitionPlaces {
    const row = tableRow(this.#ledger, scope, database, table)
    return row ? this.#partitions.places(row) : { key: '', partitions: [], storages: new Map() }
  }

  /** For whoever asks for `partitionPlaces` soon: reads them with turns for others, if they are not at hand. */
  async readPartitionPlaces(scope: Scope, database: string, table: string): Promise<void> {
    const row = tableRow(this.#ledger, scope, database, table)
    if (row) await this.#partitions.readPlaces(row)
  }

  /** As `partitions`, after the position that an earlier walk gave; refuses an unknown table. */
  partitionsAfter(scope: Scope, database: string, table: string, after?: string) {
    return this.#partitions.walk(existingTable(this.#ledger, scope, database, table), after)
  }

  createPartition(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    partition: PartitionDefinition,
  ): void {
    this.#partitions.create(write, existingTable(write, scope, database, table), partition)
  }

  /** Those that are there already are skipped; returns how many were new. */
  addPartitions(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    partitions: readonly PartitionDefinition[],
  ): number {
    return this.#partitions.add(write, existingTable(write, scope, database, table), partitions)
  }

  /**
   * As addPartitions, of any number: what takes its time is done before the commit that is to hold them, some at a time. It
   * is to be published in that commit, and discarded where there will be none.
   */
  async addPartitionsAhead(
    scope: Scope,
    database: string,
    table: string,
    partitions: readonly PartitionDefinition[],
    signal: AbortSignal,
  ): Promise<PreparedPartitions> {
    const found = existingTable(this.#ledger, scope, database, table)
    const batch = await this.#partitions.addAhead(found, partitions, signal)
    return {
      publish: write => this.#partitions.publish(write, existingTable(write, scope, database, table), batch),
      discard: () => this.#partitions.discard(batch),
    }
  }

  updatePartition(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    values: readonly string[],
    partition: PartitionDefinition,
  ): void {
    const row = existingTable(write, scope, database, table)
    this.#partitions.update(write, row, values, partition)
    this.statistics.movePartition(write, row.id, values, partition.values)
  }

  deletePartition(write: Transaction, scope: Scope, database: string, table: string, values: readonly string[]): void {
    const row = existingTable(write, scope, database, table)
    this.#partitions.delete(write, row, values)
    this.statistics.dropPartition(write, row.id, values)
  }

  #dropTable(write: Transaction, id: number): void {
    this.#partitions.drop(write, id)
    this.statistics.drop(write, id)
    write.run('DELETE FROM glue_table_version WHERE table_id = ?', id)
    write.run('DELETE FROM glue_table WHERE id = ?', id)
  }
}

function checkKeys({ storage, partitionKeys, name }: TableDefinition): void {
  const columns = new Set(storage.columns.map(column => column.name.toLowerCase()))
  const both = partitionKeys.find(key => columns.has(key.name.toLowerCase()))
  if (both)
    throw new InvalidInputException(
      `Column ${both.name} of table ${name} stands among the columns and among the partition keys; it may be only one of them.`,
    )
}
