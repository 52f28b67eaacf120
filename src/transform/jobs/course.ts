// One run from its script to its commit:
//
//   read the script, choose the inputs with the bookmark          (nothing is changed)
//   the engine reads blobs and writes files into scratch           (nothing is visible)
//   the files become blobs, durable and unpublished                (swept at the next start if we die here)
//   one commit: outputs and dead letters published, replaced files removed, partitions registered, the bookmark moved,
//   the run SUCCEEDED
//
// So a run is wholly there or not at all, and its inputs are taken exactly once.
import { hash } from 'node:crypto'
import type { SourceFile, TableReference } from '../../analyze/engine/request.ts'
import type { Scratch } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Bookmarks } from './bookmarks.ts'
import { stateDetail, type Work } from './detail.ts'
import { EntityNotFoundException, InvalidInputException, noSuchRun } from './faults.ts'
import { Inputs, NothingNew } from './inputs.ts'
import type { Job, Run, RunNumbers } from './job.ts'
import { parseLocation } from './location.ts'
import { type ModuleResult, runModule } from './module-course.ts'
import { moduleExtension } from './module-plan.ts'
import { Outputs, type Published } from './outputs.ts'
import { Overwrite, type Read } from './overwrite.ts'
import { effectiveArguments, type Plan, planOf } from './plan.ts'
import type { Files, Modules, Objects, Permits, Projections, Tables, Transforms } from './ports.ts'
import { Look, Quiet } from './quiet.ts'
import { Role } from './role.ts'
import type { Runs } from './runs.ts'
import type { Script, Scripts } from './script.ts'
import type { Selection } from './selection.ts'

export interface CourseParts {
  readonly ledger: Ledger
  readonly blobs: Files
  readonly s3: Objects
  readonly catalog: Tables
  readonly projectionOf: Projections
  readonly engine: Transforms
  readonly modules: Modules
  readonly scripts: Scripts
  readonly bookmarks: Bookmarks
  readonly runs: Runs
  readonly clock: Clock
  readonly permits: Permits
}

/** What a run has in hand while it is under way. */
interface Running {
  readonly job: Job
  readonly run: Run
  readonly plan: Plan
  readonly role: Role
  readonly script: string
  readonly look: Look
  readonly inputs: Inputs
  readonly outputs: Outputs
  readonly overwrite: Overwrite
  readonly signal: AbortSignal
  readonly scratch: () => Promise<Scratch>
}

export class Course {
  readonly #parts: CourseParts
  readonly #quiet = new Quiet()

  constructor(parts: CourseParts) {
    this.#parts = parts
  }

  /** The job is gone. */
  forget(job: number): void {
    this.#quiet.forget(job)
  }

