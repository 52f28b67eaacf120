// Finds where JSON documents end that stand one after the other in the bytes of a record, with or without white space
// between: {"a":1}{"a":2}. It looks at brackets and strings only; whether what is between them is JSON is somebody else's
// question.

const space = new Set([0x20, 0x09, 0x0a, 0x0d])
const [quote, backslash] = [0x22, 0x5c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Each as it stands there; undefined when something else than objects and arrays is among them, or one has no end. */
export function jsonDocuments(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const documents: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (space.has(byte)) continue
    if (byte !== openBrace && byte !== openBracket) return undefined
    const end = endOf(bytes, at)
    if (end === undefined) return undefined
    documents.push(bytes.subarray(at, end))
    at = end - 1
  }
  return documents
}

/** Behind the bracket that closes the one at `start`. */
function endOf(bytes: Uint8Array, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) {
      const end = endOfString(bytes, at)
      if (end === undefined) return undefined
      at = end
    } else if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) {
      depth--
      if (depth === 0) return at + 1
    }
  }
  return undefined
}

/** The place of the quote that closes the one at `start`. */
function endOfString(bytes: Uint8Array, start: number): number | undefined {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at
  }
  return undefined
}
