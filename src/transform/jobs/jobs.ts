// Glue's jobs: their definitions, and runs that really run. A run's script is SQL on the embedded engine; what happens
// inside a run is in `course.ts`, what a job remembers of its inputs in `bookmarks.ts`.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import { type Bookmark, Bookmarks, type ContextState } from './bookmarks.ts'
import { Course } from './course.ts'
import { Definitions } from './definitions.ts'
import { endingOf, RunEnded } from './ending.ts'
import { InvalidInputException, noBookmark, noSuchJob, noSuchRun, tooManyRuns } from './faults.ts'
import type { Job, JobDefinition, Run, RunEvent, RunRequest, Scope } from './job.ts'
import { runsKeptMilliseconds } from './limits.ts'
import { moduleExtension, modulePlanOf } from './module-plan.ts'
import { effectiveArguments, planOf } from './plan.ts'
import type { Files, Modules, Objects, Permits, Projections, Tables, Transforms } from './ports.ts'
import { type NewRun, Runs } from './runs.ts'
import { jobTables } from './schema.ts'
import { Scripts } from './script.ts'

/** Of catalog/glue: tags of all of Glue's resources. */
interface TagKeeper {
  register(kind: string, exists: (scope: Scope, name: string) => boolean): void
  put(write: Transaction, arn: string, tags: Readonly<Record<string, string>>): void
  of(arn: string): Readonly<Record<string, string>>
  clear(write: Transaction, arn: string): void
}

export interface JobsParts {
  readonly ledger: Ledger
  readonly blobs: Files
  readonly s3: Objects
  readonly catalog: Tables
  readonly projectionOf: Projections
  readonly engine: Transforms
  readonly modules: Modules
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  readonly log: Log
  readonly permits: Permits
  readonly tags: TagKeeper
}

export interface BookmarkEntry extends Bookmark {
  readonly lastRun: Run | undefined
  readonly contexts: readonly ContextState[]
}

export class Jobs {
  readonly #parts: JobsParts
  readonly #definitions: Definitions
  readonly #runs: Runs
  readonly #bookmarks: Bookmarks
  readonly #scripts: Scripts
  readonly #course: Course
  readonly #listeners: ((event: RunEvent) => void)[] = []
  /** Runs of this process, by their number. */
  readonly #underWay = new Map<number, { readonly jobId: number; readonly controller: AbortController }>()

  constructor(parts: JobsParts) {
    this.#parts = parts
    const { ledger, s3, tags } = parts
    ledger.define('glue_jobs', jobTables)
    this.#definitions = new Definitions(parts)
    this.#runs = new Runs({ ledger })
    this.#bookmarks = new Bookmarks({ ledger, s3 })
    this.#scripts = new Scripts({ s3 })
    this.#course = new Course({ ...parts, scripts: this.#scripts, bookmarks: this.#bookmarks, runs: this.#runs })
    tags.register('job', (scope, name) => this.#definitions.find(scope, name) !== undefined)
  }

  /** What a killed process left under way is FAILED, and tried again where the job says so. */
  async start(): Promise<void> {
    for (const run of this.#runs.underWay()) {
      const job = this.#definitions.byId(run.jobId)
      if (!job) continue
      const reason =
        run.state === 'STOPPING'
          ? new RunEnded('STOPPED', 'The run was stopped.')
          : new RunEnded(
              'FAILED',
              'The lake ended while this run was under way. Nothing of it is visible; a new run takes the same objects.',
            )
      await this.#end(job, run, reason, this.#parts.clock.elapsed())
    }
  }

  create(scope: Scope, definition: JobDefinition, tags: Readonly<Record<string, string>> = {}): Promise<void> {
    // Its first run should not wait for a process to start.
    if (moduleExtension(definition.command.scriptLocation) === undefined) this.#parts.engine.warm()
    return this.#definitions.create(scope, definition, tags)
  }

  update(scope: Scope, definition: JobDefinition): Promise<void> {
    return this.#definitions.update(scope, definition)
  }

  /** Runs under way end as STOPPED; what they would have written is never seen. False when there is no such job. */
  async delete(scope: Scope, name: string): Promise<boolean> {
    const job = this.find(scope, name)
    if (!job) return false
    await this.#parts.ledger.commit(write => {
      this.#runs.dropAll(write, job.id)
      this.#bookmarks.forget(write, job.id)
      this.#definitions.delete(write, job)
    })
    this.#course.forget(job.id)
    for (const { jobId, controller } of this.#underWay.values())
      if (jobId === job.id) controller.abort(new RunEnded('STOPPED', 'The job was deleted.'))
    return true
  }