  /** Resolves when the run has SUCCEEDED, durably; rejects with what went wrong, and then nothing was changed. */
  async run(job: Job, run: Run, signal: AbortSignal): Promise<void> {
    const { s3, catalog, bookmarks, clock } = this.#parts
    const begunAt = clock.elapsed()
    const given = effectiveArguments(job, run.arguments)
    const plan = planOf(given)
    const role = new Role(this.#parts.permits, job, job.role)
    const { version } = bookmarks.of(job.id)
    const script = await this.#script(job, role)
    const circumstances = JSON.stringify([job.modifiedAt, script.blob, version, given])
    const look = new Look({ scope: job, s3, catalog })
    using inputs = new Inputs({
      scope: job,
      plan,
      role,
      s3,
      catalog,
      projectionOf: this.#parts.projectionOf,
      request: { s3: look.s3, ledger: this.#parts.ledger, job: job.id, objectsMax: plan.objectsMax },
      between: this.#between(job, plan),
    })
    const overwrite = new Overwrite({ ...this.#parts, scope: job, role })
    const outputs = new Outputs({ ...this.#parts, scope: job, role, overwrite })
    await using used = new AsyncDisposableStack()
    const scratch = async () => used.use(await this.#parts.blobs.scratch())
    try {
      const of = { job, run, plan, role, script: script.text, look, inputs, outputs, overwrite, signal, scratch }
      const isQuiet = plan.bookmark.kind === 'enable' && this.#quiet.holds(job.id, circumstances, role)
      const work = isQuiet ? undefined : await this.#work(of).catch(nothingNew)
      await this.#commit({ ...of, version, begunAt, work })
      if (!isQuiet && work === undefined && plan.bookmark.kind === 'enable' && inputs.selections.every(isSettled))
        this.#quiet.remember(job.id, circumstances, look)
    } catch (cause) {
      await outputs.abandon()
      throw cause
    }
  }

  #commit(of: Running & { readonly version: number; readonly begunAt: number; readonly work: Work | undefined }) {
    const { job, run, plan, role, inputs, signal, version, begunAt, work } = of
    const { bookmarks, clock } = this.#parts
    return this.#parts.ledger.commit(write => {
      signal.throwIfAborted()
      const moves = plan.bookmark.kind === 'enable'
      if (moves && bookmarks.of(job.id, write).version !== version)
        throw new InvalidInputException(
          'The bookmark was moved while the run was under way (another run of the job, or a reset). Nothing was written; start it again.',
        )
      // From here the outputs are visible, the inputs taken and the run over, all at once; a crash before leaves blobs
      // without a row, which are swept at the next start.
      const filesReplaced = moves ? this.#replace(write, job, inputs, role) : 0
      const published = work?.publication.publish(write) ?? nothingPublished
      if (moves && inputs.selections.some(({ taken, kept }) => taken.length + kept.length > 0))
        bookmarks.record(write, job.id, run.number, {
          selections: inputs.selections,
          written: work?.publication.written ?? [],
        })
      const numbers = measured(inputs, work, {
        filesReplaced: filesReplaced + published.filesOverwritten,
        partitionsAdded: published.partitionsAdded,
      })
      const detail = stateDetail({
        ...{ plan, selections: inputs.selections, numbers, published },
        ...(work && { done: work }),
      })
      const ended = this.#parts.runs.end(write, run.number, {
        state: 'SUCCEEDED',
        at: clock.now(),
        executionMilliseconds: clock.elapsed() - begunAt,
        stateDetail: detail,
        numbers,
      })
      if (!ended) throw new EntityNotFoundException(`The run ${run.id} was ended by somebody else.`)
      of.outputs.handOver()
    })
  }

  async #work(of: Running): Promise<Work> {
    const { job, run, plan, inputs, outputs, signal } = of
    const { source } = plan
    const folder = source && { bucket: source.location.bucket, prefix: source.location.key }
    const files = folder && (await inputs.source(folder))
    const isModule = moduleExtension(job.command.scriptLocation) !== undefined
    const { result, log } = await (isModule ? this.#module(of, files) : this.#sql(of, files))
    signal.throwIfAborted()
    const publication = await outputs.prepare(result, writingOf(run), {
      location: plan.deadLetters,
      key: `${job.name}-${run.id}.json`,
    })
    const seesRecords = isModule || source !== undefined
    return { result, publication, seesRecords, ...(log !== undefined && { log }) }
  }

  async #sql(of: Running, files: readonly SourceFile[] | undefined): Promise<Pick<Work, 'result' | 'log'>> {
    const { run, plan, script, look, inputs, outputs, overwrite, signal } = of
    const { engine, clock } = this.#parts
    const { source } = plan
    const read: { tables: readonly TableReference[]; source: Read['source'] } = { tables: [], source: source?.location }
    const result = await engine.transform({
      script,
      arguments: plan.values,
      defaultDatabase: plan.database.toLowerCase(),
      now: clock.now(),
      ...(source && files && { source: sourceOf(source, files) }),
      tables: references => {
        read.tables = [...read.tables, ...references]
        look.noteTables(references)
        return inputs.tables(references)
      },
      target: async (reference, isReplaced) => {
        if (isReplaced) overwrite.check(reference, read)
        return outputs.target(reference)
      },
      scratchDirectory: (await of.scratch()).path,
      signal,
      deadlineMilliseconds: run.timeoutMinutes * 60_000,
    })
    return { result }
  }

  #module(of: Running, files: readonly SourceFile[] | undefined): Promise<ModuleResult> {
    const { look, inputs } = of
    const { source } = of.plan
    return runModule(this.#parts, {
      ...of,
      source: source && files && sourceOf(source, files),
      tables: references => {
        look.noteTables(references)
        return inputs.tables(references)
      },
      now: this.#parts.clock.now(),
    })
  }

  async #script(job: Job, role: Role): Promise<Script> {
    const { scriptLocation } = job.command
    const { bucket, key } = parseLocation(scriptLocation, 'The location of the script')
    role.requireObject('s3:GetObject', bucket, key)
    const script = await this.#parts.scripts.read(scriptLocation)
    if (script === undefined) throw new EntityNotFoundException(`The script ${scriptLocation} does not exist.`)
    return script
  }

  #replace(write: Transaction, job: Job, inputs: Inputs, role: Role): number {
    const replaced = inputs.selections.flatMap(({ replacedRuns }) => replacedRuns)
    for (const run of replaced)
      for (const { bucket, key } of this.#parts.bookmarks.outputs(job.id, run))
        role.requireObject('s3:DeleteObject', bucket, key)
    return this.#parts.bookmarks.removeOutputs(write, job.id, replaced)
  }

  #between(job: Job, { bookmark }: Plan): { readonly from: number; readonly to: number } | undefined {
    if (bookmark.kind !== 'pause' || bookmark.from === undefined || bookmark.to === undefined) return undefined
    const [from, to] = [bookmark.from, bookmark.to].map(id => {
      const run = this.#parts.runs.find(job.id, id)
      if (!run) throw noSuchRun(id, job.name)
      return run.number
    })
    return { from: from ?? 0, to: to ?? 0 }
  }
}

