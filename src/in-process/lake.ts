/**
 * A lake inside one's own process: opened by `openLake`, moved by its clock, reached through typed operations, through the
 * AWS SDK's clients or over the wire, and closed without leaving anything behind. It builds no part: lake.ts does.
 */

import type { BoundColumn, DeclaredTable } from '../analyze/engine/bind.ts'
import type { Parts } from '../aws.ts'
import type { ApplyOptions } from '../define/apply.ts'
import type { LakeDefinition } from '../define/lake.ts'
import type { Plan } from '../define/plan.ts'
import { control } from '../gateway/control.ts'
import type { HttpRequest, HttpResponse } from '../gateway/message.ts'
import type { Principal } from '../gateway/operation.ts'
import { version } from '../version.ts'
import { SystemClock } from '../world/clock.ts'
import { LakeMistake } from '../world/mistake.ts'
import { pause } from '../world/pause.ts'
import { SimulatedClock } from '../world/simulated/clock.ts'
import { eraseTemporaryDirectory } from '../world/temporary.ts'
import { Access, type Caller, rootOf } from './access.ts'
import { holdToBinding, holdToInvocation } from './arguments.ts'
import type { Builder, Built, During } from './built.ts'
import type { ClientSettings } from './client.ts'
import { LakeClock, simulated } from './clock.ts'
import { apply, type Definable, type DownOptions, defined, plan, planDown, takeDown } from './definitions.ts'
import type { Aws } from './door.ts'
import { type Failure, Failures } from './failures.ts'
import { Faults } from './faults.ts'
import { Listeners, type Listening, type ListenOptions } from './listening.ts'
import type { Settings } from './options.ts'
import type { QueryOptions, QueryResult, Rows } from './query.ts'
import { Transcript, type TranscriptEntry } from './transcript.ts'

export class Lake {
  readonly clock: LakeClock
  /** Breaks things on purpose. On a simulated clock, or with `faults: true`. */
  readonly faults: Faults
  readonly #settings: Settings
  readonly #builder: Builder
  readonly #failures: Failures
  readonly #listeners: Listeners
  readonly #access: Access
  readonly #transcript: Transcript | undefined
  /** Calls that have begun: a close lets them end. */
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #built: Promise<Built> | undefined
  /** What `#built` resolved with last. */
  #standing: Built | undefined
  #closed: Promise<void> | undefined

