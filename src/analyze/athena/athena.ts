/**
 * Athena: takes queries, runs a bounded number at once, publishes each result together with the query's end in one
 * commit, and reads results page by page.
 *
 *     start ──commit──> QUEUED ──turn──> RUNNING ──result written, fsync──> one commit: result + catalog change + end
 *
 * A query that is under way is in memory only. Whatever has no end when the lake starts was cut off by the process's
 * death, and fails then: nothing of it was published.
 */
import type { Ledger } from '../../durable/ledger.ts'
import type { Principal } from '../../gateway/operation.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Meter } from '../../world/meter.ts'
import type { Random } from '../../world/random.ts'
import { EngineFault } from '../engine/fault.ts'
import { askedKey } from './asked-key.ts'
import { askedStatement, demandReadable } from './asked-statement.ts'
import { Caller } from './caller.ts'
import { DataCatalogs } from './data-catalogs.ts'
import { demandDescribed, isDescribing } from './ddl/describe.ts'
import { demandUnquoted } from './ddl/quoted-names.ts'
import { soleStatement } from './ddl/sole-statement.ts'
import { isQuery, type Runnable, statementTypes } from './ddl/statement.ts'
import { Executions, failureOf } from './execution.ts'
import {
  noSuchQuery,
  notFinished,
  notSucceeded,
  QueryFailure,
  queryTooLong,
  resultsGone,
  tokenReused,
  tooManyQueries,
  workGroupDisabled,
} from './faults.ts'
import { History, type ReusableResult } from './history.ts'
import { answerMillisecondsMax, queryBytesMax, queuedQueriesMax, statementsMax } from './limits.ts'
import type { Live, QueryRequest } from './live.ts'
import { NamedQueries } from './named-queries.ts'
import type { Blobs, Catalog, Engine, ObjectStore, Permits, Scope, Stopwatch } from './needs.ts'
import { outputFor } from './output.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { publishing } from './publishing.ts'
import { isTold, type Query, type QueryDefinition, type QueryEnd } from './query.ts'
import { QueryMetrics } from './query-metrics.ts'
import { Queue } from './queue.ts'
import { resultName } from './result-name.ts'
import { readPage, type ToldPage } from './result-pages.ts'
import { mayReuse, reuseKey } from './reuse.ts'
import { Cancelled } from './running.ts'
import { Scans } from './scan.ts'
import { statisticsOf } from './statistics.ts'
import { Tags } from './tags.ts'
import { WorkGroups } from './work-groups.ts'

export class Athena {
  readonly workGroups: WorkGroups
  readonly namedQueries: NamedQueries
  readonly preparedStatements: PreparedStatements
  readonly dataCatalogs: DataCatalogs
  readonly tags: Tags
  readonly catalog: Catalog
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #stopwatch: Stopwatch
  readonly #random: Random
  readonly #log: Log
  readonly #background: Background
  readonly #s3: ObjectStore
  readonly permits: Permits
  readonly #history: History
  readonly #engine: Engine
  readonly #metrics: QueryMetrics
  readonly #executions: Executions
  readonly #queries: Queue
  readonly #statements: Queue
  readonly #live = new Map<string, Live>()
  #closing = false

