// What takes the place of a match: `$2` and `${name}` are groups, a backslash takes its next character as it is. Of the
// digits behind the dollar as many belong to the number as still name a group that there is.
import { invalid } from './computed.ts'

export type Piece = string | { readonly group: number | string }

export function readReplacement(text: string, groups: number): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  while (at < text.length) {
    const sign = text[at]
    if (sign === '\\') {
      const next = text[at + 1]
      if (next === undefined) throw invalid('Illegal replacement sequence: character to be escaped is missing')
      pieces.push(next)
      at += 2
    } else if (sign === '$') {
      const { piece, length } = readGroup(text.slice(at + 1), groups)
      pieces.push(piece)
      at += 1 + length
    } else {
      pieces.push(sign ?? '')
      at += 1
    }
  }
  return pieces
}

function readGroup(text: string, groups: number): { readonly piece: Piece; readonly length: number } {
  const named = /^\{([A-Za-z][A-Za-z0-9]*)\}/.exec(text)
  if (named?.[1] !== undefined) return { piece: { group: named[1] }, length: named[0].length }
  const digits = /^\d+/.exec(text)?.[0]
  if (digits === undefined) throw invalid('Illegal replacement sequence: Illegal group reference')
  let length = 1
  if (Number(digits[0]) > groups) throw invalid(`Illegal replacement sequence: unknown group ${digits[0]}`)
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= groups) length++
  return { piece: { group: Number(digits.slice(0, length)) }, length }
}
