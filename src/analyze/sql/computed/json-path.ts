// The paths of json_extract: `$.a["b c"][0]`. Keys and places are told apart only by what they meet.
import { invalid } from './computed.ts'
import { type Json, JsonObject } from './json-text.ts'

const step = /\.([\p{L}\p{Nd}_:$\-/@|#]+)|\[\s*(?:"((?:[^"\\]|\\["\\])*)"|([\p{L}\p{Nd}_-]+))\s*\]/uy
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

/** Undefined where the path leads nowhere. */
export function follow(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at = value
  for (const name of path) {
    if (at instanceof JsonObject) at = at.entries.find(([key]) => key === name)?.[1]
    else if (Array.isArray(at)) at = /^\d+$/.test(name) ? at[Number(name)] : undefined
    else return undefined
  }
  return at
}
