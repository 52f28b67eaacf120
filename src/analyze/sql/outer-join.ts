// Queries in the condition of an outer join. They may not name the columns of the join, so each has one answer: it is put as a
// column beside the left side, because DuckDB takes no queries in such a condition.
import { type Node, nodeOf, unsupported } from './ast.ts'
import { comparison } from './operators.ts'
import { quantified as operators } from './queried.ts'
import type { Refusal, Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { common } from './typing/coercion.ts'
import { boolean } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'

export interface Hoisted {
  /** The condition with columns in the places of its queries. */
  readonly on: Node
  /** What goes before the JOIN; empty where the condition has no queries. */
  readonly beside: string
}

const outside: Refusal = path => ({
  code: 'INVALID_COLUMN_REFERENCE',
  text: `Reference to column '${path}' from outer scope not allowed in this context`,
})

export function hoisted(on: Node, statement: Statement, scope: Scope): Hoisted {
  const name = statement.name('on')
  const texts: string[] = []
  const inner: Scope = { ...scope, columns: scope.columns.map(column => ({ ...column, refusal: outside })) }
  const column = (sql: string): string => {
    texts.push(`(${sql}) AS c${texts.length}`)
    return `${name}.c${texts.length - 1}`
  }
  const placed = (value: Value): unknown => ({ starred: { sql: value.sql, type: value.type } })
  const alone = (node: Node): unknown => {
    const { sql, type } = statement.expression(node, inner)
    return placed({ sql: column(`SELECT ${sql}`), type })
  }
  const listed = (node: Node, query: Node) => {
    const value = statement.expression(node.need('this'), scope)
    const written = statement.query(query, inner)
    const [only, more] = written.columns
    if (only === undefined || more !== undefined)
      throw unsupported('A query of several columns in the condition of an outer join', node.position)
    if (common(value.type, only.type) === undefined)
      throw mismatch(node.position, 'Value expression and result of subquery must be of the same type')
    const list = column(`SELECT coalesce(list(c0), []) FROM (${written.sql}) AS ${statement.name('list')}(c0)`)
    return { value, list, of: only.type }
  }
  const among = (node: Node, query: Node): unknown => {
    const { value, list } = listed(node, query)
    const found = `CASE WHEN len(${list}) = 0 THEN false ELSE athena_contains(${list}, ${value.sql}) END`
    return placed({ sql: node.flag('not') ? `(NOT ${found})` : found, type: boolean })
  }
  const quantified = (node: Node, query: Node): unknown => {
    const { value, list, of } = listed(node, query)
    const operator = operators[node.text('op') ?? ''] ?? '='
    const { sql } = comparison(operator, value, typed('athena_one', of), node.position)
    const macro = node.kind === 'all' ? 'athena_every' : 'athena_any'
    return placed({ sql: `${macro}(list_transform(${list}, athena_one -> ${sql}))`, type: boolean })
  }
  const rewritten = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewritten)
    if (typeof value !== 'object' || value === null) return value
    const node = nodeOf(value)
    if (node?.kind === 'subquery' || node?.kind === 'exists') return alone(node)
    const query = node?.kind === 'in' ? node.child('query') : undefined
    if (node !== undefined && query !== undefined) return among(node, query)
    if (node?.kind === 'any' || node?.kind === 'all') return quantified(node, node.need('subquery'))
    return Object.fromEntries(Object.entries(value).map(([field, part]) => [field, rewritten(part)]))
  }
  const condition = nodeOf(rewritten(on.tree)) ?? on
  return texts.length === 0
    ? { on, beside: '' }
    : { on: condition, beside: `CROSS JOIN (SELECT ${texts.join(', ')}) AS ${name} ` }
}
