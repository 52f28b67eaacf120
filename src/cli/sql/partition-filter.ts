/**
 * What a WHERE says of partition columns, in the words of Glue's GetPartitions. Of the parts that must all hold, those that
 * cannot be said there are left out: the filter lets more through than the query, never less.
 */
import type { Node } from '../../analyze/sql/ast.ts'

const comparisons: Readonly<Record<string, string>> = { eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }

/** Empty where nothing is said of them. `alias` is the relation's name in the query. */
export function partitionFilter(conditions: readonly Node[], alias: string, columns: readonly string[]): string {
  return conditions.flatMap(condition => written(condition) ?? []).join(' AND ')

  /** Undefined for what cannot be said. */
  function written(node: Node): string | undefined {
    const operator = comparisons[node.kind]
    if (operator !== undefined) return compared(node, operator)
    switch (node.kind) {
      case 'paren':
        return written(node.need('this'))
      case 'and': {
        const sides = [written(node.need('left')), written(node.need('right'))].filter(side => side !== undefined)
        return sides.length === 0 ? undefined : `(${sides.join(' AND ')})`
      }
      case 'or': {
        const [left, right] = [written(node.need('left')), written(node.need('right'))]
        return left === undefined || right === undefined ? undefined : `(${left} OR ${right})`
      }
      case 'between': {
        const [column, low, high] = [columnIn(node.need('this')), literal(node.need('low')), literal(node.need('high'))]
        if (node.flag('not') || column === undefined || low === undefined || high === undefined) return undefined
        return `(${column} >= ${low} AND ${column} <= ${high})`
      }
      case 'in': {
        const column = columnIn(node.need('this'))
        const items = node.list('expressions').map(literal)
        if (column === undefined || node.flag('not') || items.length === 0 || items.includes(undefined))
          return undefined
        return `(${items.map(item => `${column} = ${item}`).join(' OR ')})`
      }
      default:
        return undefined
    }
  }

  function compared(node: Node, operator: string): string | undefined {
    const [column, value] = [columnIn(node.need('left')), literal(node.need('right'))]
    if (column !== undefined && value !== undefined) return `${column} ${operator} ${value}`
    const [turned, other] = [columnIn(node.need('right')), literal(node.need('left'))]
    if (turned === undefined || other === undefined) return undefined
    const mirrored = operator.replace(/^[<>](?!>)/, sign => (sign === '<' ? '>' : '<'))
    return `${turned} ${mirrored} ${other}`
  }

  function columnIn(node: Node): string | undefined {
    if (node.kind !== 'column') return undefined
    const name = (node.text('name') ?? '').toLowerCase()
    const relation = node.text('table')?.toLowerCase()
    return columns.includes(name) && (relation === undefined || relation === alias) ? name : undefined
  }
}

function literal(node: Node): string | undefined {
  if (node.kind !== 'literal') return undefined
  const text = node.text('value') ?? ''
  if (node.text('literal_type') === 'number') return /^\d+$/.test(text) ? text : undefined
  const isText = node.text('literal_type') === 'string' || node.text('literal_type') === 'date'
  return isText && !text.includes("'") ? `'${text}'` : undefined
}
