// WITH: each name is seen by those after it, and by itself when it is recursive. A recursion is written out step by step, as
// Athena plans it, to the depth that Athena allows; one that goes on is an error.
import { at, EngineFault } from '../engine/fault.ts'
import type { Node } from './ast.ts'
import { coerced } from './convert.ts'
import { settle, type Target } from './feeds.ts'
import { placesIn } from './from-text.ts'
import { checkClause, checkRecursion, isRecursive } from './recursion-rules.ts'
import type { Column, NamedQuery, Scope } from './scope.ts'
import type { Statement, Written } from './statement.ts'
import { literal } from './text.ts'
import { turnsInto } from './typing/coercion.ts'
import { nameOf } from './typing/type.ts'
import { mismatch } from './value.ts'

/** https://trino.io/docs/current/admin/properties-general.html: max-recursion-depth */
const depthMax = 10

export interface With {
  /** Before the query that it belongs to, which tells what is asked of it. */
  readonly text: (query: string) => string
  readonly scope: Scope
}

export function withClause(node: Node, statement: Statement, scope: Scope): With {
  const clause = node.record('with')
  if (clause === undefined) return { text: () => '', scope }
  clause.only('ctes', 'recursive')
  const ctes = new Map(scope.ctes)
  checkClause(clause)
  const texts = clause.records('ctes').map((cte): ((behind: string) => string) => {
    cte.only('alias', 'this', 'columns')
    const name = (cte.text('alias') ?? '').toLowerCase()
    const names = cte.texts('columns').map(column => column.toLowerCase())
    const body = cte.need('this')
    const seen = { ...scope, ctes: new Map(ctes) }
    if (clause.flag('recursive') && isRecursive(body, name)) {
      const { text, query } = recursion(cte, name, names, statement, seen)
      ctes.set(name, query)
      return () => text
    }
    const written = statement.query(body, seen)
    const columns = renamed(written.columns, names, cte)
    const sql = statement.name('with')
    const mentioned: Target[] = []
    statement.later(() => settle(written.feeds ?? [], mentioned))
    const relations: string[] = []
    ctes.set(name, { sql, columns, mentions: mentioned, relations })
    return behind => `${sql}(${listed(columns)}) AS (${written.narrowed?.(placesIn(behind, relations)) ?? written.sql})`
  })
  const text = (query: string): string => {
    const made: string[] = []
    // Each is mentioned behind itself alone.
    for (const write of texts.toReversed()) made.unshift(write([...made, query].join(' ')))
    return `WITH ${made.join(', ')} `
  }
  return { text, scope: { ...scope, ctes } }
}

const listed = (columns: readonly Column[]): string => columns.map((_, index) => `c${index}`).join(', ')

function renamed(columns: readonly Column[], names: readonly string[], cte: Node): readonly Column[] {
  if (names.length > 0 && names.length !== columns.length)
    throw new EngineFault(
      'semantic',
      `MISMATCHED_COLUMN_ALIASES: ${at(cte.records('columns')[0]?.position ?? cte.position, `Column alias list has ${names.length} entries but relation has ${columns.length} columns`)}`,
      cte.position,
    )
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }))
}

/** The first rows, then each step from the rows of the one before, each worked out once. */
function recursion(
  cte: Node,
  name: string,
  names: readonly string[],
  statement: Statement,
  scope: Scope,
): { readonly text: string; readonly query: NamedQuery } {
  const body = cte.need('this')
  checkRecursion(body, name)
  body.only('left', 'right', 'all', 'distinct')
  const first = statement.query(body.need('left'), scope)
  const columns = renamed(first.columns, names, cte)
  const steps = [{ sql: statement.name('step'), text: first.sql }]
  for (let depth = 0; depth <= depthMax; depth++) {
    const before = { sql: steps[depth]?.sql ?? '', columns }
    const written = statement.query(body.need('right'), { ...scope, ctes: new Map(scope.ctes).set(name, before) })
    steps.push({ sql: statement.name('step'), text: alike(written, columns, body, statement) })
  }
  const last = steps.at(-1)?.sql ?? ''
  const message = `NOT_SUPPORTED: Recursion depth limit exceeded (${depthMax}). Use 'max_recursion_depth' session property to modify the limit.`
  // The error waits for a row: of nothing but constants it would be there before the query runs.
  const fails = `CAST(${literal(message)} || coalesce(left(CAST(c0 AS VARCHAR), 0), '') AS BOOLEAN)`
  const all = [...steps.slice(0, -1).map(step => `SELECT * FROM ${step.sql}`), `SELECT * FROM ${last} WHERE ${fails}`]
  const sql = statement.name('with')
  const texts = steps.map(step => `${step.sql}(${listed(columns)}) AS MATERIALIZED (${step.text})`)
  // UNION makes the rows of all steps distinct in the end: a step sees what it would see of UNION ALL.
  const rows = body.flag('all') ? all.join(' UNION ALL ') : `SELECT DISTINCT * FROM (${all.join(' UNION ALL ')})`
  return {
    text: [...texts, `${sql}(${listed(columns)}) AS (${rows})`].join(', '),
    query: { sql, columns },
  }
}

/** The rows of a step with the types of the first ones. */
function alike(written: Written, columns: readonly Column[], body: Node, statement: Statement): string {
  const { columns: given, sql } = written
  const place = body.need('right').position
  if (given.length !== columns.length)
    throw mismatch(
      place,
      `base and step relations of recursion have different number of fields: ${columns.length}, ${given.length}`,
    )
  const items = columns.map((column, index) => {
    const type = given[index]?.type ?? column.type
    if (!turnsInto(type, column.type))
      throw mismatch(
        place,
        `recursion step relation output type (${nameOf(type)}) is not coercible to recursion base relation output type (${nameOf(column.type)}) at column ${index + 1}`,
      )
    return coerced({ sql: `c${index}`, type }, column.type)
  })
  return `SELECT ${items.join(', ')} FROM (${sql}) AS ${statement.name('side')}(${listed(given)})`
}