  find(scope: Scope, name: string): Job | undefined {
    return this.#definitions.find(scope, name)
  }

  /** In order of name, after `after`. */
  list(scope: Scope, after: string, limit: number): readonly Job[] {
    return this.#definitions.list(scope, after, limit)
  }

  tags(scope: Scope, name: string): Readonly<Record<string, string>> {
    return this.#definitions.tags(scope, name)
  }

  /** Resolves with the run's id when it is recorded as STARTING; the run goes on in the background. */
  async startRun(scope: Scope, request: RunRequest): Promise<string> {
    const job = this.#job(scope, request.jobName)
    const previous = request.previousRunId === undefined ? undefined : this.run(scope, job.name, request.previousRunId)
    const given = { ...previous?.arguments, ...request.arguments }
    const plan = planOf(effectiveArguments(job, given)) // what is wrong with the arguments is told now
    if (moduleExtension(job.command.scriptLocation) !== undefined) modulePlanOf(plan)
    else if (plan.sourceTableSchema !== undefined)
      throw new InvalidInputException(
        '--SOURCE_SCHEMA says how a module spells the rows of --SOURCE_TABLE; to SQL the catalog says what they are: leave it out.',
      )
    await this.#scripts.read(job.command.scriptLocation) // refuses what is no SQL; a missing one fails the run
    return this.#begin(job, {
      id: `jr_${this.#parts.random.hex(32)}`,
      jobId: job.id,
      attempt: previous ? previous.attempt + 1 : 0,
      previousRunId: previous?.id,
      triggerName: request.triggerName,
      isUnattended: request.isUnattended ?? false,
      arguments: given,
      timeoutMinutes: request.timeoutMinutes ?? job.timeoutMinutes,
      kept: request.kept ?? {},
      startedAt: this.#parts.clock.now(),
    })
  }

  /** STOPPING now, STOPPED when the engine has let go. Refuses a run that has ended. */
  async stopRun(scope: Scope, jobName: string, id: string): Promise<void> {
    const run = this.run(scope, jobName, id)
    const stops = await this.#parts.ledger.commit(write =>
      this.#runs.turn(write, run.number, 'STOPPING', this.#parts.clock.now()),
    )
    if (!stops) throw new InvalidInputException(`The run ${id} cannot be stopped: it is ${run.state}.`)
    this.#underWay.get(run.number)?.controller.abort(new RunEnded('STOPPED', 'The run was stopped by BatchStopJobRun.'))
  }

  run(scope: Scope, jobName: string, id: string): Run {
    const run = this.#runs.find(this.#job(scope, jobName).id, id)
    if (!run) throw noSuchRun(id, jobName)
    return run
  }

  /** Newest first, those before the run with the number `before`. */
  runs(scope: Scope, jobName: string, limit: number, before = Number.MAX_SAFE_INTEGER): readonly Run[] {
    return this.#runs.before(this.#job(scope, jobName).id, before, limit)
  }

  /** For whoever shows progress: the newest run with its state and its figures. */
  lastRun(scope: Scope, jobName: string): Run | undefined {
    return this.runs(scope, jobName, 1)[0]
  }

  /** As it is, or with what the runs up to `runId` have taken. */
  bookmark(scope: Scope, jobName: string, runId?: string): BookmarkEntry {
    const job = this.#job(scope, jobName)
    const bookmark = this.#bookmarks.of(job.id)
    if (bookmark.version === 0) throw noBookmark(job.name)
    const asked = runId === undefined ? undefined : this.run(scope, jobName, runId)
    const lastRun = asked ?? (bookmark.run === null ? undefined : this.#runs.byNumber(bookmark.run))
    return { ...bookmark, lastRun, contexts: this.#bookmarks.contexts(job.id, asked?.number) }
  }

  /** Everything is to be taken again, or all that was taken after the run `afterRunId`. */
  async resetBookmark(scope: Scope, jobName: string, afterRunId?: string): Promise<BookmarkEntry> {
    const job = this.#job(scope, jobName)
    const after = afterRunId === undefined ? 0 : this.run(scope, jobName, afterRunId).number
    await this.#parts.ledger.commit(write => this.#bookmarks.reset(write, job.id, job.name, after))
    return this.bookmark(scope, jobName)
  }

  /** Called after every change of a run's state that has become durable. */
  onState(listener: (event: RunEvent) => void): void {
    this.#listeners.push(listener)
  }

  async #begin(job: Job, run: NewRun): Promise<string> {
    const number = await this.#parts.ledger.commit(write => {
      if (this.#runs.underWayCount(write, job.id) >= job.maxConcurrentRuns) throw tooManyRuns(job.name)
      this.#runs.dropEndedBefore(write, job.id, this.#parts.clock.now() - runsKeptMilliseconds)
      return this.#runs.add(write, run)
    })
    this.#follow(job, number)
    return run.id
  }

  #follow(job: Job, number: number): void {
    const run = this.#runs.byNumber(number)
    if (!run) return
    this.#tell(job, run)
    const controller = new AbortController()
    this.#underWay.set(number, { jobId: job.id, controller })
    this.#parts.background.run(`run ${run.id} of job ${job.name}`, () =>
      this.#perform(job, run, controller).finally(() => this.#underWay.delete(number)),
    )
  }

  async #perform(job: Job, run: Run, controller: AbortController): Promise<void> {
    const { clock, background, ledger } = this.#parts
    const begunAt = clock.elapsed()
    const timeout = clock.at(run.startedAt + run.timeoutMinutes * 60_000, `time-out of run ${run.id}`, () =>
      controller.abort(
        new RunEnded('TIMEOUT', `The run did not end within its time-out of ${run.timeoutMinutes} minutes.`),
      ),
    )
    const signal = AbortSignal.any([controller.signal, background.closing])
    try {
      const runs = await ledger.commit(write => this.#runs.turn(write, run.number, 'RUNNING', clock.now()))
      if (!runs) return
      this.#tell(job, { ...run, state: 'RUNNING' })
      await this.#course.run(job, run, signal)
      this.#tell(job, { ...run, state: 'SUCCEEDED' })
    } catch (cause) {
      // A lake that closes leaves the record as it is: the next start says what became of the run.
      if (background.closing.aborted) return
      await this.#end(job, run, signal.aborted ? signal.reason : cause, begunAt)
    } finally {
      timeout.cancel()
    }
  }

  /** The run's end without success, and its next attempt where the job has one left. */
  async #end(job: Job, run: Run, cause: unknown, begunAt: number): Promise<void> {
    const { clock, ledger, log } = this.#parts
    const { state, message, stateDetail, unexpected } = endingOf(cause)
    if (unexpected) log.error(`run ${run.id} of job ${job.name} failed`, cause)
    else if (state !== 'STOPPED') log.warn(`run ${run.id} of job ${job.name} ${state}: ${message}`)
    const retried = state === 'FAILED' && run.attempt < job.maxRetries
    const next = await ledger.commit(write => {
      const ended = this.#runs.end(write, run.number, {
        state,
        at: clock.now(),
        executionMilliseconds: clock.elapsed() - begunAt,
        errorMessage: message,
        stateDetail,
      })
      if (!ended || !retried) return undefined
      return this.#runs.add(write, {
        ...run,
        id: `${run.id.replace(/_attempt_\d+$/, '')}_attempt_${run.attempt + 1}`,
        attempt: run.attempt + 1,
        previousRunId: run.id,
        startedAt: clock.now(),
      })
    })
    const isFailure = run.isUnattended && next === undefined && (state === 'FAILED' || state === 'TIMEOUT')
    this.#tell(job, { ...run, state }, isFailure ? { message, cause } : undefined)
    if (next !== undefined) this.#follow(job, next)
  }

  #job(scope: Scope, name: string): Job {
    const job = this.find(scope, name)
    if (!job) throw noSuchJob(name)
    return job
  }

  #tell({ account, region }: Job, { jobName, id, state, triggerName }: Run, failure?: RunEvent['failure']): void {
    const event = { account, region, jobName, runId: id, state, triggerName, ...(failure && { failure }) }
    for (const listener of this.#listeners) listener(event)
  }
}
