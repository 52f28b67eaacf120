// AWS's exclude patterns: globs over keys relative to the target's path. `*` and `?` stay within a folder, `**` does not,
// `[…]` is a set, `{a,b}` alternatives, `\` takes the next character as it is. Matched in time proportional to pattern
// times key, whatever the pattern.
import { InvalidInputException } from './faults.ts'

type Piece =
  | { readonly kind: 'character'; readonly accepts: (character: string) => boolean }
  | { readonly kind: 'any'; readonly crosses: boolean }

/** Whether a key is excluded by one of the globs. */
export function exclusionOf(globs: readonly string[]): (key: string) => boolean {
  const patterns = globs.flatMap(glob => alternatives(glob).map(text => compile(text, glob)))
  return key => patterns.some(pattern => matches(pattern, key))
}

function matches(pattern: readonly Piece[], key: string): boolean {
  // reachable[i]: the first i pieces can have read what was read so far.
  let reachable = spread(pattern, new Set([0]))
  for (const character of key) {
    const next = new Set<number>()
    for (const at of reachable) {
      const piece = pattern[at]
      if (piece?.kind === 'character' && piece.accepts(character)) next.add(at + 1)
      if (piece?.kind === 'any' && (piece.crosses || character !== '/')) next.add(at)
    }
    reachable = spread(pattern, next)
    if (reachable.size === 0) return false
  }
  return reachable.has(pattern.length)
}

/** `*` may read nothing. */
function spread(pattern: readonly Piece[], positions: Set<number>): Set<number> {
  for (const at of positions) if (pattern[at]?.kind === 'any') positions.add(at + 1)
  return positions
}

const alternativesMax = 1000

/** `a{b,c}d` as `abd` and `acd`. */
function alternatives(glob: string): readonly string[] {
  const open = glob.search(/(?<!\\)\{/)
  if (open < 0) return [glob]
  const close = glob.indexOf('}', open)
  if (close < 0) throw invalid(glob, 'a "{" is not closed')
  const inner = glob.slice(open + 1, close)
  if (inner.includes('{')) throw invalid(glob, 'alternatives do not nest')
  const found = inner.split(',').flatMap(each => alternatives(glob.slice(0, open) + each + glob.slice(close + 1)))
  if (found.length > alternativesMax) throw invalid(glob, `it stands for more than ${alternativesMax} patterns`)
  return found
}

function compile(text: string, glob: string): readonly Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (character === '*') {
      const crosses = text[at + 1] === '*'
      if (crosses) at++
      pieces.push({ kind: 'any', crosses })
    } else if (character === '?') pieces.push({ kind: 'character', accepts: read => read !== '/' })
    else if (character === '[') {
      const close = text.indexOf(']', at + 2)
      if (close < 0) throw invalid(glob, 'a "[" is not closed')
      pieces.push({ kind: 'character', accepts: setOf(text.slice(at + 1, close)) })
      at = close
    } else {
      const literal = character === '\\' ? text[++at] : character
      if (literal === undefined) throw invalid(glob, 'it ends with a "\\"')
      pieces.push({ kind: 'character', accepts: read => read === literal })
    }
  }
  return pieces
}

function setOf(text: string): (character: string) => boolean {
  const reversed = text.startsWith('!')
  const ranges = [...text.slice(reversed ? 1 : 0).matchAll(/(.)-(.)|(.)/gs)].map(
    ([, from, to, one]) => [from ?? one ?? '', to ?? one ?? ''] as const,
  )
  return read => read !== '/' && ranges.some(([from, to]) => read >= from && read <= to) !== reversed
}

const invalid = (glob: string, why: string) =>
  new InvalidInputException(`The exclude pattern "${glob}" is not valid: ${why}.`)
