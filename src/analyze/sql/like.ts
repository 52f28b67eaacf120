// LIKE, with the rules for ESCAPE that DuckDB does not hold to.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { likeFault } from './computed/like-pattern.ts'
import { coerced } from './convert.ts'
import { isText } from './typing/coercion.ts'
import { boolean, isSimple, nameOf, varchar } from './typing/type.ts'
import { mismatch, typed, type Value } from './value.ts'

export function like(left: Value, right: Value, escapedBy: Value | undefined, position: Position | undefined): Value {
  const [text, pattern, sign] = [left, right, escapedBy].map(value => {
    if (value === undefined) return undefined
    if (isText(value.type) || isSimple(value.type, 'unknown')) return coerced(value, varchar)
    throw mismatch(position, `Left side of LIKE expression must evaluate to a varchar (actual: ${nameOf(value.type)})`)
  })
  if (escapedBy === undefined) return typed(`(${text} LIKE ${pattern})`, boolean)
  const isKnown = right.text !== undefined && escapedBy.text !== undefined
  if (isKnown) check(right.text ?? '', escapedBy.text ?? '', position)
  const checked = isKnown ? pattern : `athena_like_pattern(${pattern}, ${sign})`
  return typed(`(${text} LIKE ${checked} ESCAPE ${sign})`, boolean)
}

function check(pattern: string, sign: string, position: Position | undefined): void {
  const fault = likeFault(pattern, sign)
  if (fault !== undefined) throw new EngineFault('data', `INVALID_FUNCTION_ARGUMENT: ${at(position, fault)}`, position)
}
