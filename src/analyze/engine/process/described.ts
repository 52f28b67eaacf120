// The tables of the catalog that a statement names, as the lake's process describes them.
import { hiddenColumns } from '../../sql/hidden-columns.ts'
import { qualify, references } from '../../sql/references.ts'
import type { Column } from '../../sql/scope.ts'
import type { Tables } from '../../sql/statement.ts'
import { statementOf } from '../../sql/translate.ts'
import { typeOfHive } from '../../sql/typing/names.ts'
import { parseType } from '../../sql/typing/parse.ts'
import { invalidView, type View } from '../../sql/view.ts'
import { EngineFault } from '../fault.ts'
import type { Answers, Question, TableDescription } from '../protocol.ts'
import type { Column as DeclaredColumn, TableReference } from '../request.ts'
import { completed, heldKeys } from './held-partitions.ts'
import { parse } from './parser.ts'

type AskTables = (question: Extract<Question, { name: 'tables' }>) => Promise<Answers['tables']>

interface Found {
  readonly table: TableDescription
  readonly index: number
  readonly view?: View
}

/** Views of views of views: deeper than anybody builds them. */
const viewDepthMax = 20

export class Described {
  readonly #tables: ReadonlyMap<string, Found>

  private constructor(tables: ReadonlyMap<string, Found>) {
    this.#tables = tables
  }

  /** With the tables of their queries where they are views. `relations` are names that the session has already. */
  static async ask(
    tree: unknown,
    defaultDatabase: string,
    ask: AskTables,
    relations: readonly string[] = [],
  ): Promise<Described> {
    const all = new Map<string, Found>()
    let named = references(tree, defaultDatabase, relations)
    for (let asked = 0, depth = 0; named.length > 0; depth++) {
      if (depth > viewDepthMax)
        throw new EngineFault('semantic', `VIEW_IS_RECURSIVE: Views nest deeper than ${viewDepthMax} levels`)
      const found = (await ask({ name: 'tables', references: named, held: heldKeys() })).map(completed)
      const inner = new Map<string, TableReference>()
      for (const [index, reference] of named.entries()) {
        const table = found[index]
        if (table === undefined) continue
        const { view, mentions } = await viewOf(table)
        all.set(keyOf(reference), { table, index: asked + index, ...(view && { view }) })
        // A table that is known already keeps its place: views that name each other end at the depth.
        for (const mention of mentions)
          if (view && (!all.has(keyOf(mention)) || all.get(keyOf(mention))?.view)) inner.set(keyOf(mention), mention)
      }
      asked += named.length
      named = [...inner.values()]
    }
    return new Described(all)
  }

  viewOf(reference: TableReference): View | undefined {
    return this.#tables.get(keyOf(reference))?.view
  }

  /** The statement with the queries of its views: what any of them mentions. */
  textWith(text: string): string {
    return [text, ...[...this.#tables.values()].map(({ table }) => table.view?.sql ?? '')].join('\n')
  }

  /** With its place in the question. */
  find(reference: TableReference): Found {
    const found = this.#tables.get(keyOf(reference))
    if (found !== undefined) return found
    throw new EngineFault('semantic', `TABLE_NOT_FOUND: Table '${reference.database}.${reference.name}' does not exist`)
  }

  columnsOf(reference: TableReference): ReturnType<Tables> {
    const { table } = this.find(reference)
    const written = ({ name, type }: DeclaredColumn): Column => ({ name: name.toLowerCase(), type: typeOfHive(type) })
    const hidden = hiddenColumnsOf(table).map(column => ({ ...written(column), hidden: true }))
    return [...[...table.columns, ...table.partitionColumns].map(written), ...hidden]
  }
}

/** What its rows have besides: of a list of partitions nothing. */
export const hiddenColumnsOf = ({ partitionColumns, isPartitionList }: TableDescription): typeof hiddenColumns =>
  hiddenColumns.filter(({ name }) => !isPartitionList && (name !== '$partition' || partitionColumns.length > 0))

/** The view's query as a tree, and the tables that it names. */
async function viewOf({ database, name, view }: TableDescription): Promise<{
  readonly view?: View
  readonly mentions: readonly TableReference[]
}> {
  if (view === undefined) return { mentions: [] }
  const called = `awsdatacatalog.${database}.${name}`
  try {
    const query = statementOf(await parse(view.sql))
    qualify(query.tree, view.database)
    const columns = view.columns.map(column => ({ name: column.name.toLowerCase(), type: parseType(column.type) }))
    const mentions = references(query.tree, view.database)
    return { view: { query, columns }, mentions: mentions.map(mention => ({ ...mention, inView: called })) }
  } catch (cause) {
    throw invalidView(called, cause instanceof Error ? cause.message : String(cause), undefined, cause)
  }
}

const keyOf = ({ database, name }: TableReference): string => JSON.stringify([database, name])
