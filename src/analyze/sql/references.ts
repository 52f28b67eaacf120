// Which tables of the catalog a statement names: they are asked for before it is translated, since every expression's type
// begins with theirs.
import { EngineFault } from '../engine/fault.ts'
import type { TableReference } from '../engine/request.ts'

type Fields = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** In the order of their first mention, each once. `relations` are names that the session has already. */
export function references(
  tree: unknown,
  defaultDatabase: string,
  relations: readonly string[] = [],
): readonly TableReference[] {
  const found = new Map<string, TableReference>()
  eachTable(tree, relations, table => {
    refuseFourParts(table)
    const name = (textOf(table.name) ?? '').toLowerCase()
    const reference = { database: textOf(table.schema)?.toLowerCase() ?? defaultDatabase, name }
    found.set(JSON.stringify([reference.database, name]), reference)
  })
  return [...found.values()]
}

/** Names every table of the catalog in the tree with its database: what a view means does not hang on who asks it. */
export function qualify(tree: unknown, database: string): void {
  eachTable(tree, [], table => {
    if (textOf(table.schema) === undefined) Object.assign(table, { schema: { name: database, quoted: true } })
  })
}

/** The parser keeps what stands before the database as one name. */
function refuseFourParts({ catalog, schema, name }: Fields): void {
  const before = textOf(catalog)
  if (before === undefined || !before.includes('.') || (isRecord(catalog) && catalog.quoted === true)) return
  const shown = [before, textOf(schema), textOf(name)].join('.').toLowerCase()
  throw new EngineFault('semantic', `SYNTAX_ERROR: Too many dots in table name: ${shown}`)
}

function eachTable(tree: unknown, relations: readonly string[], visit: (table: Fields) => void): void {
  walk(tree, new Set(relations))

  function walk(value: unknown, known: ReadonlySet<string>): void {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, known)
      return
    }
    if (!isRecord(value)) return
    const { table } = value
    if (isRecord(table) && textOf(table.name) !== undefined && Object.keys(value).length === 1) note(table, known)
    const inner = withNames(value.with, known)
    for (const [key, part] of Object.entries(value)) if (key !== 'with') walk(part, inner)
  }

  /** Walks the queries of a WITH, each of which sees those before it; answers with all names. */
  function withNames(clause: unknown, known: ReadonlySet<string>): ReadonlySet<string> {
    if (!isRecord(clause) || !Array.isArray(clause.ctes)) return known
    const names = new Set(known)
    for (const cte of clause.ctes) {
      if (!isRecord(cte)) continue
      const name = textOf(cte.alias)?.toLowerCase()
      const seen = new Set(names)
      if (clause.recursive === true && name !== undefined) seen.add(name)
      walk(cte.this, seen)
      if (name !== undefined) names.add(name)
    }
    return names
  }

  function note(table: Fields, known: ReadonlySet<string>): void {
    const name = (textOf(table.name) ?? '').toLowerCase()
    if (textOf(table.schema) !== undefined || !known.has(name)) visit(table)
  }
}

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  return isRecord(value) && typeof value.name === 'string' ? value.name : undefined
}
