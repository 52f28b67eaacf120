/**
 * IAM's wildcards: `*` for any characters, `?` for one. A pattern is compiled once into character codes, so that a star
 * that came out of a variable's value can never act as one. Matching goes back to the last star only: no input is slow.
 */

const star = -1
const one = -2

export type Pattern = readonly number[]

/** Text whose stars are only stars. */
export const literal = (text: string): Pattern => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))

/** What a template's text becomes: its stars are wild. */
export const compile = (text: string): Pattern =>
  literal(text).map(code => (code === 42 ? star : code === 63 ? one : code))

export function matches(pattern: Pattern, text: string): boolean {
  let at = 0
  let inPattern = 0
  let starAt = -1
  let retryAt = 0
  while (at < text.length) {
    const wanted = pattern[inPattern]
    if (wanted === star) {
      starAt = inPattern++
      retryAt = at
    } else if (wanted !== undefined && (wanted === one || wanted === text.charCodeAt(at))) {
      inPattern++
      at++
    } else if (starAt >= 0) {
      inPattern = starAt + 1
      at = ++retryAt
    } else return false
  }
  while (pattern[inPattern] === star) inPattern++
  return inPattern === pattern.length
}

const colon = 58

const cuts = new WeakMap<Pattern, readonly Pattern[]>()

function fieldsOf(pattern: Pattern): readonly Pattern[] {
  const known = cuts.get(pattern)
  if (known) return known
  const cut = fields(pattern)
  cuts.set(pattern, cut)
  return cut
}

/** Cuts at the first five colons; fields that are missing are any, as AWS completes an unfinished ARN. */
function fields(pattern: Pattern): readonly Pattern[] {
  const cut: Pattern[] = []
  let rest = pattern
  while (cut.length < 5) {
    const end = rest.indexOf(colon)
    if (end < 0) break
    cut.push(rest.slice(0, end))
    rest = rest.slice(end + 1)
  }
  cut.push(rest)
  while (cut.length < 6) cut.push([star])
  return cut
}

/** A star stays within its field of the ARN; only the last field holds colons of its own. */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  if (pattern.length === 1 && pattern[0] === star) return true
  if (!arn.startsWith('arn:')) return matches(pattern, arn)
  const wanted = fieldsOf(pattern)
  const parts = arn.split(':')
  const given = [...parts.slice(0, 5), parts.slice(5).join(':')]
  return wanted.every((field, index) => matches(field, given[index] ?? ''))
}
