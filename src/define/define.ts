/**
 * The package's entry `biwa/define`: the words that a lake is defined in. See `lake.ts` for the whole.
 */
import type { Columns, PutRow } from './column.ts'
import type { Delivery } from './parts/delivery.ts'
import type { Files } from './parts/files.ts'
import type { Stream } from './parts/stream.ts'
import type { Table, TableRow } from './parts/table.ts'

export { type Column, type ColumnOptions, type Columns, column } from './column.ts'
export { type Cron, cron, type Every } from './every.ts'
export { type AnyPart, type LakeDefinition, type LakeOptions, lake } from './lake.ts'
export { DefinitionMistake } from './mistake.ts'
export { by, day, hour, month, type Partitioning, year } from './partitioning.ts'
export { type Bucket, type BucketOptions, bucket, type Location } from './parts/bucket.ts'
export { type Crawler, crawler } from './parts/crawler.ts'
export { type Delivery, delivery } from './parts/delivery.ts'
export { type Files, files } from './parts/files.ts'
export { type Job, job } from './parts/job.ts'
export { type Role, role } from './parts/role.ts'
export { type Stream, stream } from './parts/stream.ts'
export { type Table, table } from './parts/table.ts'
export type { GivenRow, Transform, TransformContext } from './parts/transform.ts'
export { type Workgroup, workgroup } from './parts/workgroup.ts'

/** A row of a table, as a query reads it, or a record as a reader of the stream, the delivery or the files finds it. */
export type Row<P> =
  P extends Table<infer C, infer By>
    ? TableRow<C, By>
    : P extends Stream<infer C> | Delivery<infer C> | Files<infer C>
      ? RecordRow<C>
      : never

/** A record as it is put to a stream or a delivery, or written into files. */
export type RecordOf<P> = P extends Stream<infer C> | Delivery<infer C> | Files<infer C> ? PutRow<C> : never

type RecordRow<C extends Columns> = import('./column.ts').RowOf<C>
