// What crawlers need of other parts, as narrow as they use it; lake.ts hands the parts in.
import type { Transaction } from '../../durable/ledger.ts'
import type {
  CatalogDatabase,
  CatalogTable,
  Partition,
  PartitionDefinition,
  Scope,
  TableDefinition,
} from '../glue/table.ts'

export interface CrawledObject {
  readonly bucket: string
  readonly key: string
  readonly blob: string
  readonly bytes: number
  readonly etag: string
  readonly modifiedAt: number
  /** Its bytes cannot be had: it lies in an archive. */
  readonly isArchived?: true
}

export interface Objects {
  bucketExists(bucket: string): boolean
  /** Keys in the order of their UTF-8 bytes, after `after`. */
  list(bucket: string, prefix: string, after: string, limit: number): readonly CrawledObject[]
  read(object: CrawledObject, from?: number, toExclusive?: number): AsyncIterable<Uint8Array>
}

export interface CatalogWriter {
  database(scope: Scope, name: string): CatalogDatabase | undefined
  table(scope: Scope, database: string, name: string): CatalogTable | undefined
  tables(scope: Scope, database: string): readonly CatalogTable[]
  partitions(scope: Scope, database: string, table: string): Iterable<Partition>
  ensureDatabase(write: Transaction, scope: Scope, name: string): void
  createTable(
    write: Transaction,
    scope: Scope,
    database: string,
    definition: TableDefinition,
    by?: { readonly createdBy?: string },
  ): void
  updateTable(write: Transaction, scope: Scope, database: string, definition: TableDefinition): void
  deleteTable(write: Transaction, scope: Scope, database: string, name: string): void
  addPartitions(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    partitions: readonly PartitionDefinition[],
  ): number
  updatePartition(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    values: readonly string[],
    partition: PartitionDefinition,
  ): void
  deletePartition(write: Transaction, scope: Scope, database: string, table: string, values: readonly string[]): void
}

/** May a service that acts in this role do this; always true while authentication is not enforced. */
export type Permits = (roleArn: string, service: string, action: string, resource: string) => boolean

/** When crawlers begin by themselves: kept by who keeps all that falls due, and changed within a crawler's own commit. */
export interface Timetable {
  of(
    scope: Scope,
    name: string,
  ): { readonly expression: string; readonly state: 'SCHEDULED' | 'NOT_SCHEDULED' } | undefined
  /** An empty expression takes the schedule away. */
  set(write: Transaction, scope: Scope, name: string, expression: string): void
  resume(write: Transaction, scope: Scope, name: string): void
  pause(write: Transaction, scope: Scope, name: string): void
}
