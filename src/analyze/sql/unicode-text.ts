// U&'…' with its UESCAPE: signs by their numbers, \0041 and \+000041, and the sign of escape itself twice.
import { at, EngineFault } from '../engine/fault.ts'
import { Node } from './ast.ts'

/** As a plain literal. */
export function unicodeText(node: Node): Node {
  node.only('this', 'escape')
  const text = node.need('this').text('value') ?? ''
  const sign = node.child('escape')?.text('value') ?? '\\'
  const wrong = (what: string) => new EngineFault('syntax', at(node.position, what), node.position)
  if ([...sign].length !== 1) throw wrong('Invalid Unicode escape character')
  const quoted = sign.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  const pattern = new RegExp(`${quoted}(?:(${quoted})|([0-9a-fA-F]{4})|\\+([0-9a-fA-F]{6})|())`, 'gu')
  const value = text.replaceAll(pattern, (_, twice?: string, four?: string, six?: string) => {
    if (twice !== undefined) return sign
    const digits = four ?? six
    if (digits === undefined) throw wrong('Incomplete escape sequence')
    const code = Number.parseInt(digits, 16)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw wrong(`Invalid escaped character: ${digits}`)
    return String.fromCodePoint(code)
  })
  return new Node('literal', { literal_type: 'string', value })
}
