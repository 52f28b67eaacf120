// LIKE, with the rules for ESCAPE that DuckDB does not hold to.
import { EngineFault, type Position } from '../engine/fault.ts'
import { likeFault } from './computed/like-pattern.ts'
import { coerced } from './convert.ts'
import { isText } from './typing/coercion.ts'
import { boolean, isSimple, nameOf, varchar } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'

interface Part extends Value {
  readonly position: Position | undefined
}

const sides = ['Left side of LIKE', 'Pattern for LIKE', 'Escape for LIKE']

export function like(left: Part, right: Part, escapedBy: Part | undefined): Value {
  const [text, pattern, sign] = [left, right, escapedBy].map((value, index) => {
    if (value === undefined) return undefined
    const isTaken = isText(value.type) || (value.type.kind === 'char' && index === 0)
    if (isTaken || isSimple(value.type, 'unknown')) return coerced(value, varchar)
    throw mismatch(
      value.position,
      `${sides[index]} expression must evaluate to a varchar (actual: ${nameOf(value.type)})`,
    )
  })
  if (escapedBy === undefined) return typed(`(${text} LIKE ${pattern})`, boolean)
  const isKnown = right.text !== undefined && escapedBy.text !== undefined
  if (isKnown) check(right.text ?? '', escapedBy.text ?? '')
  const checked = isKnown ? pattern : `athena_like_pattern(${pattern}, ${sign})`
  return typed(`(${text} LIKE ${checked} ESCAPE ${sign})`, boolean)
}

/** Told when the query runs, without a place. */
function check(pattern: string, sign: string): void {
  const fault = likeFault(pattern, sign)
  if (fault !== undefined) throw new EngineFault('data', `INVALID_FUNCTION_ARGUMENT: ${fault}`)
}
