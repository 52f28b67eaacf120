// A lambda whose body begins with a text: the parser takes `x -> 'a'` for a path into JSON, which Athena does not write so.
import { Node } from './ast.ts'

/** The node itself, unless it is a lambda that was misread. */
export function asLambda(node: Node): Node {
  const found = node.kind === 'lambda' ? undefined : misread(node)
  if (found === undefined) return node
  return new Node('lambda', { parameters: [{ name: found.parameter }], body: found.body })
}

interface Misread {
  readonly parameter: string
  readonly body: unknown
}

/** In `x -> 'a' || b` the path stands at the left end of what follows. */
function misread(node: Node): Misread | undefined {
  if (node.kind === 'json_extract' && node.flag('arrow_syntax')) {
    const parameter = node.need('this').text('name')
    return parameter === undefined ? undefined : { parameter, body: node.raw('path') }
  }
  const left = node.child('left')
  const inner = left && misread(left)
  return inner && { parameter: inner.parameter, body: node.with('left', inner.body) }
}