const sourceOf = (source: NonNullable<Plan['source']>, files: readonly SourceFile[]) => {
  const { location: _, ...read } = source
  return { ...read, files }
}

const nothingPublished: Published = { partitionsAdded: 0, filesOverwritten: 0, partitionsDropped: 0 }

/** Nothing was taken, and nothing that is there waits for another run. */
const isSettled = ({ taken, kept, left, replacedRuns }: Selection) =>
  taken.length + kept.length + left + replacedRuns.length === 0

function nothingNew(cause: unknown): undefined {
  if (cause instanceof NothingNew) return undefined
  throw cause
}

function measured(
  inputs: Inputs,
  work: Work | undefined,
  committed: Pick<RunNumbers, 'filesReplaced' | 'partitionsAdded'>,
): RunNumbers {
  const { result, publication } = work ?? {}
  return {
    objectsIn: work ? inputs.objects : 0,
    bytesIn: work ? inputs.bytes : 0,
    recordsIn: result?.recordsIn ?? 0,
    recordsOut: result?.recordsOut ?? 0,
    deadLetters: result?.deadLetters.count ?? 0,
    rowsWritten: result?.rowsWritten ?? 0,
    filesWritten: publication?.files ?? 0,
    bytesWritten: publication?.bytes ?? 0,
    partitionsWritten: publication?.partitions ?? 0,
    engineMilliseconds: Math.round(result?.engineMilliseconds ?? 0),
    ...committed,
  }
}

/**
 * The name of what a run writes, in the form of a UUID as Spark has it. Made of the run's own id, which nobody can guess either:
 * of runs that end side by side each has its own, whichever comes first.
 */
const writingOf = ({ id }: Run): string =>
  hash('sha256', id).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
