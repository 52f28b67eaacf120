// The documents of a text, wherever they end: a line each, or one after the other as Firehose writes them without a
// delimiter. A document that the end of the sample cuts off is left out.
import { hiveType, type Inferred, inferJson, membersOf, mergeMembers } from './types.ts'

export interface JsonSample {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly records: number
}

/** Undefined when less than half of the text is JSON. */
export function sampleJson(text: string): JsonSample | undefined {
  let members: ReadonlyMap<string, Inferred> = new Map()
  let records = 0
  let broken = 0
  for (const document of documents(text)) {
    const value = parse(document)
    if (value === undefined) {
      broken++
      continue
    }
    records++
    // What is no object has no names: AWS's classifier calls the column `array`.
    const found = Array.isArray(value) ? new Map([['array', inferJson(value)]]) : membersOf(value)
    members = mergeMembers(members, found)
  }
  if (records === 0 || broken > records) return undefined
  return { columns: [...members].map(([name, type]) => ({ name, type: hiveType(type) })), records }
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text, integersAsBigint)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function integersAsBigint(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value
}

function* documents(text: string): Iterable<string> {
  let at = 0
  while (at < text.length) {
    const character = text.charCodeAt(at)
    if (character === 0x7b || character === 0x5b) {
      const end = documentEnd(text, at)
      if (end === undefined) return
      yield text.slice(at, end)
      at = end
    } else if (character <= 0x20 || character === 0xfeff) at++
    else {
      const newline = text.indexOf('\n', at)
      yield text.slice(at, newline < 0 ? text.length : newline)
      at = newline < 0 ? text.length : newline
    }
  }
}

/** The index after the bracket that closes the one at `from`; undefined when the text ends before. */
function documentEnd(text: string, from: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (quoted) {
      if (character === 0x5c) at++
      else if (character === 0x22) quoted = false
      else if (character === 0x0a) return at // no string goes over a line's end: the document is broken
    } else if (character === 0x22) quoted = true
    else if (character === 0x7b || character === 0x5b) depth++
    else if ((character === 0x7d || character === 0x5d) && --depth === 0) return at + 1
  }
  return undefined
}
