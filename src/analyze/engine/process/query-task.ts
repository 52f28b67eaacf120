// One query in the child: parse, translate, plan the scans, write the result as Athena's CSV.

import type { Clock } from '../../../world/clock.ts'
import { resultText } from '../../sql/result-text.ts'
import { identifier, literal } from '../../sql/text.ts'
import { shownName, statementOf } from '../../sql/translate.ts'
import { resultName } from '../../sql/typing/names.ts'
import type { Type } from '../../sql/typing/type.ts'
import type { Ask, QueryTask } from '../protocol.ts'
import type { QueryResult, TableReference } from '../request.ts'
import { Described } from './described.ts'
import { faultOf } from './fault-of.ts'
import { move, size } from './files.ts'
import { parse } from './parser.ts'
import type { Place } from './place.ts'
import { planScans } from './plan.ts'
import { beforeScans, withScans } from './relations.ts'
import type { Session } from './session.ts'
import { whileTelling } from './telling.ts'
import { translated } from './translating.ts'

export async function runQuery(task: QueryTask, place: Place, ask: Ask, clock: Clock): Promise<QueryResult> {
  const startedAt = clock.elapsed()
  const { defaultDatabase, now, sql: text } = task
  const node = statementOf(await parse(text))
  const described = await Described.ask(node.tree, defaultDatabase, ask)
  const tables = (reference: TableReference) => described.columnsOf(reference)
  const views = (reference: TableReference) => described.viewOf(reference)
  const translation = await translated(node, text, {
    ...{ defaultDatabase, now, tables, views },
    text: described.textWith(text),
  })
  const { sql, columns: found } = translation
  const columns = found.map((column, place) => ({ name: shownName(column, place), type: column.type }))
  try {
    const plan = await planScans({ place, translated: translation, described, ask })
    const { session } = plan
    let scans = ''
    const prepare = async () => {
      const relations = await plan.relations()
      scans = withScans(relations)
      await session.prepare(beforeScans(relations))
    }
    await prepare()
    const planningMilliseconds = clock.elapsed() - startedAt
    const written = `${plan.directory}/result.csv`
    const write = () => writeResult(session, { scans, sql, columns }, written)
    const rows = await whileTelling(plan, { telling: task.telling, ask, clock }, write, prepare)
    const file = `${task.resultDirectory}/result.csv`
    if (written !== file) move(written, file)
    // Parquet is read in pieces and measured; a text file is always read whole, whatever was read ahead of a LIMIT.
    return {
      columns: columns.map(column => ({ name: column.name, type: resultName(column.type), nullable: true })),
      rows,
      file,
      bytes: size(file),
      scannedBytes: plan.wholeBytes + (await session.bytesRead(plan.measured)),
      planningMilliseconds: Math.round(planningMilliseconds),
      engineMilliseconds: Math.round(clock.elapsed() - startedAt),
      partitionsRead: plan.partitionsRead,
    }
  } catch (cause) {
    throw faultOf(cause)
  }
}

interface Written {
  /** What comes before its SELECT. */
  readonly scans: string
  readonly sql: string
  readonly columns: readonly { readonly name: string; readonly type: Type }[]
}

/** Streams the result into the file, every value as the text that Athena shows. */
async function writeResult(session: Session, { scans, sql, columns }: Written, file: string): Promise<number> {
  const unique = new Set(columns.map(column => column.name)).size === columns.length
  const inner = columns.map((_, index) => `c${index}`)
  const texts = columns.map((column, index) => {
    const name = unique ? column.name : `c${index}`
    return `${resultText(`c${index}`, column.type)} AS ${identifier(name)}`
  })
  const result = `SELECT ${texts.join(', ')} FROM (${sql}) AS athena_result(${inner.join(', ')})`
  // DuckDB would rename columns of one name in its header: then the header is the first row.
  const header = unique ? '' : `SELECT ${columns.map(column => literal(column.name)).join(', ')} UNION ALL `
  const rows = await session.rows(
    `COPY (${scans}${header}${result}) TO ${literal(file)} (FORMAT csv, HEADER ${unique}, FORCE_QUOTE *, USE_TMP_FILE false)`,
  )
  return Number(rows[0]?.[0] ?? 0) - (unique ? 0 : 1)
}
