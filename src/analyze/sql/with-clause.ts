// WITH: each name is seen by those after it, and by itself when it is recursive. A recursion is written out step by step, as
// Athena plans it, to the depth that Athena allows; one that goes on is an error.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { coerced } from './convert.ts'
import { settle, type Target } from './feeds.ts'
import type { Column, NamedQuery, Scope } from './scope.ts'
import type { Statement, Written } from './statement.ts'
import { literal } from './text.ts'
import { turnsInto } from './typing/coercion.ts'
import { nameOf } from './typing/type.ts'
import { mismatch } from './value.ts'

/** https://trino.io/docs/current/admin/properties-general.html: max-recursion-depth */
const depthMax = 10

export interface With {
  readonly text: string
  readonly scope: Scope
}

export function withClause(node: Node, statement: Statement, scope: Scope): With {
  const clause = node.record('with')
  if (clause === undefined) return { text: '', scope }
  clause.only('ctes', 'recursive')
  const ctes = new Map(scope.ctes)
  const texts = clause.records('ctes').map(cte => {
    cte.only('alias', 'this', 'columns')
    const name = (cte.text('alias') ?? '').toLowerCase()
    const names = cte.texts('columns').map(column => column.toLowerCase())
    const body = cte.need('this')
    const seen = { ...scope, ctes: new Map(ctes) }
    if (clause.flag('recursive') && body.kind === 'union' && mentions(body.need('right').tree, name)) {
      if (names.length === 0) throw unsupported('A recursive query without a list of its columns', body.position)
      const { text, query } = recursion(body, name, names, statement, seen)
      ctes.set(name, query)
      return text
    }
    const written = statement.query(body, seen)
    const columns = renamed(written.columns, names, cte)
    const sql = statement.name('with')
    const mentioned: Target[] = []
    statement.later(() => settle(written.feeds ?? [], mentioned))
    ctes.set(name, { sql, columns, mentions: mentioned })
    return `${sql}(${listed(columns)}) AS (${written.sql})`
  })
  return { text: `WITH ${texts.join(', ')} `, scope: { ...scope, ctes } }
}

const listed = (columns: readonly Column[]): string => columns.map((_, index) => `c${index}`).join(', ')

function renamed(columns: readonly Column[], names: readonly string[], cte: Node): readonly Column[] {
  if (names.length > 0 && names.length !== columns.length)
    throw new EngineFault(
      'semantic',
      `MISMATCHED_COLUMN_ALIASES: ${at(cte.position, `Column alias list has ${names.length} entries but relation has ${columns.length} columns`)}`,
      cte.position,
    )
  return columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }))
}

function mentions(tree: unknown, name: string): boolean {
  if (Array.isArray(tree)) return tree.some(item => mentions(item, name))
  if (typeof tree !== 'object' || tree === null) return false
  if ('table' in tree && isNamed(tree.table, name)) return true
  return Object.values(tree).some(value => mentions(value, name))
}

function isNamed(table: unknown, name: string): boolean {
  if (typeof table !== 'object' || table === null || !('name' in table)) return false
  const { name: found } = table
  return typeof found === 'object' && found !== null && 'name' in found && String(found.name).toLowerCase() === name
}

/** The first rows, then each step from the rows of the one before, each worked out once. */
function recursion(
  body: Node,
  name: string,
  names: readonly string[],
  statement: Statement,
  scope: Scope,
): { readonly text: string; readonly query: NamedQuery } {
  if (!body.flag('all')) throw unsupported('A recursive query with UNION instead of UNION ALL', body.position)
  body.only('left', 'right', 'all')
  const first = statement.query(body.need('left'), scope)
  const columns = renamed(first.columns, names, body)
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
  return {
    text: [...texts, `${sql}(${listed(columns)}) AS (${all.join(' UNION ALL ')})`].join(', '),
    query: { sql, columns },
  }
}

/** The rows of a step with the types of the first ones. */
function alike(written: Written, columns: readonly Column[], body: Node, statement: Statement): string {
  const { columns: given, sql } = written
  const items = columns.map((column, index) => {
    const type = given[index]?.type
    if (type === undefined || given.length !== columns.length || !turnsInto(type, column.type))
      throw mismatch(
        body.position,
        `recursion step relation output type (${given.map(one => nameOf(one.type)).join(', ')}) is not coercible to recursion base relation output type (${columns.map(one => nameOf(one.type)).join(', ')})`,
      )
    return coerced({ sql: `c${index}`, type }, column.type)
  })
  return `SELECT ${items.join(', ')} FROM (${sql}) AS ${statement.name('side')}(${listed(given)})`
}
