// The keys that a jq query of an object makes, `{customer: .customer_id, year: .at|strftime("%Y")}`, read off its text so
// that a configuration can be refused before there are records. It understands no more of jq than where an entry ends.

const openers: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' }

/** Undefined when the query is no object, or one whose keys are not written in it. */
export function queryKeys(query: string): readonly string[] | undefined {
  const text = withoutComments(query).trim()
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined
  const entries = entriesOf(text)
  if (entries === undefined) return undefined
  const keys = entries.map(entry => /^\s*(?:"([^"\\]*)"|\$?([A-Za-z_][A-Za-z0-9_]*))\s*(?::|$)/.exec(entry))
  return keys.every(key => key !== null) ? keys.map(key => key[1] ?? key[2] ?? '') : undefined
}

const withoutComments = (query: string): string =>
  query.replace(/"(?:[^"\\]|\\.)*"|#[^\n]*/g, part => (part.startsWith('#') ? '' : part))

/** What stands between the commas of the outermost braces; undefined when these do not span the whole text. */
function entriesOf(text: string): readonly string[] | undefined {
  const entries: string[] = []
  const open: string[] = []
  let from = 1
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') at = endOfString(text, at)
    else if (openers[character] !== undefined) open.push(openers[character])
    else if (character === open.at(-1)) open.pop()
    if (open.length === 0) {
      if (at !== text.length - 1) return undefined
      return [...entries, text.slice(from, at)].filter(entry => entry.trim() !== '')
    }
    if (character !== ',' || open.length > 1) continue
    entries.push(text.slice(from, at))
    from = at + 1
  }
  return undefined
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at
}
