// A run whose script is a module, up to its files; selecting, bookmark and commit are every job's (course.ts):
//
//   the engine reads the source and lays its rows out as lines        dead letters: what cannot be read
//   the module is given them in batches, in a process of its own      dead letters: what it puts aside
//   the engine writes what it returned, as the target has it
//
// No row passes through the lake's own process.
import type { Column, TransformRequest, TransformResult } from '../../analyze/engine/request.ts'
import type { Scratch } from '../../durable/blobs.ts'
import type { Job, Run } from './job.ts'
import { fieldsOf, quote, respelled, selected } from './module-fields.ts'
import { type ModulePlan, moduleExtension, modulePlanOf } from './module-plan.ts'
import type { Outputs } from './outputs.ts'
import type { Plan } from './plan.ts'
import type { Modules, Tables, Transforms } from './ports.ts'
import type { Role } from './role.ts'

export interface ModuleRun {
  readonly job: Job
  readonly run: Run
  readonly plan: Plan
  readonly role: Role
  readonly script: string
  readonly outputs: Outputs
  readonly scratch: () => Promise<Scratch>
  /** Undefined where it reads a table. */
  readonly source: TransformRequest['source']
  readonly tables: TransformRequest['tables']
  readonly now: number
  readonly signal: AbortSignal
}

export interface ModuleParts {
  readonly engine: Transforms
  readonly catalog: Tables
  readonly modules: Modules
}

export interface ModuleResult {
  readonly result: TransformResult
  /** The end of what the module wrote to its console. */
  readonly log: string
}

export async function runModule(parts: ModuleParts, of: ModuleRun): Promise<ModuleResult> {
  const plan = modulePlanOf(of.plan)
  const declared = targetColumns(of, plan)
  const target = fieldsOf(declared, 'the target')
  const columns = declared.map(inLowerCase)
  const deadlineMilliseconds = of.run.timeoutMinutes * 60_000
  const common = { arguments: {}, defaultDatabase: of.plan.database.toLowerCase(), now: of.now, deadlineMilliseconds }
  const engineRequest = { ...common, tables: of.tables, target: refuseTarget, signal: of.signal }

  const source = fieldsOf(sourceColumns(parts, of, plan), 'the source')
  const from = plan.source === 'objects' ? 'source' : `${quote(plan.source.database)}.${quote(plan.source.name)}`
  const read = await parts.engine.transform({
    ...engineRequest,
    script: layOut(`SELECT ${source.map(selected).join(', ')} FROM ${from}`),
    ...(of.source && { source: of.source }),
    scratchDirectory: (await of.scratch()).path,
  })
  of.signal.throwIfAborted()
  const [input] = read.files
  if (input === undefined) return { result: { ...nothing(plan), ...counted(read, 0) }, log: '' }

  const done = await parts.modules.run({
    ...{ source, target, input: input.file, batchRows: plan.batchRows, now: of.now, arguments: of.plan.values },
    module: { text: of.script, extension: moduleExtension(of.job.command.scriptLocation) ?? '' },
    ...{ role: of.role.arn, run: of.run.id, account: of.job.account, region: of.job.region },
    deadLettersBefore: read.deadLetters.file,
    temporary: (await of.scratch()).path,
    ...{ signal: of.signal, deadlineMilliseconds },
  })
  if (done.rowsIn !== read.recordsOut)
    throw new Error(`the module was given ${done.rowsIn} rows of the ${read.recordsOut} that were read`)
  const count = read.deadLetters.count + done.deadLetters
  const before = { ...counted(read, done.deadLetters), deadLetters: { count, file: done.deadLettersFile } }
  if (done.rowsOut === 0) return { result: { ...nothing(plan), ...before }, log: done.log }

  const names = target.map(({ key }) => quote(key)).join(', ')
  const written = await parts.engine.transform({
    ...engineRequest,
    script: writing(plan, columns, `SELECT ${names} FROM source`),
    source: { files: [{ path: 'rows.json', ...done.output }], schema: columns, required: [], format: 'json' },
    target: async reference => of.outputs.target(reference),
    scratchDirectory: (await of.scratch()).path,
  })
  if (written.recordsIn !== done.rowsOut || written.deadLetters.count > 0)
    throw new Error(
      `${done.rowsOut} rows were returned, ${written.recordsIn} read, ${written.deadLetters.count} not understood`,
    )
  const engineMilliseconds = read.engineMilliseconds + written.engineMilliseconds
  return { result: { ...written, ...before, engineMilliseconds }, log: done.log }
}

const refuseTarget = () => Promise.reject(new Error('rows that are laid out have no target'))

function sourceColumns({ catalog }: ModuleParts, of: ModuleRun, { source }: ModulePlan): readonly Column[] {
  if (source === 'objects') return of.plan.source?.schema ?? []
  const table = catalog.table(of.job, source.database, source.name)
  // The engine asks for it by name, and is told that it is not there.
  return table
    ? respelled([...table.columns, ...table.partitionKeys], of.plan.sourceTableSchema ?? [], '--SOURCE_SCHEMA')
    : []
}

const inLowerCase = ({ name, type }: Column): Column => ({ name: name.toLowerCase(), type: type.toLowerCase() })

function targetColumns({ outputs }: ModuleRun, { target }: ModulePlan): readonly Column[] {
  if (target.kind === 'prefix') return target.columns
  const { columns, partitionColumns } = outputs.target(target.reference)
  return respelled([...columns, ...partitionColumns], target.spelled, '--TARGET_SCHEMA')
}

const layOut = (query: string): TransformRequest['script'] => ({
  ...{ kind: 'unload', query, location: 's3://scratch/', format: 'json', compression: 'NONE' },
  ...{ partitionedBy: [], delimiter: ',', isStrict: false },
})

function writing({ target }: ModulePlan, columns: readonly Column[], query: string): TransformRequest['script'] {
  if (target.kind === 'table')
    return {
      ...{ kind: 'insert', target: target.reference, query, isStrict: false },
      columns: columns.map(({ name }) => name),
    }
  return {
    ...{ kind: 'unload', query, location: target.location, format: 'parquet', compression: 'SNAPPY' },
    ...{ partitionedBy: target.partitionedBy, delimiter: ',', isStrict: false },
  }
}

/** Of a run that had nothing to write. */
function nothing({ target }: ModulePlan): TransformResult {
  return {
    target:
      target.kind === 'prefix' ? { kind: 'prefix', location: target.location } : { kind: 'table', ...target.reference },
    ...{ format: 'parquet', extension: '', files: [], columns: [], partitionColumns: [], missingDelimiter: [] },
    ...{ recordsIn: 0, recordsOut: 0, rowsWritten: 0, readBytes: 0, deadLetters: { count: 0 } },
    ...{ planningMilliseconds: 0, engineMilliseconds: 0 },
  }
}

/** What is said of the source, whatever became of its rows. */
const counted = (read: TransformResult, putAside: number) => ({
  recordsIn: read.recordsIn,
  recordsOut: read.recordsOut - putAside,
  deadLetters: read.deadLetters,
  missingDelimiter: read.missingDelimiter,
  readBytes: read.readBytes,
  planningMilliseconds: read.planningMilliseconds,
  engineMilliseconds: read.engineMilliseconds,
})
