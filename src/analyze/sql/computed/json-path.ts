// The paths of json_extract: `$.a["b c"][0]`. Keys and places are told apart only by what they meet.
import { invalid } from './computed.ts'

const step = /\.([\p{L}\p{Nd}_:$\-/@|#]+)|\[(?:"((?:[^"\\]|\\["\\])*)"|([\p{L}\p{Nd}_-]+))\]/uy
const known = new Map<string, readonly string[]>()
const knownMax = 200

export function pathOf(text: string): readonly string[] {
  const before = known.get(text)
  if (before !== undefined) return before
  const wrong = invalid(`Invalid JSON path: '${text}'`)
  if (!text.startsWith('$')) throw wrong
  const steps: string[] = []
  for (let at = 1; at < text.length; ) {
    step.lastIndex = at
    const found = step.exec(text)
    if (found === null) throw wrong
    steps.push(found[1] ?? found[2]?.replace(/\\(.)/g, '$1') ?? found[3] ?? '')
    at += found[0].length
  }
  if (known.size >= knownMax) known.clear()
  known.set(text, steps)
  return steps
}
