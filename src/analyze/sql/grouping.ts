// What may stand where aggregates are: beside them only what the query is grouped by, none of them in a WHERE, none in another.
// DuckDB would refuse it too, but with its own names for the columns and without the place.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, nodeOf } from './ast.ts'
import { functions } from './functions/functions.ts'
import { callName } from './read-call.ts'
import { shown } from './shown.ts'

export interface Grouped {
  /** What the query is grouped by, as it is written. */
  readonly keys: readonly string[]
  /** Reads a query inside of an expression, which may name those columns only. */
  readonly readQuery: (node: Node, isNamed: (sql: string) => boolean) => void
  /** Columns of the query's own FROM, as they are written. */
  readonly columns: ReadonlySet<string>
  /** An expression as it is written; undefined where it cannot be by itself. */
  readonly write: (node: Node) => string | undefined
}

/** Queries inside of an expression have their own rules. */
const queries = new Set(['select', 'union', 'intersect', 'except', 'values'])

export const isAggregate = (node: Node): boolean => {
  const name = callName(node)
  return name !== undefined && name !== 'grouping' && functions.get(name)?.kind === 'aggregate'
}
const isGrouping = (node: Node): boolean => callName(node) === 'grouping'
const isWindow = (node: Node): boolean => node.kind === 'window_function'

/** The nodes directly below one, wherever they hang. */
function below(node: Node): readonly Node[] {
  const found: Node[] = []
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (typeof value === 'object' && value !== null) {
      const child = nodeOf(value)
      if (child !== undefined && isRecord(Object.values(value)[0])) found.push(child)
      else Object.values(value).forEach(look)
    }
  }
  look(Object.values(node.tree as object)[0])
  return found
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Those that a test takes, the outermost of each branch. */
function outermost(node: Node, test: (node: Node) => boolean): readonly Node[] {
  if (queries.has(node.kind)) return []
  if (test(node)) return [node]
  return below(node).flatMap(child => outermost(child, test))
}

/** Aggregates of this query: those of a window are its own. */
export function aggregatesIn(node: Node): readonly Node[] {
  if (queries.has(node.kind)) return []
  if (isWindow(node)) {
    const [call, ...rest] = below(node)
    const parts = call === undefined ? rest : [...below(call), ...rest]
    return parts.flatMap(aggregatesIn)
  }
  if (isAggregate(node)) return [node]
  return below(node).flatMap(aggregatesIn)
}

const list = (nodes: readonly Node[]): string =>
  nodes.map(node => shown(node) ?? callName(node.child('this') ?? node) ?? node.kind).join(', ')

const fault = (code: string, position: Position | undefined, text: string): EngineFault =>
  new EngineFault('semantic', `${code}: ${at(position, text)}`, position)

/** Of WHERE, GROUP BY and JOIN. */
export function refuseAggregates(node: Node, clause: string): void {
  const found = outermost(node, part => isAggregate(part) || isWindow(part) || isGrouping(part))
  if (found.length > 0)
    throw fault(
      'EXPRESSION_NOT_SCALAR',
      node.position,
      `${clause} cannot contain aggregations, window functions or grouping operations: [${list(found)}]`,
    )
}

/** What a call takes, behind WITHIN GROUP and FILTER too. */
const partsOf = (call: Node): readonly Node[] =>
  call.kind === 'within_group' || call.kind === 'filter'
    ? below(call).flatMap(part => (isAggregate(part) ? partsOf(part) : [part]))
    : below(call)

export function refuseNested(node: Node): void {
  for (const outer of aggregatesIn(node)) {
    const inner = partsOf(outer).flatMap(part => outermost(part, isAggregate))
    if (inner.length > 0)
      throw fault(
        'NESTED_AGGREGATION',
        outer.position,
        `Cannot nest aggregations inside aggregation '${callName(outer)}': [${list(inner)}]`,
      )
    const windows = partsOf(outer).flatMap(part => outermost(part, isWindow))
    if (windows.length > 0)
      throw fault(
        'NESTED_WINDOW',
        outer.position,
        `Cannot nest window functions or row pattern measures inside aggregation '${callName(outer)}': [${list(windows)}]`,
      )
  }
}

const isQueryIn = (node: Node): boolean => queries.has(node.kind)

export const refuseWindows = (part: Node): void => {
  const [inner] = outermost(part, isWindow)
  if (inner !== undefined)
    throw fault(
      'NESTED_WINDOW',
      inner.position,
      'Cannot nest window functions or row pattern measures inside window specification',
    )
}

/** Lambdas are of one row's values alone. */
export function refuseInLambda(body: Node): void {
  refuseAggregates(body, 'Lambda expression')
  const query = firstQuery(body)
  if (query !== undefined) throw fault('NOT_SUPPORTED', query.position, 'Lambda expression cannot contain subqueries')
}

function firstQuery(node: Node): Node | undefined {
  if (node.kind === 'subquery' || node.kind === 'exists' || queries.has(node.kind)) return node
  if (node.kind === 'in' && node.child('query') !== undefined) return node
  for (const child of below(node)) {
    const found = firstQuery(child)
    if (found !== undefined) return found
  }
  return undefined
}

