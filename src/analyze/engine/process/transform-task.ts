// One statement that writes, in the child, most often a job's script: read it, load `source`, plan the scans, write the result. Nothing is
// visible to anyone until the lake's process has taken the files out of the scratch directory and committed them.

import type { Clock } from '../../../world/clock.ts'
import type { Node } from '../../sql/ast.ts'
import { cast } from '../../sql/convert.ts'
import { identifier } from '../../sql/text.ts'
import { type Translation, translate } from '../../sql/translate.ts'
import { isText, turnsInto } from '../../sql/typing/coercion.ts'
import { duckName, typeOfHive } from '../../sql/typing/names.ts'
import { nameOf, type Type } from '../../sql/typing/type.ts'
import { EngineFault } from '../fault.ts'
import type { Ask, TransformTask } from '../protocol.ts'
import type { TableReference, TargetTable, TransformResult } from '../request.ts'
import { writeBuckets } from './buckets.ts'
import { Described } from './described.ts'
import { faultOf } from './fault-of.ts'
import { makeDirectory, removeDirectory } from './files.ts'
import { type OutputPlan, writeOutput } from './output.ts'
import type { Place } from './place.ts'
import { planScans } from './plan.ts'
import { asViews } from './relations.ts'
import { parsedScript, readScript, type Script } from './script.ts'
import { type ExaminedSource, examineSource, loadSource } from './source.ts'
import { whileTelling } from './telling.ts'

export async function runTransform(
  task: TransformTask,
  place: Place,
  ask: Ask,
  clock: Clock,
): Promise<TransformResult> {
  const startedAt = clock.elapsed()
  const script =
    typeof task.script === 'string'
      ? await readScript(task.script, task.arguments, task.defaultDatabase)
      : await parsedScript(task.script)
  const node = script.query
  const examined = task.source === undefined ? undefined : await examineSource(task.source)
  const described = await Described.ask(node.tree, task.defaultDatabase, ask, examined === undefined ? [] : ['source'])
  const written = translated(node, task, described, examined)
  try {
    const target =
      script.kind === 'insert'
        ? await ask({ name: 'target', reference: script.target, isReplaced: script.isReplacing === true })
        : undefined
    // The order of rows means nothing in a set of files, and keeping it costs a third of the time.
    await place.session.run('SET preserve_insertion_order = false')
    const translation = written instanceof EngineFault ? undefined : written
    const plan = await planScans({ place, translated: translation, described, ask })
    const { session } = plan
    const makeViews = async () => session.prepare(asViews(await plan.relations()))
    await makeViews()
    const loaded = examined === undefined ? undefined : await loadSource(session, examined, task.scratchDirectory)
    const head = {
      target: targetOf(script),
      ...(loaded === undefined ? {} : { sourceSchema: loaded.schema }),
      missingDelimiter: loaded?.missingDelimiter ?? [],
      deadLetters: loaded?.deadLetters ?? { count: 0 },
    }
    const out = outputPlan(script, target, `${task.scratchDirectory}/out`)
    // No document and no schema: there is nothing to ask and nothing to write.
    const nothing = loaded !== undefined && loaded.schema.length === 0 && loaded.recordsOut === 0
    if (!nothing && written instanceof EngineFault) throw written
    const planningMilliseconds = Math.round(clock.elapsed() - startedAt)
    const output =
      nothing || written instanceof EngineFault
        ? undefined
        : await whileTelling(
            plan,
            { telling: task.telling, ask, clock },
            () => {
              // It may have begun before.
              removeDirectory(out.directory)
              makeDirectory(out.directory)
              return out.buckets
                ? writeBuckets(session, written, { ...out, buckets: out.buckets })
                : writeOutput(session, target === undefined ? written : fitted(written, script, target), out)
            },
            makeViews,
          )
    return {
      ...head,
      format: out.format,
      extension: output?.extension ?? '',
      files: output?.files ?? [],
      columns: output?.columns ?? [],
      partitionColumns: output?.partitionColumns ?? [],
      recordsIn: loaded?.recordsIn ?? output?.rows ?? 0,
      recordsOut: loaded?.recordsOut ?? output?.rows ?? 0,
      rowsWritten: output?.rows ?? 0,
      readBytes: (loaded?.readBytes ?? 0) + plan.wholeBytes + (await session.bytesRead(plan.measured)),
      planningMilliseconds,
      engineMilliseconds: Math.round(clock.elapsed() - startedAt),
    }
  } catch (cause) {
    throw faultOf(cause)
  }
}

