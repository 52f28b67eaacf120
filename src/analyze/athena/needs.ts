/** What Athena needs of the other parts: the narrowest interfaces; lake.ts hands the parts in. */

import type { PartitionPlaces } from '../../catalog/glue/partition-places.ts'
import type {
  CatalogDatabase,
  CatalogTable,
  DatabaseDefinition,
  Partition,
  PartitionDefinition,
  Scope,
  TableDefinition,
} from '../../catalog/glue/table.ts'
import type { Blob, Scratch } from '../../durable/blobs.ts'
import type { Transaction } from '../../durable/ledger.ts'
import type { Access, Principal } from '../../gateway/operation.ts'
import type {
  ExplainRequest,
  ExplainResult,
  QueryRequest,
  QueryResult,
  TransformRequest,
  TransformResult,
} from '../engine/request.ts'

export type { Scope } from '../../catalog/glue/table.ts'

export interface Engine {
  /** That somebody is about to ask. */
  warm(): void
  query(request: QueryRequest): Promise<QueryResult>
  /** What its parser says against a SELECT, as far as it says something at once. */
  check(sql: string): Promise<{ readonly message: string } | undefined>
  explain(request: ExplainRequest): Promise<ExplainResult>
  transform(request: TransformRequest): Promise<TransformResult>
}

export interface Blobs {
  scratch(): Promise<Scratch>
  adopt(path: string): Promise<Blob>
}

export interface ObjectEntry {
  readonly bucket: string
  readonly key: string
  readonly blob: string
  readonly bytes: number
  readonly modifiedAt: number
  readonly storageClass?: string
  /** Its bytes cannot be had: it was not restored. */
  readonly isArchived?: true
}

export interface PreparedObject {
  readonly blob: Blob
}

/** `Entry` and `Prepared` are the store's own values, handed back to it as they came. */
export interface ObjectStore<
  Entry extends ObjectEntry = ObjectEntry,
  Prepared extends PreparedObject = PreparedObject,
> {
  bucketExists(bucket: string): boolean
  bucketOwner(bucket: string): { readonly account: string } | undefined
  take(chunks: AsyncIterable<Uint8Array>, described?: { readonly contentType?: string }): Promise<Prepared>
  prepare(blob: Blob, described?: { readonly contentType?: string }): Promise<Prepared>
  publish(write: Transaction, bucket: string, key: string, object: Prepared): unknown
  latest(bucket: string, key: string): Entry | undefined
  list(bucket: string, prefix: string, after: string, limit: number): readonly Entry[]
  listFolders(
    bucket: string,
    prefix: string,
    delimiter: string,
    after: string,
    limit: number,
  ): { readonly folders: readonly string[]; readonly next?: string }
  read(object: Entry, from?: number, toExclusive?: number): AsyncIterable<Uint8Array>
  /** A local file with its bytes, which stays until this is disposed, whatever becomes of the object. */
  file(object: Entry): Promise<Disposable & { readonly path: string }>
}

export interface PreparedPartitions {
  publish(write: Transaction): void
  discard(): Promise<void>
}

export interface Catalog {
  database(scope: Scope, name: string): CatalogDatabase | undefined
  databases(scope: Scope): readonly CatalogDatabase[]
  createDatabase(write: Transaction, scope: Scope, definition: DatabaseDefinition): void
  updateDatabase(write: Transaction, scope: Scope, name: string, definition: DatabaseDefinition): void
  deleteDatabase(write: Transaction, scope: Scope, name: string): void
  table(scope: Scope, database: string, name: string): CatalogTable | undefined
  tables(scope: Scope, database: string): readonly CatalogTable[]
  tablesAfter(scope: Scope, database: string, after: string, limit: number): readonly CatalogTable[]
  createTable(write: Transaction, scope: Scope, database: string, definition: TableDefinition): void
  updateTable(write: Transaction, scope: Scope, database: string, definition: TableDefinition): void
  deleteTable(write: Transaction, scope: Scope, database: string, name: string): void
  partition(scope: Scope, database: string, table: string, values: readonly string[]): Partition | undefined
  partitions(scope: Scope, database: string, table: string): Iterable<Partition>
  /** Of all of them; `key` names this very list. */
  partitionPlaces(scope: Scope, database: string, table: string): PartitionPlaces
  /** Has them at hand, without holding others up. */
  readPartitionPlaces(scope: Scope, database: string, table: string): Promise<void>
  addPartitions(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    partitions: readonly PartitionDefinition[],
  ): number
  /** Of any number: what takes its time is done ahead of the commit that publishes them. */
  addPartitionsAhead(
    scope: Scope,
    database: string,
    table: string,
    partitions: readonly PartitionDefinition[],
    signal: AbortSignal,
  ): Promise<PreparedPartitions>
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

/** Whether IAM lets somebody; always so in open mode. A query reads and writes with its caller's rights. */
export type Permits = (
  principal: Principal,
  access: Access & { readonly region: string },
) => { readonly allowed: boolean; readonly message?: string }

/** Real time, also where the lake's clock is simulated: the figures of a query are about this machine. */
export interface Stopwatch {
  now(): number
  elapsed(): number
  at(dueAt: number, name: string, task: () => void): { cancel(): void }
}