  constructor(parts: {
    readonly ledger: Ledger
    readonly blobs: Blobs
    readonly clock: Clock
    /** Real time, for the figures. */
    readonly stopwatch: Stopwatch
    readonly random: Random
    readonly log: Log
    readonly background: Background
    readonly s3: ObjectStore
    readonly catalog: Catalog
    readonly engine: Engine
    readonly permits: Permits
    readonly meter?: Meter
    /** SELECTs that run at once; others are QUEUED. */
    readonly concurrent: number
  }) {
    this.#ledger = parts.ledger
    this.#clock = parts.clock
    this.#stopwatch = parts.stopwatch
    this.#random = parts.random
    this.#log = parts.log
    this.#background = parts.background
    this.#s3 = parts.s3
    this.permits = parts.permits
    this.#engine = parts.engine
    this.catalog = parts.catalog
    this.#history = new History(parts.ledger)
    this.#metrics = new QueryMetrics(parts.meter)
    this.namedQueries = new NamedQueries(parts)
    this.preparedStatements = new PreparedStatements(parts)
    const users = [this.#history, this.namedQueries, this.preparedStatements, this.#metrics]
    this.workGroups = new WorkGroups({ ...parts, users })
    this.dataCatalogs = new DataCatalogs(parts.ledger)
    this.tags = new Tags(parts.ledger)
    const prepared = this.preparedStatements
    this.#executions = new Executions({ ...parts, prepared, scans: new Scans(parts) })
    this.#queries = new Queue(parts.concurrent)
    this.#statements = new Queue(statementsMax)
    parts.background.closing.addEventListener('abort', () => this.close(), { once: true })
  }

  /** Queries that the last process left without an end have failed. */
  async start(): Promise<void> {
    // A lake that was asked is asked again, and its first answer should not wait for a process to start.
    if (!this.#history.isEmpty) this.#engine.warm()
    const open = this.#history.open()
    if (open.length === 0) return
    const failure = new QueryFailure(
      'engine',
      'The query was cut off: Biwa stopped while it was under way. Run it again.',
    )
    await this.#ledger.commit(write => {
      for (const query of open) {
        const completedAt = this.#clock.now()
        const { message: reason, athenaError: error } = failure
        this.#history.end(write, query.id, { state: 'FAILED', completedAt, reason, error })
      }
    })
  }