  constructor(settings: Settings, builder: Builder) {
    this.#settings = settings
    this.#builder = builder
    this.#failures = new Failures(settings.log)
    const { enforced, account, region, transcriptEntriesMax } = settings
    const standing = () => this.#now().parts
    this.faults = new Faults(settings.faults, {
      delivery: () => standing().firehose.names(),
      stream: () => standing().kinesis.names(),
    })
    this.#transcript = transcriptEntriesMax > 0 ? new Transcript(transcriptEntriesMax) : undefined
    const handle = (request: HttpRequest) => this.handle(request)
    this.#listeners = new Listeners({ loopbackOnly: !enforced, log: this.#failures, handle })
    this.clock = new LakeClock({ needs: () => this.#now(), enter: () => this.#current() })
    const enter = () => this.#current()
    const during: During = work => this.#during(work)
    const handleSent = (request: HttpRequest) => during(() => this.handle(request))
    const closing = () => this.#closing.signal
    const surface = () => this.#surface()
    this.#access = new Access({ enter, during, surface, handle: handleSent, closing, enforced, account, region })
  }

  /** Called by `openLake`, once. */
  async open(): Promise<void> {
    try {
      this.#built = this.#build(this.#settings.startAt)
      await this.#built
    } catch (cause) {
      await this.close()
      throw cause
    }
  }

  /** Where everything is kept. */
  get directory(): string {
    return this.#settings.directory
  }

  /** The account and the region of `aws` and `client`. */
  get account(): string {
    return this.#settings.account
  }

  get region(): string {
    return this.#settings.region
  }

  /**
   * Every operation that Biwa has, typed, without a socket: blobs are Uint8Array (or a string, for its UTF-8 bytes), timestamps
   * Date, an object's body a stream. What AWS would refuse is thrown as an AwsError of AWS's name.
   *
   *     await lake.aws.kinesis.CreateStream({ StreamName: 'temperature-stream', ShardCount: 1 })
   *     const { Body } = await lake.aws.s3.GetObject({ Bucket: 'raw', Key: 'a.json' })
   *     console.log(await Body?.transformToString())
   */
  get aws(): Aws {
    return this.#access.aws
  }

  /**
   * Settings for the AWS SDK's own clients, which then go over no socket.
   *
   *     const kinesis = new KinesisClient(lake.client())
   */
  client(): ClientSettings {
    return this.#access.client()
  }

  /**
   * The lake as another account, region, role or user reaches it.
   *
   *     await lake.as({ region: 'eu-west-1' }).aws.kinesis.ListStreams()
   */
  as(caller: Caller): Access {
    return this.#access.as(caller)
  }

  /**
   * Runs a statement as Athena does, waits for its end without moving the clock, and gives its rows. Athena's refusal is
   * thrown as a QueryFailed in Athena's words.
   *
   *     const { rows, scannedBytes, cost } = await lake.query<{ device_id: string; avg_temp: number }>(
   *       'SELECT device_id, avg(temperature) AS avg_temp FROM device_telemetry WHERE year = ? GROUP BY device_id',
   *       { database: 'temperature', parameters: [2025] },
   *     )
   *
   * Values: integers, real and double are numbers; bigint is a number where that is exact, a bigint otherwise; boolean is a
   * boolean, json what it says, NULL null. All else is Athena's text: varchar, decimal ('12.50'), date ('2025-10-15'),
   * timestamp ('2025-10-15 12:30:00.000'), arrays, maps and rows ('[a, b]': CAST(x AS JSON) gives their values).
   */
  query<Row = Rows>(sql: string, options: QueryOptions = {}): Promise<QueryResult<Row>> {
    return this.#access.query<Row>(sql, options)
  }

  /**
   * As `query`, for results that are larger than memory: the rows as they are read.
   *
   *     for await (const { device_id } of lake.queryRows<{ device_id: string }>('SELECT device_id FROM readings')) …
   */
  queryRows<Row = Rows>(sql: string, options: QueryOptions = {}): AsyncIterable<Row> {
    return this.#access.queryRows<Row>(sql, options)
  }

  /**
   * The columns that a SELECT would give over tables of which only the columns are known; nothing is read. Throws a
   * BindingFault with Athena's words and the place, where the statement is wrong.
   *
   *     await lake.bind('SELECT device_id FROM source', [{ name: 'source', columns: [{ name: 'device_id', type: 'string' }] }])
   */
  async bind(sql: string, tables: readonly DeclaredTable[]): Promise<readonly BoundColumn[]> {
    holdToBinding(sql, tables)
    return (await this.#current()).bind(sql, tables)
  }

  /** What `apply` would do: compared with what is there, part by part. Nothing is done. */
  plan(definition: LakeDefinition): Promise<Plan> {
    return plan(this.#definable, definition)
  }

  /**
   * Makes the lake what a definition says; again after an edit, only what differs. Data is kept: what would be made anew and
   * holds some is refused without `{ replace: true }`. Throws an ApplyFailed that names the step.
   *
   *     await lake.apply(temperature)
   */
  apply(definition: LakeDefinition, options?: ApplyOptions): Promise<Plan> {
    return apply(this.#definable, definition, options)
  }

  /** What `takeDown` would remove. */
  planDown(definition: LakeDefinition, options?: DownOptions): Promise<Plan> {
    return planDown(this.#definable, definition, options)
  }

  /** Removes all that a definition made; buckets and streams that hold data only with `{ data: true }`. */
  takeDown(definition: LakeDefinition, options?: DownOptions): Promise<Plan> {
    return takeDown(this.#definable, definition, options)
  }

  /**
   * What failed in the background, where nobody waited for it, a scheduled run of a job too: the first hundred, oldest first. A
   * test may want it empty.
   */
  get failures(): readonly Failure[] {
    return this.#failures.list
  }

  /**
   * What happened since the lake was opened, oldest first: calls, what fell due, deliveries, runs, crawls and queries, each with
   * how it ended. Plain frozen values: on a simulated clock the same seed and the same calls give the same ones. Kept by lakes
   * on a simulated clock, or with `transcript: true`.
   *
   *     assert.deepEqual(first.transcript(), second.transcript())
   *     console.log(transcriptText(lake.transcript()))
   */
  transcript(): readonly TranscriptEntry[] {
    if (this.#transcript) return this.#transcript.entries
    throw new LakeMistake('This lake keeps no transcript. Open it with transcript: true.')
  }

  /**
   * Serves AWS's protocols over the wire, on loopback's port 4566 unless told otherwise.
   *
   *     const server = await lake.listen({ port: 0 })
   *     process.env.AWS_ENDPOINT_URL = server.url
   */
  async listen(options: ListenOptions = {}): Promise<Listening> {
    await this.#current()
    return this.#listeners.listen(options)
  }

  /** Answers one HTTP request, as a server does. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { pipeline, clock, metrics } = await this.#current()
    const { enforced, allowReset } = this.#settings
    const needs = () => ({
      ...{ version, metrics, services: pipeline.serviceNames, clock: this.clock },
      ...(enforced && { rootKey: () => this.rootKey() }),
      define: (body: Readonly<Record<string, unknown>>) => defined(this.#definable, body),
      failed: (asked: HttpRequest, error: unknown) => pipeline.failed(asked, error),
      isSimulated: clock instanceof SimulatedClock,
      ...(allowReset && { reset: () => this.reset() }),
    })
    return control(request, { open: !enforced, needs }) ?? pipeline.handle(request)
  }

  /**
   * Runs an operation by its names; input and output are as AWS's JSON has them (blobs in base64, timestamps in seconds), and
   * faults are thrown. For programs that get names and inputs from elsewhere; others have `aws`.
   *
   *     await lake.invoke(lake, 'kinesis', 'CreateStream', { StreamName: 'temperature-stream', ShardCount: 1 })
   */
  async invoke(
    caller: { readonly account: string; readonly region: string; readonly principal?: Principal },
    service: string,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    holdToInvocation(caller, service, operation, input)
    const { account, region, principal = rootOf(account) } = caller
    const invoker = { account, region, principal }
    return this.#during(({ pipeline }) => pipeline.invoke(invoker, service, operation, input))
  }

  /** From now on a simulated clock follows the machine's own, second by second; it never goes back to meet it. */
  async keepPace(): Promise<void> {
    const clock = simulated(await this.#current())
    const realClock = new SystemClock(this.#failures)
    const ahead = Math.max(0, clock.now() - realClock.now())
    const follow = async () => {
      if (this.#closed) return
      await clock.advanceTo(realClock.now() + ahead)
      realClock.at(realClock.now() + 1000, 'keep pace', follow)
    }
    await follow()
  }

  /** The root key of the lake's own account, made the first time it is asked for. */
  async rootKey(): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
    return (await this.#current()).parts.iam.root(this.#settings.account)
  }

  async parts(): Promise<Parts> {
    return (await this.#current()).parts
  }

  /** Empties the lake: every resource of every account. Requests that come meanwhile wait; a simulated clock goes on from where it is. */
  async reset(): Promise<void> {
    // Chained at once, so that two resets, and the requests between them, come one after the other.
    this.#built = this.#current().then(async before => {
      await before.close()
      await this.#builder.erase(this.#settings)
      return this.#build(before.clock.now())
    })
    await this.#built
  }

  /**
   * Stops listening, lets what is under way end, closes the data directory; a temporary one is gone then. Closing twice is
   * closing once, and `await using` does it.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    const built = this.#built
    // The last deferred comes first, each whatever became of the others.
    await using steps = new AsyncDisposableStack()
    const { isTemporary, directory } = this.#settings
    if (isTemporary) steps.defer(() => eraseTemporaryDirectory(directory))
    // What did not open has been told to who opened it, and closed what it had.
    steps.defer(async () => (await built?.catch(() => undefined))?.close())
    steps.defer(async () => {
      await Promise.race([Promise.allSettled(this.#underWay), pause(closeGraceMilliseconds, this.#closing.signal)])
      this.#closing.abort(new LakeMistake('The lake is closing.'))
    })
    steps.defer(() => this.#listeners.close())
  }

  async #build(startAt: number | undefined): Promise<Built> {
    const { clock } = this.#settings
    const built = await this.#builder.build({
      settings: this.#settings,
      startAt: clock === 'simulated' ? startAt : undefined,
      log: this.#failures,
      ran: (...failed) => this.#failures.ran(...failed),
      transcript: this.#transcript,
      faults: this.#settings.faults ? this.faults : undefined,
      url: () => this.#listeners.url,
    })
    this.#failures.follow(built.clock)
    this.#standing = built
    return built
  }

  get #definable(): Definable {
    const { account } = this
    const invoke: Definable['invoke'] = region => (service, operation, input) =>
      this.invoke({ account, region }, service, operation, input)
    return { account, invoke }
  }

  #during<T>(work: (built: Built) => Promise<T>): Promise<T> {
    const done = this.#current().then(work)
    this.#underWay.add(done)
    const forget = () => void this.#underWay.delete(done)
    done.then(forget, forget)
    return done
  }

  async #current(): Promise<Built> {
    if (!this.#built || this.#closed) throw closed()
    return this.#built
  }

  #surface(): ReadonlyMap<string, readonly string[]> {
    const { pipeline } = this.#standing ?? this.#now()
    return new Map(pipeline.serviceNames.map(service => [service, pipeline.operationNames(service)]))
  }

  #now(): Built {
    if (!this.#standing || this.#closed) throw closed()
    return this.#standing
  }
}

/** How long a call may still take when the lake is closed. */
const closeGraceMilliseconds = 2_000

const closed = () => new LakeMistake('This lake is closed. Open another with openLake.')
