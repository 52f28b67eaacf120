// What a query would do, without doing it: the columns that it gives, and, where it is asked for, the tables, partitions
// and files that it would read.

import type { Clock } from '../../../world/clock.ts'
import { shownName, statementOf } from '../../sql/translate.ts'
import { hiveName } from '../../sql/typing/names.ts'
import { nameOf } from '../../sql/typing/type.ts'
import type { Ask, ExplainTask } from '../protocol.ts'
import type { ExplainResult, TableReference } from '../request.ts'
import { Described } from './described.ts'
import { faultOf } from './fault-of.ts'
import { parse } from './parser.ts'
import type { Place } from './place.ts'
import { planScans } from './plan.ts'
import { asViews } from './relations.ts'
import { translated } from './translating.ts'

export async function runExplain(task: ExplainTask, place: Place, ask: Ask, clock: Clock): Promise<ExplainResult> {
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
  const { sql, columns } = translation
  const shown = columns.map((column, index) => ({
    name: shownName(column, index),
    isNamed: column.name !== undefined,
    type: nameOf(column.type),
    hiveType: hiveName(column.type),
  }))
  try {
    const plan = await planScans({ place, translated: translation, described, ask, isUnread: task.isOfColumns })
    // The engine's own binding finds what the types did not.
    await plan.session.plan(sql, asViews(await plan.relations(false)))
    return { columns: shown, scans: plan.scans, planningMilliseconds: Math.round(clock.elapsed() - startedAt) }
  } catch (cause) {
    throw faultOf(cause)
  }
}
