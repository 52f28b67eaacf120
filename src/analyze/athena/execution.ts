/**
 * One query, from its turn to its result: a SELECT in the engine, a statement of the catalog in the process. Answers with
 * what is to be published; the commit that publishes it is athena.ts's.
 */
import type { Transaction } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Background } from '../../world/background.ts'
import { EngineFault } from '../engine/fault.ts'
import type { TableSource } from '../engine/request.ts'
import type { Caller } from './caller.ts'
import { type CatalogStatement, runStatement } from './ddl/run.ts'
import type { Statement } from './ddl/statement.ts'
import { ddlInvalid, QueryFailure } from './faults.ts'
import { queryMillisecondsMax } from './limits.ts'
import type { Blobs, Catalog, Engine, ObjectStore, PreparedObject, Stopwatch } from './needs.ts'
import type { Query } from './query.ts'
import { type ColumnInfo, metadataBytes, queryColumn } from './result-columns.ts'
import { ResultRooms } from './result-rooms.ts'
import type { Scans } from './scan.ts'

/** A query that was asked to stop, or that stops itself. Its message is the StateChangeReason. */
export class Cancelled extends Error {}

export const overCutoff = () => new Cancelled('Query cancelled! : Bytes scanned limit was exceeded')

export interface Result {
  readonly object: PreparedObject
  readonly metadata: PreparedObject
  readonly columns: readonly ColumnInfo[]
  readonly change?: (write: Transaction) => void
  readonly engineMilliseconds: number
  readonly planningMilliseconds: number
  readonly preProcessingMilliseconds: number
  readonly scannedBytes: number
  readonly outputRows?: number
  readonly outputBytes: number
}

export interface Execution {
  readonly query: Query
  readonly caller: Caller
  readonly scannedBytesMax: number | undefined
  readonly now: number
  readonly signal: AbortSignal
}

export class Executions {
  readonly #engine: Engine
  readonly #blobs: Blobs
  readonly #s3: ObjectStore
  readonly #catalog: Catalog
  readonly #scans: Scans
  readonly #stopwatch: Stopwatch
  readonly #rooms: ResultRooms

  constructor(parts: {
    readonly engine: Engine
    readonly blobs: Blobs
    readonly s3: ObjectStore
    readonly catalog: Catalog
    readonly scans: Scans
    readonly stopwatch: Stopwatch
    readonly background: Background
  }) {
    this.#engine = parts.engine
    this.#blobs = parts.blobs
    this.#s3 = parts.s3
    this.#catalog = parts.catalog
    this.#scans = parts.scans
    this.#stopwatch = parts.stopwatch
    this.#rooms = new ResultRooms(parts)
  }

  run(execution: Execution, statement: Statement): Promise<Result> {
    const { bucket, key } = execution.query.output
    execution.caller.demand('s3:PutObject', `arn:aws:s3:::${bucket}/${key}`)
    return statement.kind === 'select' ? this.#select(execution) : this.#ofCatalog(execution, statement)
  }

  async #select({ query, caller, scannedBytesMax, now, signal }: Execution): Promise<Result> {
    const beganAt = this.#stopwatch.elapsed()
    using room = await this.#rooms.take()
    using held = new DisposableStack()
    const askedAt = this.#stopwatch.elapsed()
    const result = await this.#engine.query({
      sql: query.text,
      defaultDatabase: query.database ?? 'default',
      now,
      tables: async references =>
        references.map(reference => bounded(this.#scans.source(caller, reference, query.text, held), scannedBytesMax)),
      resultDirectory: room.path,
      result: 'athena-csv',
      signal,
      deadlineMilliseconds: queryMillisecondsMax,
    })
    if (scannedBytesMax !== undefined && result.scannedBytes > scannedBytesMax) throw overCutoff()
    const columns = result.columns.map(column => queryColumn(column.name, column.type))
    const [object, metadata] = await Promise.all([this.#adopt(result.file), this.#metadata(columns)])
    return {
      object,
      metadata,
      columns,
      engineMilliseconds: result.engineMilliseconds,
      planningMilliseconds: result.planningMilliseconds,
      preProcessingMilliseconds: askedAt - beganAt,
      scannedBytes: result.scannedBytes,
      outputRows: result.rows,
      outputBytes: result.bytes,
    }
  }

  async #ofCatalog({ query, caller, now, signal }: Execution, statement: CatalogStatement): Promise<Result> {
    const beganAt = this.#stopwatch.elapsed()
    const database = query.database ?? 'default'
    const context = { caller, catalog: this.#catalog, s3: this.#s3, database, now, signal }
    const { columns, lines, change } = await runStatement(context, statement)
    const engineMilliseconds = this.#stopwatch.elapsed() - beganAt
    const object = await this.#s3.take(textOf(lines), { contentType: 'text/plain' })
    return {
      object,
      metadata: await this.#metadata(columns),
      columns,
      ...(change && { change }),
      engineMilliseconds,
      planningMilliseconds: 0,
      preProcessingMilliseconds: 0,
      scannedBytes: 0,
      outputBytes: object.blob.bytes,
    }
  }

  async #adopt(file: string): Promise<PreparedObject> {
    return this.#s3.prepare(await this.#blobs.adopt(file), { contentType: 'application/octet-stream' })
  }

  #metadata(columns: readonly ColumnInfo[]): Promise<PreparedObject> {
    return this.#s3.take(one(metadataBytes(columns)), { contentType: 'application/octet-stream' })
  }
}

/** A text file is read whole, so that its size tells before the reading that a limit will be passed. */
function bounded(source: TableSource, scannedBytesMax: number | undefined): TableSource {
  if (scannedBytesMax === undefined || source.format === 'parquet') return source
  return {
    ...source,
    async files(indexes) {
      const files = await source.files(indexes)
      if (files.reduce((sum, file) => sum + file.bytes, 0) > scannedBytesMax) throw overCutoff()
      return files
    },
  }
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

async function* textOf(lines: readonly string[]): AsyncIterable<Uint8Array> {
  for (let from = 0; from < lines.length; from += 1000)
    yield Buffer.from(
      lines
        .slice(from, from + 1000)
        .map(line => `${line}\n`)
        .join(''),
    )
}

/** Whatever ended a query badly, in the words that its StateChangeReason shows. */
export function failureOf(cause: unknown, statement: Statement): QueryFailure {
  if (cause instanceof QueryFailure) return cause
  if (cause instanceof EngineFault) {
    const kinds = {
      syntax: 'syntax',
      semantic: 'user',
      unsupported: 'user',
      data: 'data',
      resource: 'resources',
      timeout: 'timeout',
      crashed: 'engine',
      cancelled: 'cancelled',
    } as const
    return new QueryFailure(kinds[cause.kind], cause.message, cause)
  }
  // The store's or the catalog's fault: a bucket deleted meanwhile, a table that another statement made first.
  if (cause instanceof Fault && statement.kind === 'select')
    return new QueryFailure('write', `Failed to write the result to S3: ${cause.code}: ${cause.message}`, cause)
  if (cause instanceof Fault) return ddlInvalid(`${cause.code}: ${cause.message}`)
  return new QueryFailure('engine', 'GENERIC_INTERNAL_ERROR: the query failed inside Biwa; its log says why', cause)
}
