// The one type of several values: of a list's items, of the branches of a CASE, of the rows of VALUES.
import type { Node } from './ast.ts'
import { common } from './typing/coercion.ts'
import { type Type, unknown } from './typing/type.ts'
import { apart, type Value } from './value.ts'

/** The least type that all turn into by themselves; `what` is told of the first that does not. */
export function commonOf(values: readonly Value[], what: (one: Type, other: Type) => Error): Type {
  return values.reduce<Type>((type, value) => {
    const both = common(type, value.type)
    if (both === undefined) throw what(type, value.type)
    return both
  }, unknown)
}

/** The type of these together; where there is none, what begins to differ is named in Athena's words. */
export function together(values: readonly Value[], nodes: readonly Node[], what: string): Type {
  return commonOf(values, (one, other) =>
    apart(
      what,
      values.map(({ type }, index) => ({ type, position: nodes[index]?.position })),
      [one, other],
    ),
  )
}
