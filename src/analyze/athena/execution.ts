/**
 * One query, from its turn to its result: a SELECT in the engine, a statement of the catalog in the process. Answers with
 * what is to be published; the commit that publishes it is athena.ts's.
 */
import type { Transaction } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Background } from '../../world/background.ts'
import { EngineFault } from '../engine/fault.ts'
import type { ExplainResult, QueryRequest, TableReference } from '../engine/request.ts'
import type { Context, Outcome } from './ddl/outcome.ts'
import { parseStatement } from './ddl/parse.ts'
import { runStatement } from './ddl/run.ts'
import {
  type CreateView,
  type Explain,
  isQuery,
  isWriting,
  type Runnable,
  type WritingStatement,
} from './ddl/statement.ts'
import { makeDefault, takesTables } from './default-database.ts'
import { analysis, explanation } from './explain.ts'
import { ddlInvalid, missingSessionCatalog, QueryFailure, viewExists } from './faults.ts'
import { queryMillisecondsMax } from './limits.ts'
import type { Blobs, Catalog, Engine, ObjectStore, PreparedObject, PreparedPartitions, Stopwatch } from './needs.ts'
import { bind } from './parameters.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import { contextDatabaseOf, type QueryEnd } from './query.ts'
import { type ColumnInfo, metadataBytes, queryColumn } from './result-columns.ts'
import { type ResultRoom, ResultRooms } from './result-rooms.ts'
import type { Execution } from './running.ts'
import { type Scans, tableOf } from './scan.ts'
import { isView, viewDefinition } from './views.ts'
import { Writes } from './write.ts'

export interface Result {
  /** Absent where a statement writes into a table or a location of its own. */
  readonly object?: PreparedObject
  /** Absent where there are neither columns nor lines. */
  readonly metadata?: PreparedObject
  readonly columns: readonly ColumnInfo[]
  readonly change?: (write: Transaction) => void
  readonly ahead?: () => Promise<PreparedPartitions>
  readonly engineMilliseconds: number
  readonly planningMilliseconds: number
  readonly preProcessingMilliseconds: number
  readonly scannedBytes: number
  readonly outputRows?: number
  readonly outputBytes: number
  /** Rows that were written into a table. */
  readonly updateCount?: number
  /** That a query read. */
  readonly tables?: QueryEnd['tables']
  readonly manifest?: string
}

export class Executions {
  readonly #engine: Engine
  readonly #blobs: Blobs
  readonly #s3: ObjectStore
  readonly #catalog: Catalog
  readonly #scans: Scans
  readonly #stopwatch: Stopwatch
  readonly #rooms: ResultRooms
  readonly #writes: Writes
  readonly #prepared: PreparedStatements

  constructor(parts: {
    readonly engine: Engine
    readonly blobs: Blobs
    readonly s3: ObjectStore
    readonly catalog: Catalog
    readonly scans: Scans
    readonly stopwatch: Stopwatch
    readonly background: Background
    readonly prepared: PreparedStatements
  }) {
    this.#engine = parts.engine
    this.#blobs = parts.blobs
    this.#s3 = parts.s3
    this.#catalog = parts.catalog
    this.#scans = parts.scans
    this.#stopwatch = parts.stopwatch
    this.#rooms = new ResultRooms(parts)
    this.#writes = new Writes({ ...parts, rooms: this.#rooms })
    this.#prepared = parts.prepared
  }

  async run(unbound: Execution, parsed: Runnable): Promise<Result> {
    const { bucket, key } = unbound.query.output
    for (const written of [key, `${key}.metadata`]) unbound.caller.demandObject('s3:PutObject', bucket, written)
    if (parsed.kind === 'createView') return this.#textual(unbound, () => this.#createView(unbound, parsed))
    if (parsed.kind === 'explain') return this.#explain(unbound, parsed)
    if (!isQuery(parsed)) return this.#textual(unbound, context => runStatement(context, parsed))
    const execution = { ...unbound, sql: bind(unbound.sql, unbound.values) }
    const statement = execution.sql === unbound.sql ? parsed : parseStatement(execution.sql)
    if (!isWriting(statement)) return this.#select(execution)
    const { isCatalogMissing, catalog = '' } = execution.query
    if (isCatalogMissing) throw missingSessionCatalog(catalog.toLowerCase())
    return this.#write(execution, statement)
  }

