// TABLESAMPLE: each row with that chance, or each piece of the table.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { mismatch } from './value.ts'

const methods: Readonly<Record<string, string>> = { Bernoulli: 'BERNOULLI', System: 'SYSTEM' }

/** ` TABLESAMPLE …`, or nothing. */
export function sampling(sample: Node | undefined, position: Position | undefined): string {
  if (sample === undefined) return ''
  sample.only('method', 'size', 'explicit_method', 'method_before_size', 'unit_after_size', 'unit')
  const method = methods[sample.text('method') ?? '']
  const size = sample.child('size')
  if (method === undefined || size === undefined) throw unsupported('TABLESAMPLE of this form', position)
  const share = numberIn(size)
  if (share < 0) throw outside(size, 'greater than or equal to 0')
  if (share > 100) throw outside(size, 'less than or equal to 100')
  return ` TABLESAMPLE ${method} (${share} PERCENT)`
}

const outside = (size: Node, bound: string): EngineFault => {
  const text = at(size.position, `Sample percentage must be ${bound}`)
  return new EngineFault('semantic', `NUMERIC_VALUE_OUT_OF_RANGE: ${text}`, size.position)
}

/** The value of numbers that are reckoned with each other. */
function numberIn(node: Node): number {
  if (node.kind === 'paren') return numberIn(node.need('this'))
  if (node.kind === 'neg') return -numberIn(node.need('this'))
  if (node.kind === 'literal' && node.text('literal_type') === 'number') return Number(node.text('value'))
  if (node.kind === 'column') {
    const text = at(node.position, 'Sample percentage cannot contain column references')
    throw new EngineFault('semantic', `EXPRESSION_NOT_CONSTANT: ${text}`, node.position)
  }
  const reckon = operations[node.kind]
  if (reckon !== undefined) {
    const [left, right] = [node.need('left'), node.need('right')]
    const whole = isWhole(left) && isWhole(right)
    const value = reckon(numberIn(left), numberIn(right))
    return whole ? Math.trunc(value) : value
  }
  throw mismatch(node.position, 'Sample percentage should be a numeric expression')
}

const operations: Readonly<Record<string, (left: number, right: number) => number>> = {
  add: (left, right) => left + right,
  sub: (left, right) => left - right,
  mul: (left, right) => left * right,
  div: (left, right) => left / right,
}

/** Whole numbers are divided into whole numbers. */
function isWhole(node: Node): boolean {
  if (node.kind === 'literal') return /^\d+$/.test(node.text('value') ?? '')
  if (node.kind === 'paren' || node.kind === 'neg') return isWhole(node.need('this'))
  return node.kind in operations && isWhole(node.need('left')) && isWhole(node.need('right'))
}