export function refuseFilteredWindows(node: Node, position: Position | undefined): void {
  const isFiltered = (window: Node) => window.need('this').kind === 'filter' || window.need('this').child('filter')
  if (outermost(node, isWindow).some(isFiltered))
    throw fault('NOT_SUPPORTED', position, 'FILTER is not yet supported for window functions')
}

export function refuseUngroupedGrouping(node: Node, position: Position | undefined): void {
  if (outermost(node, isGrouping).length > 0)
    throw fault(
      'MISSING_GROUP_BY',
      position,
      'A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause',
    )
}

export function refuseWindowsInHaving(having: Node): void {
  const [inner] = outermost(having, isWindow)
  if (inner !== undefined)
    throw fault(
      'NESTED_WINDOW',
      inner.position,
      'HAVING clause cannot contain window functions or row pattern measures',
    )
}

/** What an aggregate of the ORDER BY takes is a column of the FROM, not one that comes out. */
export function refuseOutputs(node: Node, isOutput: (column: Node) => boolean): void {
  for (const call of [...aggregatesIn(node), ...outermost(node, isGrouping)]) {
    const found = below(call)
      .flatMap(part => outermost(part, one => one.kind === 'column' || one.kind === 'lambda'))
      .find(column => column.kind === 'column' && isOutput(column))
    if (found === undefined) continue
    if (isGrouping(call))
      throw fault(
        'INVALID_ARGUMENTS',
        undefined,
        'Invalid reference to output of SELECT clause from grouping() expression in ORDER BY',
      )
    throw fault(
      'COLUMN_NOT_FOUND',
      found.position,
      'Invalid reference to output projection attribute from ORDER BY aggregation',
    )
  }
}

/** Refuses the first part that is neither an aggregate nor what the query is grouped by. */
export function checkGrouped(node: Node, grouped: Grouped): void {
  const { keys, columns, write } = grouped
  const isKey = (sql: string | undefined) =>
    sql !== undefined &&
    keys.some(key => key === sql || (sql.startsWith('struct_extract_at(') && sql.includes(`(${key},`)))
  const isColumnKey = (sql: string | undefined) => sql !== undefined && keys.includes(sql) && columns.has(sql)
  const isOfColumn = (sql: string | undefined) =>
    sql !== undefined &&
    (columns.has(sql) ||
      (sql.startsWith('struct_extract_at(') && [...columns].some(column => sql.includes(`(${column},`))))
  const stray = (part: Node): Node | undefined => {
    if (isQueryIn(part)) {
      grouped.readQuery(part, sql => isKey(sql) || keys.some(key => key.includes(`(${sql},`)))
      return undefined
    }
    if (isGrouping(part)) {
      const wrong = below(part).find(argument => !isColumnKey(write(argument)))
      if (wrong !== undefined)
        throw fault(
          'INVALID_ARGUMENTS',
          part.position,
          `The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level. Mismatch due to ${shown(wrong)}.`,
        )
      return undefined
    }
    if (isAggregate(part)) return undefined
    if (part.kind === 'lambda') return undefined
    const sql = write(part)
    if (isKey(sql)) return undefined
    if (part.kind === 'column' || part.kind === 'starred') return isOfColumn(sql) ? part : undefined
    if (isWindow(part)) {
      const [call] = below(part)
      const over = part.record('over')
      for (const item of over?.list('partition_by') ?? []) checkPart(item, 'PARTITION BY expression ')
      for (const item of over?.records('order_by') ?? []) checkPart(item.need('this'), 'ORDER BY expression ')
      for (const item of framesOf(over)) checkPart(item, '')
      return (call === undefined ? [] : below(call)).map(stray).find(found => found !== undefined)
    }
    return below(part)
      .map(stray)
      .find(found => found !== undefined)
  }
  const checkPart = (part: Node, what: string): void => {
    const found = stray(part)
    if (found === undefined) return
    throw fault(
      'EXPRESSION_NOT_AGGREGATE',
      part.position,
      `${what}'${shown(part) ?? shown(found)}' must be an aggregate expression or appear in GROUP BY clause`,
    )
  }
  const found = stray(node)
  if (found === undefined) return
  if (found.kind === 'starred') throw notGrouped(found)
  throw fault(
    'EXPRESSION_NOT_AGGREGATE',
    node.position,
    `'${shown(node) ?? shown(found)}' must be an aggregate expression or appear in GROUP BY clause`,
  )
}

/** A column of a star. */
function notGrouped(node: Node): EngineFault {
  const name = node.text('name')
  const own = node.text('relation') ?? ''
  // A query without a name has one of ours.
  const relation = /^(?:athena_|[\ue000-\uf8ff])/.test(own) ? undefined : own
  const called =
    name === undefined
      ? node.number('place')
      : `'${relation === undefined || relation === '' ? '' : `${relation}.`}${name}'`
  return fault('EXPRESSION_NOT_AGGREGATE', undefined, `Column ${called} not in GROUP BY clause`)
}

/** What a frame counts by. */
export const framesOf = (over: Node | undefined): readonly Node[] => {
  const frame = over?.record('frame')
  return ['start', 'end'].flatMap(side => {
    const record = frame?.record(side)
    return record?.child('Preceding') ?? record?.child('Following') ?? []
  })
}
