// UNNEST(a, b) AS u(x, y): of an array one column (of rows, one a field), of a map two; the shorter filled with NULL.
import { type Node, unsupported } from './ast.ts'
import { aliased } from './column-names.ts'
import type { Column, Scope, Visible } from './scope.ts'
import type { Statement } from './statement.ts'
import { bigint, nameOf } from './typing/type.ts'
import { mismatch } from './value.ts'

export interface Unnested {
  readonly sql: string
  readonly columns: readonly Visible[]
  readonly keepsRows: false
}

export const isUnnest = (node: Node): boolean =>
  node.kind === 'unnest' || (node.kind === 'alias' && node.child('this')?.kind === 'unnest')

/** `filled`: a row whose lists are empty comes once, with NULLs. `alone`: it names nothing that stands before it. */
export type UnnestForm = 'lateral' | 'filled' | 'alone'

export function unnest(node: Node, statement: Statement, scope: Scope, form: UnnestForm = 'lateral'): Unnested {
  const inner = node.kind === 'alias' ? node.only('this', 'alias', 'column_aliases').need('this') : node
  if (inner.kind !== 'unnest')
    throw unsupported(`${inner.kind.replaceAll('_', ' ').toUpperCase()} in FROM`, node.position)
  inner.only('this', 'expressions', 'with_ordinality')
  const lists: {
    readonly sql: string
    readonly columns: readonly Column[]
    readonly of: (item: string) => readonly string[]
  }[] = []
  for (const part of [inner.need('this'), ...inner.list('expressions')]) {
    const value = statement.expression(part, scope)
    const { type } = value
    if (type.kind === 'map')
      lists.push({
        sql: `map_entries(${value.sql})`,
        columns: [
          { name: 'key', type: type.key },
          { name: 'value', type: type.value },
        ],
        of: item => [`${item}.key`, `${item}.value`],
      })
    else if (type.kind === 'array' && type.of.kind === 'row') {
      const { fields } = type.of
      lists.push({
        sql: value.sql,
        columns: fields.map(field => ({ name: field.name?.toLowerCase(), type: field.type })),
        of: item => fields.map((_, index) => `struct_extract_at(${item}, ${index + 1})`),
      })
    } else if (type.kind === 'array')
      lists.push({ sql: value.sql, columns: [{ name: undefined, type: type.of }], of: item => [item] })
    else throw mismatch(part.position, `Cannot unnest type: ${nameOf(type)}`)
  }
  const items = statement.name('items')
  const isOrdered = inner.flag('with_ordinality')
  const longest = `greatest(${lists.map(({ sql }) => `coalesce(len(${sql}), 0)`).join(', ')})`
  const places = `range(1, ${longest} + 1)`
  const filled = (list: string) => (form === 'filled' ? `CASE WHEN ${longest} = 0 THEN [NULL] ELSE ${list} END` : list)
  const unnested = lists.map(({ sql }, index) => `unnest(${filled(sql)}) AS i${index}`)
  if (isOrdered) unnested.push(`unnest(${filled(places)}) AS place`)
  const values = lists.flatMap(({ of }, index) => of(`${items}.i${index}`))
  if (isOrdered) values.push(`CAST(${items}.place AS BIGINT)`)
  const columns: Column[] = lists.flatMap(list => list.columns)
  if (isOrdered) columns.push({ name: 'ordinality', type: bigint })
  const alias = ((node.kind === 'alias' ? node.text('alias') : undefined) ?? statement.name('unnest')).toLowerCase()
  const { text, columns: shown } = aliased(node, alias, columns, statement)
  return {
    sql: `${form === 'alone' ? '' : 'LATERAL '}(SELECT ${values.join(', ')} FROM (SELECT ${unnested.join(', ')}) AS ${items})${text}`,
    columns: shown,
    keepsRows: false,
  }
}
