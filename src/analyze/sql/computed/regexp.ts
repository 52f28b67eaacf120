// Regular expressions where DuckDB's own (RE2) would do otherwise: groups that did not match are NULL, empty matches
// count, groups go by name, one looks ahead and behind. https://trino.io/docs/current/functions/regexp.html
import { type ComputedTable, computed, invalid } from './computed.ts'
import { compiled, groupsOf } from './regexp-pattern.ts'
import { readReplacement } from './regexp-replacement.ts'

function group(found: RegExpExecArray, index: bigint): string | null {
  if (index < 0n) throw invalid('Group cannot be negative')
  if (index >= BigInt(found.length))
    throw invalid(`Pattern has ${found.length - 1} groups. Cannot access group ${index}`)
  return found[Number(index)] ?? null
}

/** Asked of the pattern itself: where nothing matches there is no match to ask. */
function checkGroup(pattern: string, index: bigint): void {
  const groups = groupsOf(pattern)
  if (index < 0n) throw invalid('Group cannot be negative')
  if (index > BigInt(groups)) throw invalid(`Pattern has ${groups} groups. Cannot access group ${index}`)
}

export const regexps: ComputedTable = {
  athena_regexp_like: computed(['VARCHAR', 'VARCHAR'], 'BOOLEAN', (text, pattern) => {
    const made = compiled(pattern)
    made.lastIndex = 0
    return made.test(text)
  }),
  athena_regexp_count: computed(['VARCHAR', 'VARCHAR'], 'BIGINT', (text, pattern) =>
    BigInt([...text.matchAll(compiled(pattern))].length),
  ),
  athena_regexp_extract: computed(['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR', (text, pattern, index) => {
    checkGroup(pattern, index)
    const made = compiled(pattern)
    made.lastIndex = 0
    const found = made.exec(text)
    return found === null ? null : group(found, index)
  }),
  athena_regexp_extract_all: computed(['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR[]', (text, pattern, index) => {
    checkGroup(pattern, index)
    return [...text.matchAll(compiled(pattern))].map(found => group(found, index))
  }),
  athena_regexp_replace: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', (text, pattern, replacement) => {
    const made = compiled(pattern)
    const pieces = readReplacement(replacement, groupsOf(pattern))
    let result = ''
    let from = 0
    for (const found of text.matchAll(made)) {
      const filled = pieces.map(piece => {
        if (typeof piece === 'string') return piece
        if (typeof piece.group === 'number') return found[piece.group] ?? ''
        if (found.groups === undefined || !(piece.group in found.groups))
          throw invalid(`Illegal replacement sequence: unknown group { ${piece.group} }`)
        return found.groups[piece.group] ?? ''
      })
      result += text.slice(from, found.index) + filled.join('')
      from = found.index + found[0].length
    }
    return result + text.slice(from)
  }),
  /** What a lambda replaces: the text between the matches (n + 1 of them), then the groups of each match. */
  athena_regexp_pieces: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR[][]', (text, pattern) => {
    const between: string[] = []
    const matches: (string | null)[][] = []
    let from = 0
    for (const found of text.matchAll(compiled(pattern))) {
      between.push(text.slice(from, found.index))
      matches.push(found.slice(1).map(item => item ?? null))
      from = found.index + found[0].length
    }
    return [[...between, text.slice(from)], ...matches]
  }),
  athena_regexp_position: computed(
    ['VARCHAR', 'VARCHAR', 'BIGINT', 'BIGINT'],
    'BIGINT',
    (text, pattern, start, occurrence) => {
      if (start < 1n) throw invalid(`start position cannot be smaller than 1`)
      if (occurrence < 1n) throw invalid(`occurrence cannot be smaller than 1`)
      const points = [...text]
      if (start > BigInt(points.length)) return -1n
      const made = compiled(pattern)
      made.lastIndex = points.slice(0, Number(start) - 1).join('').length
      let found = made.exec(text)
      for (let count = 1n; found !== null && count < occurrence; count++) {
        if (found[0] === '') made.lastIndex += 1
        found = made.exec(text)
      }
      return found === null ? -1n : BigInt([...text.slice(0, found.index)].length + 1)
    },
  ),
  athena_regexp_split: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR[]', (text, pattern) => {
    const parts: string[] = []
    let from = 0
    for (const found of text.matchAll(compiled(pattern))) {
      parts.push(text.slice(from, found.index))
      from = found.index + found[0].length
    }
    return [...parts, text.slice(from)]
  }),
}