  async #write(execution: Execution, statement: WritingStatement): Promise<Result> {
    const beganAt = this.#stopwatch.elapsed()
    const { rows, bytes, readBytes, manifest, ...written } = await this.#writes.run(execution, statement)
    const columns = [queryColumn('rows', 'bigint')]
    return {
      ...written,
      columns,
      metadata: await this.#metadata(execution, columns, { type: updateTypes[statement.kind], count: rows }),
      preProcessingMilliseconds: 0,
      engineMilliseconds: Math.min(written.engineMilliseconds, this.#stopwatch.elapsed() - beganAt),
      scannedBytes: readBytes,
      outputRows: rows,
      outputBytes: bytes,
      updateCount: rows,
      ...(manifest !== undefined && { manifest }),
    }
  }

  async #select(execution: Execution): Promise<Result> {
    const beganAt = this.#stopwatch.elapsed()
    using room = await this.#rooms.take()
    using held = new DisposableStack()
    const askedAt = this.#stopwatch.elapsed()
    const read = new Map<string, TableReference>()
    const request = this.#request(execution, room, held)
    const result = await this.#engine.query({
      ...request,
      tables: references => {
        for (const table of references.map(tableOf)) read.set(`${table.database}.${table.name}`, table)
        return request.tables(references)
      },
    })
    request.reading?.told(result.scannedBytes, result.scannedBytes)
    const columns = result.columns.map(column => queryColumn(column.name, column.type))
    const [object, metadata] = await Promise.all([this.#adopt(result.file), this.#metadata(execution, columns)])
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
      tables: [...read.values()],
    }
  }

  #request(execution: Execution, room: ResultRoom, held: DisposableStack): QueryRequest {
    const { query, sql, now, signal } = execution
    return {
      sql,
      defaultDatabase: contextDatabaseOf(query),
      now,
      tables: references => this.#scans.sources(execution, references, held),
      resultDirectory: room.path,
      result: 'athena-csv',
      reading: this.#scans.reading(execution),
      signal,
      deadlineMilliseconds: queryMillisecondsMax,
    }
  }

  async #planned(execution: Execution, isOfColumns = false): Promise<ExplainResult> {
    using room = await this.#rooms.take()
    using held = new DisposableStack()
    return await this.#engine.explain({ ...this.#request(execution, room, held), isOfColumns })
  }

  /** EXPLAIN ANALYZE runs the query, whose rows nobody sees. */
  async #explain(unbound: Execution, statement: Explain): Promise<Result> {
    const execution = { ...unbound, sql: bind(statement.query, unbound.values) }
    const plan = await this.#planned(execution, statement.type === 'validate' && !statement.isAnalyzing)
    if (!statement.isAnalyzing) return this.#textual(execution, () => headed(explanation(statement, plan)))
    using room = await this.#rooms.take()
    using held = new DisposableStack()
    const ran = await this.#engine.query(this.#request(execution, room, held))
    this.#scans.reading(execution).told(ran.scannedBytes, ran.scannedBytes)
    const told = await this.#textual(execution, () => headed(analysis(statement, plan, ran)))
    const { scannedBytes, engineMilliseconds, planningMilliseconds } = ran
    return { ...told, scannedBytes, engineMilliseconds, planningMilliseconds }
  }

  async #createView(execution: Execution, { table, isReplacing, query: sql }: CreateView): Promise<Outcome> {
    const { caller } = execution
    const contextDatabase = contextDatabaseOf(execution.query)
    const database = table.database ?? contextDatabase
    caller.demandTable('glue:CreateTable', database, table.name)
    if (!takesTables(this.#catalog, caller, database))
      throw new QueryFailure('schema', `SCHEMA_NOT_FOUND: line 1:1: Schema '${database}' does not exist`)
    const { columns } = await this.#planned({ ...execution, sql }, true)
    const definition = viewDefinition(table.name, { sql: sql.trim(), database: contextDatabase }, columns)
    return {
      columns: [],
      lines: [],
      change: write => {
        const found = this.#catalog.table(caller, database, table.name)
        if (found && (!isReplacing || !isView(found))) throw viewExists(database, table.name, !isView(found))
        if (found) caller.demandTable('glue:UpdateTable', database, table.name)
        if (found) return this.#catalog.updateTable(write, caller, database, definition)
        makeDefault(write, this.#catalog, caller, database)
        this.#catalog.createTable(write, caller, database, definition)
      },
    }
  }

  /** A statement whose result is lines of text. */
  async #textual(execution: Execution, run: (context: Context) => Outcome | Promise<Outcome>): Promise<Result> {
    const { query, caller, now, signal } = execution
    const beganAt = this.#stopwatch.elapsed()
    const database = contextDatabaseOf(query)
    const shared = { catalog: this.#catalog, s3: this.#s3, prepared: this.#prepared }
    const { columns, lines, change, ahead } = await run({
      ...shared,
      caller,
      database,
      now,
      signal,
      workGroup: query.workGroup,
    })
    const engineMilliseconds = this.#stopwatch.elapsed() - beganAt
    const object = await this.text(lines)
    const isEmpty = columns.length === 0 && lines.length === 0
    return {
      object,
      ...(!isEmpty && { metadata: await this.#metadata(execution, columns) }),
      columns,
      ...(change && { change }),
      ...(ahead && { ahead }),
      engineMilliseconds,
      planningMilliseconds: 0,
      preProcessingMilliseconds: 0,
      scannedBytes: 0,
      outputBytes: object.blob.bytes,
    }
  }

  async #adopt(file: string): Promise<PreparedObject> {
    return this.#s3.prepare(await this.#blobs.adopt(file), { contentType })
  }

  #metadata(
    { query }: Execution,
    columns: readonly ColumnInfo[],
    update?: { readonly type: string | undefined; readonly count: number },
  ): Promise<PreparedObject> {
    return this.#s3.take(one(metadataBytes(columns, { id: query.id, update })), { contentType })
  }

  text(lines: readonly string[]): Promise<PreparedObject> {
    return this.#s3.take(textOf(lines), { contentType })
  }
}

const contentType = 'application/octet-stream'

/** As the engine calls what wrote. */
const updateTypes: Readonly<Record<string, string>> = { createTableAs: 'CREATE TABLE', insert: 'INSERT' }

/** A plan is a table of one column, and a table's first line names its columns. */
const headed = ({ columns, lines, ...rest }: Outcome): Outcome => ({
  ...rest,
  columns,
  lines: [...columns.map(column => column.name), ...lines],
})

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** Between the lines, not behind the last one. */
async function* textOf(lines: readonly string[]): AsyncIterable<Uint8Array> {
  for (let from = 0; from < lines.length; from += 1000)
    yield Buffer.from((from === 0 ? '' : '\n') + lines.slice(from, from + 1000).join('\n'))
}

/** Whatever ended a query badly, in the words that its StateChangeReason shows. */
export function failureOf(cause: unknown, statement: Runnable): QueryFailure {
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
  if (cause instanceof Fault && isQuery(statement))
    return new QueryFailure('write', `Failed to write the result to S3: ${cause.code}: ${cause.message}`, cause)
  if (cause instanceof Fault) return ddlInvalid(`${cause.code}: ${cause.message}`)
  return new QueryFailure('engine', 'GENERIC_INTERNAL_ERROR: the query failed inside Biwa; its log says why', cause)
}
