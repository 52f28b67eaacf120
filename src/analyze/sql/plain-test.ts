// Whether partitions fulfil the commonest conditions, told here: comparisons of a column of whole numbers or of text with a
// constant of its own kind, LIKE, IN, BETWEEN, AND and OR. Everything else, and every value that is not plainly of its column's
// type, is left to DuckDB, whose answer for these would be the same.

import type { Column } from '../engine/request.ts'
import type { Node } from './ast.ts'
import { typeOfHive } from './typing/names.ts'

/** Of a row's values; undefined where it cannot be told. NULL counts as false, which no NOT turns around. */
export type PlainTest = (row: readonly string[]) => boolean | undefined

type Compared = string | number
type Compare = (one: Compared, other: Compared) => boolean

const comparisons: Readonly<Record<string, Compare>> = {
  eq: (one, other) => one === other,
  neq: (one, other) => one !== other,
  lt: (one, other) => one < other,
  lte: (one, other) => one <= other,
  gt: (one, other) => one > other,
  gte: (one, other) => one >= other,
}
const turned: Readonly<Record<string, string>> = { lt: 'gt', lte: 'gte', gt: 'lt', gte: 'lte' }

/** All of them; undefined where one of the conditions is of another form. `nullText` stands for NULL in a row. */
export function plainTest(
  conditions: readonly Node[],
  declared: readonly Column[],
  nullText: string,
): PlainTest | undefined {
  const columns = { declared, nullText }
  const tests = conditions.map(condition => testOf(condition, columns))
  return tests.every(test => test !== undefined) ? every(tests) : undefined
}

interface Columns {
  readonly declared: readonly Column[]
  readonly nullText: string
}

function testOf(node: Node, columns: Columns): PlainTest | undefined {
  switch (node.kind) {
    case 'paren':
      return testOf(node.need('this'), columns)
    case 'and':
    case 'or': {
      const sides = [testOf(node.need('left'), columns), testOf(node.need('right'), columns)]
      if (!sides.every(side => side !== undefined)) return undefined
      return node.kind === 'and' ? every(sides) : some(sides)
    }
    case 'in': {
      if (node.flag('not') || node.child('query') !== undefined) return undefined
      return several(node.need('this'), 'eq', node.list('expressions'), columns, some)
    }
    case 'between': {
      if (node.flag('not')) return undefined
      const low = compared(node.need('this'), 'gte', node.need('low'), columns)
      const high = compared(node.need('this'), 'lte', node.need('high'), columns)
      return low && high && every([low, high])
    }
    case 'like':
      return like(node, columns)
    default:
      return comparisons[node.kind] && compared(node.need('left'), node.kind, node.need('right'), columns)
  }
}

/** Of text with a pattern that has no escape. */
function like(node: Node, { declared, nullText }: Columns): PlainTest | undefined {
  const [subject, pattern] = [node.need('left'), node.need('right')]
  if (node.flag('not') || node.child('escape') !== undefined) return undefined
  if (subject.kind !== 'column' || pattern.kind !== 'literal' || pattern.text('literal_type') !== 'string')
    return undefined
  const name = (subject.text('name') ?? '').toLowerCase()
  const place = declared.findIndex(column => column.name.toLowerCase() === name)
  if (declared[place] === undefined || typeOfHive(declared[place].type).kind !== 'varchar') return undefined
  const wanted = pattern.text('value') ?? ''
  // With many of them a regular expression may try every way there is.
  if (!isPlain(wanted) || wanted.split('%').length > 4) return undefined
  const expression = wanted
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  const matches = new RegExp(`^${expression}$`)
  return row => {
    const text = row[place]
    if (text === undefined || text === nullText) return text === undefined ? undefined : false
    return isPlain(text) ? matches.test(text) : undefined
  }
}

function several(
  subject: Node,
  kind: string,
  constants: readonly Node[],
  columns: Columns,
  joined: (tests: readonly PlainTest[]) => PlainTest,
): PlainTest | undefined {
  const tests = constants.map(constant => compared(subject, kind, constant, columns))
  return tests.every(test => test !== undefined) ? joined(tests) : undefined
}

function compared(left: Node, kind: string, right: Node, columns: Columns): PlainTest | undefined {
  if (left.kind !== 'column' && right.kind === 'column') return compared(right, turned[kind] ?? kind, left, columns)
  const compare = comparisons[kind]
  if (left.kind !== 'column' || right.kind !== 'literal' || compare === undefined) return undefined
  const name = (left.text('name') ?? '').toLowerCase()
  const { declared, nullText } = columns
  const place = declared.findIndex(column => column.name.toLowerCase() === name)
  const read = declared[place] && readerOf(declared[place])
  const isText = right.text('literal_type') === 'string'
  if (read === undefined || (!isText && right.text('literal_type') !== 'number')) return undefined
  const constant = read(right.text('value') ?? '')
  if (constant === undefined || isText !== (typeof constant === 'string')) return undefined
  let last: string | undefined
  let told: boolean | undefined
  return row => {
    const text = row[place]
    // Partitions come in the order of their values: most have in a column what the one before has.
    if (text === last) return told
    last = text
    if (text === undefined) told = undefined
    else if (text === nullText) told = false
    else {
      const value = read(text)
      told = value === undefined ? undefined : compare(value, constant)
    }
    return told
  }
}

const isPlain = (text: string) => /^[\x20-\x7e]*$/.test(text)

const bounds: Readonly<Record<string, number>> = { tinyint: 127, smallint: 32767, integer: 2147483647, bigint: 1e15 }

/** Of a value as the catalog, or the statement, writes it; undefined for one that is not plain. */
function readerOf(column: Column): ((text: string) => Compared | undefined) | undefined {
  const type = typeOfHive(column.type)
  // Plain characters are in the same order as UTF-16 and as UTF-8.
  if (type.kind === 'varchar') return text => (isPlain(text) ? text : undefined)
  const most = type.kind === 'simple' ? bounds[type.name] : undefined
  if (most === undefined) return undefined
  return text => {
    const value = wholeNumber(text)
    return value !== undefined && Math.abs(value) <= most ? value : undefined
  }
}

/** Of up to 15 digits. By hand, since it is done a hundred thousand times over. */
function wholeNumber(text: string): number | undefined {
  const from = text.charCodeAt(0) === minus ? 1 : 0
  if (text.length === from || text.length > from + 15) return undefined
  let value = 0
  for (let at = from; at < text.length; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return from === 1 ? -value : value
}
const minus = 45
const zero = 48

const every =
  (tests: readonly PlainTest[]): PlainTest =>
  row => {
    let all = true
    for (const test of tests) {
      const one = test(row)
      if (one === undefined) return undefined
      all &&= one
    }
    return all
  }

const some =
  (tests: readonly PlainTest[]): PlainTest =>
  row => {
    let one = false
    for (const test of tests) {
      const told = test(row)
      if (told === undefined) return undefined
      one ||= told
    }
    return one
  }