  /** Stops what is under way; it fails at the next start. */
  close(): void {
    this.#closing = true
    for (const live of this.#live.values()) live.stop.abort(new Error('the lake is closing'))
  }

  async startQuery(scope: Scope, principal: Principal, request: QueryRequest): Promise<string> {
    const { catalog, token } = request
    const group = this.workGroups.find(scope, request.workGroup)
    if (!group.enabled) throw workGroupDisabled(group.name)
    const bytes = Buffer.byteLength(request.text)
    if (bytes > queryBytesMax) throw queryTooLong(bytes)
    const output = outputFor(group.configuration, request, this.#s3)
    const text = soleStatement(request.text)
    const isCatalogMissing = catalog !== undefined && !this.dataCatalogs.exists(scope, catalog)
    if (catalog !== undefined && !isCatalogMissing) this.dataCatalogs.demandOwn(scope, catalog)
    const caller = new Caller(scope, principal, this.permits)
    const asked = askedStatement(caller, { ...request, text }, this.preparedStatements)
    const { sql, values, statement } = asked
    await demandReadable(this.#engine, asked)
    const database = request.database?.toLowerCase()
    const described =
      isDescribing(statement) && demandDescribed(this.catalog, caller, statement, database, this.#random)
    if (described !== 'view') demandUnquoted(text)
    const id = this.#random.uuid()
    const [statementType, usual] = statementTypes[statement.kind]
    const substatementType = described === 'view' ? 'DESC_VIEW' : usual
    const definition: QueryDefinition = {
      text,
      ...(request.database !== undefined && { database: request.database }),
      ...(catalog !== undefined && { catalog }),
      ...(isCatalogMissing && { isCatalogMissing }),
      statementType,
      substatementType,
      output: { bucket: output.bucket, key: `${output.prefix}${resultName(statement, id)}` },
      ...(request.parameters && { parameters: request.parameters }),
      ...(token !== undefined && { asked: askedKey(request, group.configuration.enforced) }),
      ...(request.reuseMinutesMax !== undefined && { reuseMinutesMax: request.reuseMinutesMax }),
      ...output.settings,
    }
    const { account, region } = scope
    const query = { ...definition, id, account, region, workGroup: group.name, submittedAt: this.#clock.now() }
    let known: string | undefined
    const kept = this.#ledger.commit(write => {
      const same = token === undefined ? undefined : this.#history.withToken(scope, token)
      if (same && same.asked !== definition.asked) throw tokenReused()
      known = same?.id
      if (same) return
      if (this.#queueFor(statement).length >= queuedQueriesMax) throw tooManyQueries(queuedQueriesMax)
      this.#history.add(write, query, token)
      known = id
    })
    // The change itself ran at once, or was refused; what takes is its fsync.
    if (known !== id) return kept.then(() => known ?? id)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const live: Live = {
      query: { ...query, state: 'QUEUED' },
      ...{ statement, sql, values, isEnforced: group.configuration.enforced },
      isMetered: group.configuration.publishesMetrics,
      caller,
      scannedBytesMax: group.configuration.scannedBytesMax,
      stop: new AbortController(),
      submittedAt: this.#stopwatch.elapsed(),
      startedAt: undefined,
      scannedBytes: 0,
      ended,
      end,
    }
    this.#live.set(id, live)
    // The query runs while its beginning is made durable: its end is a later commit, which no crash leaves without the first.
    this.#background.run(`query ${id}`, () => this.#run(live))
    if (!isQuery(statement)) this.#engine.warm()
    try {
      await kept
      return id
    } catch (cause) {
      live.stop.abort(cause)
      throw cause
    }
  }

  find(scope: Scope, id: string): Query | undefined {
    const query = this.#history.find(scope, id)
    const live = query?.end ? undefined : this.#live.get(id)
    return query && live?.startedAt !== undefined ? { ...query, state: 'RUNNING' } : query
  }

  query(scope: Scope, id: string): Query {
    const query = this.find(scope, id)
    if (!query) throw noSuchQuery(id)
    return query
  }

  /** Newest first; `before` is where the page before ended. */
  list(
    scope: Scope,
    workGroup: string,
    before: number,
    limit: number,
  ): readonly { readonly id: string; readonly sequence: number }[] {
    this.workGroups.find(scope, workGroup)
    return this.#history.list(scope, workGroup, before, limit)
  }

  /** Resolves when the query has its end; one that had it already keeps it. */
  async stopQuery(scope: Scope, id: string): Promise<void> {
    this.query(scope, id)
    const live = this.#live.get(id)
    live?.stop.abort(new Cancelled('Query cancelled by user'))
    await live?.ended
  }

  /** Resolves when the query has its end, however it ends; at once for one that has it. */
  async ended(id: string): Promise<void> {
    await this.#live.get(id)?.ended
  }

  /** Resolves when the query has its end, or after a moment of real time. */
  async endedSoon(id: string): Promise<void> {
    const live = this.#live.get(id)
    if (live === undefined) return
    const { promise: passed, resolve } = Promise.withResolvers<void>()
    const dueAt = this.#stopwatch.now() + answerMillisecondsMax
    const moment = this.#stopwatch.at(dueAt, 'an answer about a query', resolve)
    await Promise.race([live.ended, passed])
    moment.cancel()
  }

  /**
   * A page of the result from a byte of its object on, which `place` says once there is an object, of so many bytes; `next` is
   * where the page after begins. A page that is full has one behind it, and be it an empty one.
   */
  async results(
    scope: Scope,
    id: string,
    place: ((bytes: number) => number) | undefined,
    rowsMax: number,
  ): Promise<ToldPage> {
    const { state, end, output } = this.query(scope, id)
    if (!end) throw notFinished(state)
    if (isTold(end)) return { rows: [], columns: [] }
    if (end.state !== 'SUCCEEDED') throw notSucceeded(state)
    if (end.updateCount !== undefined) return { rows: [], columns: end.columns ?? [], updateCount: end.updateCount }
    const object = this.#s3.latest(output.bucket, output.key)
    if (!object) throw resultsGone(`s3://${output.bucket}/${output.key}`)
    if (object.bytes === 0) return { rows: [], columns: end.columns ?? [] }
    const from = place?.(object.bytes) ?? 0
    const kind = output.key.endsWith('.csv') ? 'csv' : 'text'
    const { rows, bytes } = await readPage(this.#s3.read(object, from), kind, rowsMax)
    const next = from + bytes
    return { rows, columns: end.columns ?? [], ...((next < object.bytes || rows.length === rowsMax) && { next }) }
  }

  async #run(live: Live): Promise<void> {
    try {
      await this.#queueFor(live.statement).run(live.stop.signal, () => this.#execute(live))
    } catch (cause) {
      await this.#endBadly(live, cause)
    } finally {
      this.#live.delete(live.query.id)
      const query = live.isMetered ? this.#history.find(live.query, live.query.id) : undefined
      if (query?.end) this.#metrics.count(query, query.end)
      live.end()
    }
  }

  /** The catalog's statements take no engine and wait for none. */
  #queueFor(statement: Runnable): Queue {
    return isQuery(statement) || statement.kind === 'explain' || statement.kind === 'createView'
      ? this.#queries
      : this.#statements
  }

  async #execute(live: Live): Promise<void> {
    const { query, sql, values, isEnforced, caller, scannedBytesMax, statement, stop } = live
    live.startedAt = this.#stopwatch.elapsed()
    const now = this.#clock.now()
    const note = (bytes: number) => {
      live.scannedBytes = bytes
    }
    const execution = { query, sql, values, isEnforced, caller, scannedBytesMax, note, now, signal: stop.signal }
    const common = statement.kind === 'select' ? reuseKey(query, query, live) : undefined
    const earlier = common === undefined ? undefined : this.#earlier(live, common)
    if (earlier) return this.#reuse(live, earlier)
    const result = await this.#executions.run(execution, statement)
    await publishing(this.#ledger, result, write => {
      stop.signal.throwIfAborted()
      const { bucket, key } = query.output
      // From here the result, the change and the query's end are there together; a crash before leaves nothing but
      // blobs that nobody refers to, swept at start.
      if (result.object) this.#s3.publish(write, bucket, key, result.object)
      if (result.metadata) this.#s3.publish(write, bucket, `${key}.metadata`, result.metadata)
      const end: QueryEnd = {
        state: 'SUCCEEDED',
        completedAt: this.#clock.now(),
        statistics: statisticsOf(live, this.#stopwatch.elapsed(), result),
        columns: result.columns,
        ...(result.updateCount !== undefined && { updateCount: result.updateCount }),
        ...(result.manifest !== undefined && { manifest: result.manifest }),
        ...(result.tables && { tables: result.tables }),
      }
      this.#history.end(write, query.id, end, common)
    })
  }

  /** A result that may stand for the query's own: young enough, still there, and for its caller to see. */
  #earlier({ query, caller }: Live, key: string): ReusableResult | undefined {
    if (query.reuseMinutesMax === undefined) return undefined
    const found = this.#history.reusable(key)
    if (!found || found.end.completedAt < this.#clock.now() - query.reuseMinutesMax * 60_000) return undefined
    const { bucket, key: object } = found.output
    return this.#s3.latest(bucket, object) && mayReuse(caller, found) ? found : undefined
  }

  #reuse(live: Live, { output: reused, end: { columns = [], tables = [] } }: ReusableResult): Promise<void> {
    const completedAt = this.#clock.now()
    // Nothing was read: that much was measured.
    const statistics = { ...statisticsOf(live, this.#stopwatch.elapsed()), scannedBytes: 0 }
    const end: QueryEnd = { state: 'SUCCEEDED', completedAt, statistics, columns, tables, reused }
    return this.#ledger.commit(write => this.#history.end(write, live.query.id, end))
  }

  async #endBadly(live: Live, cause: unknown): Promise<void> {
    // At the next start it is found without an end.
    if (this.#closing) return
    const { reason: stopped } = live.stop.signal
    const cancelled = stopped instanceof Cancelled ? stopped : cause instanceof Cancelled ? cause : undefined
    const failure = cancelled ? new QueryFailure('cancelled', cancelled.message) : failureOf(cause, live.statement)
    // What the engine says of a statement is its caller's business; anything else is a failure of ours.
    if (failure.kind === 'engine' && !(cause instanceof EngineFault))
      this.#log.error(`query ${live.query.id} failed`, failure.cause ?? failure)
    const end: QueryEnd = {
      state: cancelled ? 'CANCELLED' : 'FAILED',
      completedAt: this.#clock.now(),
      reason: failure.message,
      ...(!cancelled && { error: failure.athenaError }),
      statistics: statisticsOf(live, this.#stopwatch.elapsed()),
    }
    const { bucket, key } = live.query.output
    const told = isTold(end) ? await this.#executions.text([failure.message]) : undefined
    await this.#ledger.commit(write => {
      if (told && this.#s3.bucketExists(bucket)) this.#s3.publish(write, bucket, key, told)
      this.#history.end(write, live.query.id, end)
    })
  }
}
