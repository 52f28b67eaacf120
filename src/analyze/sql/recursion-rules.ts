// What a WITH may say, and where a query of WITH RECURSIVE may name itself: once, in the FROM of its step, where no join and no
// set operation around it would need the rows that are still to come.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { Node, nodeOf } from './ast.ts'
import { references } from './references.ts'

const fault = (code: string, position: Position | undefined, text: string): EngineFault =>
  new EngineFault('semantic', `${code}: ${at(position, text)}`, position)

/** A name that its own inner WITH has stands for that one. */
const mentions = (tree: unknown, name: string): boolean =>
  references(tree, '').some(reference => reference.database === '' && reference.name === name)

const setOperations = new Set(['union', 'intersect', 'except'])

export const isRecursive = (body: Node, name: string): boolean =>
  setOperations.has(body.kind) && mentions(body.tree, name)

export function checkClause(clause: Node): void {
  const seen = new Set<string>()
  for (const cte of clause.records('ctes')) {
    const name = (cte.text('alias') ?? '').toLowerCase()
    if (seen.has(name))
      throw fault('DUPLICATE_NAMED_QUERY', cte.position, `WITH query name '${name}' specified more than once`)
    seen.add(name)
    const names = new Set<string>()
    for (const column of cte.records('columns')) {
      const text = column.text('name') ?? ''
      if (names.has(text.toLowerCase()))
        throw fault('DUPLICATE_COLUMN_NAME', column.position, `Column name '${text}' specified more than once`)
      names.add(text.toLowerCase())
    }
    if (!clause.flag('recursive')) continue
    const inner = recursiveIn(cte.need('this').tree)
    if (inner !== undefined) throw fault('NESTED_RECURSIVE', inner.position, 'nested recursive WITH query')
    if (names.size === 0)
      throw fault('MISSING_COLUMN_ALIASES', cte.position, 'missing column aliases in recursive WITH query')
  }
}

/** A WITH RECURSIVE somewhere below. */
function recursiveIn(value: unknown): Node | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('ctes' in value && 'recursive' in value && value.recursive === true) return new Node('with', { ...value })
  for (const part of Object.values(value)) {
    const found = recursiveIn(part)
    if (found !== undefined) return found
  }
  return undefined
}

const inBrackets = (node: Node): Node =>
  (node.kind === 'subquery' || node.kind === 'paren') &&
  !['limit', 'offset', 'order_by', 'with'].some(name => isSaid(node, name))
    ? inBrackets(node.need('this'))
    : node

const isSaid = (node: Node, name: string): boolean => node.raw(name) !== undefined && node.raw(name) !== null

/** `body` is a set operation that names itself. */
export function checkRecursion(body: Node, name: string): void {
  for (const [said, text] of [
    ['with', 'WITH'],
    ['order_by', 'ORDER BY'],
    ['offset', 'OFFSET'],
  ] as const)
    if (isSaid(body, said)) throw fault('NOT_SUPPORTED', body.position, `immediate ${text} clause in recursive query`)
  const wrong = (place: Node | undefined, text: string) =>
    fault('INVALID_RECURSIVE_REFERENCE', place?.position ?? body.position, text)
  const step = inBrackets(body.need('right'))
  if (isSaid(body, 'limit') || isSaid(body, 'fetch') || (step.kind === 'subquery' && isSaid(step, 'limit')))
    throw fault('INVALID_LIMIT_CLAUSE', body.position, 'immediate FETCH FIRST / LIMIT clause in recursive query')
  const first = mentionsIn(body.need('left').tree, name)[0]
  if (body.kind !== 'union')
    throw wrong(mentionsIn(body.tree, name)[0], 'recursive reference not allowed in this context')
  if (first !== undefined) throw wrong(first, 'WITH table name is referenced in the base relation of recursion')
  const [one, other] = mentionsIn(step.tree, name)
  if (other !== undefined) throw wrong(other, 'multiple recursive references in the step relation of recursion')
  if (step.kind !== 'select')
    throw wrong(one, 'recursive reference outside of FROM clause of the step relation of recursion')
  const from = { from: step.raw('from'), joins: step.raw('joins') }
  if (mentionsIn(from, name).length === 0)
    throw wrong(one, 'recursive reference outside of FROM clause of the step relation of recursion')
  checkJoins(step, name, wrong)
  checkSets(from, name, wrong)
}

type Wrong = (place: Node | undefined, text: string) => EngineFault

function checkJoins(step: Node, name: string, wrong: Wrong): void {
  let before: unknown[] = [step.raw('from')]
  for (const join of step.records('joins')) {
    const kind = join.text('kind') ?? ''
    const [left] = mentionsIn(before, name)
    const [right] = mentionsIn(join.raw('this'), name)
    if (left !== undefined && (kind === 'Right' || kind === 'Full'))
      throw wrong(left, `recursive reference in left source of ${kind.toUpperCase()} join`)
    if (right !== undefined && (kind === 'Left' || kind === 'Full'))
      throw wrong(right, `recursive reference in right source of ${kind.toUpperCase()} join`)
    before = [...before, join.raw('this')]
  }
}

/** EXCEPT and INTERSECT ALL would need all of its rows. */
function checkSets(value: unknown, name: string, wrong: Wrong): void {
  if (Array.isArray(value)) for (const item of value) checkSets(item, name, wrong)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const [kind, fields] of Object.entries(value)) {
    const node = nodeOf({ [kind]: fields })
    if (node !== undefined && (kind === 'except' || kind === 'intersect') && node.child('left') !== undefined) {
      const [left, right] = ['left', 'right'].map(side => mentionsIn(node.need(side).tree, name)[0])
      const all = node.flag('all') ? 'ALL' : 'DISTINCT'
      if (kind === 'intersect' && node.flag('all') && (left ?? right))
        throw wrong(left ?? right, 'recursive reference in INTERSECT ALL')
      if (kind === 'except' && right) throw wrong(right, `recursive reference in right relation of EXCEPT ${all}`)
      if (kind === 'except' && left && node.flag('all'))
        throw wrong(left, 'recursive reference in left relation of EXCEPT ALL')
    }
    checkSets(fields, name, wrong)
  }
}

/** Its mentions below, in the order of the tree; not those that an inner WITH has hidden. */
function mentionsIn(value: unknown, name: string): readonly Node[] {
  if (!mentions(value, name)) return []
  const found: Node[] = []
  const look = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    const node = nodeOf(part)
    const isNamed = node?.kind === 'table' && node.text('name')?.toLowerCase() === name
    if (node !== undefined && isNamed && !isSaid(node, 'schema')) found.push(node)
    else for (const inner of Object.values(part)) look(inner)
  }
  look(value)
  return found
}
