// ORDER BY and windows.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import type { Scope } from './scope.ts'
import type { Statement } from './statement.ts'
import { identifier } from './text.ts'

/** Athena puts NULL last in both directions. */
export function orderItems(items: readonly Node[], statement: Statement, scope: Scope): string {
  return items
    .map(item => {
      item.only('this', 'desc', 'nulls_first')
      const nulls = item.flag('nulls_first') ? 'FIRST' : 'LAST'
      return `${statement.expression(item.need('this'), scope).sql} ${item.flag('desc') ? 'DESC' : 'ASC'} NULLS ${nulls}`
    })
    .join(', ')
}

/** What follows OVER: in brackets a window's name would be a new window made of that one, which may then have no frame. */
export function overWindow(over: Node, statement: Statement, scope: Scope): string {
  const name = over.text('window_name')
  const isPlain = name !== undefined && ['partition_by', 'order_by'].every(part => over.records(part).length === 0)
  const written = windowSpecification(over, statement, scope)
  return isPlain && over.record('frame') === undefined ? identifier(name) : written
}

export function windowSpecification(over: Node, statement: Statement, scope: Scope): string {
  over.only('window_name', 'partition_by', 'order_by', 'frame')
  const parts: string[] = []
  const name = over.text('window_name')
  if (name !== undefined) {
    if (!scope.windows.has(name.toLowerCase()))
      throw new EngineFault(
        'semantic',
        `INVALID_WINDOW_REFERENCE: ${at(over.position, `Cannot resolve WINDOW name ${name}`)}`,
        over.position,
      )
    parts.push(identifier(name))
  }
  const partition = over.list('partition_by').map(node => statement.expression(node, scope).sql)
  if (name !== undefined && partition.length > 0)
    throw new EngineFault(
      'semantic',
      `INVALID_PARTITION_BY: ${at(over.position, 'WINDOW specification with named WINDOW reference cannot specify PARTITION BY')}`,
      over.position,
    )
  if (partition.length > 0) parts.push(`PARTITION BY ${partition.join(', ')}`)
  const order = over.records('order_by')
  if (order.length > 0) parts.push(`ORDER BY ${orderItems(order, statement, scope)}`)
  const frame = over.record('frame')
  if (frame !== undefined) parts.push(frameOf(frame, statement, scope))
  return `(${parts.join(' ')})`
}

function frameOf(frame: Node, statement: Statement, scope: Scope): string {
  frame.only('kind', 'start', 'end')
  const kind = { Rows: 'ROWS', Range: 'RANGE', Groups: 'GROUPS' }[frame.text('kind') ?? '']
  if (kind === undefined) throw unsupported('A window frame of this kind', frame.position)
  const last = frame.raw('end')
  const end = last === null || last === undefined ? 'CURRENT ROW' : bound(frame, 'end', statement, scope)
  return `${kind} BETWEEN ${bound(frame, 'start', statement, scope)} AND ${end}`
}

const bounds: Readonly<Record<string, string>> = {
  UnboundedPreceding: 'UNBOUNDED PRECEDING',
  UnboundedFollowing: 'UNBOUNDED FOLLOWING',
  CurrentRow: 'CURRENT ROW',
}

function bound(frame: Node, name: string, statement: Statement, scope: Scope): string {
  const plain = bounds[frame.text(name) ?? '']
  if (plain !== undefined) return plain
  const side = frame.record(name)
  for (const [field, word] of [
    ['Preceding', 'PRECEDING'],
    ['Following', 'FOLLOWING'],
  ] as const) {
    const amount = side?.child(field)
    if (amount !== undefined) return `${statement.expression(amount, scope).sql} ${word}`
  }
  throw unsupported('A window frame of this form', frame.position)
}
