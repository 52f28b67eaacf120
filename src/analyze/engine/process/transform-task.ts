// One run of a job's script in the child: read the script, load `source`, plan the scans, write the result. Nothing is
// visible to anyone until the lake's process has taken the files out of the scratch directory and committed them.

import type { Clock } from '../../../world/clock.ts'
import { identifier } from '../../sql/text.ts'
import { translate } from '../../sql/translate.ts'
import { duckTypeOfHive } from '../../sql/types.ts'
import { EngineFault } from '../fault.ts'
import type { Ask, TransformTask } from '../protocol.ts'
import type { TargetTable, TransformResult } from '../request.ts'
import { faultOf } from './fault-of.ts'
import { directory } from './files.ts'
import { type OutputPlan, writeOutput } from './output.ts'
import { parse } from './parser.ts'
import type { Place } from './place.ts'
import { planScans } from './plan.ts'
import { readScript, type Script } from './script.ts'
import type { Session } from './session.ts'
import { loadSource } from './source.ts'

export async function runTransform(
  task: TransformTask,
  place: Place,
  ask: Ask,
  clock: Clock,
): Promise<TransformResult> {
  const startedAt = clock.elapsed()
  const script = readScript(task.script, task.arguments, task.defaultDatabase)
  const tree = script.kind === 'unload' ? parse(script.query) : [script.query]
  const { sql, statement } = translate(tree, {
    defaultDatabase: task.defaultDatabase,
    now: task.now,
    text: task.script,
    relations: task.source === undefined ? [] : ['source'],
  })
  try {
    const target = script.kind === 'insert' ? await ask({ name: 'target', reference: script.target }) : undefined
    // The order of rows means nothing in a set of files, and keeping it costs a third of the time.
    await place.session.run('SET preserve_insertion_order = false')
    const plan = await planScans({ place, statement, ask })
    const { session } = plan
    await session.run((await plan.views(true)).join(';\n'))
    const loaded = task.source === undefined ? undefined : await loadSource(session, task.source, task.scratchDirectory)
    const head = {
      target: targetOf(script),
      ...(loaded === undefined ? {} : { sourceSchema: loaded.schema }),
      missingDelimiter: loaded?.missingDelimiter ?? [],
      deadLetters: loaded?.deadLetters ?? { count: 0 },
    }
    const out = outputPlan(script, target, await directory(`${task.scratchDirectory}/out`))
    // No document and no schema: there is nothing to ask and nothing to write.
    const nothing = loaded !== undefined && loaded.schema.length === 0 && loaded.recordsOut === 0
    const output = nothing
      ? undefined
      : await writeOutput(session, target === undefined ? sql : await fitted(session, sql, script, target), out)
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
      engineMilliseconds: Math.round(clock.elapsed() - startedAt),
    }
  } catch (cause) {
    throw faultOf(cause, statement.columnPositions)
  }
}

function targetOf(script: Script): TransformResult['target'] {
  return script.kind === 'unload' ? { kind: 'prefix', location: script.location } : { kind: 'table', ...script.target }
}

function outputPlan(script: Script, target: TargetTable | undefined, into: string): OutputPlan {
  if (script.kind === 'unload') return { ...script, directory: into }
  if (target === undefined) throw new Error('an INSERT has a target')
  return {
    format: target.format,
    compression: target.compression ?? (target.format === 'parquet' ? 'SNAPPY' : 'GZIP'),
    delimiter: ',',
    partitionedBy: target.partitionColumns.map(column => column.name.toLowerCase()),
    directory: into,
  }
}

/** The SELECT of an INSERT as the target's columns: by place, each cast to the declared type, what is not named NULL. */
async function fitted(session: Session, sql: string, script: Script, target: TargetTable): Promise<string> {
  const all = [...target.columns, ...target.partitionColumns]
  const named =
    script.kind === 'insert' && script.columns.length > 0
      ? script.columns
      : all.map(column => column.name.toLowerCase())
  const returned = await session.describe(sql)
  if (returned.length !== named.length) {
    throw new EngineFault(
      'semantic',
      `TYPE_MISMATCH: Insert query has mismatched column types: Table: [${named.join(', ')}], Query: [${returned.map(column => column.type).join(', ')}]`,
    )
  }
  for (const name of named) {
    if (!all.some(column => column.name.toLowerCase() === name)) {
      throw new EngineFault('semantic', `COLUMN_NOT_FOUND: Insert column name does not exist in target table: ${name}`)
    }
  }
  const columns = all.map(column => {
    const index = named.indexOf(column.name.toLowerCase())
    return `CAST(${index < 0 ? 'NULL' : `c${index}`} AS ${duckTypeOfHive(column.type)}) AS ${identifier(column.name.toLowerCase())}`
  })
  return `SELECT ${columns.join(', ')} FROM (${sql}) AS athena_insert(${named.map((_, index) => `c${index}`).join(', ')})`
}
