// ORDER BY and windows.
import { at, EngineFault } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { inKeyOrder } from './same-maps.ts'
import type { Scope, Window } from './scope.ts'
import type { Statement } from './statement.ts'
import { identifier } from './text.ts'
import { numberName } from './typing/coercion.ts'
import { duckName } from './typing/names.ts'
import { isComparable, isOrderable, isSimple, nameOf, type Type } from './typing/type.ts'
import { mismatch } from './value.ts'
import { baseOf, checkWindow } from './window-rules.ts'

/** Athena puts NULL last in both directions. */
export function orderItems(
  items: readonly Node[],
  statement: Statement,
  scope: Scope,
  unorderable: (type: Type, item: Node) => Error,
): string {
  return items
    .map(item => {
      item.only('this', 'desc', 'nulls_first')
      const nulls = item.flag('nulls_first') ? 'FIRST' : 'LAST'
      const { sql, type } = statement.expression(item.need('this'), scope)
      if (!isOrderable(type)) throw unorderable(type, item.need('this'))
      // What is no number stands beside the NULLs, where DuckDB always takes it for the greatest.
      const isTurned = nulls === 'FIRST' && isSimple(type, 'real', 'double')
      const direction = item.flag('desc') !== isTurned ? 'DESC' : 'ASC'
      return `${isTurned ? `- ${sql}` : sql} ${direction} NULLS ${nulls}`
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
  const base = baseOf(over, scope)
  if (name !== undefined) parts.push(identifier(name))
  checkWindow(over, [...(base?.order ?? []), ...over.records('order_by')], statement, scope)
  const partition = over.list('partition_by').map(node => {
    const { sql, type } = statement.expression(node, scope)
    if (!isComparable(type))
      throw mismatch(
        node.position,
        `${nameOf(type)} is not comparable, and therefore cannot be used in window function PARTITION BY`,
      )
    return inKeyOrder(sql, type)
  })
  if (partition.length > 0) parts.push(`PARTITION BY ${partition.join(', ')}`)
  const order = over.records('order_by')
  if (order.length > 0) parts.push(`ORDER BY ${orderItems(order, statement, scope, unorderable)}`)
  const frame = over.record('frame')
  if (frame !== undefined) parts.push(frameOf(frame, statement, scope))
  return `(${parts.join(' ')})`
}

const unorderable = (type: Type, item: Node): Error =>
  mismatch(item.position, `${nameOf(type)} is not orderable, and therefore cannot be used in window function ORDER BY`)

/** The WINDOW clause: each name is seen by those after it. */
export function namedWindows(
  windows: readonly Node[],
  statement: Statement,
  scope: Scope,
): { readonly texts: readonly string[]; readonly scope: Scope } {
  const known = new Map<string, Window>()
  const texts = windows.map(window => {
    const name = window.only('name', 'spec').text('name') ?? ''
    if (known.has(name.toLowerCase())) {
      const place = window.record('name')?.position
      const text = at(place, `WINDOW with name '${name}' specified more than once`)
      throw new EngineFault('semantic', `DUPLICATE_WINDOW_NAME: ${text}`, place)
    }
    const specification = window.record('spec')
    const seen = { ...scope, windows: new Map(known) }
    const text = specification === undefined ? '()' : windowSpecification(specification, statement, seen)
    const base = specification && baseOf(specification, seen)
    known.set(name.toLowerCase(), {
      order: [...(base?.order ?? []), ...(specification?.records('order_by') ?? [])],
      isFramed: specification?.record('frame') !== undefined,
    })
    return `${identifier(name)} AS ${text}`
  })
  return { texts, scope: { ...scope, windows: known } }
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
    if (amount === undefined) continue
    const { sql, type } = statement.expression(amount, scope)
    // What is written as a number is none below zero.
    if (/^\d+$/.test(sql)) return `${sql} ${word}`
    if (frame.text('kind') === 'Range')
      return numberName(type) === undefined ? `${sql} ${word}` : `athena_range_offset(${sql}) ${word}`
    const which = name === 'start' ? 'starting' : 'ending'
    return `athena_frame_offset(CAST(${sql} AS ${duckName(type)}), '${which}') ${word}`
  }
  throw unsupported('A window frame of this form', frame.position)
}
