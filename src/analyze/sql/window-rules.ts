// What a window may say: which other window it may be made of, and what its frame may count by.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import type { Node } from './ast.ts'
import { refuseWindows } from './grouping.ts'
import type { Scope, Window } from './scope.ts'
import type { Statement } from './statement.ts'
import { isClock, isInteger, numberName } from './typing/coercion.ts'
import { isSimple, nameOf, type Type } from './typing/type.ts'
import { mismatch } from './value.ts'

const fault = (code: string, position: Position | undefined, text: string): EngineFault =>
  new EngineFault('semantic', `${code}: ${at(position, text)}`, position)

/** The window that this one is made of; undefined where it names none. */
export function baseOf(over: Node, scope: Scope): Window | undefined {
  const name = over.text('window_name')
  if (name === undefined) return undefined
  const base = scope.windows.get(name.toLowerCase())
  const place = over.record('window_name')?.position ?? over.position
  if (base === undefined) throw fault('INVALID_WINDOW_REFERENCE', place, `Cannot resolve WINDOW name ${name}`)
  const [partition] = over.list('partition_by')
  if (partition !== undefined)
    throw fault(
      'INVALID_PARTITION_BY',
      partition.position,
      'WINDOW specification with named WINDOW reference cannot specify PARTITION BY',
    )
  const [order] = over.records('order_by')
  if (order !== undefined && base.order.length > 0)
    throw fault(
      'INVALID_ORDER_BY',
      order.position,
      'Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY',
    )
  const isMore = order !== undefined || over.record('frame') !== undefined
  if (isMore && base.isFramed)
    throw fault('INVALID_WINDOW_REFERENCE', place, 'Cannot reference named WINDOW containing frame specification')
  return base
}

/** lag and lead count rows in their order. */
export function checkOrdered(name: string, over: Node, scope: Scope): void {
  const base = baseOf(over, scope)
  const frame = over.record('frame')
  if (over.records('order_by').length === 0 && (base?.order.length ?? 0) === 0)
    throw fault('MISSING_ORDER_BY', over.position, `${name} function requires an ORDER BY window clause`)
  if (frame !== undefined || base?.isFramed === true)
    throw fault('INVALID_WINDOW_FRAME', frame?.position, `Cannot specify window frame for ${name} function`)
}

export function checkWindow(over: Node, order: readonly Node[], statement: Statement, scope: Scope): void {
  const frame = over.record('frame')
  const amounts = ['start', 'end'].map(side => amountOf(frame, side))
  const parts = [...over.list('partition_by'), ...over.records('order_by').map(item => item.need('this'))]
  for (const part of [...parts, ...amounts.flatMap(amount => amount ?? [])]) refuseWindows(part)
  if (frame === undefined) return
  checkBounds(frame)
  const kind = (frame.text('kind') ?? '').toUpperCase()
  const isCounted = amounts.some(amount => amount !== undefined)
  if (kind !== 'ROWS' && isCounted && order.length === 0)
    throw fault(
      'MISSING_ORDER_BY',
      over.position,
      `Window frame of type ${kind} PRECEDING or FOLLOWING requires ORDER BY`,
    )
  if (kind === 'RANGE' && isCounted) checkRange(order, statement, scope)
  if (kind === 'RANGE') return
  for (const [index, amount] of amounts.entries()) {
    const type = amount && statement.aside().expression(amount, scope).type
    if (type === undefined || isWhole(type)) continue
    const side = index === 0 ? 'start' : 'end'
    throw mismatch(
      amount?.position,
      `Window frame ${kind} ${side} value type must be exact numeric type with scale 0 (actual ${nameOf(type)})`,
    )
  }
}

const isWhole = (type: Type): boolean =>
  isInteger(type) || isSimple(type, 'unknown') || (type.kind === 'decimal' && type.scale === 0)

function amountOf(frame: Node | undefined, side: string): Node | undefined {
  const record = frame?.record(side)
  return record?.child('Preceding') ?? record?.child('Following')
}

function checkRange(order: readonly Node[], statement: Statement, scope: Scope): void {
  const [item] = order
  if (item === undefined) return
  const what = 'Window frame of type RANGE PRECEDING or FOLLOWING requires'
  if (order.length > 1)
    throw fault('INVALID_ORDER_BY', item.position, `${what} single sort item in ORDER BY (actual: ${order.length})`)
  const key = item.need('this')
  const { type } = statement.aside().expression(key, scope)
  const isMeasured =
    numberName(type) !== undefined ||
    isClock(type) ||
    isSimple(type, 'date', 'interval day to second', 'interval year to month', 'unknown')
  if (!isMeasured)
    throw mismatch(
      key.position,
      `${what} that sort item type be numeric, datetime or interval (actual: ${nameOf(type)})`,
    )
}

/** How far a bound lies behind the beginning. */
const ranks: Readonly<Record<string, number>> = {
  ...{ UnboundedPreceding: 0, Preceding: 1, CurrentRow: 2, Following: 3, UnboundedFollowing: 4 },
}
const shownRanks = ['UNBOUNDED PRECEDING', 'PRECEDING', 'CURRENT ROW', 'FOLLOWING', 'UNBOUNDED FOLLOWING']

function checkBounds(frame: Node): void {
  const rank = (side: string): number => {
    const kind = frame.text(side) ?? Object.keys((frame.raw(side) as object | null) ?? {})[0] ?? 'CurrentRow'
    return ranks[kind] ?? 2
  }
  const [start, end] = [rank('start'), rank('end')]
  const wrong = (text: string) => fault('INVALID_WINDOW_FRAME', frame.position, text)
  if (start === 4) throw wrong('Window frame start cannot be UNBOUNDED FOLLOWING')
  if (end === 0) throw wrong('Window frame end cannot be UNBOUNDED PRECEDING')
  if (start > end) throw wrong(`Window frame starting from ${shownRanks[start]} cannot end with ${shownRanks[end]}`)
}
