/** Finds a key that stands twice in one object of a JSON text, which `JSON.parse` lets pass: it keeps the last. */

/** What matters of a JSON text: strings (a key is one before a colon) and where objects and lists begin and end. */
const pieces = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g

/** The first such key. The text must be JSON. */
export function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = []
  for (const [piece, colon] of json.matchAll(pieces)) {
    if (piece === '{' || piece === '[') open.push(new Set())
    else if (piece === '}' || piece === ']') open.pop()
    else if (colon !== undefined) {
      const key = JSON.parse(piece.slice(0, -colon.length)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}