/** Without a document nobody knows the columns of `source`, and a statement that names one waits for what was found. */
function translated(
  node: Node,
  task: TransformTask,
  described: Described,
  examined: ExaminedSource | undefined,
): Translation | EngineFault {
  const source = examined?.schema.map(({ name, type }) => ({ name: name.toLowerCase(), type: typeOfHive(type) }))
  const options = {
    defaultDatabase: task.defaultDatabase,
    now: task.now,
    text: described.textWith(typeof task.script === 'string' ? task.script : task.script.query),
    tables: (reference: TableReference) => described.columnsOf(reference),
    views: (reference: TableReference) => described.viewOf(reference),
    relations: new Map(source === undefined ? [] : [['source', source] as const]),
  }
  try {
    return translate(node, options)
  } catch (cause) {
    if (cause instanceof EngineFault && source?.length === 0) return cause
    throw cause
  }
}

function targetOf(script: Script): TransformResult['target'] {
  if (script.kind === 'unload') return { kind: 'prefix', location: script.location }
  return { kind: 'table', ...script.target, ...(script.isReplacing && { isReplaced: true }) }
}

function outputPlan(script: Script, target: TargetTable | undefined, into: string): OutputPlan {
  if (script.kind === 'unload') return { ...script, directory: into }
  if (target === undefined) throw new Error('an INSERT has a target')
  return {
    format: target.format,
    compression: target.compression ?? (target.format === 'parquet' ? 'SNAPPY' : 'GZIP'),
    isStrict: script.isStrict,
    ...(target.csv ?? { delimiter: ',', quote: '"' }),
    partitionedBy: target.partitionColumns.map(column => column.name.toLowerCase()),
    directory: into,
  }
}

/** The SELECT of an INSERT as the target's columns: by place, each cast to the declared type, what is not named NULL. */
function fitted({ sql, columns: returned }: Translation, script: Script, target: TargetTable) {
  const all = [...target.columns, ...target.partitionColumns].map(({ name, type }) => ({
    name: name.toLowerCase(),
    type: typeOfHive(type),
  }))
  const named = script.kind === 'insert' && script.columns.length > 0 ? script.columns : all.map(({ name }) => name)
  if (returned.length !== named.length) {
    throw mismatched(
      all.map(({ type }) => type),
      returned,
    )
  }
  const twice = named.find((name, index) => named.indexOf(name) !== index)
  if (twice !== undefined)
    throw new EngineFault(
      'semantic',
      `DUPLICATE_COLUMN_NAME: line 1:1: Insert column name is specified more than once: ${twice}`,
    )
  for (const name of named) {
    if (!all.some(column => column.name === name)) {
      throw new EngineFault('semantic', `COLUMN_NOT_FOUND: Insert column name does not exist in target table: ${name}`)
    }
  }
  const places = named.map(name => all.find(column => column.name === name)?.type)
  if (script.isStrict && returned.some(({ type }, index) => !fits(type, places[index])))
    throw mismatched(places, returned)
  const columns = all.map(({ name, type }) => {
    const index = named.indexOf(name)
    const value = returned[index]
    const text =
      value === undefined
        ? `CAST(NULL AS ${duckName(type)})`
        : cast({ sql: `c${index}`, type: value.type }, type, undefined)
    return `${text} AS ${identifier(name)}`
  })
  const inner = named.map((_, index) => `c${index}`).join(', ')
  return { sql: `SELECT ${columns.join(', ')} FROM (${sql}) AS athena_insert(${inner})`, columns: all }
}

/** Whether a value goes into a column without a CAST that the statement does not ask for. */
function fits(from: Type, to: Type | undefined): boolean {
  if (to === undefined) return false
  // Text is cut to its column and instants to milliseconds, where nothing is lost by it.
  return (isText(from) && isText(to)) || (from.kind === 'timestamp' && to.kind === 'timestamp') || turnsInto(from, to)
}

function mismatched(table: readonly (Type | undefined)[], query: readonly { readonly type: Type }[]): EngineFault {
  const names = (types: readonly (Type | undefined)[]) => types.map(type => type && nameOf(type)).join(', ')
  return new EngineFault(
    'semantic',
    `TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: [${names(table)}], Query: [${names(query.map(({ type }) => type))}]`,
  )
}
