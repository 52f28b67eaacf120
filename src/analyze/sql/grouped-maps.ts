// GROUP BY a map: rows whose maps are the same in another order are one group, of which one map is shown as it stands there.
// Where the list makes something of the map beside an aggregate, the groups stay those of the engine.
import type { Node } from './ast.ts'
import { groupBy, groupItems, isGroupings, plain } from './group-by.ts'
import { aggregatesIn } from './grouping.ts'
import { holdsMap } from './same-maps.ts'
import type { Column, Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { identifier } from './text.ts'

interface Grouped {
  readonly group: Node | undefined
  readonly nodes: readonly Node[]
  readonly parts: readonly string[]
  readonly columns: readonly Column[]
  /** What else may name the map: HAVING, ORDER BY. */
  readonly others: readonly string[]
}

/** The list and the GROUP BY of such a query. */
export function groupedByMaps(
  { group, nodes, parts, columns, others }: Grouped,
  statement: Statement,
  scope: Scope,
): { readonly list: string; readonly groups: string } | undefined {
  if (group === undefined) return undefined
  const items = groupItems(group, nodes)
  if (items.some(isGroupings)) return undefined
  const keys = items.map(item => statement.aside().expression(item, scope)).filter(({ type }) => holdsMap(type))
  const isNamed = (text: string) => keys.some(({ sql }) => text.includes(sql))
  if (keys.length === 0 || others.some(isNamed)) return undefined
  const shown: string[] = []
  for (const [index, part] of parts.entries()) {
    const item = nodes[index]
    const name = columns[index]?.name
    const sql = item === undefined || !isNamed(part) ? part : one(part, plain(item))
    if (sql === undefined) return undefined
    shown.push(name === undefined ? sql : `${sql} AS ${identifier(name)}`)
  }
  return { list: shown.join(', '), groups: groupBy(group, nodes, statement.aside(), scope, true) }
}

/** Undefined where a part of it is aggregated and another is not. */
function one(part: string, item: Node): string | undefined {
  const [aggregate] = aggregatesIn(item)
  if (aggregate === item) return part
  return aggregate === undefined && !part.includes(' OVER ') ? `any_value(${part})` : undefined
}
