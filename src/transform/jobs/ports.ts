// What jobs need of other parts, as narrow as they use it; lake.ts hands the parts in.
import type { ProjectedColumn } from '../../analyze/engine/projection.ts'
import type { TransformRequest, TransformResult } from '../../analyze/engine/request.ts'
import type { CatalogTable, Partition, PartitionDefinition, Scope } from '../../catalog/glue/table.ts'
import type { Blob, Scratch } from '../../durable/blobs.ts'
import type { Transaction } from '../../durable/ledger.ts'
import type { BatchRequest, BatchResult } from '../functions/batches.ts'

export interface InputObject {
  readonly bucket: string
  readonly key: string
  readonly blob: string
  readonly bytes: number
  readonly etag: string
  readonly modifiedAt: number
}

/** S3. `Prepared` is whatever it wants back at publication. */
export interface Objects<Prepared = unknown> {
  bucketExists(bucket: string): boolean
  latest(bucket: string, key: string): InputObject | undefined
  /** Keys in the order of their UTF-8 bytes, after `after`. */
  list(bucket: string, prefix: string, after: string, limit: number): readonly InputObject[]
  /** Changes with whatever changes in the bucket; the same text means the same objects, as long as the process lives. */
  state(bucket: string): string
  read(object: InputObject): AsyncIterable<Uint8Array>
  /** A local file that an engine child can read; it stays until this is disposed, whatever becomes of the object. */
  file(object: InputObject): Promise<Disposable & { readonly path: string }>
  prepare(blob: Blob, options?: { readonly contentType?: string }): Promise<Prepared>
  publish(write: Transaction, bucket: string, key: string, object: Prepared): void
  remove(write: Transaction, bucket: string, key: string): void
}

export interface Tables {
  table(scope: Scope, database: string, name: string): CatalogTable | undefined
  partitions(scope: Scope, database: string, table: string): Iterable<Partition>
  partition(scope: Scope, database: string, table: string, values: readonly string[]): Partition | undefined
  addPartitions(
    write: Transaction,
    scope: Scope,
    database: string,
    table: string,
    partitions: readonly PartitionDefinition[],
  ): number
  deletePartition(write: Transaction, scope: Scope, database: string, table: string, values: readonly string[]): void
}

/** Of a table with partition projection the partitions' values and where they lie; undefined for any other. */
export type Projections = (
  table: CatalogTable,
) =>
  | { readonly columns: readonly ProjectedColumn[]; readonly locationOf: (values: readonly string[]) => string }
  | undefined

export interface Transforms {
  /** That somebody is about to ask. */
  warm(): void
  transform(request: TransformRequest): Promise<TransformResult>
}

export interface Files {
  scratch(): Promise<Scratch>
  adopt(path: string): Promise<Blob>
  /** What will not be published after all. */
  discard(blob: Blob): Promise<void>
  read(blob: Blob, from: number, toExclusive: number): AsyncIterable<Uint8Array>
}

/** The modules of jobs run in processes of their own. */
export interface Modules {
  run(request: BatchRequest): Promise<BatchResult>
}

/** May a service that acts in this role do this; always true while authentication is not enforced. */
export type Permits = (roleArn: string, service: string, action: string, resource: string) => boolean
