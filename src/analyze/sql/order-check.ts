// Whether rows may be put in order by arrays and rows: Athena fails where it comes upon a NULL inside of them before two of
// them differ. Whatever way rows are sorted, neighbours in the order are compared, and of all that begin alike, up to a
// NULL in one of them, the engine's own order makes neighbours: so each row is held against the one before it.
import type { Node } from './ast.ts'
import { isNested } from './equality.ts'
import { order } from './ordering.ts'
import type { Column, Scope } from './scope.ts'
import type { Statement } from './statement.ts'

/** What a query lists, as it is written and with its types. */
export interface Listed {
  readonly parts: readonly string[]
  readonly columns: readonly Column[]
}

/** As conditions of a QUALIFY, which hold or fail. */
export function orderChecks(select: Node, listed: Listed, statement: Statement, scope: Scope): readonly string[] {
  const items = select.record('order_by')?.records('expressions') ?? []
  const keys = items.map(item => keyOf(item.need('this'), listed, statement, scope))
  return keys.flatMap(({ sql, type }, index) => {
    if (type === undefined || !isNested(type)) return []
    const before = keys.slice(0, index).map(key => key.sql)
    const partition = before.length === 0 ? '' : `PARTITION BY ${before.join(', ')} `
    const same = select.flag('distinct') ? ' OR athena_w.a IS NOT DISTINCT FROM athena_w.b' : ''
    const pair = `struct_pack(a := lag(${sql}) OVER (${partition}ORDER BY ${sql}), b := ${sql})`
    return [
      `list_transform([${pair}], athena_w -> CASE WHEN athena_w.a IS NULL OR athena_w.b IS NULL${same} THEN true
         ELSE ${order('athena_w.a', 'athena_w.b', type)} IS NOT NULL END)[1]`,
    ]
  })
}

/** An item of the list may be named by its place or by its own name, which stands for what it is. */
function keyOf(node: Node, { parts, columns }: Listed, statement: Statement, scope: Scope) {
  const place = node.kind === 'literal' && node.text('literal_type') === 'number' ? Number(node.text('value')) - 1 : -1
  const name = node.kind === 'column' && node.text('table') === undefined ? node.text('name')?.toLowerCase() : undefined
  const index = name === undefined ? place : columns.findIndex(column => column.name === name)
  const [sql, type] = [parts[index], columns[index]?.type]
  return sql === undefined ? statement.aside().expression(node, scope) : { sql, type }
}
