// Queries in the condition of an outer join, where DuckDB takes none. They may not name the columns of the join, so each has one
// answer: it is put as a column beside the left side. Of `x IN (SELECT …)`, with x of one side, that side's rows are joined to
// the values there are, each of them once; with x of both sides, the values are a list, held against each pair of rows.
import { type Node, nodeOf, unsupported } from './ast.ts'
import { coerced } from './convert.ts'
import { isNested } from './equality.ts'
import { comparison } from './operators.ts'
import { type Joined, type Side, sideOf } from './outer-condition.ts'
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
  /** What goes behind the relation on the right. */
  readonly behind: string
}

const outside: Refusal = path => ({
  code: 'INVALID_COLUMN_REFERENCE',
  text: `Reference to column '${path}' from outer scope not allowed in this context`,
})

export function hoisted(on: Node, statement: Statement, joined: Joined): Hoisted {
  const { scope } = joined
  const name = statement.name('on')
  const texts: string[] = []
  const marks: Record<Side, string> = { left: '', right: '' }
  const inner: Scope = { ...scope, columns: scope.columns.map(column => ({ ...column, refusal: outside })) }
  const column = (sql: string): string => {
    texts.push(`(${sql}) AS c${texts.length}`)
    return `${name}.c${texts.length - 1}`
  }
  const placed = (value: Value, side?: Side): unknown => ({ starred: { ...value, side } })
  const alone = (node: Node): unknown => {
    const { sql, type } = statement.expression(node, inner)
    return placed({ sql: column(`SELECT ${sql}`), type }, 'left')
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
  /** Whether the value is there, as a number, which leaves a comparison with it to the engine's join. */
  const marked = (node: Node, query: Node, isDenied: boolean): unknown => {
    const side = scope.sets && sideOf(node.need('this'), statement, joined)
    if (scope.sets === undefined || side === undefined) return undefined
    const value = statement.expression(node.need('this'), scope)
    const [only, more] = statement.aside().query(query, inner).columns
    if (only === undefined || more !== undefined || common(value.type, only.type) === undefined) return undefined
    if (isNested(value.type) || isNested(only.type)) return undefined
    const [set, flags, values] = [statement.name('set'), statement.name('flags'), statement.name('values')]
    scope.sets.push(`${set}(c0) AS MATERIALIZED (${statement.query(query, inner).sql})`)
    const both = common(value.type, only.type) ?? only.type
    // What is no number is found where one is, as in a WHERE.
    const same = `${coerced(value, both)} = ${coerced(typed(`${values}.c0`, only.type), both)}`
    marks[side] += ` CROSS JOIN (SELECT count(*) > 0 AS c0, count(*) > count(c0) AS c1 FROM ${set}) AS ${flags}`
    marks[side] += ` LEFT JOIN (SELECT DISTINCT c0 FROM ${set} WHERE c0 IS NOT NULL) AS ${values} ON ${same}`
    const open = `${flags}.c0 AND (${flags}.c1 OR ${value.sql} IS NULL)`
    const found = `CASE WHEN ${values}.c0 IS NOT NULL THEN true WHEN ${open} THEN NULL ELSE false END`
    return placed(typed(isDenied ? `(NOT ${found})` : found, boolean), side)
  }
  const among = (node: Node, query: Node): unknown => {
    const mark = marked(node, query, node.flag('not'))
    if (mark !== undefined) return mark
    const { value, list } = listed(node, query)
    const found = `CASE WHEN len(${list}) = 0 THEN false ELSE athena_contains(${list}, ${value.sql}) END`
    return placed({ sql: node.flag('not') ? `(NOT ${found})` : found, type: boolean })
  }
  const quantified = (node: Node, query: Node): unknown => {
    const isAny = node.kind === 'any' && node.text('op') === 'Eq'
    const mark = isAny || (node.kind === 'all' && node.text('op') === 'Neq') ? marked(node, query, !isAny) : undefined
    if (mark !== undefined) return mark
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
  const answers = texts.length === 0 ? '' : `CROSS JOIN (SELECT ${texts.join(', ')}) AS ${name} `
  return {
    on: condition,
    beside: `${answers}${marks.left === '' ? '' : `${marks.left.trimStart()} `}`,
    behind: marks.right,
  }
}
